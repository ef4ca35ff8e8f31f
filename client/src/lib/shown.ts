// Which state people see, from everything that goes on. Pure.

import type { Phrase } from './i18n/dictionary';
import type { Recording } from './session/state';

export type Shape = 'ready' | 'opening' | 'listening' | 'working' | 'queued' | 'offline';

export interface Shown {
  shape: Shape;
  words: Phrase;
  more: Phrase;
  position: number | null;
}

export interface Circumstances {
  stage: 'idle' | 'opening' | 'recording';
  quiet: boolean;
  serverDown: boolean;
  /** What an earlier page left behind is still being looked for. */
  looking: boolean;
  recording: Recording | null;
}

const show = (shape: Shape, words: Phrase, position: number | null = null): Shown => {
  const more = (words === 'state.queued.position' ? 'state.queued.more' : `${words}.more`) as Phrase;
  return { shape, words, more, position };
};

export function shownState({ stage, quiet, serverDown, looking, recording }: Circumstances): Shown {
  if (stage === 'opening') return show('opening', 'state.opening');
  const cut = recording !== null && recording.link !== 'ready' && recording.attempts > 0;
  if (stage === 'recording') {
    if (cut) return show('offline', 'state.offline.recording');
    if (quiet) return show('listening', 'state.quiet');
    return recording?.activity === 'queued' ? queued(recording) : show('listening', 'state.listening');
  }
  if (!recording && looking) return show('working', 'state.looking');
  if (!recording) return serverDown ? show('offline', 'state.offline') : show('ready', 'state.ready');
  if (cut) return show('offline', 'state.waiting');
  switch (recording.activity) {
    case 'queued':
      return queued(recording);
    case 'generating':
      return show('working', 'state.generating');
    case 'processing':
      return show('working', 'state.processing');
    default:
      return show('working', recording.sent < recording.produced ? 'state.sending' : 'state.processing');
  }
}

function queued(recording: Recording): Shown {
  return recording.queuePosition ? show('queued', 'state.queued.position', recording.queuePosition) : show('queued', 'state.queued');
}
