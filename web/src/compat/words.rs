//! What the views share about texts and languages. Pure.

use actors::session::{Final, Tier, Wishes};
use engine::language::Language;

/// Text as it was said, word for word; the clean-up is asked for by the model's name.
const VERBATIM: &str = "verbatim";
/// Names of models that we offer; any other name is taken for the first.
pub const MODELS: [&str; 4] = ["alfavoice", "alfavoice-high", "alfavoice-clean", "alfavoice-high-clean"];

/// What a model's name means: clients must name one, and know only their own service's.
pub fn wishes_of_model(model: &str) -> Wishes {
    let ours = model.starts_with("alfavoice");
    Wishes {
        tier: Some(if ours && model.contains("high") { Tier::High } else { Tier::Normal }),
        style: (!(ours && model.contains("clean"))).then(|| VERBATIM.to_owned()),
        ..Wishes::default()
    }
}

/// `en`, `en-US`, `english`; none for what means "find out".
pub fn language(given: &str) -> Result<Option<Language>, String> {
    let given = given.trim();
    if given.is_empty() || ["auto", "multi"].contains(&given.to_ascii_lowercase().as_str()) {
        return Ok(None);
    }
    let code = given.split(['-', '_']).next().unwrap_or(given).to_ascii_lowercase();
    if let Ok(language) = code.parse::<Language>() {
        return Ok(Some(language));
    }
    let named = Language::all().find(|language| language.english_name().eq_ignore_ascii_case(given));
    named.map(Some).ok_or_else(|| format!("`{given}` is no language that is known here; send a code such as `en`"))
}

/// Words worth listening for in a text that describes what will be said.
pub fn terms_of_prompt(prompt: &str) -> Vec<String> {
    const LONGEST_TERM_WORDS: usize = 4;
    const MOST: usize = 100;
    let listed: Vec<&str> = prompt.split([',', ';', '\n']).map(str::trim).filter(|term| !term.is_empty()).collect();
    let is_list = listed.len() > 1 && listed.iter().all(|t| t.split_whitespace().count() <= LONGEST_TERM_WORDS);
    let mut terms: Vec<String> = if is_list {
        listed.into_iter().map(|term| term.trim_end_matches('.').to_owned()).collect()
    } else {
        names_in(prompt)
    };
    terms.dedup();
    terms.truncate(MOST);
    terms
}

/// Words with a capital that do not only begin a sentence.
fn names_in(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut begins = true;
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        let capitals = bare.chars().filter(|letter| letter.is_uppercase()).count();
        if bare != "I" && capitals > usize::from(begins) && !names.contains(&bare.to_owned()) {
            names.push(bare.to_owned());
        }
        begins = word.ends_with(['.', '!', '?', ':']);
    }
    names
}

/// Utterances as one text.
pub fn joined<'a>(finals: impl IntoIterator<Item = &'a Final>) -> String {
    let texts: Vec<&str> = finals.into_iter().map(|told| told.text.trim()).filter(|text| !text.is_empty()).collect();
    texts.join(" ")
}

/// A word as others' word lists have it: no marks, no capitals.
pub fn bare(word: &str) -> String {
    let inner = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    if inner.is_empty() { word.to_lowercase() } else { inner.to_lowercase() }
}

/// A, B, ...
pub fn speaker_name(number: u16) -> String {
    char::from(b'A' + (number % 26) as u8).to_string()
}

pub fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_understood_in_each_of_their_forms() {
        for given in ["en", "en-US", "EN_gb", "english", "English"] {
            assert_eq!(language(given), Ok(Some(Language::ENGLISH)), "{given}");
        }
        for given in ["", "auto", "multi"] {
            assert_eq!(language(given), Ok(None));
        }
        assert!(language("klingon").is_err());
    }

    #[test]
    fn prompts_give_lists_or_names() {
        assert_eq!(terms_of_prompt("Kubernetes, Ivan Petrov, NUMA"), ["Kubernetes", "Ivan Petrov", "NUMA"]);
        let sentence = "The meeting is with Anna about GraphQL. It was planned by AlfaVoice.";
        assert_eq!(terms_of_prompt(sentence), ["Anna", "GraphQL", "AlfaVoice"]);
        assert!(terms_of_prompt("what was said before").is_empty());
    }

    #[test]
    fn only_our_own_names_choose_a_model() {
        assert_eq!(wishes_of_model("whisper-1").tier, Some(Tier::Normal));
        assert_eq!(wishes_of_model("someone-high-clean").style.as_deref(), Some("verbatim"));
        let ours = wishes_of_model("alfavoice-high-clean");
        assert_eq!((ours.tier, ours.style), (Some(Tier::High), None));
    }
}
