//! Values that must never be printed.

use std::fmt;

/// A secret text: prints as `***`. Whoever really needs it says `expose`, which is easy to search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An address that may contain a password: prints without it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// None where it has no scheme, or nothing after it.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let mut letters = scheme.bytes();
        let begins = letters.next().is_some_and(|byte| byte.is_ascii_alphabetic());
        let goes_on = letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        (begins && goes_on && !rest.trim_start_matches('/').is_empty()).then(|| Self(text.to_owned()))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What stands before the first colon, in lower case.
    pub fn scheme(&self) -> String {
        self.0.split(':').next().unwrap_or_default().to_ascii_lowercase()
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return f.write_str(&self.0);
        };
        // Query parameters can carry passwords too, so none is shown.
        let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, _)| (rest, "?***"));
        // The last `@`: an unescaped one may be part of the password.
        match rest.rsplit_once('@') {
            None => write!(f, "{scheme}://{rest}{query}"),
            Some((login, host)) => {
                let user = login.split(':').next().unwrap_or_default();
                let password = if login.contains(':') { ":***" } else { "" };
                write!(f, "{scheme}://{user}{password}@{host}{query}")
            }
        }
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret} {secret:?} {:#?}", Some(&secret)), "*** *** Some(\n    ***,\n)");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn an_address_prints_without_its_password() {
        let shown = |text: &str| SecretUrl::parse(text).map(|url| format!("{url:?}"));
        assert_eq!(shown("postgres://ann:pw@db/voice").unwrap(), "postgres://ann:***@db/voice");
        assert_eq!(shown("postgres://ann:p@w@db/voice").unwrap(), "postgres://ann:***@db/voice");
        assert_eq!(shown("redis://:pw@cache:6379/0").unwrap(), "redis://:***@cache:6379/0");
        assert_eq!(shown("postgres://ann@db/voice?password=pw").unwrap(), "postgres://ann@db/voice?***");
        assert_eq!(shown("sqlite:alfavoice.db").unwrap(), "sqlite:alfavoice.db");
        assert_eq!(shown("redis://"), None);
        assert_eq!(shown("localhost"), None);
        assert_eq!(shown("6379:x"), None);
    }
}
