// The language of the page and what it says in it.

import { phrase, type Dictionary, type Fillings, type Phrase } from './dictionary';
import { en } from './en';
import { ru } from './ru';

export type Language = 'en' | 'ru';
export type { Phrase };

const dictionaries: Record<Language, Dictionary> = { en, ru };

let current = $state<Language>('en');

export function language(): Language {
  return current;
}

/** `auto`: what the browser prefers. */
export function speak(wanted: 'auto' | Language): void {
  const preferred = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in dictionaries);
  current = wanted === 'auto' ? ((preferred ?? 'en') as Language) : wanted;
  document.documentElement.lang = current;
}

export function t(key: Phrase, fillings?: Fillings): string {
  return phrase(dictionaries[current], current, key, fillings);
}

/** A phrase whose key is made at run time; none where there is no such phrase. */
export function maybe(key: string, fillings?: Fillings): string | null {
  return key in dictionaries[current] ? t(key as Phrase, fillings) : null;
}

export function dateTime(when: string): string {
  return new Intl.DateTimeFormat(current, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(when));
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(current, { maximumFractionDigits: digits }).format(value);
}

/** `1:02:03` or `2:03`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const pad = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}
