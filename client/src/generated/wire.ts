// What clients and the server say to each other over the native WebSocket.
// Written by `cargo xtask docs` from the package `protocol`.

export type AudioChunk = { 
/**
 * Base64 of samples in the session's format (16-bit little endian, 16 kHz, mono where nothing was said).
 */
audio: string, 
/**
 * The client's own label; it opens nothing.
 */
session_id?: string, 
/**
 * Offset of the first sample; without it the chunk follows the one before.
 */
offset?: number, };

export type AudioSettings = { encoding: Encoding, sample_rate: number, channels: number, };

export type BusyReason = "queue_full" | "too_many_sessions" | "too_many_sessions_of_user" | "no_workers" | "draining" | "overloaded" | "quota_used_up" | "other";

export type CleanedBy = "llm" | "rules" | "none";

export type ClientMessage = { "type": "start" } & SessionSettings | { "type": "audio_chunk" } & AudioChunk | { "type": "mark", id: string, } | { "type": "finish" } | { "type": "cancel" } | { "type": "resume", session: string, resume_token: string, } | { "type": "edit" } & EditSelection | { "type": "ack", utterance: number, } | { "type": "settings" } & SessionSettings | { "type": "ping", t: unknown, };

export type CoverageKind = "words" | "inaudible" | "no_speech" | "cancelled";

export type EditKind = "punctuation" | "case" | "filler" | "repetition" | "false_start" | "number_form" | "spoken_command" | "snippet" | "dictionary" | "self_correction" | "paragraph" | "spacing" | "spelling" | "other";

export type EditSelection = { 
/**
 * The client's own name of this question; it comes back in the answer.
 */
id: string, selection: string, instruction: string, 
/**
 * Language of the selection; otherwise the one that was spoken last.
 */
language?: string, };

export type EditWarning = { 
/**
 * `lost_numbers`, `lost_names`, `new_names`, `negations`.
 */
kind: string, what: Array<string>, };

/**
 * A selection, changed as an instruction said.
 */
export type Edited = { id: string, 
/**
 * The changed text; the selection as it was where the model's answer was refused.
 */
text: string, 
/**
 * Why the answer was refused.
 */
refused?: string, 
/**
 * What a person should look at before taking the text: numbers and names that came or went, negations.
 */
warnings: Array<EditWarning>, };

export type Encoding = "pcm_s16le" | "pcm_f32le" | "mulaw" | "alaw";

/**
 * Stable names; clients may match on them.
 */
export type ErrorCode = "bad_json" | "unknown_type" | "bad_field" | "bad_base64" | "frame_too_short" | "frame_too_large" | "odd_byte_count" | "bad_sample_rate" | "bad_channels" | "bad_encoding" | "bad_language" | "bad_style" | "offset_gap" | "offset_overlap" | "wrong_order" | "unknown_session" | "transcription_failed" | "editing_unavailable" | "editing_failed" | "unauthorized" | "token_expired" | "token_reused" | "wrong_credentials" | "weak_password" | "registration_closed" | "invite_refused" | "forbidden" | "not_found" | "conflict" | "stale" | "precondition_required" | "quota_used_up" | "too_many_requests" | "payload_too_large" | "invalid" | "unavailable" | "internal" | "other";

export type ErrorMessage = { code: ErrorCode, message: string, hint: string, 
/**
 * The connection ends after it.
 */
fatal: boolean, };

export type FinalText = { utterance: number, text: string, raw_text: string, edits: Array<TextEdit>, words: Array<WordTiming>, language: string, confidence: number, start_ms: number, end_ms: number, cleaned_by: CleanedBy, timings: Timings, session_id?: string, };

export type HttpError = { code: ErrorCode, message: string, hint: string, request_id: string, };

/**
 * The body of every HTTP error.
 */
export type HttpErrorBody = { error: HttpError, };

export type JobState = "receiving" | "queued" | "running" | "done" | "failed" | "cancelled";

export type Limits = { max_frame_bytes: number, min_sample_rate: number, max_sample_rate: number, max_channels: number, };

export type Mode = "on_pause" | "after_recording";

export type NoticeCode = "degraded" | "restored" | "quota_warning" | "draining" | "setting_ignored" | "retrying" | "other";

export type PartialText = { utterance: number, 
/**
 * `committed` and `tentative` together.
 */
text: string, 
/**
 * Will not change any more.
 */
committed: string, 
/**
 * May still change.
 */
tentative: string, 
/**
 * Sound of the utterance that this text stands for.
 */
audio_ms: number, 
/**
 * How far this text is behind what was said.
 */
lag_ms: number, };

export type Quality = "normal" | "high";

export type Ready = { session: string, resume_token: string, 
/**
 * Sound before this offset is here already (0 in a new session).
 */
received_offset: number, limits: Limits, models: Array<string>, protocol: number, 
/**
 * The label that the client gave itself.
 */
session_id?: string, };

export type Receipt = { 
/**
 * Length of the sound received.
 */
audio_ms: number, 
/**
 * Milliseconds in which the detector heard speech; the ranges add up to it.
 */
voiced_ms: number, words_ms: number, inaudible_ms: number, no_speech_ms: number, cancelled_ms: number, ranges: Array<ReceiptRange>, };

export type ReceiptRange = { start_ms: number, end_ms: number, became: CoverageKind, };

export type ServerMessage = { "type": "ready" } & Ready | { "type": "speech_started", utterance: number, at_ms: number, } | { "type": "speech_stopped", utterance: number, at_ms: number, } | { "type": "partial_text" } & PartialText | { "type": "final_text" } & FinalText | { "type": "status", state: SessionState, queue_position?: number, eta_ms?: number, } | { "type": "received", offset: number, } | { "type": "marked", id: string, } | { "type": "edited" } & Edited | { "type": "notice", code: NoticeCode, message: string, } | { "type": "busy", retry_after_ms: number, reason: BusyReason, } | { "type": "closing", reason: string, resume_token: string, } | { "type": "done", receipt: Receipt, } | { "type": "recording", id: string, client_recording_id?: string | null, state: JobState, } | { "type": "error" } & ErrorMessage | { "type": "pong", t: unknown, };

/**
 * Every field is optional: what is absent stays as it is (at first: the server's default).
 */
export type SessionSettings = { mode?: Mode, quality?: Quality, 
/**
 * One language, or `auto`.
 */
language?: string, 
/**
 * The languages that `auto` may choose from.
 */
languages?: Array<string>, 
/**
 * Clean-up style: `mail`, `chat`, `code`, `document`, `none`.
 */
style?: string, 
/**
 * Name of the program that will get the text; chooses the style where none is given.
 */
app?: string, 
/**
 * Only before the first sound: the format of what follows.
 */
audio?: AudioSettings, 
/**
 * Words to listen for, besides the user's own dictionary.
 */
dictionary?: Array<string>, 
/**
 * The client's own id of this recording; results carry it into the history once.
 */
client_recording_id?: string, 
/**
 * Whether live text is wanted.
 */
partials?: boolean, noise_suppression?: boolean, auto_gain?: boolean, 
/**
 * A fixed pause that ends an utterance, instead of one that adapts to the speaker.
 */
pause_ms?: number, };

export type SessionState = "listening" | "queued" | "processing" | "generating" | "ready";

/**
 * One change from `raw_text` to `text`. `at` counts characters of `raw_text`.
 */
export type TextEdit = { kind: EditKind, from: string, to: string, at: number, };

export type Timings = { queue_ms: number, asr_ms: number, llm_ms: number, 
/**
 * From the last sample with speech to this message.
 */
since_speech_end_ms: number, };

export type WordTiming = { word: string, 
/**
 * From the start of the session.
 */
start_ms: number, end_ms: number, confidence: number, };
