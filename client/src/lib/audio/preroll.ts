// The last moments of sound before somebody pressed the key: the first word is often spoken too early.

export class PreRoll {
  #pieces: Int16Array[] = [];
  #samples = 0;
  #most: number;

  constructor(mostSamples: number) {
    this.#most = mostSamples;
  }

  add(samples: Int16Array): void {
    this.#pieces.push(samples);
    this.#samples += samples.length;
    while (this.#samples - this.#pieces[0]!.length >= this.#most) this.#samples -= this.#pieces.shift()!.length;
  }

  /** Everything that is kept, in order; nothing is kept afterwards. */
  take(): Int16Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#samples = 0;
    return pieces;
  }
}
