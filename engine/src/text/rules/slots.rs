//! Kinds of things that take each other's place when a speaker corrects himself.

use crate::text::Tongue;
use crate::text::draft::View;
use crate::text::numbers;

/// Kinds of things that can take each other's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Number,
    Weekday,
    Month,
    Day,
    Name,
}

/// What kind of thing word `k` is or begins.
pub(super) fn slot(tongue: Tongue, view: &View<'_>, k: usize) -> Option<Slot> {
    let norm = view.norm(k);
    if norm.is_empty() {
        return None;
    }
    if is_weekday(tongue, norm) {
        return Some(Slot::Weekday);
    }
    if is_month(tongue, norm) {
        return Some(Slot::Month);
    }
    if matches!(
        norm,
        "today" | "tomorrow" | "yesterday" | "tonight" | "сегодня" | "завтра" | "вчера" | "послезавтра" | "позавчера"
    ) {
        return Some(Slot::Day);
    }
    if numbers::is_number_word(tongue, norm) && !matches!(norm, "a" | "second") {
        return Some(Slot::Number);
    }
    view.looks_like_name(k).then_some(Slot::Name)
}

/// The thing that ends at word `end`, and where it begins.
pub(super) fn slot_before(tongue: Tongue, view: &View<'_>, start: usize, end: usize) -> Option<(usize, Slot)> {
    let mut last = end.checked_sub(1).filter(|&last| last >= start)?;
    if is_unit(view.norm(last)) && last > start {
        last -= 1;
    }
    let kind = slot(tongue, view, last)?;
    if kind != Slot::Number && last + 1 != end {
        return None;
    }
    let mut first = last;
    while matches!(kind, Slot::Number | Slot::Name)
        && first > start
        && view.gap(first).is_plain()
        && slot(tongue, view, first - 1) == Some(kind)
    {
        first -= 1;
    }
    Some((first, kind))
}

/// What may stand after a number without making it another kind of thing.
fn is_unit(norm: &str) -> bool {
    #[rustfmt::skip]
    const UNITS: [&str; 34] = [
        "am", "pm", "o'clock", "hours", "hour", "minutes", "days", "weeks", "dollars", "euros", "percent", "meters", "km",
        "час", "часа", "часов", "часам", "минут", "минуты", "утра", "дня", "вечера", "дней", "недель", "рублей", "рубля",
        "долларов", "евро", "процентов", "процента", "метров", "штук", "лет", "года",
    ];
    UNITS.contains(&norm)
}

fn is_weekday(tongue: Tongue, norm: &str) -> bool {
    const ENGLISH: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    const RUSSIAN: [&str; 7] = ["понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресен"];
    match tongue {
        Tongue::English => ENGLISH.contains(&norm),
        Tongue::Russian => RUSSIAN.iter().any(|stem| begins_short(norm, stem, 3)) && norm != "средний",
        Tongue::Other => false,
    }
}

fn is_month(tongue: Tongue, norm: &str) -> bool {
    #[rustfmt::skip]
    const RUSSIAN: [&str; 12] =
        ["январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"];
    match tongue {
        Tongue::English => numbers::english::MONTHS.contains(&norm) && norm != "may",
        Tongue::Russian => {
            let short = norm.chars().count() < 4;
            RUSSIAN.iter().any(|stem| begins_short(norm, stem, 2)) && (!short || matches!(norm, "май" | "мая" | "мае"))
        }
        Tongue::Other => false,
    }
}

/// Whether the word is the stem and at most `more` letters.
fn begins_short(norm: &str, stem: &str, more: usize) -> bool {
    norm.strip_prefix(stem).is_some_and(|rest| rest.chars().count() <= more)
}

pub(super) fn is_preposition(tongue: Tongue, norm: &str) -> bool {
    #[rustfmt::skip]
    const ENGLISH: [&str; 14] =
        ["at", "on", "in", "to", "for", "from", "with", "by", "until", "before", "after", "about", "under", "near"];
    #[rustfmt::skip]
    const RUSSIAN: [&str; 17] =
        ["в", "во", "на", "к", "ко", "с", "со", "до", "из", "от", "по", "для", "у", "о", "об", "после", "за"];
    match tongue {
        Tongue::English => ENGLISH.contains(&norm),
        Tongue::Russian => RUSSIAN.contains(&norm),
        Tongue::Other => false,
    }
}

pub(super) fn same_preposition(a: &str, b: &str) -> bool {
    let bare = |norm: &str| match norm {
        "во" => "в".to_owned(),
        "ко" => "к".to_owned(),
        "со" => "с".to_owned(),
        "об" => "о".to_owned(),
        other => other.to_owned(),
    };
    bare(a) == bare(b)
}
