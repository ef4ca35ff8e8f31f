//! How `transcribe` shows what it got.

use clap::ValueEnum;
use protocol::FinalText;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text, a paragraph per utterance
    #[default]
    Text,
    /// Everything that is known, one JSON object
    Json,
    /// Subtitles
    Srt,
    /// Subtitles for the web
    Vtt,
}

impl Format {
    pub fn render(self, finals: &[FinalText]) -> anyhow::Result<String> {
        let spoken = finals.iter().filter(|told| !told.text.is_empty());
        Ok(match self {
            Self::Text => spoken.map(|told| format!("{}\n", told.text)).collect(),
            Self::Json => {
                let text: Vec<&str> = spoken.map(|told| told.text.as_str()).collect();
                let whole = serde_json::json!({ "text": text.join(" "), "utterances": finals });
                format!("{}\n", serde_json::to_string_pretty(&whole)?)
            }
            Self::Srt => spoken
                .enumerate()
                .map(|(n, told)| {
                    format!(
                        "{}\n{} --> {}\n{}\n\n",
                        n + 1,
                        clock(told.start_ms, ','),
                        clock(told.end_ms, ','),
                        told.text
                    )
                })
                .collect(),
            Self::Vtt => {
                let cue = |told: &FinalText| {
                    format!("{} --> {}\n{}\n\n", clock(told.start_ms, '.'), clock(told.end_ms, '.'), told.text)
                };
                format!("WEBVTT\n\n{}", spoken.map(cue).collect::<String>())
            }
        })
    }
}

/// `00:01:02,003`
fn clock(ms: u64, point: char) -> String {
    format!("{:02}:{:02}:{:02}{point}{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, start_ms: u64, end_ms: u64) -> FinalText {
        FinalText {
            utterance: 1,
            text: text.to_owned(),
            raw_text: text.to_owned(),
            edits: Vec::new(),
            words: Vec::new(),
            language: "en".to_owned(),
            confidence: 1.0,
            start_ms,
            end_ms,
            cleaned_by: protocol::CleanedBy::None,
            timings: protocol::Timings::default(),
            session_id: None,
        }
    }

    #[test]
    fn subtitles_have_the_form_that_players_expect() {
        let finals = [told("One.", 0, 1500), told("", 1500, 2000), told("Two.", 3_661_002, 3_662_000)];
        assert_eq!(
            Format::Srt.render(&finals).expect("text"),
            "1\n00:00:00,000 --> 00:00:01,500\nOne.\n\n2\n01:01:01,002 --> 01:01:02,000\nTwo.\n\n"
        );
        assert!(
            Format::Vtt.render(&finals).expect("text").starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nOne.\n")
        );
    }

    #[test]
    fn silence_has_no_line() {
        assert_eq!(Format::Text.render(&[told("", 0, 1)]).expect("text"), "");
    }
}
