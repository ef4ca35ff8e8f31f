"""A Llama-architecture decoder (RMSNorm, RoPE, SwiGLU) small enough for a CPU."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Config:
    def __init__(self, d=192, layers=4, heads=4, head_dim=64, ff=448, ctx=1024, rope_base=100000.0, eps=1e-5):
        self.d, self.layers, self.heads, self.head_dim, self.ff = d, layers, heads, head_dim, ff
        self.ctx, self.rope_base, self.eps = ctx, rope_base, eps


def rms(x, w, eps):
    return F.rms_norm(x, (x.shape[-1],), w, eps)


class Block(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.c = c
        h = c.heads * c.head_dim
        self.n1, self.n2 = nn.Parameter(torch.ones(c.d)), nn.Parameter(torch.ones(c.d))
        self.qkv = nn.Parameter(torch.randn(3, h, c.d) / math.sqrt(c.d))
        self.qb, self.kb = nn.Parameter(torch.zeros(h)), nn.Parameter(torch.zeros(h))
        self.o = nn.Parameter(torch.zeros(c.d, h))
        self.gu = nn.Parameter(torch.randn(2, c.ff, c.d) / math.sqrt(c.d))
        self.down = nn.Parameter(torch.zeros(c.d, c.ff))

    def forward(self, x, cos, sin, sel=None):
        c = self.c
        rows, length, _ = x.shape
        q, k, v = F.linear(rms(x, self.n1, c.eps), self.qkv.flatten(0, 1)).split(c.heads * c.head_dim, -1)
        q, k, v = (t.view(rows, length, c.heads, c.head_dim).transpose(1, 2) for t in (q + self.qb, k + self.kb, v))

        def rotated(t):  # half-split rotary positions; the exporter permutes to llama.cpp's interleaved order
            a, b = t.chunk(2, -1)
            return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)
        y = F.scaled_dot_product_attention(rotated(q), rotated(k), v, is_causal=True)
        y = y.transpose(1, 2).reshape(rows, length, -1)
        if sel is not None:
            y, x = y.reshape(rows * length, -1)[sel], x.reshape(rows * length, -1)[sel]
        x = x + F.linear(y, self.o)
        g, u = F.linear(rms(x, self.n2, c.eps), self.gu.flatten(0, 1)).split(c.ff, -1)
        return x + F.linear(F.silu(g) * u, self.down)


class LM(nn.Module):
    """`stem` and `case` come from the tokenizer: piece i is embedded as S[stem[i]] + C[case[i]], so that a word and its
    capitalised twin differ by one shared vector."""

    def __init__(self, c: Config, stem: list[int], case: list[int]):
        super().__init__()
        self.c = c
        uniq = sorted(set(stem))
        pos = {s: i for i, s in enumerate(uniq)}
        self.register_buffer('stem', torch.tensor([pos[s] for s in stem]))
        self.register_buffer('case', torch.tensor(case))
        self.S = nn.Parameter(torch.randn(len(uniq), c.d) * 0.5)
        self.C = nn.Parameter(torch.cat((torch.zeros(1, c.d), torch.randn(2, c.d) * 0.25)))
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.nf = nn.Parameter(torch.ones(c.d))
        self.out_scale = 1.6 / math.sqrt(c.d)
        inv = c.rope_base ** (-torch.arange(0, c.head_dim, 2).float() / c.head_dim)
        angle = torch.arange(c.ctx).float()[:, None] * inv[None]
        self.register_buffer('cos', angle.cos(), persistent=False)
        self.register_buffer('sin', angle.sin(), persistent=False)
        self.plant_copying(inv)

    @torch.no_grad()
    def plant_copying(self, inv):
        """Start from a copying circuit instead of waiting for it to emerge (a random start needs millions of pieces).

        Heads of block 0 look 1, 2, 3 pieces back (through the q/k biases and the fast rotary dimensions); two heads of
        block 1 attend to the piece that followed the current piece before, through the slow dimensions, and copy it.
        """
        c, hd = self.c, self.c.head_dim
        half = hd // 2
        fast = min(12, half)
        slow = [i for i in range(half) if float(inv[i]) < 0.006]
        dims = slow + [half + i for i in slow]
        b0, b1 = self.blocks[0], self.blocks[1]

        def orthonormal():
            return torch.linalg.qr(torch.randn(c.d, hd))[0].T
        written = []
        for h in range(min(3, c.heads)):
            s = slice(h * hd, (h + 1) * hd)
            for i in range(fast):
                b0.kb[h * hd + i] = 6.5
                b0.qb[h * hd + i] = 6.5 * math.cos((h + 1) * float(inv[i]))
                b0.qb[h * hd + half + i] = -6.5 * math.sin((h + 1) * float(inv[i]))
            b0.qkv[0:2, s] *= 0.1
            b0.qkv[2, s] = orthonormal()
            w = orthonormal()
            b0.o[:, s] = w.T * 0.5
            written.append(w)
        for h in range(min(2, c.heads)):
            s = slice(h * hd, (h + 1) * hd)
            q, k = torch.zeros(hd, c.d), torch.zeros(hd, c.d)
            q[dims] = b0.qkv[2, :hd][:len(dims)] * 2.2  # what the previous-piece head copies ...
            k[dims] = written[0][:len(dims)] * 2.2      # ... matched with where it wrote it
            b1.qkv[0, s] = b1.qkv[0, s] * 0.05 + q
            b1.qkv[1, s] = b1.qkv[1, s] * 0.05 + k
            p = orthonormal()
            b1.qkv[2, s] = p
            b1.o[:, s] = p.T * 1.5

    def table(self):
        return self.S[self.stem] + self.C[self.case]

    def forward(self, ids, sel=None):
        """Final states and embedding table; the scores are their product. `sel`: flat positions that are wanted
        (training: the reply), the last block works on those only."""
        table = self.table()
        x = F.embedding(ids, table)
        cos, sin = self.cos[:ids.shape[1]], self.sin[:ids.shape[1]]
        for i, b in enumerate(self.blocks):
            x = b(x, cos, sin, sel if i == self.c.layers - 1 else None)
        return rms(x, self.nf * self.out_scale, self.c.eps), table
