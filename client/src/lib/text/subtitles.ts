// A transcript as a file: plain text, subtitles, data.

import type { WordTiming } from '../../generated/wire';
import { timedWords, type TimedWord } from './timing';

export interface Segment {
  text: string;
  raw: string;
  words: WordTiming[];
  startMs: number;
  endMs: number;
  language: string;
  confidence: number;
}

export type ExportFormat = 'txt' | 'srt' | 'vtt' | 'json';

/** What people read without haste: two lines of 42 characters, six seconds. */
const MOST_CHARACTERS = 84;
const LINE = 42;
const MOST_MS = 6000;

interface Cue {
  startMs: number;
  endMs: number;
  lines: string[];
}

export function exportAs(format: ExportFormat, segments: Segment[]): string {
  switch (format) {
    case 'txt':
      return segments.map((segment) => `${segment.text}\n`).join('');
    case 'srt':
      return cues(segments)
        .map((cue, n) => `${n + 1}\n${time(cue.startMs, ',')} --> ${time(cue.endMs, ',')}\n${cue.lines.join('\n')}\n`)
        .join('\n');
    case 'vtt':
      return ['WEBVTT\n', ...cues(segments).map((cue) => `${time(cue.startMs, '.')} --> ${time(cue.endMs, '.')}\n${escaped(cue.lines.join('\n'))}\n`)].join('\n');
    case 'json':
      return `${JSON.stringify({ segments: segments.map(asData) }, null, 2)}\n`;
  }
}

function asData(segment: Segment) {
  const { text, raw, words, startMs, endMs, language, confidence } = segment;
  return { text, raw_text: raw, start_ms: startMs, end_ms: endMs, language, confidence, words };
}

export function cues(segments: Segment[]): Cue[] {
  return segments.flatMap((segment) => {
    const parts: TimedWord[][] = [];
    for (const word of timedWords(segment.text, segment.words, segment.startMs, segment.endMs)) {
      const part = parts.at(-1);
      if (part && fits(part, word)) part.push(word);
      else parts.push([word]);
    }
    return parts.map((part) => ({
      startMs: part[0]!.startMs,
      endMs: Math.max(part.at(-1)!.endMs, part[0]!.startMs + 1),
      lines: broken(part.map((word) => word.text)),
    }));
  });
}

function fits(part: TimedWord[], next: TimedWord): boolean {
  const words = [...part, next];
  const characters = words.reduce((sum, word) => sum + word.text.length + 1, -1);
  // After the end of a sentence a new cue begins, unless the sentence was very short.
  const sentence = /[.!?…]["»”)]?$/u.test(part.at(-1)!.text) && characters > LINE;
  return !sentence && characters <= MOST_CHARACTERS && next.endMs - part[0]!.startMs <= MOST_MS;
}

/** One line if it fits, else two of about the same length. */
function broken(words: string[]): string[] {
  const whole = words.join(' ');
  if (whole.length <= LINE || words.length < 2) return [whole];
  const cuts = words.slice(1).map((_, n) => [words.slice(0, n + 1).join(' '), words.slice(n + 1).join(' ')]);
  const longest = (lines: string[]) => Math.max(...lines.map((line) => line.length));
  return cuts.reduce((best, cut) => (longest(cut) < longest(best) ? cut : best));
}

function time(ms: number, separator: string): string {
  const pad = (value: number, digits: number) => String(Math.floor(value)).padStart(digits, '0');
  return `${pad(ms / 3_600_000, 2)}:${pad((ms / 60_000) % 60, 2)}:${pad((ms / 1000) % 60, 2)}${separator}${pad(ms % 1000, 3)}`;
}

/** What WebVTT would take for markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('-->', '--&gt;');
}
