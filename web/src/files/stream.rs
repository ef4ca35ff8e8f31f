//! A file's sound as an asynchronous stream: a blocking thread decodes, a short queue holds it back.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::ControlFlow;

use symphonia::core::io::MediaSource;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::decode::{Layout, Limits, Piece, SoundFormat, Summary, decode};
use super::{FileProblem, sniff};

/// Pieces decoded ahead; a piece is a packet, some 20 to 100 ms of sound.
const AHEAD: usize = 32;

/// Dropping it ends the decoding.
pub struct SoundStream {
    pub format: SoundFormat,
    pieces: mpsc::Receiver<Piece>,
    decoding: JoinHandle<Result<Summary, FileProblem>>,
}

/// Begins to decode; comes back once it is known what the sound is.
pub async fn open(mut file: std::fs::File, layout: Layout, limits: Limits) -> Result<SoundStream, FileProblem> {
    check_beginning(&mut file)?;
    start(Box::new(file), layout, limits).await
}

/// Looks at the first bytes; the file is at its beginning then.
pub fn check_beginning(file: &mut std::fs::File) -> Result<(), FileProblem> {
    let damaged = |error: std::io::Error| FileProblem::Damaged { why: error.to_string() };
    let mut head = Vec::with_capacity(sniff::LOOKED_AT);
    file.seek(SeekFrom::Start(0)).map_err(damaged)?;
    (&mut *file).take(sniff::LOOKED_AT as u64).read_to_end(&mut head).map_err(damaged)?;
    file.seek(SeekFrom::Start(0)).map_err(damaged)?;
    sniff::check(&head)
}

/// The same for a source whose beginning was looked at already.
pub async fn start(source: Box<dyn MediaSource>, layout: Layout, limits: Limits) -> Result<SoundStream, FileProblem> {
    let (give, mut pieces) = mpsc::channel(AHEAD);
    let take = move |piece| match give.blocking_send(piece) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    let decoding = tokio::task::spawn_blocking(move || decode(source, layout, limits, take));
    match pieces.recv().await {
        Some(Piece::Format(format)) => Ok(SoundStream { format, pieces, decoding }),
        _ => match ended(decoding).await {
            Err(problem) => Err(problem),
            Ok(_) => Err(FileProblem::NoSound),
        },
    }
}

impl SoundStream {
    /// The next samples; none at the end.
    pub async fn next(&mut self) -> Option<Vec<i16>> {
        match self.pieces.recv().await {
            Some(Piece::Sound(samples)) => Some(samples),
            _ => None,
        }
    }

    /// How it ended; to be asked after the last samples.
    pub async fn end(self) -> Result<Summary, FileProblem> {
        drop(self.pieces);
        ended(self.decoding).await
    }
}

/// A hostile file may find a flaw in a decoder: that is the file's end, not ours.
async fn ended(decoding: JoinHandle<Result<Summary, FileProblem>>) -> Result<Summary, FileProblem> {
    match decoding.await {
        Ok(outcome) => outcome,
        Err(_) => Err(FileProblem::Damaged { why: "its contents contradict each other".to_owned() }),
    }
}
