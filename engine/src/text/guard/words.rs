//! Words that differ: whether the proposal says the same with them.

use super::GuardContext;
use super::align::Hunk;
use crate::text::Tongue;
use crate::text::dictionary::Dictionary;
use crate::text::draft::View;
use crate::text::edit::EditKind;
use crate::text::lexicon::{negation::is_negation, small::is_small};
use crate::text::numbers::{Atom, atoms, can_mean_same, is_number_word};
use crate::text::rules::fillers::{Certainty, filler_words_at, is_sound, phrase_at};
use crate::text::rules::{repetitions::repeated_at, self_corrections::taken_back};

/// Both texts as words.
pub(super) struct Pair<'v> {
    pub tongue: Tongue,
    pub base: &'v View<'v>,
    pub proposed: &'v View<'v>,
    pub dictionary: &'v Dictionary,
}

impl<'v> Pair<'v> {
    pub fn new(base: &'v View<'v>, proposed: &'v View<'v>, context: &GuardContext<'v>) -> Self {
        Self { tongue: Tongue::from(context.language), base, proposed, dictionary: context.dictionary }
    }

    /// What kind of change the hunk is: `Ok` where it passes.
    pub fn judge(&self, hunk: &Hunk) -> Result<EditKind, EditKind> {
        if hunk.other.is_empty() {
            self.dropped(hunk)
        } else if hunk.base.is_empty() {
            Err(self.refusal(hunk))
        } else {
            self.replaced(hunk)
        }
    }

    /// How many words at the beginning of the hunk's base side are fillers by themselves.
    pub fn leading_fillers(&self, hunk: &Hunk) -> usize {
        let mut k = hunk.base.start;
        while k < hunk.base.end {
            match self.filler_at(k, hunk.base.end) {
                Some(len) => k += len,
                None => break,
            }
        }
        k - hunk.base.start
    }

    fn filler_at(&self, k: usize, end: usize) -> Option<usize> {
        let sound = |k: usize| k < end && is_sound(self.tongue, self.base, k);
        if sound(k) {
            return Some(1);
        }
        // "like um", "эм ну": beside a sound of hesitation the words fill too.
        let beside = phrase_at(self.tongue, self.base, k).filter(|len| sound(k + len) || (k > 0 && sound(k - 1)));
        filler_words_at(self.tongue, self.base, k, Certainty::Likely).or(beside).filter(|len| k + len <= end)
    }

    fn dropped(&self, hunk: &Hunk) -> Result<EditKind, EditKind> {
        let (from, to) = (hunk.base.start, hunk.base.end);
        let len = to - from;
        if self.leading_fillers(hunk) == len {
            return Ok(EditKind::Filler);
        }
        let negates = (from..to).any(|k| is_negation(self.tongue, self.base.norm(k)));
        let again = |start: usize| repeated_at(self.tongue, self.base, start) == Some(len);
        if !negates && (again(from) || (from >= len && again(from - len)) || self.again_after_fillers(hunk)) {
            return Ok(EditKind::Repetition);
        }
        if (from..to).any(|k| taken_back(self.tongue, self.base, k) == Some((from, to - 1))) {
            return Ok(EditKind::SelfCorrection);
        }
        Err(self.refusal(hunk))
    }

    /// "my uh my": what is left of the hunk without its fillers stands right before or behind it.
    fn again_after_fillers(&self, hunk: &Hunk) -> bool {
        let (from, to) = (hunk.base.start, hunk.base.end);
        let lead = self.leading_fillers(hunk);
        let tail = (from..to).rev().take_while(|&k| is_sound(self.tongue, self.base, k)).count();
        let (first, last) = (from + lead, to - tail);
        let len = last.saturating_sub(first);
        let said = |start: usize| (0..len).all(|n| self.base.norm(start + n) == self.base.norm(first + n));
        let plain = (first..last).all(|k| !is_number_word(self.tongue, self.base.norm(k)));
        len > 0 && lead + tail > 0 && plain && (said(to) || (from >= len && said(from - len)))
    }

    fn replaced(&self, hunk: &Hunk) -> Result<EditKind, EditKind> {
        if self.negations(hunk, true) != self.negations(hunk, false) {
            return Err(EditKind::Negation);
        }
        if self.same_number(hunk) {
            return Ok(EditKind::NumberForm);
        }
        let heard: Vec<&str> = hunk.base.clone().map(|k| self.base.norm(k)).collect();
        let written: Vec<&str> = hunk.other.clone().map(|k| self.proposed.text(k)).collect();
        if self.dictionary.explains(self.tongue, &heard, &written.join(" ")) {
            return Ok(EditKind::Dictionary);
        }
        let proposed: Vec<&str> = hunk.other.clone().map(|k| self.proposed.norm(k)).collect();
        if same_spelling(&heard, &proposed) || expanded(&heard) == expanded(&proposed) {
            return Ok(EditKind::Spelling);
        }
        Err(self.refusal(hunk))
    }

    /// Negating words of one side, contractions as "not".
    fn negations(&self, hunk: &Hunk, base: bool) -> Vec<&str> {
        let (range, view) = if base { (hunk.base.clone(), self.base) } else { (hunk.other.clone(), self.proposed) };
        range.map(|k| view.norm(k)).filter(|norm| is_negation(self.tongue, norm)).map(plain_negation).collect()
    }

    /// Whether both sides can be the same number, with up to two of the equal words around ("march fifth", "March 5").
    fn same_number(&self, hunk: &Hunk) -> bool {
        // A number is written in digits; in words it would only be said otherwise.
        let digits = |view: &View<'_>, k: usize| view.norm(k).contains(|c: char| c.is_ascii_digit());
        if !hunk.base.clone().any(|k| digits(self.base, k)) && !hunk.other.clone().any(|k| digits(self.proposed, k)) {
            return false;
        }
        let numeric = hunk.base.clone().any(|k| is_number_word(self.tongue, self.base.norm(k)))
            || hunk.other.clone().any(|k| is_number_word(self.tongue, self.proposed.norm(k)));
        if !numeric {
            return false;
        }
        let left = (1..=2).take_while(|&n| {
            hunk.base.start >= n
                && hunk.other.start >= n
                && self.base.norm(hunk.base.start - n) == self.proposed.norm(hunk.other.start - n)
        });
        let right = (0..2).take_while(|&n| {
            hunk.base.end + n < self.base.len()
                && self.base.norm(hunk.base.end + n) == self.proposed.norm(hunk.other.end + n)
        });
        let (left, right) = (left.count(), right.count());
        (0..=left).any(|before| {
            (0..=right).any(|after| {
                let base = self.atoms(self.base, hunk.base.start - before, hunk.base.end + after);
                let other = self.atoms(self.proposed, hunk.other.start - before, hunk.other.end + after);
                can_mean_same(self.tongue, &base, &other)
            })
        })
    }

    fn atoms(&self, view: &'v View<'v>, from: usize, to: usize) -> Vec<Atom<'v>> {
        let words = (from..to).map(|k| (view.norm(k), view.gap(k).is_plain(), view.gap(k).is_soft()));
        atoms(self.tongue, words)
    }

    /// What a refused hunk would have changed.
    fn refusal(&self, hunk: &Hunk) -> EditKind {
        let base = || hunk.base.clone().map(|k| self.base.norm(k));
        let other = || hunk.other.clone().map(|k| self.proposed.norm(k));
        if self.negations(hunk, true) != self.negations(hunk, false) {
            return EditKind::Negation;
        }
        if base().chain(other()).any(|norm| is_number_word(self.tongue, norm)) || self.beside_number(hunk) {
            return EditKind::NumberValue;
        }
        let (mut before, mut after): (Vec<&str>, Vec<&str>) = (base().collect(), other().collect());
        before.sort_unstable();
        after.sort_unstable();
        if before == after || self.moved(hunk) {
            return EditKind::WordOrder;
        }
        let name = |view: &View<'_>, k: usize| view.looks_like_name(k) && !is_small(self.tongue, view.norm(k));
        if hunk.base.clone().any(|k| name(self.base, k)) || hunk.other.clone().any(|k| name(self.proposed, k)) {
            return EditKind::Name;
        }
        match (hunk.base.is_empty(), hunk.other.is_empty()) {
            (false, true) => EditKind::LostWord,
            (true, false) => EditKind::NewWord,
            _ => EditKind::ReplacedWord,
        }
    }

    /// "5 kg" and "5 g": another unit is another value.
    fn beside_number(&self, hunk: &Hunk) -> bool {
        let digits = |norm: &str| norm.starts_with(|c: char| c.is_ascii_digit());
        let unit = hunk.base.len() == 1 && hunk.other.len() == 1;
        unit && hunk.base.start > 0 && digits(self.base.norm(hunk.base.start - 1))
    }

    /// Whether the words stand elsewhere in the other text: what is dropped here is added there.
    fn moved(&self, hunk: &Hunk) -> bool {
        let count = |view: &View<'_>, word: &str| (0..view.len()).filter(|&k| view.norm(k) == word).count();
        let all_there = |word: &str| count(self.base, word) == count(self.proposed, word);
        hunk.base
            .clone()
            .map(|k| self.base.norm(k))
            .chain(hunk.other.clone().map(|k| self.proposed.norm(k)))
            .all(all_there)
    }
}

/// Negations that differ in form only.
pub(super) fn plain_negation(norm: &str) -> &str {
    let contracted =
        norm.ends_with("n't") || matches!(norm, "cannot" | "cant" | "dont" | "wont" | "isnt" | "didnt" | "doesnt");
    if contracted { "not" } else { norm }
}

/// The same letters, with a hyphen, or an apostrophe where it belongs, more or less.
fn same_spelling(heard: &[&str], proposed: &[&str]) -> bool {
    /// Words that are written together though they are said apart, and words without their apostrophe.
    #[rustfmt::skip]
    const PAIRS: [(&str, &str); 32] = [
        ("e mail", "email"), ("web site", "website"), ("data base", "database"), ("on line", "online"), ("home page", "homepage"),
        ("can not", "cannot"), ("dont", "don't"), ("cant", "can't"), ("wont", "won't"), ("isnt", "isn't"), ("didnt", "didn't"),
        ("doesnt", "doesn't"), ("im", "i'm"), ("ive", "i've"), ("youre", "you're"), ("thats", "that's"), ("whats", "what's"),
        ("lets", "let's"), ("its", "it's"), ("theyre", "they're"), ("couldnt", "couldn't"), ("wouldnt", "wouldn't"),
        ("ok", "okay"), ("e-mail", "email"), ("all right", "alright"), ("oclock", "o'clock"), ("wi fi", "wi-fi"),
        ("на верное", "наверное"), ("в общем то", "в общем-то"), ("е мейл", "емейл"), ("он лайн", "онлайн"), ("веб сайт", "веб-сайт"),
    ];
    let (heard, proposed) = (heard.join(" "), proposed.join(" "));
    if PAIRS.iter().any(|(a, b)| (heard == *a && proposed == *b) || (heard == *b && proposed == *a)) {
        return true;
    }
    // A hyphen instead of a space, or instead of nothing, leaves the words what they are.
    let hyphenated = heard.contains('-') != proposed.contains('-');
    let digits = heard.chars().any(|c| c.is_ascii_digit());
    hyphenated && !digits && heard.replace('-', " ") == proposed.replace('-', " ")
}

/// Contractions written out.
fn expanded(words: &[&str]) -> Vec<String> {
    #[rustfmt::skip]
    const FORMS: [(&str, &str); 26] = [
        ("don't", "do not"), ("doesn't", "does not"), ("didn't", "did not"), ("isn't", "is not"), ("aren't", "are not"),
        ("wasn't", "was not"), ("weren't", "were not"), ("can't", "can not"), ("cannot", "can not"), ("couldn't", "could not"),
        ("won't", "will not"), ("wouldn't", "would not"), ("shouldn't", "should not"), ("haven't", "have not"),
        ("hasn't", "has not"), ("i'm", "i am"), ("it's", "it is"), ("we're", "we are"), ("they're", "they are"),
        ("you're", "you are"), ("i've", "i have"), ("we've", "we have"), ("i'll", "i will"), ("we'll", "we will"),
        ("gonna", "going to"), ("wanna", "want to"),
    ];
    words
        .iter()
        .flat_map(|word| FORMS.iter().find(|(short, _)| short == word).map_or(*word, |(_, long)| *long).split(' '))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_apostrophes_and_contractions_are_spelling() {
        let same = |a: &str, b: &str| {
            let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
            same_spelling(&a, &b) || expanded(&a) == expanded(&b)
        };
        for (heard, written) in [
            ("well known", "well-known"),
            ("кто то", "кто-то"),
            ("e mail", "email"),
            ("dont", "don't"),
            ("do not", "don't"),
            ("going to", "gonna"),
            ("по русски", "по-русски"),
        ] {
            assert!(same(heard, written), "{heard} {written}");
        }
        for (heard, written) in [
            ("were", "we're"),
            ("a part", "apart"),
            ("may be", "maybe"),
            ("its", "is"),
            ("5-6", "5 6"),
            ("не большой", "небольшой"),
        ] {
            assert!(!same(heard, written), "{heard} {written}");
        }
    }
}
