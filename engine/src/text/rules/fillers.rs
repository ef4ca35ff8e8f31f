//! Hesitation sounds ("um", "эээ") and words that only fill a pause ("you know", "как бы").
//!
//! Sounds go wherever they stand. Words go where commas, the place in the sentence or the words around show that they
//! say nothing; where they may mean something they stay, and a model may propose to drop them (`Certainty::Likely`).

use super::Scope;
pub(crate) use super::fillers_table::Certainty;
use super::fillers_table::{Soft, table};
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;

/// Drops hesitation sounds, and filler words right beside them.
pub(super) fn drop_sounds(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    drop_runs(draft, |view| {
        let mut found: Vec<bool> = (0..view.len()).map(|k| is_sound(scope.tongue, view, k)).collect();
        for k in 0..view.len() {
            for soft in table(scope.tongue) {
                let len = soft.phrase.len();
                if !view.phrase_at(k, soft.phrase)
                    || soft.certainty != Certainty::Certain
                    || means_something(soft, view, k)
                {
                    continue;
                }
                let beside = (k > 0 && found[k - 1] && view.gap(k).is_soft())
                    || (found.get(k + len).is_some_and(|&sound| sound) && view.gap(k + len).is_soft());
                if beside {
                    found[k..k + len].fill(true);
                }
            }
        }
        found
    });
}

/// Drops filler words where they are certain.
pub(super) fn drop_words(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    drop_runs(draft, |view| {
        let mut found = vec![false; view.len()];
        let mut k = 0;
        while k < view.len() {
            let len = filler_words_at(scope.tongue, view, k, Certainty::Certain).unwrap_or(0);
            found[k..k + len].fill(true);
            k += len.max(1);
        }
        found
    });
}

/// Drops the marked words, neighbours together.
fn drop_runs(draft: &mut Draft<'_>, mark: impl Fn(&View<'_>) -> Vec<bool>) {
    let view = View::new(draft);
    let found = mark(&view);
    let mut actions = Vec::new();
    let mut k = 0;
    while k < found.len() {
        let first = k;
        while k < found.len() && found[k] && (k == first || view.gap(k).is_soft()) {
            k += 1;
        }
        if k > first {
            actions.push(Action::Remove { first: view.words[first], last: view.words[k - 1], kind: EditKind::Filler });
        } else {
            k += 1;
        }
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

/// Whether word `k` is a sound of hesitation.
pub(crate) fn is_sound(tongue: Tongue, view: &View<'_>, k: usize) -> bool {
    let norm = view.norm(k);
    let short = squeezed(norm);
    let count = norm.chars().filter(|&c| c != '-').count();
    match tongue {
        Tongue::English => match short.as_str() {
            "um" | "uh" | "uhm" | "erm" | "ehm" => view.text(k) != "UM",
            // "ER" is a place, "err" a verb.
            "er" => count == 2 && view.text(k) != "ER",
            "hm" => true,
            "m" => count > 1 && !after_number(view, k),
            _ => false,
        },
        Tongue::Russian => match short.as_str() {
            "э" | "эм" | "хм" | "гм" => true,
            "м" => count > 1 && !after_number(view, k),
            _ => false,
        },
        Tongue::Other => false,
    }
}

fn after_number(view: &View<'_>, k: usize) -> bool {
    view.norm_before(k).chars().any(|c| c.is_ascii_digit())
}

/// "э-э-э" and "эээ" as "э", "hmm" as "hm".
fn squeezed(norm: &str) -> String {
    let mut short = String::with_capacity(norm.len());
    for c in norm.chars().filter(|&c| c != '-') {
        if !short.ends_with(c) {
            short.push(c);
        }
    }
    short
}

/// How many words from `k` on are a filler of at least this certainty.
pub(crate) fn filler_words_at(tongue: Tongue, view: &View<'_>, k: usize, wanted: Certainty) -> Option<usize> {
    table(tongue).iter().find(|soft| is_filler(soft, view, k, wanted)).map(|soft| soft.phrase.len())
}

/// How many words from `k` on are a filler by their looks, whatever stands around except what gives them a meaning.
pub(crate) fn phrase_at(tongue: Tongue, view: &View<'_>, k: usize) -> Option<usize> {
    let said = table(tongue).iter().find(|soft| view.phrase_at(k, soft.phrase) && !means_something(soft, view, k))?;
    Some(said.phrase.len())
}

/// Whether a filler word stands at `k`, said for whatever reason.
pub(crate) fn may_be_filler(tongue: Tongue, view: &View<'_>, k: usize) -> bool {
    table(tongue).iter().any(|soft| {
        soft.certainty == Certainty::Certain && view.phrase_at(k, soft.phrase) && !means_something(soft, view, k)
    })
}

fn means_something(soft: &Soft, view: &View<'_>, k: usize) -> bool {
    let len = soft.phrase.len();
    let (before, after) = (view.norm_before(k), view.norm(k + len));
    let linked_before = k > 0 && view.gap(k).is_plain();
    let linked_after = view.gap(k + len).is_plain();
    // "боюсь как бы не опоздать"
    let lest = soft.phrase == ["как", "бы"] && after == "не" && !soft.after.contains(&before);
    lest || (linked_before && soft.never_after.contains(&before))
        || (linked_after && soft.never_before.contains(&after))
}

fn is_filler(soft: &Soft, view: &View<'_>, k: usize, wanted: Certainty) -> bool {
    let len = soft.phrase.len();
    if !view.phrase_at(k, soft.phrase) || (wanted == Certainty::Certain && soft.certainty == Certainty::Likely) {
        return false;
    }
    let (left, right) = (view.gap(k), view.gap(k + len));
    let (opens, closes) = (view.opens_sentence(k), view.ends_sentence(k + len - 1));
    // Alone it is an answer; before a question mark it is what is asked ("nice, you know?").
    if (opens && closes) || right.question {
        return false;
    }
    if (soft.fenced && ((left.comma && (right.comma || closes)) || (opens && right.comma))) && left.is_soft() | opens {
        return true;
    }
    // "I mean" opens a thought, alone or after a conjunction.
    if soft.phrase == ["i", "mean"] && right.comma {
        let conjunction = matches!(view.norm_before(k), "and" | "but" | "so" | "then" | "because" | "well");
        if opens || (left.comma && conjunction) {
            return true;
        }
    }
    if means_something(soft, view, k) {
        return false;
    }
    if opens {
        return soft.opening && (right.is_plain() || right.comma);
    }
    if closes {
        return soft.closing && left.is_plain();
    }
    left.is_plain()
        && right.is_plain()
        && soft.after.contains(&view.norm_before(k))
        && (soft.before.is_empty() || soft.before.contains(&view.norm(k + len)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{english, russian};

    #[test]
    fn sounds_go_wherever_they_stand() {
        assert_eq!(english("Uh, um, the hmm door."), "The door.");
        assert_eq!(russian("Э-э, дверь, эмм, открыта, ммм."), "Дверь открыта.");
    }

    #[test]
    fn measures_and_other_words_are_no_sounds() {
        assert_eq!(english("A gap of 5 mm in the ER."), "A gap of 5 mm in the ER.");
        assert_eq!(russian("Зазор 5 мм, угу."), "Зазор 5 мм, угу.");
    }

    #[test]
    fn filler_words_go_where_they_say_nothing() {
        assert_eq!(english("It was, you know, late."), "It was late.");
        assert_eq!(english("she was like really tired"), "She was really tired.");
        assert_eq!(russian("ну вот мы пришли"), "Мы пришли.");
        assert_eq!(russian("это как бы важно"), "Это важно.");
    }

    #[test]
    fn the_same_words_stay_where_they_mean_something() {
        for text in
            ["I would like tea.", "You know the answer.", "I mean it.", "He is like you.", "As you know, it rains."]
        {
            assert_eq!(english(text), text);
        }
        for text in ["Вот так.", "Вот ваш заказ.", "Как бы то ни было, идём.", "Файл типа json.", "Ну и ладно."]
        {
            assert_eq!(russian(text), text);
        }
    }
}
