//! `client/src/generated` holds these types as TypeScript; `cargo xtask docs` rewrites it.

use protocol::api::{
    ApiKey, ApiKeyList, AuditEntry, AuditPage, AuthKind, CreatedApiKey, CreatedInvite, DayUsage, DictionaryEntry,
    DictionaryImport, DictionaryList, Ended, HistoryPage, Invite, InviteList, Job, JobError, JobKind, JobPage,
    JobResult, JobState, LocalText, LoginList, LoginRequest, LoginSession, LogoutRequest, Me, NewApiKey,
    NewDictionaryEntry, NewInvite, NewRecording, NewSnippet, NewTicket, PasswordChange, Preferences, QuotaState,
    RecordingEncoding, RefreshRequest, RegisterRequest, RegistrationMode, Role, Scope, ServerFacts, SettingField,
    SettingGroup, SettingKind, SettingOption, SettingsDocument, SettingsSchema, SettingsVersion, Shelf, Snippet,
    SnippetImport, SnippetList, SnippetPiece, TextSnippet, Ticket, Tokens, Transcript, TranscriptChange,
    TranscriptDetail, UploadState, Usage, User, UserChange, UserPage,
};
use protocol::{
    AudioChunk, AudioSettings, BusyReason, CleanedBy, ClientMessage, CoverageKind, EditKind, Encoding, ErrorCode,
    ErrorMessage, FinalText, HttpError, HttpErrorBody, Limits, Mode, NoticeCode, PartialText, Quality, Ready, Receipt,
    ReceiptRange, ServerMessage, SessionSettings, SessionState, TextEdit, Timings, WordTiming,
};
use ts_rs::{Config, TS};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../client/src/generated");

/// One declaration after the other, as a module.
macro_rules! module {
    ($about:literal: $($kind:ty),+ $(,)?) => {{
        // Milliseconds, samples and counts stay far below 2^53.
        let config = Config::default().with_large_int("number");
        let mut text = format!("// {}\n// Written by `cargo xtask docs` from the package `protocol`.\n", $about);
        $(
            text.push('\n');
            if let Some(docs) = <$kind as TS>::docs() {
                text.push_str(&docs);
            }
            // An arbitrary JSON value is unknown to a reader of the type.
            let declaration = <$kind as TS>::decl(&config).replace("JsonValue", "unknown");
            text.push_str(&format!("export {declaration}\n"));
        )+
        text
    }};
}

fn assert_written(file: &str, wanted: &str) {
    let path = format!("{FOLDER}/{file}");
    if std::env::var_os("ALFAVOICE_REWRITE").is_some() {
        std::fs::create_dir_all(FOLDER).expect("the folder can be made");
        std::fs::write(&path, wanted).expect("the file can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, wanted, "client/src/generated/{file} is out of date; run `cargo xtask docs`");
}

#[test]
fn the_client_has_the_messages_of_the_native_protocol() {
    let wanted = module!(
        "What clients and the server say to each other over the native WebSocket.":
        ClientMessage, AudioChunk, SessionSettings, Mode, Quality, AudioSettings, Encoding,
        ServerMessage, Ready, Limits, PartialText, FinalText, TextEdit, EditKind, WordTiming, CleanedBy, Timings,
        SessionState, NoticeCode, BusyReason, Receipt, ReceiptRange, CoverageKind,
        ErrorMessage, ErrorCode, HttpErrorBody, HttpError,
    );
    assert_written("wire.ts", &wanted);
}

#[test]
fn the_client_has_the_bodies_of_the_http_api() {
    let mut wanted = module!(
        "The JSON of the HTTP API under `/api`.":
        Role, User, UserPage, UserChange, Invite, InviteList, NewInvite, CreatedInvite, AuditPage, AuditEntry,
        RegisterRequest, LoginRequest, RefreshRequest, LogoutRequest, PasswordChange, Tokens, AuthKind, Me,
        RegistrationMode, ServerFacts, NewTicket, Ticket, LoginSession, LoginList, Ended,
        Transcript, TextSnippet, SnippetPiece, HistoryPage, TranscriptDetail, TranscriptChange,
        JobKind, JobState, RecordingEncoding, NewRecording, Job, JobResult, JobError, JobPage, UploadState,
        Scope, ApiKey, ApiKeyList, NewApiKey, CreatedApiKey,
        Preferences, SettingsDocument, SettingsVersion, SettingsSchema, SettingGroup, SettingField, SettingKind,
        SettingOption, LocalText, Usage, QuotaState, DayUsage,
        Shelf, DictionaryEntry, NewDictionaryEntry, DictionaryList, DictionaryImport,
        Snippet, NewSnippet, SnippetList, SnippetImport,
    );
    let end = wanted.find("\n\n").expect("the heading ends") + 1;
    wanted.insert_str(
        end,
        "\nimport type { CleanedBy, Mode, Quality, SessionSettings, TextEdit, Timings, WordTiming } from './wire';\n",
    );
    assert_written("api.ts", &wanted);
}
