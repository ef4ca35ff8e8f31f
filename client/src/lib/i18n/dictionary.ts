// The shape of a dictionary: English is the measure, every other language must have the same phrases.

import type { en } from './en';

/** A phrase that counts, by the plural categories of its language. */
export type Counted = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

export type Phrase = keyof typeof en;
export type Dictionary = { [key in Phrase]: (typeof en)[key] extends string ? string : Counted };
export type Fillings = Record<string, string | number>;

/** The phrase in this language with its gaps filled; `n` chooses the plural form. */
export function phrase(dictionary: Dictionary, language: string, key: Phrase, fillings: Fillings = {}): string {
  const found = dictionary[key];
  const text = typeof found === 'string' ? found : (found[plural(language, Number(fillings.n))] ?? found.other);
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => String(fillings[name] ?? gap));
}

const rules = new Map<string, Intl.PluralRules>();

function plural(language: string, n: number): Intl.LDMLPluralRule {
  const known = rules.get(language) ?? new Intl.PluralRules(language);
  rules.set(language, known);
  return known.select(n);
}
