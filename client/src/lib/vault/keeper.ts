// Keeps one recording in the vault while it goes on: sound in pieces of about half a second, texts before they are
// acknowledged.

import type { Keeper } from '../session/recorder';
import type { Recording, Utterance } from '../session/state';
import type { KeptRecording, Vault } from './vault';

const PIECES_PER_S = 2;

export class VaultKeeper implements Keeper {
  #vault: Vault;
  #kept: KeptRecording;
  #waiting: Int16Array[] = [];
  #waitingFrom = 0;
  #waitingSamples = 0;
  /** Writes happen one after the other, so that a removal is the last. */
  #last: Promise<unknown> = Promise.resolve();
  #failed: (error: unknown) => void;

  constructor(vault: Vault, kept: KeptRecording, failed: (error: unknown) => void) {
    this.#vault = vault;
    this.#kept = kept;
    this.#failed = failed;
    this.#then(() => vault.keep(kept));
  }

  sound(offset: number, samples: Int16Array): void {
    if (this.#waitingSamples === 0) this.#waitingFrom = offset;
    this.#waiting.push(samples);
    this.#waitingSamples += samples.length;
    if (this.#waitingSamples >= this.#kept.sampleRate / PIECES_PER_S) this.flush();
  }

  /** Writes what waits for a whole piece. */
  flush(): void {
    if (this.#waitingSamples === 0) return;
    const whole = new Int16Array(this.#waitingSamples);
    let at = 0;
    for (const samples of this.#waiting) {
      whole.set(samples, at);
      at += samples.length;
    }
    const piece = { recording: this.#kept.id, offset: this.#waitingFrom, samples: whole.buffer };
    this.#waiting = [];
    this.#waitingSamples = 0;
    this.#then(() => this.#vault.keepSound(piece));
  }

  async text(utterance: Utterance): Promise<void> {
    const others = this.#kept.utterances.filter((one) => one.key !== utterance.key);
    this.#kept = { ...this.#kept, utterances: [...others, utterance] };
    await this.#then(() => this.#vault.keep(this.#kept));
  }

  progress(state: Recording): void {
    const { credentials, base, epoch, settled } = state;
    this.#kept = { ...this.#kept, credentials, base, epoch, settled };
    this.#then(() => this.#vault.keep(this.#kept));
  }

  forget(before: number): void {
    this.#kept = { ...this.#kept, settled: Math.max(this.#kept.settled, before) };
    this.#then(() => this.#vault.keep(this.#kept));
    this.#then(() => this.#vault.forgetSound(this.#kept.id, before));
  }

  ended(state: Recording): void {
    this.flush();
    if (state.phase === 'done') this.#then(() => this.#vault.remove(this.#kept.id));
  }

  /** When everything so far is written. */
  async written(): Promise<void> {
    await this.#last;
  }

  #then(write: () => Promise<unknown>): Promise<unknown> {
    // A full disk must not stop the recording; that it is kept nowhere else must be said.
    this.#last = this.#last.then(write).catch(this.#failed);
    return this.#last;
  }
}
