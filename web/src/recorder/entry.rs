//! A final in the form of the history.

use std::time::Duration;

use actors::session::{CleanedBy, Final};
use serde::{Deserialize, Serialize};
use store::{Moment, NewTranscript, TextEdit, TimedWord, Timings, TranscriptDetails, UserId};
use uuid::Uuid;

use crate::auth::LOCAL;
use crate::ws::convert;

/// A final and whose it is. In the journal each is one line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// A user's id, or `local`, whose id only the database knows.
    pub owner: String,
    pub transcript: NewTranscript,
    /// What its clean-up cost.
    #[serde(default)]
    pub llm_tokens: u64,
}

impl Entry {
    /// None where there is nothing to keep, or nobody to keep it for.
    pub fn of(told: &Final, now: Moment) -> Option<Self> {
        let owner: &str = &told.owner.0;
        let user = match owner.parse::<UserId>() {
            Ok(user) => user,
            // Filled in by the writer.
            Err(_) if owner == LOCAL => UserId::from_uuid(Uuid::nil()),
            Err(_) => return None,
        };
        if told.text.trim().is_empty() && told.raw_text.trim().is_empty() {
            return None;
        }
        Some(Self {
            owner: owner.to_owned(),
            transcript: transcript_of(told, user, now),
            llm_tokens: u64::from(told.llm_tokens),
        })
    }

    pub fn is_local(&self) -> bool {
        self.owner == LOCAL
    }
}

/// The final as the store keeps it; `now` is when it was told.
pub fn transcript_of(told: &Final, owner: UserId, now: Moment) -> NewTranscript {
    let (start, session) = (told.start_ms, told.session.to_string());
    let recording = told.client_recording_id.clone().filter(|id| !id.is_empty());
    let source = recording.as_deref().unwrap_or(&session);
    let utterance = format!("{source}:{}", told.utterance.0);
    let length_ms = told.end_ms.saturating_sub(start);
    let since_start = Duration::from_millis(told.timings.since_speech_end_ms + length_ms);
    let relative = |ms: u64| u32::try_from(ms.saturating_sub(start)).unwrap_or(u32::MAX);
    let small = |ms: u64| u32::try_from(ms).unwrap_or(u32::MAX);
    let words = told.words.iter().map(|word| TimedWord {
        word: word.text.clone(),
        start_ms: relative(word.start_ms),
        end_ms: relative(word.end_ms),
        confidence: word.confidence,
    });
    let edits = told.edits.iter().map(|edit| TextEdit {
        kind: edit_kind(edit.kind),
        from: edit.from.clone(),
        to: edit.to.clone(),
        at: u32::try_from(edit.at).unwrap_or(u32::MAX),
    });
    NewTranscript {
        owner,
        utterance,
        recorded_at: now.minus(since_start),
        created_at: now,
        language: told.language.code().to_owned(),
        style: told.style.clone().unwrap_or_default(),
        app: told.app.clone().unwrap_or_default(),
        text: told.text.clone(),
        raw_text: told.raw_text.clone(),
        confidence: f64::from(told.confidence),
        audio_ms: length_ms,
        cleaned_by: match told.cleaned_by {
            CleanedBy::Llm => store::CleanedBy::Llm,
            CleanedBy::Rules | CleanedBy::Nobody => store::CleanedBy::Rules,
        },
        audio: None,
        details: TranscriptDetails {
            words: words.collect(),
            edits: edits.collect(),
            timings: Timings {
                queue_ms: small(told.timings.queue_ms),
                asr_ms: small(told.timings.asr_ms),
                llm_ms: (told.timings.llm_ms > 0).then(|| small(told.timings.llm_ms)),
                since_speech_end_ms: small(told.timings.since_speech_end_ms),
            },
        },
        client_recording_id: recording,
        session,
    }
}

/// The word that clients know the kind by.
fn edit_kind(kind: engine::text::edit::EditKind) -> String {
    let word = serde_json::to_value(convert::edit_kind(kind)).ok();
    word.as_ref().and_then(|word| word.as_str()).unwrap_or("other").to_owned()
}
