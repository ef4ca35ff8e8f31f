//! What the speaker took back: "at two, no, at three" is "at three".
//!
//! Only where both sides are plainly the same kind of thing: the same preposition with the same kind of object, or two
//! weekdays, dates, numbers, names side by side. Everything else stays as it was said.

use super::Scope;
use super::slots::{Slot, is_preposition, same_preposition, slot, slot_before};
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;

/// Words that announce a correction.
struct Cue {
    words: &'static [&'static str],
    /// The words alone say "correction"; "no" may be an answer or belong to what follows.
    strong: bool,
}

const fn strong(words: &'static [&'static str]) -> Cue {
    Cue { words, strong: true }
}

const fn weak(words: &'static [&'static str]) -> Cue {
    Cue { words, strong: false }
}

const ENGLISH: &[Cue] = &[
    strong(&["no", "wait"]),
    strong(&["no", "sorry"]),
    strong(&["no", "i", "mean"]),
    strong(&["wait", "no"]),
    strong(&["i", "meant"]),
    strong(&["i", "mean"]),
    strong(&["or", "rather"]),
    strong(&["make", "that"]),
    strong(&["correction"]),
    weak(&["sorry"]),
    weak(&["rather"]),
    weak(&["no"]),
];

const RUSSIAN: &[Cue] = &[
    strong(&["ой", "нет"]),
    strong(&["нет", "вернее"]),
    strong(&["нет", "точнее"]),
    strong(&["или", "вернее"]),
    strong(&["или", "точнее"]),
    strong(&["вернее"]),
    strong(&["точнее"]),
    strong(&["я", "хотел", "сказать"]),
    strong(&["я", "хотела", "сказать"]),
    strong(&["поправка"]),
    weak(&["ой"]),
    weak(&["извините"]),
    weak(&["простите"]),
    weak(&["нет"]),
];

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    let view = View::new(draft);
    let mut actions: Vec<Action> = Vec::new();
    let mut k = 1;
    while k < view.len() {
        if let Some((first, last)) = taken_back(scope.tongue, &view, k) {
            let free = actions.last().is_none_or(|action| match action {
                Action::Remove { last, .. } => *last < view.words[first],
                _ => true,
            });
            if free {
                let kind = EditKind::SelfCorrection;
                actions.push(Action::Remove { first: view.words[first], last: view.words[last], kind });
                k = last;
            }
        }
        k += 1;
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

/// Words that a correction announced at word `k` takes back: from the first of them to the last of the announcement.
pub(crate) fn taken_back(tongue: Tongue, view: &View<'_>, k: usize) -> Option<(usize, usize)> {
    let cues = match tongue {
        Tongue::English => ENGLISH,
        Tongue::Russian => RUSSIAN,
        Tongue::Other => return None,
    };
    let cue = cues.iter().find(|cue| view.phrase_at(k, cue.words))?;
    let next = k + cue.words.len();
    if k == 0 || next >= view.len() || !view.gap(k).is_soft() || !view.gap(next).is_soft() || view.opens_sentence(k) {
        return None;
    }
    if matches!(view.norm(k - 1), "what" | "that" | "which" | "if" | "as" | "know" | "how") {
        return None;
    }
    let fenced = view.gap(k).comma && view.gap(next).comma;
    let start = view.sentence_start(k);
    // "I said yes to him, no to her" weighs two things, it takes nothing back.
    if !cue.strong && (start..k).any(|n| matches!(view.norm(n), "yes" | "да" | "no" | "нет" | "not" | "не")) {
        return None;
    }
    replaced(tongue, view, (start, k), next, cue.strong, fenced).map(|first| (first, next - 1))
}

/// Where in the words `start..end` begins what the words from `next` on replace.
pub(crate) fn replaced(
    tongue: Tongue,
    view: &View<'_>,
    (start, end): (usize, usize),
    next: usize,
    strong: bool,
    fenced: bool,
) -> Option<usize> {
    let adjacent = slot_before(tongue, view, start, end);
    let coming = slot(tongue, view, next);
    if let (Some((first, before)), Some(after)) = (adjacent, coming)
        && before == after
        && (strong || fenced || !matches!(after, Slot::Number | Slot::Name))
    {
        return Some(first);
    }
    if is_preposition(tongue, view.norm(next)) {
        let nearest = end.saturating_sub(5).max(start);
        let first = (nearest..end).rev().find(|&n| same_preposition(view.norm(n), view.norm(next)))?;
        let object = slot(tongue, view, next + 1);
        let exact = adjacent.is_some_and(|(begin, kind)| begin == first + 1 && object == Some(kind));
        let loose = first + 1 < end && (strong || fenced) && object.is_none() == adjacent.is_none();
        return (exact || loose).then_some(first);
    }
    // "send it to Ann, no wait, send it to Bob"
    if strong {
        return (start..end.saturating_sub(1)).rev().find(|&n| {
            view.norm(n) == view.norm(next) && view.norm(n + 1) == view.norm(next + 1) && view.gap(n + 1).is_plain()
        });
    }
    None
}

/// Whether a word that announces corrections stands at `k` with something on both sides.
pub(crate) fn may_correct(tongue: Tongue, view: &View<'_>, k: usize) -> bool {
    let cues = match tongue {
        Tongue::English => ENGLISH,
        Tongue::Russian => RUSSIAN,
        Tongue::Other => &[],
    };
    !view.opens_sentence(k)
        && cues.iter().any(|cue| {
            view.phrase_at(k, cue.words)
                && !view.ends_sentence(k + cue.words.len() - 1)
                && (cue.strong || (view.gap(k).comma && view.gap(k + cue.words.len()).comma))
        })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{english, russian};

    #[test]
    fn what_was_taken_back_goes() {
        for (said, meant) in [
            ("Let's meet at two, no, at three.", "Let's meet at three."),
            ("on monday no tuesday", "On Tuesday."),
            ("Send it to John, I mean, to Mary.", "Send it to Mary."),
            ("I need two i mean three copies.", "I need three copies."),
            ("Call me tomorrow, or rather, today.", "Call me today."),
            ("Send it to Ann, no wait, send it to Bob.", "Send it to Bob."),
        ] {
            assert_eq!(english(said), meant);
        }
        for (said, meant) in [
            ("в два нет в три", "В три."),
            ("Встретимся в два часа, нет, в три.", "Встретимся в три."),
            ("Отправь Ивану, вернее, Петру.", "Отправь Петру."),
            ("в понедельник точнее во вторник", "Во вторник."),
        ] {
            assert_eq!(russian(said), meant);
        }
    }

    #[test]
    fn answers_and_contrasts_stay() {
        for text in [
            "I said yes to him, no to her.",
            "There is no lunch at two and no dinner at three.",
            "You know what I mean to say.",
            "We have no bread, no butter.",
            "I want to go. No, to stay.",
        ] {
            assert_eq!(english(text), text);
        }
        for text in
            ["В два обеда нет, в три ужина тоже нет.", "Скажи точнее, во сколько встреча.", "Вернее друга не найти."]
        {
            assert_eq!(russian(text), text);
        }
    }
}
