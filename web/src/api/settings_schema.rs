//! How a form for the settings looks: every field with its title and hint, in English and in Russian.

use actix_web::get;
use actix_web::web::Json;
use protocol::api::{LocalText, Preferences, SettingField, SettingGroup, SettingKind, SettingOption, SettingsSchema};

use super::preferences::{PAUSE_MS, STYLES, THEMES, UI_LANGUAGES};

/// What can be set, for forms that make themselves
#[utoipa::path(tag = "settings", security(()), responses((status = 200, body = SettingsSchema)))]
#[get("/api/settings/schema")]
pub async fn schema() -> Json<SettingsSchema> {
    Json(all())
}

type Both = (&'static str, &'static str);

/// Titles of everything that can be chosen.
const TITLES: [(&str, Both); 15] = [
    ("on_pause", ("After each pause", "После каждой паузы")),
    ("after_recording", ("After the recording", "После записи")),
    ("normal", ("Fast", "Быстро")),
    ("high", ("Accurate", "Точно")),
    ("auto", ("Automatic", "Автоматически")),
    ("mail", ("Mail", "Почта")),
    ("chat", ("Chat", "Чат")),
    ("code", ("Code", "Код")),
    ("document", ("Document", "Документ")),
    ("none", ("Plain", "Обычный")),
    ("verbatim", ("As spoken", "Как сказано")),
    ("en", ("English", "Английский")),
    ("ru", ("Russian", "Русский")),
    ("light", ("Light", "Светлая")),
    ("dark", ("Dark", "Тёмная")),
];

fn all() -> SettingsSchema {
    use SettingKind::{Boolean, Choice, ChoiceMap, Number, TextList};
    let languages = ["auto", "en", "ru"];
    let recognition = vec![
        field(
            "mode",
            Choice,
            ("When text appears", "Когда появляется текст"),
            ("After each pause, or once at the end", "После каждой паузы или один раз в конце"),
            &["on_pause", "after_recording"],
        ),
        field(
            "quality",
            Choice,
            ("Quality", "Качество"),
            ("Accurate takes longer", "Точное распознавание дольше"),
            &["normal", "high"],
        ),
        field(
            "language",
            Choice,
            ("Language", "Язык"),
            ("The language that is spoken", "Язык, на котором говорят"),
            &languages,
        ),
        field(
            "languages",
            TextList,
            ("Possible languages", "Возможные языки"),
            ("Automatic chooses from these", "Автоматический выбор — из этих"),
            &["en", "ru"],
        ),
        field(
            "partials",
            Boolean,
            ("Live text", "Текст по ходу речи"),
            ("Show words while they are spoken", "Показывать слова, пока они звучат"),
            &[],
        ),
    ];
    let text = vec![
        field(
            "style",
            Choice,
            ("Style", "Стиль"),
            ("How the text is cleaned up", "Как приводить текст в порядок"),
            &STYLES,
        ),
        field(
            "app_styles",
            ChoiceMap,
            ("Style by program", "Стиль по программам"),
            ("Name of a program and its style", "Название программы и стиль для неё"),
            &STYLES,
        ),
    ];
    let mut pause = field(
        "pause_ms",
        Number,
        ("Pause", "Пауза"),
        (
            "Silence that ends an utterance; 0 adapts to the speaker",
            "Тишина, которой кончается фраза; 0 — подстроиться под говорящего",
        ),
        &[],
    );
    pause.min = Some(0);
    pause.max = Some(*PAUSE_MS.end());
    pause.unit = Some("ms".to_owned());
    let sound = vec![
        field(
            "noise_suppression",
            Boolean,
            ("Noise suppression", "Шумоподавление"),
            ("For loud rooms", "Для шумных помещений"),
            &[],
        ),
        field(
            "auto_gain",
            Boolean,
            ("Automatic level", "Автоматическая громкость"),
            ("Raise a quiet voice", "Усиливать тихий голос"),
            &[],
        ),
        pause,
        field(
            "sounds",
            Boolean,
            ("Signals", "Сигналы"),
            ("A short sound when recording begins and ends", "Короткий звук в начале и в конце записи"),
            &[],
        ),
    ];
    let privacy = vec![
        field(
            "keep_history",
            Boolean,
            ("Keep a history", "Вести историю"),
            ("Without it nothing of what is said is kept", "Без этого ничего из сказанного не сохраняется"),
            &[],
        ),
        field(
            "keep_audio",
            Boolean,
            ("Keep the sound", "Хранить звук"),
            ("Where the server keeps sound at all", "Если сервер вообще хранит звук"),
            &[],
        ),
    ];
    let page = vec![
        field(
            "ui_language",
            Choice,
            ("Language of the page", "Язык страницы"),
            ("Automatic follows the browser", "Автоматически — как в браузере"),
            &UI_LANGUAGES,
        ),
        field(
            "theme",
            Choice,
            ("Colours", "Цвета"),
            ("Light, dark, or as the system has it", "Светлые, тёмные или как в системе"),
            &THEMES,
        ),
    ];
    SettingsSchema {
        groups: vec![
            group("recognition", ("Recognition", "Распознавание"), recognition),
            group("text", ("Text", "Текст"), text),
            group("sound", ("Sound", "Звук"), sound),
            group("privacy", ("Privacy", "Приватность"), privacy),
            group("page", ("Page", "Страница"), page),
        ],
    }
}

fn group(key: &str, title: Both, fields: Vec<SettingField>) -> SettingGroup {
    SettingGroup { key: key.to_owned(), title: local(title), fields }
}

fn field(key: &str, kind: SettingKind, title: Both, hint: Both, options: &[&str]) -> SettingField {
    let defaults = serde_json::to_value(Preferences::default()).expect("preferences are plain data");
    SettingField {
        key: key.to_owned(),
        title: local(title),
        hint: local(hint),
        kind,
        default: defaults[key].clone(),
        options: options.iter().map(|value| option(value)).collect(),
        min: None,
        max: None,
        unit: None,
    }
}

fn option(value: &str) -> SettingOption {
    let title = match TITLES.iter().find(|(known, _)| *known == value) {
        Some((_, title)) => *title,
        None if value == "system" => ("As the system", "Как в системе"),
        None => ("", ""),
    };
    SettingOption { value: value.to_owned(), title: local(title) }
}

fn local((en, ru): Both) -> LocalText {
    LocalText { en: en.to_owned(), ru: ru.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_form_has_every_setting_once_with_words_in_both_languages() {
        let defaults = serde_json::to_value(Preferences::default()).expect("plain data");
        let wanted: BTreeSet<&str> = defaults.as_object().expect("an object").keys().map(String::as_str).collect();
        let form = all();
        let fields: Vec<&SettingField> = form.groups.iter().flat_map(|group| &group.fields).collect();
        let found: BTreeSet<&str> = fields.iter().map(|field| field.key.as_str()).collect();
        assert_eq!((found, fields.len()), (wanted.clone(), wanted.len()));
        for field in fields {
            let titles = field.options.iter().map(|option| &option.title).chain([&field.title, &field.hint]);
            for text in titles {
                assert!(!text.en.is_empty() && !text.ru.is_empty(), "{}", field.key);
                assert!(text.ru.chars().any(|c| ('а'..='я').contains(&c)), "{}", text.ru);
            }
        }
    }
}
