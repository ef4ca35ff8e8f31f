//! What a key's value can be: each type says what it takes, and what to write instead when it does not.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::cores::CoreList;
use crate::raw::Raw;
use crate::secret::{Secret, SecretUrl};

/// A type of setting.
pub(crate) trait Value: Sized {
    /// What it is, to go after "not" and into the documents: "a whole number".
    fn kind() -> String;

    /// The value, or what is wrong with it.
    fn read(raw: &Raw) -> Result<Self, String>;

    /// For keys with a range.
    fn number(&self) -> Option<f64> {
        None
    }

    /// The value as it may be shown to people.
    fn shown(raw: &Raw) -> String {
        raw.to_string()
    }
}

fn not<T: Value>() -> String {
    format!("not {}", T::kind())
}

impl Value for bool {
    fn kind() -> String {
        "`true` or `false`".to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        raw.boolean().ok_or_else(not::<Self>)
    }
}

macro_rules! whole_number {
    ($($type:ty),*) => { $(
        impl Value for $type {
            fn kind() -> String {
                "a whole number".to_owned()
            }

            fn read(raw: &Raw) -> Result<Self, String> {
                let number = raw.integer().ok_or_else(not::<Self>)?;
                Self::try_from(number).map_err(|_| "out of range".to_owned())
            }

            fn number(&self) -> Option<f64> {
                Some(f64::from(*self))
            }
        }
    )* };
}
whole_number!(u8, u16, u32);

impl Value for String {
    fn kind() -> String {
        "a text that is not empty".to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        let text = raw.text().map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(not::<Self>)
    }
}

impl Value for PathBuf {
    fn kind() -> String {
        "a path".to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        raw.text().filter(|text| !text.is_empty()).map(Self::from).ok_or_else(not::<Self>)
    }
}

impl Value for SocketAddr {
    fn kind() -> String {
        "an address with a port such as `127.0.0.1:3000` or `[::]:3000`".to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        raw.text().and_then(|text| text.trim().parse().ok()).ok_or_else(not::<Self>)
    }
}

impl Value for IpAddr {
    fn kind() -> String {
        "an address such as `10.0.0.7`".to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        raw.text().and_then(|text| text.trim().parse().ok()).ok_or_else(not::<Self>)
    }
}

impl<T: Value> Value for Option<T> {
    fn kind() -> String {
        format!("{}, or empty", T::kind())
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        match raw.text() {
            Some("") => Ok(None),
            _ => T::read(raw).map(Some).map_err(|_| not::<Self>()),
        }
    }

    fn shown(raw: &Raw) -> String {
        T::shown(raw)
    }
}

impl<T: Value> Value for Vec<T> {
    fn kind() -> String {
        format!("a list, each entry {}", T::kind())
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        let entries = raw.list().ok_or_else(not::<Self>)?;
        let read = |entry: &Raw| T::read(entry).map_err(|what| format!("entry `{}` is {what}", T::shown(entry)));
        entries.iter().map(read).collect()
    }
}

impl Value for CoreList {
    fn kind() -> String {
        "a list of cores such as `0-7,16-23`".to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        raw.text().ok_or_else(not::<Self>)?.parse().map_err(|error| format!("{}: {error}", not::<Self>()))
    }
}

impl Value for Secret {
    fn kind() -> String {
        "a text".to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        raw.text().map(|text| Self::new(text.to_owned())).ok_or_else(not::<Self>)
    }

    fn shown(raw: &Raw) -> String {
        if raw.text() == Some("") { "\"\"".to_owned() } else { "***".to_owned() }
    }
}

impl Value for SecretUrl {
    fn kind() -> String {
        "an address such as `scheme://user:password@host/name`".to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        raw.text().and_then(|text| Self::parse(text.trim())).ok_or_else(not::<Self>)
    }

    fn shown(raw: &Raw) -> String {
        match (raw.text(), Self::read(raw)) {
            (Some(""), _) => "\"\"".to_owned(),
            (_, Ok(url)) => url.to_string(),
            _ => "***".to_owned(),
        }
    }
}

/// An ISO 639 code in lower case. Whether a model knows the language is the recogniser's business.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LanguageCode(String);

impl LanguageCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for LanguageCode {
    fn kind() -> String {
        "a language code such as `en` or `ru`".to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        let code = raw.text().unwrap_or_default().trim();
        let fits = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
        if fits { Ok(Self(code.to_owned())) } else { Err(not::<Self>()) }
    }
}

/// What is logged: a level, or `module=level` pairs after it, in the notation of `tracing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for LogFilter {
    fn kind() -> String {
        "`error`, `warn`, `info`, `debug`, `trace` or `off`, each perhaps with a module as in `info,actors=debug`"
            .to_owned()
    }

    fn read(raw: &Raw) -> Result<Self, String> {
        const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];
        let text = raw.text().unwrap_or_default().trim();
        let fits = |part: &str| {
            let (module, level) = part.split_once('=').unwrap_or(("any", part));
            let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':';
            !module.is_empty() && module.bytes().all(named) && LEVELS.contains(&level)
        };
        match text.split(',').map(str::trim).find(|part| !fits(part)) {
            None => Ok(Self(text.to_owned())),
            Some(part) => Err(format!("`{part}` is not {}", Self::kind())),
        }
    }
}

/// Declares an enum whose values are words in the file.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        $name:ident { $($variant:ident = $word:literal),* $(,)? }
        $(also $($other:literal => $meant:ident),*)?
        $(,)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($variant),* }

        impl $name {
            /// As it is written in a file.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl $crate::value::Value for $name {
            fn kind() -> String {
                format!("one of `{}`", [$($word),*].join("`, `"))
            }

            fn read(raw: &$crate::raw::Raw) -> Result<Self, String> {
                let spelled = match raw {
                    $crate::raw::Raw::Bool(yes) => yes.to_string(),
                    _ => raw.text().unwrap_or_default().trim().to_ascii_lowercase(),
                };
                match spelled.as_str() {
                    $($word => Ok(Self::$variant),)*
                    $($($other => Ok(Self::$meant),)*)?
                    _ => Err(format!("not {}", Self::kind())),
                }
            }
        }
    };
}
pub(crate) use choice;
