import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { ServerMessage } from '../../generated/wire';
import { Recorder, type Keeper, type Socket } from './recorder';

/** A server's end of a socket, driven by the test. */
class FakeSocket implements Socket {
  binaryType: BinaryType = 'blob';
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  texts: Record<string, unknown>[] = [];
  frames: { offset: number; samples: number[] }[] = [];
  closedWith: number | undefined | null = null;

  send(data: string | ArrayBuffer): void {
    if (typeof data === 'string') this.texts.push(JSON.parse(data));
    else this.frames.push({ offset: Number(new DataView(data).getBigUint64(0, true)), samples: [...new Int16Array(data, 8)] });
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  say(message: Partial<ServerMessage> & { type: string }): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const READY = { type: 'ready', session: 's', resume_token: 't', received_offset: 0 };
const DONE = { type: 'done', receipt: {} };

function setUp() {
  const sockets: FakeSocket[] = [];
  const keeper: Keeper = { sound: vi.fn(), text: vi.fn(async () => {}), progress: vi.fn(), forget: vi.fn(), ended: vi.fn() };
  const connect = async () => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  };
  const recorder = new Recorder({ connect, keeper, changed: () => {}, now: () => Date.now(), chance: () => 0.5 }, {}, 1000);
  return { recorder, sockets, keeper };
}

const open = async (sockets: FakeSocket[], n: number, ready: object = READY) => {
  await vi.advanceTimersByTimeAsync(300);
  sockets[n]!.onopen!();
  sockets[n]!.say(ready as never);
  return sockets[n]!;
};

describe('the send queue', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('keeps what is said before the line is open, and sends it with its offsets', async () => {
    const { recorder, sockets } = setUp();
    recorder.sound(Int16Array.of(1, 2));
    recorder.sound(Int16Array.of(3));
    const socket = await open(sockets, 0);
    expect(socket.texts[0]).toEqual({ type: 'start' });
    expect(socket.frames).toEqual([{ offset: 0, samples: [1, 2] }, { offset: 2, samples: [3] }]);
  });

  it('sends again after a cut what the server did not get, and only that', async () => {
    const { recorder, sockets } = setUp();
    const first = await open(sockets, 0);
    recorder.sound(Int16Array.of(1, 2, 3, 4));
    first.onclose!();
    recorder.sound(Int16Array.of(5, 6));
    const second = await open(sockets, 1, { ...READY, received_offset: 2 });
    expect(second.texts[0]).toEqual({ type: 'resume', session: 's', resume_token: 't' });
    expect(second.frames).toEqual([{ offset: 2, samples: [3, 4] }, { offset: 4, samples: [5, 6] }]);
  });

  it('says the end after the last sound, again after a cut, and goodbye once everything is out', async () => {
    const { recorder, sockets, keeper } = setUp();
    const first = await open(sockets, 0);
    recorder.sound(Int16Array.of(1));
    recorder.finish();
    expect(first.texts.at(-1)).toEqual({ type: 'finish' });
    first.onclose!();
    const second = await open(sockets, 1, { ...READY, received_offset: 1 });
    expect(second.texts.at(-1)).toEqual({ type: 'finish' });
    second.say(DONE as never);
    expect(second.closedWith).toBe(1000);
    expect(keeper.ended).toHaveBeenCalledOnce();
  });

  it('acknowledges a text only once it is kept', async () => {
    const { recorder, sockets, keeper } = setUp();
    let kept = () => {};
    keeper.text = () => new Promise((resolve) => (kept = resolve));
    const socket = await open(sockets, 0);
    recorder.sound(new Int16Array(500));
    socket.say({ type: 'final_text', utterance: 1, text: 'a', end_ms: 400 } as never);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.texts.some((text) => text.type === 'ack')).toBe(false);
    kept();
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.texts.at(-1)).toEqual({ type: 'ack', utterance: 1 });
  });

  it('fills the socket no further than its bound and goes on when there is room', async () => {
    const { recorder, sockets } = setUp();
    const socket = await open(sockets, 0);
    socket.bufferedAmount = 1e9;
    recorder.sound(Int16Array.of(1));
    expect(socket.frames).toEqual([]);
    socket.bufferedAmount = 0;
    await vi.advanceTimersByTimeAsync(100);
    expect(socket.frames).toHaveLength(1);
  });

  it('takes a socket that says nothing for dead', async () => {
    const { sockets } = setUp();
    await open(sockets, 0);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(sockets.length).toBeGreaterThan(1);
  });
});
