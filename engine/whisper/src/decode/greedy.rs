//! One pass of the decoder, token by token: the likeliest each time, or by lot at a temperature.

use super::logits::{Lots, Rules, by_lot, likeliest};
use super::{Decoder, Opening, Pass, Stopped, Token, Watcher};

/// How a pass picks its tokens.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// 0 = always the likeliest.
    pub temperature: f32,
    /// Most tokens, the end not counted.
    pub cap: usize,
    /// Decides the lots.
    pub seed: u64,
}

/// Runs the decoder from an opening to the end of the text. The encoder must have run.
pub fn run(
    decoder: &mut impl Decoder,
    rules: &Rules,
    opening: &Opening,
    manner: Manner,
    watcher: &impl Watcher,
) -> Result<Pass, Stopped> {
    let mut lots = Lots::seeded(manner.seed);
    let mut tokens: Vec<Token> = Vec::new();
    let mut sum = 0.0;
    let mut next = opening.tokens[opening.given..].to_vec();
    let mut past = opening.given;
    loop {
        let logits = decoder.decode(&next, past)?;
        past += next.len();
        rules.apply(logits, tokens.is_empty());
        let token =
            if manner.temperature > 0.0 { by_lot(logits, manner.temperature, &mut lots) } else { likeliest(logits) };
        sum += token.log_probability;
        let ended = token.id == rules.end();
        if !ended {
            tokens.push(token);
        }
        if ended || tokens.len() >= manner.cap {
            let counted = tokens.len() + usize::from(ended);
            return Ok(Pass { tokens, truncated: !ended, average_log_probability: sum / counted.max(1) as f32 });
        }
        if !watcher.go_on(percent(tokens.len(), manner.cap)) {
            return Err(Stopped::CalledOff);
        }
        next.clear();
        next.push(token.id);
    }
}

/// The encoder is the first half.
fn percent(tokens: usize, cap: usize) -> u8 {
    (50 + 49 * tokens / cap.max(1)).min(99) as u8
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::decode::Unwatched;
    use crate::model::{SpecialTokens, Vocabulary};
    use crate::state::StepFailed;

    const END: i32 = 4;

    fn rules() -> Rules {
        let mut vocabulary = Vocabulary::default();
        for text in [" a", "b", " c", "d"] {
            vocabulary.push(text.as_bytes());
        }
        let tokens = SpecialTokens {
            end: END,
            start: 5,
            first_language: 6,
            languages: 0,
            translate: 6,
            transcribe: 7,
            previous: 8,
            no_speech: 9,
            no_timestamps: 10,
            first_time: 11,
            count: 12,
        };
        Rules::new(&vocabulary, tokens)
    }

    /// Says its lines one after the other, and remembers what it was given.
    struct Scripted {
        lines: Vec<i32>,
        given: Vec<(Vec<i32>, usize)>,
        logits: Vec<f32>,
    }

    impl Scripted {
        fn saying(lines: &[i32]) -> Self {
            Self { lines: lines.to_vec(), given: Vec::new(), logits: vec![0.0; 12] }
        }
    }

    impl Decoder for Scripted {
        fn decode(&mut self, tokens: &[i32], past: usize) -> Result<&mut [f32], StepFailed> {
            let line = self.lines[self.given.len() % self.lines.len()];
            self.given.push((tokens.to_vec(), past));
            self.logits.fill(0.0);
            self.logits[line as usize] = 10.0;
            Ok(&mut self.logits)
        }
    }

    fn opening() -> Opening {
        Opening { tokens: vec![5, 7, 10], given: 1 }
    }

    fn manner(cap: usize) -> Manner {
        Manner { temperature: 0.0, cap, seed: 0 }
    }

    #[test]
    fn a_pass_goes_on_to_the_end_and_feeds_each_token_back_in_its_place() {
        let mut decoder = Scripted::saying(&[0, 1, 2, END]);
        let pass = run(&mut decoder, &rules(), &opening(), manner(10), &Unwatched).unwrap();
        assert_eq!(pass.tokens.iter().map(|token| token.id).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(!pass.truncated && pass.average_log_probability > -0.01);
        assert_eq!(decoder.given, [(vec![7, 10], 1), (vec![0], 3), (vec![1], 4), (vec![2], 5)]);
    }

    #[test]
    fn a_pass_that_never_ends_is_cut_at_its_cap() {
        let mut decoder = Scripted::saying(&[0]);
        let pass = run(&mut decoder, &rules(), &opening(), manner(5), &Unwatched).unwrap();
        assert!(pass.truncated);
        assert_eq!(pass.tokens.len(), 5);
    }

    #[test]
    fn what_may_not_be_said_is_passed_over() {
        // The end comes first and a time later: neither is allowed there.
        let mut decoder = Scripted::saying(&[END, 11, END]);
        let pass = run(&mut decoder, &rules(), &opening(), manner(5), &Unwatched).unwrap();
        assert_eq!(pass.tokens.len(), 2, "{pass:?}");
        assert!(pass.tokens.iter().all(|token| token.id < END));
    }

    #[test]
    fn a_watcher_ends_a_pass_between_two_tokens() {
        struct Impatient(Cell<u32>);
        impl Watcher for Impatient {
            fn go_on(&self, percent: u8) -> bool {
                assert!((50..100).contains(&percent));
                self.0.set(self.0.get() + 1);
                self.0.get() < 3
            }
        }
        let mut decoder = Scripted::saying(&[0]);
        let stopped = run(&mut decoder, &rules(), &opening(), manner(50), &Impatient(Cell::new(0)));
        assert_eq!(stopped, Err(Stopped::CalledOff));
        assert_eq!(decoder.given.len(), 3);
    }
}
