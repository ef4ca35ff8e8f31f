"""Train the recogniser on the rendered shards.

  torchrun --nproc_per_node 2 train.py --work WORK --ckpt ctc.pt --steps 8000                      one process per core
  torchrun --nproc_per_node 2 train.py --work WORK --ckpt full.pt --init ctc.pt --stage full ...
  python train.py --work WORK --ckpt full.pt --device cuda --frames 40000 ...                      on a GPU

Two stages: first the encoder alone learns to spell (CTC, fast and robust), then encoder and decoder are trained together,
and the CTC alignments show the decoder where to look.

Interrupt it whenever you like: it writes a checkpoint every few minutes and goes on from it when started again. Shards
that appear while it runs are picked up.

On a CPU, several processes of one thread each beat one process of several threads, above all when other programs use
the machine: no thread ever waits for another inside an operation.
"""
import argparse
import copy
import glob
import math
import os
import queue
import random
import signal
import sys
import threading
import time

import numpy as np
import sentencepiece as spm
import soundfile as sf
import torch
import torch.distributed as dist
import torch.nn.functional as F

from batches import Composer, Pool, batches, stack
from evaluate import edits, plain
from features import LOG_FLOOR, log_mel, normalise
from model import Model, ctc_text, greedy
from targets import align, ctc_targets, dialogue, flat_start, pack


class Team:
    """The processes that train together; also works with just one."""

    def __init__(self):
        self.size, self.rank = int(os.environ.get('WORLD_SIZE', 1)), int(os.environ.get('RANK', 0))
        if self.size > 1:
            dist.init_process_group('gloo')

    def total(self, t: torch.Tensor) -> torch.Tensor:
        if self.size > 1:
            dist.all_reduce(t)
        return t


class Muon:
    """Momentum with orthogonalised updates for the weight matrices; every process of the team handles its share."""

    def __init__(self, params, team: Team, momentum=0.95, decay=0.01):
        self.params, self.team, self.momentum, self.decay = params, team, momentum, decay
        self.buf = [torch.zeros_like(p).view(p.shape[0], -1) for p in params]

    @torch.no_grad()
    def step(self, lr: float):
        flat = torch.zeros(sum(p.numel() for p in self.params), device=self.params[0].device)
        views = [v.view(b.shape) for v, b in zip(flat.split([p.numel() for p in self.params]), self.buf)]
        groups = {}
        for i, (p, b) in enumerate(zip(self.params, self.buf)):
            g = p.grad.view(b.shape)
            b.mul_(self.momentum).add_(g, alpha=1 - self.momentum)
            groups.setdefault(tuple(b.shape), []).append((i, torch.lerp(g, b, self.momentum)))
        for (rows, cols), members in groups.items():
            mine = members[self.team.rank::self.team.size]
            if not mine:
                continue
            x = torch.stack([m for _, m in mine])
            x = x.transpose(1, 2) if rows > cols else x
            x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
            for _ in range(4):  # Newton-Schulz iteration
                y = x @ x.transpose(1, 2)
                x = 3.4445 * x + (-4.7750 * y + 2.0315 * (y @ y)) @ x
            x = (x.transpose(1, 2) if rows > cols else x) * max(1.0, rows / cols) ** 0.5
            for (i, _), u in zip(mine, x):
                views[i].copy_(u)
        self.team.total(flat)
        for p, u in zip(self.params, views):
            p.mul_(1 - lr * self.decay).add_(u.view(p.shape), alpha=-lr)


def load_dev(work: str, n: int):
    """A few held-out recordings for monitoring: (un-normalised mel, language, text)."""
    out = []
    for d in sorted(glob.glob(f'{work}/test/*_seen')):
        for line in list(open(f'{d}/list.tsv', encoding='utf-8'))[:n]:
            f, lang, _, text = line.rstrip('\n').split('\t')
            out.append((log_mel(sf.read(f'{d}/{f}', dtype='float32')[0]), lang, text))
    return out


@torch.no_grad()
def monitor(model: Model, tok, dev, device, decoder: bool):
    """Error rates on held-out sentences, of the encoder's best path and of the decoder."""
    model.eval()
    for lang in ('en', 'ru'):
        part = [x for x in dev if x[1] == lang]
        longest = max(len(x[0]) for x in part) // 2 * 2 + 48
        mel = np.full((len(part), longest, 80), LOG_FLOOR, np.float32)
        for k, (m, _, _) in enumerate(part):
            mel[k, :len(m)] = m
            mel[k] = normalise(mel[k])
        mel = torch.from_numpy(mel).to(device)
        answers = {'ctc': ctc_text(model.spell(model.encoder(mel)[0]))}
        if decoder:
            answers['decoder'] = [plain(tok.decode(ids)) for ids in greedy(model, mel, lang)]
        for name, said in answers.items():
            pairs = [(plain(t), s) for (_, _, t), s in zip(part, said)]
            ce = sum(edits(r, h) for r, h in pairs) / sum(len(r) for r, _ in pairs)
            we = sum(edits(r.split(), h.split()) for r, h in pairs) / sum(len(r.split()) for r, _ in pairs)
            print(f'  dev {lang} {name} CER {100 * ce:.1f} WER {100 * we:.1f}', pairs[0], pairs[1], flush=True)


def answer_losses(model, tok, examples, xa, chars, ctc, n_ctc, zero_keys, words, age, a):
    """The decoder's losses: next token, and attention outside of where the token was heard."""
    first, last = align(chars.transpose(0, 1).cpu().numpy(), ctc, n_ctc)
    talks = []
    for k, e in enumerate(examples):
        prompt = words(e.lang) if e.lang and random.random() < a.prompts else None
        talks.append(dialogue(model, tok, e, first[k], last[k], random, prompt))
    tokens, labels, before, after = pack(model, talks, xa.shape[1], a.slack)
    n_text = model.cfg['n_text'] - 1
    swap = (torch.rand(tokens.shape) < a.swap) & (tokens < n_text)
    tokens = torch.where(swap, torch.randint(1, n_text, tokens.shape), tokens).to(xa.device)
    labels = labels.to(xa.device)
    windows = (before.to(xa.device), after.to(xa.device)) if a.guide else None
    pull = min(1.0, 0.1 + age / 500)  # how much of the decoder's gradient reaches the encoder: little while it is new
    lp = model.decoder(tokens, xa * pull + xa.detach() * (1 - pull), zero_keys, a.drop, windows).float().log_softmax(-1)
    asked = labels >= 0
    goal = labels.clamp(min=0)
    nll = -lp.gather(-1, goal[..., None])[..., 0]
    smooth = torch.where(goal < n_text, a.smooth, 0.0)
    ce = (nll * (1 - smooth) - lp[..., 1:n_text].mean(-1) * smooth)[asked].mean()
    missed = sum((b.cross_attn.missed * asked).sum() for b in model.decoder.blocks) if a.guide else ce.detach() * 0
    return [ce, missed / asked.sum() / len(model.decoder.blocks)]


def rate(step: int, a) -> float:
    """Warm up, hold, fall with the inverse root (good at any moment), and go to zero over the last steps if there are any."""
    f = min(1.0, (step + 1) / 200) * min(1.0, (a.hold / (step + 1)) ** 0.5)
    if a.decay_from:
        f *= max(0.0, min(1.0, (a.steps - step) / max(1, a.steps - a.decay_from)))
    return f


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--work', required=True)
    p.add_argument('--ckpt', required=True)
    p.add_argument('--init', help='weights to start from when --ckpt does not exist yet; may have fewer layers')
    p.add_argument('--tok', help='vocabulary; WORK/tok.model if not given')
    p.add_argument('--stage', choices=['ctc', 'full'], default='ctc')
    p.add_argument('--steps', type=int, required=True)
    p.add_argument('--decay-from', type=int, default=0, help='step from which the rate falls to zero; 0: not in this run')
    p.add_argument('--device', default='cpu')
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--enc-layers', type=int, default=4)
    p.add_argument('--dec-layers', type=int, default=3)
    p.add_argument('--d', type=int, default=256)
    p.add_argument('--frames', type=int, default=4000, help='encoder frames (20 ms) in a batch of one process')
    p.add_argument('--concat', type=float, default=0.03, help='share of examples made of several sentences')
    p.add_argument('--long-pad', type=float, default=0.0, help='share of examples with up to 30 s of padding')
    p.add_argument('--lr', type=float, default=0.02, help='matrices (orthogonalised updates)')
    p.add_argument('--lr-adam', type=float, default=0.002, help='everything else')
    p.add_argument('--hold', type=int, default=3000, help='steps at full rate')
    p.add_argument('--flat', type=int, default=600, help='steps in which a flat-start alignment helps CTC')
    p.add_argument('--aug', type=float, default=0.5, help='scales how often each augmentation is used')
    p.add_argument('--fastest', type=float, default=1.2, help='largest speed-up; fast speech is more words per second of work')
    p.add_argument('--ctc', type=float, default=0.5, help='weight of the CTC loss in the full stage')
    p.add_argument('--guide', type=float, default=0.5, help='weight of the attention guide in the full stage')
    p.add_argument('--slack', type=int, default=4, help='frames by which the attention guide widens what was heard')
    p.add_argument('--swap', type=float, default=0.1, help='share of decoder input tokens replaced at random')
    p.add_argument('--smooth', type=float, default=0.05, help='label smoothing')
    p.add_argument('--prompts', type=float, default=0.15, help='share of examples that follow some earlier text')
    p.add_argument('--drop', type=float, default=0.0)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--save-min', type=float, default=5)
    p.add_argument('--eval-min', type=float, default=10)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    team, device = Team(), torch.device(a.device)
    tok = spm.SentencePieceProcessor(model_file=a.tok or f'{a.work}/tok.model')
    model = Model(tok.vocab_size() + 1, a.d, a.d // 64, a.enc_layers, a.dec_layers).to(device)
    ema = copy.deepcopy(model)
    full = a.stage == 'full'
    names = [n for n, _ in model.named_parameters() if full or not n.startswith('decoder.')]
    used = [q for n, q in model.named_parameters() if n in names]
    mats = [q for n, q in model.named_parameters() if n in names and q.ndim >= 2 and ('blocks' in n or 'conv' in n)]
    rest = [q for q in used if not any(q is m for m in mats)]
    muon = Muon(mats, team)
    adam = torch.optim.AdamW(rest, lr=a.lr_adam, betas=(0.9, 0.98), weight_decay=0.0)
    step, heard = 0, 0.0
    if os.path.exists(a.ckpt):
        ck = torch.load(a.ckpt, map_location=device)
        step, heard = ck['step'], ck['heard']
        model.load_state_dict(ck['model'])
        ema.load_state_dict(ck['ema'])
        adam.load_state_dict(ck['adam'])
        muon.buf = ck['muon']
    elif a.init:
        ck = torch.load(a.init, map_location=device)
        model.load_grown(ck['model'])
        ema.load_grown(ck['ema'])
        step, heard = ck['step'], ck['heard']
    start = step
    born = ck.get('born', 0) if os.path.exists(a.ckpt) else step  # when this stage began

    pool = Pool(a.work)
    said = {}

    def words(lang):
        """Some other sentence of the language, as a prompt."""
        if len(pool.items) != said.get('n'):
            said.update({l: [x[5] for x in pool.items if x[3] == l] for l in ('en', 'ru')}, n=len(pool.items))
        return random.choice(said[lang])

    if team.rank == 0:
        print('utterances, hours:', pool.refresh(), 'from step', step, flush=True)
    seed = a.seed * 1000003 + step * 101 + team.rank
    composer, now, fed = Composer(pool, seed, a.aug, a.fastest), [step], queue.Queue(4)

    def feed():
        for examples in batches(composer, random.Random(seed), lambda: now[0], a.frames, a.concat, a.long_pad):
            fed.put((stack(examples), *ctc_targets(examples), examples))
    threading.Thread(target=feed, daemon=True).start()
    dev = load_dev(a.work, 24) if team.rank == 0 else []
    last_save = last_eval = t_log = time.time()
    acc, audio = [], 0.0

    def save():
        torch.save(dict(cfg=model.cfg, model=model.state_dict(), ema=ema.state_dict(), adam=adam.state_dict(),
                        muon=muon.buf, step=step, heard=heard, born=born), a.ckpt + '.tmp')
        os.replace(a.ckpt + '.tmp', a.ckpt)

    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))  # finish the step and save, on all processes alike
    while step < a.steps:
        mel, ctc, n_ctc, examples = fed.get()
        mel = torch.from_numpy(mel).to(device)
        zero_keys = random.randint(1, 255) if random.random() < 0.05 else 0
        xa, mid = model.encoder(mel, zero_keys, a.drop)
        n = torch.from_numpy(n_ctc)
        losses = []
        for h in (xa, F.layer_norm(mid, mid.shape[-1:])):
            lp = model.spell(h).transpose(0, 1)
            best = lp.detach() if h is xa else best
            c = F.ctc_loss(lp, torch.from_numpy(ctc).to(device), torch.full((len(n),), len(lp)), n, zero_infinity=True,
                           reduction='none')
            losses.append((c / n.clamp(min=10).to(device)).mean())
        loss = losses[0] + 0.3 * losses[1]
        if step < a.flat:  # escape from "blanks only", where CTC otherwise rests for a thousand steps
            guess = torch.from_numpy(flat_start(examples, xa.shape[1])).to(device)
            loss = loss + (1 - step / a.flat) * F.nll_loss(model.spell(xa).transpose(1, 2), guess)
        if full:
            spoken = answer_losses(model, tok, examples, xa, best, ctc, n_ctc, zero_keys, words, step - born, a)
            loss = a.ctc * loss + spoken[0] + a.guide * spoken[1]
            losses += spoken
        loss.backward()
        seconds = mel.shape[0] * mel.shape[1] / 100
        flat = torch.cat([q.grad.view(-1) for q in used] + [torch.tensor([float(x) for x in losses] + [seconds, len(stop)], device=device)])
        team.total(flat)
        flat /= team.size
        if flat[-1] > 0:
            stop.append(1)
            break
        seconds = float(flat[-2]) * team.size
        acc.append(flat[-2 - len(losses):-2].tolist())
        norm = float(flat[:-2 - len(losses)].norm())
        if not math.isfinite(norm):
            if team.rank == 0:
                print('skipped a non-finite step', flush=True)
            model.zero_grad()
            continue
        at = 0
        for q in used:
            q.grad.copy_(flat[at:at + q.numel()].view(q.shape))
            at += q.numel()
        if norm > 5:
            for q in rest:
                q.grad.mul_(5 / norm)
        f = rate(step, a) * min(1.0, (step - start + 1) / 30)
        muon.step(a.lr * f)
        adam.param_groups[0]['lr'] = a.lr_adam * f
        adam.step()
        model.zero_grad()
        step += 1
        now[0] = step
        heard += seconds / 3600
        audio += seconds
        with torch.no_grad():
            k = min(0.998, (1 + step) / (20 + step))
            for q, e in zip(used, (e for n, e in ema.named_parameters() if n in names)):
                e.lerp_(q, 1 - k)
        if step % 25 == 0 and team.rank == 0:
            dt = time.time() - t_log
            print(f'{step} loss={np.round(np.mean(acc, 0), 3)} norm={norm:.2f} lr={f:.2f} {dt / 25:.2f}s/step audio={audio / dt:.0f}x '
                  f'heard={heard:.1f}h queue={fed.qsize()} n={len(pool.items)}', flush=True)
            acc, audio, t_log = [], 0.0, time.time()
        if team.rank == 0 and time.time() - last_save > a.save_min * 60:
            save()
            last_save = time.time()
        if team.rank == 0 and time.time() - last_eval > a.eval_min * 60:
            monitor(ema, tok, dev, device, full)
            last_eval = t_log = time.time()
    if team.rank == 0:
        save()
    if stop:
        sys.exit(3)  # interrupted, not finished
    if team.rank == 0:
        monitor(ema, tok, dev, device, full)


if __name__ == '__main__':
    main()
