//! Errors in the language of whoever reads them. Codes stay what they are; programs go by them.

use protocol::ErrorCode;

use super::error::ApiError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    English,
    Russian,
}

/// The better of the two for an `Accept-Language` header.
pub fn preferred(accept: &str) -> Tongue {
    let mut best = (0.0, Tongue::English);
    for part in accept.split(',') {
        let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
        let quality = parameters.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
        let tongue = match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "ru" => Tongue::Russian,
            "en" => Tongue::English,
            _ => continue,
        };
        if quality > best.0 {
            best = (quality, tongue);
        }
    }
    best.1
}

/// Message and hint. Where a message names a particular (a field, a name), English keeps it and Russian says the rest.
pub fn translated(error: &ApiError, tongue: Tongue) -> (String, String) {
    match (tongue, russian(error.code)) {
        (Tongue::Russian, Some((message, hint))) => {
            let particular = error.message.split('`').nth(1).map(|part| format!(": `{part}`")).unwrap_or_default();
            (format!("{message}{particular}"), hint.to_owned())
        }
        _ => (error.message.clone(), error.hint.clone()),
    }
}

fn russian(code: ErrorCode) -> Option<(&'static str, &'static str)> {
    Some(match code {
        ErrorCode::Unauthorized => ("вход не выполнен", "войдите или пришлите ключ"),
        ErrorCode::TokenExpired => ("срок действия токена истёк", "обновите его"),
        ErrorCode::TokenReused => ("токен уже был использован, вход завершён", "войдите снова и смените пароль"),
        ErrorCode::WrongCredentials => ("имя и пароль не подходят друг к другу", "проверьте раскладку и регистр"),
        ErrorCode::WeakPassword => ("пароль слишком простой", "возьмите фразу из нескольких слов, не меньше 10 знаков"),
        ErrorCode::RegistrationClosed => ("регистрация закрыта", "попросите администратора завести учётную запись"),
        ErrorCode::InviteRefused => ("приглашение не подходит", "попросите новое"),
        ErrorCode::Forbidden => ("на это нет прав", "попросите администратора"),
        ErrorCode::NotFound => ("такого нет", "возможно, это уже удалено"),
        ErrorCode::Conflict => ("так уже есть", "выберите другое"),
        ErrorCode::Stale => ("это успели изменить", "прочитайте заново и повторите"),
        ErrorCode::PreconditionRequired => ("не указано, какую версию менять", "пришлите `If-Match` с ETag"),
        ErrorCode::QuotaUsedUp => ("месячный объём исчерпан", "он пополнится в начале месяца"),
        ErrorCode::TooManyRequests => ("слишком много запросов", "подождите немного"),
        ErrorCode::PayloadTooLarge => ("слишком большой объём", "пришлите меньше за один раз"),
        ErrorCode::Invalid | ErrorCode::BadField => ("это значение не подходит", "исправьте его и пришлите снова"),
        ErrorCode::Unavailable => ("сейчас это недоступно", "повторите через несколько секунд"),
        ErrorCode::Internal => ("что-то сломалось на сервере", "повторите; причина записана в журнале сервера"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_language_is_chosen_from_those_we_speak() {
        for (accept, expected) in [
            ("", Tongue::English),
            ("ru", Tongue::Russian),
            ("ru-RU,ru;q=0.9,en;q=0.8", Tongue::Russian),
            ("en-US,en;q=0.9,ru;q=0.8", Tongue::English),
            ("de,ru;q=0.5", Tongue::Russian),
            ("ru;q=nonsense, en;q=0.1", Tongue::English),
            ("fr", Tongue::English),
        ] {
            assert_eq!(preferred(accept), expected, "{accept}");
        }
    }

    #[test]
    fn a_translation_keeps_the_particular() {
        let error = ApiError::bad_request("`term` is not acceptable: it is empty", "x");
        assert_eq!(translated(&error, Tongue::Russian).0, "это значение не подходит: `term`");
        assert_eq!(translated(&error, Tongue::English).0, error.message);
    }
}
