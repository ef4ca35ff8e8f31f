//! `client/src/generated` holds the types of this package as TypeScript; `cargo xtask docs` rewrites it.

use protocol::api::{
    ApiKeyList, AuditPage, CleanText, CreatedApiKey, CreatedInvite, DictionaryImport, DictionaryList, Ended,
    FileTranscript, HistoryPage, InviteList, JobPage, LoginList, LoginRequest, LogoutRequest, Me, NewApiKey,
    NewCleaning, NewDictionaryEntry, NewInvite, NewRecording, NewSnippet, NewTicket, PasswordChange, Placement,
    RefreshRequest, RegisterRequest, ServerFacts, SettingsDocument, SettingsSchema, SettingsVersion, SnippetImport,
    SnippetList, Ticket, Tokens, TranscriptChange, TranscriptDetail, UploadState, Usage, UserChange, UserPage,
};
use protocol::{ClientMessage, HttpErrorBody, ServerMessage};
use ts_rs::{Config, TS, TypeVisitor};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../client/src/generated");

/// Declarations by name.
struct Declarations {
    config: Config,
    found: Vec<(String, String)>,
}

impl Declarations {
    fn new() -> Self {
        // Milliseconds, samples and counts stay far below 2^53.
        Self { config: Config::default().with_large_int("number"), found: Vec::new() }
    }

    /// A module with everything that `known` does not hold already.
    fn module(&self, about: &str, known: &Self) -> String {
        let is_known = |name: &str| known.found.iter().any(|(known, _)| known == name);
        let (theirs, mut ours): (Vec<_>, Vec<_>) = self.found.iter().partition(|(name, _)| is_known(name));
        // In which order a type names those that it uses differs from one build to the next.
        ours.sort_unstable();
        let mut text = format!("// {about}\n// Written by `cargo xtask docs` from the package `protocol`.\n");
        let mentioned = |name: &str| {
            let mut words = ours.iter().flat_map(|(_, text)| text.split(|c: char| !c.is_alphanumeric()));
            words.any(|word| word == name)
        };
        let mut names: Vec<&str> =
            theirs.iter().map(|(name, _)| name.as_str()).filter(|name| mentioned(name)).collect();
        names.sort_unstable();
        if !names.is_empty() {
            text.push_str(&format!("\nimport type {{ {} }} from './wire';\n", names.join(", ")));
        }
        for (_, declaration) in ours {
            text.push_str(&format!("\n{declaration}\n"));
        }
        text
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Numbers, lists and the like have no file, and thus no declaration, of their own.
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(&self.config);
        if self.found.iter().any(|(known, _)| *known == name) {
            return;
        }
        // An arbitrary JSON value is unknown to a reader of the type.
        let declaration = T::decl(&self.config).replace("JsonValue", "unknown");
        let docs = T::docs().unwrap_or_default();
        self.found.push((name, format!("{docs}export {declaration}")));
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// Visits each of the types.
macro_rules! declarations {
    ($($kind:ty),+ $(,)?) => {{
        let mut declarations = Declarations::new();
        $(declarations.visit::<$kind>();)+
        declarations.found.retain(|(name, _)| name != "JsonValue");
        declarations
    }};
}

fn messages() -> Declarations {
    declarations!(ClientMessage, ServerMessage, HttpErrorBody)
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
    let about = "What clients and the server say to each other over the native WebSocket.";
    assert_written("wire.ts", &messages().module(about, &Declarations::new()));
}

#[test]
fn the_client_has_the_bodies_of_the_http_api() {
    let bodies = declarations!(
        UserPage,
        UserChange,
        InviteList,
        NewInvite,
        CreatedInvite,
        AuditPage,
        Placement,
        RegisterRequest,
        LoginRequest,
        RefreshRequest,
        LogoutRequest,
        PasswordChange,
        Tokens,
        Me,
        ServerFacts,
        NewTicket,
        Ticket,
        LoginList,
        Ended,
        HistoryPage,
        TranscriptDetail,
        TranscriptChange,
        NewCleaning,
        CleanText,
        NewRecording,
        JobPage,
        FileTranscript,
        UploadState,
        ApiKeyList,
        NewApiKey,
        CreatedApiKey,
        SettingsDocument,
        SettingsVersion,
        SettingsSchema,
        Usage,
        NewDictionaryEntry,
        DictionaryList,
        DictionaryImport,
        NewSnippet,
        SnippetList,
        SnippetImport,
    );
    assert_written("api.ts", &bodies.module("The JSON of the HTTP API under `/api`.", &messages()));
}
