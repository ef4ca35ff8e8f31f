#!/usr/bin/env python3
"""Checkpoint -> GGUF (architecture "llama", tokenizer "llama"/SPM).

  export.py --ckpt run/last.pt --tokenizer tok.json --type q8_0 --out builtin.gguf
"""
import argparse

import gguf
import numpy as np
import torch

from model import Config
from tokenizer import BOS, EOS, UNK, Tok

# ChatML, so that llama.cpp's built-in template detection knows it. Of system messages only the style line is kept: the long
# instructions that a general model needs are foreign to this one.
CHAT_TEMPLATE = ("{% for m in messages %}{% if m['role'] != 'system' or m['content'][:7] == 'Style: ' %}"
                 "{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endif %}{% endfor %}"
                 "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")
KINDS = {'f32': (gguf.GGMLQuantizationType.F32, gguf.LlamaFileType.ALL_F32),
         'f16': (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
         'q8_0': (gguf.GGMLQuantizationType.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0)}


def describe(w: gguf.GGUFWriter, c: Config, tok: Tok, file_type):
    w.add_name('builtin transcript cleaner')
    w.add_description('Transcript cleaner (English, Russian): restores case and punctuation, drops fillers')
    w.add_languages(['en', 'ru'])
    w.add_context_length(c.ctx)
    w.add_embedding_length(c.d)
    w.add_block_count(c.layers)
    w.add_feed_forward_length(c.ff)
    w.add_head_count(c.heads)
    w.add_head_count_kv(c.heads)
    w.add_key_length(c.head_dim)
    w.add_value_length(c.head_dim)
    w.add_rope_dimension_count(c.head_dim)
    w.add_rope_freq_base(c.rope_base)
    w.add_layer_norm_rms_eps(c.eps)
    w.add_vocab_size(tok.n)
    w.add_file_type(file_type)
    w.add_tokenizer_model('llama')
    w.add_tokenizer_pre('default')
    w.add_token_list([p.encode('utf-8') for p in tok.pieces])
    w.add_token_scores(tok.scores)
    w.add_token_types(tok.types)
    w.add_unk_token_id(UNK)
    w.add_bos_token_id(BOS)
    w.add_eos_token_id(EOS)
    w.add_add_bos_token(False)
    w.add_add_eos_token(False)
    w.add_add_space_prefix(True)
    w.add_chat_template(CHAT_TEMPLATE)


def write(ck: dict, weights: str, tok: Tok, kind: str, path: str):
    sd = {**ck['model'], **(ck['ema'] if weights == 'ema' else {})}
    c = Config(**ck['cfg'])
    quant, file_type = KINDS[kind]
    w = gguf.GGUFWriter(path, 'llama')
    describe(w, c, tok, file_type)

    def vector(name, t):
        w.add_tensor(name, np.ascontiguousarray(t.float().numpy()))

    def matrix(name, t):
        x = np.ascontiguousarray(t.float().numpy())
        if kind == 'f32':
            w.add_tensor(name, x)
        else:
            w.add_tensor(name, gguf.quants.quantize(x, quant), raw_dtype=quant)

    def permuted(t):  # half-split rotary positions -> interleaved pairs
        return t.reshape(c.heads, 2, c.head_dim // 2, *t.shape[1:]).transpose(1, 2).reshape(t.shape)
    matrix('token_embd.weight', sd['S'][sd['stem']] + sd['C'][sd['case']])
    vector('output_norm.weight', sd['nf'] * (1.6 / c.d ** 0.5))
    for i in range(c.layers):
        b = {k.split('.', 2)[2]: v for k, v in sd.items() if k.startswith(f'blocks.{i}.')}
        p = f'blk.{i}.'
        q, k, v = b['qkv']
        vector(p + 'attn_norm.weight', b['n1'])
        vector(p + 'ffn_norm.weight', b['n2'])
        matrix(p + 'attn_q.weight', permuted(q))
        matrix(p + 'attn_k.weight', permuted(k))
        matrix(p + 'attn_v.weight', v)
        vector(p + 'attn_q.bias', permuted(b['qb']))
        vector(p + 'attn_k.bias', permuted(b['kb']))
        vector(p + 'attn_v.bias', torch.zeros(c.heads * c.head_dim))
        matrix(p + 'attn_output.weight', b['o'])
        matrix(p + 'ffn_gate.weight', b['gu'][0])
        matrix(p + 'ffn_up.weight', b['gu'][1])
        matrix(p + 'ffn_down.weight', b['down'])
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


if __name__ == '__main__':
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--ckpt', required=True)
    ap.add_argument('--tokenizer', required=True)
    ap.add_argument('--out', required=True)
    ap.add_argument('--type', choices=KINDS, default='q8_0')
    ap.add_argument('--weights', choices=['model', 'ema'], default='ema', help='the last ones or their moving average')
    a = ap.parse_args()
    write(torch.load(a.ckpt, map_location='cpu'), a.weights, Tok.load(a.tokenizer), a.type, a.out)
