import { describe, expect, it } from 'vitest';

import type { WordTiming } from '../../generated/wire';
import { cues, exportAs, type Segment } from './subtitles';
import { timedWords, wordAt } from './timing';

const heard = (text: string, step = 500): WordTiming[] =>
  text.split(' ').map((word, n) => ({ word, start_ms: n * step, end_ms: n * step + 400, confidence: 1 }));

const segment = (text: string, raw = text): Segment => {
  const words = heard(raw);
  return { text, raw, words, startMs: 0, endMs: words.at(-1)!.end_ms, language: 'en', confidence: 1 };
};

describe('times of words', () => {
  it('are those of the same words, whatever case and punctuation became of them', () => {
    const timed = timedWords('Send it, Anna.', heard('um send it anna'), 0, 2000);
    expect(timed.map((word) => word.startMs)).toEqual([500, 1000, 1500]);
  });

  it('of changed words lie between their neighbours', () => {
    const timed = timedWords('send three hundred euros now', heard('send 300 now'), 0, 1400);
    expect(timed.map((word) => [word.startMs, word.endMs])).toEqual([[0, 400], [400, 600], [600, 800], [800, 1000], [1000, 1400]]);
  });

  it('never run backwards', () => {
    const timed = timedWords('a b c d', heard('d a'), 0, 900);
    for (let n = 1; n < timed.length; n++) expect(timed[n]!.startMs).toBeGreaterThanOrEqual(timed[n - 1]!.startMs);
  });

  it('find the word at a moment', () => {
    const timed = timedWords('a b c', heard('a b c'), 0, 1400);
    expect([-1, 0, 450, 500, 9999].map((ms) => wordAt(timed, ms))).toEqual([-1, 0, 0, 1, 2]);
  });
});

describe('subtitles', () => {
  it('have lines of at most 42 characters and cues of at most six seconds, and lose no word', () => {
    const text = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen';
    const made = cues([segment(text)]);
    expect(made.flatMap((cue) => cue.lines).join(' ')).toBe(text);
    for (const cue of made) {
      expect(cue.endMs - cue.startMs).toBeLessThanOrEqual(6000);
      for (const line of cue.lines) expect(line.length).toBeLessThanOrEqual(42);
    }
  });

  it('are written as SRT and WebVTT', () => {
    const one = [segment('a <b> & c')];
    expect(exportAs('srt', one)).toBe('1\n00:00:00,000 --> 00:00:01,900\na <b> & c\n');
    expect(exportAs('vtt', one)).toBe('WEBVTT\n\n00:00:00.000 --> 00:00:01.900\na &lt;b> &amp; c\n');
  });

  it('come as text and data too', () => {
    const two = [segment('First.'), segment('Second.')];
    expect(exportAs('txt', two)).toBe('First.\nSecond.\n');
    expect(JSON.parse(exportAs('json', two)).segments[1]).toMatchObject({ text: 'Second.', start_ms: 0, language: 'en' });
  });
});
