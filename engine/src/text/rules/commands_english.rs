//! English spoken commands and the company in which they are meant literally.

use super::commands::{Does, Spoken};
use crate::text::draft::View;

/// Words after which the name of a mark is the thing itself.
#[rustfmt::skip]
const THING: &[&str] = &[
    "a", "an", "the", "this", "that", "each", "every", "one", "another", "any", "no", "of", "with", "without", "your", "my",
    "his", "her", "its", "our", "their", "oxford", "put", "add", "insert", "remove", "delete", "use", "type", "word", "by",
    "and", "or", "called",
];

#[rustfmt::skip]
const KINDS_OF_PERIOD: &[&str] = &[
    "a", "an", "the", "this", "that", "each", "every", "one", "another", "any", "no", "of", "with", "your", "my", "his",
    "her", "its", "our", "their", "whole", "entire", "trial", "grace",
    "reporting", "notice", "long", "short", "time", "transition", "probation", "waiting", "billing", "rest", "test",
    "holding", "lease", "cooling", "busy", "early", "late", "difficult", "hard", "which", "class", "colonial", "incubation",
    "certain", "brief", "in", "over", "payment", "contract", "two-year", "day", "week", "month", "year", "and", "or",
    "monsoon", "honeymoon", "victorian", "medieval", "celebration", "school", "college", "exam", "study", "historical",
    "given", "growth", "harvest", "holiday",
];

const ARTICLES: &[&str] = &["a", "an", "the", "this", "that", "your", "my", "his", "her", "its", "our", "their"];

/// "The second comma", "a missing colon": counted or described, with an article before that.
fn counted(view: &View<'_>, k: usize, _: usize) -> bool {
    #[rustfmt::skip]
    const WORDS: [&str; 12] =
        ["first", "second", "third", "last", "next", "same", "missing", "extra", "single", "big", "only", "other"];
    k > 1 && WORDS.contains(&view.norm_before(k)) && ARTICLES.contains(&view.norm(k - 2)) && view.gap(k).is_plain()
}

/// "The fiscal period": also an adjective by its ending.
fn described(view: &View<'_>, k: usize, len: usize) -> bool {
    const ENDINGS: [&str; 7] = ["al", "ic", "ive", "ous", "ful", "able", "ary"];
    let adjective = ENDINGS.iter().any(|ending| view.norm_before(k).ends_with(ending));
    let article = k > 1 && ARTICLES.contains(&view.norm(k - 2));
    counted(view, k, len) || (k > 1 && adjective && article && view.gap(k).is_plain())
}

/// A recogniser that sets marks itself sets them around a spoken one too ("Done. Period."); one that is only followed by a
/// mark ends an ordinary sentence ("the celebration period.").
fn period_of_something(view: &View<'_>, k: usize, len: usize) -> bool {
    described(view, k, len) || (view.gap(k).is_plain() && view.gap(k + len).stop)
}

/// "You should scratch that": somebody scratches, or something is scratched.
fn has_subject(view: &View<'_>, k: usize, _: usize) -> bool {
    #[rustfmt::skip]
    const SUBJECTS: [&str; 30] = [
        "i", "you", "we", "they", "he", "she", "it", "to", "not", "don't", "can't", "won't", "didn't", "can", "will", "should",
        "would", "could", "must", "may", "might", "please", "then", "and", "or", "let's", "just", "never", "cats", "who",
    ];
    k > 0 && SUBJECTS.contains(&view.norm_before(k)) && view.gap(k).is_plain()
}

/// Said without a pause it has a subject or an object as often as not.
fn not_set_off(view: &View<'_>, k: usize, len: usize) -> bool {
    let set_off = |gap: crate::text::draft::Gap| gap.comma || gap.stop;
    has_subject(view, k, len)
        || k == 0
        || !(set_off(view.gap(k)) && (k + len == view.len() || set_off(view.gap(k + len))))
}

const fn mark(words: &'static [&'static str], mark: &'static str) -> Spoken {
    Spoken {
        words,
        does: Does::Mark(mark),
        not_after: THING,
        not_before: &["key", "button", "character"],
        literal: counted,
    }
}

const fn line(words: &'static [&'static str], text: &'static str) -> Spoken {
    Spoken {
        words,
        does: Does::Break(text),
        not_after: &[
            "a", "the", "this", "that", "our", "their", "your", "my", "his", "her", "its", "each", "every", "another",
            "of", "about", "for", "on", "in", "to", "insert", "add", "whole", "entire", "and",
        ],
        not_before: &["of", "is", "was", "has", "item", "items", "manager"],
        literal: counted,
    }
}

const fn pair(words: &'static [&'static str], does: Does) -> Spoken {
    Spoken {
        words,
        does,
        not_after: &["a", "an", "the", "this", "that", "his", "her", "your", "my", "to"],
        not_before: &[],
        literal: counted,
    }
}

/// Longer phrases stand before those they begin with.
pub(super) const TABLE: &[Spoken] = &[
    Spoken { not_before: &["is", "was"], ..mark(&["question", "mark"], "?") },
    mark(&["exclamation", "mark"], "!"),
    mark(&["exclamation", "point"], "!"),
    Spoken { not_before: &["is", "was"], ..mark(&["full", "stop"], ".") },
    mark(&["dot", "dot", "dot"], "…"),
    mark(&["ellipsis"], "…"),
    mark(&["semicolon"], ";"),
    Spoken { not_before: &["key", "splice", "separated", "character"], ..mark(&["comma"], ",") },
    Spoken {
        not_after: KINDS_OF_PERIOD,
        not_before: &[
            "is", "was", "of", "between", "during", "ended", "ends", "begins", "began", "starts", "started", "lasted",
            "piece", "drama",
        ],
        literal: period_of_something,
        ..mark(&["period"], ".")
    },
    Spoken { not_before: &["cancer", "surgery", "cleanse", "infection"], ..mark(&["colon"], ":") },
    Spoken {
        does: Does::Between("—"),
        not_after: &["a", "the", "another", "this", "that", "put", "add", "mad"],
        not_before: &["of", "off", "out", "to", "away", "cam", "board", "it"],
        literal: has_subject,
        ..mark(&["dash"], "—")
    },
    Spoken { does: Does::Join("-"), ..mark(&["hyphen"], "-") },
    line(&["new", "paragraph"], "\n\n"),
    line(&["next", "paragraph"], "\n\n"),
    line(&["new", "line"], "\n"),
    line(&["newline"], "\n"),
    line(&["next", "line"], "\n"),
    line(&["bullet", "point"], "\n- "),
    pair(&["open", "quotes"], Does::Open("\"")),
    pair(&["open", "quote"], Does::Open("\"")),
    pair(&["close", "quotes"], Does::Close("\"")),
    pair(&["close", "quote"], Does::Close("\"")),
    pair(&["end", "quote"], Does::Close("\"")),
    pair(&["unquote"], Does::Close("\"")),
    pair(&["quote"], Does::Open("\"")),
    pair(&["open", "parenthesis"], Does::Open("(")),
    pair(&["open", "parentheses"], Does::Open("(")),
    pair(&["open", "paren"], Does::Open("(")),
    pair(&["close", "parenthesis"], Does::Close(")")),
    pair(&["close", "parentheses"], Does::Close(")")),
    pair(&["close", "paren"], Does::Close(")")),
    pair(&["open", "bracket"], Does::Open("[")),
    pair(&["close", "bracket"], Does::Close("]")),
    Spoken {
        words: &["scratch", "that"],
        does: Does::Scratch,
        not_after: &[],
        not_before: &["itch", "part", "spot", "surface", "paint", "card", "off"],
        literal: has_subject,
    },
    Spoken {
        words: &["strike", "that"],
        does: Does::Scratch,
        not_after: &[],
        not_before: &["balance", "deal"],
        literal: has_subject,
    },
    Spoken { words: &["delete", "that"], does: Does::Scratch, not_after: &[], not_before: &[], literal: not_set_off },
];
