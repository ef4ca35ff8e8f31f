//! Beam search: several beginnings of the text are followed at once, and the likeliest whole wins.
//!
//! The library has one of its own, but it draws its candidates by lot from a generator that remembers earlier calls:
//! the same sound would give another text on another slot. This one is the textbook's, and always gives the same.
//! The library decodes one sequence at a time for us, so a beginning that left the one decoded last is decoded again
//! from where the two part; what keeps that cheap is dropping beginnings that have fallen hopelessly behind.

use super::logits::{Rules, top};
use super::{Decoder, Opening, Pass, Stopped, Token, Watcher};

/// How a search goes about it.
#[derive(Debug, Clone, Copy)]
pub struct Breadth {
    /// Beginnings followed at once.
    pub width: usize,
    /// Most tokens, the end not counted.
    pub cap: usize,
}

/// A beginning this much less likely than the best (e^-x) is given up. With the built-in model on its twelve short
/// samples 1.5 and 3 below make the search three times as quick as no limits do, at no more word errors.
const HOPELESS: f32 = 1.5;
/// Beginnings whose last tokens are these many the same have come together again.
const REJOINED: usize = 3;

/// A beginning of the text.
#[derive(Debug, Clone, Default)]
struct Beginning {
    tokens: Vec<Token>,
    sum: f32,
}

impl Beginning {
    fn followed_by(&self, token: Token) -> Self {
        let mut tokens = self.tokens.clone();
        tokens.push(token);
        Self { tokens, sum: self.sum + token.log_probability }
    }

    /// Per token, so that long texts are not at a disadvantage.
    fn mean(&self) -> f32 {
        self.sum / self.tokens.len().max(1) as f32
    }
}

/// Runs the search from an opening to the end of the text. The encoder must have run.
pub fn run(
    decoder: &mut impl Decoder,
    rules: &Rules,
    opening: &Opening,
    breadth: Breadth,
    watcher: &impl Watcher,
) -> Result<Pass, Stopped> {
    let mut cursor = Cursor { opening, given: opening.given, held: Vec::new() };
    let mut live = vec![Beginning::default()];
    let mut finished: Vec<Beginning> = Vec::new();
    for step in 0..=breadth.cap {
        let mut candidates = Vec::new();
        for beginning in &live {
            let logits = cursor.logits_after(decoder, &beginning.tokens)?;
            rules.apply(logits, step == 0);
            candidates.extend(top(logits, breadth.width).into_iter().map(|token| beginning.followed_by(token)));
            if !watcher.go_on((50 + 49 * step / breadth.cap.max(1)).min(99) as u8) {
                return Err(Stopped::CalledOff);
            }
        }
        // Stable: equals stay in the order in which they were found.
        candidates.sort_by(|one, other| other.sum.total_cmp(&one.sum));
        let best = candidates.first().map_or(f32::NEG_INFINITY, |candidate| candidate.sum);
        live.clear();
        for candidate in candidates {
            if live.len() >= breadth.width || candidate.sum < best - HOPELESS {
                break;
            }
            if candidate.tokens.last().is_some_and(|token| token.id == rules.end()) {
                finished.push(candidate);
            } else if !live.iter().any(|other| ends_alike(other, &candidate)) {
                live.push(candidate);
            }
        }
        let best_whole = finished.iter().map(Beginning::mean).fold(f32::NEG_INFINITY, f32::max);
        // A beginning can only lose probability: what has lost more than a whole text loses per token has no chance.
        live.retain(|beginning| beginning.sum / (breadth.cap + 1) as f32 > best_whole);
        if finished.len() >= breadth.width || live.is_empty() {
            break;
        }
        // Neighbours share the most, so that little is decoded again.
        live.sort_by(|one, other| ids(one).cmp(ids(other)));
    }
    let mut pass = best_of(finished, live, rules);
    pass.tokens.truncate(breadth.cap);
    Ok(pass)
}

/// Whether what follows will be the same for both, so that the less likely may go.
fn ends_alike(one: &Beginning, other: &Beginning) -> bool {
    let alike = ids(one).rev().zip(ids(other).rev()).take_while(|(one, other)| one == other).count();
    alike >= REJOINED
}

fn ids(beginning: &Beginning) -> impl DoubleEndedIterator<Item = i32> + '_ {
    beginning.tokens.iter().map(|token| token.id)
}

fn best_of(finished: Vec<Beginning>, live: Vec<Beginning>, rules: &Rules) -> Pass {
    let truncated = finished.is_empty();
    let candidates = if truncated { live } else { finished };
    let mut best = Beginning::default();
    for (index, candidate) in candidates.into_iter().enumerate() {
        if index == 0 || candidate.mean() > best.mean() {
            best = candidate;
        }
    }
    let average_log_probability = best.mean();
    best.tokens.retain(|token| token.id != rules.end());
    Pass { tokens: best.tokens, truncated, average_log_probability }
}

/// What the decoder holds at the moment.
struct Cursor<'a> {
    opening: &'a Opening,
    /// Tokens of the opening that it has.
    given: usize,
    /// Tokens of the text that it has.
    held: Vec<i32>,
}

impl Cursor<'_> {
    /// The logits after the opening and these tokens.
    fn logits_after<'d>(&mut self, decoder: &'d mut impl Decoder, tokens: &[Token]) -> Result<&'d mut [f32], Stopped> {
        let whole: Vec<i32> = self.opening.tokens.iter().copied().chain(tokens.iter().map(|token| token.id)).collect();
        let shared = self.held.iter().zip(tokens).take_while(|(held, token)| **held == token.id).count();
        let opening = self.opening.tokens.len();
        // At least the last token has to be decoded: the logits are its.
        let past = if self.given < opening { self.given } else { (opening + shared).min(whole.len() - 1) };
        self.given = opening;
        self.held = whole[opening..].to_vec();
        Ok(decoder.decode(&whole[past..], past)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::logits::tests::TOKENS;
    use crate::decode::{Unwatched, greedy};
    use crate::model::Vocabulary;
    use crate::state::StepFailed;

    const END: i32 = TOKENS.end;

    /// A language of its own: the probability of each token after the text so far. Checks that it is always given the
    /// right text.
    struct Language<F> {
        held: Vec<i32>,
        logits: Vec<f32>,
        decoded: usize,
        next: F,
    }

    impl<F: Fn(&[i32]) -> Vec<(i32, f32)>> Language<F> {
        fn new(next: F) -> Self {
            Self { held: Vec::new(), logits: vec![f32::NEG_INFINITY; TOKENS.count as usize], decoded: 0, next }
        }
    }

    impl<F: Fn(&[i32]) -> Vec<(i32, f32)>> Decoder for Language<F> {
        fn decode(&mut self, tokens: &[i32], past: usize) -> Result<&mut [f32], StepFailed> {
            self.held.truncate(past);
            assert_eq!(self.held.len(), past, "a gap in what the decoder was given");
            self.held.extend_from_slice(tokens);
            self.decoded += tokens.len();
            self.logits.fill(f32::NEG_INFINITY);
            for (token, probability) in (self.next)(&self.held[2..]) {
                self.logits[token as usize] = probability.ln();
            }
            Ok(&mut self.logits)
        }
    }

    fn rules() -> Rules {
        let mut vocabulary = Vocabulary::default();
        for text in [" a", " b", " c", " d", " e", " f"] {
            vocabulary.push(text.as_bytes());
        }
        Rules::new(&vocabulary, TOKENS)
    }

    fn opening() -> Opening {
        Opening { tokens: vec![7, 14], given: 0 }
    }

    /// The greedy way ("a") leads into doubt, the second best ("b") to a sure end.
    fn garden_path(text: &[i32]) -> Vec<(i32, f32)> {
        match text {
            [] => vec![(0, 0.55), (1, 0.45)],
            [0] => vec![(2, 0.3), (3, 0.3), (4, 0.4)],
            [1] => vec![(5, 0.98), (2, 0.02)],
            _ => vec![(END, 0.99), (0, 0.01)],
        }
    }

    fn texts(pass: &Pass) -> Vec<i32> {
        pass.tokens.iter().map(|token| token.id).collect()
    }

    #[test]
    fn the_likeliest_whole_is_found_where_the_likeliest_step_leads_astray() {
        let manner = greedy::Manner { temperature: 0.0, cap: 9, seed: 0 };
        let astray = greedy::run(&mut Language::new(garden_path), &rules(), &opening(), manner, &Unwatched).unwrap();
        assert_eq!(texts(&astray), [0, 4]);
        let found =
            run(&mut Language::new(garden_path), &rules(), &opening(), Breadth { width: 3, cap: 9 }, &Unwatched);
        let found = found.unwrap();
        assert_eq!(texts(&found), [1, 5]);
        assert!(!found.truncated && found.average_log_probability > astray.average_log_probability);
    }

    #[test]
    fn a_width_of_one_is_the_greedy_way() {
        let found =
            run(&mut Language::new(garden_path), &rules(), &opening(), Breadth { width: 1, cap: 9 }, &Unwatched);
        assert_eq!(texts(&found.unwrap()), [0, 4]);
    }

    #[test]
    fn a_search_that_never_ends_is_cut_at_its_cap() {
        let endless = |_: &[i32]| vec![(0, 0.6), (1, 0.4)];
        let pass = run(&mut Language::new(endless), &rules(), &opening(), Breadth { width: 2, cap: 6 }, &Unwatched);
        let pass = pass.unwrap();
        assert!(pass.truncated);
        assert_eq!(texts(&pass), [0; 6]);
    }

    #[test]
    fn sure_text_is_decoded_once_only() {
        let sure =
            |text: &[i32]| if text.len() < 5 { vec![(text.len() as i32, 0.999), (5, 0.001)] } else { vec![(END, 1.0)] };
        let mut decoder = Language::new(sure);
        let pass = run(&mut decoder, &rules(), &opening(), Breadth { width: 5, cap: 20 }, &Unwatched).unwrap();
        assert_eq!(texts(&pass), [0, 1, 2, 3, 4]);
        assert_eq!(decoder.decoded, 7, "two tokens of the opening and five of the text");
    }
}
