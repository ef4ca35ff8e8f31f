//! English questions: a question word with a verb after it, or a verb before its subject.

use super::{Said, is_in, without_lead};

const LEADS: &str = "and but so well okay ok now then also um";
const AUXILIARIES: &str = "is are was were am do does did can could will would shall should may might must have has had \
    isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't shouldn't haven't hasn't hadn't";
const PERSONS: &str = "i you we they he she it anyone anybody someone somebody everyone everybody people";
const THINGS: &str = "there this that these those anything something everything";
const DETERMINERS: &str = "the a an my your our his her their its any all";

/// A sentence as it is asked about, without greeting and joining words.
struct Sentence<'s, 'a> {
    said: &'s [Said<'a>],
    /// A comma stands somewhere: a second clause, which a plain question has not.
    clause_follows: bool,
}

impl<'a> Sentence<'_, 'a> {
    fn word(&self, n: usize) -> &'a str {
        self.said.get(n).map_or("", |said| said.word)
    }

    /// Whether one of these words stands at `from` or later.
    fn has(&self, from: usize, list: &str) -> bool {
        self.said.iter().skip(from).any(|said| is_in(said.word, list))
    }

    /// "... is that", "was to": the second half of "what is important is that".
    fn is_cleft(&self, from: usize) -> bool {
        (from..self.said.len()).any(|k| is_in(self.word(k), "is was") && is_in(self.word(k + 1), "that to not"))
    }

    fn verb_then_subject(&self) -> bool {
        let subject = self.word(1);
        is_in(subject, PERSONS) || is_in(subject, THINGS) || is_in(subject, DETERMINERS)
    }
}

pub(super) fn asks(whole: &[Said<'_>]) -> bool {
    let said = without_lead(whole, LEADS);
    // "So do I.", "And so did Ann."
    let lead = whole[..whole.len() - said.len()].last();
    if said.len() <= 3 && lead.is_some_and(|said| said.word == "so") {
        return false;
    }
    let sentence = Sentence { said, clause_follows: said.iter().skip(1).any(|said| said.after_comma) };
    let (first, second, third) = (sentence.word(0), sentence.word(1), sentence.word(2));
    if said.len() < 2 {
        return is_in(first, "why really pardon");
    }
    let alone = !sentence.clause_follows;
    match first {
        "what" | "which" | "whose" => what(&sentence),
        "what's" | "where's" | "who's" | "how's" | "when's" | "why's" => {
            let idiom = first == "what's" && is_in(second, "more done worse");
            !(sentence.is_cleft(1) || sentence.has(2, "is was can't must") || idiom)
        }
        "who" | "whom" => alone && !is_in(second, PERSONS) && !is_in(second, THINGS) && second != "the",
        "why" => is_in(second, AUXILIARIES) || is_in(second, "not the"),
        "where" => alone && is_in(second, AUXILIARIES),
        "when" => alone && is_in(second, AUXILIARIES) && !sentence.is_cleft(2),
        "how" => alone && (is_in(second, AUXILIARIES) || degree(&sentence)),
        // "Do the dishes." is a request, "do you" is not.
        "do" => is_in(second, PERSONS) && second != "it",
        "don't" => {
            is_in(second, PERSONS) && is_in(third, "think want know like have remember agree need feel understand care")
        }
        "did" => second != "not",
        "have" | "haven't" => is_in(second, "i you we they people"),
        "had" | "hadn't" => alone && is_in(second, "you we they he she") && said.len() < 8,
        // "Should you need anything, call."
        "should" => {
            alone && sentence.verb_then_subject() && !(second == "you" && is_in(third, "need have want wish require"))
        }
        "were" => alone && sentence.verb_then_subject(),
        "may" | "might" | "must" => is_in(second, "i we"),
        _ => is_in(first, AUXILIARIES) && sentence.verb_then_subject(),
    }
}

/// "what is", "which one": but not "what is done is done", "which is why".
fn what(sentence: &Sentence<'_, '_>) -> bool {
    const NOUNS: &str = "time kind sort day color colour size one about if else happened happens of";
    let (first, second, third) = (sentence.word(0), sentence.word(1), sentence.word(2));
    let asks = is_in(second, AUXILIARIES) || (is_in(second, NOUNS) && !sentence.clause_follows);
    let two_verbs =
        is_in(second, "is are was were can't has have must") && sentence.has(3, "is was are were must can't never");
    let relative = first == "which" && is_in(third, "why what how good fine great not");
    asks && !two_verbs && !relative && !sentence.is_cleft(2)
}

/// "how long does it take": "how much it costs" is no question of its own.
fn degree(sentence: &Sentence<'_, '_>) -> bool {
    let second = sentence.word(1);
    let inverted = is_in(second, "about come") || sentence.has(2, AUXILIARIES);
    inverted && is_in(second, "many much long far often old big about come soon fast late high deep")
}
