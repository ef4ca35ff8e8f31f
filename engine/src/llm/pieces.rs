//! A long text in pieces that a model cleans well, and the cleaned pieces as one text again.

/// A part of a text: whole sentences where possible, never across a line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Without space around.
    pub text: &'a str,
    /// What stands between this piece and the next.
    pub gap: &'a str,
    /// Whether a sentence ends here. Where not, a model that cleans the piece will end one all the same.
    pub ends_sentence: bool,
}

/// Cuts a text into pieces of at most so many words (0 = line by line, however long). Texts, gaps and pieces joined
/// give the text back, without the space around it.
pub fn pieces(text: &str, words_at_a_time: usize) -> Vec<Piece<'_>> {
    let text = text.trim();
    let words = words(text);
    let mut pieces = Vec::new();
    let mut first = 0;
    while first < words.len() {
        let count = count_until_cut(&words[first..], words_at_a_time);
        let (start, end) = (words[first].start, words[first + count - 1].end);
        let next = words.get(first + count).map_or(text.len(), |word| word.start);
        pieces.push(Piece {
            text: &text[start..end],
            gap: &text[end..next],
            ends_sentence: words[first + count - 1].after >= After::Sentence || next == text.len(),
        });
        first += count;
    }
    pieces
}

/// The cleaned pieces as one text. Where a cut went through a sentence, the full stop before it and the capital behind
/// it are taken back, unless the piece had them itself. `cleaned` has an entry for every piece.
pub fn join(pieces: &[Piece<'_>], cleaned: &[impl AsRef<str>]) -> String {
    let mut joined = String::new();
    let mut inside_sentence = false;
    for (piece, cleaned) in pieces.iter().zip(cleaned) {
        let mut cleaned = cleaned.as_ref().trim().to_owned();
        if inside_sentence {
            cleaned = with_first_letter_of(&cleaned, piece.text);
        }
        if !piece.ends_sentence && !piece.text.ends_with('.') && cleaned.ends_with('.') {
            cleaned.pop();
        }
        inside_sentence = !piece.ends_sentence;
        joined.push_str(&cleaned);
        joined.push_str(piece.gap);
    }
    joined.truncate(joined.trim_end().len());
    joined
}

/// `cleaned` with its first letter lowered if that is all in which it differs from the one of `original`.
fn with_first_letter_of(cleaned: &str, original: &str) -> String {
    let (Some(have), Some(had)) = (cleaned.chars().next(), original.chars().next()) else { return cleaned.to_owned() };
    if have != had && have.to_lowercase().eq(had.to_lowercase()) && had.is_lowercase() {
        format!("{had}{}", &cleaned[have.len_utf8()..])
    } else {
        cleaned.to_owned()
    }
}

/// What stands behind a word, from the worst to the best place for a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum After {
    Nothing,
    Clause,
    Sentence,
    Line,
}

struct Word {
    start: usize,
    end: usize,
    after: After,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    for word in text.split_whitespace() {
        // `split_whitespace` gives parts of `text` in their order.
        let start = at + text[at..].find(word).expect("a word of the text is in the text");
        if let Some(before) = words.last_mut().filter(|_| text[at..start].contains('\n')) {
            before.after = After::Line;
        }
        at = start + word.len();
        words.push(Word { start, end: at, after: after(word) });
    }
    words
}

fn after(word: &str) -> After {
    match word.trim_end_matches(['"', '\'', '»', '”', '’', ')', ']']).chars().next_back() {
        Some('.' | '?' | '!' | '…') => After::Sentence,
        Some(',' | ';' | ':' | '—' | '–') => After::Clause,
        _ => After::Nothing,
    }
}

/// How many of the words make the next piece; at least one.
fn count_until_cut(words: &[Word], limit: usize) -> usize {
    let line = words.iter().position(|word| word.after == After::Line).map_or(words.len(), |at| at + 1);
    if limit == 0 || line <= limit {
        return line;
    }
    // A piece of a few words tells a model little: a worse place is better than one too early.
    let least = limit.div_ceil(3);
    let last =
        |wanted: After, least: usize| (least.max(1)..=limit).rev().find(|count| words[count - 1].after >= wanted);
    last(After::Sentence, least).or_else(|| last(After::Clause, limit.div_ceil(2))).unwrap_or_else(|| {
        // Two pieces of about the same length rather than a full one and a word or two.
        if line < 2 * limit { line.div_ceil(2) } else { limit }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts<'a>(pieces: &[Piece<'a>]) -> Vec<&'a str> {
        pieces.iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn cuts_are_at_sentences_then_clauses_then_in_the_middle() {
        assert_eq!(
            texts(&pieces("One two three. Four five six. Seven.", 4)),
            ["One two three.", "Four five six. Seven."]
        );
        assert_eq!(texts(&pieces("a b c, d e f g", 4)), ["a b c,", "d e f g"]);
        assert_eq!(texts(&pieces("a b c d e f", 5)), ["a b c", "d e f"]);
        assert_eq!(texts(&pieces("a b\n\nc d", 30)), ["a b", "c d"]);
        assert!(pieces("  ", 30).is_empty());
    }

    #[test]
    fn a_cut_inside_a_sentence_leaves_no_trace() {
        let cut = pieces("we met anna and then we went home", 4);
        assert_eq!(texts(&cut), ["we met anna and", "then we went home"]);
        assert_eq!(join(&cut, &["We met Anna and.", "Then we went home."]), "We met Anna and then we went home.");
        let sentences = pieces("It rained. We went home.", 3);
        assert_eq!(join(&sentences, &["It rained.", "We went home."]), "It rained. We went home.");
        let name = pieces("we saw it and Anna saw it too", 4);
        assert_eq!(join(&name, &["We saw it and.", "Anna saw it too."]), "We saw it and Anna saw it too.");
    }

    proptest! {
        #[test]
        fn pieces_are_the_text(text in "([a-zа-я]{1,4}[,.]?[ \n]{1,2}){0,40}", limit in 0_usize..12) {
            let pieces = pieces(&text, limit);
            let joined: String = pieces.iter().flat_map(|piece| [piece.text, piece.gap]).collect();
            prop_assert_eq!(joined, text.trim());
            for piece in &pieces {
                prop_assert!(!piece.text.contains('\n') && !piece.text.is_empty());
                prop_assert!(limit == 0 || piece.text.split_whitespace().count() <= limit);
            }
            let unchanged: Vec<&str> = pieces.iter().map(|piece| piece.text).collect();
            prop_assert_eq!(join(&pieces, &unchanged), text.trim());
        }
    }
}
