//! What a single word of digits means: "25", "12,500", "5:30", "$20", "25%", "21st", "25-го", "555-0123".

use super::{Currency, Decimal, Value};
use crate::text::Tongue;

/// Everything the (normalised) word can mean; empty where it is no number.
pub(super) fn values(tongue: Tongue, norm: &str) -> Vec<Value> {
    let mut found = Vec::new();
    if !norm.chars().any(|c| c.is_ascii_digit()) {
        return found;
    }
    if let Some((currency, amount)) = currency_sign(norm) {
        found.extend(number(tongue, amount).map(|amount| Value::Money(amount, currency)));
        return found;
    }
    if let Some(amount) = norm.strip_suffix('%') {
        found.extend(number(tongue, amount).map(Value::Percent));
        return found;
    }
    found.extend(clock(norm));
    found.extend(ordinal(tongue, norm));
    found.extend(number(tongue, norm).map(Value::Plain));
    found.extend(digits(norm));
    found
}

/// A plain number in digits.
pub(super) fn number(tongue: Tongue, norm: &str) -> Option<Decimal> {
    let (norm, negative) = match norm.strip_prefix(['-', '−']) {
        Some(rest) => (rest, true),
        None => (norm, false),
    };
    let compact: String = norm.chars().filter(|&c| c != '\u{a0}').collect();
    let value = match tongue {
        Tongue::Russian => decimal(&compact.replace(',', "."))?,
        _ => match thousands(&compact) {
            Some(joined) => decimal(&joined)?,
            None => decimal(&compact.replace(',', "."))?,
        },
    };
    Some(if negative { value.negative() } else { value })
}

/// "12,500" and "1,250,000.5" without their group commas.
fn thousands(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let mut joined = first.to_owned();
    let mut count = 0;
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        joined.push_str(group);
        count += 1;
    }
    if count == 0 || first.is_empty() || first.len() > 3 {
        return None;
    }
    if let Some(rest) = rest {
        joined.push('.');
        joined.push_str(rest);
    }
    Some(joined)
}

fn decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    Decimal::new(whole.parse().ok()?, fraction)
}

fn currency_sign(norm: &str) -> Option<(Currency, &str)> {
    let sign = |c: char| match c {
        '$' => Some(Currency::Dollar),
        '€' => Some(Currency::Euro),
        '£' => Some(Currency::Pound),
        '₽' => Some(Currency::Rouble),
        _ => None,
    };
    let (first, last) = (norm.chars().next()?, norm.chars().next_back()?);
    match (sign(first), sign(last)) {
        (Some(currency), _) => Some((currency, &norm[first.len_utf8()..])),
        (None, Some(currency)) => Some((currency, &norm[..norm.len() - last.len_utf8()])),
        (None, None) => None,
    }
}

fn clock(norm: &str) -> Option<Value> {
    let (hours, minutes) = norm.split_once(':')?;
    let (hours, minutes): (u16, u16) = (two_digits(hours)?, two_digits(minutes).filter(|_| minutes.len() == 2)?);
    (hours < 24 && minutes < 60)
        .then_some(Value::Clock { minutes: hours * 60 + minutes, known: hours > 12 || hours == 0 })
}

fn two_digits(text: &str) -> Option<u16> {
    (matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn ordinal(tongue: Tongue, norm: &str) -> Option<Value> {
    let end = norm.find(|c: char| !c.is_ascii_digit())?;
    let value: u64 = norm[..end].parse().ok()?;
    let suffix = &norm[end..];
    let fits = match tongue {
        Tongue::English => matches!(suffix, "st" | "nd" | "rd" | "th"),
        Tongue::Russian => {
            matches!(
                suffix,
                "-й" | "-го" | "-му" | "-м" | "-я" | "-ю" | "-е" | "-х" | "-ми" | "-ой" | "-ый" | "-ого" | "-ом"
            )
        }
        Tongue::Other => false,
    };
    fits.then_some(Value::Ordinal(value))
}

/// "555-0123", "007", "+7": digits for their own sake.
fn digits(norm: &str) -> Option<Value> {
    let body = norm.strip_prefix('+').unwrap_or(norm);
    let shaped =
        body.bytes().all(|b| b.is_ascii_digit() || b == b'-') && body.starts_with(|c: char| c.is_ascii_digit());
    let digits: String = body.chars().filter(char::is_ascii_digit).collect();
    let plus = if norm.starts_with('+') { "+" } else { "" };
    (shaped && (digits.len() > 2 || digits.starts_with('0') || !plus.is_empty()))
        .then(|| Value::Digits(format!("{plus}{digits}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(tongue: Tongue, norm: &str) -> Value {
        values(tongue, norm).into_iter().next().expect("it is a number")
    }

    #[test]
    fn commas_group_in_english_and_part_decimals_in_russian() {
        assert_eq!(only(Tongue::English, "12,500"), Value::Plain(Decimal::whole(12_500)));
        assert_eq!(only(Tongue::Russian, "12,5"), Value::Plain(Decimal::new(12, "5").unwrap()));
        assert_eq!(only(Tongue::Russian, "12\u{a0}500"), Value::Plain(Decimal::whole(12_500)));
    }

    #[test]
    fn signs_and_endings_tell_what_is_counted() {
        assert_eq!(only(Tongue::English, "$2.50"), Value::Money(Decimal::new(2, "5").unwrap(), Currency::Dollar));
        assert_eq!(only(Tongue::Russian, "120₽"), Value::Money(Decimal::whole(120), Currency::Rouble));
        assert_eq!(only(Tongue::English, "25%"), Value::Percent(Decimal::whole(25)));
        assert_eq!(only(Tongue::English, "21st"), Value::Ordinal(21));
        assert_eq!(only(Tongue::Russian, "25-го"), Value::Ordinal(25));
        assert_eq!(only(Tongue::English, "17:05"), Value::Clock { minutes: 1025, known: true });
        assert_eq!(only(Tongue::English, "007"), Value::Digits("007".into()));
    }

    #[test]
    fn words_with_digits_are_not_all_numbers() {
        assert!(values(Tongue::English, "mp3").is_empty());
        assert!(values(Tongue::English, "b2b").is_empty());
    }
}
