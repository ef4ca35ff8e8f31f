#!/usr/bin/env python3
"""Sentence lists -> reference sentences for the cleaner.

  prepare.py --en FILE... --ru FILE... --out OUT     one sentence per line (the Common Voice sentence lists, CC0)

Writes OUT/{train,valid}.jsonl, one JSON object per line: {"lang": "en", "sents": ["A sentence."]}. The held-out part is
chosen by a hash of the sentence, so it stays the same whatever is added.
"""
import argparse
import hashlib
import html
import json
import os
import re

QUOTES = str.maketrans({c: None for c in '"“”„«»‟`*_~|<>'})
ALLOWED = {
    'en': re.compile(r"^[A-Za-zÀ-ÿ0-9 ,.?:;'’%$€£/&+@#=—-]+$"),
    'ru': re.compile(r"^[А-Яа-яЁёA-Za-z0-9 ,.?:;'%$€№/&+@#=—-]+$"),
}
# A sentence with one of these words is dropped: the generator inserts them as fillers, so the reference must not have them.
DROP_WORDS = {
    'en': set('um uh er erm uhm umm uhh hmm mm mmm hm ah uh-huh uh-oh eh huh'.split()),
    'ru': set('ну типа короче эээ ээ э эм эмм мм ммм хм э-э э-э-э м-м а-а ааа аа гм ой ах эх эй ага угу'.split()),
}


def clean(s: str, lang: str) -> str | None:
    """Normalise one sentence; None when it cannot serve as a reference."""
    if any(c in s for c in '()[]{}\\\ufffd'):
        return None
    s = html.unescape(s).translate(QUOTES)
    for old, new in (('’', "'"), ('‘', "'"), ('ʼ', "'"), ('…', '.'), ('–', '—'), ('―', '—'), ('--', '—'), ('\u00a0', ' ')):
        s = s.replace(old, new)
    for pattern, new in ((r'\s+-\s+', ' — '), (r'\s*—\s*', ' — '), (r',\s*—', ' —'), (r'!+\?|\?!+', '?'), (r'!+', '.'),
                         (r'\.{2,}', '.'), (r'\?{2,}', '?'), (r'\?\.', '?'), (r'\s+([,.?:;])', r'\1'), (r'\s+', ' ')):
        s = re.sub(pattern, new, s)
    s = s.strip(" —-;:,'")
    s = re.sub(r"'(\s|$)", r'\1', re.sub(r"(^|\s)'(\S)", r'\1\2', s))  # single quotes, but not apostrophes
    if (lang == 'en' and '—' in s) or not ALLOWED[lang].match(s):
        return None
    words = s.split()
    if not 2 <= len(words) <= 40:
        return None
    if s[-1] not in '.?':
        if not s[-1].isalnum():
            return None
        s += '.'
    if not (s[0].isupper() or s[0].isdigit()) or sum(c.isalpha() for c in s) < 0.7 * len(s.replace(' ', '')):
        return None
    if sum(len(w) > 1 and w.isupper() for w in words) > max(1, len(words) // 5):
        return None
    low = [w.strip(',.?:;—').lower() for w in words]
    if any(w in DROP_WORDS[lang] for w in low) or any(a == b for a, b in zip(low, low[1:])):  # the latter: looks like a stutter
        return None
    if lang == 'ru' and sum(bool(re.search('[а-яё]', w)) for w in low) < 0.7 * len(low):
        return None
    return s


def held_out(s: str, percent: float) -> bool:
    return int(hashlib.sha1(s.encode()).hexdigest()[:8], 16) / 2 ** 32 * 100 < percent


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--en', nargs='+', required=True)
    ap.add_argument('--ru', nargs='+', required=True)
    ap.add_argument('--out', required=True)
    ap.add_argument('--valid-percent', type=float, default=2.0)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    seen, rows = set(), {'train': [], 'valid': []}
    for lang in ('en', 'ru'):
        for path in getattr(a, lang):
            for line in open(path, encoding='utf-8', errors='replace'):
                s = clean(line.strip(), lang)
                key = s and re.sub(r'\W+', '', s.lower())
                if key and key not in seen:
                    seen.add(key)
                    rows['valid' if held_out(s, a.valid_percent) else 'train'].append({'lang': lang, 'sents': [s]})
    for part, records in rows.items():
        with open(os.path.join(a.out, part + '.jsonl'), 'w', encoding='utf-8') as f:
            f.writelines(json.dumps(r, ensure_ascii=False) + '\n' for r in records)
        print(part, {lang: sum(r['lang'] == lang for r in records) for lang in ('en', 'ru')})


if __name__ == '__main__':
    main()
