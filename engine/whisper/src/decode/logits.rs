//! From logits to tokens: what may not be said, what is likeliest, what is drawn by lot.

use super::Token;
use crate::model::{SpecialTokens, Vocabulary};

/// Tokens that no transcript may hold, for one model. Made once per model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    tokens: SpecialTokens,
    /// Signs that stand for sounds instead of words.
    not_speech: Vec<i32>,
    /// A lone space; may not come first.
    blank: Option<i32>,
}

/// Signs that Whisper writes for music, laughter and the like (its "non-speech tokens"). Brackets are among them: a
/// model that has nothing to hear begins one and fills it.
const NOT_SPEECH: [&str; 26] = [
    "♪",
    "♪♪",
    "♪♪♪",
    "♩",
    "♫",
    "♬",
    "♭",
    "♮",
    "♯",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<<",
    ">>",
    "<<<",
    ">>>",
    "((",
    "))",
    "(((",
    ")))",
    "[[",
    "]]",
    "{{",
];

impl Rules {
    pub fn new(vocabulary: &Vocabulary, tokens: SpecialTokens) -> Self {
        let is_sign = |text: &[u8]| {
            let text = text.strip_prefix(b" ").unwrap_or(text);
            NOT_SPEECH.iter().any(|sign| sign.as_bytes() == text)
        };
        Self {
            tokens,
            not_speech: vocabulary.tokens_where(tokens.end, is_sign).collect(),
            blank: vocabulary.tokens_where(tokens.end, |text| text == b" ").next(),
        }
    }

    pub fn end(&self) -> i32 {
        self.tokens.end
    }

    /// Whether the model has a token for a lone space (the library's own rule needs one).
    pub fn has_blank(&self) -> bool {
        self.blank.is_some()
    }

    /// Rules out everything but text and its end; at the very beginning also the end.
    pub fn apply(&self, logits: &mut [f32], at_beginning: bool) {
        logits[self.tokens.end as usize + 1..].fill(f32::NEG_INFINITY);
        for token in &self.not_speech {
            logits[*token as usize] = f32::NEG_INFINITY;
        }
        if at_beginning {
            logits[self.tokens.end as usize] = f32::NEG_INFINITY;
            if let Some(blank) = self.blank {
                logits[blank as usize] = f32::NEG_INFINITY;
            }
        }
    }
}

/// Further below the best than this, a token's share is less than a float can show beside it.
const NEGLIGIBLE: f32 = 18.0;

/// Logarithm of the sum of all exponentials, and the best of the logits.
fn normaliser(logits: &[f32]) -> (f32, f32) {
    let best = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().filter(|logit| **logit > best - NEGLIGIBLE).map(|logit| (logit - best).exp()).sum();
    (best + sum.ln(), best)
}

/// The likeliest token.
pub fn likeliest(logits: &[f32]) -> Token {
    let (norm, best) = normaliser(logits);
    let id = logits.iter().position(|logit| *logit >= best).unwrap_or(0);
    Token { id: id as i32, log_probability: best - norm }
}

/// The `count` likeliest tokens, best first.
pub fn top(logits: &[f32], count: usize) -> Vec<Token> {
    let (norm, _) = normaliser(logits);
    let mut best: Vec<(f32, usize)> = Vec::with_capacity(count + 1);
    let mut least = f32::NEG_INFINITY;
    for (id, logit) in logits.iter().enumerate() {
        if *logit > least {
            let at = best.partition_point(|(other, _)| other >= logit);
            best.insert(at, (*logit, id));
            best.truncate(count);
            if best.len() == count {
                least = best[count - 1].0;
            }
        }
    }
    best.into_iter().map(|(logit, id)| Token { id: id as i32, log_probability: logit - norm }).collect()
}

/// A token by lot. `log_probability` is the model's own (at temperature 1), so that passes at different temperatures
/// can be compared.
pub fn by_lot(logits: &[f32], temperature: f32, lots: &mut Lots) -> Token {
    let (norm, best) = normaliser(logits);
    let weight = |logit: &f32| ((logit - best) / temperature).exp();
    let floor = best - NEGLIGIBLE * temperature;
    let candidates = || logits.iter().enumerate().filter(|(_, logit)| **logit > floor);
    let mut left = lots.next_unit() * candidates().map(|(_, logit)| weight(logit)).sum::<f32>();
    let mut chosen = 0;
    for (id, logit) in candidates() {
        chosen = id;
        left -= weight(logit);
        if left <= 0.0 {
            break;
        }
    }
    Token { id: chosen as i32, log_probability: logits[chosen] - norm }
}

/// The probability of one token among all.
pub fn probability(logits: &[f32], token: i32) -> f32 {
    let (norm, _) = normaliser(logits);
    (logits[token as usize] - norm).exp()
}

/// A small generator (SplitMix64): the same sound and options give the same text every time.
#[derive(Debug, Clone, Copy)]
pub struct Lots(u64);

impl Lots {
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Evenly in 0..1.
    fn next_unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((bits ^ (bits >> 31)) >> 40) as f32) / (1_u64 << 24) as f32
    }
}

#[cfg(test)]
pub(in crate::decode) mod tests {
    use super::*;

    pub const TOKENS: SpecialTokens = SpecialTokens {
        end: 6,
        start: 7,
        first_language: 8,
        languages: 2,
        translate: 10,
        transcribe: 11,
        previous: 12,
        no_speech: 13,
        no_timestamps: 14,
        first_time: 15,
        count: 20,
    };

    fn rules() -> Rules {
        let mut vocabulary = Vocabulary::default();
        for text in [" he", "llo", " ", " [", "♪", "x"] {
            vocabulary.push(text.as_bytes());
        }
        Rules::new(&vocabulary, TOKENS)
    }

    #[test]
    fn only_speech_and_its_end_may_be_said() {
        let allowed = |at_beginning| {
            let mut logits = vec![0.0; 20];
            rules().apply(&mut logits, at_beginning);
            (0..20).filter(|token| logits[*token].is_finite()).collect::<Vec<_>>()
        };
        assert_eq!(allowed(true), [0, 1, 5]);
        assert_eq!(allowed(false), [0, 1, 2, 5, 6]);
    }

    #[test]
    fn the_likeliest_token_has_the_probability_of_a_softmax() {
        let logits = [1.0, 3.0, 2.0, f32::NEG_INFINITY];
        let token = likeliest(&logits);
        let sum: f32 = [1.0_f32, 3.0, 2.0].iter().map(|logit| logit.exp()).sum();
        assert_eq!(token.id, 1);
        assert!((token.log_probability.exp() - 3.0_f32.exp() / sum).abs() < 1e-6);
        assert!((probability(&logits, 2) - 2.0_f32.exp() / sum).abs() < 1e-6);
        assert!(probability(&logits, 3).abs() < 1e-9);
    }

    #[test]
    fn the_top_is_in_order_and_leaves_out_what_may_not_be_said() {
        let logits = [1.0, f32::NEG_INFINITY, 5.0, 3.0, 5.0];
        let ids = |count| top(&logits, count).iter().map(|token| token.id).collect::<Vec<_>>();
        assert_eq!(ids(3), [2, 4, 3]);
        assert_eq!(ids(9), [2, 4, 3, 0]);
        assert!((top(&logits, 1)[0].log_probability - likeliest(&logits).log_probability).abs() < 1e-6);
    }

    #[test]
    fn lots_fall_as_the_temperature_says_and_the_same_every_time() {
        let logits = [2.0, 1.0, f32::NEG_INFINITY];
        let draws = |temperature| {
            let mut lots = Lots::seeded(1);
            (0..20_000).filter(|_| by_lot(&logits, temperature, &mut lots).id == 0).count() as f32 / 20_000.0
        };
        let expected = |temperature: f32| 1.0 / (1.0 + (-1.0 / temperature).exp());
        for temperature in [0.2, 1.0, 3.0] {
            assert!((draws(temperature) - expected(temperature)).abs() < 0.02, "{temperature}");
        }
        assert_eq!(draws(1.0).to_bits(), draws(1.0).to_bits());
    }
}
