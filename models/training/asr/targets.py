"""What the network is asked to answer: characters for the CTC head, token sequences for the decoder."""
import dataclasses
import random

import numpy as np
import torch

from batches import Example
from model import CTC_ID, Model


def spelling(text: str) -> list[int]:
    """CTC characters of a text: lower case, punctuation dropped, hyphens as spaces."""
    out: list[int] = []
    for c in text.lower().replace('-', ' '):
        if c in CTC_ID and not (c == ' ' and (not out or out[-1] == CTC_ID[' '])):
            out.append(CTC_ID[c])
    return out


def ctc_targets(examples: list[Example]) -> tuple[np.ndarray, np.ndarray]:
    rows = [spelling(' '.join(t for _, _, t in e.spans)) for e in examples]
    n = np.array([len(r) for r in rows])
    out = np.zeros((len(rows), max(1, n.max())), np.int64)
    for k, r in enumerate(rows):
        out[k, :len(r)] = r
    return out, n


def flat_start(examples: list[Example], frames: int) -> np.ndarray:
    """A first guess at the alignment: every sentence's characters spread evenly over its duration, blanks elsewhere."""
    out = np.zeros((len(examples), frames), np.int64)
    for k, e in enumerate(examples):
        for lo, hi, text in e.spans:
            row, hi = np.array(spelling(text)), min(hi, frames)
            if len(row) and hi > lo:
                out[k, lo:hi] = row[np.arange(hi - lo) * len(row) // (hi - lo)]
    return out


def align(log_probs: np.ndarray, ctc: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Most likely CTC alignment of a batch: first and last frame of every character, each (batch, characters)."""
    rows, frames, _ = log_probs.shape
    chars = ctc.shape[1]
    states = np.zeros((rows, 2 * chars + 1), np.int64)  # characters with blanks around them
    states[:, 1::2] = ctc
    emit = np.take_along_axis(log_probs, np.broadcast_to(states[:, None], (rows, frames, 2 * chars + 1)), 2)
    no_skip = np.zeros(states.shape, np.float32)
    no_skip[:, 2:][(states[:, 2:] == 0) | (states[:, 2:] == states[:, :-2])] = -1e9
    no_skip[:, :2] = -1e9
    score = np.full(states.shape, -1e9, np.float32)
    score[:, :2] = emit[:, 0, :2]
    back = np.zeros((frames,) + states.shape, np.int8)
    edge = np.full((rows, 2), -1e9, np.float32)
    for t in range(1, frames):
        wide = np.concatenate([edge, score], 1)
        one, two = wide[:, 1:-1], wide[:, :-2] + no_skip
        best = np.maximum(score, one)
        step = (one > score).astype(np.int8)
        step[two > best] = 2
        score = np.maximum(best, two) + emit[:, t]
        back[t] = step
    row = np.arange(rows)
    s = 2 * n  # ends in the last blank or the last character
    s = np.where(score[row, s] >= score[row, np.maximum(s - 1, 0)], s, np.maximum(s - 1, 0))
    first, last = np.zeros((rows, chars + 1), np.int64), np.zeros((rows, chars + 1), np.int64)
    seen = np.zeros((rows, chars + 1), bool)
    for t in range(frames - 1, -1, -1):
        c = np.where(s % 2 == 1, s // 2, chars)  # the extra column collects the blanks
        last[row, c] = np.where(seen[row, c], last[row, c], t)
        seen[row, c] = True
        first[row, c] = t
        s = s - back[t, row, s]
    return first[:, :chars], last[:, :chars]


@dataclasses.dataclass
class Dialogue:
    """Decoder input, labels (-100: not trained) and, for tokens that were heard, the frames [lo, hi) of each input."""
    tokens: list[int]
    labels: list[int]
    heard: list[tuple[int, int] | None]


def dialogue(model: Model, tok, e: Example, first, last, rng: random.Random, prompt: str | None) -> Dialogue:
    """Whisper's format: [prev, prompt,] sot, language, transcribe, (no timestamps, text | t0, text, t1, ...), end.

    No speech is answered with the no-speech token, or, since whisper.cpp never lets a transcript begin with the end
    token, with the first timestamp or the empty token and then the end.
    """
    sp = model.special
    toks, trained, heard = [], [], []

    def put(token, train=True, at=None):
        toks.append(token)
        trained.append(train)
        heard.append(at)

    if prompt:
        put(sp('prev'), False)
        ids = tok.encode(prompt)[:60]
        if rng.random() < 0.5:  # the previous window's text comes with its timestamps, an application's prompt without
            ids = [model.ts0, *ids, model.ts0 + rng.randint(50, 1500)]
        for t in ids:
            put(t, False)
    put(sp('sot'), False)
    put(sp(e.lang or rng.choice(['en', 'ru'])), e.lang is not None)
    put(sp('transcribe'), False)
    stamps = rng.random() < 0.4
    if not stamps:
        put(sp('notimestamps'), False)
    if e.lang is None:
        if rng.random() < 0.5:
            put(sp('nosp'))
        else:
            put(model.ts0 if stamps else model.silent)
            put(sp('eot'))
    else:
        at, now, before = 0, 0, ' '
        for k, (lo, hi, text) in enumerate(e.spans):
            if stamps:
                put(model.ts0 + min(lo if k else min(lo, 50), 1500))  # whisper.cpp allows one second before the first
            for piece in tok.encode(text):
                a = at
                for c in tok.id_to_piece(piece).lower().replace('\u2581', ' ').replace('-', ' '):
                    if c in CTC_ID and not (c == ' ' and before == ' '):  # counts what `spelling` keeps
                        at, before = at + 1, c
                span = (int(first[a]), int(last[at - 1]) + 1) if at > a else (now, now + 8)
                put(piece, True, span)
                now = span[1]
            if stamps:
                put(model.ts0 + min(hi, 1500))
        put(sp('eot'))
    labels = [t if w else -100 for t, w in zip(toks, trained)][1:] + [-100]
    return Dialogue(toks, labels, heard)


def pack(model: Model, dialogues: list[Dialogue], frames: int, slack: int):
    """Tensors of a batch: tokens, labels, and where the token before / the token asked for was heard (boolean masks)."""
    longest = min(max(len(d.tokens) for d in dialogues), model.cfg['n_text_ctx'])
    rows = len(dialogues)
    tokens = torch.full((rows, longest), model.special('eot'))
    labels = torch.full((rows, longest), -100)
    spans = np.tile(np.array([0, frames]), (rows, longest + 1, 1))
    for k, d in enumerate(dialogues):
        n = min(len(d.tokens), longest)
        tokens[k, :n] = torch.tensor(d.tokens[:n])
        labels[k, :n] = torch.tensor(d.labels[:n])
        for i, at in enumerate(d.heard[:n]):
            if at:
                spans[k, i] = at[0] - slack, at[1] + slack
    t = np.arange(frames)
    inside = torch.from_numpy((t >= spans[..., :1]) & (t < spans[..., 1:]))
    return tokens, labels, inside[:, :-1], inside[:, 1:]
