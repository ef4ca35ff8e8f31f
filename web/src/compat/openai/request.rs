//! What a client asks of a transcription, checked field by field.

use actors::session::Wishes;
use engine::language::Language;

use super::OpenAiError;
use crate::compat::upload::Form;
use crate::compat::words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseFormat {
    Json,
    Text,
    Srt,
    VerboseJson,
    Vtt,
    DiarizedJson,
}

#[derive(Debug, Clone)]
pub struct TranscriptionRequest {
    pub format: ResponseFormat,
    pub wishes: Wishes,
    pub words: bool,
    pub segments: bool,
    pub logprobs: bool,
    pub stream: bool,
    pub temperature: f64,
}

impl TranscriptionRequest {
    pub fn parse(form: &Form) -> Result<Self, OpenAiError> {
        let format = response_format(form.text("response_format").unwrap_or("json"))?;
        let temperature = number(form, "temperature", 0.0..=2.0)?.unwrap_or(0.0);
        let (mut words, mut segments) = (false, false);
        for granularity in form.all("timestamp_granularities") {
            match granularity {
                "word" => words = true,
                "segment" => segments = true,
                other => return Err(invalid("timestamp_granularities", other, "`word` or `segment`")),
            }
        }
        if words && format != ResponseFormat::VerboseJson {
            let message = "`timestamp_granularities` needs `response_format` `verbose_json`";
            return Err(OpenAiError::bad(message, Some("timestamp_granularities"), "invalid_value"));
        }
        let stream = match form.text("stream") {
            None | Some("false" | "False" | "0") => false,
            Some("true" | "True" | "1") => true,
            Some(other) => return Err(invalid("stream", other, "`true` or `false`")),
        };
        Ok(Self {
            format,
            wishes: wishes(form)?,
            words,
            segments: segments || !words,
            logprobs: form.all("include").any(|what| what == "logprobs"),
            stream,
            temperature,
        })
    }
}

fn wishes(form: &Form) -> Result<Wishes, OpenAiError> {
    let mut languages: Vec<Language> = Vec::new();
    for (field, given) in
        form.all("language").map(|l| ("language", l)).chain(form.all("languages").map(|l| ("languages", l)))
    {
        let language =
            words::language(given).map_err(|message| OpenAiError::bad(message, Some(field), "invalid_language"))?;
        languages.extend(language);
    }
    languages.dedup();
    let mut terms: Vec<String> = form.all("keywords").map(str::to_owned).collect();
    terms.extend(form.text("prompt").map(words::terms_of_prompt).unwrap_or_default());
    Ok(Wishes {
        languages: (!languages.is_empty()).then_some(languages),
        dictionary: (!terms.is_empty()).then_some(terms),
        pause_ms: pause(form)?,
        ..words::wishes_of_model(form.text("model").unwrap_or_default())
    })
}

/// `chunking_strategy` is `auto`, or names a pause of its own.
fn pause(form: &Form) -> Result<Option<u32>, OpenAiError> {
    match form.text("chunking_strategy") {
        None | Some("auto") => {}
        Some(text) => {
            let given: serde_json::Value =
                serde_json::from_str(text).map_err(|_| invalid("chunking_strategy", text, "`auto` or `server_vad`"))?;
            return Ok(given["silence_duration_ms"].as_u64().map(|ms| ms.clamp(100, 10_000) as u32));
        }
    }
    if let Some(kind) = form.text("chunking_strategy[type]").filter(|kind| *kind != "server_vad") {
        return Err(invalid("chunking_strategy", kind, "`auto` or `server_vad`"));
    }
    number(form, "chunking_strategy[threshold]", 0.0..=1.0)?;
    number(form, "chunking_strategy[prefix_padding_ms]", 0.0..=60_000.0)?;
    let silence = number(form, "chunking_strategy[silence_duration_ms]", 0.0..=60_000.0)?;
    Ok(silence.map(|ms| ms.clamp(100.0, 10_000.0) as u32))
}

fn number(form: &Form, name: &str, range: std::ops::RangeInclusive<f64>) -> Result<Option<f64>, OpenAiError> {
    let Some(text) = form.text(name) else { return Ok(None) };
    let way_out = format!("a number from {} to {}", range.start(), range.end());
    let value: f64 = text.trim().parse().map_err(|_| invalid(name, text, &way_out))?;
    if range.contains(&value) { Ok(Some(value)) } else { Err(invalid(name, text, &way_out)) }
}

fn response_format(given: &str) -> Result<ResponseFormat, OpenAiError> {
    Ok(match given {
        "json" => ResponseFormat::Json,
        "text" => ResponseFormat::Text,
        "srt" => ResponseFormat::Srt,
        "verbose_json" => ResponseFormat::VerboseJson,
        "vtt" => ResponseFormat::Vtt,
        "diarized_json" => ResponseFormat::DiarizedJson,
        other => {
            let known = "`json`, `text`, `srt`, `verbose_json`, `vtt` or `diarized_json`";
            return Err(invalid("response_format", other, known));
        }
    })
}

fn invalid(name: &str, given: &str, way_out: &str) -> OpenAiError {
    let shown: String = given.chars().take(60).collect();
    OpenAiError::bad(format!("`{name}` is `{shown}`; send {way_out}"), Some(name), "invalid_value")
}
