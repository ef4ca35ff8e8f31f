//! One person: speaks recordings at the pace of speech over the native protocol, comes back when the line breaks, and notes
//! what was told when.

pub mod ledger;
mod link;
mod notes;

use std::time::{Duration, Instant};

use protocol::frame::AudioFrame;
use protocol::{ClientMessage, Mode, Quality, Ready, ServerMessage, SessionSettings};
use tokio::sync::watch;

use self::ledger::Ledger;
use self::link::{Link, Lost, NoEntry};
use self::notes::Notes;
pub use self::notes::Seen;
use crate::recording::Recording;

/// 20 ms at 16 kHz.
const CHUNK: usize = 320;
/// How long the last results, or a server that was restarted, may take.
const PATIENCE: Duration = Duration::from_secs(60);
const RECONNECT_AFTER: Duration = Duration::from_millis(300);

/// How somebody speaks.
#[derive(Debug, Clone)]
pub struct Manner {
    pub server: String,
    /// Of whoever speaks.
    pub key: Option<String>,
    pub mode: Mode,
    pub quality: Quality,
    /// Silence after each recording.
    pub pause_ms: u64,
    /// At the pace of speech, or as fast as the server listens.
    pub real_time: bool,
    /// Takes every utterance back in its middle.
    pub cancels: bool,
}

/// What happens to a person's line; each new value happens once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mishap {
    pub number: u64,
    pub kind: MishapKind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MishapKind {
    #[default]
    None,
    /// The line breaks in the middle of a frame.
    Cut,
    /// Nothing is read for a while.
    Stall(Duration),
}

/// One recording, spoken.
#[derive(Debug)]
pub struct Spoken {
    pub recording: usize,
    pub ledger: Ledger,
}

/// How a connection ended.
enum Ended {
    Done,
    Lost,
}

pub struct Person {
    pub manner: Manner,
    /// What happens to the line, as long as somebody holds the other end.
    pub mishaps: watch::Receiver<Mishap>,
}

impl Person {
    /// Speaks one recording and everything it takes. None: the server had no room for it until then, and the person left.
    pub async fn speak(
        &mut self,
        number: usize,
        recording: &Recording,
        seen: &mut Seen,
        leaves: Option<Instant>,
    ) -> anyhow::Result<Option<Spoken>> {
        let silence = self.manner.pause_ms as usize * 16;
        let mut samples = recording.samples.clone();
        samples.resize(samples.len() + silence, 0);
        let mut talk = Talk {
            recording,
            samples: &samples,
            start: Instant::now(),
            session: None,
            ledger: Ledger::default(),
            promised: false,
        };
        let patience = leaves.unwrap_or_else(|| Instant::now() + PATIENCE);
        let Ok(link) = tokio::time::timeout_at(patience.into(), come_in(&self.manner, &mut talk, seen)).await else {
            anyhow::ensure!(leaves.is_some(), "the server let nobody in for {} s", PATIENCE.as_secs());
            return Ok(None);
        };
        // What is to be said begins now.
        talk.start = Instant::now();
        let limit = Duration::from_millis(samples.len() as u64 / 16) + PATIENCE;
        let all = async {
            let mut link = link;
            while matches!(self.converse(link, &mut talk, seen).await, Ended::Lost) {
                tokio::time::sleep(RECONNECT_AFTER).await;
                link = come_in(&self.manner, &mut talk, seen).await;
            }
        };
        let finished = tokio::time::timeout(limit, all).await.is_ok();
        if !finished {
            seen.errors.push(format!("`{}` was not finished in time", recording.name));
        }
        seen.take_ledger(&talk.ledger);
        Ok(Some(Spoken { recording: number, ledger: talk.ledger }))
    }

    /// One connection, until the recording is done or the line is lost.
    async fn converse(&mut self, mut link: Link, talk: &mut Talk<'_>, seen: &mut Seen) -> Ended {
        let Ok(mut at) = self.introduce(talk, &mut link, seen).await else { return Ended::Lost };
        self.mishaps.mark_unchanged();
        let base = talk.ledger.base_ms() * 16;
        let mut notes = Notes::new(talk.start, talk.recording.ms());
        let mut finished = false;
        // Nothing is read before; what is said goes on.
        let mut deaf_until = talk.start;
        loop {
            let due = talk.start + Duration::from_micros(at as u64 * 1_000_000 / 16_000);
            let due = if self.manner.real_time { due } else { talk.start };
            let deaf = Instant::now() < deaf_until;
            let happened = tokio::select! {
                () = tokio::time::sleep_until(deaf_until.into()), if deaf => Ok(()),
                message = link.hear(), if !deaf => match message {
                    Ok(message) => match notes.take(message, &mut talk.ledger, seen) {
                        Some(utterance) => link.say(&ClientMessage::Ack { utterance }).await,
                        None => Ok(()),
                    },
                    Err(lost) => Err(lost),
                },
                Ok(()) = self.mishaps.changed() => {
                    let kind = self.mishaps.borrow_and_update().kind;
                    match kind {
                        MishapKind::None => {}
                        MishapKind::Stall(time) => deaf_until = Instant::now() + time,
                        MishapKind::Cut => {
                            seen.cuts += 1;
                            link.cut().await;
                            return Ended::Lost;
                        }
                    }
                    Ok(())
                }
                () = tokio::time::sleep_until(due.into()), if !finished => {
                    if at >= talk.samples.len() {
                        finished = true;
                        link.say(&ClientMessage::Finish).await
                    } else {
                        let chunk = &talk.samples[at..talk.samples.len().min(at + CHUNK)];
                        let bytes: Vec<u8> = chunk.iter().flat_map(|sample| sample.to_le_bytes()).collect();
                        let frame = AudioFrame { offset: at as u64 - base, samples: &bytes }.encode();
                        at += chunk.len();
                        self.perhaps_cancel(at, talk, &mut link).await;
                        link.binary(frame).await
                    }
                }
            };
            // A server that is told to stop finishes recordings by itself; that is not the end of ours.
            if notes.is_done() && finished {
                link.close().await;
                return Ended::Done;
            }
            if happened.is_err() {
                return Ended::Lost;
            }
        }
    }

    /// In a storm of cancellations everybody takes back what they say, every second.
    async fn perhaps_cancel(&self, at: usize, talk: &Talk<'_>, link: &mut Link) {
        if self.manner.cancels && at < talk.recording.samples.len() && at % 16_000 < CHUNK {
            let _ = link.say(&ClientMessage::Cancel).await;
        }
    }

    /// Takes the session up again, or opens one; the sample from which to send.
    async fn introduce(&self, talk: &mut Talk<'_>, link: &mut Link, seen: &mut Seen) -> Result<usize, Lost> {
        if let Some((session, resume_token)) = talk.session.clone() {
            link.say(&ClientMessage::Resume { session, resume_token }).await?;
            return match first(link).await? {
                Some(ready) => {
                    seen.resumed += 1;
                    let offset = talk.ledger.base_ms() * 16 + ready.received_offset;
                    Ok((offset as usize).min(talk.samples.len()))
                }
                None => {
                    // The server knows nothing of it: it was restarted. What was told is ours; the rest is said again.
                    talk.session = None;
                    talk.ledger.begin_again();
                    seen.begun_again += 1;
                    Err(Lost)
                }
            };
        }
        let settings = SessionSettings {
            mode: Some(self.manner.mode),
            quality: Some(self.manner.quality),
            language: Some(talk.recording.language.clone()),
            partials: Some(self.manner.real_time),
            ..SessionSettings::default()
        };
        link.say(&ClientMessage::Start(settings)).await?;
        let ready = first(link).await?.ok_or(Lost)?;
        talk.session = Some((ready.session, ready.resume_token));
        Ok((talk.ledger.base_ms() as usize * 16).min(talk.samples.len()))
    }
}

/// A recording on its way.
struct Talk<'a> {
    recording: &'a Recording,
    samples: &'a [i16],
    start: Instant,
    session: Option<(String, String)>,
    ledger: Ledger,
    /// The server said that there would be room by now.
    promised: bool,
}

/// A connection, sooner or later.
async fn come_in(manner: &Manner, talk: &mut Talk<'_>, seen: &mut Seen) -> Link {
    loop {
        if let Some(link) = enter(manner, talk, seen).await {
            return link;
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

/// A connection, if the server lets us in; waits as long as it is told to if it does not.
async fn enter(manner: &Manner, talk: &mut Talk<'_>, seen: &mut Seen) -> Option<Link> {
    match Link::open(&manner.server, manner.key.as_deref()).await {
        Ok(link) => {
            seen.promises_kept += u64::from(std::mem::take(&mut talk.promised));
            Some(link)
        }
        Err(NoEntry::Refused { retry_after }) => {
            seen.refused += 1;
            seen.promises_broken += u64::from(talk.promised);
            tokio::time::sleep(retry_after).await;
            talk.promised = true;
            None
        }
        Err(NoEntry::Broken(why)) => {
            seen.broken_entries.push(why);
            None
        }
    }
}

/// How the server receives us; none if it does not know the session.
async fn first(link: &mut Link) -> Result<Option<Ready>, Lost> {
    let wait = async {
        loop {
            match link.hear().await? {
                ServerMessage::Ready(ready) => return Ok(Some(ready)),
                ServerMessage::Error(_) => return Ok(None),
                _ => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap_or(Err(Lost))
}
