//! How a word sounds, roughly, in one alphabet for English and Russian, so that a misheard term is found whatever letters
//! the recogniser chose ("cooper netties" and "кубернетис" for "Kubernetes").
//!
//! Own code: the published ones (Soundex, Metaphone) know one alphabet only. Vowels count at the beginning alone, voiced
//! and unvoiced consonants are one.

/// The sound of a word or of several written together. Empty where there are no letters.
pub(crate) fn code(word: &str) -> String {
    let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    let mut code = String::new();
    let mut i = 0;
    while i < letters.len() {
        let (sounds, used) = sound(&letters, i);
        for sound in sounds.chars() {
            let kept = if sound == 'A' { code.is_empty() } else { !code.ends_with(sound) };
            if kept {
                code.push(sound);
            }
        }
        i += used;
    }
    code
}

/// The sounds of the letters at `i`, and how many letters they take.
fn sound(letters: &[char], i: usize) -> (&'static str, usize) {
    let next = letters.get(i + 1).copied().unwrap_or(' ');
    let first = i == 0;
    match (letters[i], next) {
        ('p', 'h') => ("F", 2),
        ('s' | 'c', 'h') | ('д', 'ж') | ('d', 'g') => ("J", 2),
        ('c', 'k') => ("K", 2),
        ('g', 'h') => (if first { "K" } else { "" }, 2),
        ('k', 'n') if first => ("N", 2),
        ('w', 'r') if first => ("R", 2),
        ('t', 'h') => ("T", 2),
        ('t', 's') | ('т', 'с') => ("S", 2),
        ('c', 'e' | 'i' | 'y') | ('s' | 'z' | 'с' | 'з' | 'ц', _) => ("S", 1),
        ('x', _) => (if first { "S" } else { "KS" }, 1),
        ('w', _) => (if first { "F" } else { "" }, 1),
        ('h' | 'х', _) => (if first { "H" } else { "" }, 1),
        (vowel, _) if "aeiouyаеёиоуыэюя".contains(vowel) => ("A", 1),
        ('b' | 'p' | 'б' | 'п', _) => ("P", 1),
        ('d' | 't' | 'д' | 'т', _) => ("T", 1),
        ('c' | 'g' | 'k' | 'q' | 'г' | 'к', _) => ("K", 1),
        ('f' | 'v' | 'в' | 'ф', _) => ("F", 1),
        ('j' | 'ж' | 'ш' | 'щ' | 'ч', _) => ("J", 1),
        ('l' | 'л', _) => ("L", 1),
        ('m' | 'м', _) => ("M", 1),
        ('n' | 'н', _) => ("N", 1),
        ('r' | 'р', _) => ("R", 1),
        ('0'..='9', _) => (DIGITS[letters[i] as usize - '0' as usize], 1),
        _ => ("", 1),
    }
}

const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_sound_alike_have_one_code() {
        for (a, b) in [
            ("Kubernetes", "cooper netties"),
            ("Kubernetes", "кубернетис"),
            ("AlfaVoice", "альфа войс"),
            ("Nordwind", "nort wint"),
            ("Григорьев", "григориев"),
            ("Phoenix", "fenix"),
        ] {
            assert_eq!(code(a), code(b), "{a} {b}");
        }
    }

    #[test]
    fn words_that_do_not_have_not() {
        for (a, b) in [("Kafka", "coffee"), ("Anna", "Hannover"), ("Петров", "Иванов"), ("node", "mode")] {
            assert_ne!(code(a), code(b), "{a} {b}");
        }
    }
}
