//! Beginnings of prompts that stay in the model's memory, so that they are computed once: system prompts, and
//! conversations that may go on. Decides only; the sequences themselves are the decoder's.

use engine::llm::Token;

use crate::prompt::common;
use crate::sequences::Sequence;

/// Less in common is not worth a copy.
pub const LEAST_SHARED: usize = 16;

/// The beginnings in memory, the one unused for longest going first when there is no room.
#[derive(Debug)]
pub struct Prefixes {
    entries: Vec<Entry>,
    /// Tokens that all beginnings may have together.
    budget: usize,
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    sequence: Sequence,
    tokens: Vec<Token>,
    state: State,
    used: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    /// Some request computes it at the moment.
    Filling,
    Ready,
}

impl Prefixes {
    /// None yet, in these sequences.
    pub fn new(sequences: impl IntoIterator<Item = Sequence>, budget: usize) -> Self {
        let free = |sequence| Entry { sequence, tokens: Vec::new(), state: State::Free, used: 0 };
        Self { entries: sequences.into_iter().map(free).collect(), budget, clock: 0 }
    }

    /// The sequence whose beginning has most in common with a prompt, and how much, if it is worth copying.
    pub fn longest(&mut self, prompt: &[Token]) -> Option<(Sequence, usize)> {
        self.clock += 1;
        let ready = self.entries.iter_mut().filter(|entry| entry.state == State::Ready);
        let (length, entry) = ready
            .map(|entry| (common(&entry.tokens, prompt), entry))
            .filter(|(length, _)| *length >= LEAST_SHARED)
            .max_by_key(|(length, _)| *length)?;
        entry.used = self.clock;
        Some((entry.sequence, length))
    }

    /// Whether some request is computing exactly this beginning.
    pub fn is_filling(&self, beginning: &[Token]) -> bool {
        self.entries.iter().any(|entry| entry.state == State::Filling && entry.tokens == beginning)
    }

    /// A sequence for a new beginning; whatever it holds is to be forgotten, and so are the other sequences given. None
    /// where it is too long or others are still being computed.
    pub fn reserve(&mut self, beginning: &[Token]) -> Option<(Sequence, Vec<Sequence>)> {
        if beginning.len() < LEAST_SHARED || beginning.len() > self.budget {
            return None;
        }
        let mut forgotten = Vec::new();
        let at = loop {
            let held: usize = self.entries.iter().map(|entry| entry.tokens.len()).sum();
            let free = self.entries.iter().position(|entry| entry.state == State::Free);
            match free {
                Some(at) if held + beginning.len() <= self.budget => break at,
                _ => {
                    let ready = self.entries.iter_mut().filter(|entry| entry.state == State::Ready);
                    let oldest = ready.min_by_key(|entry| entry.used)?;
                    oldest.state = State::Free;
                    oldest.tokens.clear();
                    forgotten.push(oldest.sequence);
                }
            }
        };
        self.clock += 1;
        let entry = &mut self.entries[at];
        beginning.clone_into(&mut entry.tokens);
        entry.state = State::Filling;
        entry.used = self.clock;
        Some((entry.sequence, forgotten))
    }

    /// The beginning of a reserved sequence is in memory.
    pub fn filled(&mut self, sequence: Sequence) {
        self.set(sequence, State::Ready);
    }

    /// The request that was computing it has gone.
    pub fn give_up(&mut self, sequence: Sequence) {
        self.set(sequence, State::Free);
    }

    fn set(&mut self, sequence: Sequence, state: State) {
        let filling = |entry: &&mut Entry| entry.sequence == sequence && entry.state == State::Filling;
        if let Some(entry) = self.entries.iter_mut().find(filling) {
            entry.state = state;
            if state == State::Free {
                entry.tokens.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn beginning(kind: Token, length: usize) -> Vec<Token> {
        vec![kind; length]
    }

    fn keep(prefixes: &mut Prefixes, tokens: &[Token]) -> Option<Vec<Sequence>> {
        let (sequence, forgotten) = prefixes.reserve(tokens)?;
        prefixes.filled(sequence);
        Some(forgotten)
    }

    #[test]
    fn the_longest_common_beginning_is_found() {
        let mut prefixes = Prefixes::new(10..13, 1000);
        keep(&mut prefixes, &beginning(1, 20)).unwrap();
        keep(&mut prefixes, &[beginning(1, 20), beginning(2, 20)].concat()).unwrap();
        let prompt = [beginning(1, 20), beginning(2, 10), beginning(3, 9)].concat();
        assert_eq!(prefixes.longest(&prompt), Some((11, 30)));
        assert_eq!(prefixes.longest(&beginning(1, 15)), None, "too little");
        assert_eq!(prefixes.longest(&beginning(4, 50)), None);
    }

    #[test]
    fn a_beginning_is_of_use_only_when_it_is_there() {
        let mut prefixes = Prefixes::new(0..1, 100);
        let tokens = beginning(1, 30);
        let (sequence, _) = prefixes.reserve(&tokens).unwrap();
        assert!(prefixes.is_filling(&tokens) && prefixes.longest(&tokens).is_none());
        assert_eq!(prefixes.reserve(&beginning(2, 30)), None, "the only sequence is being filled");
        prefixes.give_up(sequence);
        assert!(!prefixes.is_filling(&tokens));
        assert!(keep(&mut prefixes, &tokens).is_some());
        assert_eq!(prefixes.longest(&tokens), Some((0, 30)));
    }

    #[test]
    fn the_one_unused_for_longest_goes_first() {
        let mut prefixes = Prefixes::new(0..2, 100);
        keep(&mut prefixes, &beginning(1, 40)).unwrap();
        keep(&mut prefixes, &beginning(2, 40)).unwrap();
        prefixes.longest(&beginning(1, 40)).unwrap();
        assert_eq!(keep(&mut prefixes, &beginning(3, 40)), Some(vec![1]));
        assert_eq!(prefixes.longest(&beginning(2, 40)), None);
        assert_eq!(
            keep(&mut prefixes, &beginning(4, 100)).map(|forgotten| forgotten.len()),
            Some(2),
            "no room for two"
        );
    }

    proptest! {
        #[test]
        fn the_budget_holds(lengths in prop::collection::vec((0_i32..6, 1_usize..80), 1..60)) {
            let mut prefixes = Prefixes::new(0..4, 100);
            for (kind, length) in lengths {
                keep(&mut prefixes, &beginning(kind, length));
                let held: usize = prefixes.entries.iter().map(|entry| entry.tokens.len()).sum();
                prop_assert!(held <= 100);
            }
        }
    }
}
