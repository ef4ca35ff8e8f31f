import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Transcript } from '../../../src/generated/api';
import { browser, refusal, type Request } from './browser';

const item = (id: string, text = id): Transcript => ({ id, text, raw_text: `um ${text}`, style: 'mail', language: 'en' }) as Transcript;

/** A history of these items, in pages. */
const pages = (items: Transcript[]) => ({ query }: Request) => {
  const from = query.get('before') ? items.findIndex((one) => one.id === query.get('before')) : 0;
  const to = from + Number(query.get('limit'));
  return { items: items.slice(from, to), next: items[to]?.id ?? null };
};

const many = (n: number) => Array.from({ length: n }, (_, at) => item(`t${at}`));

async function fresh() {
  const { History } = await import('../../../src/stores/history.svelte');
  return new History();
}

describe('the history', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks once nobody has typed for a moment, and only for what is filtered by', async () => {
    const { asked } = browser(pages([]));
    const history = await fresh();
    for (const q of ['p', 'pl', 'plan']) history.search({ q });
    history.search({ to: '2026-03-31' });
    await vi.advanceTimersByTimeAsync(500);
    expect(asked.map(({ query }) => Object.fromEntries(query))).toEqual([{ q: 'plan', to: '2026-04-01', limit: '30' }]);
  });

  it('shows the answer to the last search, however late the first one comes', async () => {
    browser(async ({ query }) => {
      await new Promise((resolve) => setTimeout(resolve, query.get('q') === 'a' ? 1000 : 10));
      return { items: [item(query.get('q')!)], next: null };
    });
    const history = await fresh();
    history.search({ q: 'a' });
    await vi.advanceTimersByTimeAsync(300);
    history.search({ q: 'b' });
    await vi.advanceTimersByTimeAsync(3000);
    expect(history.items.map(({ id }) => id)).toEqual(['b']);
    expect(history.problem).toBe('');
  });

  it('grows page by page to its end, and gives out all of it', async () => {
    browser(pages(many(250)));
    const history = await fresh();
    await history.load();
    expect(history.items).toHaveLength(30);
    while (history.next) await history.more();
    expect(history.items.map(({ id }) => id)).toEqual(many(250).map(({ id }) => id));
    await history.load();
    expect((await history.all()).map(({ id }) => id)).toEqual(many(250).map(({ id }) => id));
    expect(history.items, 'what is shown stays').toHaveLength(30);
  });

  it('takes back what was deleted', async () => {
    let items = many(2);
    const { asked } = browser((request) => {
      if (request.method === 'DELETE') return void (items = items.slice(1));
      if (request.path.endsWith('/restore')) return (items = many(2))[0];
      return pages(items)(request);
    });
    const history = await fresh();
    await history.load();
    await history.remove(history.items[0]!);
    expect(history.items.map(({ id }) => id)).toEqual(['t1']);
    expect(history.done?.what).toBe('deleted');
    await history.undo();
    expect(history.items.map(({ id }) => id)).toEqual(['t0', 't1']);
    expect(history.done).toBeNull();
    expect(asked.filter(({ method }) => method !== 'GET').map(({ path }) => path)).toEqual(['/api/history/t0', '/api/history/t0/restore']);
  });

  it('takes back a text that was written in another style, with the style', async () => {
    let now = item('t0', 'Dear all.');
    const { asked } = browser((request) => {
      if (request.method !== 'PATCH') return { items: [{ ...now, snippet: { pieces: [] } }], next: null };
      const { text, style } = request.body as { text: string; style: string | null };
      return (now = { ...now, text, style: style ?? now.style });
    });
    const history = await fresh();
    await history.load();
    await history.correct(history.items[0]!, 'Dear all', 'chat');
    expect(history.items[0]).toEqual({ ...item('t0', 'Dear all'), style: 'chat', raw_text: 'um Dear all.' });
    await history.undo();
    expect(now).toEqual(item('t0', 'Dear all.'));
    expect(asked.filter(({ method }) => method === 'PATCH').at(-1)?.body).toEqual({ text: 'Dear all.', style: 'mail' });
  });

  it('says what went wrong, and keeps what is there', async () => {
    let isDown = false;
    browser((request) => (isDown ? refusal(503, 'unavailable') : pages(many(1))(request)));
    const history = await fresh();
    await history.load();
    isDown = true;
    await history.remove(history.items[0]!);
    expect(history.problem).toBe('wrong. mend it');
    expect(history.items).toHaveLength(1);
    expect(history.done).toBeNull();
  });

  it('looks again for what was said a moment ago, but not under somebody who reads further down', async () => {
    const { asked } = browser(pages(many(100)));
    const history = await fresh();
    await history.load();
    history.lookAgain();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(2);
    await history.more();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(3);
    expect(history.items).toHaveLength(60);
  });
});
