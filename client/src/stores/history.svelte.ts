// The history as it is looked at: a search, its pages, removals that can be taken back.

import type { HistoryPage, Transcript, TranscriptChange, TranscriptDetail } from '../generated/api';
import { told } from '../lib/api/told';
import { WRITTEN_STYLES } from '../lib/text/styles';
import { api } from './account.svelte';

const PAGE = 30;
/** The server gives no more at once. */
const MOST = 200;
const LOOK_AGAIN_MS = [300, 1500, 4000];
const SEARCH_AFTER_MS = 200;

export interface Filter {
  q: string;
  language: string;
  from: string;
  to: string;
}

export class History {
  filter = $state<Filter>({ q: '', language: '', from: '', to: '' });
  items = $state.raw<Transcript[]>([]);
  next = $state<string | null>(null);
  loading = $state(false);
  loaded = $state(false);
  problem = $state('');
  /** What was done last and can be taken back. */
  done = $state.raw<{ what: 'deleted' | 'changed'; back: () => Promise<unknown> } | null>(null);
  #asking: AbortController | null = null;
  #typing: ReturnType<typeof setTimeout> | null = null;

  /** Once nobody has typed for a moment. */
  search(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change };
    if (this.#typing !== null) clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.load(), SEARCH_AFTER_MS);
  }

  async load(): Promise<void> {
    await this.#page(null);
  }

  async more(): Promise<void> {
    if (this.next && !this.loading) await this.#page(this.next);
  }

  async remove(item: Transcript): Promise<void> {
    await this.#attempt(async () => {
      await api.ask('DELETE', `/api/history/${item.id}`);
      this.items = this.items.filter((other) => other.id !== item.id);
      this.done = { what: 'deleted', back: () => api.post(`/api/history/${item.id}/restore`) };
    });
  }

  async undo(): Promise<void> {
    const { done } = this;
    if (!done) return;
    await this.#attempt(async () => {
      await done.back();
      this.done = null;
      await this.load();
    });
  }

  /** Another text, by hand or in another style. */
  async correct(item: Transcript, text: string, style: string | null = null): Promise<void> {
    const before: TranscriptChange = { text: item.text, style: style === null ? null : known(item.style) };
    await this.#attempt(async () => {
      const { text: now, style: written } = await this.#write(item.id, { text, style });
      const shown = { ...item, text: now, style: written };
      // Where a search hit the old text says nothing about the new one.
      delete shown.snippet;
      this.items = this.items.map((other) => (other.id === item.id ? shown : other));
      this.done = { what: 'changed', back: () => this.#write(item.id, before) };
    });
  }

  async #write(id: string, body: TranscriptChange): Promise<TranscriptDetail> {
    return (await api.ask<TranscriptDetail>('PATCH', `/api/history/${id}`, { body })).body;
  }

  /** Everything that the search finds, whether it was looked at or not. */
  async all(): Promise<Transcript[]> {
    const found: Transcript[] = [];
    for (let before: string | null = ''; before !== null; ) {
      const page: HistoryPage = await api.get<HistoryPage>(`/api/history?${this.#query(before, MOST)}`);
      found.push(...page.items);
      before = page.next;
    }
    return found;
  }

  /** Looks again for what was said a moment ago: it is written down shortly after it was told. */
  lookAgain(): () => void {
    const timers = LOOK_AGAIN_MS.map((ms) => setTimeout(() => this.#isAtTop && void this.load(), ms));
    return () => timers.forEach(clearTimeout);
  }

  get #isAtTop(): boolean {
    return this.items.length <= PAGE;
  }

  async #page(before: string | null): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.loading = true;
    try {
      const page = await api.get<HistoryPage>(`/api/history?${this.#query(before ?? '', PAGE)}`, asking.signal);
      this.items = before === null ? page.items : [...this.items, ...page.items];
      this.next = page.next;
      this.problem = '';
      this.loaded = true;
    } catch (error) {
      if (!asking.signal.aborted) this.problem = told(error);
    }
    if (this.#asking === asking) this.loading = false;
  }

  #query(before: string, limit: number): URLSearchParams {
    const given = Object.entries({ ...this.filter, to: dayAfter(this.filter.to), before, limit: String(limit) });
    return new URLSearchParams(given.filter(([, value]) => value !== ''));
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.problem = '';
    try {
      await work();
    } catch (error) {
      this.problem = told(error);
    }
  }
}

/** A style that can be asked for by its name; none where the text was written without one. */
const known = (style: string): string | null => WRITTEN_STYLES.find((one) => one === style) ?? null;

/** "To" means the whole day; the server wants the first moment that counts no more. */
function dayAfter(day: string): string {
  if (day === '') return '';
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}
