//! Words compared: what is missing, what came from nowhere.

/// How a text differs from what it should be, in words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// Words that there should be.
    pub of: u64,
    pub missing: u64,
    pub added: u64,
    pub changed: u64,
}

impl Difference {
    /// The least changes from `expected` to `got`; case and marks do not count.
    pub fn between(expected: &str, got: &str) -> Self {
        let (expected, got) = (words(expected), words(got));
        let width = got.len() + 1;
        // Cost of the least changes between the beginnings of both.
        let mut costs = vec![0_usize; (expected.len() + 1) * width];
        for i in 0..=expected.len() {
            for j in 0..width {
                costs[i * width + j] = match (i, j) {
                    (0, j) => j,
                    (i, 0) => i,
                    (i, j) => {
                        let same = usize::from(expected[i - 1] != got[j - 1]);
                        let changed = costs[(i - 1) * width + j - 1] + same;
                        changed.min(costs[(i - 1) * width + j] + 1).min(costs[i * width + j - 1] + 1)
                    }
                };
            }
        }
        let mut difference = Self { of: expected.len() as u64, ..Self::default() };
        let (mut i, mut j) = (expected.len(), got.len());
        while i > 0 || j > 0 {
            let here = costs[i * width + j];
            if i > 0 && j > 0 && here == costs[(i - 1) * width + j - 1] + usize::from(expected[i - 1] != got[j - 1]) {
                difference.changed += u64::from(expected[i - 1] != got[j - 1]);
                (i, j) = (i - 1, j - 1);
            } else if i > 0 && here == costs[(i - 1) * width + j] + 1 {
                difference.missing += 1;
                i -= 1;
            } else {
                difference.added += 1;
                j -= 1;
            }
        }
        difference
    }

    pub fn add(&mut self, other: Self) {
        self.of += other.of;
        self.missing += other.missing;
        self.added += other.added;
        self.changed += other.changed;
    }

    /// Word error rate, in percent.
    pub fn error_rate(self) -> f64 {
        100.0 * (self.missing + self.added + self.changed) as f64 / self.of.max(1) as f64
    }

    pub fn is_none(self) -> bool {
        self.missing + self.added + self.changed == 0
    }
}

fn words(text: &str) -> Vec<String> {
    let plain = text.to_lowercase().replace('ё', "е");
    let letters = |c: char| !(c.is_alphanumeric() || c == '\'' || c == '’');
    plain
        .split(letters)
        .map(|word| word.trim_matches(['\'', '’']))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(expected: &str, got: &str) -> (u64, u64, u64) {
        let difference = Difference::between(expected, got);
        (difference.missing, difference.added, difference.changed)
    }

    #[test]
    fn words_are_counted_and_marks_are_not() {
        assert_eq!(counted("Send it to Anna.", "send it to anna"), (0, 0, 0));
        assert_eq!(counted("send it to anna", "send to anna now"), (1, 1, 0));
        assert_eq!(counted("send it", "sent it"), (0, 0, 1));
        assert_eq!(counted("", "a b"), (0, 2, 0));
        assert_eq!(counted("Ещё раз", "еще раз"), (0, 0, 0));
        assert!((Difference::between("a b c d", "a x c").error_rate() - 50.0).abs() < 1e-9);
    }
}
