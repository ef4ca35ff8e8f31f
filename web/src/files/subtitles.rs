//! Words with times to subtitles that can be read: lines broken by sense, shown long enough. Pure.

use std::fmt::Write as _;

/// Usual rules of broadcasters: two lines of 42 characters, up to 7 seconds, at most 17 characters a second.
const LINE: usize = 42;
const CUE: usize = 2 * LINE;
const LONGEST_MS: u64 = 7000;
const SHORTEST_MS: u64 = 1000;
const CHARS_PER_SECOND: u64 = 17;
/// A silence that ends a subtitle.
const SILENCE_MS: u64 = 800;
/// Between two subtitles the screen is empty for a moment.
const GAP_MS: u64 = 80;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedWord {
    pub text: String,
    pub start_ms: u64,
    pub end_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    pub start_ms: u64,
    pub end_ms: u64,
    /// One or two lines.
    pub text: String,
}

/// How good it is to break behind this word: sentences before clauses before anything else.
fn sense(word: &str) -> u32 {
    match word.chars().last() {
        Some('.' | '!' | '?' | '…') => 3,
        Some(',' | ';' | ':' | '—' | '–') => 2,
        _ => 0,
    }
}

/// Adds the words of an utterance. Its text may have been cleaned: the times are those of the recognised words where there
/// are as many, else it is spread evenly. No word begins before the last one ended.
pub fn spread(text: &str, (start_ms, end_ms): (u64, u64), known: &[(u64, u64)], to: &mut Vec<TimedWord>) {
    let shown: Vec<&str> = text.split_whitespace().collect();
    let count = shown.len().max(1) as u64;
    let even = |at: usize| start_ms + end_ms.saturating_sub(start_ms) * at as u64 / count;
    for (at, text) in shown.iter().enumerate() {
        let own = if shown.len() == known.len() { known[at] } else { (even(at), even(at + 1)) };
        let start_ms = own.0.max(to.last().map_or(0, |last| last.end_ms));
        to.push(TimedWord { text: (*text).to_owned(), start_ms, end_ms: own.1.max(start_ms + 1) });
    }
}

pub fn cues(words: &[TimedWord]) -> Vec<Cue> {
    let mut groups: Vec<&[TimedWord]> = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let (group, after) = rest.split_at(next_break(rest));
        groups.push(group);
        rest = after;
    }
    let mut cues: Vec<Cue> = groups.iter().map(|group| cue(group)).collect();
    for at in 0..cues.len() {
        let next = cues.get(at + 1).map_or(u64::MAX, |next| next.start_ms.saturating_sub(GAP_MS));
        let cue = &mut cues[at];
        let readable = (cue.text.chars().count() as u64 * 1000 / CHARS_PER_SECOND).max(SHORTEST_MS);
        // Longer only where nothing follows; never over the next one.
        cue.end_ms = cue.end_ms.max((cue.start_ms + readable).min(next)).max(cue.start_ms + 1);
    }
    cues
}

/// How many of the words make the next subtitle.
fn next_break(words: &[TimedWord]) -> usize {
    let (mut length, mut best) = (0, (0, 0));
    for (at, word) in words.iter().enumerate() {
        length += word.text.chars().count() + usize::from(at > 0);
        let too_much = length > CUE || word.end_ms.saturating_sub(words[0].start_ms) > LONGEST_MS;
        if at > 0 && too_much {
            // Back to the last place that makes sense, unless it is too far back.
            let (place, value) = best;
            return if value > 0 && place * 3 >= at { place } else { at };
        }
        let value = sense(&word.text);
        if value >= best.1 && value > 0 {
            best = (at + 1, value);
        }
        let silence = words.get(at + 1).is_some_and(|next| next.start_ms.saturating_sub(word.end_ms) > SILENCE_MS);
        if silence || (value == 3 && length > LINE / 2) {
            return at + 1;
        }
    }
    words.len()
}

fn cue(words: &[TimedWord]) -> Cue {
    let text: Vec<&str> = words.iter().map(|word| word.text.trim()).collect();
    Cue {
        start_ms: words.first().map_or(0, |word| word.start_ms),
        end_ms: words.last().map_or(0, |word| word.end_ms),
        text: lines(&text),
    }
}

/// One line if it fits, else two of about the same length, broken where it makes sense.
fn lines(words: &[&str]) -> String {
    let whole = words.join(" ");
    let length = whole.chars().count();
    if length <= LINE || words.len() < 2 {
        return whole;
    }
    let (mut before, mut best) = (0, (u64::MAX, 1));
    for at in 1..words.len() {
        before += words[at - 1].chars().count() + usize::from(at > 1);
        let after = length - before - 1;
        let too_long = (before.max(after)).saturating_sub(LINE) as u64 * 100;
        let uneven = before.abs_diff(after) as u64;
        let cost = too_long + uneven + 12 - u64::from(sense(words[at - 1])) * 4;
        best = best.min((cost, at));
    }
    format!("{}\n{}", words[..best.1].join(" "), words[best.1..].join(" "))
}

pub fn srt(cues: &[Cue]) -> String {
    let mut out = String::new();
    for (at, cue) in cues.iter().enumerate() {
        let (start, end) = (time(cue.start_ms, ','), time(cue.end_ms, ','));
        let _ = write!(out, "{}\n{start} --> {end}\n{}\n\n", at + 1, cue.text);
    }
    out
}

pub fn vtt(cues: &[Cue]) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for cue in cues {
        let text = cue.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(out, "{} --> {}\n{text}\n\n", time(cue.start_ms, '.'), time(cue.end_ms, '.'));
    }
    out
}

fn time(ms: u64, point: char) -> String {
    let (seconds, ms) = (ms / 1000, ms % 1000);
    format!("{:02}:{:02}:{:02}{point}{ms:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<TimedWord> {
        let word = |(at, text): (usize, &str)| TimedWord {
            text: text.to_owned(),
            start_ms: at as u64 * 300,
            end_ms: at as u64 * 300 + 280,
        };
        text.split_whitespace().enumerate().map(word).collect()
    }

    #[test]
    fn subtitles_end_with_sentences() {
        let cues = cues(&words("This is the first sentence of it. And here, after it, comes another one."));
        assert_eq!(cues.len(), 2);
        assert!(cues[0].text.ends_with("of it."));
    }

    #[test]
    fn long_sentences_break_behind_a_comma() {
        let text = "When the long winter of that year was over at last, the people of the small village by the river \
                    went out into the fields";
        let cues = cues(&words(text));
        assert!(cues[0].text.replace('\n', " ").ends_with("at last,"), "{cues:?}");
    }

    #[test]
    fn the_two_formats_are_as_players_want_them() {
        let cues = [Cue { start_ms: 3_723_004, end_ms: 3_724_000, text: "a < b".to_owned() }];
        assert_eq!(srt(&cues), "1\n01:02:03,004 --> 01:02:04,000\na < b\n\n");
        assert_eq!(vtt(&cues), "WEBVTT\n\n01:02:03.004 --> 01:02:04.000\na &lt; b\n\n");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_subtitle_overlaps(
            given in prop::collection::vec(("[a-zа-я]{1,20}[.,]?", 0_u64..2000, 50_u64..900), 0..80)
        ) {
            let mut at = 0;
            let words: Vec<TimedWord> = given.into_iter().map(|(text, gap, length)| {
                let start_ms = at + gap;
                at = start_ms + length;
                TimedWord { text, start_ms, end_ms: at }
            }).collect();
            let cues = cues(&words);
            let said: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            let shown: Vec<&str> = cues.iter().flat_map(|cue| cue.text.split_whitespace()).collect();
            prop_assert_eq!(said, shown);
            for pair in cues.windows(2) {
                prop_assert!(pair[0].end_ms <= pair[1].start_ms);
            }
            for cue in &cues {
                prop_assert!(cue.start_ms < cue.end_ms);
                prop_assert!(cue.text.lines().count() <= 2);
            }
        }
    }
}
