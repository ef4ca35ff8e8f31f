//! A session as every protocol drives it: sound in with back-pressure, outputs out as a stream.
//!
//! Dropping both halves ends the session. What was said live before still comes to its text in the history; of a file
//! that nobody waits for any more everything is forgotten.

use std::sync::Arc;

use actix::Addr;
use actors::session::{Attach, Control, Detach, Session, SessionOutput, Sound, Wishes, hearing};
use engine::audio::AudioFormat;
use tokio::sync::{mpsc, watch};

use super::identity::Caller;
use crate::doors::Place;
use crate::http::error::ApiError;
use crate::state::AppState;

/// Who waits for the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Somebody who speaks.
    Live,
    /// Somebody who sent a file and waits for all of it.
    Batch,
    /// Nobody: it is no connection and needs no place at the doors.
    Unattended,
}

/// The session ended by itself: the server is going down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session ended before its time; send the sound again")]
pub struct SessionGone;

/// The way in. Used by whoever reads the client.
pub struct Speaker {
    session: Addr<Session>,
    /// False while too much sound waits for its text.
    reading: watch::Receiver<bool>,
    frame_bytes: usize,
    /// Bytes of a frame whose end has not come yet.
    rest: Vec<u8>,
    /// Recordings that were ended, and those whose `Done` was heard.
    ended: u64,
    settled: watch::Receiver<u64>,
    _line: Arc<Line>,
}

/// The way out.
pub struct Outputs {
    told: mpsc::UnboundedReceiver<SessionOutput>,
    settled: watch::Sender<u64>,
    _line: Arc<Line>,
}

/// Ends the session with the last of its two users.
struct Line {
    session: Addr<Session>,
    attachment: u64,
    lane: Lane,
    _place: Option<Place>,
}

/// Opens a session, treated as the wishes say. They must name the format of the sound if it is not the default one.
pub async fn open(
    state: &AppState,
    caller: &Caller,
    lane: Lane,
    wishes: Wishes,
) -> Result<(Speaker, Outputs), ApiError> {
    let place = match lane {
        Lane::Live | Lane::Batch => Some(state.doors().enter(&caller.owner)?),
        Lane::Unattended => None,
    };
    let opened = match lane {
        Lane::Live => state.open_session(caller.owner.clone()),
        Lane::Batch | Lane::Unattended => state.open_batch_session(caller.owner.clone()),
    };
    let session = opened.session;
    let gone = |_| ApiError::unavailable(SessionGone.to_string(), "try again in a few seconds");
    let (client, told) = hearing();
    let attached = session.send(Attach { client }).await.map_err(gone)?;
    let line = Arc::new(Line { session: session.clone(), attachment: attached.attachment, lane, _place: place });
    let frame_bytes = wishes.format.unwrap_or(AudioFormat::DEFAULT).frame_bytes();
    session.send(Control::Wish(Box::new(wishes))).await.map_err(gone)?;
    let (settled, hears) = watch::channel(0);
    let speaker = Speaker {
        session,
        reading: attached.reading,
        frame_bytes,
        rest: Vec::new(),
        ended: 0,
        settled: hears,
        _line: Arc::clone(&line),
    };
    Ok((speaker, Outputs { told, settled, _line: line }))
}

impl Speaker {
    /// Hands sound over; waits while too much of it waits for its text, and for the end of the recording before (the
    /// outputs must be read meanwhile). Chunks may be cut anywhere.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), SessionGone> {
        if bytes.is_empty() {
            return Ok(());
        }
        let ended = self.ended;
        self.settled.wait_for(|settled| *settled >= ended).await.map_err(|_| SessionGone)?;
        self.reading.wait_for(|reading| *reading).await.map_err(|_| SessionGone)?;
        self.rest.extend_from_slice(bytes);
        let whole = self.rest.len() - self.rest.len() % self.frame_bytes;
        if whole == 0 {
            return Ok(());
        }
        let after = self.rest.split_off(whole);
        let bytes = std::mem::replace(&mut self.rest, after);
        self.session.send(Sound { bytes, offset: None }).await.map_err(|_| SessionGone)
    }

    /// Samples of 16 bits, in the format `pcm_s16le`.
    pub async fn push_samples(&mut self, samples: &[i16]) -> Result<(), SessionGone> {
        self.push(&engine::audio::le_bytes(samples)).await
    }

    /// Changes how the session is treated from now on.
    pub fn wish(&mut self, wishes: Wishes) {
        if let Some(format) = wishes.format {
            self.frame_bytes = format.frame_bytes();
        }
        self.session.do_send(Control::Wish(Box::new(wishes)));
    }

    /// The recording is over: its results follow, then `Done`. Sound after it begins another. Waits for the end of the
    /// recording before: two that end at once would have one `Done`.
    pub async fn finish(&mut self) {
        let ended = self.ended;
        if self.settled.wait_for(|settled| *settled >= ended).await.is_err() {
            return;
        }
        self.rest.clear();
        self.ended += 1;
        self.session.do_send(Control::Finish);
    }

    /// Forgets what is being said.
    pub fn cancel(&mut self) {
        self.rest.clear();
        self.session.do_send(Control::Cancel);
    }
}

impl Outputs {
    /// The next thing that the session says; none when it is over.
    pub async fn next(&mut self) -> Option<SessionOutput> {
        let output = self.told.recv().await;
        self.note(output.as_ref());
        output
    }

    /// What the session has said already.
    pub fn try_next(&mut self) -> Option<SessionOutput> {
        let output = self.told.try_recv().ok();
        self.note(output.as_ref());
        output
    }

    fn note(&self, output: Option<&SessionOutput>) {
        if matches!(output, Some(SessionOutput::Done { .. })) {
            self.settled.send_modify(|settled| *settled += 1);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.lane != Lane::Live {
            // After a good end nothing is left to be forgotten.
            self.session.do_send(Control::Abandon);
        }
        self.session.do_send(Detach { attachment: self.attachment, for_good: true });
    }
}
