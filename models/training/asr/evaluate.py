"""Error rates measured through whisper.cpp (by the `decode` program), as a table.

  evaluate.py --decode ./decode --model builtin.bin --work WORK [--sets en_seen ru_seen ...] [--limit 60] [-- key=value ...]

Every folder WORK/test/SET holds list.tsv (file, language, voice, text). key=value pairs go to the decoder (margin=48,
auto=1, ts=1, flash=1, beam=5). Rates ignore case and punctuation; "fmt" counts them too. "times" is the share of
recordings whose first segment begins and last segment ends within 200 ms of the truth (with ts=1).
"""
import argparse
import os
import re
import subprocess


LEAD, TAIL = 0.2, 0.3  # silence around the speech in the sets of single sentences (data.framed)


def edits(r, h) -> int:
    """Levenshtein distance of two sequences."""
    d = list(range(len(h) + 1))
    for i, a in enumerate(r, 1):
        prev, d[0] = d[0], i
        for j, b in enumerate(h, 1):
            prev, d[j] = d[j], min(d[j] + 1, d[j - 1] + 1, prev + (a != b))
    return d[-1]


def plain(s: str) -> str:
    """Lower case, no punctuation, one spelling of yo."""
    return re.sub(r'\s+', ' ', re.sub(r"[^\w' ]", ' ', s.lower().replace('-', ' ').replace('ё', 'е'))).strip()


def decode(tool: str, model: str, folder: str, options: list[str], limit: int):
    """Rows of list.tsv and what the decoder said about each file."""
    rows = [line.rstrip('\n').split('\t') for line in open(f'{folder}/list.tsv', encoding='utf-8')][:limit or None]
    listing = ''.join('\t'.join(r) + '\n' for r in rows)
    out = subprocess.run([tool, model, '/dev/stdin', f'dir={folder}/'] + options, input=listing, capture_output=True, text=True)
    said = {}
    for line in out.stdout.splitlines():
        file, lang, sec, ms, nosp, text = (line.split('\t') + [''])[:6]
        segments = [re.match(r'(-?[\d.]+)-(-?[\d.]+):(.*)', s) for s in text.split('|')] if text else []
        segments = [(float(m[1]), float(m[2]), m[3]) for m in segments if m]
        said[file] = dict(lang=lang, sec=float(sec), ms=float(ms), segments=segments, text=''.join(s[2] for s in segments).strip())
    return rows, said


def score(rows, said) -> dict[str, float]:
    """Sums over the set, then rates in per cent."""
    c = dict.fromkeys('words word_errors chars char_errors shown shown_errors lang silent on_time sec ms'.split(), 0.0)
    for file, lang, _, ref in rows:
        h = said.get(file, dict(lang='', sec=0, ms=0, segments=[], text=''))
        r, t = plain(ref), plain(h['text'])
        c['words'] += len(r.split())
        c['word_errors'] += edits(r.split(), t.split())
        c['chars'] += len(r)
        c['char_errors'] += edits(r, t)
        c['shown'] += len(ref.split())
        c['shown_errors'] += edits(ref.split(), h['text'].split())
        c['lang'] += h['lang'] == lang
        c['silent'] += not t
        c['sec'] += h['sec']
        c['ms'] += h['ms']
        if h['segments']:
            c['on_time'] += abs(h['segments'][0][0] - LEAD) <= 0.2 and abs(h['segments'][-1][1] - (h['sec'] - TAIL)) <= 0.2
    n = len(rows)
    return dict(n=n, WER=100 * c['word_errors'] / max(1, c['words']), CER=100 * c['char_errors'] / max(1, c['chars']),
                fmt=100 * c['shown_errors'] / max(1, c['shown']), lang=100 * c['lang'] / n, silent=100 * c['silent'] / n,
                times=100 * c['on_time'] / n, rtf=c['ms'] / 1000 / max(c['sec'], 1e-9))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--decode', required=True)
    p.add_argument('--model', required=True)
    p.add_argument('--work', required=True)
    p.add_argument('--sets', nargs='+', default=[])
    p.add_argument('--limit', type=int, default=0)
    p.add_argument('--show', type=int, default=0)
    p.add_argument('options', nargs='*', default=[])
    a = p.parse_args()
    sets = a.sets or sorted(os.listdir(f'{a.work}/test'))
    print('| test set | options | n | WER % | CER % | fmt WER % | language right % | no text % | times right % | real-time factor |')
    print('| --- ' * 10 + '|')
    for name in sets:
        rows, said = decode(a.decode, a.model, f'{a.work}/test/{name}', a.options, a.limit)
        s = score(rows, said)
        speech = name != 'nonspeech'
        cells = [name, ' '.join(a.options), s['n']]
        cells += [f'{s[k]:.1f}' if speech else '-' for k in ('WER', 'CER', 'fmt')]
        cells += [f"{s['lang']:.1f}" if 'auto=1' in a.options and speech else '-', f"{s['silent']:.1f}",
                  f"{s['times']:.1f}" if 'ts=1' in a.options and speech and 'long' not in name and 'nsh' not in name else '-',
                  f"{s['rtf']:.3f}"]
        print('| ' + ' | '.join(map(str, cells)) + ' |', flush=True)
        for file, _, voice, ref in rows[:a.show]:
            print('   ', voice, '|', ref, '|', said.get(file, {}).get('text'), '|', said.get(file, {}).get('segments'))


if __name__ == '__main__':
    main()
