//! What is wrong with the settings, told so that it can be put right at once.

use std::fmt;

/// Who set a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    File {
        name: String,
        line: usize,
    },
    /// The name of the variable.
    Environment(String),
    CommandLine,
    /// Nobody: the value of `config/default.toml`.
    Default,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub origin: Origin,
    /// None where no key is to blame (a file that cannot be read).
    pub key: Option<String>,
    /// As it was given; masked where it is secret.
    pub value: Option<String>,
    /// What is wrong with it.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// Everything that is wrong, together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl Problem {
    pub fn new(origin: Origin, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { origin, key: None, value: None, what: what.into(), remedy: remedy.into() }
    }

    /// The key, and the value that it has.
    #[must_use]
    pub fn about(mut self, key: &str, value: Option<String>) -> Self {
        self.key = Some(key.to_owned());
        self.value = value;
        self
    }
}

impl Problems {
    /// The value if nothing is wrong; else the problems, sorted by place.
    pub(crate) fn or<T>(mut problems: Vec<Problem>, value: T) -> Result<T, Self> {
        problems.sort_by(|a, b| a.origin.cmp(&b.origin));
        if problems.is_empty() { Ok(value) } else { Err(Self(problems)) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        match (&self.key, &self.value) {
            (Some(key), Some(value)) => write!(f, "`{key}` = `{value}`: ")?,
            (Some(key), None) => write!(f, "`{key}`: ")?,
            (None, _) => {}
        }
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "{}", self.0[0]),
            count => {
                write!(f, "{count} problems in the settings")?;
                self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}
