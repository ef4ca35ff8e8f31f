//! "Did you mean": the known name that a mistyped one most resembles.

/// Less similar than this is not meant.
const MEANT: f64 = 0.5;

/// The most similar known name, unless none is similar enough to be meant.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    best(given, known, similarity)
}

/// The same for keys with a section: a right name in a wrong section counts nearly as much as a slip of the finger.
pub(crate) fn nearest_key<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    best(given, known, |given, key| {
        let (known_section, known_name) = key.split_once('.').unwrap_or(("", key));
        let (section, name) = given.split_once('.').unwrap_or(("", given));
        let names = similarity(name, known_name);
        if section == known_section {
            names
        } else if names >= 0.75 {
            names * 0.9_f64.max(similarity(section, known_section))
        } else {
            names * similarity(section, known_section)
        }
    })
}

fn best<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
    similarity: impl Fn(&str, &str) -> f64,
) -> Option<&'a str> {
    let given = given.to_lowercase();
    let scored = known.into_iter().map(|name| (similarity(&given, &name.to_lowercase()), name));
    // Of several that fit as well, the first: sections stand in the order of their importance.
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.filter(|(score, _)| *score >= MEANT).map(|(_, name)| name)
}

/// 0..=1. An abbreviation or an ending too many is as good as a few slips.
fn similarity(given: &str, name: &str) -> f64 {
    let slips = strsim::normalized_damerau_levenshtein(given, name);
    let shortened = given.len() >= 3 && name.len() >= 3 && (name.starts_with(given) || given.starts_with(name));
    slips.max(if shortened { 0.8 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_abbreviations_and_wrong_sections_are_recognised_and_strangers_are_not() {
        let known = ["server.listen", "logging.level", "asr.workers", "llm.threads"];
        assert_eq!(nearest_key("server.lisen", known), Some("server.listen"));
        assert_eq!(nearest_key("server.level", known), Some("logging.level"));
        assert_eq!(nearest_key("ASR.Worker", known), Some("asr.workers"));
        assert_eq!(nearest_key("lm.thread", known), Some("llm.threads"));
        assert_eq!(nearest_key("workers", known), Some("asr.workers"));
        assert_eq!(nearest_key("server.colour", known), None);
        assert_eq!(nearest("prod", ["development", "production"]), Some("production"));
        assert_eq!(nearest("base.en-Q5", ["base-q5", "base.en-q5"]), Some("base.en-q5"));
        assert_eq!(nearest("quux", ["development", "production"]), None);
    }
}
