// What this browser remembers by itself.

import type { Mode, Quality } from '../generated/wire';
import { speak, type Language } from '../lib/i18n/index.svelte';
import { DEFAULT_KEYS, type Hotkeys } from '../lib/keys';

export interface Local {
  theme: 'system' | 'light' | 'dark';
  language: 'auto' | Language;
  deviceId: string;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGain: boolean;
  keepOpen: boolean;
  mode: Mode;
  quality: Quality;
  speech: string;
  style: string;
  /** What the person set for their dictations, wherever they set it. */
  dictation: DictationWishes;
  keys: Hotkeys;
  /** The views that the server offered last time. */
  views: string[];
}

/** Of the person's settings, those that are wished for at the start of each recording. */
export interface DictationWishes {
  languages?: string[];
  partials?: boolean;
  noise_suppression?: boolean;
  auto_gain?: boolean;
  pause_ms?: number;
  sounds?: boolean;
}

const NAME = 'alfavoice.local';

const DEFAULTS: Local = {
  theme: 'system',
  language: 'auto',
  deviceId: '',
  echoCancellation: true,
  noiseSuppression: false,
  autoGain: true,
  keepOpen: false,
  mode: 'on_pause',
  quality: 'normal',
  speech: 'auto',
  style: 'auto',
  dictation: {},
  keys: DEFAULT_KEYS,
  views: ['dictate', 'files', 'history', 'settings'],
};

function load(): Local {
  try {
    const stored = JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Local>;
    return { ...DEFAULTS, ...stored, keys: { ...DEFAULT_KEYS, ...stored.keys } };
  } catch {
    return DEFAULTS;
  }
}

class LocalStore {
  #value = $state.raw<Local>(load());

  get value(): Local {
    return this.#value;
  }

  set(change: Partial<Local>): void {
    this.#value = { ...this.#value, ...change };
    try {
      localStorage.setItem(NAME, JSON.stringify(this.#value));
    } catch {
      // Private windows may have no storage: the choice then lasts as long as the page.
    }
    this.apply();
  }

  apply(): void {
    const { theme, language } = this.#value;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    speak(language);
  }
}

export const local = new LocalStore();
