"""Held-out test sets for the built-in recogniser: sentences and voices that training never sees.

  testsets.py --out WORK

Per language: `seen` (held-out sentences, voices of the training), `unseen` (voices never trained on), `noise10` (`seen`
with pink noise at 10 dB), `long` (18-29 s), `digits`, `letters`, `commands` (unseen voices); and `nonspeech`.
"""
import argparse
import os
import random
import tempfile

import numpy as np
import soundfile as sf

from data import pick_voice, read_rows, render, target, trim
from features import SR
from phrases import COMMANDS, DIGITS, letters, sentence


def coloured_noise(n: int, power: float, rng) -> np.ndarray:
    """White (0), pink (1) or brown (2) noise of unit power."""
    spec = rng.standard_normal(n // 2 + 1) + 1j * rng.standard_normal(n // 2 + 1)
    spec /= np.maximum(np.arange(n // 2 + 1), 8) ** (power / 2)
    w = np.fft.irfft(spec, n)
    return w / np.sqrt((w ** 2).mean())


def add_noise(x, snr_db: float, rng):
    """Pink noise at the given signal-to-noise ratio."""
    w = coloured_noise(len(x), 1, rng)
    return x + w * np.sqrt((x ** 2).mean() / 10 ** (snr_db / 10))


class TestSet:
    """A folder of recordings with list.tsv: file, language, voice, text."""

    def __init__(self, work: str, name: str):
        self.dir = f'{work}/test/{name}'
        os.makedirs(self.dir, exist_ok=True)
        self.list = open(f'{self.dir}/list.tsv', 'w', encoding='utf-8')

    def add(self, i: int, x, lang: str, voice, text: str):
        sf.write(f'{self.dir}/{i:03d}.wav', x / max(1, np.abs(x).max() / 0.95), SR, subtype='PCM_16')
        self.list.write(f'{i:03d}.wav\t{lang}\t{voice[0]}:{voice[1]}\t{target(text)}\n')
        self.list.flush()


def framed(x):
    """A recording at half level with a little silence around."""
    return np.concatenate([np.zeros(3200), trim(x / np.abs(x).max() * 0.5), np.zeros(4800)]).astype(np.float32)


def sentences(work: str, lang: str, noise_rng):
    texts = [t for l, t in read_rows(work, 'test') if l == lang]
    for kind in ('seen', 'unseen'):
        rng = random.Random(f'{lang}{kind}')
        voices = [pick_voice(lang, rng, kind == 'unseen') for _ in texts]
        with tempfile.TemporaryDirectory() as tmp:
            waves = render(list(zip(voices, texts)), tmp)
        for sub in ([kind, 'noise10'] if kind == 'seen' else [kind]):
            out = TestSet(work, f'{lang}_{sub}')
            for i, (x, v, t) in enumerate(zip(waves, voices, texts)):
                if x is not None:
                    x = framed(x)
                    out.add(i, add_noise(x, 10, noise_rng) if sub == 'noise10' else x, lang, v, t)


def long_recordings(work: str, lang: str, count: int):
    """Recordings of 18-29 s: several held-out sentences of one voice with pauses."""
    texts = [t for l, t in read_rows(work, 'test') if l == lang]
    rng, out = random.Random(f'{lang}long'), TestSet(work, f'{lang}_long')
    for i in range(count):
        v, pick = pick_voice(lang, rng), rng.sample(texts, 10)
        with tempfile.TemporaryDirectory() as tmp:
            waves = render([(v, t) for t in pick], tmp)
        x, used = np.zeros(3200, np.float32), []
        for w, t in zip(waves, pick):
            if w is None or len(x) + len(w) > 28.5 * SR:
                continue
            w = trim(w)
            x = np.concatenate([x, w / np.abs(w).max() * 0.5, np.zeros(rng.randint(4000, 10000), np.float32)])
            used.append(t)
        out.add(i, x, lang, v, ' '.join(used))


def phrases(work: str, lang: str, count: int):
    """Digit strings, spelled letters and commands in voices that were never trained on."""
    for kind in ('digits', 'letters', 'commands'):
        rng, out = random.Random(f'{lang}{kind}'), TestSet(work, f'{lang}_{kind}')
        jobs = []
        for _ in range(count):
            if kind == 'letters':
                said, text = letters(rng, lang, rng.randint(1, 5))
            else:
                said = text = sentence(' '.join(rng.choices(DIGITS[lang], k=rng.randint(1, 6))) if kind == 'digits'
                                       else rng.choice(COMMANDS[lang]))
            jobs.append((pick_voice(lang, rng, held=True), said, text))
        with tempfile.TemporaryDirectory() as tmp:
            for i, ((v, _, text), x) in enumerate(zip(jobs, render([(v, said) for v, said, _ in jobs], tmp))):
                if x is not None:
                    out.add(i, framed(x), lang, v, text)


def nonspeech(work: str, count: int):
    """Silence, noise of three colours, hum, clicks, chords; the right answer is no text."""
    rng, out = np.random.default_rng(11), TestSet(work, 'nonspeech')
    for i in range(count):
        n = int(rng.uniform(1, 10) * SR)
        t = np.arange(n) / SR
        level = 10 ** rng.uniform(-3.5, -0.8)
        kind = ['silence', 'white', 'pink', 'brown', 'hum', 'clicks', 'chords'][i % 7]
        if kind == 'silence':
            x = np.zeros(n)
        elif kind == 'hum':
            x = level * sum(np.sin(2 * np.pi * 50 * k * t + k) / k for k in (1, 2, 3, 5)) + 0.05 * level * rng.standard_normal(n)
        elif kind == 'clicks':
            x = level * 0.02 * rng.standard_normal(n)
            for at in rng.integers(0, n - 800, n // 8000):
                x[at:at + 800] += level * 3 * rng.standard_normal(800) * np.exp(-np.arange(800) / 90)
        elif kind == 'chords':
            x = np.zeros(n)
            for at in range(0, n, SR // 2):
                m = min(SR // 2, n - at)
                for f in 220 * 2 ** (rng.choice([0, 3, 5, 7, 10, 12], 3) / 12):
                    x[at:at + m] += level * np.sin(2 * np.pi * f * t[:m]) * np.exp(-3 * t[:m])
        else:
            x = level * 0.5 * coloured_noise(n, ['white', 'pink', 'brown'].index(kind), rng)
        out.add(i, x, 'en' if i % 2 else 'ru', ('noise', kind), '')


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--out', required=True)
    work = p.parse_args().out
    noise_rng = np.random.default_rng(5)
    for lang in ('en', 'ru'):
        sentences(work, lang, noise_rng)
        long_recordings(work, lang, 12)
        phrases(work, lang, 60)
    nonspeech(work, 56)


if __name__ == '__main__':
    main()
