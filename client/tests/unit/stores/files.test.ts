import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { FileProgress } from '../../../src/lib/files/transcriber';
import { browser } from './browser';

interface Asked {
  name: string;
  tell: (progress: Partial<FileProgress>) => void;
  finish: (segments?: string[]) => void;
  fail: (error: Error) => void;
}

/** Files that are being transcribed, in the order in which they began; the test says how they go on. */
const asked: Asked[] = [];

vi.mock('../../../src/lib/files/socket', () => ({
  SocketTranscriber: class {
    transcribe(file: File, on: (progress: FileProgress) => void, signal: AbortSignal): Promise<FileProgress> {
      return new Promise((resolve, reject) => {
        const progress = (part: Partial<FileProgress>) => ({ stage: 'working', uploaded: 0, transcribed: 0, lengthMs: 1000, segments: [], ...part }) as FileProgress;
        asked.push({
          name: file.name,
          tell: (part) => on(progress(part)),
          finish: (texts = []) => resolve(progress({ transcribed: 1, segments: texts.map((text) => ({ text }) as FileProgress['segments'][number]) })),
          fail: reject,
        });
        signal.addEventListener('abort', async () => reject(new (await import('../../../src/lib/files/transcriber')).Cancelled()));
      });
    }
  },
}));
vi.mock('../../../src/stores/dictation.svelte', () => ({ wishes: () => ({}) }));

async function fresh() {
  browser(() => undefined);
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: vi.fn() }));
  return (await import('../../../src/stores/files.svelte')).files;
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
const named = (...names: string[]) => names.map((name) => new File(['x'], name));

describe('the files of the page', () => {
  beforeEach(() => void (asked.length = 0));

  it('become text two at a time, each with its own progress', async () => {
    const files = await fresh();
    files.add(named('a', 'b', 'c'));
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b']);
    asked[0]!.tell({ transcribed: 0.5 });
    asked[1]!.tell({ stage: 'offline' });
    expect(files.entries.map(({ state }) => state)).toEqual(['working', 'offline', 'waiting']);
    expect(files.entries[0]!.progress?.transcribed).toBe(0.5);
    asked[0]!.finish(['one', 'two']);
    await settle();
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(files.open?.file.name, 'the first that is done is opened').toBe('a');
  });

  it('are corrected segment by segment', async () => {
    const files = await fresh();
    files.add(named('a'));
    asked[0]!.finish(['one', 'two']);
    await settle();
    files.entries[0]!.corrected[1] = 'too';
    expect(files.entries[0]!.segments.map(({ text }) => text)).toEqual(['one', 'too']);
  });

  it('are cancelled, fail and are tried again one by one', async () => {
    const files = await fresh();
    files.add(named('a', 'b', 'c'));
    const [a, b, c] = files.entries;
    files.cancel(c!);
    files.cancel(a!);
    asked[1]!.fail(new Error('no disk'));
    await settle();
    await settle();
    expect([a!.state, b!.state, b!.problem, c!.state]).toEqual(['cancelled', 'failed', 'no disk', 'cancelled']);
    files.again(b!);
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b', 'b']);
    files.remove(a!);
    expect(files.entries.map(({ file }) => file.name)).toEqual(['b', 'c']);
  });
});
