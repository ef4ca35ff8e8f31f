// Carries out what the state machine of a recording decides: socket, clock, storage.

import type { ClientMessage, ServerMessage, SessionSettings } from '../../generated/wire';
import { encodeFrame } from '../wire/frame';
import { SoundLog } from './log';
import { begin, nextToSend, step, type Recording, type RecordingEffect, type RecordingEvent, type Utterance } from './state';

/** Sent at once at most; also far below the server's frame limit. */
const MOST_SAMPLES = 16_000;
/** No more than this waits inside the browser's socket. */
const MOST_BUFFERED = 512 * 1024;
const PUMP_AGAIN_MS = 40;
const HEARTBEAT_MS = 5_000;
/** A socket that says nothing for so long is dead, whatever the system believes. */
const SILENT_MS = 12_000;

/** The part of a WebSocket that is used here. */
export interface Socket {
  binaryType: BinaryType;
  readonly bufferedAmount: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(data: string | ArrayBuffer): void;
  close(code?: number): void;
}

/** Where a recording is kept until it has become text. */
export interface Keeper {
  sound(offset: number, samples: Int16Array): void;
  /** Resolves when the text is safe on disk. */
  text(utterance: Utterance): Promise<void>;
  progress(state: Recording): void;
  forget(before: number): void;
  ended(state: Recording): void;
}

export interface Surroundings {
  connect(): Promise<Socket>;
  keeper: Keeper;
  changed(state: Recording): void;
  now(): number;
  chance(): number;
}

export class Recorder {
  #state: Recording;
  #log: SoundLog;
  #around: Surroundings;
  #socket: Socket | null = null;
  #connecting = false;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #pumping: ReturnType<typeof setTimeout> | null = null;
  #heartbeat: ReturnType<typeof setInterval> | null = null;
  #heardAt = 0;
  #closed = false;

  constructor(around: Surroundings, settings: SessionSettings, sampleRate: number, resumed?: { state: Recording; log: SoundLog }) {
    this.#around = around;
    this.#state = resumed?.state ?? begin(settings, sampleRate);
    this.#log = resumed?.log ?? new SoundLog();
    void this.#connect();
  }

  get state(): Recording {
    return this.#state;
  }

  sound(samples: Int16Array): void {
    const piece = this.#log.append(samples);
    this.#around.keeper.sound(piece.offset, samples);
    this.#take({ kind: 'sound', samples: samples.length });
    this.#pump();
  }

  finish(): void {
    this.#take({ kind: 'finish' });
    this.#pump();
  }

  cancelUtterance(): void {
    this.#take({ kind: 'cancel' });
  }

  wish(settings: SessionSettings): void {
    this.#take({ kind: 'wish', settings });
  }

  /** The network is back: do not wait for the back-off. */
  tryNow(): void {
    if (this.#retry === null) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    void this.#connect();
  }

  /** Stops without waiting for results: nobody wants them. */
  abandon(): void {
    this.#shut();
  }

  #take(event: RecordingEvent): void {
    const [state, effects] = step(this.#state, event);
    if (state === this.#state && effects.length === 0) return;
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    this.#around.changed(this.#state);
  }

  #perform(effect: RecordingEffect): void {
    switch (effect.kind) {
      case 'send':
        this.#say(effect.message);
        break;
      case 'connect':
        this.#retry = setTimeout(() => {
          this.#retry = null;
          void this.#connect();
        }, effect.afterMs);
        break;
      case 'keep': {
        const epoch = this.#state.epoch;
        void this.#around.keeper.text(effect.utterance).then(() => {
          const same = this.#state.epoch === epoch && this.#state.link === 'ready';
          if (same) this.#say({ type: 'ack', utterance: effect.number });
        });
        break;
      }
      case 'forget':
        this.#log.forget(effect.before);
        this.#around.keeper.forget(effect.before);
        break;
      case 'end':
        this.#around.keeper.ended(this.#state);
        this.#shut();
        break;
    }
  }

  async #connect(): Promise<void> {
    if (this.#closed || this.#socket || this.#connecting) return;
    this.#connecting = true;
    let socket: Socket;
    try {
      socket = await this.#around.connect();
    } catch {
      this.#connecting = false;
      if (!this.#closed) this.#take({ kind: 'closed', chance: this.#around.chance() });
      return;
    }
    this.#connecting = false;
    if (this.#closed) return socket.close(1000);
    this.#socket = socket;
    this.#heardAt = this.#around.now();
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#take({ kind: 'opened' });
    socket.onmessage = ({ data }) => this.#heard(socket, data);
    socket.onclose = () => this.#lost(socket);
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  #heard(socket: Socket, data: unknown): void {
    if (socket !== this.#socket || typeof data !== 'string') return;
    this.#heardAt = this.#around.now();
    const message = JSON.parse(data) as ServerMessage;
    this.#take({ kind: 'message', message });
    if (message.type === 'ready') this.#around.keeper.progress(this.#state);
    this.#pump();
  }

  #lost(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (!this.#closed) this.#take({ kind: 'closed', chance: this.#around.chance() });
  }

  #beat(): void {
    const socket = this.#socket;
    if (!socket) return;
    if (this.#around.now() - this.#heardAt < SILENT_MS) {
      if (this.#state.link === 'ready') this.#say({ type: 'ping', t: 0 });
      return;
    }
    // Nobody is there: its close event may be minutes away.
    socket.onclose = null;
    socket.close();
    this.#lost(socket);
  }

  #pump(): void {
    while (this.#socket && this.#socket.bufferedAmount < MOST_BUFFERED) {
      const next = nextToSend(this.#state);
      if (next === null) return;
      if (next === 'finish') {
        this.#say({ type: 'finish' });
        this.#take({ kind: 'finish_sent' });
        return;
      }
      const { sent, base } = this.#state;
      const samples = this.#log.read(sent, MOST_SAMPLES);
      // What is not here any more had become text: the server asks for it only if we misunderstood each other.
      const to = samples.length > 0 ? sent + samples.length : this.#log.start;
      if (samples.length > 0) this.#socket.send(encodeFrame(sent - base, samples));
      if (to <= sent) return;
      this.#take({ kind: 'sent', to });
    }
    if (this.#socket && this.#pumping === null) {
      this.#pumping = setTimeout(() => {
        this.#pumping = null;
        this.#pump();
      }, PUMP_AGAIN_MS);
    }
  }

  #say(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #shut(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#pumping !== null) clearTimeout(this.#pumping);
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    const socket = this.#socket;
    this.#socket = null;
    // Goodbye: the server need not wait for us to come back.
    socket?.close(1000);
  }
}
