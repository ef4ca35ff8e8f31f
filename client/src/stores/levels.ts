// The last levels of the microphone, for whoever draws them. No state of the page: it changes fifty times a second.

export const LEVELS = 128;

export class Levels {
  readonly ring = new Float32Array(LEVELS);
  at = 0;
  #loudest = 0;
  #since = 0;

  add(peak: number): void {
    this.ring[this.at % LEVELS] = peak;
    this.at += 1;
    this.#loudest = Math.max(this.#loudest, peak);
    this.#since += 1;
  }

  get latest(): number {
    return this.ring[(this.at + LEVELS - 1) % LEVELS] ?? 0;
  }

  /** The loudest since the last question, and how many levels that were. */
  loudest(): { peak: number; of: number } {
    const answer = { peak: this.#loudest, of: this.#since };
    this.#loudest = this.#since = 0;
    return answer;
  }

  reset(): void {
    this.ring.fill(0);
    this.#loudest = this.#since = 0;
  }
}
