#!/usr/bin/env python3
"""Held-out pairs and scores of the cleaner.

  evaluate.py make  --valid valid.jsonl --out pairs.tsv [--n 200] [--seed 99] [--writing lower]
  evaluate.py rules pairs.tsv out.tsv [--plus]   # what two simple rule sets make of the pairs
  evaluate.py score pairs.tsv out.tsv            # out.tsv: raw <TAB> cleaned, as the runner writes it

pairs.tsv: lang <TAB> raw <TAB> clean. The runner (runner/) reads the first two columns.
"""
import argparse
import collections
import json
import re

from corrupt import Pairs, cap, corrupt

MARKS = ',.?'
OUTER = ',.?!:;—"«»()'
SURE = set('um uh er erm uhm umm uhh hmm mm mmm эээ ээ э э-э эм эмм ммм мм хм'.split())


def words(text: str) -> list[tuple[str, str]]:
    """(word without outer punctuation, the mark that follows it)."""
    out = []
    for t in text.split():
        core, tail = t.strip(OUTER), t[len(t.rstrip(OUTER)):]
        if core and core != '-':
            out.append((core, next((c for c in tail.replace('!', '.') if c in MARKS), '')))
    return out


def align(a: list[str], b: list[str]) -> list[tuple[int, int]]:
    """Pairs (i, j) of a minimum-edit alignment, equal or substituted."""
    n, m = len(a), len(b)
    d = [[max(i, j) if not i or not j else 0 for j in range(m + 1)] for i in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d[i][j] = min(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]), d[i - 1][j] + 1, d[i][j - 1] + 1)
    i, j, out = n, m, []
    while i and j:
        if d[i][j] == d[i - 1][j - 1] + (a[i - 1] != b[j - 1]):
            i, j = i - 1, j - 1
            out.append((i, j))
        elif d[i][j] == d[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return out[::-1]


def within(a: list[str], b: list[str]) -> bool:
    """Whether `a` can be had by leaving out words of `b`."""
    it = iter(b)
    return all(x in it for x in a)


def score(pairs, outs) -> dict[str, float]:
    c = collections.Counter()
    marks = {m: collections.Counter() for m in MARKS}
    for (_, raw, ref), out in zip(pairs, outs):
        want, got = words(ref), words(out)
        r, h, x = ([w.lower() for w, _ in t] for t in (want, got, words(raw)))
        c['same'] += r == h
        c['kept'] += within(r, h) and within(h, x)
        c['identical'] += out == ref
        pairing = align(r, h)
        to, back = dict(pairing), {j: i for i, j in pairing}
        for i, (_, m) in enumerate(want):
            if m:
                marks[m]['right' if i in to and got[to[i]][1] == m else 'missed'] += 1
        for j, (_, m) in enumerate(got):
            if m and (j not in back or want[back[j]][1] != m):
                marks[m]['wrong'] += 1
        for i, j in pairing:
            a, b = want[i][0], got[j][0]
            if a.lower() == b.lower() and a[0].isalpha():
                c['upper_want'] += a[0].isupper()
                c['upper_got'] += b[0].isupper()
                c['upper_both'] += a[0].isupper() and b[0].isupper()
        extra = collections.Counter(x) - collections.Counter(r)
        gone = collections.Counter(x) - collections.Counter(h)
        c['extra'] += sum(extra.values())
        c['gone'] += sum(gone.values())
        c['gone_rightly'] += sum((extra & gone).values())

    def f1(counts):
        return 200 * counts['right'] / max(1, 2 * counts['right'] + counts['missed'] + counts['wrong'])

    def percent(a, b):
        return 100 * c[a] / max(1, c[b])
    c['n'] = len(pairs)
    return {'words preserved %': percent('kept', 'n'), 'words = reference %': percent('same', 'n'),
            'punct F1': f1(sum(marks.values(), collections.Counter())), 'comma F1': f1(marks[',']),
            'period F1': f1(marks['.']), 'question F1': f1(marks['?']),
            'capitals F1': 200 * c['upper_both'] / max(1, c['upper_want'] + c['upper_got']),
            'filler recall %': percent('gone_rightly', 'extra'), 'filler precision %': percent('gone_rightly', 'gone'),
            'identical %': percent('identical', 'n')}


def rules(raw: str, lang: str, plus: bool) -> str:
    """First letter and last full stop; `plus`: sure fillers and repetitions dropped, "i" capitalised."""
    w = raw.split()
    if plus:
        out = []
        for t in w:
            core = t.strip(',.?').lower()
            if core in SURE or (out and core and out[-1].strip(',.?').lower() == core):
                continue
            out.append(re.sub(r"^i(?=$|['’,.?])", 'I', t) if lang == 'en' else t)
        w = out or w
    s = re.sub(r'([.?!] )(\w)', lambda m: m[1] + m[2].upper(), cap(' '.join(w)))
    return s if s[-1:] in '.?!' else s + '.'


def read(path: str) -> list[list[str]]:
    return [line.rstrip('\n').split('\t') for line in open(path, encoding='utf-8') if line.strip()]


def make(valid: str, n: int, seed: int, writing: str | None) -> list[tuple[str, str, str]]:
    stream = Pairs([json.loads(line) for line in open(valid, encoding='utf-8')], seed)
    out = {'en': [], 'ru': []}
    while min(map(len, out.values())) < n:
        raw, clean, lang, _ = stream.one()
        if writing:
            raw = corrupt(stream.rng, clean.split(), lang, writing)
        if raw.strip() and len(out[lang]) < n:
            out[lang].append((lang, raw, clean))
    return out['en'] + out['ru']


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = ap.add_subparsers(dest='cmd', required=True)
    p = sub.add_parser('make')
    p.add_argument('--valid', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--n', type=int, default=200)
    p.add_argument('--seed', type=int, default=99)
    p.add_argument('--writing')
    p = sub.add_parser('rules')
    p.add_argument('pairs')
    p.add_argument('out')
    p.add_argument('--plus', action='store_true')
    p = sub.add_parser('score')
    p.add_argument('pairs')
    p.add_argument('out')
    a = ap.parse_args()
    if a.cmd == 'make':
        with open(a.out, 'w', encoding='utf-8') as f:
            f.writelines('\t'.join(row) + '\n' for row in make(a.valid, a.n, a.seed, a.writing))
    elif a.cmd == 'rules':
        with open(a.out, 'w', encoding='utf-8') as f:
            f.writelines(f'{raw}\t{rules(raw, lang, a.plus)}\n' for lang, raw, _ in read(a.pairs))
    else:
        pairs, outs = read(a.pairs), [(row + [''])[1] for row in read(a.out)]
        assert len(pairs) == len(outs), (len(pairs), len(outs))
        for lang in ('en', 'ru'):
            pick = [i for i, p in enumerate(pairs) if p[0] == lang]
            s = score([pairs[i] for i in pick], [outs[i] for i in pick])
            print(f'| {lang} | {len(pick)} | ' + ' | '.join(f'{v:.1f}' for v in s.values()) + ' |')
        print('columns:', ', '.join(s))


if __name__ == '__main__':
    main()
