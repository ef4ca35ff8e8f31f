#!/usr/bin/env python3
"""Train the transcript cleaner.

  train.py --train all.jsonl --valid valid.jsonl --tokenizer tok.json --out run --steps 20000

Interrupt it whenever you like: it writes run/last.pt every few minutes and goes on from it when started again. The
learning rate is constant, then falls to zero from --decay-from to --steps.
"""
import argparse
import json
import math
import os
import time

import torch
import torch.nn.functional as F

from corrupt import Pairs
from model import LM, Config
from tokenizer import ASSISTANT, EOS, SYSTEM, USER, Tok, upper_twin

# Whatever else an application puts into the system message must not matter; a style does.
SYSTEM_LINES = ['Clean up this dictated transcript.', 'You clean raw speech transcripts. Return only the cleaned text.',
                'Fix punctuation, capitalisation and remove filler words. Do not change the wording.',
                'Исправь пунктуацию и регистр, убери слова-паразиты.', 'Верни только исправленный текст диктовки.',
                'Remove fillers. Keep every other word as it is. Output nothing else.']


class Batches:
    """Length-bucketed batches of at most `tokens` padded tokens."""

    def __init__(self, pairs: Pairs, tok: Tok, tokens: int, ctx: int):
        self.pairs, self.tok, self.tokens, self.ctx = pairs, tok, tokens, ctx

    def example(self) -> tuple[list[int], list[int]]:
        rng = self.pairs.rng
        while True:
            raw, clean, _, style = self.pairs.one()
            lines = rng.sample(SYSTEM_LINES, 1) if rng.random() < 0.06 else []
            if style:
                lines.append(f'Style: {style}.')
            head = [SYSTEM] + self.tok.encode(' '.join(lines)) + [EOS] + self.tok.encode('\n') if lines else []
            a, b = head + [USER] + self.tok.encode(raw) + [ASSISTANT], self.tok.encode(clean) + [EOS]
            if len(a) + len(b) <= self.ctx:
                return a, b

    def __iter__(self):
        while True:
            pool = sorted((self.example() for _ in range(1500)), key=lambda e: len(e[0]) + len(e[1]))
            out, cur, width = [], [], 0
            for e in pool:
                n = (len(e[0]) + len(e[1]) - 1 + 7) // 8 * 8
                if cur and max(width, n) * (len(cur) + 1) > self.tokens:
                    out.append((cur, width))
                    cur, width = [], 0
                cur.append(e)
                width = max(width, n)
            self.pairs.rng.shuffle(out)
            for cur, width in out:
                x, y = torch.zeros(len(cur), width, dtype=torch.long), torch.full((len(cur), width), -1)
                for i, (a, b) in enumerate(cur):
                    s = torch.tensor(a + b)
                    x[i, :len(s) - 1], y[i, len(a) - 1:len(s) - 1] = s[:-1], s[len(a):]
                yield x, y


def orthogonal(g: torch.Tensor, steps=5) -> torch.Tensor:
    """Newton-Schulz iteration: the nearest (roughly) orthogonal matrix."""
    tall = g.shape[-2] > g.shape[-1]
    x = g.mT if tall else g
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        y = x @ x.mT
        x = 3.4445 * x + (-4.7750 * y + 2.0315 * (y @ y)) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonalised updates, for weight matrices."""

    def __init__(self, params, lr, momentum=0.95, decay=0.02):
        super().__init__(list(params), dict(lr=lr, momentum=momentum, decay=decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group['params']:
                m = self.state[p].setdefault('m', torch.zeros_like(p))
                m.lerp_(p.grad, 1 - group['momentum'])
                u = orthogonal(p.grad.lerp(m, group['momentum'])) * (0.2 * math.sqrt(max(p.shape[-2:])))
                p.mul_(1 - group['lr'] * group['decay']).add_(u, alpha=-group['lr'])


def loss_of(model, x, y, always=None, twin=None, negatives=0):
    """Cross-entropy of the reply. With `negatives`, the softmax runs over the pieces of the batch, their case twins, the
    pieces in `always` and that many random ones: on a CPU that is much cheaper than the full vocabulary."""
    sel = (y.reshape(-1) >= 0).nonzero().squeeze(1)
    h, table = model(x, sel=sel)
    t = y.reshape(-1)[sel]
    if negatives:
        have = torch.zeros(len(twin), dtype=torch.bool, device=x.device)
        have[always] = have[x.reshape(-1)] = have[t] = True
        have[torch.randint(len(twin), (negatives,), device=x.device)] = True
        have[twin[have]] = True
        keep = have.nonzero().squeeze(1)
        table, t = table[keep], torch.searchsorted(keep, t)
    z = F.linear(h, table.to(h.dtype))
    return F.cross_entropy(z.float(), t), z, t


@torch.no_grad()
def validate(model, batches, punct, case, device) -> dict:
    """Teacher-forced accuracy: all pieces; punctuation marks (F1); upper-case pieces; everything but punctuation."""
    c = torch.zeros(8)
    for x, y in batches:
        loss, z, t = loss_of(model, x.to(device), y.to(device))
        p = z.argmax(-1)
        a, b, right = punct[t], punct[p], p == t
        c += torch.tensor([len(t), right.sum(), (a & right).sum(), a.sum(), b.sum(), ((case[t] > 0) & right).sum(),
                           (case[t] > 0).sum(), loss * len(t)]).float()
    n, right, hit, asked, said, upper, uppers, loss = c.tolist()
    return dict(loss=loss / n, acc=right / n, punct_f1=2 * hit / max(asked + said, 1), upper=upper / max(uppers, 1),
                other=(right - hit) / (n - asked))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('train', 'valid', 'tokenizer', 'out'):
        ap.add_argument('--' + name, required=True)
    ap.add_argument('--steps', type=int, required=True)
    ap.add_argument('--decay-from', type=int, default=0, help='step from which the rate falls to zero; 0: not in this run')
    ap.add_argument('--tokens', type=int, default=6144, help='padded tokens per step')
    ap.add_argument('--negatives', type=int, default=600, help='random pieces in the training softmax; 0: whole vocabulary')
    ap.add_argument('--d', type=int, default=192)
    ap.add_argument('--layers', type=int, default=4)
    ap.add_argument('--heads', type=int, default=4)
    ap.add_argument('--head-dim', type=int, default=64)
    ap.add_argument('--ff', type=int, default=448)
    ap.add_argument('--lr', type=float, default=0.005, help='matrices (Muon)')
    ap.add_argument('--lr-embed', type=float, default=0.008)
    ap.add_argument('--lr-rest', type=float, default=0.003)
    ap.add_argument('--p-style', type=float, default=0.25, help='share of examples that ask for a style')
    ap.add_argument('--device', default='cpu')
    ap.add_argument('--threads', type=int, default=1)
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--report', type=float, default=4.0, help='minutes between reports and checkpoints')
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    device = torch.device(a.device)
    tok = Tok.load(a.tokenizer)
    cfg = Config(a.d, a.layers, a.heads, a.head_dim, a.ff)
    model = LM(cfg, tok.stem, tok.case).to(device)
    mats = [p for b in model.blocks for p in (b.qkv, b.o, b.gu, b.down)]
    embed = [model.S, model.C]
    rest = [p for p in model.parameters() if not any(p is q for q in mats + embed)]
    opts = [Muon(mats, a.lr), torch.optim.Adam([{'params': embed, 'lr': a.lr_embed}, {'params': rest, 'lr': a.lr_rest}],
                                               betas=(0.9, 0.98))]
    base = [[g['lr'] for g in o.param_groups] for o in opts]
    ema = {k: v.detach().clone() for k, v in model.named_parameters()}
    step = seen = 0
    last = os.path.join(a.out, 'last.pt')
    if os.path.exists(last):
        ck = torch.load(last, map_location=device)
        model.load_state_dict(ck['model'])
        ema, step, seen = ck['ema'], ck['step'], ck['tokens']
        for o, s in zip(opts, ck['opts']):
            o.load_state_dict(s)
    os.makedirs(a.out, exist_ok=True)

    def load(path):
        return [json.loads(line) for line in open(path, encoding='utf-8')]
    it = iter(Batches(Pairs(load(a.train), a.seed * 1000003 + step, p_style=a.p_style), tok, a.tokens, cfg.ctx))
    held = iter(Batches(Pairs(load(a.valid), 7), tok, 4096, cfg.ctx))
    valid = [next(held) for _ in range(5)]
    punct = torch.tensor([p in (',', '.', '?', '!', ':', ';', '—', '▁—') for p in tok.pieces], device=device)
    case = torch.tensor(tok.case, device=device)
    twin = torch.arange(tok.n)
    for i, p in enumerate(tok.pieces):
        t = tok.index.get(upper_twin(p) or '')
        if t is not None and tok.types[i] == 1:
            twin[i], twin[t] = t, i
    twin = twin.to(device)
    always = torch.cat((torch.arange(6, device=device), punct.nonzero().squeeze(1)))

    def save():
        torch.save(dict(model=model.state_dict(), ema=ema, cfg=vars(cfg), step=step, tokens=seen,
                        opts=[o.state_dict() for o in opts]), last + '.tmp')
        os.replace(last + '.tmp', last)

    start, t_report, acc, fresh = step, time.time(), [], 0
    while step < a.steps:
        k = min(1.0, (step + 1) / 40, (step - start + 1) / 20)
        if a.decay_from:
            k *= min(1.0, (a.steps - step) / max(1, a.steps - a.decay_from))
        for o, rates in zip(opts, base):
            for g, r in zip(o.param_groups, rates):
                g['lr'] = r * k
        x, y = next(it)
        loss = loss_of(model, x.to(device), y.to(device), always, twin, a.negatives)[0]
        loss.backward()
        torch.nn.utils.clip_grad_norm_(embed + rest, 1.0)
        for o in opts:
            o.step()
        model.zero_grad(set_to_none=True)
        step, seen, fresh = step + 1, seen + x.numel(), fresh + x.numel()
        acc.append(loss.item())
        e = min(0.998, 1 - 1 / (step / 5 + 1))
        with torch.no_grad():
            for n, p in model.named_parameters():
                ema[n].lerp_(p, 1 - e)
        if step in (10, 50, 200) or time.time() - t_report > 60 * a.report or step == a.steps:
            scores = {k: round(float(v), 4) for k, v in validate(model, valid, punct, case, device).items()}
            print(json.dumps(dict(step=step, Mtok=round(seen / 1e6, 2), tok_s=int(fresh / (time.time() - t_report)),
                                  lr=round(k, 3), train=round(sum(acc) / len(acc), 4), **scores)), flush=True)
            save()
            acc, fresh, t_report = [], 0, time.time()


if __name__ == '__main__':
    main()
