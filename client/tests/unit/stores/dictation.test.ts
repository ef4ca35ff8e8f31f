import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { MicrophoneTrouble } from '../../../src/lib/audio/microphone';
import type { Socket } from '../../../src/lib/session/recorder';
import { browser } from './browser';

/** The microphone of the test. */
const device = { fails: null as MicrophoneTrouble | null, opens: async () => {}, deliver: null as ((samples: Int16Array) => void) | null, lose: () => {}, level: (_: number) => {} };

vi.mock('../../../src/lib/audio/microphone', () => {
  class MicrophoneError extends Error {
    readonly trouble: MicrophoneTrouble;
    constructor(trouble: MicrophoneTrouble) {
      super(trouble);
      this.trouble = trouble;
    }
  }
  class Microphone {
    onLevel = (_: number) => {};
    onLost = () => {};
    async open(): Promise<number> {
      if (device.fails) throw new MicrophoneError(device.fails);
      device.lose = () => this.onLost();
      device.level = (peak) => this.onLevel(peak);
      await device.opens();
      return 1000;
    }
    take(deliver: (samples: Int16Array) => void) {
      device.deliver = deliver;
    }
    async release() {
      device.deliver = null;
    }
  }
  return { Microphone, MicrophoneError };
});

/** A server that says what it heard when it is told that this was all. */
let isCut = false;
const sockets: (Socket & { said: { type: string }[] })[] = [];
vi.mock('../../../src/stores/connect', () => ({
  async connect() {
    if (isCut) throw new Error('no server');
    const socket = {
      said: [] as { type: string }[],
      binaryType: 'blob', bufferedAmount: 0, onopen: null, onmessage: null, onclose: null,
      close() {},
      send(data: string | ArrayBuffer) {
        if (typeof data !== 'string') return;
        const message = JSON.parse(data);
        this.said.push(message);
        if (message.type !== 'finish') return;
        const final = { type: 'final_text', utterance: 1, text: 'Hello.', raw_text: 'um hello', edits: [], words: [], language: 'en', confidence: 1, start_ms: 0, end_ms: 100, cleaned_by: 'rules', timings: {} };
        setTimeout(() => this.hear(final), 20);
        setTimeout(() => this.hear({ type: 'done', receipt: {} }), 40);
      },
      hear(message: object) {
        (this as unknown as Socket).onmessage?.({ data: JSON.stringify(message) });
      },
    };
    sockets.push(socket as never);
    setTimeout(() => {
      (socket as unknown as Socket).onopen?.();
      socket.hear({ type: 'ready', session: 's', resume_token: 't', received_offset: 0 });
    }, 10);
    return socket;
  },
}));

async function fresh() {
  Object.assign(device, { fails: null, opens: async () => {}, deliver: null });
  sockets.length = 0;
  isCut = false;
  vi.stubGlobal('indexedDB', new IDBFactory());
  browser(() => undefined);
  vi.stubGlobal('crypto', { randomUUID: () => `r${Math.random()}` });
  const { dictation } = await import('../../../src/stores/dictation.svelte');
  const { sheet } = await import('../../../src/stores/sheet.svelte');
  const { local } = await import('../../../src/stores/local.svelte');
  return { dictation, sheet, local };
}

describe('dictation', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  /** Storage works with timers of its own. */
  async function passes(ms: number): Promise<void> {
    for (let n = 0; n < 20; n++) {
      await vi.advanceTimersByTimeAsync(ms / 20);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('opens, listens, and ends with the text once, whoever tells it twice', async () => {
    const { dictation, sheet } = await fresh();
    const starting = dictation.start();
    expect(dictation.stage).toBe('opening');
    await passes(100);
    await starting;
    device.deliver!(new Int16Array(100));
    expect(dictation.stage).toBe('recording');
    expect(dictation.recordings).toHaveLength(1);
    await passes(100);
    await dictation.stop();
    await passes(400);
    expect(sheet.value.blocks.map(({ text }) => text)).toEqual(['Hello.']);
    expect([dictation.stage, dictation.recordings.length, dictation.told]).toEqual(['idle', 0, 1]);
  });

  it('says why there is no sound, and is ready for another try', async () => {
    const { dictation } = await fresh();
    device.fails = 'forbidden';
    await dictation.start();
    expect([dictation.stage, dictation.trouble]).toEqual(['idle', 'forbidden']);
    device.fails = null;
    const starting = dictation.start();
    expect(dictation.trouble).toBeNull();
    await passes(50);
    await starting;
    await dictation.stop();
  });

  it('records nothing for somebody who lets go before the microphone is there', async () => {
    const { dictation } = await fresh();
    let allow = () => {};
    device.opens = () => new Promise((resolve) => (allow = resolve));
    const starting = dictation.start();
    await dictation.stop();
    allow();
    await starting;
    expect([dictation.stage, dictation.recordings.length, sockets.length]).toEqual(['idle', 0, 0]);
  });

  it('keeps what was said before the microphone went away', async () => {
    const { dictation, sheet } = await fresh();
    const starting = dictation.start();
    await passes(100);
    await starting;
    device.deliver!(new Int16Array(100));
    device.lose();
    await passes(600);
    expect([dictation.stage, dictation.trouble]).toEqual(['idle', 'lost']);
    expect(sheet.value.blocks).toHaveLength(1);
  });

  it('shows that a recording waits for a server that was never there', async () => {
    const { dictation } = await fresh();
    isCut = true;
    const starting = dictation.start();
    await passes(100);
    await starting;
    device.deliver!(new Int16Array(100));
    await passes(1000);
    expect(dictation.shown).toMatchObject({ link: 'closed' });
    expect(dictation.shown!.attempts).toBeGreaterThan(0);
    isCut = false;
    await dictation.stop();
    await passes(20_000);
    expect(dictation.recordings).toEqual([]);
  });

  it('notices that nobody is heard', async () => {
    const { dictation } = await fresh();
    const starting = dictation.start();
    await passes(100);
    await starting;
    device.deliver!(new Int16Array(100));
    device.level(0.001);
    await passes(5100);
    expect(dictation.quiet).toBe(true);
    device.level(0.4);
    await passes(5100);
    expect(dictation.quiet).toBe(false);
    await dictation.stop();
  });

  it('wishes for what was chosen here and what the person has set', async () => {
    const { dictation, local } = await fresh();
    local.set({ speech: 'ru', style: 'auto', quality: 'high', dictation: { pause_ms: 700, partials: true, sounds: false } });
    const starting = dictation.start();
    await passes(100);
    await starting;
    expect(sockets[0]!.said[0]).toMatchObject({ type: 'start', language: 'ru', quality: 'high', pause_ms: 700, partials: true });
    expect(sockets[0]!.said[0]).not.toHaveProperty('style');
    expect(sockets[0]!.said[0]).not.toHaveProperty('sounds');
    await dictation.stop();
  });
});
