import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { browser, refusal } from './browser';

const metrics = (finals: number, busy: number) => `
active_connections 3
queue_size{pool="asr-a",class="live_final"} 2
alfavoice_busy_slots{pool="asr-a"} ${busy}
alfavoice_slots{pool="asr-a"} 4
alfavoice_audio_seconds_total ${finals * 10}
alfavoice_final_latency_seconds_bucket{le="0.5"} ${finals}
alfavoice_final_latency_seconds_bucket{le="1"} ${finals}
alfavoice_final_latency_seconds_bucket{le="+Inf"} ${finals}
`;

describe('the server as admins see it', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  async function fresh() {
    const { Operations, EVERY_MS } = await import('../../../src/stores/operations.svelte');
    const { account } = await import('../../../src/stores/account.svelte');
    await account.ask();
    return { operations: new Operations(), EVERY_MS };
  }

  it('is read again and again while somebody looks, and no longer', async () => {
    let readings = 0;
    browser(({ path }) => {
      if (path === '/readyz') return { pools: [{ name: 'asr-a', workers: 2, ready: 1, restarts: 5, last_death: 'aborted' }] };
      return path === '/metrics' ? new Response(metrics(readings++, 1)) : refusal(404, 'not_found');
    });
    const { operations, EVERY_MS } = await fresh();
    const stop = operations.start();
    await vi.advanceTimersByTimeAsync(EVERY_MS + 100);
    expect(operations.points).toHaveLength(2);
    expect(operations.points[1]).toMatchObject({ connections: 3, queue: 2, busy: 1, slots: 4, restarts: 5, speech: 5 });
    expect(operations.points[1]!.finalHalf).toBeLessThanOrEqual(0.5);
    expect(operations.points[0]!.finalHalf, 'nothing was spoken yet').toBeNull();
    expect(operations.pools).toEqual([{ name: 'asr-a', workers: 2, ready: 1, restarts: 5, busy: 1, slots: 4, lastDeath: 'aborted' }]);
    expect(operations.placement, 'a server without accounts tells none').toBeNull();
    stop();
    await vi.advanceTimersByTimeAsync(EVERY_MS * 5);
    expect(readings).toBe(2);
  });

  it('keeps the last numbers while the server does not answer', async () => {
    let isDown = false;
    browser(({ path }) => (isDown ? refusal(502, 'unavailable') : path === '/metrics' ? new Response(metrics(1, 0)) : path === '/readyz' ? {} : refusal(404, 'not_found')));
    const { operations, EVERY_MS } = await fresh();
    const stop = operations.start();
    await vi.advanceTimersByTimeAsync(100);
    isDown = true;
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect([operations.unreachable, operations.points.length]).toEqual([true, 1]);
    isDown = false;
    await vi.advanceTimersByTimeAsync(EVERY_MS);
    expect([operations.unreachable, operations.points.length]).toEqual([false, 2]);
    stop();
  });
});
