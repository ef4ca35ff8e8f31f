// The files of this page: a few at a time, each with its own progress, cancel and result.

import { SocketTranscriber } from '../lib/files/socket';
import { Cancelled, Unreadable, type FileProgress } from '../lib/files/transcriber';
import { connect } from './connect';
import { wishes } from './dictation.svelte';

const AT_ONCE = 2;

export type FileState = 'waiting' | 'reading' | 'working' | 'offline' | 'done' | 'failed' | 'cancelled' | 'unreadable';

export class FileEntry {
  readonly id = crypto.randomUUID();
  readonly file: File;
  readonly url: string;
  state = $state<FileState>('waiting');
  progress = $state.raw<FileProgress | null>(null);
  problem = $state('');
  /** Texts that were corrected, by the index of their segment. */
  corrected = $state<Record<number, string>>({});
  control = new AbortController();

  constructor(file: File) {
    this.file = file;
    this.url = URL.createObjectURL(file);
  }

  get isOver(): boolean {
    return ['done', 'failed', 'cancelled', 'unreadable'].includes(this.state);
  }

  /** As corrected. */
  get segments() {
    return (this.progress?.segments ?? []).map((segment, n) => ({ ...segment, text: this.corrected[n] ?? segment.text }));
  }
}

class Files {
  entries = $state.raw<FileEntry[]>([]);
  chosen = $state<string | null>(null);
  #transcriber = new SocketTranscriber(connect, wishes);

  get open(): FileEntry | null {
    return this.entries.find((entry) => entry.id === this.chosen) ?? null;
  }

  add(files: Iterable<File>): void {
    this.entries = [...this.entries, ...[...files].map((file) => new FileEntry(file))];
    this.#next();
  }

  cancel(entry: FileEntry): void {
    entry.control.abort();
    if (entry.state === 'waiting') entry.state = 'cancelled';
  }

  again(entry: FileEntry): void {
    entry.control = new AbortController();
    entry.progress = null;
    entry.corrected = {};
    entry.state = 'waiting';
    this.#next();
  }

  remove(entry: FileEntry): void {
    entry.control.abort();
    URL.revokeObjectURL(entry.url);
    this.entries = this.entries.filter((one) => one !== entry);
    if (this.chosen === entry.id) this.chosen = null;
  }

  #next(): void {
    const busy = this.entries.filter((entry) => !entry.isOver && entry.state !== 'waiting').length;
    for (const entry of this.entries.filter((one) => one.state === 'waiting').slice(0, AT_ONCE - busy)) void this.#run(entry);
  }

  async #run(entry: FileEntry): Promise<void> {
    entry.state = 'reading';
    const told = (progress: FileProgress) => {
      entry.progress = progress;
      if (!entry.isOver) entry.state = progress.stage;
    };
    try {
      entry.progress = await this.#transcriber.transcribe(entry.file, told, entry.control.signal);
      entry.state = 'done';
      this.chosen ??= entry.id;
    } catch (error) {
      entry.state = error instanceof Cancelled ? 'cancelled' : error instanceof Unreadable ? 'unreadable' : 'failed';
      entry.problem = error instanceof Error ? error.message : String(error);
    }
    this.#next();
  }
}

export const files = new Files();
