//! Capitals: which changes of case pass.

use super::Reason;
use crate::text::Tongue;
use crate::text::lexicon::{is_common, small::is_small};
use crate::text::style::CasePolicy;
use crate::text::tokens::normal;

/// A word in both texts, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cased<'a> {
    pub tongue: Tongue,
    pub policy: CasePolicy,
    pub base: &'a str,
    pub proposed: &'a str,
    /// Whether the word begins a sentence: in the rules' text, in the proposal, in the text being made.
    pub base_opens: bool,
    pub proposed_opens: bool,
    pub opens: bool,
    /// Whether a number stands right before it ("5 pm").
    pub after_number: bool,
    /// Whether the speaker's text is all capitals.
    pub shouted: bool,
    /// Whether the word is a term of the dictionary, spelled as wanted.
    pub term: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Lower,
    /// First letter only.
    Capital,
    Upper,
    Mixed,
}

/// Why the proposed case is refused; none where it passes. Both spellings are the same word.
pub(super) fn refusal(word: &Cased<'_>) -> Option<Reason> {
    if word.policy == CasePolicy::Keep {
        return Some(Reason::Style);
    }
    if word.term {
        return Some(Reason::Name);
    }
    let norm = normal(word.base);
    let small = is_small(word.tongue, &norm) || norm.chars().count() == 1;
    match (shape(word.base), shape(word.proposed)) {
        (_, Shape::Lower | Shape::Capital) if word.shouted => None,
        (Shape::Lower, Shape::Capital) => {
            let first_person = word.tongue == Tongue::English && (norm == "i" || norm.starts_with("i'"));
            let passes = word.opens || first_person || (!word.proposed_opens && !small);
            (!passes).then_some(if small { Reason::Name } else { Reason::Style })
        }
        (Shape::Capital | Shape::Upper, Shape::Lower) => {
            // The capital of a sentence whose border is gone; anywhere else it is a name's.
            let of_border = word.base_opens && !word.opens && shape(word.base) == Shape::Capital;
            let known = small || is_common(word.tongue, &norm);
            (!(of_border && known) || norm == "i").then_some(Reason::Name)
        }
        (Shape::Lower | Shape::Capital, Shape::Upper) => {
            let clock = word.after_number && matches!(norm.as_str(), "am" | "pm" | "a.m" | "p.m");
            let acronym = norm.chars().count() <= 5 && !small && !is_common(word.tongue, &norm);
            (!(clock || acronym)).then_some(Reason::Name)
        }
        (Shape::Lower | Shape::Capital, Shape::Mixed) => {
            (small || is_common(word.tongue, &norm)).then_some(Reason::Name)
        }
        _ => Some(Reason::Name),
    }
}

fn shape(text: &str) -> Shape {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let upper = letters().filter(|c| c.is_uppercase()).count();
    let first = letters().next().is_some_and(char::is_uppercase);
    match (upper, first) {
        (0, _) => Shape::Lower,
        (1, true) => Shape::Capital,
        (count, _) if count == letters().count() => Shape::Upper,
        _ => Shape::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word<'a>(base: &'a str, proposed: &'a str) -> Cased<'a> {
        Cased {
            tongue: Tongue::English,
            policy: CasePolicy::Sentence,
            base,
            proposed,
            base_opens: false,
            proposed_opens: false,
            opens: false,
            after_number: false,
            shouted: false,
            term: false,
        }
    }

    #[test]
    fn names_acronyms_and_sentences_get_their_capitals() {
        for (base, proposed) in [("anna", "Anna"), ("i", "I"), ("pdf", "PDF"), ("github", "GitHub")] {
            assert_eq!(refusal(&word(base, proposed)), None, "{proposed}");
        }
        assert_eq!(refusal(&Cased { opens: true, ..word("the", "The") }), None);
        assert_eq!(refusal(&Cased { base_opens: true, ..word("But", "but") }), None);
        assert_eq!(refusal(&Cased { after_number: true, ..word("pm", "PM") }), None);
    }

    #[test]
    fn capitals_that_mean_something_are_not_touched() {
        for (base, proposed) in
            [("Smith", "smith"), ("us", "US"), ("it", "IT"), ("McDonald", "Mcdonald"), ("the", "The")]
        {
            assert!(refusal(&word(base, proposed)).is_some(), "{proposed}");
        }
        assert!(refusal(&Cased { base_opens: true, ..word("Smith", "smith") }).is_some());
        assert!(refusal(&Cased { proposed_opens: true, ..word("report", "Report") }).is_some());
        assert!(refusal(&Cased { policy: CasePolicy::Keep, opens: true, ..word("ls", "Ls") }).is_some());
    }
}
