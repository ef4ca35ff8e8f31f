// A recording that an earlier page left behind, as the state machine would have it.

import { SoundLog } from '../session/log';
import { begin, type Recording } from '../session/state';
import type { KeptRecording, KeptSound } from './vault';

export interface Recovered {
  state: Recording;
  log: SoundLog;
}

/** Ready to be finished: its end is where the page stopped. */
export function recover(kept: KeptRecording, sound: KeptSound[]): Recovered {
  const first = sound[0]?.offset ?? kept.settled;
  const log = new SoundLog(first);
  for (const piece of sound) {
    // A piece that was never written would shift all that follows: silence stands for it.
    const gap = piece.offset - log.end;
    if (gap > 0) log.append(new Int16Array(gap));
    if (gap >= 0) log.append(new Int16Array(piece.samples));
  }
  const settled = Math.min(Math.max(kept.settled, first), log.end);
  const state: Recording = {
    ...begin(kept.settings, kept.sampleRate),
    phase: 'finishing',
    credentials: kept.credentials,
    epoch: kept.epoch,
    base: kept.base,
    produced: log.end,
    sent: settled,
    safe: settled,
    settled,
    utterances: kept.utterances,
  };
  return { state, log };
}

/** Whether anything in it has not become text. */
export function isUnfinished(recovered: Recovered): boolean {
  const { state } = recovered;
  return state.produced - state.settled > state.sampleRate / 10;
}
