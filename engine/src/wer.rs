//! Word error rate: how far a text is from what was really said. For tests and tools.

use crate::words::plain_words;

/// One step from the reference to the hypothesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Match(String),
    Substitute {
        said: String,
        heard: String,
    },
    /// Heard, though nobody said it.
    Insert(String),
    /// Said and not heard.
    Delete(String),
}

/// Errors counted over the words that were said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WordErrors {
    pub substituted: usize,
    pub inserted: usize,
    pub deleted: usize,
    /// Words of the reference.
    pub said: usize,
}

impl WordErrors {
    /// Errors between two texts, case, punctuation and "ё" aside.
    pub fn between(reference: &str, hypothesis: &str) -> Self {
        let mut errors = Self::default();
        for step in align(reference, hypothesis) {
            match step {
                Step::Match(_) => errors.said += 1,
                Step::Substitute { .. } => {
                    errors.substituted += 1;
                    errors.said += 1;
                }
                Step::Insert(_) => errors.inserted += 1,
                Step::Delete(_) => {
                    errors.deleted += 1;
                    errors.said += 1;
                }
            }
        }
        errors
    }

    pub fn total(self) -> usize {
        self.substituted + self.inserted + self.deleted
    }

    /// Errors per word said; of an empty reference 0 if nothing was heard, else 1.
    pub fn rate(self) -> f32 {
        if self.said == 0 {
            return if self.inserted == 0 { 0.0 } else { 1.0 };
        }
        self.total() as f32 / self.said as f32
    }
}

impl std::ops::Add for WordErrors {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            substituted: self.substituted + other.substituted,
            inserted: self.inserted + other.inserted,
            deleted: self.deleted + other.deleted,
            said: self.said + other.said,
        }
    }
}

impl std::iter::Sum for WordErrors {
    fn sum<Counts: Iterator<Item = Self>>(counts: Counts) -> Self {
        counts.fold(Self::default(), std::ops::Add::add)
    }
}

/// Word error rate of one text: 0 = every word right.
pub fn word_error_rate(reference: &str, hypothesis: &str) -> f32 {
    WordErrors::between(reference, hypothesis).rate()
}

/// The fewest steps from the reference to the hypothesis.
pub fn align(reference: &str, hypothesis: &str) -> Vec<Step> {
    let (said, heard) = (plain_words(reference), plain_words(hypothesis));
    let width = heard.len() + 1;
    let mut cost = vec![0usize; (said.len() + 1) * width];
    for row in 0..=said.len() {
        for column in 0..=heard.len() {
            cost[row * width + column] = if row == 0 || column == 0 {
                row + column
            } else {
                let changed = usize::from(said[row - 1] != heard[column - 1]);
                (cost[(row - 1) * width + column - 1] + changed)
                    .min(cost[(row - 1) * width + column] + 1)
                    .min(cost[row * width + column - 1] + 1)
            };
        }
    }
    let mut steps = Vec::with_capacity(said.len().max(heard.len()));
    let (mut row, mut column) = (said.len(), heard.len());
    while row > 0 || column > 0 {
        let here = cost[row * width + column];
        let diagonal = (row > 0 && column > 0).then(|| cost[(row - 1) * width + column - 1]);
        let same = diagonal.is_some() && said[row - 1] == heard[column - 1];
        if same && diagonal == Some(here) {
            steps.push(Step::Match(said[row - 1].clone()));
            (row, column) = (row - 1, column - 1);
        } else if diagonal.is_some_and(|before| before + 1 == here) && !same {
            steps.push(Step::Substitute { said: said[row - 1].clone(), heard: heard[column - 1].clone() });
            (row, column) = (row - 1, column - 1);
        } else if row > 0 && cost[(row - 1) * width + column] + 1 == here {
            steps.push(Step::Delete(said[row - 1].clone()));
            row -= 1;
        } else {
            steps.push(Step::Insert(heard[column - 1].clone()));
            column -= 1;
        }
    }
    steps.reverse();
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_but_for_spelling_is_no_error() {
        assert!(word_error_rate("Ёлка, ёлка!", "елка елка").abs() < 1e-6);
    }

    #[test]
    fn each_kind_of_error_is_counted_once() {
        let errors = WordErrors::between("a b c d", "a x c d e");
        assert_eq!((errors.substituted, errors.inserted, errors.deleted, errors.said), (1, 1, 0, 4));
        let errors = WordErrors::between("a b c d", "a c d");
        assert_eq!((errors.substituted, errors.inserted, errors.deleted), (0, 0, 1));
        assert!((errors.rate() - 0.25).abs() < 1e-6);
    }

    #[test]
    fn the_steps_lead_from_one_text_to_the_other() {
        let steps = align("one two three", "one too three four");
        let heard: Vec<&str> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Match(word) | Step::Insert(word) => Some(word.as_str()),
                Step::Substitute { heard, .. } => Some(heard.as_str()),
                Step::Delete(_) => None,
            })
            .collect();
        assert_eq!(heard, ["one", "too", "three", "four"]);
    }

    #[test]
    fn silence_heard_as_silence_is_right_and_as_words_is_wrong() {
        assert!(word_error_rate("", "").abs() < 1e-6);
        assert!((word_error_rate("", "thank you") - 1.0).abs() < 1e-6);
    }
}
