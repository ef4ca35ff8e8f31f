"""Write a checkpoint as a whisper.cpp ggml file.

  export.py --ckpt CK.pt [CK2.pt ...] --tok WORK/tok.model --out builtin.bin --type q5_0

Several checkpoints are averaged. Text piece i of the vocabulary becomes token id i; ids that the model
does not use get an embedding row that yields a large negative logit (see model.py). `--type` is f16, q8_0 or q5_0,
with the same choice of tensors as whisper.cpp's own `quantize` tool.
"""
import argparse
import struct

import gguf
import numpy as np
import sentencepiece as spm
import torch

from features import N_FFT, N_MELS, mel_filters
from model import N_TS, N_VOCAB, SPECIAL, TS_BEGIN, WHISPER_ID, Model

UNUSED_GAIN, UNUSED_ROW = 8.0, -12.0
# name: (ggml tensor type, file type; whisper.cpp adds 1000 * quantization version for the quantized ones)
TYPES = {'f16': (1, 1), 'q8_0': (8, 2007), 'q5_0': (6, 2008)}


def vocabulary(sp) -> list[bytes]:
    """Bytes of the ids 0 .. 50256; unused ids get distinct names that can never be produced."""
    words = []
    for i in range(50257):
        if i < sp.vocab_size():
            words.append(b'<unk>' if sp.is_unknown(i) else sp.id_to_piece(i).replace('\u2581', ' ').encode())
        else:
            words.append(b'' if i == sp.vocab_size() else b'<unused%d>' % i)
    return words


def load(paths: list[str], key='ema') -> Model:
    cks = [torch.load(p, map_location='cpu') for p in paths]
    model = Model(**cks[0]['cfg'])
    model.load_state_dict({k: sum(c[key][k].float() for c in cks) / len(cks) for k in cks[0][key]})
    return model.eval()


def tensors(model: Model):
    """All tensors of the ggml file as (name, 32-bit array)."""
    cfg = model.cfg
    skipped = ('ctc.', 'decoder.ts_', 'decoder.keep', 'decoder.token_embedding')
    for k, v in model.state_dict().items():
        if k.startswith(skipped):
            continue
        v = v.detach().float().clone()
        if k == 'decoder.ln.weight':
            v[-1] = 0.0
        if k == 'decoder.ln.bias':
            v[-1] = UNUSED_GAIN
        if k in ('encoder.conv1.bias', 'encoder.conv2.bias'):
            v = v[:, None]
        yield k, v.numpy()
    table = model.decoder.table().detach().float().numpy()
    n = cfg['n_text']
    emb = np.zeros((N_VOCAB, cfg['d']), np.float32)
    emb[:, -1] = UNUSED_ROW
    emb[1:n] = table[1:n]
    for i, s in enumerate(SPECIAL):
        emb[WHISPER_ID[s]] = table[n + i]
    emb[TS_BEGIN:TS_BEGIN + N_TS] = table[n + len(SPECIAL):]
    yield 'decoder.token_embedding.weight', emb


def stored(name: str, v: np.ndarray, kind: str) -> tuple[int, bytes]:
    """ggml type and bytes of a tensor: vectors and positions stay 32-bit, convolutions 16-bit, matrices as asked."""
    if v.ndim < 2 or '.bias' in name or name.endswith('positional_embedding'):
        return 0, v.astype(np.float32).tobytes()
    if v.ndim > 2 or kind == 'f16':
        return 1, v.astype(np.float16).tobytes()
    return TYPES[kind][0], gguf.quants.quantize(v, gguf.GGMLQuantizationType[kind.upper()]).tobytes()


def write(model: Model, sp, path: str, kind: str):
    cfg = model.cfg
    with open(path, 'wb') as f:
        f.write(struct.pack('<I', 0x67676d6c))
        f.write(struct.pack('<11i', N_VOCAB, cfg['n_audio_ctx'], cfg['d'], cfg['heads'], cfg['enc_layers'], cfg['n_text_ctx'],
                            cfg['d'], cfg['heads'], cfg['dec_layers'], cfg['n_mels'], TYPES[kind][1]))
        f.write(struct.pack('<2i', N_MELS, N_FFT // 2 + 1) + mel_filters().tobytes())
        words = vocabulary(sp)
        f.write(struct.pack('<i', len(words)))
        for w in words:
            f.write(struct.pack('<i', len(w)) + w)
        for name, v in tensors(model):
            number, data = stored(name, np.ascontiguousarray(v), kind)
            f.write(struct.pack('<3i', v.ndim, len(name), number))
            f.write(struct.pack('<%di' % v.ndim, *v.shape[::-1]))
            f.write(name.encode() + data)


if __name__ == '__main__':
    p = argparse.ArgumentParser()
    p.add_argument('--ckpt', nargs='+', required=True)
    p.add_argument('--tok', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--type', choices=TYPES, default='q5_0')
    p.add_argument('--raw', action='store_true', help='export the raw weights instead of their moving average')
    a = p.parse_args()
    m = load(a.ckpt, 'model' if a.raw else 'ema')
    write(m, spm.SentencePieceProcessor(model_file=a.tok), a.out, a.type)
    print(a.out, '%.2fM parameters' % (sum(v.numel() for n, v in m.named_parameters() if 'ctc' not in n) / 1e6))
