//! Between the words of the native protocol and those of a session. The only place where both are known.

use actors::load::{Level, ShedReason};
use actors::session::{
    Activity, CleanedBy, Control, Final, Mode, Notice, Partial, Problem, SessionOutput, Tier, Wishes,
};
use engine::audio::{AudioFormat, FormatError};
use engine::language::Language;
use engine::receipt;
use engine::text::instruction::{EditInstruction, InstructionRefusal, Warning};
use protocol::{
    AudioSettings, BusyReason, CoverageKind, EditSelection, EditWarning, Edited, Encoding, ErrorCode, ErrorMessage,
    FinalText, NoticeCode, PartialText, Receipt, ReceiptRange, ServerMessage, SessionSettings, SessionState, TextEdit,
    Timings, WordTiming,
};

/// What a client wishes, checked; the first thing that cannot be is the error, and then nothing is changed.
pub fn wishes(settings: SessionSettings, server_languages: &[Language]) -> Result<Wishes, ErrorMessage> {
    Ok(Wishes {
        mode: settings.mode.map(|mode| match mode {
            protocol::Mode::OnPause => Mode::OnPause,
            protocol::Mode::AfterRecording => Mode::AfterRecording,
        }),
        tier: settings.quality.map(|quality| match quality {
            protocol::Quality::Normal => Tier::Normal,
            protocol::Quality::High => Tier::High,
        }),
        format: settings.audio.map(|audio| format(&audio)).transpose()?,
        denoise: settings.noise_suppression,
        automatic_gain: settings.auto_gain,
        pause_ms: settings.pause_ms.map(pause).transpose()?,
        languages: languages(settings.language, settings.languages, server_languages)?,
        partials: settings.partials,
        dictionary: settings.dictionary,
        style: settings.style,
        app: settings.app,
        client_recording_id: settings.client_recording_id,
        vocabulary: None,
    })
}

/// A question to edit a selected text.
pub fn edit(edit: EditSelection) -> Result<Control, ErrorMessage> {
    let language = languages(edit.language, None, &[])?.and_then(|set| set.first().copied());
    if edit.selection.trim().is_empty() || edit.instruction.trim().is_empty() {
        let hint = "give the selected text and what to do with it";
        return Err(mistake(ErrorCode::BadField, "`selection` or `instruction` is empty", hint));
    }
    let instruction = EditInstruction { selection: edit.selection, instruction: edit.instruction };
    Ok(Control::Edit { id: edit.id, instruction, language })
}

pub fn format(audio: &AudioSettings) -> Result<AudioFormat, ErrorMessage> {
    let encoding = match audio.encoding {
        Encoding::PcmS16le => engine::audio::Encoding::PcmS16Le,
        Encoding::PcmF32le => engine::audio::Encoding::PcmF32Le,
        Encoding::Mulaw => engine::audio::Encoding::MuLaw,
        Encoding::Alaw => engine::audio::Encoding::ALaw,
    };
    AudioFormat::new(encoding, audio.sample_rate, audio.channels).map_err(|error| {
        let (code, hint) = match &error {
            FormatError::SampleRate { .. } => (ErrorCode::BadSampleRate, "send 8000 to 48000 samples per second"),
            FormatError::Channels { .. } => (ErrorCode::BadChannels, "send 1 to 8 channels"),
            FormatError::UnknownEncoding { .. } => {
                (ErrorCode::BadEncoding, "send `pcm_s16le`, `pcm_f32le`, `mulaw` or `alaw`")
            }
        };
        mistake(code, error.to_string(), hint)
    })
}

fn pause(ms: u32) -> Result<u32, ErrorMessage> {
    if (100..=10_000).contains(&ms) {
        return Ok(ms);
    }
    Err(mistake(ErrorCode::BadField, format!("`pause_ms` is {ms}"), "give 100 to 10000 milliseconds"))
}

/// `language` and `languages` together: a fixed one, a set, or none of both said.
fn languages(
    language: Option<String>,
    languages: Option<Vec<String>>,
    server: &[Language],
) -> Result<Option<Vec<Language>>, ErrorMessage> {
    let parse = |code: &String| {
        code.parse::<Language>().map_err(|error| {
            mistake(ErrorCode::BadLanguage, error.to_string(), "give codes such as `en` and `ru`, or `auto`")
        })
    };
    let set = languages.filter(|set| !set.is_empty());
    match (language.as_deref(), set) {
        (None, None) => Ok(None),
        // `auto` said outright takes back an earlier choice.
        (Some("auto" | ""), None) => Ok(Some(server.to_vec())),
        (None | Some("auto" | ""), Some(set)) => set.iter().map(parse).collect::<Result<_, _>>().map(Some),
        (Some(code), _) => Ok(Some(vec![parse(&code.to_owned())?])),
    }
}

/// What the session said, for the client. `label` is the client's own `session_id`.
pub fn message(output: SessionOutput, label: Option<&str>) -> ServerMessage {
    match output {
        SessionOutput::SpeechStarted { utterance, at_ms } => {
            ServerMessage::SpeechStarted { utterance: utterance.0, at_ms }
        }
        SessionOutput::SpeechStopped { utterance, at_ms } => {
            ServerMessage::SpeechStopped { utterance: utterance.0, at_ms }
        }
        SessionOutput::Partial(partial) => ServerMessage::PartialText(partial_text(partial)),
        SessionOutput::Final(told) => ServerMessage::FinalText(Box::new(final_text(*told, label))),
        SessionOutput::Status { state, queue_position, eta_ms } => {
            ServerMessage::Status { state: state_of(state), queue_position, eta_ms }
        }
        SessionOutput::Received { offset } => ServerMessage::Received { offset },
        SessionOutput::Marked { id } => ServerMessage::Marked { id },
        SessionOutput::Notice(notice) => notice_message(notice),
        SessionOutput::Busy { retry_after_ms, reason } => {
            ServerMessage::Busy { retry_after_ms, reason: busy_reason(reason) }
        }
        SessionOutput::Edited(told) => ServerMessage::Edited(edited(told)),
        SessionOutput::Done { receipt, audio_ms } => ServerMessage::Done { receipt: receipt_of(&receipt, audio_ms) },
        SessionOutput::Problem(problem) => ServerMessage::Error(problem_message(&problem)),
    }
}

fn partial_text(partial: Partial) -> PartialText {
    let Partial { utterance, committed, tentative, audio_ms, lag_ms } = partial;
    let space = if committed.is_empty() || tentative.is_empty() { "" } else { " " };
    let text = format!("{committed}{space}{tentative}");
    PartialText { utterance: utterance.0, text, committed, tentative, audio_ms, lag_ms }
}

/// A final as the client gets it, also when it comes back for one that it missed.
pub fn final_text(told: Final, label: Option<&str>) -> FinalText {
    let word = |word: actors::session::SessionWord| WordTiming {
        word: word.text,
        start_ms: word.start_ms,
        end_ms: word.end_ms,
        confidence: word.confidence,
    };
    FinalText {
        utterance: told.utterance.0,
        text: told.text,
        raw_text: told.raw_text,
        edits: told.edits.into_iter().map(text_edit).collect(),
        words: told.words.into_iter().map(word).collect(),
        language: told.language.code().to_owned(),
        confidence: told.confidence,
        start_ms: told.start_ms,
        end_ms: told.end_ms,
        cleaned_by: cleaned_by(told.cleaned_by),
        timings: Timings {
            queue_ms: told.timings.queue_ms,
            asr_ms: told.timings.asr_ms,
            llm_ms: told.timings.llm_ms,
            since_speech_end_ms: told.timings.since_speech_end_ms,
        },
        session_id: label.map(str::to_owned),
    }
}

pub fn text_edit(edit: engine::text::edit::Edit) -> TextEdit {
    TextEdit { kind: edit_kind(edit.kind), from: edit.from, to: edit.to, at: edit.at as u32 }
}

pub fn cleaned_by(who: CleanedBy) -> protocol::CleanedBy {
    match who {
        CleanedBy::Llm => protocol::CleanedBy::Llm,
        CleanedBy::Rules => protocol::CleanedBy::Rules,
        CleanedBy::Nobody => protocol::CleanedBy::None,
    }
}

fn edited(told: actors::session::Edited) -> Edited {
    let warning = |warning: Warning| {
        let (kind, what) = match warning {
            Warning::LostNumbers(what) => ("lost_numbers", what),
            Warning::LostNames(what) => ("lost_names", what),
            Warning::NewNames(what) => ("new_names", what),
            Warning::Negations { before, after } => ("negations", vec![before.to_string(), after.to_string()]),
        };
        EditWarning { kind: kind.to_owned(), what }
    };
    let refused = told.refused.map(|refusal| match refusal {
        InstructionRefusal::Empty => "empty",
        InstructionRefusal::Addressed => "addressed",
        InstructionRefusal::PromptLeak => "prompt_leak",
        InstructionRefusal::Translated => "translated",
        InstructionRefusal::TooLong => "too_long",
        InstructionRefusal::InventedNumber => "invented_number",
    });
    Edited {
        id: told.id,
        text: told.text,
        refused: refused.map(str::to_owned),
        warnings: told.warnings.into_iter().map(warning).collect(),
    }
}

pub fn edit_kind(kind: engine::text::edit::EditKind) -> protocol::EditKind {
    use engine::text::edit::EditKind as From;
    use protocol::EditKind as To;
    match kind {
        From::Punctuation => To::Punctuation,
        From::Case => To::Case,
        From::Filler => To::Filler,
        From::Repetition => To::Repetition,
        From::FalseStart => To::FalseStart,
        From::NumberForm => To::NumberForm,
        From::SpokenCommand => To::SpokenCommand,
        From::Snippet => To::Snippet,
        From::Dictionary => To::Dictionary,
        From::SelfCorrection => To::SelfCorrection,
        From::Paragraph => To::Paragraph,
        From::Spacing => To::Spacing,
        From::Spelling => To::Spelling,
        // The guard lets none of these through.
        From::WordOrder
        | From::Negation
        | From::Name
        | From::NumberValue
        | From::LostWord
        | From::NewWord
        | From::ReplacedWord => To::Other,
    }
}

fn state_of(activity: Activity) -> SessionState {
    match activity {
        Activity::Listening => SessionState::Listening,
        Activity::Queued => SessionState::Queued,
        Activity::Processing => SessionState::Processing,
        Activity::Generating => SessionState::Generating,
        Activity::Ready => SessionState::Ready,
    }
}

fn notice_message(notice: Notice) -> ServerMessage {
    let (code, message) = match notice {
        Notice::Retrying => (NoticeCode::Retrying, "a recogniser was lost; the work is being done again".to_owned()),
        Notice::SettingIgnored { what } => (NoticeCode::SettingIgnored, what),
        Notice::Degraded { level } => (NoticeCode::Degraded, level.sentence().to_owned()),
        Notice::Restored => (NoticeCode::Restored, Level::Full.sentence().to_owned()),
    };
    ServerMessage::Notice { code, message }
}

pub fn busy_reason(reason: ShedReason) -> BusyReason {
    match reason {
        ShedReason::QueueFull => BusyReason::QueueFull,
        ShedReason::NoWorkers => BusyReason::NoWorkers,
        ShedReason::Draining => BusyReason::Draining,
        ShedReason::TooManySessions => BusyReason::TooManySessions,
        ShedReason::TooManySessionsOfOwner | ShedReason::OwnerShare => BusyReason::TooManySessionsOfUser,
        // Live text that was dropped: nobody is told, but if, it is because of the load.
        ShedReason::Overloaded | ShedReason::Late | ShedReason::GaveWay | ShedReason::Superseded => {
            BusyReason::Overloaded
        }
    }
}

fn receipt_of(receipt: &receipt::Receipt, audio_ms: u64) -> Receipt {
    let became = |coverage| match coverage {
        receipt::Coverage::Words => CoverageKind::Words,
        receipt::Coverage::Inaudible => CoverageKind::Inaudible,
        receipt::Coverage::NoSpeech => CoverageKind::NoSpeech,
        receipt::Coverage::Cancelled => CoverageKind::Cancelled,
    };
    let range = |range: &receipt::CoveredRange| ReceiptRange {
        start_ms: range.start_ms,
        end_ms: range.end_ms,
        became: became(range.coverage),
    };
    Receipt {
        audio_ms,
        voiced_ms: receipt.voiced_ms,
        words_ms: receipt.words_ms,
        inaudible_ms: receipt.inaudible_ms,
        no_speech_ms: receipt.no_speech_ms,
        cancelled_ms: receipt.cancelled_ms,
        ranges: receipt.ranges.iter().map(range).collect(),
    }
}

fn problem_message(problem: &Problem) -> ErrorMessage {
    let (code, hint) = match problem {
        Problem::OddByteCount { .. } => (ErrorCode::OddByteCount, "send whole samples".to_owned()),
        Problem::OffsetGap { received, .. } => (ErrorCode::OffsetGap, format!("send again from sample {received}")),
        Problem::OffsetOverlap { received, .. } => {
            (ErrorCode::OffsetOverlap, format!("go on from sample {received}; only what was new was taken"))
        }
        Problem::FormatAfterSound => (ErrorCode::WrongOrder, "open a new connection for another format".to_owned()),
        Problem::UnknownStyle { known, .. } => (ErrorCode::BadStyle, format!("give one of {known}")),
        Problem::EditingUnavailable { .. } => (
            ErrorCode::EditingUnavailable,
            "set `llm.model` to a model that follows instructions (`alfavoice models list`)".to_owned(),
        ),
        Problem::EditingFailed { .. } => {
            (ErrorCode::EditingFailed, "try again; the server's log has the reason".to_owned())
        }
        Problem::TranscriptionFailed { .. } => {
            (ErrorCode::TranscriptionFailed, "say it again; the server's log has the reason".to_owned())
        }
    };
    mistake(code, problem.to_string(), &hint)
}

/// An error that leaves the connection open.
pub fn mistake(code: ErrorCode, message: impl Into<String>, hint: &str) -> ErrorMessage {
    ErrorMessage { code, message: message.into(), hint: hint.to_owned(), fatal: false }
}
