#!/usr/bin/env python3
"""A small SentencePiece-BPE style vocabulary made for near-copy tasks.

The pieces follow llama.cpp's "llama" (SPM) tokenizer: '▁' marks a space, a space is put before the text, adjacent pieces
are merged best score first. What is special is how the vocabulary is built:
  * '▁' always joins the first letter of a word, and merges are learned on lower-case text only;
  * every piece that begins with '▁' and a letter has a twin with that letter upper-cased, at the same place of the merge
    order.
So "▁hello" and "▁Hello" are always cut alike and differ in one piece, whose twin is known (`stem`, `case`): the model
shares one embedding for both.

  tokenizer.py --data train.jsonl --merges 4000 --out tok.json
"""
import argparse
import collections
import json
import re

from corrupt import FILL

SPACE = '▁'
UNK, BOS, EOS, USER, ASSISTANT, SYSTEM = range(6)
SPECIAL = ['<unk>', '<s>', '<|im_end|>', '<|im_start|>user\n', '<|im_end|>\n<|im_start|>assistant\n', '<|im_start|>system\n']
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
LOW = 'abcdefghijklmnopqrstuvwxyzабвгдеёжзийклмнопрстуфхцчшщъыьэюяàâäåçèéêëíîïñóôöøúüßæœšžčćğışłńęąż'
DIGITS = '0123456789'
PUNCT = ",.?!:;'’-—–\"«»“”„()[]/%$€£№&+@#=*_<>|~^\\{}`°…"


def upper_twin(piece: str) -> str | None:
    """'▁hello' -> '▁Hello'; None when the piece has no case twin."""
    if len(piece) > 1 and piece[0] == SPACE and piece[1].isalpha():
        upper = piece[1].upper()
        if len(upper) == 1 and upper != piece[1]:
            return SPACE + upper + piece[2:]
    return None


def learn_merges(word_counts: dict[str, int], count: int) -> list[str]:
    """The pieces that byte-pair encoding makes of lower-case words, best first."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    starts = {c: chr(0xE000 + i) for i, c in enumerate(LOW + DIGITS)}  # '▁x' is one symbol for the trainer
    back = {v: SPACE + k for k, v in starts.items()}

    def lines():
        for w, n in word_counts.items():
            if w[0] in starts:
                yield ' '.join([starts[w[0]] + w[1:]] * min(n, 2000))
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    alphabet = list(LOW + DIGITS + "'") + list(back)
    tok.train_from_iterator(lines(), trainers.BpeTrainer(vocab_size=len(alphabet) + count, initial_alphabet=alphabet,
                                                         limit_alphabet=len(alphabet), show_progress=False))
    merges = json.loads(tok.to_str())['model']['merges']
    return [''.join(back.get(c, c) for c in (''.join(m) if isinstance(m, list) else m.replace(' ', ''))) for m in merges]


def build(word_counts: dict[str, int], merges: int) -> dict:
    pieces, scores = list(SPECIAL), [0.0] * len(SPECIAL)
    types = [UNKNOWN] + [CONTROL] * (len(SPECIAL) - 1)
    known = set()

    def add(piece, score, kind=NORMAL):
        if piece and piece not in known:
            known.add(piece)
            pieces.append(piece)
            scores.append(score)
            types.append(kind)
    for b in range(256):
        add(f'<0x{b:02X}>', 0.0, BYTE)
    for c in LOW + LOW.upper().replace('SS', '') + DIGITS + PUNCT + SPACE:
        add(c, -1e5)  # never the result of a merge, so the score does not matter
    for c in LOW + DIGITS:  # '▁x' outranks every learned merge
        add(SPACE + c, 1000.0)
        add(upper_twin(SPACE + c), 1000.0)
    for c in '—-"«(№$€£#':
        add(SPACE + c, 1000.0)
    for rank, piece in enumerate(learn_merges(word_counts, merges)):
        add(piece, -float(rank + 1))
        add(upper_twin(piece), -float(rank + 1))
    return {'pieces': pieces, 'scores': scores, 'types': types}


class Tok:
    def __init__(self, spec: dict):
        self.pieces, self.scores, self.types = spec['pieces'], spec['scores'], spec['types']
        self.n = len(self.pieces)
        self.index = {p: i for i, p in enumerate(self.pieces) if self.types[i] == NORMAL}
        self.byte0 = self.pieces.index('<0x00>')
        self.cache: dict[str, list[int]] = {}
        # stem: the id whose embedding is shared; case: 1 for an upper-case twin, 2 for a single upper-case letter
        self.stem, self.case = list(range(self.n)), [0] * self.n
        for i, p in enumerate(self.pieces):
            t = upper_twin(p) if self.types[i] == NORMAL else None
            if t in self.index:
                self.stem[self.index[t]], self.case[self.index[t]] = i, 1
        for c in LOW:
            u = c.upper()
            if len(u) == 1 and u != c and u in self.index and c in self.index:
                self.stem[self.index[u]], self.case[self.index[u]] = self.index[c], 2

    @classmethod
    def load(cls, path: str) -> 'Tok':
        return cls(json.load(open(path, encoding='utf-8')))

    def _word(self, w: str) -> list[int]:
        """llama.cpp's SPM: repeatedly merge the best-scored adjacent pair (leftmost first)."""
        sym = list(w)
        while len(sym) > 1:
            best, at = None, -1
            for i in range(len(sym) - 1):
                t = self.index.get(sym[i] + sym[i + 1])
                if t is not None and (best is None or self.scores[t] > best):
                    best, at = self.scores[t], i
            if at < 0:
                break
            sym[at:at + 2] = [sym[at] + sym[at + 1]]
        out = []
        for s in sym:
            t = self.index.get(s)
            out.extend([t] if t is not None else [self.byte0 + b for b in s.encode('utf-8')])
        return out

    def encode(self, text: str) -> list[int]:
        """Ids of `text`, as llama.cpp gives them after a special token (space prefix added)."""
        out = []
        for w in re.findall(f'{SPACE}?[^{SPACE}]+|{SPACE}', SPACE + text.replace(' ', SPACE)):
            ids = self.cache.get(w)
            if ids is None:
                ids = self._word(w)
                if len(self.cache) < 400000:
                    self.cache[w] = ids
            out.extend(ids)
        return out

    def decode(self, ids: list[int]) -> str:
        buf = b''
        for i in ids:
            if self.types[i] == BYTE:
                buf += bytes([i - self.byte0])
            elif self.types[i] == NORMAL:
                buf += self.pieces[i].replace(SPACE, ' ').encode('utf-8')
        return buf.decode('utf-8', errors='replace').removeprefix(' ')


def count_words(path: str) -> collections.Counter:
    """Words of the records and, often enough to become one piece each, the fillers."""
    words = collections.Counter()
    for line in open(path, encoding='utf-8'):
        for s in json.loads(line)['sents']:
            words.update(w.strip("'_") for w in re.findall(r"[\w']+", s.lower()))
    for table in FILL.values():
        for filler, _ in table:
            words.update({w: 400 for w in re.findall(r"[\w']+", filler)})
    del words['']
    return words


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--data', required=True)
    ap.add_argument('--merges', type=int, default=4000)
    ap.add_argument('--out', required=True)
    a = ap.parse_args()
    spec = build(count_words(a.data), a.merges)
    with open(a.out, 'w', encoding='utf-8') as f:
        json.dump(spec, f, ensure_ascii=False)
    t = Tok(spec)
    print('vocabulary', t.n, 'pieces,', len(set(t.stem)), 'of them with an embedding of their own')


if __name__ == '__main__':
    main()
