//! What a client wants, from the query. Unknown keys are passed over: clients send many that change nothing here.

use actors::session::Wishes;
use engine::audio::AudioFormat;

use super::error::DeepgramError;
use crate::compat::words;

#[derive(Debug, Clone)]
pub struct ListenOptions {
    pub wishes: Wishes,
    pub model: String,
    pub sound: SoundSource,
    pub multichannel: bool,
    pub diarize: bool,
    pub interim: bool,
    pub vad_events: bool,
    pub utterance_end_ms: Option<u64>,
    /// Marks and capitals.
    pub punctuate: bool,
    pub utterances: bool,
    pub detect_language: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundSource {
    Samples(AudioFormat),
    /// One packet of Opus per message.
    OpusPackets {
        channels: u16,
    },
    /// The data says itself what it is.
    Container,
}

impl ListenOptions {
    pub fn parse(pairs: &[(String, String)]) -> Result<Self, DeepgramError> {
        let last = |name: &str| pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let flag = |name: &str| match last(name) {
            Some("false" | "False" | "0") | None => false,
            Some(_) => true,
        };
        if last("callback").is_some() {
            return Err(DeepgramError::bad("`callback` is not offered: this server calls nobody; read the reply"));
        }
        let model = last("model").unwrap_or("alfavoice").to_owned();
        let mut terms = Vec::new();
        for (_, value) in pairs.iter().filter(|(key, _)| key == "keyterm" || key == "keywords") {
            // `word:boost`, where the boost is a number.
            let term = match value.rsplit_once(':') {
                Some((term, boost)) if boost.parse::<f32>().is_ok() => term,
                _ => value,
            };
            terms.push(term.to_owned());
        }
        let mut languages = Vec::new();
        for (_, value) in pairs.iter().filter(|(key, _)| key == "language" || key == "language_hint") {
            languages.extend(words::language(value).map_err(DeepgramError::bad)?);
        }
        let detect_language = flag("detect_language");
        let utterance_end_ms = match last("utterance_end_ms").map(str::parse::<u64>) {
            None => None,
            Some(Ok(ms)) if ms >= 1000 => Some(ms),
            Some(_) => return Err(DeepgramError::bad("`utterance_end_ms` must be a number of at least 1000")),
        };
        // Shorter ones would cut words apart; the usual pause is learnt from the speaker.
        let pause_ms = last("endpointing").and_then(|ms| ms.parse::<u32>().ok()).filter(|ms| *ms >= 100);
        Ok(Self {
            wishes: Wishes {
                languages: (!detect_language && !languages.is_empty()).then_some(languages),
                dictionary: (!terms.is_empty()).then_some(terms),
                pause_ms: pause_ms.map(|ms| ms.min(10_000)),
                ..words::wishes_of_model(&model)
            },
            model,
            sound: sound(last)?,
            multichannel: flag("multichannel"),
            diarize: flag("diarize") || flag("diarize_model"),
            interim: flag("interim_results"),
            vad_events: flag("vad_events"),
            utterance_end_ms,
            punctuate: flag("punctuate") || flag("smart_format") || flag("dictation"),
            utterances: flag("utterances"),
            detect_language,
        })
    }
}

fn sound<'a>(last: impl Fn(&str) -> Option<&'a str>) -> Result<SoundSource, DeepgramError> {
    let number = |name: &str| -> Result<Option<u32>, DeepgramError> {
        let wrong = |_| DeepgramError::bad(format!("`{name}` must be a whole number"));
        last(name).map(str::parse).transpose().map_err(wrong)
    };
    let channels = number("channels")?.unwrap_or(1).min(u32::from(u16::MAX)) as u16;
    match last("encoding") {
        None | Some("flac" | "ogg-opus") => Ok(SoundSource::Container),
        Some("opus") if (1..=2).contains(&channels) => Ok(SoundSource::OpusPackets { channels }),
        Some(encoding @ ("linear16" | "linear32" | "mulaw" | "alaw")) => {
            let rate = number("sample_rate")?.ok_or_else(|| {
                DeepgramError::bad(format!("`sample_rate` is missing; `encoding={encoding}` needs it"))
            })?;
            AudioFormat::parse(encoding, rate, channels)
                .map(SoundSource::Samples)
                .map_err(|error| DeepgramError::bad(error.to_string()))
        }
        Some(other) => Err(DeepgramError::bad(format!(
            "`encoding={other}` cannot be read here; send linear16, linear32, mulaw, alaw, opus, ogg-opus, flac, or a \
             container without `encoding`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &[(&str, &str)]) -> Result<ListenOptions, DeepgramError> {
        let pairs: Vec<_> = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        ListenOptions::parse(&pairs)
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        let options = parse(&[("model", "nova-3"), ("filler_words", "true"), ("mip_opt_out", "true")]).expect("fine");
        assert_eq!(options.sound, SoundSource::Container);
    }

    #[test]
    fn terms_lose_their_boost() {
        let options = parse(&[("keywords", "Anna:2"), ("keyterm", "ratio 3:1 map")]).expect("fine");
        assert_eq!(options.wishes.dictionary.expect("two"), ["Anna", "ratio 3:1 map"]);
    }

    #[test]
    fn raw_sound_needs_its_rate() {
        assert!(parse(&[("encoding", "linear16")]).unwrap_err().message.contains("sample_rate"));
        assert!(parse(&[("encoding", "g729")]).unwrap_err().message.contains("g729"));
        let options = parse(&[("encoding", "mulaw"), ("sample_rate", "8000")]).expect("fine");
        assert!(matches!(options.sound, SoundSource::Samples(format) if format.sample_rate() == 8000));
    }
}
