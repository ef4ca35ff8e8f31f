"""python -m unittest test_llm (in this folder). CLEANER_RUNNER names the built runner; the test that needs it is skipped,
and says so, where it is missing."""
import collections
import os
import random
import subprocess
import tempfile
import unittest

import torch

import export
import prepare
from corrupt import Pairs, corrupt, split_word, styled
from evaluate import score, words
from model import LM, Config
from tokenizer import ASSISTANT, EOS, USER, Tok, build

RUNNER = os.environ.get('CLEANER_RUNNER', '')
SENTENCES = ["Hello there, it's well known.", 'Здравствуйте, это Иван.', 'I said no, thank you.', 'Где лежит отчёт?']


def tokenizer() -> Tok:
    counts = collections.Counter(w for s in SENTENCES for w in s.lower().replace(',', '').rstrip('.?').split())
    return Tok(build({w: 50 * n for w, n in counts.items()}, 60))


class Vocabulary(unittest.TestCase):
    def test_any_text_survives_a_round_trip(self):
        tok = tokenizer()
        for text in SENTENCES + ['NASA и 42 %', '🙂 ok', "l'été"]:
            self.assertEqual(tok.decode(tok.encode(text)), text)

    def test_a_word_and_its_capitalised_twin_are_cut_alike_and_share_an_embedding(self):
        tok = tokenizer()
        low, high = tok.encode('здравствуйте'), tok.encode('Здравствуйте')
        self.assertEqual([tok.stem[i] for i in low], [tok.stem[i] for i in high])
        self.assertEqual(sum(a != b for a, b in zip(low, high)), 1)


class Corruption(unittest.TestCase):
    def test_every_word_of_the_target_is_in_the_raw_text_in_order(self):
        rng = random.Random(5)
        for k in range(400):
            target = SENTENCES[k % 4].split()
            raw = iter(w.lower() for w, _ in words(corrupt(rng, target, 'ru' if k % 2 else 'en')))
            self.assertTrue(all(split_word(w)[0].lower() in raw for w in target), target)

    def test_only_chat_and_code_go_without_the_last_full_stop(self):
        self.assertEqual([styled('Yes. No.', s) for s in ('chat', 'code', 'mail', None)], ['Yes. No', 'Yes. No', 'Yes. No.', 'Yes. No.'])
        self.assertEqual(styled('Really?', 'chat'), 'Really?')

    def test_pairs_follow_their_seed(self):
        records = [{'lang': lang, 'sents': [s]} for s, lang in zip(SENTENCES, ['en', 'ru', 'en', 'ru'])]
        a, b = Pairs(records, 3, p_style=0.5), Pairs(records, 3, p_style=0.5)
        self.assertEqual([a.one() for _ in range(20)], [b.one() for _ in range(20)])

    def test_references_have_no_fillers_and_no_stutters(self):
        self.assertIsNone(prepare.clean('Well um I do not know.', 'en'))
        self.assertIsNone(prepare.clean('It is is late.', 'en'))
        self.assertEqual(prepare.clean('“Hello”  – he said!', 'ru'), None)
        self.assertEqual(prepare.clean('Он сказал – да!', 'ru'), 'Он сказал — да.')


class Scores(unittest.TestCase):
    def test_losing_a_word_and_keeping_a_filler_are_told_apart(self):
        pair = [('en', 'um i said no', 'I said no.')]
        lost, kept = score(pair, ['I said.']), score(pair, ['Um, I said no.'])
        self.assertEqual((lost['words preserved %'], kept['words preserved %']), (0, 100))
        self.assertEqual((lost['filler precision %'], kept['filler recall %']), (50, 0))


@unittest.skipUnless(os.path.exists(RUNNER), 'CLEANER_RUNNER does not name the built runner')
class ThroughLlamaCpp(unittest.TestCase):
    def test_an_exported_model_answers_like_pytorch(self):
        torch.manual_seed(2)
        tok = tokenizer()
        model = LM(Config(d=64, layers=2, heads=2, head_dim=32, ff=96), tok.stem, tok.case).eval()
        raw = 'hello there i said no'
        ids = [USER] + tok.encode(raw) + [ASSISTANT]
        limit = 2 * len(ids) + 16
        with torch.no_grad():
            start = len(ids)
            while len(ids) - start < limit:
                h, table = model(torch.tensor([ids]))
                nxt = int((h[0, -1] @ table.T).argmax())
                if nxt == EOS:
                    break
                ids.append(nxt)
        with tempfile.TemporaryDirectory() as tmp:
            export.write(dict(model=model.state_dict(), ema={}, cfg=vars(model.c)), 'model', tok, 'f32', f'{tmp}/m.gguf')
            with open(f'{tmp}/in', 'w', encoding='utf-8') as f:
                f.write(raw + '\n')
            subprocess.run([RUNNER, f'{tmp}/m.gguf', f'{tmp}/in', f'{tmp}/out'], check=True, capture_output=True)
            said = open(f'{tmp}/out', encoding='utf-8').read().rstrip('\n').split('\t')[1]
        self.assertEqual(said.strip(), tok.decode(ids[start:]).strip())


if __name__ == '__main__':
    unittest.main()
