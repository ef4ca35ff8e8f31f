//! What one connection's messages mean, with the person's own clock.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use protocol::ServerMessage;

use super::ledger::{Ledger, Told};

/// Speech that goes on within this time after an utterance was cut there without a pause, as happens to speech that is
/// longer than the model reads. Nobody stopped speaking at such a cut and waits, so its time is kept apart.
const GOES_ON_MS: u64 = 400;

/// A final text, and how long it took.
#[derive(Debug, Clone, Copy)]
pub struct Final {
    pub at: Instant,
    pub took: Duration,
}

/// The end of an utterance.
#[derive(Debug, Clone, Copy)]
struct End {
    at_ms: u64,
    /// Speech went on behind it at once.
    cut: bool,
}

/// What one person saw, over all their recordings.
#[derive(Debug, Default)]
pub struct Seen {
    /// From the first speech of an utterance to its first live text.
    pub first_partials: Vec<Duration>,
    /// From the end of speech to the final text, by the person's clock.
    pub finals: Vec<Final>,
    /// The same of pieces that were cut while the person went on speaking.
    pub cut_in_speech: Vec<Duration>,
    /// From the end of the recording to its last text.
    pub after_stop: Vec<Duration>,
    /// As the server tells it.
    pub queue_waits: Vec<Duration>,
    /// Seconds of an utterance, and milliseconds that the recogniser took for it.
    pub decodes: Vec<(f64, f64)>,
    pub committed_changed: u64,
    pub notices: HashMap<String, u64>,
    pub busy: u64,
    pub refused: u64,
    pub promises_kept: u64,
    pub promises_broken: u64,
    pub cuts: u64,
    pub resumed: u64,
    pub begun_again: u64,
    pub inaudible_ms: u64,
    pub broken_entries: Vec<String>,
    pub errors: Vec<String>,
}

impl Seen {
    pub fn take_ledger(&mut self, ledger: &Ledger) {
        self.inaudible_ms += ledger.inaudible_ms;
        self.errors.extend(ledger.changed.iter().map(|what| format!("a final changed: {what}")));
    }
}

pub(super) struct Notes {
    start: Instant,
    recording_ms: u64,
    /// Utterances without live text, and when their speech began.
    silent: HashMap<u64, Instant>,
    /// Whose speech ended and whose final is awaited.
    ended: HashMap<u64, End>,
    committed: HashMap<u64, String>,
    last_final: Option<Instant>,
    done: bool,
}

impl Notes {
    pub fn new(start: Instant, recording_ms: u64) -> Self {
        Self {
            start,
            recording_ms,
            silent: HashMap::new(),
            ended: HashMap::new(),
            committed: HashMap::new(),
            last_final: None,
            done: false,
        }
    }

    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The number of an utterance that is told, if the message was its final.
    pub fn take(&mut self, message: ServerMessage, ledger: &mut Ledger, seen: &mut Seen) -> Option<u64> {
        let at = |ms: u64, base: u64| self.start + Duration::from_millis(base + ms);
        match message {
            ServerMessage::SpeechStarted { utterance, at_ms } => {
                self.silent.insert(utterance, at(at_ms, ledger.base_ms()));
                if let Some(before) = self.ended.get_mut(&(utterance - 1)) {
                    before.cut = at_ms < before.at_ms + GOES_ON_MS;
                }
            }
            ServerMessage::SpeechStopped { utterance, at_ms } => {
                self.ended.insert(utterance, End { at_ms, cut: false });
            }
            ServerMessage::PartialText(partial) => {
                let begun = self.silent.remove(&partial.utterance);
                seen.first_partials.extend(begun.map(|begun| begun.elapsed()));
                let committed = self.committed.entry(partial.utterance).or_default();
                seen.committed_changed += u64::from(!partial.committed.starts_with(committed.as_str()));
                *committed = partial.committed;
            }
            ServerMessage::FinalText(told) => {
                self.silent.remove(&told.utterance);
                if let Some(end) = self.ended.remove(&told.utterance) {
                    let took = at(end.at_ms, ledger.base_ms()).elapsed();
                    if end.cut {
                        seen.cut_in_speech.push(took);
                    } else {
                        seen.finals.push(Final { at: Instant::now(), took });
                    }
                }
                seen.queue_waits.push(Duration::from_millis(told.timings.queue_ms));
                let seconds = told.end_ms.saturating_sub(told.start_ms) as f64 / 1000.0;
                seen.decodes.push((seconds, told.timings.asr_ms as f64));
                self.last_final = Some(Instant::now());
                let utterance = told.utterance;
                ledger.told(utterance, Told { start_ms: told.start_ms, end_ms: told.end_ms, text: told.raw_text });
                return Some(utterance);
            }
            ServerMessage::Busy { .. } => seen.busy += 1,
            ServerMessage::Notice { code, .. } => {
                let code = serde_json::to_value(code).ok().and_then(|code| code.as_str().map(str::to_owned));
                *seen.notices.entry(code.unwrap_or_default()).or_default() += 1;
            }
            ServerMessage::Error(error) => seen.errors.push(error.message),
            ServerMessage::Done { receipt } => {
                ledger.receipt(&receipt);
                let stopped = self.start + Duration::from_millis(self.recording_ms);
                seen.after_stop.extend(self.last_final.map(|told| told.saturating_duration_since(stopped)));
                self.done = true;
            }
            _ => {}
        }
        None
    }
}
