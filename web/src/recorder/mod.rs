//! Finals on their way into the history: never lost, never twice, and never waited for.
//!
//! A final goes into a bounded channel; the writer (`writer`) stores what is in it. What the database cannot take now,
//! or what finds the channel full, goes into a local journal (`journal`) and is stored later. Each has a key
//! (`entry`), so that storing it again changes nothing. Sound that is to be kept goes another way (`spool`), behind which
//! nothing waits, and joins its transcript later (`keeper`).

mod entry;
mod journal;
mod keeper;
mod spool;
mod writer;

use std::path::Path;
use std::sync::Arc;

use actors::ids::{SessionId, UtteranceId};
use actors::metrics as names;
use actors::recorder::Recorder;
use actors::session::Final;
use metrics::counter;
use tokio::sync::{mpsc, oneshot};
use tracing::error;

pub use self::entry::{Entry, transcript_of};
pub use self::journal::Journal;
use self::keeper::Keeper;
use self::spool::Spool;
use self::writer::Writer;
use crate::auth::Quotas;
use crate::database::Database;
use crate::kept_audio::KeptAudio;

/// Finals that may wait for the writer. A thousand people do not finish so many sentences while one batch is written.
const CHANNEL: usize = 1024;

/// The port's implementation over the store.
pub struct HistoryRecorder {
    waiting: mpsc::Sender<Message>,
    journal: Arc<Journal>,
    /// None where no sound is kept.
    spool: Option<Spool>,
}

enum Message {
    Final(Box<Entry>),
    /// Answered once everything before it is stored or in the journal.
    Flush(oneshot::Sender<()>),
}

impl HistoryRecorder {
    /// Starts the writer on the present thread's runtime. `folder` is made where it is missing.
    pub fn start(database: Database, folder: &Path, kept: &KeptAudio, quotas: Quotas) -> std::io::Result<Arc<Self>> {
        let journal = Arc::new(Journal::open(folder)?);
        let keeps = kept.keeps_anything();
        let spool = keeps.then(|| Spool::start(&folder.join("sound"), kept.clone())).transpose()?;
        if let Some(spool) = &spool {
            let (journal, folder) = (Arc::clone(&journal), Arc::clone(spool.folder()));
            actix_web::rt::spawn(Keeper { database: database.clone(), journal, folder, quotas }.run());
        }
        let (waiting, messages) = mpsc::channel(CHANNEL);
        actix_web::rt::spawn(Writer::new(database, Arc::clone(&journal)).run(messages));
        Ok(Arc::new(Self { waiting, journal, spool }))
    }

    /// Waits until everything recorded so far is stored or in the journal.
    pub async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.waiting.send(Message::Flush(done)).await.is_ok() {
            let _ = wait.await;
        }
        if let Some(spool) = &self.spool {
            spool.flush().await;
        }
    }
}

impl Recorder for HistoryRecorder {
    fn record(&self, told: &Final) {
        let Some(entry) = Entry::of(told, store::Moment::now()) else { return };
        if let Some(spool) = self.spool.as_ref().filter(|_| !told.sound_of.is_empty()) {
            spool.claim(told, &entry);
        }
        let refused = match self.waiting.try_send(Message::Final(Box::new(entry))) {
            Ok(()) => return,
            Err(mpsc::error::TrySendError::Full(message) | mpsc::error::TrySendError::Closed(message)) => message,
        };
        let Message::Final(entry) = refused else { return };
        counter!(names::RECORDS, "became" => "journal").increment(1);
        if let Err(error) = self.journal.append(std::slice::from_ref(&*entry), journal::Durability::Written) {
            // Channel full, disk full, database away: all that is left is to say so.
            error!(%error, utterance = entry.transcript.utterance, "a final could not be kept");
            counter!(names::RECORDS, "became" => "lost").increment(1);
        }
    }

    fn keep_sound(&self, session: SessionId, utterance: UtteranceId, sound: Arc<[i16]>) {
        if let Some(spool) = &self.spool {
            spool.keep(session, utterance, sound);
        }
    }
}
