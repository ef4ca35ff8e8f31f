// The words of a text as it is shown, with the times of the words that were recognised.

import type { WordTiming } from '../../generated/wire';

export interface TimedWord {
  text: string;
  startMs: number;
  endMs: number;
}

const plain = (word: string) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Same words get their own times; words that were changed share the time between their neighbours. */
export function timedWords(text: string, words: WordTiming[], startMs: number, endMs: number): TimedWord[] {
  const shown = text.split(/\s+/u).filter((word) => word !== '');
  const matches = align(shown.map(plain), words.map((word) => plain(word.word)));
  const timed: TimedWord[] = [];
  for (let at = 0; at < shown.length; ) {
    const match = matches[at];
    if (match !== undefined) {
      const word = words[match]!;
      timed.push({ text: shown[at]!, startMs: word.start_ms, endMs: word.end_ms });
      at += 1;
      continue;
    }
    let until = at;
    while (until < shown.length && matches[until] === undefined) until += 1;
    const from = timed.at(-1)?.endMs ?? startMs;
    const next = matches[until];
    const to = Math.max(from, next === undefined ? endMs : words[next]!.start_ms);
    const each = (to - from) / (until - at);
    for (let n = at; n < until; n++) {
      timed.push({ text: shown[n]!, startMs: Math.round(from + (n - at) * each), endMs: Math.round(from + (n - at + 1) * each) });
    }
    at = until;
  }
  return timed;
}

/** For each of `shown` the index of its partner, by the longest common subsequence. */
function align(shown: string[], heard: string[]): (number | undefined)[] {
  const width = heard.length + 1;
  const best = new Uint16Array((shown.length + 1) * width);
  for (let i = shown.length - 1; i >= 0; i--) {
    for (let j = heard.length - 1; j >= 0; j--) {
      const same = shown[i] === heard[j] ? best[(i + 1) * width + j + 1]! + 1 : 0;
      best[i * width + j] = Math.max(same, best[(i + 1) * width + j]!, best[i * width + j + 1]!);
    }
  }
  const found: (number | undefined)[] = new Array(shown.length).fill(undefined);
  for (let i = 0, j = 0; i < shown.length && j < heard.length; ) {
    if (shown[i] === heard[j] && best[i * width + j] === best[(i + 1) * width + j + 1]! + 1) {
      found[i++] = j++;
    } else if (best[(i + 1) * width + j]! >= best[i * width + j + 1]!) {
      i += 1;
    } else {
      j += 1;
    }
  }
  return found;
}

/** The word that is spoken at this time: the last that has begun; -1 before the first. */
export function wordAt(words: TimedWord[], ms: number): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle]!.startMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
