// Files over the native WebSocket: decoded here, sent as fast as the server takes them, with its texts as progress.

import type { SessionSettings } from '../../generated/wire';
import { decodeFile, FILE_RATE } from '../audio/decode';
import { Recorder, type Keeper, type Socket } from '../session/recorder';
import type { Recording } from '../session/state';
import type { Segment } from '../text/subtitles';
import { Cancelled, Unreadable, type FileProgress, type FileTranscriber } from './transcriber';

const PIECE = FILE_RATE;

/** The file itself is the copy: nothing else is kept. */
const nothing: Keeper = { sound() {}, async text() {}, progress() {}, forget() {}, ended() {} };

export class SocketTranscriber implements FileTranscriber {
  #connect: () => Promise<Socket>;
  #wishes: () => SessionSettings;

  constructor(connect: () => Promise<Socket>, wishes: () => SessionSettings) {
    this.#connect = connect;
    this.#wishes = wishes;
  }

  async transcribe(file: File, on: (progress: FileProgress) => void, signal: AbortSignal): Promise<FileProgress> {
    on({ stage: 'reading', uploaded: 0, transcribed: 0, lengthMs: 0, segments: [] });
    const samples = await decodeFile(file).catch(() => {
      throw new Unreadable();
    });
    if (signal.aborted) throw new Cancelled();
    const settings: SessionSettings = {
      ...this.#wishes(),
      // Pauses give texts while it goes on, and places for subtitles.
      mode: 'on_pause',
      partials: false,
      audio: { encoding: 'pcm_s16le', sample_rate: FILE_RATE, channels: 1 },
    };
    return new Promise((resolve, reject) => {
      const changed = (state: Recording) => {
        const progress = progressOf(state, samples.length);
        on(progress);
        if (state.phase === 'done') resolve(progress);
        if (state.phase === 'failed') reject(new Error(state.problem?.message ?? ''));
      };
      const around = { connect: this.#connect, keeper: nothing, changed, now: () => performance.now(), chance: Math.random };
      const recorder = new Recorder(around, settings, FILE_RATE);
      signal.addEventListener('abort', () => {
        recorder.abandon();
        reject(new Cancelled());
      });
      for (let at = 0; at < samples.length; at += PIECE) recorder.sound(samples.subarray(at, at + PIECE));
      recorder.finish();
    });
  }
}

export function progressOf(state: Recording, length: number): FileProgress {
  const done = state.phase === 'done';
  const part = (samples: number) => (done ? 1 : length === 0 ? 0 : Math.min(1, samples / length));
  return {
    stage: state.link === 'closed' && !done ? 'offline' : 'working',
    uploaded: part(state.safe),
    transcribed: part(state.settled),
    lengthMs: Math.round((length * 1000) / state.sampleRate),
    segments: state.utterances.flatMap(segment),
  };
}

function segment({ final, baseMs }: Recording['utterances'][number]): Segment[] {
  if (!final || final.text === '') return [];
  const words = final.words.map((word) => ({ ...word, start_ms: word.start_ms + baseMs, end_ms: word.end_ms + baseMs }));
  const { text, raw_text: raw, language, confidence } = final;
  return [{ text, raw, words, startMs: final.start_ms + baseMs, endMs: final.end_ms + baseMs, language, confidence }];
}
