#!/usr/bin/env python3
"""Template-made dictation sentences (English and Russian), written for this project.

They add what sentence lists lack: first-person messages, requests, questions, subordinate clauses, lists.

  phrases.py --count 20000 --seed 1 > phrases.jsonl
"""
import argparse
import json
import os
import random


def read_grammar(path: str) -> dict[str, dict[str, list[str]]]:
    """`phrases.txt`: sections "[language name]", entries separated by " | "."""
    text, grammar, key = {}, {'en': {}, 'ru': {}}, None
    for line in open(path, encoding='utf-8'):
        line = line.strip()
        if line.startswith('['):
            key = tuple(line.strip('[]').split())
        elif line and not line.startswith('#'):
            text[key] = text.get(key, '') + ' ' + line
    for (lang, name), entries in text.items():
        grammar[lang][name] = [e.strip() for e in entries.split('|') if e.strip()]
    return grammar


class Writer:
    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.grammar = read_grammar(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'phrases.txt'))
        self.patterns = {lang: [p.split(' ', 1) for p in g['pat']] for lang, g in self.grammar.items()}

    def sentence(self, lang: str) -> str:
        weights, patterns = zip(*self.patterns[lang])
        s = self.rng.choices(patterns, [float(w) for w in weights])[0]
        while '{' in s:
            i, j = s.index('{'), s.index('}')
            s = s[:i] + self.rng.choice(self.grammar[lang][s[i + 1:j]]) + s[j + 1:]
        if lang == 'ru':  # commas that depend on what was put together
            for old, new in (('ты не знаешь где', 'ты не знаешь, где'), ('может быть нам', 'может быть, нам'), ('Привет ', 'Привет, '),
                             ('Слушай, Слушай', 'Слушай'), ('Привет, Привет', 'Привет')):
                s = s.replace(old, new)
        return s[0].upper() + s[1:]

    def record(self, lang: str) -> list[str]:
        return [self.sentence(lang) for _ in range(self.rng.choices((1, 2, 3), (5, 3, 2))[0])]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--count', type=int, default=20000, help='records per language')
    ap.add_argument('--seed', type=int, default=1)
    a = ap.parse_args()
    writer, seen = Writer(a.seed), set()
    for lang in ('en', 'ru'):
        for _ in range(a.count):
            sents = [s for s in writer.record(lang) if s not in seen]
            seen.update(sents)
            if sents:
                print(json.dumps({'lang': lang, 'sents': sents}, ensure_ascii=False))


if __name__ == '__main__':
    main()
