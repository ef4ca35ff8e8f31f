//! Marks, spaces and line breaks between two words: which changes of them pass.

use super::Reason;
use crate::text::Tongue;
use crate::text::edit::EditKind;
use crate::text::lexicon::negation::{binds_forward, follows_answer, is_negation};
use crate::text::numbers::is_number_word;
use crate::text::style::FinalMark;
use crate::text::tokens::{TokenKind, tokens};

/// A place between two words in both texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap<'a> {
    pub tongue: Tongue,
    pub final_mark: FinalMark,
    pub line_breaks: bool,
    pub base: &'a str,
    pub proposed: &'a str,
    /// Comparable forms of the words around; empty at the ends of the text.
    pub before: &'a str,
    pub after: &'a str,
    /// Whether nothing but "no" stands before in the sentence.
    pub before_opens: bool,
    /// Whether the proposal goes on with a capital.
    pub capital_follows: bool,
    /// Whether the style keeps every character (code).
    pub verbatim: bool,
    /// Whether the speaker dictated what stands here.
    pub spoken: bool,
    /// Whether the words of the sentence so far are plainly a question, or a greeting or thanks.
    pub asks: bool,
    pub greets: bool,
}

/// What stands there in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub text: String,
    /// Set where that is a change.
    pub kind: Option<EditKind>,
    pub refused: Option<Reason>,
}

/// Decides about one gap.
pub(super) fn judge(gap: &Gap<'_>) -> Verdict {
    let kept = |refused| Verdict { text: gap.base.to_owned(), kind: None, refused };
    if gap.base == gap.proposed {
        return kept(None);
    }
    if gap.verbatim {
        return kept(Some(Reason::Style));
    }
    let (base, proposed) = (marks(gap.base), marks(gap.proposed));
    let (lines, proposed_lines) = (gap.base.contains('\n'), gap.proposed.contains('\n'));
    // A dictated mark stays; a sentence's end may follow a dictated bracket or quote.
    let ends_after =
        matches!(base[..], ["\"" | "»" | ")" | "]"]) && proposed.len() == 2 && proposed.first() == base.first();
    if gap.spoken && ((base != proposed && !ends_after) || lines != proposed_lines) {
        return kept(Some(Reason::SpokenMark));
    }
    if lines && !proposed_lines {
        return kept(Some(Reason::SpokenMark));
    }
    let adds_lines = proposed_lines && !lines;
    if adds_lines && !gap.line_breaks {
        let flat = Gap { proposed: &gap.proposed.replace('\n', " "), ..*gap };
        let flat_text = squeezed(flat.proposed);
        let verdict = judge(&Gap { proposed: &flat_text, ..flat });
        return Verdict { refused: verdict.refused.or(Some(Reason::Style)), ..verdict };
    }
    let bullet = adds_lines && matches!(proposed.last(), Some(&("-" | "•" | "*")));
    let proposed = if bullet { &proposed[..proposed.len() - 1] } else { &proposed[..] };
    if base == proposed {
        let inside = !gap.before.is_empty() && !gap.after.is_empty();
        if inside && gap.proposed.is_empty() {
            return kept(Some(Reason::ReplacedWord));
        }
        let kind = if adds_lines { EditKind::Paragraph } else { EditKind::Spacing };
        return Verdict { text: gap.proposed.to_owned(), kind: Some(kind), refused: None };
    }
    match refusal(gap, &base, proposed) {
        None => {
            let kind = if adds_lines { EditKind::Paragraph } else { EditKind::Punctuation };
            Verdict { text: gap.proposed.to_owned(), kind: Some(kind), refused: None }
        }
        Some(reason) => softened(gap, &base, proposed, reason).unwrap_or_else(|| kept(Some(reason))),
    }
}

fn squeezed(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let lead = if text.starts_with(char::is_whitespace) { " " } else { "" };
    let tail = if text.ends_with(char::is_whitespace) && !words.is_empty() { " " } else { "" };
    format!("{lead}{}{tail}", words.join(" "))
}

fn marks(gap: &str) -> Vec<&str> {
    tokens(gap).into_iter().filter(|token| token.kind != TokenKind::Space).map(|token| token.text).collect()
}

fn refusal(gap: &Gap<'_>, base: &[&str], proposed: &[&str]) -> Option<Reason> {
    let added: Vec<&str> = without(proposed, base);
    let removed: Vec<&str> = without(base, proposed);
    let plain = |mark: &&str| {
        matches!(*mark, "." | "," | ";" | ":" | "—" | "–" | "-" | "?" | "!" | "…") || mark.starts_with("..")
    };
    if !added.iter().all(plain) || !removed.iter().all(plain) {
        return Some(Reason::ForeignMark);
    }
    // "--amend", "-x": a hyphen that hangs on the next word is no dash.
    let hangs = |text: &str, marks: &[&str]| {
        text.ends_with(['-', '–', '—']) && marks.iter().any(|mark| matches!(*mark, "-" | "–" | "—"))
    };
    if hangs(gap.base, &removed) {
        return Some(Reason::ForeignMark);
    }
    if removed.iter().any(|mark| matches!(*mark, "?" | "!")) {
        return Some(Reason::Mood);
    }
    if (added.contains(&"?") && !gap.asks) || (added.contains(&"!") && !gap.greets) {
        return Some(Reason::Mood);
    }
    if added.iter().any(|mark| *mark == "…" || mark.starts_with("..")) {
        return Some(Reason::ForeignMark);
    }
    if splits_number(gap, &added) {
        return Some(Reason::NumberValue);
    }
    if hangs(gap.proposed, &added) && !gap.after.is_empty() {
        return Some(Reason::ForeignMark);
    }
    if cuts_negation(gap) {
        return Some(Reason::NegationScope);
    }
    if gap.after.is_empty() {
        let drops_end = removed.contains(&".") && proposed.is_empty() && gap.final_mark == FinalMark::Add;
        let adds_end = added.contains(&".") && gap.final_mark == FinalMark::DropFullStop;
        if drops_end || adds_end {
            return Some(Reason::Style);
        }
    }
    if gap.before.is_empty() && !added.is_empty() {
        return Some(Reason::ForeignMark);
    }
    None
}

/// The marks of `these` that `those` lack.
fn without<'m>(these: &[&'m str], those: &[&str]) -> Vec<&'m str> {
    let mut left = those.to_vec();
    these
        .iter()
        .filter(|mark| match left.iter().position(|known| known == *mark) {
            Some(at) => {
                left.swap_remove(at);
                false
            }
            None => true,
        })
        .copied()
        .collect()
}

/// "twenty five" must not become "twenty, five", nor "5" become "-5".
fn splits_number(gap: &Gap<'_>, added: &[&str]) -> bool {
    let digits = |word: &str| word.contains(|c: char| c.is_ascii_digit()) && !word.starts_with(char::is_alphabetic);
    let both = is_number_word(gap.tongue, gap.before) && is_number_word(gap.tongue, gap.after);
    both || (digits(gap.after) && added.iter().any(|mark| matches!(*mark, "-" | "–")))
}

/// A mark between a negation and its words makes another sentence of them ("казнить нельзя, помиловать").
fn cuts_negation(gap: &Gap<'_>) -> bool {
    if gap.after.is_empty() {
        return false;
    }
    if matches!(gap.after, "нельзя" | "невозможно") && !gap.before.is_empty() {
        return true;
    }
    if !binds_forward(gap.tongue, gap.before) {
        return false;
    }
    let answers = matches!(gap.before, "no" | "нет") && gap.before_opens && follows_answer(gap.tongue, gap.after);
    // "денег нет, поэтому": what follows is a clause of its own.
    let joined = matches!(gap.before, "no" | "нет" | "нельзя" | "not")
        && matches!(
            gap.after,
            "but" | "because" | "so" | "но" | "а" | "поэтому" | "потому" | "хотя" | "так" | "если" | "и"
        );
    !(answers || joined)
}

/// A border between sentences is worth keeping even where its question or exclamation mark is refused.
fn softened(gap: &Gap<'_>, base: &[&str], proposed: &[&str], reason: Reason) -> Option<Verdict> {
    let strong = |mark: &&str| matches!(*mark, "?" | "!" | "…") || mark.starts_with("..");
    let border = proposed.len() == 1 && proposed.iter().all(strong) && gap.capital_follows && !gap.after.is_empty();
    let free = base.iter().all(|mark| *mark == ",") && matches!(reason, Reason::Mood | Reason::ForeignMark);
    if !border || !free || is_negation(gap.tongue, gap.after) || binds_forward(gap.tongue, gap.before) {
        return None;
    }
    Some(Verdict { text: ". ".into(), kind: Some(EditKind::Punctuation), refused: Some(reason) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap<'a>(base: &'a str, proposed: &'a str, before: &'a str, after: &'a str) -> Gap<'a> {
        Gap {
            tongue: Tongue::English,
            final_mark: FinalMark::Add,
            line_breaks: false,
            base,
            proposed,
            before,
            after,
            before_opens: false,
            capital_follows: false,
            verbatim: false,
            spoken: false,
            asks: false,
            greets: false,
        }
    }

    fn refused(gap: &Gap<'_>) -> Option<Reason> {
        judge(gap).refused
    }

    #[test]
    fn ordinary_marks_pass() {
        let verdict = judge(&gap(" ", ", ", "there", "but"));
        assert_eq!(verdict, Verdict { text: ", ".into(), kind: Some(EditKind::Punctuation), refused: None });
        assert_eq!(refused(&gap(". ", ", ", "there", "but")), None);
        assert_eq!(refused(&gap(" ", " — ", "москва", "столица")), None);
    }

    #[test]
    fn mood_changes_only_where_the_words_ask() {
        assert_eq!(refused(&gap(".", "?", "there", "")), Some(Reason::Mood));
        assert_eq!(refused(&gap("?", ".", "there", "")), Some(Reason::Mood));
        assert_eq!(refused(&Gap { asks: true, ..gap(".", "?", "there", "") }), None);
        let soft = judge(&Gap { capital_follows: true, ..gap(" ", "! ", "there", "we") });
        assert_eq!((soft.text.as_str(), soft.refused), (". ", Some(Reason::Mood)));
    }

    #[test]
    fn marks_do_not_split_numbers_or_negations() {
        assert_eq!(refused(&gap(" ", ", ", "twenty", "five")), Some(Reason::NumberValue));
        assert_eq!(refused(&gap(" ", " -", "degrees", "5")), Some(Reason::NumberValue));
        assert_eq!(refused(&gap(" ", ", ", "not", "go")), Some(Reason::NegationScope));
        assert_eq!(refused(&gap(" ", ", ", "no", "sugar")), Some(Reason::NegationScope));
        assert_eq!(refused(&Gap { before_opens: true, ..gap(" ", ", ", "no", "i") }), None);
        let russian = |before, after| refused(&Gap { tongue: Tongue::Russian, ..gap(" ", ", ", before, after) });
        assert_eq!(russian("нельзя", "помиловать"), Some(Reason::NegationScope));
        assert_eq!(russian("казнить", "нельзя"), Some(Reason::NegationScope));
        assert_eq!(russian("нет", "поэтому"), None);
    }

    #[test]
    fn quotes_emphasis_and_dictated_marks_are_left_alone() {
        assert_eq!(refused(&gap(" ", " \"", "the", "experts")), Some(Reason::ForeignMark));
        assert_eq!(refused(&gap(" ", " -", "shopping", "list")), Some(Reason::ForeignMark));
        assert_eq!(refused(&Gap { spoken: true, ..gap(", ", " ", "tom", "the") }), Some(Reason::SpokenMark));
    }

    #[test]
    fn line_breaks_need_a_style_that_wants_them() {
        let broken = gap(". ", ".\n\n", "end", "next");
        let verdict = judge(&broken);
        assert_eq!((verdict.text.as_str(), verdict.kind, verdict.refused), (". ", None, Some(Reason::Style)));
        let verdict = judge(&Gap { line_breaks: true, ..broken });
        assert_eq!((verdict.text.as_str(), verdict.kind), (".\n\n", Some(EditKind::Paragraph)));
    }
}
