// The sheet of this page: what was dictated and edited, kept over a reload.

import * as sheets from '../lib/text/sheet';
import { vault } from './vault.svelte';

const KEPT = 'sheet';
const SAVE_AFTER_MS = 300;
const MOST_SEEN = 2000;

interface Kept {
  blocks: sheets.Block[];
  place: number;
  /** Everything that was ever written, so that nothing that was deleted comes back from a recovered recording. */
  seen: string[];
}

class SheetStore {
  value = $state.raw<sheets.Sheet>(sheets.empty);
  loaded = false;
  #seen: string[] = [];
  #saving: ReturnType<typeof setTimeout> | null = null;

  async load(): Promise<void> {
    try {
      const kept = await (await vault()).value<Kept>(KEPT);
      if (kept) {
        this.value = { ...sheets.empty, blocks: [...kept.blocks, ...this.value.blocks], place: kept.place };
        this.#seen = kept.seen;
      }
    } catch {
      // Without storage the sheet begins empty.
    }
    this.loaded = true;
  }

  change(next: sheets.Sheet): void {
    if (next === this.value) return;
    this.value = next;
    this.#saving ??= setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  has(id: string): boolean {
    return this.#seen.includes(id);
  }

  /** A final text; once, however often it is told. */
  write(id: string, text: string, source: sheets.Source): void {
    if (this.#seen.includes(id)) return;
    this.#seen = [...this.#seen, id].slice(-MOST_SEEN);
    this.change(sheets.insert(this.value, id, text, source));
  }

  async save(): Promise<void> {
    if (this.#saving !== null) clearTimeout(this.#saving);
    this.#saving = null;
    const { blocks, place } = this.value;
    const kept: Kept = { blocks: $state.snapshot(blocks), place, seen: this.#seen };
    try {
      await (await vault()).setValue(KEPT, kept);
    } catch {
      // The recorder says so when this device keeps nothing.
    }
  }
}

export const sheet = new SheetStore();
