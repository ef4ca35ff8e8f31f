// Scores of the next token from whisper.cpp, for comparison with PyTorch (test_asr.py).
//   logits MODEL AUDIO.f32|MEL.f32 audio|mel OUT.f32 TOKEN...
// audio: 16 kHz samples, whisper.cpp computes the spectrum; mel: 80 rows of a finished log-mel spectrum.
#include "whisper.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

int main(int c, char ** v) {
    if (c < 6) return 2;
    whisper_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    auto params = whisper_context_default_params();
    params.use_gpu = false;
    params.flash_attn = false;
    auto * ctx = whisper_init_from_file_with_params(v[1], params);
    if (!ctx) return 3;
    std::ifstream f(v[2], std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(f)), {});
    std::vector<float> x(bytes.size() / 4);
    memcpy(x.data(), bytes.data(), x.size() * 4);
    if (!strcmp(v[3], "mel")) whisper_set_mel(ctx, x.data(), (int) x.size() / 80, 80);
    else whisper_pcm_to_mel(ctx, x.data(), (int) x.size(), 1);
    std::vector<whisper_token> tokens;
    for (int i = 5; i < c; i++) tokens.push_back(atoi(v[i]));
    if (whisper_encode(ctx, 0, 1) || whisper_decode(ctx, tokens.data(), (int) tokens.size(), 0, 1)) return 4;
    std::ofstream out(v[4], std::ios::binary);
    const long n = whisper_n_vocab(ctx);
    out.write((const char *) (whisper_get_logits(ctx) + n * (tokens.size() - 1)), 4 * n);
    whisper_free(ctx);
}
