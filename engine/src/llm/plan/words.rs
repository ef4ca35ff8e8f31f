//! A text as the words that a reply has to keep.

/// A word as it has to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// With its quotes and brackets, without the sentence's marks behind it.
    pub text: String,
    /// In lower case, letters and digits with what stands between them and a hyphen behind: to know it again.
    pub plain: String,
}

/// Marks that belong to the sentence, not to the word before them.
const SENTENCE_MARKS: [char; 7] = [',', '.', '?', '!', ':', ';', '…'];
const DASHES: [char; 4] = ['-', '–', '—', '―'];

/// The words of a text. Dashes and marks on their own are none; other signs are.
pub fn parse(text: &str) -> Vec<Word> {
    text.split_whitespace().filter_map(word).collect()
}

fn word(chunk: &str) -> Option<Word> {
    let bare = chunk.trim_end_matches(SENTENCE_MARKS);
    if bare.chars().all(|sign| SENTENCE_MARKS.contains(&sign) || DASHES.contains(&sign)) {
        return None;
    }
    // The dot of "p.m." is part of the word; one behind "3.50" ends a sentence.
    let dotted = bare.contains('.') && bare.chars().any(char::is_alphabetic) && !bare.contains(['@', '/', ':']);
    let text = if dotted && chunk[bare.len()..].starts_with('.') { &chunk[..=bare.len()] } else { bare };
    let inner = text.trim_start_matches(|sign: char| !sign.is_alphanumeric());
    let inner = inner.trim_end_matches(|sign: char| !sign.is_alphanumeric() && sign != '-');
    let plain = if inner.is_empty() { text } else { inner }.to_lowercase();
    Some(Word { text: text.to_owned(), plain })
}

impl Word {
    /// The ways in which it may be written: as it stands, and with its first letter small or capital. A word with a
    /// capital further on ("NASA", "iPhone", "McDonald") is written in one way only, and so is what begins with a digit.
    pub fn forms(&self) -> Vec<String> {
        let mut forms = vec![self.text.clone()];
        let Some((at, first)) = self.text.char_indices().find(|(_, sign)| sign.is_alphanumeric()) else { return forms };
        let rest = &self.text[at + first.len_utf8()..];
        if first.is_alphabetic() && !rest.chars().any(char::is_uppercase) {
            let before = &self.text[..at];
            forms.push(format!("{before}{}{rest}", first.to_lowercase()));
            forms.push(format!("{before}{}{rest}", first.to_uppercase()));
            forms.sort();
            forms.dedup();
        }
        forms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        parse(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn marks_of_the_sentence_are_no_part_of_a_word() {
        assert_eq!(texts("Well, «he» said: at 3.50 p.m. — no…"), ["Well", "«he»", "said", "at", "3.50", "p.m.", "no"]);
        assert_eq!(texts("a@b.com. 2 + 2"), ["a@b.com", "2", "+", "2"]);
        assert_eq!(parse("«Th-»")[0].plain, "th-");
        assert!(parse(" - , ... ").is_empty());
    }

    #[test]
    fn only_a_first_letter_changes_its_size() {
        let forms = |text: &str| parse(text)[0].forms();
        assert_eq!(forms("hello"), ["Hello", "hello"]);
        assert_eq!(forms("«Привет»"), ["«Привет»", "«привет»"]);
        assert_eq!(forms("I'm"), ["I'm", "i'm"]);
        for fixed in ["NASA", "iPhone", "3rd", "+", "Санкт-Петербург"] {
            assert_eq!(forms(fixed), [fixed]);
        }
    }
}
