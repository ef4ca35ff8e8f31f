//! Texts that people call by a few words: "my address" becomes the address.

use serde::{Deserialize, Serialize};

use super::tokens::{normal, words};

/// A text and the words that call it. `{name}` places in the text are filled from the values given with the snippets;
/// a place nobody knows stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snippet {
    pub trigger: String,
    pub text: String,
}

/// A person's snippets, ready for look-up, with the values of their places (date, own name, ...).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippets {
    /// Comparable words of the trigger, and the text; the longest triggers first.
    compiled: Vec<(Vec<String>, String)>,
}

impl Snippets {
    pub fn new(snippets: &[Snippet], values: &[(String, String)]) -> Self {
        let mut compiled: Vec<(Vec<String>, String)> = snippets
            .iter()
            .map(|snippet| (trigger_words(&snippet.trigger), filled(&snippet.text, values)))
            .filter(|(trigger, _)| !trigger.is_empty())
            .collect();
        compiled.sort_by_key(|(trigger, _)| std::cmp::Reverse(trigger.len()));
        Self { compiled }
    }

    pub fn is_empty(&self) -> bool {
        self.compiled.is_empty()
    }

    /// The longest trigger that `matches` accepts: its number of words, and the text.
    pub(crate) fn find(&self, matches: impl Fn(&[String]) -> bool) -> Option<(usize, &str)> {
        self.compiled.iter().find(|(trigger, _)| matches(trigger)).map(|(trigger, text)| (trigger.len(), text.as_str()))
    }
}

fn trigger_words(trigger: &str) -> Vec<String> {
    words(trigger).iter().map(|token| normal(token.text)).collect()
}

fn filled(text: &str, values: &[(String, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let value = rest
            .find('}')
            .and_then(|end| values.iter().find(|(name, _)| *name == rest[1..end]).map(|(_, value)| (end, value)));
        if let Some((end, value)) = value {
            out.push_str(value);
            rest = &rest[end + 1..];
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_unknown_ones_stay() {
        let values = [("date".to_owned(), "5 March".to_owned()), ("name".to_owned(), "{date}".to_owned())];
        assert_eq!(filled("On {date} {name} wrote {what} {", &values), "On 5 March {date} wrote {what} {");
    }

    #[test]
    fn the_longest_trigger_wins() {
        let snippet = |trigger: &str, text: &str| Snippet { trigger: trigger.into(), text: text.into() };
        let snippets =
            Snippets::new(&[snippet("my address", "A"), snippet("My Address, home", "B"), snippet("!", "C")], &[]);
        let said = ["my", "address", "home"];
        let found = snippets.find(|trigger| trigger.iter().zip(said).all(|(a, b)| a == b));
        assert_eq!(found, Some((3, "B")));
    }
}
