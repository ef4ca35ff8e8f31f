// Nothing on the page is half translated, and nothing that it says stands outside of the dictionaries.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse, type AST } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';

import { phrase, type Dictionary, type Phrase } from '../../src/lib/i18n/dictionary';
import { en } from '../../src/lib/i18n/en';
import { ru } from '../../src/lib/i18n/ru';

const dictionaries: Record<string, Dictionary> = { en, ru };
const keys = Object.keys(en) as Phrase[];

function files(folder: string, end: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path, end) : end.test(entry.name) ? [path] : [];
  });
}

const gaps = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const forms = (value: string | object): string[] => (typeof value === 'string' ? [value] : Object.values(value));

describe('the dictionaries', () => {
  it('have the same phrases with the same gaps', () => {
    expect(Object.keys(ru).sort()).toEqual([...keys].sort());
    for (const key of keys) {
      const wanted = gaps(forms(en[key])[0]!);
      for (const [language, dictionary] of Object.entries(dictionaries)) {
        for (const form of forms(dictionary[key])) expect(gaps(form), `${language} ${key}`).toEqual(wanted);
      }
    }
  });

  it('have every plural form of their language', () => {
    for (const [language, dictionary] of Object.entries(dictionaries)) {
      const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const key of keys) {
        const value = dictionary[key];
        if (typeof value !== 'string') expect(Object.keys(value).sort(), `${language} ${key}`).toEqual([...needed].sort());
      }
    }
    expect([1, 3, 5, 21].map((n) => phrase(ru, 'ru', 'history.count', { n }))).toEqual(['1 текст', '3 текста', '5 текстов', '21 текст']);
  });

  it('leave nothing in the other language', () => {
    for (const key of keys) for (const form of forms(en[key])) expect(/\p{Script=Cyrillic}/u.test(form), key).toBe(false);
    const own = new Set(['app.name', 'problem.server', 'settings.usage.of']);
    for (const key of keys) {
      for (const form of forms(ru[key])) if (!own.has(key)) expect(/\p{Script=Cyrillic}/u.test(form), key).toBe(true);
    }
  });

  it('have no phrase that nobody says', () => {
    const code = files('src', /\.(svelte|ts)$/).filter((file) => !file.includes('i18n')).map((file) => readFileSync(file, 'utf8')).join('\n');
    // A key is written whole, or made from its beginning: t(`state.${...}`).
    const made = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map((match) => match[1]!);
    const dead = keys.filter((key) => !code.includes(`'${key}'`) && !code.includes(`'${key.replace(/\.more$/, '')}'`) && !made.some((start) => key.startsWith(start)));
    expect(dead).toEqual([]);
  });
});

describe('the page', () => {
  const SAID = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'hint', 'aria-description', 'aria-valuetext']);
  const letters = /\p{L}{2,}/u;

  it.each(files('src', /\.svelte$/))('%s has no text of its own', (file) => {
    const found: string[] = [];
    const walk = (node: unknown): void => {
      if (Array.isArray(node)) return node.forEach(walk);
      if (typeof node !== 'object' || node === null) return;
      const typed = node as AST.Text | AST.Attribute;
      if (typed.type === 'Text' && letters.test(typed.data)) found.push(typed.data.trim());
      if (typed.type === 'Attribute') {
        const value = Array.isArray(typed.value) ? typed.value : [];
        if (SAID.has(typed.name)) for (const part of value) if (part.type === 'Text' && letters.test(part.data)) found.push(part.data);
        return;
      }
      for (const [name, child] of Object.entries(node)) if (name !== 'metadata') walk(child);
    };
    walk(parse(readFileSync(file, 'utf8'), { modern: true }).fragment);
    expect(found).toEqual([]);
  });
});
