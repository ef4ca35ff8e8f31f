"""Text selection, vocabulary and speech synthesis for the built-in recogniser.

  data.py text    --out WORK --en FILE... --ru FILE...            choose and split the sentences
  data.py tok     --out WORK --vocab 2000                         train the subword vocabulary
  data.py synth   --out WORK --passes 2 --part 0/2                render the sentences
  data.py phrases --out WORK --count 6000                         render digits, numbers, letters, commands
  data.py nsh     --out WORK --voice-dir DIR                      the recordings inside festvox-ru

A shard is a pair NAME.npy (float16 log-mel frames of all its utterances, back to back) and
NAME.json (one record per utterance: start, frames, lang, voice, text). Finished shards are skipped, so an interrupted
command is simply started again.

Synthesizers are called as programs: espeak-ng, flite, festival (voices kal_diphone,
cmu_us_slt_arctic_hts, ked_diphone, msu_ru_nsh_clunits).
"""
import argparse
import collections
import json
import os
import random
import re
import subprocess
import tempfile

import numpy as np
import soundfile as sf
import soxr

from features import SR, log_mel
from phrases import phrase

# ---------------------------------------------------------------- text

OK = {'en': re.compile(r"^[A-Za-z' ,.?!\-]+$"), 'ru': re.compile(r"^[А-Яа-яё ,.?!\-]+$")}
WORDS = {  # short words that every user says
    'en': 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen '
          'seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand '
          'million yes no okay hello stop start help please thanks goodbye'.split(),
    'ru': 'ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать '
          'четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать тридцать сорок '
          'пятьдесят шестьдесят семьдесят восемьдесят девяносто сто двести триста тысяча миллион да нет привет '
          'здравствуйте стоп спасибо пожалуйста помощь хорошо пока'.split(),
}


def clean(s, lang):
    """Reduce a corpus sentence to the character set that the model writes, or None."""
    s = s.strip().replace('’', "'").replace('‘', "'").replace('`', "'")
    s = re.sub(r'[“”„«»"]', '', s).replace('…', '.')
    s = re.sub(r'\s*[–—]\s*', ' - ', s)
    s = re.sub(r'[;:]', ',', s)
    s = re.sub(r'\.{2,}', '.', s)
    s = re.sub(r'([.?!])[.?!]+', r'\1', s)
    s = re.sub(r'([,.?!]) - ', r'\1 ', s)
    s = re.sub(r"^[\-' ,]+|[\-' ,]+$", '', s)
    s = re.sub(r'\s+', ' ', s)
    if not s or not OK[lang].match(s):
        return None
    if re.search(r'[A-ZА-Я]{2,}', s) or len(s) > 110 or not 1 <= len(s.split()) <= 14:
        return None
    if s[-1] not in '.?!':
        s += '.'
    return s[0].upper() + s[1:]


def target(s):
    """What the model is asked to write: the cleaned sentence, with the optional letter yo folded."""
    return s.replace('ё', 'е').replace('Ё', 'Е')


def cmd_text(a):
    rng = random.Random(1)
    os.makedirs(a.out, exist_ok=True)
    rows = []
    for lang, files in (('en', a.en), ('ru', a.ru)):
        seen = {}
        for f in files:
            for line in open(f, encoding='utf-8', errors='ignore'):
                c = clean(line, lang)
                if c:
                    seen.setdefault(re.sub(r'[^\w ]', '', c.lower()), c)
        sents = sorted(seen.values())
        rng.shuffle(sents)
        long = [s for s in sents if len(s.split()) >= 4]
        test = set(long[:a.n_test])
        train = [s for s in sents if s not in test]
        freq = collections.Counter(w for s in train for w in re.findall(r"[\w'\-]+", s.lower()))
        top = [w for w, n in freq.most_common(1500)]
        short = [w.capitalize() + '.' for w in WORDS[lang]] * 4 + [w.capitalize() + '.' for w in top]
        for _ in range(1500):
            k = rng.randint(2, 6)
            short.append((' '.join(rng.choice(WORDS[lang][:33]) for _ in range(k))).capitalize() + '.')
        rows += [(lang, 'test', s) for s in sorted(test)] + [(lang, 'train', s) for s in train]
        rows += [(lang, 'short', s) for s in short]
        print(lang, 'train', len(train), 'test', len(test), 'short', len(short))
    with open(f'{a.out}/sentences.tsv', 'w', encoding='utf-8') as f:
        f.writelines('\t'.join(r) + '\n' for r in rows)


def read_rows(work, split):
    return [(r[0], r[2]) for r in (l.rstrip('\n').split('\t') for l in open(f'{work}/sentences.tsv', encoding='utf-8'))
            if r[1] == split]


def cmd_tok(a):
    import sentencepiece as spm
    with open(f'{a.out}/tok.txt', 'w', encoding='utf-8') as f:
        per = {l: [t for ll, t in read_rows(a.out, 'train') if ll == l] for l in ('en', 'ru')}
        n = min(len(v) for v in per.values())
        for v in per.values():
            f.writelines(target(t) + '\n' for t in v[:n])
    spm.SentencePieceTrainer.train(
        input=f'{a.out}/tok.txt', model_prefix=f'{a.out}/tok', vocab_size=a.vocab, model_type='bpe',
        character_coverage=1.0, normalization_rule_name='identity', bos_id=-1, eos_id=-1, pad_id=-1, unk_id=0,
        num_threads=2)


# ---------------------------------------------------------------- voices

ESP_HELD = ['Andrea', 'm5', 'shelby']
ESP_VAR = ('Adam Alex Alicia Andy Annie antonio aunty belinda benjamin boris caleb david Denis Diogo ed edward Gene Gene2 '
           'grandma grandpa Gustave Henrique Hugo iven iven2 iven3 iven4 Jacky john kaukovalta Lee linda Marcelo Marco Mario '
           'max Michael michel miguel Mike Mr Nguyen norbert Pablo paul pedro quincy rob robert sandro steph steph2 steph3 '
           'Storm travis Tweaky victor Zac anika f1 f2 f3 f4 f5 m1 m2 m3 m4 m6 m7 m8 klatt klatt2 klatt3 klatt4').split()
ESP_EN = ['en-us'] * 5 + ['en-gb'] * 3 + ['en-gb-scotland', 'en-gb-x-rp', 'en-gb-x-gbclan', 'en-gb-x-gbcwmd', 'en-029',
                                          'en-us-nyc']
ESP_RU = ['ru'] * 9 + ['ru-lv']


def pick_voice(lang, rng, held=False):
    """A voice description: (engine, name, settings)."""
    if held:
        if lang == 'en' and rng.random() < 0.5:
            return ('festival', 'ked_diphone', {})
        base = 'ru' if lang == 'ru' else rng.choice(['en-us', 'en-gb'])
        return ('espeak', f'{base}+{rng.choice(ESP_HELD)}', {'s': rng.randint(140, 180), 'p': rng.randint(35, 65)})
    r = rng.random()
    if lang == 'en':
        if r < 0.38:
            eng = 'espeak'
        elif r < 0.84:
            v = rng.choices(['rms', 'slt', 'awb', 'kal16'], [14, 13, 13, 6])[0]
            f0 = {'rms': 95, 'slt': 170, 'awb': 125, 'kal16': 105}[v]
            return ('flite', v, {'duration_stretch': round(rng.uniform(0.75, 1.25), 2),
                                 'int_f0_target_mean': round(f0 * rng.uniform(0.8, 1.3))})
        else:
            return ('festival', rng.choice(['kal_diphone', 'cmu_us_slt_arctic_hts', 'cmu_us_slt_arctic_hts']), {})
    else:
        eng = 'espeak' if r < 0.66 else 'festival'
        if eng == 'festival':
            return ('festival', 'msu_ru_nsh_clunits', {})
    base = rng.choice(ESP_EN if lang == 'en' else ESP_RU)
    var = rng.choice(ESP_VAR + [''] * 8)
    return ('espeak', base + ('+' + var if var else ''),
            {'s': rng.randint(115, 205), 'p': rng.randint(20, 85), 'g': rng.choice([0, 0, 0, 1, 3])})


def to16k(x, sr):
    if x.ndim > 1:
        x = x.mean(1)
    return soxr.resample(x, sr, SR, quality='MQ').astype(np.float32) if sr != SR else x.astype(np.float32)


def render(jobs, tmp):
    """jobs: list of (voice, text). Returns a list of 16 kHz float waveforms (None where synthesis failed)."""
    fest, paths = collections.defaultdict(list), []
    for i, ((eng, name, st), text) in enumerate(jobs):
        p = f'{tmp}/{i}.wav'
        paths.append(p)
        if eng == 'espeak':
            subprocess.run(['espeak-ng', '-v', name, '-s', str(st.get('s', 160)), '-p', str(st.get('p', 50)),
                            '-g', str(st.get('g', 0)), '-w', p, text], stderr=subprocess.DEVNULL)
        elif eng == 'flite':
            cmd = ['flite', '-voice', name]
            for k, v in st.items():
                cmd += ['--setf', f'{k}={v}']
            subprocess.run(cmd + ['-t', text, '-o', p], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        else:
            fest[name].append((i, text))
    for name, items in fest.items():
        for lo in range(0, len(items), 100):
            scm = f'{tmp}/f.scm'
            with open(scm, 'w', encoding='utf-8') as f:
                f.write(f"(voice_{name})\n(define (say f t) (let ((u (eval (list 'Utterance 'Text t)))) "
                        "(utt.synth u) (utt.save.wave u f 'riff)))\n")
                for i, t in items[lo:lo + 100]:
                    f.write(f'(unwind-protect (say "{paths[i]}" "{t}"))\n')
            subprocess.run(['festival', '-b', scm], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    out = []
    for p in paths:
        try:
            x, sr = sf.read(p, dtype='float32')
            os.unlink(p)
            x = to16k(x, sr)
            out.append(x if len(x) > 1600 and np.abs(x).max() > 0.005 else None)
        except Exception:
            out.append(None)
    return out


def trim(x, keep=0.03):
    """Cut leading and trailing silence, keeping `keep` seconds."""
    n = len(x) // 160
    e = (x[:n * 160].reshape(n, 160) ** 2).mean(1)
    on = np.flatnonzero(e > e.max() * 10 ** -4.2)
    k = int(keep * SR)
    return x[max(0, on[0] * 160 - k):min(len(x), on[-1] * 160 + 160 + k)]


class Shard:
    def __init__(self, path):
        self.path, self.mels, self.recs, self.pos = path, [], [], 0

    def add(self, x, lang, voice, text):
        m = log_mel(trim(x), reflect=False).astype(np.float16)
        if len(m) > 1500:
            return
        self.mels.append(m)
        self.recs.append({'start': self.pos, 'frames': len(m), 'lang': lang, 'voice': voice, 'text': text})
        self.pos += len(m)

    def save(self):
        np.save(self.path + '.npy', np.concatenate(self.mels))
        with open(self.path + '.json.tmp', 'w', encoding='utf-8') as f:
            json.dump(self.recs, f, ensure_ascii=False)
        os.replace(self.path + '.json.tmp', self.path + '.json')


def store(path: str, jobs, rng):
    """Render jobs (voice, language, spoken, written) into one shard."""
    shard = Shard(path)
    with tempfile.TemporaryDirectory() as tmp:
        for (voice, lang, _, written), x in zip(jobs, render([(v, said) for v, _, said, _ in jobs], tmp)):
            if x is None:
                continue
            if voice[0] == 'festival' and rng.random() < 0.7:  # one fixed voice: vary it by resampling
                x = soxr.resample(x, SR, SR * rng.uniform(0.85, 1.17), quality='MQ').astype(np.float32)
            shard.add(x, lang, voice[0] + ':' + voice[1], target(written))
    shard.save()
    print(path, len(shard.recs), f'{shard.pos / 360000:.2f} h', flush=True)


def cmd_synth(a):
    part, parts = map(int, a.part.split('/'))
    os.makedirs(f'{a.out}/shards', exist_ok=True)
    rows = read_rows(a.out, 'train') + read_rows(a.out, 'short')
    for k in range(a.passes):
        order = list(rows)
        random.Random(a.seed * 100 + k).shuffle(order)
        order = order[part::parts]
        for lo in range(0, len(order), a.shard):
            rng = random.Random(f'{a.seed}/{k}/{part}/{lo}')
            path = f'{a.out}/shards/s{a.seed}_{k}_{lo // a.shard:03d}_{part}'
            if not os.path.exists(path + '.json'):
                store(path, [(pick_voice(lang, rng), lang, t, t) for lang, t in order[lo:lo + a.shard]], rng)


def cmd_phrases(a):
    os.makedirs(f'{a.out}/shards', exist_ok=True)
    for k in range(-(-a.count // a.shard)):
        rng = random.Random(f'phrases/{a.seed}/{k}')
        path = f'{a.out}/shards/p{a.seed}_{k:03d}'
        if not os.path.exists(path + '.json'):
            langs = [rng.choice(['en', 'ru']) for _ in range(a.shard)]
            store(path, [(pick_voice(lang, rng), lang, *phrase(rng, lang)) for lang in langs], rng)


def cmd_nsh(a):
    """The natural recordings that the festvox-ru voice is built from (one speaker, BSD-like licence)."""
    shard, n_test = Shard(f'{a.out}/shards/nsh'), 0
    d = f'{a.out}/test/ru_nsh'
    os.makedirs(d, exist_ok=True)
    with open(f'{d}/list.tsv', 'w', encoding='utf-8') as tests:
        for line in open(f'{a.voice_dir}/etc/txt.done.data', encoding='utf-8', errors='ignore'):
            m = re.match(r'\(\s*(\S+)\s+"(.*)"\s*\)', line.strip())
            if not m:
                continue
            text = re.sub(r'\s+', ' ', re.sub(r'[;:]', ',', re.sub(r'[«»"+\\]', '', m[2])).replace('—', '-')).strip()
            if not text or not OK['ru'].match(text) or len(text) > 260:
                continue
            x, sr = sf.read(f'{a.voice_dir}/wav/{m[1]}.wav', dtype='float32')
            x = to16k(x, sr)
            text = target(text[0].upper() + text[1:] + ('' if text[-1] in '.?!' else '.'))
            held = int(m[1][-4:]) % 12 == 0
            if held and n_test < 40 and len(x) < 12 * SR:
                sf.write(f'{d}/{m[1]}.wav', x, SR, subtype='PCM_16')
                tests.write(f'{m[1]}.wav\tru\tnsh\t{text}\n')
                n_test += 1
            elif not held and len(x) < 15 * SR:
                for rate in (1.0, 0.9, 1.1):
                    shard.add(soxr.resample(x, SR, SR * rate).astype(np.float32), 'ru', 'nsh', text)
    shard.save()
    print(len(shard.recs), f'{shard.pos / 360000:.2f} h', n_test, 'test')


if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('cmd', choices=['text', 'tok', 'synth', 'phrases', 'nsh'])
    p.add_argument('--out', required=True)
    p.add_argument('--en', nargs='*', default=[])
    p.add_argument('--ru', nargs='*', default=[])
    p.add_argument('--n-test', type=int, default=150)
    p.add_argument('--vocab', type=int, default=2000)
    p.add_argument('--passes', type=int, default=1)
    p.add_argument('--count', type=int, default=6000)
    p.add_argument('--seed', type=int, default=0)
    p.add_argument('--part', default='0/1')
    p.add_argument('--shard', type=int, default=1500)
    p.add_argument('--voice-dir')
    a = p.parse_args()
    globals()['cmd_' + a.cmd](a)
