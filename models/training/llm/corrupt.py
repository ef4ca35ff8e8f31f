"""Raw transcript <- clean text: the corruptions that the cleaner learns to undo, and the styles it learns to follow."""
import random
import re

PUNCT = ',.?!:;—'
# Fillers with how often each is inserted.
FILL = {
    'en': [('um', 24), ('uh', 24), ('er', 3), ('erm', 3), ('ah', 2), ('hmm', 3), ('mm', 2), ('uhm', 3), ('umm', 3), ('uhh', 2),
           ('you know', 11), ('i mean', 6), ('like', 8), ('sort of', 1), ('kind of', 1), ('basically', 1)],
    'ru': [('эээ', 12), ('ээ', 5), ('э', 5), ('э-э', 4), ('эм', 7), ('эмм', 3), ('ммм', 4), ('мм', 3), ('ну', 18), ('вот', 6),
           ('как бы', 11), ('типа', 7), ('короче', 6), ('значит', 3), ('это самое', 3), ('так сказать', 2), ('в общем', 2),
           ('хм', 2), ('а-а', 1), ('ааа', 1)],
}
FILL_START = {'en': [('so um', 2), ('well', 2), ('okay so', 1), ('so uh', 2)],
              'ru': [('ну вот', 3), ('ну эээ', 2), ('так вот', 1), ('ну короче', 2), ('ну типа', 1)]}
FILL_PAIR = {'en': [('um you know', 2), ('uh you know', 2), ('um like', 1), ('uh i mean', 1), ('um uh', 1)],
             'ru': [('ну как бы', 3), ('эээ ну', 3), ('ну эм', 2), ('вот эээ', 1), ('как бы эээ', 1), ('ну типа', 2)]}
LETTERS = {'en': 'abcdefghijklmnopqrstuvwxyz', 'ru': 'абвгдежзийклмнопрстуфхцчшщыьэюя'}
# How the raw text is written: all lower-case; cased without punctuation; full stops only; first and last right; already
# clean; random capitals; partly punctuated.
WRITING = [('lower', 56), ('case', 10), ('dots', 8), ('edge', 8), ('clean', 6), ('wild', 6), ('half', 6)]
STYLES = ['mail', 'chat', 'code', 'document']


def pick(rng, table):
    return rng.choices([v for v, _ in table], [w for _, w in table])[0]


def split_word(w: str) -> tuple[str, str]:
    """'Hello,' -> ('Hello', ','): outer punctuation apart from the word."""
    core = w.rstrip(PUNCT)
    return core, w[len(core):]


def cap(w: str) -> str:
    return w[:1].upper() + w[1:]


def styled(text: str, style: str | None) -> str:
    """What a style asks for: chat messages and code comments do without the last full stop."""
    return text[:-1] if style in ('chat', 'code') and text.endswith('.') else text


def odd_token(rng) -> str:
    n = rng.randrange
    return rng.choice([
        str(n(10)), str(n(100)), str(n(1900, 2040)), f'{n(24)}:{n(60):02d}', f'{n(100)}%', f'{n(20)}.{n(10)}', 'v%d' % n(9),
        ''.join(rng.choice(LETTERS['en']) for _ in range(rng.randint(2, 8))),
        ''.join(rng.choice(LETTERS['en'].upper()) for _ in range(rng.randint(2, 4)))])


def misspell(rng, w: str, lang: str) -> str:
    if len(w) < 4:
        return w
    i, k = rng.randrange(1, len(w) - 1), rng.random()
    if k < 0.4:
        return w[:i] + w[i + 1:]
    return w[:i] + (rng.choice(LETTERS[lang]) + w[i + 1:] if k < 0.7 else w[i] + w[i:])


def mutate(rng, words: list[str], lang: str, other: list[str]) -> list[str]:
    """Words that a recogniser gets wrong stay wrong: the same odd word on both sides."""
    out = []
    for w in words:
        core, tail = split_word(w)
        if core and rng.random() < 0.06:
            r = rng.random()
            if r < 0.45:
                new = rng.choice(other)
                core = cap(new) if core[0].isupper() else new
            else:
                core = misspell(rng, core, lang) if r < 0.75 else odd_token(rng)
        out.append(core + tail)
    return out


def written(rng, core: str, tail: str, writing: str, i: int, last: bool, start: bool, p_keep: float) -> tuple[str, str]:
    """One word and its punctuation in the given way of writing."""
    ends = any(c in '.?!' for c in tail)
    if writing == 'lower':
        return core.lower(), ''
    if writing == 'case':
        lower = start and rng.random() < 0.5 and core != 'I' and not core[1:2].isupper()
        return (core.lower() if lower else core), ''
    if writing == 'dots':
        return core.lower(), '.' if ends else ''
    if writing == 'edge':
        return (cap(core.lower()) if i == 0 else core.lower()), '.' if last else ''
    if writing == 'wild':
        return (cap(core.lower()) if rng.random() < 0.25 else core.lower()), ''
    if writing == 'half':
        tail = tail if rng.random() < p_keep else ''
        return (core.lower() if rng.random() < 0.3 else core), tail
    return core, tail


def stutter(rng, core: str, before: str | None) -> list[str]:
    """The word said twice or thrice, the last two words said again, or a broken-off beginning."""
    x = rng.random()
    if x < 0.55:
        return [core, core]
    if x < 0.65:
        return [core, core, core]
    if x < 0.8 and before and before.isalpha():
        return [core, before, core]
    if len(core) > 2:
        return [core[:rng.randint(1, min(3, len(core) - 1))] + '-', core]
    return [core, core]


def corrupt(rng, target: list[str], lang: str, writing: str | None = None) -> str:
    """target: clean words with punctuation. Returns the raw text."""
    writing = writing or pick(rng, WRITING)
    p_fill = rng.choice((0.04, 0.08, 0.15)) if rng.random() < 0.55 else 0.0
    p_stutter = rng.choice((0.02, 0.05)) if rng.random() < 0.4 else 0.0
    p_keep = rng.uniform(0.3, 0.7)
    raw: list[str] = []
    start = True
    for i, w in enumerate(target):
        core, tail = split_word(w)
        if not core:  # a lone dash
            if writing == 'clean' or (writing == 'half' and rng.random() < p_keep):
                raw.append(w)
            continue
        ends = any(c in '.?!' for c in tail)
        core, tail = written(rng, core, tail, writing, i, i == len(target) - 1, start, p_keep)
        unit = [core]
        if p_stutter and core.isalpha() and rng.random() < p_stutter:
            unit = stutter(rng, core, raw[-1] if raw else None)
        if p_fill and rng.random() < p_fill * (2 if start else 1):
            table = FILL_START if start and rng.random() < 0.12 else FILL_PAIR if rng.random() < 0.1 else FILL
            filler = pick(rng, table[lang]).split()
            if writing in ('clean', 'half'):  # a recogniser that punctuates sets fillers off with commas
                filler[-1] += ','
                if start:
                    filler[0] = cap(filler[0])
                    if len(core) > 1 and core != 'I' and core[0].isupper() and not core[1].isupper() and i + 1 < len(target):
                        unit = [u[:1].lower() + u[1:] for u in unit]
                elif raw and raw[-1][-1:].isalnum() and rng.random() < 0.6:
                    raw[-1] += ','
            elif writing == 'edge' and i == 0:
                filler[0] = cap(filler[0])
                unit = [u[:1].lower() + u[1:] for u in unit]
            if len(unit) > 1 and rng.random() < 0.3:
                unit[1:1] = filler
            else:
                raw.extend(filler)
        unit[-1] += tail
        raw.extend(unit)
        start = ends
    if p_fill and raw and rng.random() < 0.05 and writing in ('lower', 'wild'):
        raw.append(pick(rng, FILL[lang]))
    return ' '.join(raw)


class Pairs:
    """Endless stream of (raw, clean, language, style)."""

    def __init__(self, records: list[dict], seed=0, max_words=70, p_style=0.0):
        self.rng, self.max_words, self.p_style = random.Random(seed), max_words, p_style
        self.sents = {lang: [r['sents'] for r in records if r['lang'] == lang] for lang in ('en', 'ru')}
        self.vocab = {lang: sorted({w.lower() for r in rows[:20000] for s in r for w in s.split() if w.isalpha()})
                      for lang, rows in self.sents.items()}

    def one(self) -> tuple[str, str, str, str | None]:
        rng = self.rng
        lang = 'en' if rng.random() < 0.5 else 'ru'
        count = rng.choices((1, 2, 3, 4), (58, 27, 10, 5))[0]
        words: list[str] = []
        while count > 0:
            for s in rng.choice(self.sents[lang])[:count]:
                if words and len(words) + len(s.split()) > self.max_words:
                    count = 0
                    break
                words += s.split()
                count -= 1
        if rng.random() < 0.03:  # an unfinished or one-word utterance
            words = words[:rng.randint(1, 3)]
            words[-1] = split_word(words[-1])[0] + '.'
            if not split_word(words[0])[0] or words[-1] == '.':
                return self.one()
        if rng.random() < 0.25:
            words = mutate(rng, words, lang, self.vocab['en' if rng.random() < 0.1 else lang])
            words[0] = cap(words[0])
        style = rng.choice(STYLES) if rng.random() < self.p_style else None
        raw = corrupt(rng, words, lang)
        return (raw, styled(' '.join(words), style), lang, style) if raw.strip() else self.one()
