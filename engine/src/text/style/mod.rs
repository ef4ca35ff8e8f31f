//! Styles: what a mail, a chat message, code and a document want of a text. Plain data, so that people can change it.

pub(crate) mod apps;
pub mod prompt;

use serde::{Deserialize, Serialize};

use prompt::PromptTemplate;

/// Which rules run. What is off stays in the text as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleSet {
    pub fillers: bool,
    pub repetitions: bool,
    pub false_starts: bool,
    pub self_corrections: bool,
    /// Spoken marks and line breaks, "scratch that".
    pub commands: bool,
    /// Spoken symbols of code ("underscore", "open brace").
    pub symbols: bool,
    pub snippets: bool,
    pub dictionary: bool,
    /// Paragraphs before words that open a new topic.
    pub paragraphs: bool,
}

impl Default for RuleSet {
    fn default() -> Self {
        Self {
            fillers: true,
            repetitions: true,
            false_starts: true,
            self_corrections: true,
            commands: true,
            symbols: false,
            snippets: true,
            dictionary: true,
            paragraphs: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberPolicy {
    /// Numbers stay as they were said.
    Keep,
    /// From ten on, and smaller ones with a unit, in times, dates and codes.
    FromTen,
    /// Every number.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CasePolicy {
    /// Capitals begin sentences.
    Sentence,
    Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalMark {
    /// A sentence without a mark at the end gets one.
    Add,
    /// A full stop at the very end goes; question and exclamation marks stay.
    DropFullStop,
    Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelUse {
    /// Where the gate finds that it would help.
    WhenUseful,
    Never,
}

/// One way of writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// The name by which clients choose it.
    pub name: String,
    pub rules: RuleSet,
    pub numbers: NumberPolicy,
    pub case: CasePolicy,
    pub final_mark: FinalMark,
    /// Whether a model may break the text into paragraphs and lists.
    pub line_breaks: bool,
    pub model: ModelUse,
    /// What a language model is told; people may write their own.
    pub prompt: PromptTemplate,
}

impl Style {
    /// The style of everything that is no other.
    pub fn none() -> Self {
        Self {
            name: "none".into(),
            rules: RuleSet::default(),
            numbers: NumberPolicy::FromTen,
            case: CasePolicy::Sentence,
            final_mark: FinalMark::Add,
            line_breaks: false,
            model: ModelUse::WhenUseful,
            prompt: PromptTemplate::cleaning("Keep the tone as it is."),
        }
    }

    pub fn mail() -> Self {
        Self {
            name: "mail".into(),
            rules: RuleSet { paragraphs: true, ..RuleSet::default() },
            line_breaks: true,
            prompt: PromptTemplate::cleaning(
                "It is an e-mail: put the greeting and the closing on lines of their own and part topics into paragraphs.",
            ),
            ..Self::none()
        }
    }

    pub fn chat() -> Self {
        Self {
            name: "chat".into(),
            final_mark: FinalMark::DropFullStop,
            prompt: PromptTemplate::cleaning(
                "It is a chat message: short, one paragraph, no full stop at the very end.",
            ),
            ..Self::none()
        }
    }

    pub fn code() -> Self {
        Self {
            name: "code".into(),
            rules: RuleSet { self_corrections: false, symbols: true, ..RuleSet::default() },
            numbers: NumberPolicy::All,
            case: CasePolicy::Keep,
            final_mark: FinalMark::Keep,
            model: ModelUse::Never,
            prompt: PromptTemplate::cleaning("It is program code or a command line: keep case and symbols exactly."),
            ..Self::none()
        }
    }

    /// As it was recognised, for those who clean up themselves.
    pub fn verbatim() -> Self {
        Self {
            name: "verbatim".into(),
            rules: RuleSet::OFF,
            numbers: NumberPolicy::Keep,
            case: CasePolicy::Keep,
            final_mark: FinalMark::Keep,
            model: ModelUse::Never,
            ..Self::none()
        }
    }

    /// Whether it leaves every text as it is.
    pub fn is_verbatim(&self) -> bool {
        let keeps = self.numbers == NumberPolicy::Keep && self.case == CasePolicy::Keep;
        keeps && self.rules == RuleSet::OFF && self.final_mark == FinalMark::Keep && self.model == ModelUse::Never
    }

    pub fn document() -> Self {
        Self {
            name: "document".into(),
            rules: RuleSet { paragraphs: true, ..RuleSet::default() },
            line_breaks: true,
            prompt: PromptTemplate::cleaning(
                "It is a document: full sentences, a new paragraph where the topic changes.",
            ),
            ..Self::none()
        }
    }
}

impl RuleSet {
    /// Nothing is changed.
    pub const OFF: Self = Self {
        fillers: false,
        repetitions: false,
        false_starts: false,
        self_corrections: false,
        commands: false,
        symbols: false,
        snippets: false,
        dictionary: false,
        paragraphs: false,
    };
}

/// The styles of one user: the built-in ones, changed or added to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Styles {
    styles: Vec<Style>,
    /// Application (part of its name) to style name, before the built-in table.
    apps: Vec<(String, String)>,
}

impl Default for Styles {
    fn default() -> Self {
        Self {
            styles: vec![
                Style::none(),
                Style::mail(),
                Style::chat(),
                Style::code(),
                Style::document(),
                Style::verbatim(),
            ],
            apps: Vec::new(),
        }
    }
}

impl Styles {
    /// Adds a style, or replaces the one with its name.
    pub fn set(&mut self, style: Style) {
        match self.styles.iter_mut().find(|known| known.name == style.name) {
            Some(known) => *known = style,
            None => self.styles.push(style),
        }
    }

    /// Makes an application use a style, whatever the built-in table says.
    pub fn set_app(&mut self, app: &str, style: &str) {
        let app = app.trim().to_lowercase();
        self.apps.retain(|(known, _)| *known != app);
        self.apps.push((app, style.to_owned()));
    }

    pub fn get(&self, name: &str) -> Option<&Style> {
        self.styles.iter().find(|style| style.name.eq_ignore_ascii_case(name.trim()))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.styles.iter().map(|style| style.name.as_str())
    }

    /// The style named, else that of the application, else "none". An unknown name counts as not named.
    pub fn choose(&self, style: Option<&str>, app: Option<&str>) -> &Style {
        style
            .and_then(|name| self.get(name))
            .or_else(|| app.and_then(|app| self.style_of_app(app)))
            .unwrap_or_else(|| self.get("none").unwrap_or(&self.styles[0]))
    }

    fn style_of_app(&self, app: &str) -> Option<&Style> {
        let own = app.trim().to_lowercase();
        let chosen = self.apps.iter().find(|(known, _)| !known.is_empty() && own.contains(known.as_str()));
        self.get(chosen.map_or_else(|| apps::style_name(app), |(_, style)| Some(style.as_str()))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_style_wins_over_the_application() {
        let styles = Styles::default();
        assert_eq!(styles.choose(Some("Chat"), Some("outlook.exe")).name, "chat");
        assert_eq!(styles.choose(None, Some("outlook.exe")).name, "mail");
        assert_eq!(styles.choose(Some("unheard of"), Some("Slack")).name, "chat");
        assert_eq!(styles.choose(None, None).name, "none");
    }

    #[test]
    fn people_can_change_styles_and_applications() {
        let mut styles = Styles::default();
        styles.set(Style { name: "tickets".into(), ..Style::document() });
        styles.set(Style { final_mark: FinalMark::Add, ..Style::chat() });
        styles.set_app("Jira", "tickets");
        assert_eq!(styles.choose(None, Some("Jira - Chrome")).name, "tickets");
        assert_eq!(styles.get("chat").unwrap().final_mark, FinalMark::Add);
        assert_eq!(styles.names().count(), 7);
    }

    #[test]
    fn a_style_survives_being_stored() {
        let stored = serde_json::to_string(&Style::mail()).unwrap();
        assert_eq!(serde_json::from_str::<Style>(&stored).unwrap(), Style::mail());
        assert!(serde_json::from_str::<RuleSet>(r#"{"filler":true}"#).is_err());
    }
}
