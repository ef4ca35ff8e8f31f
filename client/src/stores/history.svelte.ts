// The history as it is looked at: a search, its pages, removals that can be taken back.

import type { HistoryPage, Transcript, TranscriptChange, TranscriptDetail } from '../generated/api';
import { told } from '../lib/api/told';
import { api } from './account.svelte';

const PAGE = 30;
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
  /** Removed a moment ago. */
  removed = $state.raw<Transcript | null>(null);
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
      this.removed = item;
    });
  }

  async restore(): Promise<void> {
    const item = this.removed;
    if (!item) return;
    await this.#attempt(async () => {
      await api.post(`/api/history/${item.id}/restore`);
      this.removed = null;
      await this.load();
    });
  }

  async correct(item: Transcript, text: string): Promise<void> {
    const body: TranscriptChange = { text };
    await this.#attempt(async () => {
      const changed = (await api.ask<TranscriptDetail>('PATCH', `/api/history/${item.id}`, { body })).body;
      this.items = this.items.map((other) => (other.id === item.id ? { ...other, text: changed.text } : other));
    });
  }

  async #page(before: string | null): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.loading = true;
    const given = Object.entries({ ...this.filter, to: dayAfter(this.filter.to), before: before ?? '', limit: String(PAGE) });
    const query = new URLSearchParams(given.filter(([, value]) => value !== ''));
    try {
      const page = await api.get<HistoryPage>(`/api/history?${query}`, asking.signal);
      this.items = before === null ? page.items : [...this.items, ...page.items];
      this.next = page.next;
      this.problem = '';
      this.loaded = true;
    } catch (error) {
      if (!asking.signal.aborted) this.problem = told(error);
    }
    if (this.#asking === asking) this.loading = false;
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

/** "To" means the whole day; the server wants the first moment that counts no more. */
function dayAfter(day: string): string {
  if (day === '') return '';
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}
