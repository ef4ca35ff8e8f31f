//! The piece of a text in which the hits are, with the hits marked.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::query::SearchQuery;
use super::words::{Word, words_of};

/// About as much text as fits under a result, in characters.
const SNIPPET_CHARS: usize = 180;

/// Characters shown before the first hit.
const LEAD_CHARS: usize = 40;

/// Part of a text around its hits. In pieces, so that no reader has to count characters or escape marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snippet {
    pub pieces: Vec<Piece>,
    /// Whether there is text before the first piece.
    pub cut_start: bool,
    /// Whether there is text after the last piece.
    pub cut_end: bool,
}

/// A run of text that is a hit or is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

impl Snippet {
    /// For the console and for tests: `one «two» three…`.
    pub fn marked(&self, before: &str, after: &str) -> String {
        let mut text = String::new();
        if self.cut_start {
            text.push('…');
        }
        for piece in &self.pieces {
            if piece.hit {
                text.extend([before, &piece.text, after]);
            } else {
                text.push_str(&piece.text);
            }
        }
        if self.cut_end {
            text.push('…');
        }
        text
    }

    pub fn has_hits(&self) -> bool {
        self.pieces.iter().any(|piece| piece.hit)
    }
}

/// The stretch of `text` with the most different words of the query in it, then the most hits, then the earliest.
/// Without any hit the beginning of the text.
pub fn snippet(query: &SearchQuery, text: &str) -> Snippet {
    let words: Vec<(Word, Option<usize>)> = words_of(text)
        .map(|word| {
            let term = query.terms.iter().position(|term| term.matches(&word.stem));
            (word, term)
        })
        .collect();
    let hits: Vec<(Range<usize>, usize)> =
        words.iter().filter_map(|(word, term)| term.map(|term| (word.range.clone(), term))).collect();
    let window = window(text, &words, &hits, query.terms.len());
    Snippet {
        cut_start: !text[..window.start].trim().is_empty(),
        cut_end: !text[window.end..].trim().is_empty(),
        pieces: pieces(text, window, &hits),
    }
}

fn window(text: &str, words: &[(Word, Option<usize>)], hits: &[(Range<usize>, usize)], terms: usize) -> Range<usize> {
    let mut best = 0;
    let mut best_value = (0, 0);
    for (at, (hit, _)) in hits.iter().enumerate() {
        let mut seen = vec![false; terms];
        let end = after_chars(text, hit.start, SNIPPET_CHARS - LEAD_CHARS);
        let inside = hits[at..].iter().take_while(|(range, _)| range.end <= end);
        let count = inside.map(|(_, term)| seen[*term] = true).count();
        let value = (seen.iter().filter(|seen| **seen).count(), count);
        if value > best_value {
            best = at;
            best_value = value;
        }
    }
    let Some((hit, _)) = hits.get(best) else {
        return 0..whole_words_end(text, words, 0, after_chars(text, 0, SNIPPET_CHARS));
    };
    let earliest = before_chars(text, hit.start, LEAD_CHARS);
    // From the beginning of a word, or of the text when that is near.
    let start = if earliest == 0 {
        0
    } else {
        words.iter().map(|(word, _)| word.range.start).find(|&start| start >= earliest).unwrap_or(hit.start)
    };
    start..whole_words_end(text, words, start, after_chars(text, start, SNIPPET_CHARS))
}

/// The end of the last whole word before `limit`, or `limit` where one word is longer than that.
fn whole_words_end(text: &str, words: &[(Word, Option<usize>)], start: usize, limit: usize) -> usize {
    if limit == text.len() {
        return limit;
    }
    let ends = words.iter().map(|(word, _)| word.range.end).take_while(|&end| end <= limit);
    ends.last().filter(|&end| end > start).unwrap_or(limit)
}

fn after_chars(text: &str, from: usize, chars: usize) -> usize {
    text[from..].char_indices().nth(chars).map_or(text.len(), |(at, _)| from + at)
}

fn before_chars(text: &str, from: usize, chars: usize) -> usize {
    text[..from].char_indices().rev().nth(chars.saturating_sub(1)).map_or(0, |(at, _)| at)
}

fn pieces(text: &str, window: Range<usize>, hits: &[(Range<usize>, usize)]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |range: Range<usize>, hit: bool| {
        if !range.is_empty() {
            pieces.push(Piece { text: text[range].to_owned(), hit });
        }
    };
    let mut at = window.start;
    for (hit, _) in hits.iter().filter(|(hit, _)| hit.start >= window.start && hit.end <= window.end) {
        push(at..hit.start, false);
        push(hit.clone(), true);
        at = hit.end;
    }
    push(at..window.end, false);
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(query: &str, text: &str) -> String {
        snippet(&SearchQuery::parse(query).expect("has words"), text).marked("[", "]")
    }

    #[test]
    fn every_form_of_a_searched_word_is_marked() {
        assert_eq!(
            marked("отчёты", "Отчёт готов, остальные отчеты — завтра."),
            "[Отчёт] готов, остальные [отчеты] — завтра."
        );
        assert_eq!(marked("run", "Running; he runs."), "[Running]; he [runs].");
        assert_eq!(marked("отч*", "Отчёты"), "[Отчёты]");
    }

    #[test]
    fn a_long_text_is_cut_at_whole_words_around_the_hits() {
        let text = format!("{}годовой отчёт о продажах {}", "вода ".repeat(100), "камень ".repeat(100));
        let shown = marked("продажи отчёт", &text);
        assert!(shown.starts_with("…вода ") && shown.ends_with("камень…"), "{shown}");
        assert!(shown.contains("годовой [отчёт] о [продажах]"), "{shown}");
        assert!(shown.chars().count() < SNIPPET_CHARS + 10, "{shown}");
    }

    #[test]
    fn the_stretch_with_the_most_different_words_wins() {
        let text = format!("отчёт отчёт отчёт {} продажи и отчёт", "пусто ".repeat(60));
        assert!(marked("отчёт продажи", &text).ends_with("[продажи] и [отчёт]"));
    }

    #[test]
    fn without_a_hit_the_beginning_is_shown() {
        assert_eq!(marked("zebra", "  Nothing here."), "  Nothing here.");
        assert_eq!(marked("zebra", ""), "");
    }

    proptest! {
        #[test]
        fn pieces_put_together_are_a_part_of_the_text(text in any::<String>(), query in "[а-яa-z]{1,4}\\*?( [а-яa-z]{1,3}\\*?)?") {
            let query = SearchQuery::parse(&query).expect("has words");
            let found = snippet(&query, &text);
            let whole: String = found.pieces.iter().map(|piece| piece.text.as_str()).collect();
            prop_assert!(text.contains(&whole));
            prop_assert_eq!(found.has_hits(), words_of(&text).any(|word| query.terms.iter().any(|t| t.matches(&word.stem))));
        }
    }
}
