//! How well a text answers a query. The same number for the same text in both databases.

use super::query::SearchQuery;

/// Saturation and length normalisation of BM25, its usual constants.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Words of a middling utterance; a constant, so that a score does not depend on what else was said.
const USUAL_WORDS: f64 = 30.0;

/// Higher is better. Every term of the query occurs in the stems (the database saw to it).
///
/// Counts how often each term occurs, weighs that against the length, and adds up to one more for terms that stand
/// close together in the order of the query.
pub fn score(query: &SearchQuery, stems: &str) -> f64 {
    let mut words = 0_u32;
    let mut counts = vec![0_u32; query.terms.len()];
    let mut adjacent = 0_u32;
    let mut previous: Option<usize> = None;
    for stem in stems.split(' ').filter(|stem| !stem.is_empty()) {
        words += 1;
        let mut here = None;
        for (at, term) in query.terms.iter().enumerate() {
            if term.matches(stem) {
                counts[at] += 1;
                here = here.or(Some(at));
                if at > 0 && previous == Some(at - 1) {
                    adjacent += 1;
                }
            }
        }
        previous = here;
    }
    let length = K1 * (1.0 - B + B * f64::from(words) / USUAL_WORDS);
    let frequency: f64 = counts.iter().map(|&count| f64::from(count) * (K1 + 1.0) / (f64::from(count) + length)).sum();
    let pairs = query.terms.len().saturating_sub(1).max(1) as f64;
    frequency + (f64::from(adjacent) / pairs).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::words::stems_of;

    fn rank(query: &str, text: &str) -> f64 {
        score(&SearchQuery::parse(query).expect("has words"), &stems_of(&[text]))
    }

    #[test]
    fn more_hits_in_less_text_closer_together_score_higher() {
        assert!(rank("отчёт", "отчёт за год, отчёт за месяц") > rank("отчёт", "отчёт за год, письмо за месяц"));
        assert!(rank("report", "the report") > rank("report", &format!("the report {}", "and more ".repeat(50))));
        assert!(
            rank("годовой отчёт", "сдать годовой отчёт завтра") > rank("годовой отчёт", "отчёт сдать завтра, годовой")
        );
    }

    #[test]
    fn a_prefix_counts_like_the_word() {
        assert!(rank("отч*", "отчёт готов") > 0.0);
    }
}
