// The microphone as a source of 16-bit samples, kept open between recordings where the person wishes it.

import workletUrl from './capture.worklet.js?url';
import { PreRoll } from './preroll';

export interface MicrophoneWishes {
  deviceId: string;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGain: boolean;
  /** Stay open between recordings, so that the first word is never cut. */
  keepOpen: boolean;
}

/** Why there is no sound; each has its own advice. */
export type MicrophoneTrouble = 'insecure' | 'forbidden' | 'none' | 'busy' | 'lost' | 'failed';

export class MicrophoneError extends Error {
  readonly trouble: MicrophoneTrouble;

  constructor(trouble: MicrophoneTrouble, cause?: unknown) {
    super(trouble, { cause });
    this.trouble = trouble;
  }
}

const PRE_ROLL_S = 0.5;

export class Microphone {
  /** Made once and kept, so that a recording can begin while the server is away. */
  #prepared: Promise<AudioContext> | null = null;
  #stream: MediaStream | null = null;
  #nodes: AudioNode[] = [];
  #opened = '';
  #preRoll = new PreRoll(0);
  #deliver: ((samples: Int16Array) => void) | null = null;

  /** Called about fifty times a second while it is open, with the peak between 0 and 1. */
  onLevel: (peak: number) => void = () => {};
  /** The device went away in the middle. */
  onLost: () => void = () => {};

  get isOpen(): boolean {
    return this.#stream !== null;
  }

  /** Loads what runs in the audio thread; asks nobody for anything. */
  prepare(): Promise<AudioContext> {
    this.#prepared ??= load().catch((error: unknown) => {
      this.#prepared = null;
      throw error;
    });
    return this.#prepared;
  }

  /** Opens it if need be; the sample rate. */
  async open(wishes: MicrophoneWishes): Promise<number> {
    const wanted = JSON.stringify({ ...wishes, keepOpen: false });
    if (!navigator.mediaDevices?.getUserMedia) throw new MicrophoneError('insecure');
    try {
      const context = await this.prepare();
      if (!this.#stream || this.#opened !== wanted) {
        await this.close();
        this.#stream = await navigator.mediaDevices.getUserMedia({ audio: constraints(wishes) });
        this.#preRoll = new PreRoll(context.sampleRate * PRE_ROLL_S);
        const capture = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
        capture.port.onmessage = ({ data }) => {
          if (this.#nodes.includes(capture)) this.#heard(data.samples, data.peak);
        };
        const source = context.createMediaStreamSource(this.#stream);
        source.connect(capture);
        this.#nodes = [source, capture];
        this.#stream.getAudioTracks()[0]?.addEventListener('ended', () => this.#lost());
        this.#opened = wanted;
      }
      await context.resume();
      return context.sampleRate;
    } catch (error) {
      await this.close();
      throw new MicrophoneError(trouble(error), error);
    }
  }

  /** From now on every sample goes there, what was heard just before included. */
  take(deliver: (samples: Int16Array) => void): void {
    for (const samples of this.#preRoll.take()) deliver(samples);
    this.#deliver = deliver;
  }

  /** The recording is over. */
  async release(keepOpen: boolean): Promise<void> {
    this.#deliver = null;
    if (!keepOpen) await this.close();
  }

  async close(): Promise<void> {
    this.#deliver = null;
    this.#opened = '';
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    for (const node of this.#nodes) {
      node.disconnect();
      if (node instanceof AudioWorkletNode) node.port.postMessage('over');
    }
    this.#stream = null;
    this.#nodes = [];
    this.onLevel(0);
    // Without anything to do the audio thread may sleep.
    if (this.#prepared) await (await this.#prepared).suspend();
  }

  #heard(samples: Int16Array, peak: number): void {
    if (this.#deliver) this.#deliver(samples);
    else this.#preRoll.add(samples);
    this.onLevel(peak);
  }

  #lost(): void {
    void this.close();
    this.onLost();
  }
}

async function load(): Promise<AudioContext> {
  const context = new AudioContext({ latencyHint: 'interactive' });
  await context.audioWorklet.addModule(workletUrl);
  return context;
}

/** The microphones there are; without names until the person has allowed one. */
export async function microphones(): Promise<MediaDeviceInfo[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter((device) => device.kind === 'audioinput' && device.deviceId !== '');
}

function constraints(wishes: MicrophoneWishes): MediaTrackConstraints {
  const { echoCancellation, noiseSuppression, autoGain, deviceId } = wishes;
  const treated = { channelCount: 1, echoCancellation, noiseSuppression, autoGainControl: autoGain };
  return deviceId ? { ...treated, deviceId: { exact: deviceId } } : treated;
}

function trouble(error: unknown): MicrophoneTrouble {
  if (error instanceof MicrophoneError) return error.trouble;
  switch ((error as DOMException | undefined)?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'forbidden';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}
