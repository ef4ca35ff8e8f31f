import { describe, expect, it } from 'vitest';

import type { Job } from '../../generated/api';
import { ApiFailure } from '../api/http';
import { Refused, upload, type Line } from './upload';
import type { KeptRecording } from './vault';

const KEPT = { id: 'r1', startedAt: '2026-01-01T00:00:00Z', settings: { client_recording_id: 'r1', language: 'en' } } as KeptRecording;
const SOUND = [0, 1_000_000, 2_000_000].map((offset) => ({ recording: 'r1', offset, samples: new ArrayBuffer(2_000_000) }));

/** A server that takes uploads, and fails where the test says. */
function fake(fails: (call: number) => Error | null) {
  let [received, calls, looks] = [0, 0, 0];
  const total = 6_000_000;
  const job = () => ({ id: 'j', state: received < total ? 'receiving' : ++looks < 3 ? 'running' : 'done', received_bytes: received, result: { text: 'said' } }) as Job;
  const api: Line = {
    async ask<T>(method: string, path: string, given: { body?: unknown } = {}) {
      const failure = fails(++calls);
      if (failure) throw failure;
      if (method !== 'PUT') return { body: job() as T, etag: null };
      expect(Number(path.split('offset=')[1])).toBeLessThanOrEqual(received);
      received = Math.max(received, Number(path.split('offset=')[1]) + (given.body as ArrayBuffer).byteLength);
      return { body: { received_bytes: received, total_bytes: total, complete: received === total } as T, etag: null };
    },
  };
  return { api, received: () => received };
}

const reached: boolean[] = [];
const around = { wait: async () => {}, chance: () => 0.5, reached: (yes: boolean) => void reached.push(yes) };

describe('a recording made offline', () => {
  it('is brought in pieces, and its text comes back', async () => {
    const server = fake(() => null);
    expect((await upload(server.api, KEPT, SOUND, around)).text).toBe('said');
    expect(server.received()).toBe(6_000_000);
  });

  it('goes on where it was when the network breaks, as often as it breaks', async () => {
    const server = fake((call) => (call % 3 === 0 ? new TypeError('network') : null));
    expect((await upload(server.api, KEPT, SOUND, around)).text).toBe('said');
    expect(reached).toContain(false);
  });

  it('is given up only when the server refuses it', async () => {
    const server = fake(() => new ApiFailure(403, 'forbidden', 'no', ''));
    await expect(upload(server.api, KEPT, SOUND, around)).rejects.toBeInstanceOf(Refused);
  });
});
