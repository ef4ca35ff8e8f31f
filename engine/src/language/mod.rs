//! Language codes as Whisper knows them, and which one a session is in (`LanguageTracker`).

mod tracker;

pub use tracker::{LanguageTracker, best_allowed};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An ISO 639 code that Whisper models have a token for, in lower case ("en", "ru", "yue").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(u8);

/// Not a language that any Whisper model knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown language `{given}`; give an ISO 639-1 code such as `en` or `ru`")]
pub struct UnknownLanguage {
    pub given: String,
}

impl Language {
    pub const ENGLISH: Self = Self(0);
    pub const RUSSIAN: Self = Self(4);

    /// Every language, in the order of Whisper's tokens.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len() as u8).map(Self)
    }

    /// The code ("ru").
    pub fn code(self) -> &'static str {
        TABLE[self.0 as usize].0
    }

    /// The English name in lower case ("russian").
    pub fn english_name(self) -> &'static str {
        TABLE[self.0 as usize].1
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// Takes a code, a code with a region ("en-US") or an English name, in any case.
    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let wanted = given.trim().to_ascii_lowercase();
        let bare = wanted.split(['-', '_']).next().unwrap_or_default();
        TABLE
            .iter()
            .position(|(code, name)| *code == bare || *name == wanted)
            .map(|at| Self(at as u8))
            .ok_or_else(|| UnknownLanguage { given: given.to_owned() })
    }
}

impl TryFrom<String> for Language {
    type Error = UnknownLanguage;

    fn try_from(given: String) -> Result<Self, Self::Error> {
        given.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.code().to_owned()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Code and English name in the order of Whisper's language tokens.
#[rustfmt::skip]
const TABLE: [(&str, &str); 100] = [
    ("en", "english"), ("zh", "chinese"), ("de", "german"), ("es", "spanish"), ("ru", "russian"),
    ("ko", "korean"), ("fr", "french"), ("ja", "japanese"), ("pt", "portuguese"), ("tr", "turkish"),
    ("pl", "polish"), ("ca", "catalan"), ("nl", "dutch"), ("ar", "arabic"), ("sv", "swedish"),
    ("it", "italian"), ("id", "indonesian"), ("hi", "hindi"), ("fi", "finnish"), ("vi", "vietnamese"),
    ("he", "hebrew"), ("uk", "ukrainian"), ("el", "greek"), ("ms", "malay"), ("cs", "czech"),
    ("ro", "romanian"), ("da", "danish"), ("hu", "hungarian"), ("ta", "tamil"), ("no", "norwegian"),
    ("th", "thai"), ("ur", "urdu"), ("hr", "croatian"), ("bg", "bulgarian"), ("lt", "lithuanian"),
    ("la", "latin"), ("mi", "maori"), ("ml", "malayalam"), ("cy", "welsh"), ("sk", "slovak"),
    ("te", "telugu"), ("fa", "persian"), ("lv", "latvian"), ("bn", "bengali"), ("sr", "serbian"),
    ("az", "azerbaijani"), ("sl", "slovenian"), ("kn", "kannada"), ("et", "estonian"), ("mk", "macedonian"),
    ("br", "breton"), ("eu", "basque"), ("is", "icelandic"), ("hy", "armenian"), ("ne", "nepali"),
    ("mn", "mongolian"), ("bs", "bosnian"), ("kk", "kazakh"), ("sq", "albanian"), ("sw", "swahili"),
    ("gl", "galician"), ("mr", "marathi"), ("pa", "punjabi"), ("si", "sinhala"), ("km", "khmer"),
    ("sn", "shona"), ("yo", "yoruba"), ("so", "somali"), ("af", "afrikaans"), ("oc", "occitan"),
    ("ka", "georgian"), ("be", "belarusian"), ("tg", "tajik"), ("sd", "sindhi"), ("gu", "gujarati"),
    ("am", "amharic"), ("yi", "yiddish"), ("lo", "lao"), ("uz", "uzbek"), ("fo", "faroese"),
    ("ht", "haitian creole"), ("ps", "pashto"), ("tk", "turkmen"), ("nn", "nynorsk"), ("mt", "maltese"),
    ("sa", "sanskrit"), ("lb", "luxembourgish"), ("my", "myanmar"), ("bo", "tibetan"), ("tl", "tagalog"),
    ("mg", "malagasy"), ("as", "assamese"), ("tt", "tatar"), ("haw", "hawaiian"), ("ln", "lingala"),
    ("ha", "hausa"), ("ba", "bashkir"), ("jw", "javanese"), ("su", "sundanese"), ("yue", "cantonese"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_regions_and_names_are_all_understood() {
        for given in ["ru", "RU", "ru-RU", "russian", " Russian "] {
            assert_eq!(given.parse::<Language>(), Ok(Language::RUSSIAN), "{given}");
        }
        assert_eq!(Language::ENGLISH.code(), "en");
        assert!("klingon".parse::<Language>().unwrap_err().to_string().contains("klingon"));
    }

    #[test]
    fn no_code_stands_twice() {
        let mut codes: Vec<_> = Language::all().map(Language::code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), TABLE.len());
    }
}
