//! Hesitation sounds ("um", "эээ") and words that only fill a pause ("you know", "как бы").
//!
//! Sounds go wherever they stand. Words go where commas, the place in the sentence or the words around show that they
//! say nothing; where they may mean something they stay, and a model may propose to drop them (`Certainty::Likely`).

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;

/// How sure a filler must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// The rules drop it.
    Certain,
    /// The guard lets a model drop it.
    Likely,
}

/// A filler of one or more words and where it is one.
struct Soft {
    phrase: &'static [&'static str],
    /// Between two commas, or between the sentence's edge and a comma.
    fenced: bool,
    /// At the beginning of a sentence without a comma.
    opening: bool,
    /// At the end of a sentence without a comma.
    closing: bool,
    /// After one of these words without a comma, and before one of those (none given: any).
    after: &'static [&'static str],
    before: &'static [&'static str],
    /// Words before it, or after it, with which it means something.
    never_after: &'static [&'static str],
    never_before: &'static [&'static str],
    certainty: Certainty,
}

const SOFT: Soft = Soft {
    phrase: &[],
    fenced: true,
    opening: false,
    closing: false,
    after: &[],
    before: &[],
    never_after: &[],
    never_before: &[],
    certainty: Certainty::Certain,
};

const OBJECTS: &[&str] = &[
    "what", "that", "how", "who", "why", "where", "when", "if", "it", "about", "him", "her", "them", "me", "us", "this",
    "the", "a", "an", "my", "your", "his", "whether", "anything", "something", "nothing", "more", "better", "all", "any",
    "some", "everything", "of", "as",
];

const ENGLISH: &[Soft] = &[
    Soft {
        phrase: &["like"],
        after: &["was", "were", "is", "it's", "i'm", "he's", "she's", "they're", "we're", "and", "but", "so"],
        before: &["really", "totally", "literally", "super", "so", "very", "pretty", "completely", "absolutely"],
        never_after: &["would", "i", "you", "we", "they", "do", "to", "don't", "looks", "look", "sounds", "feels", "not"],
        ..SOFT
    },
    Soft {
        phrase: &["you", "know"],
        after: &["is", "was", "it's", "and", "but", "so", "just", "that's", "were", "are"],
        never_after: &["do", "did", "if", "as", "let", "that", "what", "would", "should", "will", "when", "how", "because"],
        never_before: OBJECTS,
        ..SOFT
    },
    Soft {
        phrase: &["i", "mean"],
        // Between two parts of a sentence it corrects as often as it fills.
        fenced: false,
        never_before: &["it", "that", "what", "to", "well", "business", "the"],
        never_after: &["what", "do", "that", "know"],
        ..SOFT
    },
    Soft { phrase: &["sort", "of"], certainty: Certainty::Likely, ..SOFT },
    Soft { phrase: &["kind", "of"], certainty: Certainty::Likely, ..SOFT },
    Soft { phrase: &["basically"], certainty: Certainty::Likely, opening: true, ..SOFT },
    Soft { phrase: &["so"], certainty: Certainty::Likely, fenced: false, opening: true, never_before: &["that", "far", "much", "many"], ..SOFT },
    Soft { phrase: &["well"], certainty: Certainty::Likely, fenced: false, opening: true, never_before: &["done", "known"], ..SOFT },
    Soft { phrase: &["okay", "so"], certainty: Certainty::Likely, fenced: false, opening: true, ..SOFT },
];

const RUSSIAN: &[Soft] = &[
    Soft {
        phrase: &["ну", "вот"],
        opening: true,
        never_before: &["и", "так", "это", "почему", "что", "тебе", "вам"],
        ..SOFT
    },
    Soft {
        phrase: &["ну"],
        opening: true,
        after: &[
            "я", "мы", "ты", "вы", "он", "она", "они", "это", "но", "что", "там", "тут", "просто", "потом", "когда", "если",
            "еще", "уже", "потому", "поэтому", "все", "тоже", "в", "на",
        ],
        never_after: &["да", "а", "и", "тем", "ай"],
        never_before: &["и", "что", "ну", "да", "нет", "уж", "же", "ка", "как", "конечно"],
        ..SOFT
    },
    Soft {
        phrase: &["вот"],
        closing: true,
        after: &["я", "мы", "ты", "вы", "он", "она", "они"],
        never_after: &["так", "это", "и", "а", "да", "где", "вот"],
        never_before: &[
            "так", "это", "этот", "эта", "эти", "этого", "этой", "что", "почему", "где", "здесь", "тут", "там", "такой",
            "такая", "такие", "такое", "и", "уже", "только", "как", "он", "она", "они", "ведь", "вот", "тебе", "вам", "бы",
            "именно", "кто", "куда", "когда", "теперь", "еще",
        ],
        ..SOFT
    },
    Soft {
        phrase: &["как", "бы"],
        after: &[
            "это", "я", "мы", "ты", "вы", "он", "она", "они", "и", "но", "просто", "тоже", "уже", "все", "там", "тут", "то",
            "есть", "был", "была", "было", "были", "что",
        ],
        never_before: &[
            "ни", "то", "там", "нам", "мне", "вам", "вы", "ты", "он", "она", "мы", "я", "они", "это", "хотел", "хотела",
            "хотели", "чего", "сказать",
        ],
        ..SOFT
    },
    Soft {
        phrase: &["типа"],
        after: &["я", "мы", "ты", "вы", "он", "она", "они", "это", "и", "но", "ну", "там", "просто", "уже", "бы"],
        never_before: &["того", "этого", "этой", "этих", "таких", "такого", "такой"],
        ..SOFT
    },
    Soft { phrase: &["так", "сказать"], ..SOFT },
    Soft { phrase: &["короче"], never_before: &["говоря", "чем", "на"], ..SOFT },
    Soft { phrase: &["это", "самое"], ..SOFT },
    Soft { phrase: &["значит"], certainty: Certainty::Likely, opening: true, ..SOFT },
    Soft { phrase: &["в", "общем"], certainty: Certainty::Likely, opening: true, ..SOFT },
    Soft { phrase: &["собственно"], certainty: Certainty::Likely, opening: true, never_before: &["говоря"], ..SOFT },
    Soft {
        phrase: &["так"],
        certainty: Certainty::Likely,
        fenced: false,
        opening: true,
        never_before: &["что", "как", "и", "же", "не", "много", "мало", "было", "будет", "себе", "точно"],
        ..SOFT
    },
];

/// Drops hesitation sounds, and filler words right beside them.
pub(super) fn drop_sounds(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    drop_runs(draft, |view| {
        let mut found = vec![false; view.len()];
        for k in 0..view.len() {
            found[k] = is_sound(scope.tongue, view, k);
        }
        for k in 0..view.len() {
            for soft in table(scope.tongue) {
                let len = soft.phrase.len();
                if !view.phrase_at(k, soft.phrase) || soft.certainty != Certainty::Certain || means_something(soft, view, k) {
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

fn table(tongue: Tongue) -> &'static [Soft] {
    match tongue {
        Tongue::English => ENGLISH,
        Tongue::Russian => RUSSIAN,
        Tongue::Other => &[],
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
    lest || (linked_before && soft.never_after.contains(&before)) || (linked_after && soft.never_before.contains(&after))
}

fn is_filler(soft: &Soft, view: &View<'_>, k: usize, wanted: Certainty) -> bool {
    let len = soft.phrase.len();
    if !view.phrase_at(k, soft.phrase) || (wanted == Certainty::Certain && soft.certainty == Certainty::Likely) {
        return false;
    }
    let (left, right) = (view.gap(k), view.gap(k + len));
    let (opens, closes) = (view.opens_sentence(k), view.ends_sentence(k + len - 1));
    if opens && closes {
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
        for text in ["I would like tea.", "You know the answer.", "I mean it.", "He is like you.", "As you know, it rains."] {
            assert_eq!(english(text), text);
        }
        for text in ["Вот так.", "Вот ваш заказ.", "Как бы то ни было, идём.", "Файл типа json.", "Ну и ладно."] {
            assert_eq!(russian(text), text);
        }
    }
}
