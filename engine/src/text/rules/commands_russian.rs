//! Russian spoken commands and the company in which they are meant literally.

use super::commands::{Does, Spoken};
use crate::text::draft::View;
use crate::text::numbers::is_number_word;

/// Words after which the name of a mark is the thing itself.
#[rustfmt::skip]
const THING: &[&str] = &[
    "эта", "этот", "это", "одна", "один", "лишняя", "лишний", "каждая", "каждый", "любая", "наша", "моя", "ваша", "твоя",
    "его", "ее", "их", "первая", "вторая", "третья", "последняя", "новая", "нужна", "нужен", "стоит", "пропущена", "слово",
    "знак", "не", "где", "какая", "какой", "та", "тот", "вторым", "поставь", "добавь", "убери", "и", "или", "как",
];

/// What a точка can be a точка of.
#[rustfmt::skip]
const POINTS: &[&str] = &[
    "зрения", "доступа", "отсчета", "опоры", "роста", "кипения", "плавления", "замерзания", "продаж", "входа", "выхода",
    "сбора", "невозврата", "безубыточности", "пересечения", "контроля", "останова", "встречи", "сборки", "притяжения", "росы",
    "ру", "ком", "орг", "рф", "нет", "на", "находится", "стоит", "есть", "не", "выдачи", "питания", "подключения",
    "приложения", "восстановления", "бифуркации", "перегиба",
];

fn never(_: &View<'_>, _: usize, _: usize) -> bool {
    false
}

/// "Торговая точка": a feminine adjective before the noun; "два точка один" is a number.
fn described_point(view: &View<'_>, k: usize, len: usize) -> bool {
    let before = view.norm_before(k);
    let number = |norm: &str| is_number_word(crate::text::Tongue::Russian, norm);
    let adjective = before.chars().count() > 4 && (before.ends_with("ая") || before.ends_with("яя"));
    k == 0 || adjective || (number(before) && number(view.norm(k + len)))
}

fn described_comma(view: &View<'_>, k: usize, _: usize) -> bool {
    let before = view.norm_before(k);
    k == 0 || (before.chars().count() > 4 && (before.ends_with("ая") || before.ends_with("яя")))
}

/// "Второй абзац", "в абзац": an adjective or a preposition before the noun, or more about it behind.
fn described_paragraph(view: &View<'_>, k: usize, _: usize) -> bool {
    #[rustfmt::skip]
    const VERBS: [&str; 16] = [
        "исправь", "перепиши", "удали", "прочитай", "добавь", "вставь", "убери", "напиши", "посмотри", "в", "на", "про",
        "через", "за", "исправить", "переписать",
    ];
    let before = view.norm_before(k);
    let adjective = before.chars().count() > 3 && ["ый", "ий", "ой"].iter().any(|ending| before.ends_with(ending));
    k == 0 || adjective || VERBS.contains(&before)
}

/// "Это новая строка в таблице": said of something.
fn described_line(view: &View<'_>, k: usize, len: usize) -> bool {
    let after = view.norm(k + len);
    let said_of = matches!(after, "таблицы" | "кода" | "текста" | "файла" | "отчета")
        || (after == "в" && matches!(view.norm(k + len + 1), "таблице" | "файле" | "базе" | "отчете"));
    said_of && view.gap(k + len).is_plain()
}

/// "Удали это письмо": unless it is set off, what follows must begin again what is to be taken back.
fn has_object(view: &View<'_>, k: usize, len: usize) -> bool {
    #[rustfmt::skip]
    const ASKED: [&str; 12] =
        ["не", "надо", "нужно", "можно", "пожалуйста", "потом", "и", "просто", "лучше", "сразу", "давай", "можешь"];
    if k == 0 || (view.gap(k).is_plain() && ASKED.contains(&view.norm_before(k))) {
        return true;
    }
    let next = k + len;
    let right = view.gap(next);
    if next >= view.len() || right.comma || right.stop {
        return false;
    }
    let start = view.sentence_start(k);
    !(start..k).any(|n| view.norm(n) == view.norm(next))
}

const fn mark(words: &'static [&'static str], mark: &'static str) -> Spoken {
    Spoken { words, does: Does::Mark(mark), not_after: THING, not_before: &[], literal: never }
}

const fn line(words: &'static [&'static str], text: &'static str) -> Spoken {
    Spoken {
        words,
        does: Does::Break(text),
        not_after: &[
            "эта",
            "этот",
            "это",
            "каждая",
            "каждый",
            "первая",
            "один",
            "одна",
            "последняя",
            "не",
            "как",
            "где",
            "добавь",
            "вставь",
        ],
        not_before: &["не"],
        literal: described_line,
    }
}

const fn pair(words: &'static [&'static str], does: Does) -> Spoken {
    Spoken { words, does, not_after: &["не", "нужно", "надо"], not_before: &[], literal: never }
}

const fn scratch(words: &'static [&'static str]) -> Spoken {
    Spoken { words, does: Does::Scratch, not_after: &[], not_before: &[], literal: has_object }
}

/// Longer phrases stand before those they begin with.
pub(super) const TABLE: &[Spoken] = &[
    mark(&["вопросительный", "знак"], "?"),
    mark(&["знак", "вопроса"], "?"),
    mark(&["восклицательный", "знак"], "!"),
    mark(&["точка", "с", "запятой"], ";"),
    mark(&["двоеточие"], ":"),
    mark(&["многоточие"], "…"),
    Spoken {
        not_before: &["не", "нужна", "стоит", "здесь", "тут", "ставится", "была", "перед", "после", "между"],
        literal: described_comma,
        ..mark(&["запятая"], ",")
    },
    Spoken { not_before: POINTS, literal: described_point, ..mark(&["точка"], ".") },
    Spoken { does: Does::Between("—"), ..mark(&["тире"], "—") },
    Spoken { does: Does::Join("-"), ..mark(&["дефис"], "-") },
    line(&["с", "новой", "строки"], "\n"),
    line(&["новая", "строка"], "\n"),
    line(&["новая", "строчка"], "\n"),
    line(&["с", "новой", "строчки"], "\n"),
    line(&["следующая", "строка"], "\n"),
    line(&["пункт", "списка"], "\n- "),
    line(&["новый", "абзац"], "\n\n"),
    line(&["новый", "параграф"], "\n\n"),
    line(&["с", "нового", "абзаца"], "\n\n"),
    Spoken { literal: described_paragraph, ..line(&["абзац"], "\n\n") },
    pair(&["открыть", "кавычки"], Does::Open("«")),
    pair(&["кавычки", "открываются"], Does::Open("«")),
    pair(&["открывающая", "кавычка"], Does::Open("«")),
    pair(&["открой", "кавычки"], Does::Open("«")),
    pair(&["закрыть", "кавычки"], Does::Close("»")),
    pair(&["кавычки", "закрываются"], Does::Close("»")),
    pair(&["закрывающая", "кавычка"], Does::Close("»")),
    pair(&["закрой", "кавычки"], Does::Close("»")),
    pair(&["открыть", "скобку"], Does::Open("(")),
    pair(&["скобка", "открывается"], Does::Open("(")),
    pair(&["открывающая", "скобка"], Does::Open("(")),
    pair(&["закрыть", "скобку"], Does::Close(")")),
    pair(&["скобка", "закрывается"], Does::Close(")")),
    pair(&["закрывающая", "скобка"], Does::Close(")")),
    scratch(&["удали", "это"]),
    scratch(&["удалить", "это"]),
    scratch(&["сотри", "это"]),
    scratch(&["зачеркни", "это"]),
    scratch(&["отмени", "это"]),
];
