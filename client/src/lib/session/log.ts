// The sound of a recording that somebody may still need: appended at the end, read from anywhere, forgotten from the front.

export interface SoundPiece {
  /** Absolute sample number of the first sample. */
  offset: number;
  samples: Int16Array;
}

export class SoundLog {
  #pieces: SoundPiece[] = [];
  #end: number;

  constructor(start = 0) {
    this.#end = start;
  }

  get end(): number {
    return this.#end;
  }

  /** First sample that is still here. */
  get start(): number {
    return this.#pieces[0]?.offset ?? this.#end;
  }

  append(samples: Int16Array): SoundPiece {
    const piece = { offset: this.#end, samples };
    this.#pieces.push(piece);
    this.#end += samples.length;
    return piece;
  }

  /** At most `most` samples from `from` on; fewer at the end of a piece; none where there is nothing. */
  read(from: number, most: number): Int16Array {
    const piece = this.#pieces[this.#find(from)];
    if (!piece) return new Int16Array(0);
    const at = from - piece.offset;
    return piece.samples.subarray(at, at + most);
  }

  /** Drops whole pieces before this sample. */
  forget(before: number): void {
    const keep = this.#pieces.findIndex((piece) => piece.offset + piece.samples.length > before);
    this.#pieces = keep < 0 ? [] : this.#pieces.slice(keep);
  }

  #find(sample: number): number {
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const piece = this.#pieces[middle]!;
      if (piece.offset + piece.samples.length <= sample) low = middle + 1;
      else high = middle;
    }
    const found = this.#pieces[low];
    return found && found.offset <= sample ? low : this.#pieces.length;
  }
}
