//! What a person's settings may be. Pure.

use engine::language::Language;
use protocol::api::Preferences;

use crate::http::error::ApiError;

pub const STYLES: [&str; 7] = ["auto", "mail", "chat", "code", "document", "none", "verbatim"];
/// Styles that a text can be written in; `auto` chooses one of them by the application.
pub const WRITTEN_STYLES: [&str; 6] = ["mail", "chat", "code", "document", "none", "verbatim"];
pub const UI_LANGUAGES: [&str; 3] = ["auto", "en", "ru"];
pub const THEMES: [&str; 3] = ["system", "light", "dark"];
pub const PAUSE_MS: std::ops::RangeInclusive<u32> = 100..=10_000;

const MAX_LANGUAGES: usize = 20;
const MAX_APPS: usize = 200;
const MAX_APP_NAME: usize = 100;

/// The first thing that cannot be.
pub fn check(wanted: &Preferences) -> Result<(), ApiError> {
    choice("style", &wanted.style, &STYLES)?;
    choice("ui_language", &wanted.ui_language, &UI_LANGUAGES)?;
    choice("theme", &wanted.theme, &THEMES)?;
    if wanted.language != "auto" {
        language("language", &wanted.language)?;
    }
    if wanted.languages.len() > MAX_LANGUAGES {
        return Err(bad("languages", "give at most 20"));
    }
    wanted.languages.iter().try_for_each(|code| language("languages", code))?;
    if wanted.pause_ms != 0 && !PAUSE_MS.contains(&wanted.pause_ms) {
        return Err(bad("pause_ms", "give 0, or 100 to 10000 milliseconds"));
    }
    if wanted.app_styles.len() > MAX_APPS {
        return Err(bad("app_styles", "give at most 200 programs"));
    }
    for (app, style) in &wanted.app_styles {
        if app.trim().is_empty() || app.chars().count() > MAX_APP_NAME || app.chars().any(char::is_control) {
            return Err(bad("app_styles", "name each program with 1 to 100 characters"));
        }
        choice("app_styles", style, &STYLES)?;
    }
    Ok(())
}

fn choice(field: &str, given: &str, choices: &[&str]) -> Result<(), ApiError> {
    if choices.contains(&given) {
        return Ok(());
    }
    Err(bad(field, &format!("give one of `{}`", choices.join("`, `"))))
}

fn language(field: &str, code: &str) -> Result<(), ApiError> {
    match code.parse::<Language>() {
        Ok(_) => Ok(()),
        Err(_) => Err(bad(field, "give codes such as `en` and `ru`")),
    }
}

fn bad(field: &str, hint: &str) -> ApiError {
    ApiError::bad_request(format!("`{field}` is not acceptable"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_acceptable_and_nonsense_is_not() {
        check(&Preferences::default()).expect("defaults are good");
        let mut wrong = vec![Preferences { style: "shouting".to_owned(), ..Preferences::default() }];
        wrong.push(Preferences { language: "klingon".to_owned(), ..Preferences::default() });
        wrong.push(Preferences { languages: vec!["en".to_owned(), String::new()], ..Preferences::default() });
        wrong.push(Preferences { pause_ms: 99, ..Preferences::default() });
        wrong.push(Preferences { theme: String::new(), ..Preferences::default() });
        wrong.push(Preferences {
            app_styles: [("mail".to_owned(), "poem".to_owned())].into(),
            ..Preferences::default()
        });
        for preferences in wrong {
            assert!(check(&preferences).is_err(), "{preferences:?}");
        }
    }
}
