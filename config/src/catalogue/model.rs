//! One entry of the catalogue: what it is, where its file comes from and where it is kept.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

use super::facts::AsrFacts;
use super::llm_facts::LlmFacts;

/// A model that can be asked for by name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What people type: lower case, no spaces.
    pub id: String,
    pub kind: ModelKind,
    /// One sentence for people who choose.
    pub description: String,
    /// SPDX expression where there is one.
    pub licence: String,
    /// Name of the file in the model folder; none = inside the worker executable.
    #[serde(default)]
    pub file: Option<String>,
    /// Size of the file, where it is known; about, unless a checksum stands beside it.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// Unknown = the file is refused unless the person who asks for it takes it unverified.
    #[serde(default)]
    pub sha256: Option<Sha256>,
    /// Where the file is, relative to a mirror; several are tried in order.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Language codes; empty = whatever the file itself says.
    #[serde(default)]
    pub languages: Vec<String>,
    /// For speech models.
    #[serde(default)]
    pub facts: AsrFacts,
    /// For language models.
    #[serde(default)]
    pub llm: LlmFacts,
}

/// Which engine loads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    Asr,
    Llm,
}

/// The checksum of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Sha256([u8; 32]);

/// An entry that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadModel {
    #[error("the id may have small letters, digits, `.`, `-` and `_` only")]
    Id,
    #[error("`file` = `{file}` must be a bare file name")]
    File { file: String },
    #[error("entry `{path}` of `paths` must be a relative path without `..`")]
    Path { path: String },
    #[error("`{code}` is not a language code such as `en`")]
    Language { code: String },
    #[error("`facts` are for speech models only; remove them")]
    FactsOfOtherKind,
    #[error("`llm` is for language models only; remove it")]
    LlmFactsOfOtherKind,
    #[error("`{fact}` = `{value}` must be {range}")]
    Fact { fact: &'static str, value: String, range: &'static str },
    #[error("not a SHA-256 checksum: {given}; give 64 hexadecimal digits, or leave it out")]
    Checksum { given: String },
}

impl Model {
    /// Whether its weights are in the worker executable.
    pub fn is_built_in(&self) -> bool {
        self.file.is_none()
    }

    /// Where its file belongs; none where it has none.
    pub fn file_in(&self, folder: &Path) -> Option<PathBuf> {
        self.file.as_ref().map(|file| folder.join(file))
    }

    /// The addresses to try for its file, the mirrors in their order. A folder (`file:`) may hold the files with the
    /// mirror's paths or all beside each other.
    pub fn addresses(&self, mirrors: &[String]) -> Vec<String> {
        let mut addresses = Vec::new();
        for mirror in mirrors {
            let mirror = mirror.trim_end_matches('/');
            addresses.extend(self.paths.iter().map(|path| format!("{mirror}/{path}")));
            if let (true, Some(file)) = (mirror.starts_with("file:"), &self.file) {
                addresses.push(format!("{mirror}/{file}"));
            }
        }
        addresses
    }

    /// Whether the entry makes sense; what it says comes from a file that anybody may have edited.
    pub fn check(&self) -> Result<(), BadModel> {
        let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
        if self.id.is_empty() || !self.id.bytes().all(named) {
            return Err(BadModel::Id);
        }
        if let Some(file) = self.file.as_ref().filter(|file| !is_bare_name(file)) {
            return Err(BadModel::File { file: file.clone() });
        }
        if let Some(path) = self.paths.iter().find(|path| !path.split('/').all(is_bare_name)) {
            return Err(BadModel::Path { path: path.clone() });
        }
        let coded = |code: &&String| (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
        if let Some(code) = self.languages.iter().find(|code| !coded(code)) {
            return Err(BadModel::Language { code: code.clone() });
        }
        match self.kind {
            ModelKind::Asr if self.llm != LlmFacts::default() => Err(BadModel::LlmFactsOfOtherKind),
            ModelKind::Asr => self.check_facts(),
            ModelKind::Llm if self.facts != AsrFacts::default() => Err(BadModel::FactsOfOtherKind),
            ModelKind::Llm => self.check_llm_facts(),
        }
    }

    fn check_llm_facts(&self) -> Result<(), BadModel> {
        let words = self.llm.words_at_a_time;
        within(words <= 5000, "llm.words_at_a_time", words, "at most 5000, or 0 for whole lines")?;
        let tokens = self.llm.context_tokens;
        let fits = tokens == 0 || (256..=1 << 20).contains(&tokens);
        within(fits, "llm.context_tokens", tokens, "256 to 1048576, or 0 for the model's own")?;
        let said = self.llm.chat_template.as_ref().is_none_or(|template| !template.trim().is_empty());
        within(said, "llm.chat_template", "", "the text of a template, or left out")
    }

    fn check_facts(&self) -> Result<(), BadModel> {
        let facts = &self.facts;
        let floor = facts.audio_ctx_floor;
        within((1..=1500).contains(&floor), "facts.audio_ctx_floor", floor, "1 to 1500")?;
        let margin = facts.audio_ctx_margin_ms;
        within(margin <= 30_000, "facts.audio_ctx_margin_ms", margin, "at most 30000")?;
        let longest = facts.longest_utterance_ms;
        within((1000..=29_000).contains(&longest), "facts.longest_utterance_ms", longest, "1000 to 29000")?;
        within((1..=8).contains(&facts.beam), "facts.beam", facts.beam, "1 to 8")?;
        let tokens = facts.tokens_per_second;
        within((1.0..=50.0).contains(&tokens), "facts.tokens_per_second", tokens, "1 to 50")?;
        let ladder = &facts.temperature_ladder;
        let rising = ladder.iter().all(|step| (0.0..=1.0).contains(step)) && ladder.is_sorted();
        within(rising, "facts.temperature_ladder", format!("{ladder:?}"), "rising, each 0 to 1")
    }
}

fn within(fits: bool, fact: &'static str, value: impl fmt::Display, range: &'static str) -> Result<(), BadModel> {
    if fits { Ok(()) } else { Err(BadModel::Fact { fact, value: value.to_string(), range }) }
}

/// A name that stays in its folder on every system.
fn is_bare_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', ':', '\0'])
}

impl ModelKind {
    /// For messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asr => "speech model",
            Self::Llm => "language model",
        }
    }
}

impl Sha256 {
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Sha256 {
    type Err = BadModel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadModel::Checksum { given: format!("`{text}`") };
        if text.len() != 64 || !text.is_ascii() {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Sha256 {
    type Error = BadModel;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Sha256 {
    /// 64 hexadecimal digits, as checksum tools print them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
