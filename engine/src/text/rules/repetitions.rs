//! Words and phrases said twice in a row by accident.

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::lexicon::{negation::is_negation, small::is_small};
use crate::text::numbers::is_number_word;

/// The longest phrase that is said again by accident.
const LONGEST: usize = 5;

/// Words that are said twice on purpose.
#[rustfmt::skip]
const DOUBLED: [&str; 77] = [
    "very", "really", "so", "no", "yes", "yeah", "ha", "bye", "had", "that", "blah", "many", "much", "far", "long", "knock",
    "ok", "okay", "now", "there", "well", "more", "wait", "please", "big", "never", "tut", "chop", "hey", "thank", "sorry",
    "come", "go", "run", "hear", "aye", "night", "way", "old", "dot", "да", "нет", "очень", "чуть", "еле", "едва", "только",
    "далеко", "много", "так", "тихо", "быстро", "вот", "ха", "хи", "хе", "сильно", "давно", "долго", "больше", "еще", "пока",
    "ладно", "хорошо", "ой", "ай", "ну", "туда", "сюда", "вперед", "стоп", "давай", "никогда", "разве", "мало", "просто",
    "рано",
];

/// Words that begin something: said again after a pause they are a stutter ("I, I think"). Words that end as much as they
/// begin ("I told you, you know") are not here.
#[rustfmt::skip]
const BEGINS: [&str; 58] = [
    "i", "we", "he", "she", "they", "the", "a", "an", "my", "your", "our", "their", "and", "but", "or", "to", "of", "for",
    "with", "from", "at", "if", "when", "because", "i'm", "we're", "it's", "he's", "she's", "they're", "is", "are", "was", "я",
    "мы", "он", "она", "они", "в", "на", "и", "но", "а", "с", "к", "по", "за", "что", "чтобы", "если", "когда", "мой", "моя",
    "наш", "это", "эта", "у", "для",
];

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    let view = View::new(draft);
    let mut actions = Vec::new();
    let mut k = 0;
    // In code and commands only a small word of prose said twice is certainly no part of them.
    let prose_only = scope.style.rules.symbols;
    let certain =
        |len: &usize, k: usize| !prose_only || (*len == 1 && view.norm(k).len() > 1 && is_small(scope.tongue, view.norm(k)));
    while k < view.len() {
        let Some(len) = repeated_at(scope.tongue, &view, k).filter(|len| certain(len, k)) else {
            k += 1;
            continue;
        };
        actions.push(Action::Remove {
            first: view.words[k],
            last: view.words[k + len - 1],
            kind: EditKind::Repetition,
        });
        k += len;
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

/// How many words from `k` on are said again right after; the longest phrase first.
pub(crate) fn repeated_at(tongue: Tongue, view: &View<'_>, k: usize) -> Option<usize> {
    if tongue == Tongue::Other {
        return None;
    }
    (1..=LONGEST).rev().find(|&len| is_repetition(tongue, view, k, len))
}

fn is_repetition(tongue: Tongue, view: &View<'_>, k: usize, len: usize) -> bool {
    if k + 2 * len > view.len() || !(0..len).all(|n| view.norm(k + n) == view.norm(k + len + n)) {
        return false;
    }
    // One comma between the two is a pause; marks inside, or anything stronger, mean that it was meant.
    let inner = (k + 1..k + 2 * len).filter(|&n| n != k + len).all(|n| view.gap(n).is_plain());
    let between = view.gap(k + len);
    if !inner || !(between.is_soft() || (between.stop && !between.question && dots(view, k + len))) {
        return false;
    }
    let words = || (0..len).map(|n| view.norm(k + n));
    // "five five", "one two one two"; but "at five at five" is one thing said twice.
    let numbers = words().any(|word| is_number_word(tongue, word));
    if (numbers && (len == 1 || !is_small(tongue, view.norm(k)))) || spelled(words(), tongue) {
        return false;
    }
    if (0..len).any(|n| view.frozen(k + n)) || words().any(|word| !word.chars().any(char::is_alphabetic)) {
        return false;
    }
    if len == 1 {
        let word = view.norm(k);
        let name = view.looks_like_name(k);
        return (!DOUBLED.contains(&word) || is_doubled_conjunction(view, k))
            && !is_cleft(view, k)
            && !is_negation(tongue, word)
            && !name
            && (between.is_plain() || (BEGINS.contains(&word) && leads_on(view, k + 2, word)));
    }
    // "again and again and again", "no way, no way"
    let linked = words().any(|word| matches!(word, "and" | "or" | "и" | "или" | "да")) && len == 2;
    let said_on_purpose = words().all(|word| DOUBLED.contains(&word) || is_negation(tongue, word));
    let all_names = (0..len).all(|n| view.looks_like_name(k + n));
    let after_comma = !between.is_plain();
    // "It is so, it is so." is said with weight; "it is, it is so" is not.
    let goes_on = k + 2 * len < view.len() && view.gap(k + 2 * len).is_plain();
    !linked && !said_on_purpose && !all_names && (!after_comma || (goes_on && BEGINS.contains(&view.norm(k))))
}

/// "I know that that the box is here": behind the second one a clause begins, so it points at nothing.
fn is_doubled_conjunction(view: &View<'_>, k: usize) -> bool {
    #[rustfmt::skip]
    const BEGIN_CLAUSE: [&str; 14] =
        ["the", "a", "an", "my", "your", "our", "their", "his", "i", "we", "he", "she", "they", "there"];
    k > 0 && view.norm(k) == "that" && BEGIN_CLAUSE.contains(&view.norm(k + 2)) && view.gap(k + 2).is_plain()
}

/// "What it is is a mess."
fn is_cleft(view: &View<'_>, k: usize) -> bool {
    let start = view.sentence_start(k);
    matches!(view.norm(k), "is" | "was") && (start..k).any(|n| matches!(view.norm(n), "what" | "all"))
}

/// Whether the sentence goes on with word `k`, or with the same word said once more.
fn leads_on(view: &View<'_>, k: usize, word: &str) -> bool {
    k < view.len() && (view.gap(k).is_plain() || (view.gap(k).is_soft() && view.norm(k) == word))
}

/// Whether these are single letters that are no words: somebody spells.
fn spelled<'w>(mut words: impl Iterator<Item = &'w str>, tongue: Tongue) -> bool {
    words.all(|word| word.chars().count() == 1 && !is_small(tongue, word))
}

/// Whether the stop before word `k` is dots ("I... I").
fn dots(view: &View<'_>, k: usize) -> bool {
    let from = view.words[k - 1] + 1;
    view.draft.pieces[from..view.words[k]].iter().any(|piece| piece.text.starts_with("..") || piece.text == "…")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{english, russian};

    #[test]
    fn what_was_said_twice_is_written_once() {
        assert_eq!(english("I, I, I think the the lift is broken"), "I think the lift is broken.");
        assert_eq!(english("we need to we need to go"), "We need to go.");
        assert_eq!(english("I know that that the box is here."), "I know that the box is here.");
        assert_eq!(russian("я я думаю что во второй во второй ящик"), "Я думаю, что во второй ящик.");
    }

    #[test]
    fn what_was_meant_twice_stays() {
        for text in [
            "It was very very cold.",
            "He had had enough.",
            "Bye bye.",
            "Again and again and again.",
            "Route five five.",
            "I said no, no.",
            "New York, New York.",
            "Never never.",
            "What it is is a mess.",
            "I know that that is wrong.",
        ] {
            assert_eq!(english(text), text);
        }
        for text in ["Очень очень холодно.", "Нет нет, спасибо.", "Не не надо.", "Снова и снова и снова."]
        {
            assert_eq!(russian(text), text);
        }
    }
}
