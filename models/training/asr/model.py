"""Whisper's encoder-decoder, trained over the used part of the vocabulary only.

Compact vocabulary used while training (the exporter spreads it over Whisper's ids):
  text pieces | silent (an empty string) | eot | sot | en | ru | transcribe | prev | nosp | notimestamps | 1501 timestamps

Three things differ from the plain architecture, none of them visible in the exported file:
* A CTC head over characters on the encoder output. It teaches the encoder first (alignment comes for free), and its
  alignments then teach one cross-attention head of every decoder layer where to look. Dropped at export.
* Timestamp embeddings are a linear map of the encoder's sinusoidal position code, so that rarely seen times are still
  meaningful; the exporter writes the resulting rows.
* The last hidden dimension is reserved: the final LayerNorm gives a constant there and used embedding rows are zero
  there, so the exporter can give the ids that were never trained a large negative logit.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

SPECIAL = ['eot', 'sot', 'en', 'ru', 'transcribe', 'prev', 'nosp', 'notimestamps']
WHISPER_ID = {'eot': 50257, 'sot': 50258, 'en': 50259, 'ru': 50263, 'transcribe': 50359, 'prev': 50361,
              'nosp': 50362, 'notimestamps': 50363}
N_TS, TS_BEGIN, N_VOCAB = 1501, 50364, 51865

# What the CTC head spells: lower-case letters of both languages, apostrophe, space; 0 is the blank.
CHARS = " 'abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюя"
CTC_ID = {c: i + 1 for i, c in enumerate(CHARS)}


def sinusoids(length: int, channels: int) -> torch.Tensor:
    inc = math.log(10000) / (channels // 2 - 1)
    t = torch.arange(length).float()[:, None] * torch.exp(-inc * torch.arange(channels // 2).float())[None]
    return torch.cat([t.sin(), t.cos()], 1)


class Attention(nn.Module):
    def __init__(self, d: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query, self.key = nn.Linear(d, d), nn.Linear(d, d, bias=False)
        self.value, self.out = nn.Linear(d, d), nn.Linear(d, d)

    def forward(self, x, kv=None, causal=False, zero_keys=0, window=None):
        b, t, d = x.shape
        src = x if kv is None else kv
        q, k, v = self.query(x), self.key(src), self.value(src)
        if zero_keys:  # whisper.cpp's flash attention pads keys and values with zeros, unmasked
            k, v = F.pad(k, (0, 0, 0, zero_keys)), F.pad(v, (0, 0, 0, zero_keys))
        q, k, v = (z.view(b, z.shape[1], self.heads, d // self.heads).transpose(1, 2) for z in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        if window is not None:  # training aid: how much of the first head's attention misses the window
            s = (q[:, 0] @ k[:, 0].transpose(1, 2)).float() / math.sqrt(d // self.heads)
            w = F.pad(window, (0, zero_keys)) if zero_keys else window
            self.missed = s.logsumexp(-1) - s.masked_fill(~w, -1e4).logsumexp(-1)
        return self.out(y.transpose(1, 2).reshape(b, t, d))


class Block(nn.Module):
    def __init__(self, d: int, heads: int, cross: bool):
        super().__init__()
        self.attn, self.attn_ln = Attention(d, heads), nn.LayerNorm(d)
        self.cross_attn = Attention(d, heads) if cross else None
        self.cross_attn_ln = nn.LayerNorm(d) if cross else None
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(approximate='tanh'), nn.Linear(4 * d, d))
        self.mlp_ln = nn.LayerNorm(d)

    def forward(self, x, xa=None, zero_keys=0, drop=0.0, window=None):
        def dropped(y):
            return F.dropout(y, drop, self.training) if drop else y
        x = x + dropped(self.attn(self.attn_ln(x), causal=xa is not None, zero_keys=0 if xa is not None else zero_keys))
        if xa is not None:
            x = x + dropped(self.cross_attn(self.cross_attn_ln(x), xa, zero_keys=zero_keys, window=window))
        return x + dropped(self.mlp(self.mlp_ln(x)))


class Encoder(nn.Module):
    def __init__(self, d: int, heads: int, layers: int, n_mels: int, n_ctx: int):
        super().__init__()
        self.conv1 = nn.Conv1d(n_mels, d, 3, padding=1)
        self.conv2 = nn.Conv1d(d, d, 3, stride=2, padding=1)
        self.register_buffer('positional_embedding', sinusoids(n_ctx, d))
        self.blocks = nn.ModuleList(Block(d, heads, False) for _ in range(layers))
        self.ln_post = nn.LayerNorm(d)

    def forward(self, mel, zero_keys=0, drop=0.0):
        """mel: (batch, frames, n_mels), frames even -> (batch, frames / 2, d) and the output of the middle block.

        The convolutions are written as matrix products, which is several times faster on a CPU."""
        w1 = self.conv1.weight.permute(0, 2, 1).reshape(self.conv1.out_channels, -1)
        w2 = self.conv2.weight.permute(0, 2, 1).reshape(self.conv2.out_channels, -1)
        x = F.pad(mel, (0, 0, 1, 1))
        x = torch.cat([x[:, :-2], x[:, 1:-1], x[:, 2:]], 2)
        x = F.gelu(F.linear(x, w1, self.conv1.bias), approximate='tanh')
        x = F.pad(x, (0, 0, 1, 1))
        x = torch.cat([x[:, 0:-2:2], x[:, 1:-1:2], x[:, 2::2]], 2)
        x = F.gelu(F.linear(x, w2, self.conv2.bias), approximate='tanh')
        x = x + self.positional_embedding[:x.shape[1]].to(x.dtype)
        for i, b in enumerate(self.blocks):
            x = b(x, zero_keys=zero_keys, drop=drop)
            if i + 1 == len(self.blocks) // 2:
                mid = x
        return self.ln_post(x), mid


class Decoder(nn.Module):
    def __init__(self, d: int, heads: int, layers: int, n_rows: int, n_ctx: int):
        super().__init__()
        self.token_embedding = nn.Embedding(n_rows, d)     # text pieces and specials
        self.ts_map = nn.Linear(d, d)                      # timestamps, see above
        self.register_buffer('ts_code', sinusoids(N_TS, d) / math.sqrt(d / 2))
        self.positional_embedding = nn.Parameter(torch.randn(n_ctx, d) * 0.01)
        self.blocks = nn.ModuleList(Block(d, heads, True) for _ in range(layers))
        self.ln = nn.LayerNorm(d)
        keep = torch.ones(d)
        keep[-1] = 0
        self.register_buffer('keep', keep)
        nn.init.normal_(self.token_embedding.weight, std=0.05)
        nn.init.normal_(self.ts_map.weight, std=0.05)
        nn.init.zeros_(self.ts_map.bias)

    def table(self):
        return torch.cat([self.token_embedding.weight, self.ts_map(self.ts_code)]) * self.keep

    def forward(self, tokens, xa, zero_keys=0, drop=0.0, windows=None):
        """`windows`: where the input token and the next one were heard; the first layer is taught to look at the former,
        the others at the latter."""
        e = self.table()
        x = F.embedding(tokens, e) + self.positional_embedding[:tokens.shape[1]]
        for i, b in enumerate(self.blocks):
            x = b(x, xa, zero_keys=zero_keys, drop=drop, window=windows and windows[min(i, 1)])
        x = F.layer_norm(x, (x.shape[-1],), self.ln.weight, self.ln.bias)
        return F.linear(x, e)


class Model(nn.Module):
    def __init__(self, n_text: int, d=256, heads=4, enc_layers=4, dec_layers=3, n_mels=80, n_audio_ctx=1500,
                 n_text_ctx=448):
        super().__init__()
        self.cfg = dict(n_text=n_text, d=d, heads=heads, enc_layers=enc_layers, dec_layers=dec_layers, n_mels=n_mels,
                        n_audio_ctx=n_audio_ctx, n_text_ctx=n_text_ctx)
        self.encoder = Encoder(d, heads, enc_layers, n_mels, n_audio_ctx)
        self.decoder = Decoder(d, heads, dec_layers, n_text + len(SPECIAL), n_text_ctx)
        self.ctc = nn.Linear(d, len(CHARS) + 1)
        for n, p in self.named_parameters():  # residual branches start small
            if n.endswith(('attn.out.weight', 'mlp.2.weight')):
                p.data.mul_(0.5)

    def special(self, name: str) -> int:
        return self.cfg['n_text'] + SPECIAL.index(name)

    @property
    def silent(self) -> int:
        """The empty token, last of the text pieces."""
        return self.cfg['n_text'] - 1

    @property
    def ts0(self) -> int:
        return self.cfg['n_text'] + len(SPECIAL)

    def spell(self, x):
        """Log-probabilities of the characters for encoder states (the middle block's need a LayerNorm first)."""
        return self.ctc(x).float().log_softmax(-1)

    def load_grown(self, state: dict):
        """Load weights of a model with the same or fewer layers; added layers start as the identity."""
        own = self.state_dict()
        self.load_state_dict({
            k: state[k] if k in state and state[k].shape == v.shape else
            v * 0 if k.endswith(('attn.out.weight', 'attn.out.bias', 'mlp.2.weight', 'mlp.2.bias')) else v
            for k, v in own.items()})


@torch.no_grad()
def greedy(model: Model, mel: torch.Tensor, lang: str) -> list[list[int]]:
    """Batched greedy decoding without timestamps, for monitoring; returns text pieces."""
    xa, _ = model.encoder(mel)
    prompt = [model.special(s) for s in ('sot', lang, 'transcribe', 'notimestamps')]
    t = torch.tensor([prompt] * len(mel), device=mel.device)
    done = torch.zeros(len(mel), dtype=torch.bool, device=mel.device)
    for _ in range(80):
        logits = model.decoder(t, xa)[:, -1]
        logits[:, model.special('nosp')] = -1e9
        nxt = torch.where(done, model.special('eot'), logits.argmax(-1))
        t = torch.cat([t, nxt[:, None]], 1)
        done |= nxt == model.special('eot')
        if done.all():
            break
    return [[x for x in row[4:].tolist() if 0 < x < model.silent] for row in t]


def ctc_text(log_probs: torch.Tensor) -> list[str]:
    """Best path of each row, spelled out."""
    out = []
    for row in log_probs.argmax(-1).tolist():
        s = [a for a, b in zip(row, [0] + row) if a != b and a]
        out.append(''.join(CHARS[i - 1] for i in s))
    return out
