// How a file becomes text. The page knows only this; over which way it happens is the business of whoever implements it.

import type { Segment } from '../text/subtitles';

export interface FileProgress {
  stage: 'reading' | 'working' | 'offline';
  /** 0 to 1: how much the server has, and how much is text. */
  uploaded: number;
  transcribed: number;
  lengthMs: number;
  segments: Segment[];
}

export class Unreadable extends Error {}
export class Cancelled extends Error {}

export interface FileTranscriber {
  /** Rejects with `Unreadable` or `Cancelled`, or with what the server said. */
  transcribe(file: File, on: (progress: FileProgress) => void, signal: AbortSignal): Promise<FileProgress>;
}
