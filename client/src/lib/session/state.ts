// What one recording knows and decides, as a pure state machine: events in, effects out.
//
// Promises: sound counts from the start of the recording, whichever server session carries it; sound is kept until its
// text is here, not merely until the server has it, so that a server that was restarted gets it again; each utterance
// has one final text, however often it is told.

import type { BusyReason, ClientMessage, FinalText, Receipt, ServerMessage, SessionSettings } from '../../generated/wire';
import { after } from './backoff';

/** Kept before a silence that the server has settled: speech may have begun in it. */
const SILENCE_KEPT_S = 2;

export interface Utterance {
  /** Unique in the recording. */
  key: string;
  committed: string;
  tentative: string;
  final: FinalText | null;
  /** Where its server session began, to place its times in the recording. */
  baseMs: number;
}

export type Phase = 'recording' | 'finishing' | 'done' | 'failed';
export type Link = 'closed' | 'greeting' | 'ready';
export type Activity = 'listening' | 'queued' | 'processing' | 'generating' | 'ready';

export interface Credentials {
  session: string;
  token: string;
}

export interface Recording {
  settings: SessionSettings;
  sampleRate: number;
  phase: Phase;
  link: Link;
  credentials: Credentials | null;
  /** How many server sessions have carried it before this one. */
  epoch: number;
  /** Sample at which the present server session began. */
  base: number;
  produced: number;
  sent: number;
  /** Received by the server, up to here. */
  safe: number;
  /** Become text, or known to be silence, up to here. */
  settled: number;
  finishSent: boolean;
  /** The server missed something: go on from where it says next. */
  rewinding: boolean;
  utterances: Utterance[];
  activity: Activity;
  queuePosition: number | null;
  etaMs: number | null;
  attempts: number;
  busy: { reason: BusyReason; retryAfterMs: number } | null;
  notice: { code: string; message: string } | null;
  problem: { code: string; message: string; hint: string } | null;
  receipt: Receipt | null;
}

export type RecordingEvent =
  | { kind: 'opened' }
  | { kind: 'closed'; chance: number }
  | { kind: 'sound'; samples: number }
  | { kind: 'sent'; to: number }
  | { kind: 'finish' }
  | { kind: 'finish_sent' }
  | { kind: 'cancel' }
  | { kind: 'wish'; settings: SessionSettings }
  | { kind: 'message'; message: ServerMessage };

export type RecordingEffect =
  | { kind: 'send'; message: ClientMessage }
  | { kind: 'connect'; afterMs: number }
  /** Keep this text safely, then acknowledge it. */
  | { kind: 'keep'; utterance: Utterance; number: number }
  | { kind: 'forget'; before: number }
  /** Everything is out (or nothing more will come): say goodbye. */
  | { kind: 'end' };

export type Step = [Recording, RecordingEffect[]];

export function begin(settings: SessionSettings, sampleRate: number): Recording {
  return {
    settings,
    sampleRate,
    phase: 'recording',
    link: 'closed',
    credentials: null,
    epoch: 0,
    base: 0,
    produced: 0,
    sent: 0,
    safe: 0,
    settled: 0,
    finishSent: false,
    rewinding: false,
    utterances: [],
    activity: 'ready',
    queuePosition: null,
    etaMs: null,
    attempts: 0,
    busy: null,
    notice: null,
    problem: null,
    receipt: null,
  };
}

/** What may be sent now: a range of samples, the end of the recording, or nothing. */
export function nextToSend(state: Recording): 'sound' | 'finish' | null {
  if (state.link !== 'ready' || state.rewinding) return null;
  if (state.sent < state.produced) return 'sound';
  return state.phase === 'finishing' && !state.finishSent ? 'finish' : null;
}

export function step(state: Recording, event: RecordingEvent): Step {
  switch (event.kind) {
    case 'opened':
      return [{ ...state, link: 'greeting' }, [{ kind: 'send', message: greeting(state) }]];
    case 'closed':
      return closed(state, event.chance);
    case 'sound':
      return [{ ...state, produced: state.produced + event.samples }, []];
    case 'sent':
      return [{ ...state, sent: Math.max(state.sent, event.to) }, []];
    case 'finish':
      return [state.phase === 'recording' ? { ...state, phase: 'finishing' } : state, []];
    case 'finish_sent':
      return [{ ...state, finishSent: true }, []];
    case 'cancel':
      return cancelled(state);
    case 'wish':
      return wished(state, event.settings);
    case 'message':
      return heard(state, event.message);
  }
}

function greeting(state: Recording): ClientMessage {
  if (!state.credentials) {
    const id = state.settings.client_recording_id;
    // Utterances count from one again in a new session: the history must not take them for the earlier ones.
    const own = id === undefined || state.epoch === 0 ? {} : { client_recording_id: `${id}.${state.epoch}` };
    return { type: 'start', ...state.settings, ...own };
  }
  return { type: 'resume', session: state.credentials.session, resume_token: state.credentials.token };
}

function closed(state: Recording, chance: number): Step {
  const now: Recording = { ...state, link: 'closed', finishSent: false, rewinding: false };
  if (state.phase === 'done' || state.phase === 'failed') return [now, []];
  const attempts = state.attempts + 1;
  return [{ ...now, attempts }, [{ kind: 'connect', afterMs: after(attempts, chance) }]];
}

/** What is being said is not wanted: it is gone from the text, and nobody sends it again. */
function cancelled(state: Recording): Step {
  const effects: RecordingEffect[] = state.link === 'ready' ? [{ kind: 'send', message: { type: 'cancel' } }] : [];
  const utterances = state.utterances.filter((utterance) => utterance.final);
  return [{ ...state, utterances }, effects];
}

function wished(state: Recording, settings: SessionSettings): Step {
  const { audio: _, ...rest } = settings;
  const effects: RecordingEffect[] =
    state.link === 'ready' ? [{ kind: 'send', message: { type: 'settings', ...rest } }] : [];
  return [{ ...state, settings: { ...state.settings, ...rest } }, effects];
}

function heard(state: Recording, message: ServerMessage): Step {
  switch (message.type) {
    case 'ready': {
      const from = state.base + message.received_offset;
      const credentials = { session: message.session, token: message.resume_token };
      const ready: Recording = { ...state, link: 'ready', credentials, attempts: 0, sent: from, finishSent: false };
      return [{ ...ready, safe: Math.max(state.safe, from), problem: null }, []];
    }
    case 'received': {
      const to = state.base + message.offset;
      const sent = state.rewinding ? to : state.sent;
      return [{ ...state, safe: Math.max(state.safe, to), sent, rewinding: false }, []];
    }
    case 'partial_text': {
      const { committed, tentative, utterance } = message;
      return [{ ...state, utterances: put(state, utterance, { committed, tentative }) }, []];
    }
    case 'final_text':
      return final(state, message);
    case 'status':
      return status(state, message);
    case 'busy':
      return [{ ...state, busy: { reason: message.reason, retryAfterMs: message.retry_after_ms } }, []];
    case 'notice':
      return [{ ...state, notice: { code: message.code, message: message.message } }, []];
    case 'done': {
      const done: Recording = { ...state, phase: 'done', receipt: message.receipt, activity: 'ready', busy: null };
      return [{ ...done, settled: state.produced }, [{ kind: 'end' }]];
    }
    case 'error':
      return problem(state, message);
    default:
      return [state, []];
  }
}

function final(state: Recording, message: { type: 'final_text' } & FinalText): Step {
  const { type: _, ...text } = message;
  const utterances = put(state, text.utterance, { committed: text.text, tentative: '', final: text });
  const utterance = utterances.find((one) => one.key === key(state, text.utterance))!;
  const settled = Math.max(state.settled, Math.min(state.produced, state.base + samples(state, text.end_ms)));
  const effects: RecordingEffect[] = [
    { kind: 'keep', utterance, number: text.utterance },
    { kind: 'forget', before: settled },
  ];
  return [{ ...state, utterances, settled, busy: null }, effects];
}

function status(state: Recording, message: Extract<ServerMessage, { type: 'status' }>): Step {
  const told: Recording = {
    ...state,
    activity: message.state,
    queuePosition: message.queue_position ?? null,
    etaMs: message.eta_ms ?? null,
  };
  // Nothing is spoken and nothing is worked on: what the server has of it is silence.
  const idle = message.state === 'ready' && state.settings.mode !== 'after_recording';
  const silent = state.safe - SILENCE_KEPT_S * state.sampleRate;
  if (!idle || silent <= state.settled) return [told, []];
  return [{ ...told, settled: silent }, [{ kind: 'forget', before: silent }]];
}

function problem(state: Recording, error: { code: string; message: string; hint: string; fatal: boolean }): Step {
  const { code, message, hint } = error;
  switch (code) {
    case 'unknown_session': {
      // The server has forgotten us (a restart): begin again with everything that is not text yet.
      const again: Recording = {
        ...state,
        credentials: null,
        epoch: state.epoch + 1,
        base: state.settled,
        sent: state.settled,
        safe: state.settled,
        finishSent: false,
        utterances: state.utterances.filter((utterance) => utterance.final),
      };
      return [again, [{ kind: 'send', message: greeting(again) }]];
    }
    case 'offset_gap':
      return [{ ...state, rewinding: true }, []];
    case 'offset_overlap':
      return [state, []];
    default: {
      const failed = error.fatal || ['bad_language', 'bad_style', 'bad_sample_rate', 'bad_field'].includes(code);
      const next: Recording = { ...state, problem: { code, message, hint } };
      return failed && state.sent === state.base ? [{ ...next, phase: 'failed' }, [{ kind: 'end' }]] : [next, []];
    }
  }
}

function key(state: Recording, number: number): string {
  return `${state.epoch}.${number}`;
}

function samples(state: Recording, ms: number): number {
  return Math.round((ms * state.sampleRate) / 1000);
}

/** The utterances with this one as it is now, in the order of speaking. */
function put(state: Recording, number: number, change: Partial<Utterance>): Utterance[] {
  const wanted = key(state, number);
  if (state.utterances.some((one) => one.key === wanted)) {
    return state.utterances.map((one) => (one.key === wanted && !(one.final && !change.final) ? { ...one, ...change } : one));
  }
  const baseMs = Math.round((state.base * 1000) / state.sampleRate);
  return [...state.utterances, { key: wanted, committed: '', tentative: '', final: null, baseMs, ...change }];
}
