"""From rendered shards to augmented, length-bucketed training batches.

All augmentation happens on the mel power spectrum (tempo, vocal-tract length, channel, reverberation, noise, other
voices, telephone band, level, masks), so one rendered utterance serves many times at little cost.
"""
import glob
import json
import math

import numpy as np
from scipy.signal import lfilter

from features import LOG_FLOOR, normalise


class Pool:
    """All utterances of the shards rendered so far."""

    def __init__(self, work: str):
        self.work, self.seen, self.items, self.mels, self.by_voice = work, set(), [], {}, {}

    def refresh(self) -> tuple[int, float]:
        """Pick up new shards; returns (utterances, hours)."""
        for p in sorted(glob.glob(f'{self.work}/shards/*.json')):
            if p in self.seen:
                continue
            self.seen.add(p)
            self.mels[p] = np.load(p[:-5] + '.npy', mmap_mode='r')
            for r in json.load(open(p, encoding='utf-8')):
                self.by_voice.setdefault((r['lang'], r['voice']), []).append(len(self.items))
                self.items.append((p, r['start'], r['frames'], r['lang'], r['voice'], r['text']))
        return len(self.items), sum(x[2] for x in self.items) / 360000

    def mel(self, i: int) -> np.ndarray:
        p, s, n = self.items[i][:3]
        return self.mels[p][s:s + n].astype(np.float32)


class Example:
    """One training input. `spans` holds, per sentence, its first and last 20 ms frame and its text."""

    def __init__(self, mel, lang, spans):
        self.mel, self.lang, self.spans = mel, lang, spans


class Composer:
    """Turns utterances into augmented examples. `hard` (0..1) is how far the augmentation has been ramped up."""

    def __init__(self, pool: Pool, seed: int, aug: float, fastest: float):
        self.pool, self.aug, self.fastest = pool, aug, fastest
        self.rng = np.random.default_rng(seed)
        self.noise = self.rng.gamma(2.0, 0.5, (30000, 80)).astype(np.float32)
        self.hard = 0.0

    def often(self, p: float) -> bool:
        return self.rng.random() < p * self.aug

    def warp(self, m):
        """Random tempo and vocal-tract-length change by interpolation of the log spectrum."""
        r = self.rng
        if self.often(0.5):
            pos = np.arange(80) * r.uniform(0.85, 1.18)
            lo = np.minimum(pos.astype(int), 78)
            f = np.clip(pos - lo, 0, 1).astype(np.float32)
            m = m[:, lo] * (1 - f) + m[:, lo + 1] * f
        if self.often(0.5):
            n = max(8, int(len(m) / r.uniform(0.85, self.fastest)))
            pos = np.linspace(0, len(m) - 1, n)
            lo = np.minimum(pos.astype(int), len(m) - 2)
            f = (pos - lo).astype(np.float32)[:, None]
            m = m[lo] * (1 - f) + m[lo + 1] * f
        return m

    def noise_like(self, n: int):
        """Coloured noise with chi-squared fluctuation, mean power 1: stationary, swelling, humming or tonal."""
        r = self.rng
        x = np.arange(80) / 80
        shape = r.uniform(-4, 0.5) * x + 0.6 * r.standard_normal() * np.sin(2 * np.pi * (x * r.uniform(0.3, 2) + r.random()))
        lo = r.integers(0, len(self.noise) - n)
        p = self.noise[lo:lo + n] * (10.0 ** shape).astype(np.float32)
        if r.random() < 0.3:  # slow level changes
            k = 2 + n // 60
            level = np.interp(np.arange(n), np.linspace(0, n, k), r.standard_normal(k))
            p = p * (10.0 ** (0.4 * level)).astype(np.float32)[:, None]
        if r.random() < 0.15:  # something like music: a few steady partials that change together
            k = 2 + n // int(r.integers(15, 60))
            tune = np.repeat(r.integers(3, 40, k), -(-n // k))[:n]
            t = np.zeros_like(p)
            for h in (0, 7, 12, 17):
                t[np.arange(n), np.minimum(tune + h, 79)] += p.mean() * 80 * 10 ** (-0.05 * h)
            p = p * r.uniform(0, 0.3) + t
        return p / p.mean()

    def degrade(self, m):
        """Channel, room, noise, other voices, level."""
        r = self.rng
        x = np.arange(80) / 80
        if self.often(0.7):
            a = 0.5 * r.random()
            eq = a * sum(r.standard_normal() / (k + 1) * np.cos(math.pi * k * x) for k in range(1, 5)) + r.uniform(-1, 1) * x
            if r.random() < 0.15:  # low pass, down to the telephone band
                eq = eq - 4 * np.clip((x - r.uniform(0.6, 0.95)) * 15, 0, 1)
            if r.random() < 0.1:
                eq = eq - 3 * np.clip((r.uniform(0.02, 0.14) - x) * 25, 0, 1)
            m = m + eq.astype(np.float32)
        p = 10.0 ** m
        if self.often(0.3):
            dec = 10 ** (-6 / (100 * r.uniform(0.15, 0.8)))
            g = r.uniform(0.02, 0.25) * (1 - dec)
            p = p + g * lfilter([0, 1], [1, -dec], p, axis=0).astype(np.float32)
        level = p[p.sum(1) > p.sum(1).max() * 1e-3].mean()
        lowest = 25 - 20 * min(1, self.hard * 1.3)
        noisy = self.often(0.6)
        if noisy:
            p = p + self.noise_like(len(p)) * level * 10 ** (-r.uniform(lowest, 40) / 10)
        if self.hard > 0.4 and self.often(0.12):
            q = np.zeros_like(p)
            for _ in range(r.integers(1, 4)):
                o = 10.0 ** self.pool.mel(int(r.integers(len(self.pool.items))))
                s = int(r.integers(0, max(1, len(p) - 20)))
                k = min(len(o), len(p) - s)
                q[s:s + k] += o[:k]
            if q.mean() > 0:
                p = p + q * (level / q.mean() * 10 ** (-r.uniform(max(8, lowest if noisy else 8), 35) / 10))
        m = np.log10(np.maximum(p, 1e-10)) + r.uniform(-1.6, 0.4)
        return np.maximum(m, LOG_FLOOR).astype(np.float32)

    def mask(self, m, n: int):
        r = self.rng
        fill = m.min() + 0.4 * (m.max() - m.min()) * r.random()
        for _ in range(2):
            w = int(r.integers(0, 14))
            f = int(r.integers(0, 80 - w))
            m[:, f:f + w] = fill
        for _ in range(1 + n // 200):
            w = int(r.integers(0, 20))
            t = int(r.integers(0, max(1, n - w)))
            m[t:t + w] = fill
        return m

    def speech(self, utterances: list[int], margin: int) -> Example:
        """Sentences of one voice with pauses; `margin` is the padding after the audio, in 20 ms frames."""
        r = self.rng
        pos = 0 if r.random() < 0.25 else min(int(r.exponential(15)), 120)
        parts, spans = [np.full((pos, 80), LOG_FLOOR, np.float32)], []
        for k, i in enumerate(utterances):
            if k:
                gap = int(r.uniform(8, 80))
                parts.append(np.full((gap, 80), LOG_FLOOR, np.float32))
                pos += gap
            m = self.warp(self.pool.mel(i))
            parts.append(m)
            spans.append((pos // 2, (pos + len(m)) // 2, self.pool.items[i][5]))
            pos += len(m)
        parts.append(np.full((int(r.uniform(0, 50) * r.random()), 80), LOG_FLOOR, np.float32))
        m = self.degrade(np.concatenate(parts))
        n = len(m)
        out = np.full((n + 2 * margin + n % 2, 80), LOG_FLOOR, np.float32)
        out[:n] = m
        out = normalise(out)
        if self.hard > 0.3 and self.often(0.8 * self.aug):
            out = self.mask(out, n)
        return Example(out, self.pool.items[utterances[0]][3], spans)

    def silence(self) -> Example:
        """No speech: noise of any level, or plain zeros."""
        r = self.rng
        n = int(r.uniform(40, 400))
        if r.random() < 0.25:
            m = np.full((n, 80), LOG_FLOOR, np.float32)
        else:
            m = np.maximum(np.log10(np.maximum(self.noise_like(n), 1e-10)) + r.uniform(-8, 1), LOG_FLOOR).astype(np.float32)
        pad = np.full((2 * int(r.uniform(8, 50)) + n % 2, 80), LOG_FLOOR, np.float32)
        return Example(normalise(np.concatenate([m, pad])), None, [])


def plan(pool: Pool, rng, step: int, count: int, concat: float, long_pad: float):
    """Choose `count` inputs: (mel frames, utterances, margin). Short ones come first: alignment is easier to find."""
    longest = min(1500, 260 + step)
    plans = []
    while len(plans) < count:
        i = rng.randrange(len(pool.items))
        if pool.items[i][2] > longest:
            continue
        seq = [i]
        if rng.random() < concat:
            same, want = pool.by_voice[pool.items[i][3:5]], rng.uniform(300, 2800)
            while len(seq) < 12:
                j = rng.choice(same)
                if sum(pool.items[x][2] * 1.2 + 80 for x in seq + [j]) > want:
                    break
                seq.append(j)
        n = sum(pool.items[x][2] + 60 for x in seq)
        margin = rng.randint(4, 40) if rng.random() < 0.4 else rng.randint(4, 12)
        if rng.random() < long_pad:
            margin = rng.randint(40, max(41, 1400 - n // 2))
        plans.append((n + 2 * margin, seq, margin))
    return plans


def batches(composer: Composer, rng, at, frames: int, concat: float, long_pad: float):
    """Endless batches of examples, at most about `frames` encoder frames each. `at()` is the current step."""
    pool = composer.pool
    while True:
        pool.refresh()
        composer.hard = min(1.0, at() / 5000)
        plans = plan(pool, rng, at(), 800, concat, long_pad)
        plans.sort(key=lambda p: p[0] + rng.uniform(-12, 12))
        groups, cur, top = [], [], 0
        for p in plans:
            top = max(top, p[0])
            if cur and top / 2 * (len(cur) + 1) > frames:
                groups.append(cur)
                cur, top = [], p[0]
            cur.append(p)
        rng.shuffle(groups)
        for g in groups:
            ex = [composer.speech(seq, margin) for _, seq, margin in g]
            if len(g) > 6 and rng.random() < 0.3:
                ex[0] = composer.silence()
            yield ex


def stack(examples: list[Example]) -> np.ndarray:
    """One array (batch, frames, 80); short ones are extended with their own padding value."""
    longest = min(3000, max(len(e.mel) for e in examples))
    mel = np.empty((len(examples), longest, 80), np.float32)
    for k, e in enumerate(examples):
        m = e.mel[:longest]
        mel[k, :len(m)] = m
        mel[k, len(m):] = m[-1]
    return mel
