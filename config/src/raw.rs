//! A value as it was written, before its key says what it ought to be.

use std::fmt;

/// A value of a file, or the text of a variable or flag. Displays in TOML notation; its `Debug` says nothing, because
/// nobody knows here whether it is a secret.
#[derive(Clone, PartialEq)]
pub(crate) enum Raw {
    /// From the environment or the command line: a text that may also mean a number, a yes or a list.
    Given(String),
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Raw>),
    /// A kind of TOML value that no key takes.
    Unusable(&'static str),
}

impl Raw {
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Given(text) | Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Given(text) => text.trim().replace('_', "").parse().ok(),
            _ => None,
        }
    }

    pub fn boolean(&self) -> Option<bool> {
        match self {
            Self::Bool(yes) => Some(*yes),
            Self::Given(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Some(true),
                "false" | "0" | "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The entries of a list; a variable's text is a list as in a file (`["en"]`), or one entry per comma, or per
    /// semicolon where it has any (lists of core ranges contain commas).
    pub fn list(&self) -> Option<Vec<Raw>> {
        match self {
            Self::List(entries) => Some(entries.clone()),
            Self::Given(text) if text.trim().is_empty() => Some(Vec::new()),
            Self::Given(text) if text.trim_start().starts_with('[') => match crate::file::parse_value(text.trim()) {
                Some(Self::List(entries)) => Some(entries),
                _ => None,
            },
            Self::Given(text) => {
                let separator = if text.contains(';') { ';' } else { ',' };
                Some(text.split(separator).map(|part| Self::Given(part.trim().to_owned())).collect())
            }
            _ => None,
        }
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raw(..)")
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(text) => f.write_str(text),
            Self::Text(text) => write!(f, "{}", toml::Value::String(text.clone())),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::List(entries) => {
                f.write_str("[")?;
                for (at, entry) in entries.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{entry}")?;
                }
                f.write_str("]")
            }
            Self::Unusable(kind) => f.write_str(kind),
        }
    }
}
