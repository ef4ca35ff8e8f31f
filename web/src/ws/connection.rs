//! One WebSocket of the native protocol: frames in, messages out. What they mean is the session's business.
//!
//! actix-web-actors is in maintenance, so it stays inside this module.

use std::sync::Arc;
use std::time::Instant;

use actix::{
    Actor, ActorContext as _, ActorFutureExt as _, Addr, AsyncContext as _, Handler, StreamHandler, WrapFuture as _,
};
use actix_web::web::Bytes;
use actix_web_actors::ws::{self, CloseCode, CloseReason, ProtocolError, WebsocketContext};
use actors::ids::{Owner, SessionId};
use actors::registry::Token;
use actors::session::{Attach, Attached, Control, Detach, Session, Sound, Told};
use metrics::counter;
use protocol::frame::AudioFrame;
use protocol::{
    AudioChunk, ClientMessage, DecodeError, ErrorCode, ErrorMessage, Limits, NoticeCode, PROTOCOL_VERSION, Ready,
    ServerMessage, SessionSettings,
};
use tracing::{debug, info};

use super::convert;
use super::fragments::{FragmentError, Fragments, Whole};
use super::gate::Gate;
use crate::doors::Place;
use crate::listeners::News;
use crate::state::{AppState, CloseAll};

/// Mistakes in a row after which a client is not listened to any more.
const MOST_MISTAKES: u32 = 100;
/// A client that says nothing by then gets a session and its `ready` anyway.
const GREETING: std::time::Duration = std::time::Duration::from_millis(250);

pub struct Connection {
    state: Arc<AppState>,
    owner: Owner,
    /// Our place among the open connections; given back when we are dropped.
    place: Place,
    gate: Gate,
    fragments: Fragments,
    session: Option<Attachment>,
    /// The client's own name for its session.
    label: Option<String>,
    mistakes_in_a_row: u32,
    last_heard: Instant,
    heard_sound: bool,
    said_goodbye: bool,
}

struct Attachment {
    id: SessionId,
    token: Token,
    session: Addr<Session>,
    number: u64,
}

impl Connection {
    pub fn new(state: Arc<AppState>, owner: Owner, place: Place, gate: Gate) -> Self {
        let fragments = Fragments::new(state.settings().server.max_frame_bytes as usize);
        Self {
            state,
            owner,
            place,
            gate,
            fragments,
            session: None,
            label: None,
            mistakes_in_a_row: 0,
            last_heard: Instant::now(),
            heard_sound: false,
            said_goodbye: false,
        }
    }

    fn send(&self, message: &ServerMessage, ctx: &mut WebsocketContext<Self>) {
        ctx.text(serde_json::to_string(message).expect("messages are plain data"));
    }

    fn mistake(&mut self, mut error: ErrorMessage, ctx: &mut WebsocketContext<Self>) {
        self.mistakes_in_a_row += 1;
        error.fatal |= self.mistakes_in_a_row >= MOST_MISTAKES;
        let code = serde_json::to_value(error.code).ok().and_then(|code| code.as_str().map(str::to_owned));
        counter!(actors::metrics::CLIENT_ERRORS, "code" => code.unwrap_or_default()).increment(1);
        debug!(error.message, "a client made a mistake");
        let fatal = error.fatal;
        self.send(&ServerMessage::Error(error), ctx);
        if fatal {
            self.close(CloseCode::Policy, "too many mistakes", ctx);
        }
    }

    fn close(&mut self, code: CloseCode, why: &str, ctx: &mut WebsocketContext<Self>) {
        ctx.close(Some(CloseReason { code, description: Some(why.to_owned()) }));
        ctx.stop();
    }

    fn text(&mut self, text: &str, ctx: &mut WebsocketContext<Self>) {
        match ClientMessage::decode(text) {
            Ok(message) => self.message(message, ctx),
            Err(error) => self.mistake(of_decoding(&error), ctx),
        }
    }

    fn message(&mut self, message: ClientMessage, ctx: &mut WebsocketContext<Self>) {
        match message {
            ClientMessage::Start(settings) => self.start(settings, ctx),
            ClientMessage::Settings(settings) => self.wish(settings, ctx),
            ClientMessage::AudioChunk(chunk) => self.chunk(chunk, ctx),
            ClientMessage::Resume { session, resume_token } => self.resume(&session, &resume_token, ctx),
            ClientMessage::Mark { id } => self.tell(Control::Mark(id), ctx),
            ClientMessage::Finish => {
                self.tell(Control::Finish, ctx);
                self.heard_sound = false;
            }
            ClientMessage::Cancel => self.tell(Control::Cancel, ctx),
            ClientMessage::Edit(edit) => match convert::edit(edit) {
                Ok(control) => self.tell(control, ctx),
                Err(error) => self.mistake(error, ctx),
            },
            ClientMessage::Ack { utterance } => self.tell(Control::Acknowledge(utterance), ctx),
            ClientMessage::Ping { t } => self.send(&ServerMessage::Pong { t }, ctx),
        }
    }

    fn start(&mut self, settings: SessionSettings, ctx: &mut WebsocketContext<Self>) {
        if self.heard_sound {
            let hint = "send `settings` to change something during a recording";
            self.mistake(convert::mistake(ErrorCode::WrongOrder, "`start` came after sound", hint), ctx);
            return;
        }
        self.wish(settings, ctx);
    }

    fn wish(&mut self, settings: SessionSettings, ctx: &mut WebsocketContext<Self>) {
        match convert::wishes(settings, self.state.languages()) {
            Ok(wishes) => self.tell(Control::Wish(Box::new(wishes)), ctx),
            Err(error) => {
                self.open(ctx);
                self.mistake(error, ctx);
            }
        }
    }

    fn chunk(&mut self, chunk: AudioChunk, ctx: &mut WebsocketContext<Self>) {
        let samples = match chunk.samples() {
            Ok(samples) => samples,
            Err(error) => return self.mistake(of_decoding(&error), ctx),
        };
        if chunk.session_id.is_some() {
            self.label.clone_from(&chunk.session_id);
        }
        // The first chunk of a client that can do nothing else is its `start`.
        if !self.heard_sound && chunk.settings != SessionSettings::default() {
            self.wish(chunk.settings, ctx);
        }
        self.sound(samples, chunk.offset, ctx);
    }

    fn binary(&mut self, bytes: &Bytes, ctx: &mut WebsocketContext<Self>) {
        match AudioFrame::decode(bytes) {
            Ok(AudioFrame { offset, samples }) => {
                let samples = bytes.slice_ref(samples);
                self.sound(samples, Some(offset), ctx);
            }
            Err(error) => {
                let hint = "begin each binary frame with an 8-byte little-endian sample offset";
                self.mistake(convert::mistake(ErrorCode::FrameTooShort, error.to_string(), hint), ctx);
            }
        }
    }

    fn sound<B: AsRef<[u8]> + Send + 'static>(
        &mut self,
        bytes: B,
        offset: Option<u64>,
        ctx: &mut WebsocketContext<Self>,
    ) {
        if !std::mem::replace(&mut self.heard_sound, true) {
            self.place.speaks();
        }
        // An early mistake is forgiven once real sound comes.
        self.mistakes_in_a_row = 0;
        self.open(ctx).do_send(Sound { bytes, offset });
    }

    fn tell(&mut self, control: Control, ctx: &mut WebsocketContext<Self>) {
        self.open(ctx).do_send(control);
    }

    /// Our session; the first message that needs one opens it.
    fn open(&mut self, ctx: &mut WebsocketContext<Self>) -> Addr<Session> {
        if let Some(attachment) = &self.session {
            return attachment.session.clone();
        }
        let opened = self.state.open_session(self.owner.clone());
        debug!(session = %opened.id, "session opened");
        let session = opened.session.clone();
        self.attach(opened.id, opened.token, opened.session, ctx);
        session
    }

    fn resume(&mut self, id: &str, token: &str, ctx: &mut WebsocketContext<Self>) {
        if self.heard_sound {
            let error =
                convert::mistake(ErrorCode::WrongOrder, "`resume` came after sound", "make it the first message");
            self.mistake(error, ctx);
            return;
        }
        let found = SessionId::parse(id).and_then(|id| self.state.find_session(id, token).map(|session| (id, session)));
        match found {
            Some((id, (token, session))) => {
                // A session that was opened as a greeting is not wanted any more.
                if let Some(unused) = self.session.take() {
                    unused.session.do_send(Detach { attachment: unused.number, for_good: true });
                }
                self.attach(id, token, session, ctx);
            }
            None => {
                let hint = "send `start` and everything that was not acknowledged";
                let error = convert::mistake(ErrorCode::UnknownSession, "there is no such session any more", hint);
                self.mistake(error, ctx);
            }
        }
    }

    fn attach(&mut self, id: SessionId, token: Token, session: Addr<Session>, ctx: &mut WebsocketContext<Self>) {
        let client = ctx.address().recipient();
        self.session = Some(Attachment { id, token, session: session.clone(), number: 0 });
        let attaching = session.send(Attach { client }).into_actor(self);
        // Nothing else is handled before the answer is here: `ready` is the first thing that a client hears.
        ctx.wait(attaching.map(|attached, connection, ctx| {
            if let Ok(attached) = attached {
                connection.attached(attached, ctx);
            }
        }));
    }

    fn attached(&mut self, attached: Attached, ctx: &mut WebsocketContext<Self>) {
        let Some(attachment) = &mut self.session else { return };
        attachment.number = attached.attachment;
        let limits = Limits {
            max_frame_bytes: u64::from(self.state.settings().server.max_frame_bytes),
            min_sample_rate: 8000,
            max_sample_rate: 48_000,
            max_channels: 8,
        };
        let ready = Ready {
            session: attachment.id.to_string(),
            resume_token: attachment.token.reveal().to_owned(),
            received_offset: attached.received,
            limits,
            models: self.state.models().to_vec(),
            protocol: PROTOCOL_VERSION,
            session_id: self.label.clone(),
        };
        self.send(&ServerMessage::Ready(ready), ctx);
        self.gate.follow(attached.reading);
        for told in attached.unacknowledged {
            let again = convert::final_text(told, self.label.as_deref());
            self.send(&ServerMessage::FinalText(Box::new(again)), ctx);
        }
    }

    fn check(&mut self, ctx: &mut WebsocketContext<Self>) {
        let silent = self.last_heard.elapsed();
        if silent.as_secs() >= u64::from(self.state.settings().server.idle_timeout_s) {
            info!("a silent connection is closed");
            self.close(CloseCode::Away, "nothing was heard for too long", ctx);
        } else {
            ctx.ping(b"");
        }
    }

    fn protocol_error(&mut self, error: &ProtocolError, ctx: &mut WebsocketContext<Self>) {
        let (close, code, hint) = match error {
            ProtocolError::Overflow => (CloseCode::Size, ErrorCode::FrameTooLarge, "send smaller frames"),
            ProtocolError::BadOpCode | ProtocolError::InvalidOpcode(_) => {
                (CloseCode::Unsupported, ErrorCode::Invalid, "send text and binary frames")
            }
            _ => (CloseCode::Protocol, ErrorCode::Invalid, "speak RFC 6455"),
        };
        let message = ErrorMessage { fatal: true, ..convert::mistake(code, error.to_string(), hint) };
        self.send(&ServerMessage::Error(message), ctx);
        self.close(close, &error.to_string(), ctx);
    }

    fn fragment_error(&mut self, error: &FragmentError, ctx: &mut WebsocketContext<Self>) {
        let (close, code) = match error {
            FragmentError::TooLong { .. } => (CloseCode::Size, ErrorCode::FrameTooLarge),
            FragmentError::NotUtf8 => (CloseCode::Invalid, ErrorCode::Invalid),
            FragmentError::OutOfOrder => (CloseCode::Protocol, ErrorCode::Invalid),
        };
        let message =
            ErrorMessage { fatal: true, ..convert::mistake(code, error.to_string(), "send whole, smaller messages") };
        self.send(&ServerMessage::Error(message), ctx);
        self.close(close, &error.to_string(), ctx);
    }
}

impl Actor for Connection {
    type Context = WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.state.enter_connection(ctx.address().recipient());
        ctx.run_later(GREETING, |connection, ctx| {
            connection.open(ctx);
        });
        let every = std::time::Duration::from_secs(u64::from(self.state.settings().server.ping_interval_s));
        ctx.run_interval(every, Self::check);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        if let Some(attachment) = self.session.take() {
            attachment.session.do_send(Detach { attachment: attachment.number, for_good: self.said_goodbye });
        }
    }
}

impl StreamHandler<Result<ws::Message, ProtocolError>> for Connection {
    fn handle(&mut self, frame: Result<ws::Message, ProtocolError>, ctx: &mut Self::Context) {
        self.last_heard = Instant::now();
        match frame {
            Ok(ws::Message::Text(text)) => self.text(&text, ctx),
            Ok(ws::Message::Binary(bytes)) => self.binary(&bytes, ctx),
            Ok(ws::Message::Continuation(item)) => match self.fragments.take(item) {
                Ok(Some(Whole::Text(text))) => self.text(&text, ctx),
                Ok(Some(Whole::Binary(bytes))) => self.binary(&bytes, ctx),
                Ok(None) => {}
                Err(error) => self.fragment_error(&error, ctx),
            },
            Ok(ws::Message::Ping(payload)) => ctx.pong(&payload),
            Ok(ws::Message::Pong(_) | ws::Message::Nop) => {}
            Ok(ws::Message::Close(reason)) => {
                // 1000 is goodbye; anything else may come back.
                self.said_goodbye = reason.as_ref().is_none_or(|reason| reason.code == CloseCode::Normal);
                ctx.close(reason);
                ctx.stop();
            }
            Err(error) => self.protocol_error(&error, ctx),
        }
    }
}

impl Handler<Told> for Connection {
    type Result = ();

    fn handle(&mut self, Told(output): Told, ctx: &mut Self::Context) {
        let message = convert::message(output, self.label.as_deref());
        self.send(&message, ctx);
    }
}

impl Handler<News> for Connection {
    type Result = ();

    /// Not before `ready`, which is the first thing that a client hears.
    fn handle(&mut self, news: News, ctx: &mut Self::Context) {
        if self.session.as_ref().is_some_and(|attachment| attachment.number > 0) {
            self.send(&news.0, ctx);
        } else {
            ctx.notify_later(news, GREETING);
        }
    }
}

impl Handler<CloseAll> for Connection {
    type Result = ();

    /// The server is going down: say so, with what is needed to come back, and close once everything is out.
    fn handle(&mut self, CloseAll { last }: CloseAll, ctx: &mut Self::Context) {
        let notice = "the server is shutting down; what was said is still being transcribed";
        if !last {
            self.send(&ServerMessage::Notice { code: NoticeCode::Draining, message: notice.to_owned() }, ctx);
            return;
        }
        let resume_token = self.session.as_ref().map_or_else(String::new, |a| a.token.reveal().to_owned());
        let reason = "the server is shutting down".to_owned();
        self.send(&ServerMessage::Closing { reason, resume_token }, ctx);
        self.close(CloseCode::Restart, "the server is shutting down", ctx);
    }
}

fn of_decoding(error: &DecodeError) -> ErrorMessage {
    let (code, hint) = match error {
        DecodeError::NotJson { .. } => (ErrorCode::BadJson, "send one JSON object per text frame"),
        DecodeError::NoType | DecodeError::UnknownType { .. } => (
            ErrorCode::UnknownType,
            "the types are: start, audio_chunk, mark, finish, cancel, resume, ack, settings, ping",
        ),
        DecodeError::WrongField { .. } => (ErrorCode::BadField, "docs/protocol.md shows each message"),
        DecodeError::NotBase64 { .. } => (ErrorCode::BadBase64, "encode the samples with standard base64"),
    };
    convert::mistake(code, error.to_string(), hint)
}
