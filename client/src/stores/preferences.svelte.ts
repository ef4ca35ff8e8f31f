// The person's settings on the server: read with their version, replaced only if nobody else changed them meanwhile.

import type { Preferences, SettingsDocument, SettingsSchema } from '../generated/api';
import { ApiFailure } from '../lib/api/http';
import { account, api } from './account.svelte';
import { local, type DictationWishes } from './local.svelte';

class PreferencesStore {
  value = $state.raw<Preferences | null>(null);
  schema = $state.raw<SettingsSchema | null>(null);
  #etag = '*';

  async load(): Promise<void> {
    const [document, schema] = await Promise.all([
      api.ask<SettingsDocument>('GET', '/api/settings'),
      this.schema ?? api.get<SettingsSchema>('/api/settings/schema'),
    ]);
    this.#etag = document.etag ?? '*';
    this.value = document.body.settings;
    this.schema = schema;
  }

  /** False: somebody else changed them; they are read again and the change is not made. */
  async save(wanted: Preferences): Promise<boolean> {
    try {
      const answer = await api.ask('PUT', '/api/settings', { body: wanted, headers: { 'if-match': this.#etag } });
      this.#etag = answer.etag ?? '*';
      this.value = wanted;
      this.apply();
      return true;
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.code !== 'stale') throw error;
      await this.load();
      return false;
    }
  }

  /** What the person set for their dictations holds here, too, although it was set elsewhere. */
  async heed(): Promise<void> {
    await account.answered;
    if (!account.me?.scopes.includes('settings')) return;
    try {
      local.set({ dictation: wishesOf((await api.get<SettingsDocument>('/api/settings')).settings) });
    } catch {
      // Without an answer holds what was known last.
    }
  }

  /** What the person set holds for this page. */
  apply(): void {
    if (!this.value) return;
    const { mode, quality, language: speech, style, theme, ui_language } = this.value;
    local.set({ mode, quality, speech, style, theme: theme as 'system', language: ui_language as 'auto', dictation: wishesOf(this.value) });
  }
}

/** Nothing of what the server is to find out by itself. */
function wishesOf({ languages, partials, noise_suppression, auto_gain, pause_ms, sounds }: Preferences): DictationWishes {
  return { partials, noise_suppression, auto_gain, sounds, ...(languages.length > 0 ? { languages } : {}), ...(pause_ms > 0 ? { pause_ms } : {}) };
}

export const preferences = new PreferencesStore();
