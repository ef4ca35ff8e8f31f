//! `POST /v1/listen`: a whole recording.

use actix_web::{HttpRequest, HttpResponse, web};
use actors::session::Final;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::error::DeepgramError;
use super::options::{ListenOptions, SoundSource};
use super::results::Stream;
use crate::compat::identity::identity;
use crate::compat::recording::{self, Speakers, Spoken, Task};
use crate::compat::upload;
use crate::compat::words::{joined, seconds};
use crate::state::AppState;

pub async fn transcribe(
    state: web::Data<AppState>,
    request: HttpRequest,
    query: web::Query<Vec<(String, String)>>,
    payload: web::Payload,
) -> Result<HttpResponse, DeepgramError> {
    let caller = identity(&state, &request).await?;
    let options = ListenOptions::parse(&query)?;
    let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        let message = "this server fetches nothing from elsewhere; send the sound itself as the body";
        return Err(DeepgramError::bad(message));
    }
    let received = upload::receive(&state, payload.map(|chunk| chunk.map_err(|error| error.to_string()))).await?;
    let raw = match options.sound {
        SoundSource::Samples(format) => Some(format),
        SoundSource::Container => None,
        SoundSource::OpusPackets { .. } => {
            return Err(DeepgramError::bad("packets of Opus need a container in a file; send ogg-opus"));
        }
    };
    let speakers = match (options.multichannel, options.diarize) {
        (true, _) => Speakers::Channels,
        (false, true) => Speakers::Found,
        (false, false) => Speakers::Alike,
    };
    let task = Task::attended(options.wishes.clone(), speakers, raw);
    let (tell, mut told) = mpsc::unbounded_channel();
    let outcome = recording::transcribe(&state, &caller, received.file, task, tell).await?;
    let mut spoken: Vec<Spoken> = Vec::new();
    while let Some(one) = told.recv().await {
        spoken.push(one);
    }
    spoken.sort_by_key(|one| one.told.start_ms);
    let speakers = outcome.speakers_of(&spoken);
    // Without `multichannel` there is one channel, whoever speaks on it.
    let channels = if options.multichannel { outcome.channels } else { 1 };
    let said: Vec<Said> = spoken
        .into_iter()
        .zip(speakers)
        .map(|(Spoken { channel, told }, speaker)| Said { channel: channel.min(channels - 1), speaker, told })
        .collect();
    let stream = Stream {
        request_id: Uuid::new_v4().to_string(),
        model: options.model.clone(),
        punctuate: options.punctuate,
        channels,
        label_speakers: options.diarize,
    };
    let channels: Vec<Value> = (0..channels).map(|channel| channel_of(&stream, &options, &said, channel)).collect();
    let created = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    let mut metadata = stream.metadata(outcome.sound_ms, &received.sha256, &created);
    if !outcome.warnings.is_empty() {
        metadata["warnings"] = json!(outcome.warnings);
    }
    let mut results = json!({"channels": channels});
    if options.utterances {
        results["utterances"] = said.iter().map(|one| utterance(&stream, one)).collect();
    }
    Ok(HttpResponse::Ok()
        .insert_header(("dg-request-id", stream.request_id.clone()))
        .json(json!({"metadata": metadata, "results": results})))
}

/// An utterance, where it was heard and who said it.
struct Said {
    channel: u16,
    speaker: u16,
    told: Final,
}

fn channel_of(stream: &Stream, options: &ListenOptions, said: &[Said], channel: u16) -> Value {
    let own: Vec<&Said> = said.iter().filter(|one| one.channel == channel).collect();
    let words: Vec<Value> = own.iter().flat_map(|one| stream.words(&one.told, one.speaker)).collect();
    let spoken_ms: u64 = own.iter().map(|one| one.told.end_ms.saturating_sub(one.told.start_ms)).sum();
    let weighed = |one: &&Said| f64::from(one.told.confidence) * (one.told.end_ms - one.told.start_ms) as f64;
    let confidence = own.iter().map(weighed).sum::<f64>() / spoken_ms.max(1) as f64;
    let transcript = if stream.punctuate {
        joined(own.iter().map(|one| &one.told))
    } else {
        words.iter().filter_map(|word| word["word"].as_str()).collect::<Vec<_>>().join(" ")
    };
    let mut value = json!({
        "alternatives": [{"transcript": transcript, "confidence": confidence, "words": words}],
    });
    if options.detect_language
        && let Some(longest) = own.iter().max_by_key(|one| one.told.end_ms - one.told.start_ms)
    {
        value["detected_language"] = json!(longest.told.language.code());
        value["language_confidence"] = json!(longest.told.confidence);
    }
    value
}

fn utterance(stream: &Stream, Said { channel, speaker, told }: &Said) -> Value {
    json!({
        "start": seconds(told.start_ms),
        "end": seconds(told.end_ms),
        "confidence": told.confidence,
        "channel": channel,
        "speaker": speaker,
        "transcript": told.text,
        "words": stream.words(told, *speaker),
        "id": Uuid::new_v4().to_string(),
    })
}
