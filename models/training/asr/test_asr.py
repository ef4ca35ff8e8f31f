"""python -m unittest test_asr (in this folder). WHISPER_TOOLS names the folder with the built `logits` program; the tests
that need it are skipped, and say so, where it is missing."""
import os
import random
import subprocess
import tempfile
import unittest

import numpy as np
import torch

import export
import phrases
from batches import Example
from features import LOG_FLOOR, log_mel, normalise
from model import CHARS, CTC_ID, SPECIAL, TS_BEGIN, WHISPER_ID, Model
from targets import align, dialogue, flat_start, pack, spelling

TOOL = os.path.join(os.environ.get('WHISPER_TOOLS', ''), 'logits')


class Pieces:
    """A stand-in for the trained vocabulary: every character is a piece."""
    alphabet = '\u2581' + CHARS.strip() + CHARS.strip().upper() + '.,?-'

    def vocab_size(self):
        return len(self.alphabet) + 1

    def encode(self, text):
        return [1 + self.alphabet.index(c) for c in '\u2581' + text.replace(' ', '\u2581')]

    def id_to_piece(self, i):
        return self.alphabet[i - 1] if i else '<unk>'

    def is_unknown(self, i):
        return i == 0


def small_model(**kw) -> Model:
    torch.manual_seed(3)
    return Model(Pieces().vocab_size() + 1, d=64, heads=1, enc_layers=kw.get('enc_layers', 4), dec_layers=3).eval()


def speech_like(seconds: float) -> np.ndarray:
    rng, t = np.random.default_rng(1), np.arange(int(seconds * 16000)) / 16000
    return (0.1 * np.sin(2 * np.pi * 180 * t) * (1 + np.sin(2 * np.pi * 3 * t)) + 0.01 * rng.standard_normal(len(t))).astype(np.float32)


class Targets(unittest.TestCase):
    def test_the_alignment_finds_the_frames_where_characters_peak(self):
        path = [0, 1, 1, 0, 2, 0, 2, 0]
        lp = np.full((1, len(path), 4), -5.0, np.float32)
        lp[0, np.arange(len(path)), path] = -0.01
        first, last = align(lp, np.array([[1, 2, 2]]), np.array([3]))
        self.assertEqual((first[0].tolist(), last[0].tolist()), ([1, 4, 6], [2, 4, 6]))

    def test_the_spelling_keeps_letters_and_single_spaces(self):
        said = ''.join(CHARS[i - 1] for i in spelling("It's well-known - Да, да."))
        self.assertEqual(said, "it's well known да да")

    def test_every_piece_of_a_dialogue_points_at_its_own_characters(self):
        model, tok = small_model(), Pieces()
        e = Example(None, 'en', [(3, 40, 'It is - so.'), (60, 90, 'Да-да?')])
        n = len(spelling('It is - so. Да-да?'))
        first = np.arange(n) * 2
        for seed in range(6):
            d = dialogue(model, tok, e, first, first + 1, random.Random(seed), 'Earlier.' if seed % 2 else None)
            heard = [(t, at) for t, at in zip(d.tokens, d.heard) if at]
            letters = [at[0] // 2 for t, at in heard
                       if tok.id_to_piece(t).lower().replace('\u2581', ' ') in CTC_ID and tok.id_to_piece(t) != '\u2581']
            self.assertEqual(letters, [i for i, c in enumerate(spelling('It is - so. Да-да?')) if c != CTC_ID[' ']])
            self.assertEqual(d.labels[:-1], [t if l >= 0 else -100 for t, l in zip(d.tokens[1:], d.labels)])
            self.assertEqual(d.labels[-2], model.special('eot'))

    def test_no_speech_never_begins_with_the_end(self):
        model = small_model()
        for seed in range(12):
            d = dialogue(model, Pieces(), Example(None, None, []), [], [], random.Random(seed), None)
            at = d.tokens.index(model.special('transcribe')) + 1
            answer = [t for t in d.tokens[at:] if t != model.special('notimestamps')]
            self.assertIn(answer, ([model.special('nosp')], [model.silent, model.special('eot')], [model.ts0, model.special('eot')]))

    def test_windows_cover_what_was_heard_and_are_open_elsewhere(self):
        model = small_model()
        d = dialogue(model, Pieces(), Example(None, 'ru', [(0, 20, 'Да.')]), [4, 9], [5, 9], random.Random(1), None)
        _, _, before, after = pack(model, [d], 20, 0)
        k = next(i for i, at in enumerate(d.heard) if at == (4, 6))
        self.assertEqual(before[0, k].nonzero().flatten().tolist(), [4, 5])
        self.assertEqual(after[0, k - 1].nonzero().flatten().tolist(), [4, 5])
        self.assertTrue(before[0, 0].all())

    def test_a_flat_start_spreads_characters_evenly(self):
        guess = flat_start([Example(None, 'en', [(2, 8, 'ab')])], 10)[0].tolist()
        self.assertEqual(guess, [0, 0] + [CTC_ID['a']] * 3 + [CTC_ID['b']] * 3 + [0, 0])

    def test_numbers_are_said_right(self):
        said = {(21345, 'en'): 'twenty-one thousand three hundred forty-five', (2002, 'ru'): 'две тысячи два',
                (21001, 'ru'): 'двадцать одна тысяча один', (112000, 'ru'): 'сто двенадцать тысяч', (0, 'ru'): 'ноль'}
        for (n, lang), words in said.items():
            self.assertEqual(phrases.number(n, lang), words)


class Growth(unittest.TestCase):
    def test_added_layers_start_as_the_identity(self):
        old, new = small_model(), small_model(enc_layers=6)
        new.load_grown(old.state_dict())
        mel = torch.randn(1, 40, 80)
        torch.testing.assert_close(old.encoder(mel)[0], new.encoder(mel)[0])


@unittest.skipUnless(os.path.exists(TOOL), 'WHISPER_TOOLS does not name a folder with the `logits` program')
class ThroughWhisperCpp(unittest.TestCase):
    """The exported file and the features, judged by the scores that whisper.cpp computes."""
    PROMPT = ['sot', 'ru', 'transcribe', 'notimestamps']

    def scores(self, path: str, data: np.ndarray, kind: str) -> np.ndarray:
        with tempfile.TemporaryDirectory() as tmp:
            data.astype(np.float32).tofile(f'{tmp}/in')
            subprocess.run([TOOL, path, f'{tmp}/in', kind, f'{tmp}/out'] + [str(WHISPER_ID[s]) for s in self.PROMPT], check=True)
            return np.fromfile(f'{tmp}/out', np.float32)

    def setUp(self):
        self.model = small_model()
        for p in self.model.parameters():
            p.data = p.data.half().float()  # what a 16-bit file can hold
        self.audio = speech_like(2.5)
        self.mel = normalise(log_mel(np.concatenate([self.audio, np.zeros(30 * 16000, np.float32)])))[:3000]
        with torch.no_grad():
            tokens = torch.tensor([[self.model.special(s) for s in self.PROMPT]])
            xa, _ = self.model.encoder(torch.from_numpy(self.mel)[None])
            self.expected = self.model.decoder(tokens, xa)[0, -1].numpy()
        n = self.model.cfg['n_text']
        self.ids = list(range(n)) + [WHISPER_ID[s] for s in SPECIAL] + list(range(TS_BEGIN, TS_BEGIN + 1501))

    def exported(self, tmp: str, kind: str) -> str:
        export.write(self.model, Pieces(), f'{tmp}/m.bin', kind)
        return f'{tmp}/m.bin'

    def test_an_exported_model_scores_like_pytorch(self):
        with tempfile.TemporaryDirectory() as tmp:
            got = self.scores(self.exported(tmp, 'f16'), self.audio, 'audio')
        np.testing.assert_allclose(got[self.ids][1:], self.expected[1:], atol=0.02)

    def test_unused_ids_cannot_win(self):
        with tempfile.TemporaryDirectory() as tmp:
            got = self.scores(self.exported(tmp, 'f16'), self.audio, 'audio')
        unused = np.setdiff1d(np.arange(len(got)), self.ids)
        self.assertLess(got[unused].max(), got[self.ids][1:].min() - 10)

    def test_our_spectrum_is_whisper_cpps(self):
        with tempfile.TemporaryDirectory() as tmp:
            path = self.exported(tmp, 'f16')
            ours, theirs = self.scores(path, self.mel.T.copy(), 'mel'), self.scores(path, self.audio, 'audio')
        np.testing.assert_allclose(ours, theirs, atol=0.005)

    def test_quantized_files_load_and_stay_close(self):
        for kind, limit in (('q8_0', 0.02), ('q5_0', 0.15)):
            with tempfile.TemporaryDirectory() as tmp:
                got = self.scores(self.exported(tmp, kind), self.audio, 'audio')[self.ids][1:]
            error = np.linalg.norm(got - self.expected[1:]) / np.linalg.norm(self.expected[1:])
            self.assertLess(error, limit, kind)


if __name__ == '__main__':
    unittest.main()
