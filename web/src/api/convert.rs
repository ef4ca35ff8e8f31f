//! From rows of the store to the JSON of the API.

use protocol::api;
use store::{Job, JobKind, JobState, Moment, Shelf, UserRole};

fn time(at: Moment) -> String {
    at.to_string()
}

fn maybe(at: Option<Moment>) -> Option<String> {
    at.map(time)
}

pub fn role(role: UserRole) -> api::Role {
    match role {
        UserRole::Member => api::Role::Member,
        UserRole::Admin => api::Role::Admin,
    }
}

pub fn role_of(role: api::Role) -> UserRole {
    match role {
        api::Role::Member => UserRole::Member,
        api::Role::Admin => UserRole::Admin,
    }
}

pub fn user(user: store::User) -> api::User {
    api::User {
        id: user.id.to_string(),
        name: user.name,
        email: user.email,
        role: role(user.role),
        created_at: time(user.created_at),
        disabled_at: maybe(user.disabled_at),
    }
}

pub fn invite(invite: store::Invite) -> api::Invite {
    api::Invite {
        id: invite.id.to_string(),
        role: role(invite.role),
        note: invite.note,
        created_by: invite.created_by.map(|id| id.to_string()),
        created_at: time(invite.created_at),
        expires_at: time(invite.expires_at),
        used_by: invite.used_by.map(|id| id.to_string()),
        used_at: maybe(invite.used_at),
        revoked_at: maybe(invite.revoked_at),
    }
}

pub fn key(key: store::ApiKey) -> api::ApiKey {
    api::ApiKey {
        id: key.id.to_string(),
        name: key.name,
        prefix: key.prefix,
        scopes: key.scopes.iter().filter_map(|scope| api::Scope::parse(scope)).collect(),
        created_at: time(key.created_at),
        expires_at: maybe(key.expires_at),
        last_used_at: maybe(key.last_used_at),
        revoked_at: maybe(key.revoked_at),
    }
}

pub fn transcript(t: store::Transcript) -> api::Transcript {
    api::Transcript {
        id: t.id.to_string(),
        session: t.session,
        utterance: t.utterance,
        client_recording_id: t.client_recording_id,
        recorded_at: time(t.recorded_at),
        created_at: time(t.created_at),
        language: t.language,
        style: t.style,
        app: t.app,
        text: t.text,
        raw_text: t.raw_text,
        confidence: t.confidence,
        audio_ms: t.audio_ms,
        cleaned_by: match t.cleaned_by {
            store::CleanedBy::Llm => protocol::CleanedBy::Llm,
            store::CleanedBy::Rules => protocol::CleanedBy::Rules,
        },
        has_audio: t.audio.is_some(),
        snippet: None,
    }
}

pub fn hit(hit: store::SearchHit) -> api::Transcript {
    let pieces = hit.snippet.pieces.into_iter().map(|p| api::SnippetPiece { text: p.text, hit: p.hit }).collect();
    let snippet = api::TextSnippet {
        pieces,
        cut_start: hit.snippet.cut_start,
        cut_end: hit.snippet.cut_end,
        in_raw_text: hit.in_raw_text,
    };
    api::Transcript { snippet: Some(snippet), ..transcript(hit.transcript) }
}

pub fn detail(whole: store::WholeTranscript) -> api::TranscriptDetail {
    let word = |word: store::TimedWord| protocol::WordTiming {
        word: word.word,
        start_ms: word.start_ms.into(),
        end_ms: word.end_ms.into(),
        confidence: word.confidence,
    };
    let edit = |edit: store::TextEdit| protocol::TextEdit {
        kind: serde_json::from_value(edit.kind.into()).unwrap_or(protocol::EditKind::Other),
        from: edit.from,
        to: edit.to,
        at: edit.at,
    };
    let timings = whole.details.timings;
    api::TranscriptDetail {
        transcript: transcript(whole.transcript),
        words: whole.details.words.into_iter().map(word).collect(),
        edits: whole.details.edits.into_iter().map(edit).collect(),
        timings: protocol::Timings {
            queue_ms: timings.queue_ms.into(),
            asr_ms: timings.asr_ms.into(),
            llm_ms: timings.llm_ms.unwrap_or(0).into(),
            since_speech_end_ms: timings.since_speech_end_ms.into(),
        },
    }
}

fn shelf(team: bool) -> api::Shelf {
    if team { api::Shelf::Team } else { api::Shelf::Personal }
}

pub fn shelf_of(shelf: api::Shelf, owner: store::UserId) -> Shelf {
    match shelf {
        api::Shelf::Personal => Shelf::Personal(owner),
        api::Shelf::Team => Shelf::Team,
    }
}

pub fn entry(entry: store::Entry) -> api::DictionaryEntry {
    api::DictionaryEntry {
        id: entry.id.to_string(),
        shelf: shelf(entry.team),
        term: entry.term,
        sounds_like: entry.sounds_like,
        language: entry.language,
        created_at: time(entry.created_at),
        updated_at: time(entry.updated_at),
    }
}

pub fn snippet(snippet: store::SavedSnippet) -> api::Snippet {
    api::Snippet {
        id: snippet.id.to_string(),
        shelf: shelf(snippet.team),
        phrase: snippet.phrase,
        body: snippet.body,
        created_at: time(snippet.created_at),
        updated_at: time(snippet.updated_at),
    }
}

pub fn job_state(state: JobState) -> api::JobState {
    match state {
        JobState::Receiving => api::JobState::Receiving,
        JobState::Queued => api::JobState::Queued,
        JobState::Running => api::JobState::Running,
        JobState::Done => api::JobState::Done,
        JobState::Failed => api::JobState::Failed,
        JobState::Cancelled => api::JobState::Cancelled,
    }
}

pub fn job(job: Job, queue_position: Option<u64>) -> api::Job {
    api::Job {
        id: job.id.to_string(),
        kind: match job.kind {
            JobKind::Recording => api::JobKind::Recording,
            JobKind::File => api::JobKind::File,
            JobKind::Batch => api::JobKind::Batch,
        },
        client: job.client,
        client_recording_id: job.client_recording_id,
        recorded_at: time(job.recorded_at),
        state: job_state(job.state),
        stage: job.stage,
        percent: job.percent,
        heard_ms: None,
        queue_position,
        received_bytes: job.received_bytes,
        total_bytes: job.total_bytes,
        attempts: job.attempts,
        result: job.result.and_then(|result| serde_json::from_value(result).ok()),
        error: job.error_code.map(|code| api::JobError { code, message: job.error_message.unwrap_or_default() }),
        created_at: time(job.created_at),
        started_at: maybe(job.started_at),
        finished_at: maybe(job.finished_at),
    }
}

pub fn audit(entry: store::AuditEntry) -> api::AuditEntry {
    api::AuditEntry {
        id: entry.id.to_string(),
        at: time(entry.at),
        actor: entry.record.actor.map(|id| id.to_string()),
        action: entry.record.action,
        subject: entry.record.subject,
        address: entry.record.address,
        details: entry.record.details,
    }
}
