//! What a person types into the search field, taken apart.
//!
//! All words must occur, in any form: `отчёты` finds "отчёт". `"in quotes"` they must follow each other. A last `*`
//! stands for any ending: `отч*` (after three letters or more).

use super::words::{Word, words_of};

/// More words are not looked at; nobody types them by hand.
const MAX_TERMS: usize = 16;

/// `*` after fewer letters would match nearly everything. From here on SQLite has an index of beginnings.
const MIN_PREFIX_CHARS: usize = 3;

/// A search that has at least one word in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    pub(crate) terms: Vec<Term>,
    /// Stems that must follow each other; each is also among the terms.
    pub(crate) phrases: Vec<Vec<String>>,
}

/// One word that must occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    pub stem: String,
    /// Also any stem that begins so.
    pub prefix: Option<String>,
}

impl Term {
    pub fn matches(&self, stem: &str) -> bool {
        self.stem == stem || self.prefix.as_ref().is_some_and(|prefix| stem.starts_with(prefix.as_str()))
    }
}

impl SearchQuery {
    /// None where there is no word to search for.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut query = Self { terms: Vec::new(), phrases: Vec::new() };
        for (part, text) in typed.split('"').enumerate() {
            let quoted = part % 2 == 1;
            let words: Vec<Word> = words_of(text).collect();
            for word in &words {
                let starred = !quoted && text[word.range.end..].starts_with('*');
                query.add(word, starred);
            }
            if quoted && words.len() > 1 && query.terms.len() < MAX_TERMS {
                query.phrases.push(words.into_iter().map(|word| word.stem).collect());
            }
        }
        (!query.terms.is_empty()).then_some(query)
    }

    fn add(&mut self, word: &Word, starred: bool) {
        let prefix = (starred && word.folded.chars().count() >= MIN_PREFIX_CHARS).then(|| word.folded.clone());
        let term = Term { stem: word.stem.clone(), prefix };
        if self.terms.len() < MAX_TERMS && !self.terms.contains(&term) {
            self.terms.push(term);
        }
    }

    /// For FTS5: `"u0192" AND "отчет" AND ("ru" OR "ru"*)`. `owner` is the word made of the owner's id.
    pub(crate) fn to_fts5(&self, owner: &str) -> String {
        self.render(owner, " AND ", |term| match &term.prefix {
            Some(prefix) => format!("(\"{}\" OR \"{prefix}\"*)", term.stem),
            None => format!("\"{}\"", term.stem),
        })
    }

    /// For PostgreSQL's `tsquery`: `'u0192' & 'отчет' & ('ru' | 'ru':*)`.
    pub(crate) fn to_tsquery(&self, owner: &str) -> String {
        self.render(owner, " & ", |term| match &term.prefix {
            Some(prefix) => format!("('{}' | '{prefix}':*)", term.stem),
            None => format!("'{}'", term.stem),
        })
    }

    /// Each phrase as a `LIKE` pattern over the stems with a space at either end.
    pub(crate) fn phrase_patterns(&self) -> impl Iterator<Item = String> {
        self.phrases.iter().map(|phrase| format!("% {} %", phrase.join(" ")))
    }

    // Stems hold letters, digits and marks only (see `words`), so nothing needs to be escaped.
    fn render(&self, owner: &str, and: &str, term: impl Fn(&Term) -> String) -> String {
        let owner = Term { stem: owner.to_owned(), prefix: None };
        std::iter::once(&owner).chain(&self.terms).map(term).collect::<Vec<_>>().join(and)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> SearchQuery {
        SearchQuery::parse(typed).expect("has words")
    }

    #[test]
    fn words_become_stems_and_quotes_become_phrases() {
        let query = parse("Отчёты \"продажи за год\"");
        assert_eq!(query.terms.iter().map(|t| t.stem.as_str()).collect::<Vec<_>>(), ["отчет", "продаж", "за", "год"]);
        assert_eq!(query.phrase_patterns().collect::<Vec<_>>(), ["% продаж за год %"]);
        assert_eq!(query.to_fts5("u1"), r#""u1" AND "отчет" AND "продаж" AND "за" AND "год""#);
    }

    #[test]
    fn a_star_stands_for_any_ending() {
        let query = parse("runn* xy*");
        assert_eq!(query.to_fts5("u1"), r#""u1" AND ("runn" OR "runn"*) AND "xy""#);
        assert_eq!(query.to_tsquery("u1"), "'u1' & ('runn' | 'runn':*) & 'xy'");
    }

    #[test]
    fn nothing_to_search_for_is_no_query() {
        for typed in ["", "  ", "\"\"", "***", "?!…", "' -- ;"] {
            assert_eq!(SearchQuery::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn operators_of_the_databases_are_only_words() {
        assert_eq!(
            parse("a AND b) OR 'c':* & NEAR(").to_tsquery("u1"),
            "'u1' & 'a' & 'and' & 'b' & 'or' & 'c' & 'near'"
        );
    }

    #[test]
    fn an_endless_query_is_cut() {
        let typed = (0..1000).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(parse(&typed).terms.len(), MAX_TERMS);
    }
}
