// The JSON of the HTTP API under `/api`.
// Written by `cargo xtask docs` from the package `protocol`.

import type { CleanedBy, JobState, Mode, Quality, SessionSettings, TextEdit, Timings, WordTiming } from './wire';

/**
 * A key as its owner sees it.
 */
export type ApiKey = { id: string, name: string, 
/**
 * The first characters of the key, by which its owner knows it.
 */
prefix: string, scopes: Array<Scope>, created_at: string, expires_at: string | null, last_used_at: string | null, revoked_at: string | null, };

/**
 * `GET /api/keys`
 */
export type ApiKeyList = { items: Array<ApiKey>, };

/**
 * Something that was done.
 */
export type AuditEntry = { id: string, at: string, 
/**
 * Id of who did it; none for the server itself and for strangers.
 */
actor: string | null, 
/**
 * A stable word such as `login.failed`.
 */
action: string, 
/**
 * What it was done to.
 */
subject: string, 
/**
 * Network address it came from.
 */
address: string, details: string, };

/**
 * `GET /api/admin/audit`, newest first.
 */
export type AuditPage = { items: Array<AuditEntry>, 
/**
 * `before` of the next page; none where this is the last.
 */
next: string | null, };

/**
 * How the caller came in.
 */
export type AuthKind = "token" | "api_key" | "local" | "ticket";

export type CleanText = { text: string, 
/**
 * From the text that was sent to this one.
 */
edits: Array<TextEdit>, cleaned_by: CleanedBy, };

/**
 * The only time that the key itself is shown.
 */
export type CreatedApiKey = { key: ApiKey, 
/**
 * For the header `Authorization: Bearer ...`.
 */
secret: string, };

/**
 * The only time that the code itself is shown.
 */
export type CreatedInvite = { invite: Invite, code: string, };

/**
 * One day.
 */
export type DayUsage = { day: string, audio_ms: number, llm_tokens: number, stored_bytes: number, };

/**
 * A word of a dictionary.
 */
export type DictionaryEntry = { id: string, shelf: Shelf, 
/**
 * As it is written.
 */
term: string, 
/**
 * As it may come out of the recogniser.
 */
sounds_like: Array<string>, 
/**
 * None: in every language.
 */
language: string | null, created_at: string, updated_at: string, };

/**
 * `POST /api/dictionary/import`: all or none.
 */
export type DictionaryImport = { items: Array<NewDictionaryEntry>, };

/**
 * `GET /api/dictionary`
 */
export type DictionaryList = { items: Array<DictionaryEntry>, };

/**
 * How many things an action ended or removed.
 */
export type Ended = { count: number, };

/**
 * What was said between two pauses.
 */
export type FilePart = { start_ms: number, end_ms: number, text: string, language: string, confidence: number, 
/**
 * `A`, `B`, ... in the order of appearance, where speakers are told apart.
 */
speaker?: string | null, 
/**
 * As recognised; times from the beginning of the file.
 */
words: Array<WordTiming>, };

/**
 * `GET /api/recordings/{id}/result`: the text of a file.
 */
export type FileTranscript = { 
/**
 * All of it.
 */
text: string, 
/**
 * ISO 639 code of the language that most was said in.
 */
language: string, audio_ms: number, 
/**
 * In the order of time.
 */
parts: Array<FilePart>, warnings: Array<string>, };

/**
 * `GET /api/history`: newest first, or best first where something was searched for.
 */
export type HistoryPage = { items: Array<Transcript>, 
/**
 * `before` of the next page; none where this is the last.
 */
next: string | null, };

/**
 * A one-time permission to register.
 */
export type Invite = { id: string, role: Role, 
/**
 * For whom it is meant.
 */
note: string, created_by: string | null, created_at: string, expires_at: string, used_by: string | null, used_at: string | null, revoked_at: string | null, };

/**
 * `GET /api/admin/invites`, newest first.
 */
export type InviteList = { items: Array<Invite>, };

/**
 * A job as its owner sees it.
 */
export type Job = { id: string, kind: JobKind, client: string, client_recording_id: string | null, recorded_at: string, state: JobState, 
/**
 * A word for what is being done now.
 */
stage: string, percent: number, 
/**
 * Sound that has its text so far; only while it runs.
 */
heard_ms: number | null, 
/**
 * Jobs before this one; only while it waits.
 */
queue_position: number | null, 
/**
 * Where the upload is to go on.
 */
received_bytes: number, total_bytes: number | null, attempts: number, result: JobResult | null, error: JobError | null, created_at: string, started_at: string | null, finished_at: string | null, };

/**
 * Why there is no result.
 */
export type JobError = { code: string, message: string, };

export type JobKind = "recording" | "file" | "batch";

/**
 * `GET /api/jobs`, newest first.
 */
export type JobPage = { items: Array<Job>, 
/**
 * `before` of the next page; none where this is the last.
 */
next: string | null, };

/**
 * What came of a job.
 */
export type JobResult = { 
/**
 * All of the text.
 */
text: string, 
/**
 * The transcripts in the history.
 */
transcripts: Array<string>, audio_ms: number, 
/**
 * Where the end of the file is missing, or a part could not be transcribed.
 */
warnings: Array<string>, };

/**
 * A text for people.
 */
export type LocalText = { en: string, ru: string, };

/**
 * `GET /api/auth/sessions`
 */
export type LoginList = { items: Array<LoginSession>, };

/**
 * `POST /api/auth/login`
 */
export type LoginRequest = { 
/**
 * Name or address, in any case.
 */
login: string, password: string, client: string | null, };

/**
 * A login of the caller.
 */
export type LoginSession = { id: string, client: string, created_at: string, last_used_at: string, expires_at: string, 
/**
 * Whether it is the one that asks.
 */
current: boolean, };

/**
 * `POST /api/auth/logout`
 */
export type LogoutRequest = { refresh_token: string, };

/**
 * `GET /api/auth/me`
 */
export type Me = { user: User, auth: AuthKind, 
/**
 * What the caller may do; a login may do everything that its role may.
 */
scopes: Array<Scope>, };

/**
 * `POST /api/keys`
 */
export type NewApiKey = { name: string, scopes: Array<Scope>, 
/**
 * None: until it is revoked.
 */
expires_in_days: number | null, };

/**
 * `POST /api/clean`: nothing of it is kept.
 */
export type NewCleaning = { 
/**
 * As it was recognised, at most 20000 characters.
 */
text: string, 
/**
 * ISO 639 code.
 */
language: string, 
/**
 * `mail`, `chat`, `code`, `document`, `none`, or `verbatim`.
 */
style: string, };

/**
 * `POST /api/dictionary`. A word that is there in any case is replaced and keeps its id.
 */
export type NewDictionaryEntry = { term: string, sounds_like: Array<string>, language: string | null, };

/**
 * `POST /api/admin/invites`
 */
export type NewInvite = { role: Role, note: string, 
/**
 * Days until it runs out; 7 where nothing is said.
 */
expires_in_days: number | null, };

/**
 * `POST /api/recordings`. Sent again with the same `client_recording_id` it answers with the recording as it is.
 */
export type NewRecording = { 
/**
 * The client's own id; a recording is transcribed once for each.
 */
client_recording_id: string, 
/**
 * The device. Recordings of one device are transcribed one after the other, in the order of `recorded_at`.
 */
client: string, 
/**
 * When it was recorded, RFC 3339.
 */
recorded_at: string, 
/**
 * Bytes that will come.
 */
total_bytes: number, encoding: RecordingEncoding, 
/**
 * Only for files.
 */
speakers: SpeakerLabels, settings: SessionSettings, };

/**
 * `POST /api/snippets`. One whose phrase is there in any case is replaced and keeps its id.
 */
export type NewSnippet = { phrase: string, body: string, };

/**
 * `POST /api/auth/ws-ticket`
 */
export type NewTicket = { 
/**
 * What the WebSocket may do; nothing said: what the caller may.
 */
scopes: Array<Scope> | null, };

/**
 * `POST /api/auth/password`
 */
export type PasswordChange = { current: string, 
/**
 * At least 10 characters. All other logins end with the change.
 */
new: string, };

/**
 * What does one job at a time.
 */
export type PlacedSlot = { processors: Array<number>, busy: boolean, };

export type PlacedWorker = { pool: string, 
/**
 * Nothing can be transcribed without its pool.
 */
essential: boolean, node: number, 
/**
 * The only node that its memory comes from; none where it comes from any.
 */
memory_node: number | null, slots: Array<PlacedSlot>, state: WorkerState, 
/**
 * Of its process, once it is ready.
 */
pid: number | null, restarts: number, last_death: string | null, };

/**
 * `GET /api/admin/placement`: the machine, and the workers on it as they are now.
 */
export type Placement = { nodes: Array<PlacementNode>, 
/**
 * Processors that are left to the server itself.
 */
reserved: Array<number>, workers: Array<PlacedWorker>, };

/**
 * A NUMA node: processors with memory of their own.
 */
export type PlacementNode = { index: number, 
/**
 * The processors of each core; several share it.
 */
cores: Array<Array<number>>, };

/**
 * What a person may set. Everything has a default: what is left out of a document is as it is by default.
 */
export type Preferences = { mode: Mode, quality: Quality, 
/**
 * `auto`, or the one language that is spoken.
 */
language: string, 
/**
 * What `auto` chooses from; empty: the server's.
 */
languages: Array<string>, 
/**
 * Clean-up style where the program says nothing: `auto`, `mail`, `chat`, `code`, `document`, `none`,
 * `verbatim`.
 */
style: string, 
/**
 * Clean-up style by program: name of the program to style.
 */
app_styles: { [key in string]: string }, 
/**
 * Live text while speaking.
 */
partials: boolean, noise_suppression: boolean, auto_gain: boolean, 
/**
 * Pause that ends an utterance, in milliseconds; 0: learnt from the speaker.
 */
pause_ms: number, 
/**
 * Whether what is said goes into the history.
 */
keep_history: boolean, 
/**
 * Whether the sound is kept, where the server keeps any.
 */
keep_audio: boolean, 
/**
 * Language of the page: `auto`, `en`, `ru`.
 */
ui_language: string, 
/**
 * `system`, `light`, `dark`.
 */
theme: string, 
/**
 * A sound when recording begins and ends.
 */
sounds: boolean, };

/**
 * How much of something is used.
 */
export type QuotaState = { used: number, 
/**
 * None: as much as one likes.
 */
limit: number | null, 
/**
 * 0 without a limit. From 80 on the client is told, at 100 further work is refused.
 */
percent: number, };

/**
 * How the sound of a recording is written.
 */
export type RecordingEncoding = "wav" | "raw" | "file";

/**
 * `POST /api/auth/refresh`
 */
export type RefreshRequest = { refresh_token: string, };

/**
 * `POST /api/auth/register`
 */
export type RegisterRequest = { 
/**
 * Unique whatever its case; no `@` in it.
 */
name: string, email: string | null, 
/**
 * At least 10 characters.
 */
password: string, 
/**
 * The code of an invite, where the server wants one.
 */
invite: string | null, 
/**
 * What the client is, shown in the list of logins ("Firefox on Linux").
 */
client: string | null, };

/**
 * Who may register.
 */
export type RegistrationMode = "open" | "invite" | "closed";

/**
 * What a person may do.
 */
export type Role = "member" | "admin";

/**
 * What a key may do. Accounts, logins and keys themselves are only for people who logged in.
 */
export type Scope = "transcribe" | "history.read" | "history.write" | "settings" | "admin";

/**
 * `GET /api/auth/server`: what a login page needs to know before anybody is logged in.
 */
export type ServerFacts = { version: string, registration: RegistrationMode, 
/**
 * Whether everybody is let in as the local user (development profile).
 */
open: boolean, };

/**
 * One setting.
 */
export type SettingField = { 
/**
 * Name of the field in the document.
 */
key: string, title: LocalText, hint: LocalText, kind: SettingKind, default: unknown, 
/**
 * What can be chosen; for `choice`, and as suggestions for `text_list`.
 */
options: Array<SettingOption>, min: number | null, max: number | null, 
/**
 * `ms`
 */
unit: string | null, };

/**
 * Settings that belong together.
 */
export type SettingGroup = { key: string, title: LocalText, fields: Array<SettingField>, };

/**
 * What kind of field shows a setting.
 */
export type SettingKind = "boolean" | "number" | "choice" | "text" | "text_list" | "choice_map";

/**
 * A value to choose.
 */
export type SettingOption = { value: string, title: LocalText, };

/**
 * `GET /api/settings`; the version is also the ETag.
 */
export type SettingsDocument = { 
/**
 * 0 where nothing was ever saved.
 */
version: number, updated_at: string | null, settings: Preferences, };

/**
 * `GET /api/settings/schema`
 */
export type SettingsSchema = { groups: Array<SettingGroup>, };

/**
 * The answer to a change of the settings.
 */
export type SettingsVersion = { version: number, };

/**
 * Whose words are meant.
 */
export type Shelf = "personal" | "team";

/**
 * A phrase and the text it stands for.
 */
export type Snippet = { id: string, shelf: Shelf, 
/**
 * What is said.
 */
phrase: string, 
/**
 * What is written.
 */
body: string, created_at: string, updated_at: string, };

/**
 * `POST /api/snippets/import`: all or none.
 */
export type SnippetImport = { items: Array<NewSnippet>, };

/**
 * `GET /api/snippets`
 */
export type SnippetList = { items: Array<Snippet>, };

/**
 * A run of text that is a hit or is not.
 */
export type SnippetPiece = { text: string, hit: boolean, };

/**
 * How those who speak in a file are told apart.
 */
export type SpeakerLabels = "none" | "channels" | "voices" | "auto";

/**
 * Part of a text around its hits, in pieces, so that nobody has to escape marks.
 */
export type TextSnippet = { pieces: Array<SnippetPiece>, 
/**
 * Whether there is text before the first piece.
 */
cut_start: boolean, 
/**
 * Whether there is text after the last piece.
 */
cut_end: boolean, 
/**
 * Whether it is of the raw text, because the clean text has no hit.
 */
in_raw_text: boolean, };

/**
 * Opens one WebSocket, once: `/transcribe?ticket=...`.
 */
export type Ticket = { ticket: string, expires_at: string, };

/**
 * The answer to a login, a registration and a refresh. The refresh token is good once: each refresh brings the next,
 * and one that is used twice ends the login.
 */
export type Tokens = { 
/**
 * For the header `Authorization: Bearer ...`.
 */
access_token: string, 
/**
 * `Bearer`
 */
token_type: string, 
/**
 * Seconds until the access token runs out.
 */
expires_in: number, refresh_token: string, refresh_expires_at: string, user: User, };

/**
 * One utterance.
 */
export type Transcript = { 
/**
 * Later said means greater, as text, too.
 */
id: string, session: string, 
/**
 * Unique among the owner's.
 */
utterance: string, client_recording_id: string | null, recorded_at: string, created_at: string, 
/**
 * ISO 639 code.
 */
language: string, style: string, app: string, text: string, 
/**
 * As it came out of the recogniser.
 */
raw_text: string, confidence: number, audio_ms: number, cleaned_by: CleanedBy, 
/**
 * Whether its sound was kept: `GET /api/history/{id}/audio`.
 */
has_audio: boolean, 
/**
 * Where the search hit it; only in answers to a search.
 */
snippet?: TextSnippet | null, };

/**
 * `PATCH /api/history/{id}`: the text as the person wants it. The raw text stays.
 */
export type TranscriptChange = { text: string, 
/**
 * The style that the text is written in now; what is left out stays.
 */
style: string | null, };

/**
 * `GET /api/history/{id}`
 */
export type TranscriptDetail = { words: Array<WordTiming>, edits: Array<TextEdit>, timings: Timings, 
/**
 * Later said means greater, as text, too.
 */
id: string, session: string, 
/**
 * Unique among the owner's.
 */
utterance: string, client_recording_id: string | null, recorded_at: string, created_at: string, 
/**
 * ISO 639 code.
 */
language: string, style: string, app: string, text: string, 
/**
 * As it came out of the recogniser.
 */
raw_text: string, confidence: number, audio_ms: number, cleaned_by: CleanedBy, 
/**
 * Whether its sound was kept: `GET /api/history/{id}/audio`.
 */
has_audio: boolean, 
/**
 * Where the search hit it; only in answers to a search.
 */
snippet?: TextSnippet | null, };

/**
 * `PUT /api/recordings/{id}/data?offset=`: how far the upload is.
 */
export type UploadState = { received_bytes: number, total_bytes: number, complete: boolean, };

/**
 * `GET /api/usage`: this month (UTC).
 */
export type Usage = { 
/**
 * First day that counts, `2025-03-01`.
 */
from: string, 
/**
 * First day that counts no more.
 */
until: string, 
/**
 * Sound, in milliseconds.
 */
audio_ms: QuotaState, llm_tokens: QuotaState, 
/**
 * Bytes of sound that are kept now.
 */
stored_bytes: QuotaState, days: Array<DayUsage>, };

/**
 * A person as others may see them.
 */
export type User = { id: string, name: string, email: string | null, role: Role, created_at: string, 
/**
 * Set where the person may not come in any more.
 */
disabled_at: string | null, };

/**
 * `PATCH /api/admin/users/{id}`: what is left out stays.
 */
export type UserChange = { role: Role | null, 
/**
 * A disabled person keeps everything and gets in nowhere.
 */
disabled: boolean | null, };

/**
 * `GET /api/admin/users`, in the order of creation.
 */
export type UserPage = { items: Array<User>, 
/**
 * `after` of the next page; none where this is the last.
 */
next: string | null, };

export type WorkerState = "waiting" | "loading" | "ready" | "given_up" | "stopped";
