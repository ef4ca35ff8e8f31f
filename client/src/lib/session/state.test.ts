import { describe, expect, it } from 'vitest';

import type { FinalText, ServerMessage } from '../../generated/wire';
import { begin, nextToSend, step, type Recording, type RecordingEvent } from './state';

const RATE = 1000;

function run(state: Recording, ...events: RecordingEvent[]): Recording {
  return events.reduce((now, event) => step(now, event)[0], state);
}

const hears = (message: ServerMessage): RecordingEvent => ({ kind: 'message', message });

function ready(offset = 0): RecordingEvent {
  const limits = { max_frame_bytes: 1e6, min_sample_rate: 8000, max_sample_rate: 48000, max_channels: 8 };
  return hears({ type: 'ready', session: 's', resume_token: 't', received_offset: offset, limits, models: [], protocol: 1 });
}

function finalText(utterance: number, text: string, endMs: number): FinalText {
  const timings = { queue_ms: 0, asr_ms: 0, llm_ms: 0, since_speech_end_ms: 0 };
  return { utterance, text, raw_text: text, edits: [], words: [], language: 'en', confidence: 1, start_ms: 0, end_ms: endMs, cleaned_by: 'none', timings };
}

const told = (utterance: number, text: string, endMs: number): RecordingEvent => hears({ type: 'final_text', ...finalText(utterance, text, endMs) });

const started = () => run(begin({ mode: 'on_pause' }, RATE), { kind: 'opened' }, ready());

describe('a recording', () => {
  it('sends nothing before the server is ready, then the sound, then the end', () => {
    const early = run(begin({}, RATE), { kind: 'sound', samples: 500 }, { kind: 'finish' });
    expect(nextToSend(early)).toBeNull();
    const later = run(early, { kind: 'opened' }, ready());
    expect(nextToSend(later)).toBe('sound');
    const sent = run(later, { kind: 'sent', to: 500 });
    expect(nextToSend(sent)).toBe('finish');
    expect(nextToSend(run(sent, { kind: 'finish_sent' }))).toBeNull();
  });

  it('goes on after a cut from what the server has', () => {
    const cut = run(started(), { kind: 'sound', samples: 900 }, { kind: 'sent', to: 900 }, { kind: 'closed', chance: 0.5 });
    const [, effects] = step(cut, { kind: 'opened' });
    expect(effects).toEqual([{ kind: 'send', message: { type: 'resume', session: 's', resume_token: 't' } }]);
    const back = run(cut, { kind: 'sound', samples: 100 }, { kind: 'opened' }, ready(640));
    expect([back.sent, back.produced, nextToSend(back)]).toEqual([640, 1000, 'sound']);
  });

  it('gives a restarted server everything that is not text yet', () => {
    const spoken = run(started(), { kind: 'sound', samples: 5000 }, { kind: 'sent', to: 5000 }, told(1, 'one', 2000));
    const cut = run(spoken, { kind: 'closed', chance: 0 }, { kind: 'opened' });
    const [again, effects] = step(cut, hears({ type: 'error', code: 'unknown_session', message: '', hint: '', fatal: false }));
    expect([again.base, again.sent, again.epoch]).toEqual([2000, 2000, 1]);
    expect(effects).toEqual([{ kind: 'send', message: { type: 'start', mode: 'on_pause' } }]);
    // Its utterances count from one again; they are others.
    const whole = run(again, ready(), told(1, 'two', 1500));
    expect(whole.utterances.map((one) => one.final?.text)).toEqual(['one', 'two']);
    expect([whole.settled, whole.utterances[1]?.baseMs]).toEqual([3500, 2000]);
  });

  it('takes a final that is told again once', () => {
    const twice = run(started(), { kind: 'sound', samples: 9000 }, told(1, 'one', 800), told(1, 'one', 800), told(2, 'two', 1600));
    expect(twice.utterances.map((one) => one.final?.text)).toEqual(['one', 'two']);
  });

  it('lets no late live text replace a final', () => {
    const late = run(started(), told(1, 'One.', 100), hears({ type: 'partial_text', utterance: 1, text: 'won', committed: '', tentative: 'won', audio_ms: 0, lag_ms: 0 }));
    expect(late.utterances[0]).toMatchObject({ committed: 'One.', tentative: '' });
  });

  it('keeps sound that is safe on the server until it is text', () => {
    const [, effects] = step(run(started(), { kind: 'sound', samples: 9000 }), hears({ type: 'received', offset: 9000 }));
    expect(effects).toEqual([]);
    const [, later] = step(run(started(), { kind: 'sound', samples: 9000 }), told(1, 'one', 4000));
    expect(later).toContainEqual({ kind: 'forget', before: 4000 });
  });

  it('lets go of a silence that the server has settled, save its end', () => {
    const silent = run(started(), { kind: 'sound', samples: 60_000 }, hears({ type: 'received', offset: 60_000 }));
    const [state, effects] = step(silent, hears({ type: 'status', state: 'ready' }));
    expect(state.settled).toBe(58_000);
    expect(effects).toEqual([{ kind: 'forget', before: 58_000 }]);
  });

  it('keeps all of a recording that is transcribed at its end', () => {
    const one = run(begin({ mode: 'after_recording' }, RATE), { kind: 'opened' }, ready(), { kind: 'sound', samples: 60_000 });
    const quiet = run(one, hears({ type: 'received', offset: 60_000 }), hears({ type: 'status', state: 'ready' }));
    expect(quiet.settled).toBe(0);
  });

  it('goes back to where the server says after a gap', () => {
    const sent = run(started(), { kind: 'sound', samples: 900 }, { kind: 'sent', to: 900 });
    const gap = run(sent, hears({ type: 'error', code: 'offset_gap', message: '', hint: '', fatal: false }));
    expect(nextToSend(gap)).toBeNull();
    expect(run(gap, hears({ type: 'received', offset: 300 })).sent).toBe(300);
  });

  it('waits longer with every try, and not at all when it is over', () => {
    const wait = (state: Recording) => {
      const [next, effects] = step(state, { kind: 'closed', chance: 0.5 });
      return [next, effects[0]?.kind === 'connect' ? effects[0].afterMs : null] as const;
    };
    const [first, one] = wait(started());
    const [second, two] = wait(first);
    expect([one, two, wait(second)[1]]).toEqual([250, 500, 1000]);
    const done = run(started(), hears({ type: 'done', receipt: { audio_ms: 0, voiced_ms: 0, words_ms: 0, inaudible_ms: 0, no_speech_ms: 0, cancelled_ms: 0, ranges: [] } }));
    expect(wait(done)[1]).toBeNull();
  });

  it('forgets the utterance that is cancelled and keeps the others', () => {
    const live = run(started(), told(1, 'one', 100), hears({ type: 'partial_text', utterance: 2, text: 'x', committed: '', tentative: 'x', audio_ms: 0, lag_ms: 0 }));
    const [state, effects] = step(live, { kind: 'cancel' });
    expect(state.utterances.map((one) => one.committed)).toEqual(['one']);
    expect(effects).toEqual([{ kind: 'send', message: { type: 'cancel' } }]);
  });
});
