//! From decodes to final texts: what the user is told, and the account of what became of their speech.

use std::time::Duration;

use engine::agreement::merge_final;
use engine::asr::join_words;
use engine::audio::SampleRange;
use engine::language::{Language, LanguageTracker};
use engine::receipt::{Coverage, Receipt, ReceiptBuilder};
use engine::text::edit::{Edit, EditKind};

use super::options::{Mode, SessionOptions};
use super::output::{CleanedBy, Final, SessionWord, Timings};
use super::utterance::{Decoded, Outcome, Utterance};
use crate::ids::{Owner, SessionId};
use crate::metrics as names;

/// Speech shorter than this that gave no words was none (a cough, a click); longer is reported as not understood.
const INAUDIBLE_FROM_MS: u32 = 700;

pub(super) struct Finals {
    session: SessionId,
    owner: Owner,
    receipt: ReceiptBuilder,
    /// Finals of this recording that are told together at its end.
    collected: Vec<Final>,
    last_text: String,
    last_clean: String,
}

impl Finals {
    pub fn new(session: SessionId, owner: Owner) -> Self {
        Self {
            session,
            owner,
            receipt: ReceiptBuilder::new(),
            collected: Vec::new(),
            last_text: String::new(),
            last_clean: String::new(),
        }
    }

    /// The text before what is being said now, as recognised.
    pub fn last_text(&self) -> &str {
        &self.last_text
    }

    /// The same as the rules cleaned it.
    pub fn last_clean(&self) -> &str {
        &self.last_clean
    }

    /// Somebody spoke here; what it becomes will be known later.
    pub fn spoken(&mut self, voiced: Vec<SampleRange>) {
        for range in voiced {
            self.receipt.voiced(range);
        }
    }

    pub fn cancelled(&mut self, voiced: Vec<SampleRange>) {
        for range in voiced {
            self.receipt.voiced(range);
            self.receipt.settle(range, Coverage::Cancelled);
        }
        count(Coverage::Cancelled);
    }

    /// What was `spoken` is not waited for any more.
    pub fn forgotten(&mut self, range: SampleRange) {
        self.receipt.settle(range, Coverage::Cancelled);
        count(Coverage::Cancelled);
    }

    /// The final of a settled utterance, unless it is kept for the end of the recording.
    pub fn settle(
        &mut self,
        mut utterance: Utterance,
        options: &SessionOptions,
        tracker: &mut LanguageTracker,
        since_speech_end: Duration,
    ) -> Option<Final> {
        let cleaned = utterance.text.take()?;
        let ended = utterance.ended.as_ref()?;
        let (start_ms, end_ms) = (ended.range.start / 16, ended.range.end / 16);
        let voiced_ms = ended.voiced_ms;
        let empty_became = if voiced_ms >= INAUDIBLE_FROM_MS { Coverage::Inaudible } else { Coverage::NoSpeech };
        let decoded = match &ended.outcome {
            Some(Outcome::Decoded(decoded)) => Some(decoded.as_ref()),
            Some(Outcome::Failed | Outcome::NoSpeech) | None => None,
        };
        let failed = matches!(ended.outcome, Some(Outcome::Failed));
        let words = decoded.map_or_else(Vec::new, |d| d.transcript.words.clone());
        if !failed && merge_final(utterance.agreement.committed(), words.clone()).diverged {
            metrics::counter!(names::COMMITTED_DIVERGED).increment(1);
        }
        let became = match (failed, words.is_empty()) {
            (true, _) => Coverage::Inaudible,
            (false, true) => empty_became,
            (false, false) => Coverage::Words,
        };
        self.receipt.settle(ended.range, became);
        count(became);
        let language = language_of(decoded, options, tracker, voiced_ms);
        let raw_text = join_words(&words);
        if !raw_text.is_empty() {
            self.last_text.clone_from(&raw_text);
            self.last_clean.clone_from(&cleaned.by_rules);
        }
        metrics::histogram!(names::FINAL_LATENCY).record(since_speech_end.as_secs_f64());
        let told = Final {
            session: self.session,
            owner: self.owner.clone(),
            utterance: utterance.id,
            text: cleaned.text,
            raw_text,
            edits: cleaned.edits,
            words: words.iter().map(|word| SessionWord::shifted(word, start_ms)).collect(),
            language,
            confidence: decoded.map_or(0.0, |d| d.transcript.confidence()),
            start_ms,
            end_ms,
            cleaned_by: cleaned.cleaned_by,
            timings: timings(decoded, cleaned.took, since_speech_end),
            llm_tokens: cleaned.tokens,
            style: options.style.clone(),
            app: options.app.clone(),
            client_recording_id: options.client_recording_id.clone(),
            sound_of: if options.keep_sound && !words.is_empty() { vec![utterance.id] } else { Vec::new() },
        };
        match options.mode {
            Mode::OnPause => Some(told),
            Mode::AfterRecording => {
                self.collected.push(told);
                None
            }
        }
    }

    /// All that was collected as one result, where results are given at the end.
    pub fn whole_recording(&mut self, options: &SessionOptions, since_speech_end: Duration) -> Option<Final> {
        let parts = std::mem::take(&mut self.collected);
        let last = parts.last()?;
        let spoken: u64 = parts.iter().map(|part| part.words.len() as u64).sum();
        let weighed: f32 = parts.iter().map(|part| part.confidence * part.words.len() as f32).sum();
        let joined = join_texts(&parts);
        let timings = Timings {
            queue_ms: parts.iter().map(|part| part.timings.queue_ms).sum(),
            asr_ms: parts.iter().map(|part| part.timings.asr_ms).sum(),
            llm_ms: parts.iter().map(|part| part.timings.llm_ms).sum(),
            since_speech_end_ms: since_speech_end.as_millis() as u64,
        };
        Some(Final {
            session: self.session,
            owner: self.owner.clone(),
            utterance: last.utterance,
            text: joined.text,
            raw_text: joined.raw,
            edits: joined.edits,
            words: parts.iter().flat_map(|part| part.words.iter().cloned()).collect(),
            language: most_spoken(&parts).unwrap_or(last.language),
            confidence: if spoken == 0 { 0.0 } else { weighed / spoken as f32 },
            start_ms: parts.first().map_or(0, |part| part.start_ms),
            end_ms: last.end_ms,
            cleaned_by: strongest(&parts),
            timings,
            llm_tokens: parts.iter().map(|part| part.llm_tokens).sum(),
            style: options.style.clone(),
            app: options.app.clone(),
            client_recording_id: options.client_recording_id.clone(),
            sound_of: parts.iter().flat_map(|part| part.sound_of.iter().copied()).collect(),
        })
    }

    /// The account of the recording that ends; a new one begins.
    pub fn receipt(&mut self) -> Receipt {
        std::mem::take(&mut self.receipt).receipt()
    }
}

/// Several finals as one.
struct Joined {
    text: String,
    raw: String,
    /// Complete: made in `raw`, they give `text`.
    edits: Vec<Edit>,
}

fn join_texts(parts: &[Final]) -> Joined {
    let mut joined = Joined { text: String::new(), raw: String::new(), edits: Vec::new() };
    for part in parts.iter().filter(|part| !part.raw_text.is_empty()) {
        if !joined.raw.is_empty() {
            let at = joined.raw.chars().count();
            joined.raw.push(' ');
            // Where a line ended or nothing is left of a part, the space between the parts goes too.
            let parted = !joined.text.is_empty() && !joined.text.ends_with('\n') && !part.text.is_empty();
            if parted {
                joined.text.push(' ');
            } else {
                joined.edits.push(Edit { kind: EditKind::Spacing, from: " ".into(), to: String::new(), at });
            }
        }
        let before = joined.raw.chars().count();
        joined.raw.push_str(&part.raw_text);
        joined.text.push_str(&part.text);
        joined.edits.extend(part.edits.iter().map(|edit| Edit { at: edit.at + before, ..edit.clone() }));
    }
    joined
}

/// Who cleaned the whole: the model where it had a part in it.
fn strongest(parts: &[Final]) -> CleanedBy {
    let any = |by| parts.iter().any(|part| part.cleaned_by == by);
    [CleanedBy::Llm, CleanedBy::Rules].into_iter().find(|by| any(*by)).unwrap_or_default()
}

fn language_of(
    decoded: Option<&Decoded>,
    options: &SessionOptions,
    tracker: &mut LanguageTracker,
    voiced_ms: u32,
) -> Language {
    match decoded.filter(|d| !d.transcript.words.is_empty()) {
        Some(decoded) => {
            tracker.observe(&[(decoded.transcript.language, decoded.transcript.language_probability)], voiced_ms);
            decoded.transcript.language
        }
        None => options.languages.first().copied().unwrap_or(Language::ENGLISH),
    }
}

fn timings(decoded: Option<&Decoded>, cleaning: Duration, since_speech_end: Duration) -> Timings {
    let ms = |time: Duration| time.as_millis() as u64;
    Timings {
        queue_ms: decoded.map_or(0, |d| ms(d.waited)),
        asr_ms: decoded.map_or(0, |d| ms(d.service)),
        llm_ms: ms(cleaning),
        since_speech_end_ms: ms(since_speech_end),
    }
}

/// The language with the most words.
fn most_spoken(parts: &[Final]) -> Option<Language> {
    let words_in = |language| parts.iter().filter(|p| p.language == language).map(|p| p.words.len()).sum::<usize>();
    parts.iter().map(|part| part.language).max_by_key(|language| words_in(*language))
}

fn count(became: Coverage) {
    let became = match became {
        Coverage::Words => "words",
        Coverage::Inaudible => "inaudible",
        Coverage::NoSpeech => "no_speech",
        Coverage::Cancelled => "cancelled",
    };
    metrics::counter!(names::UTTERANCES, "became" => became).increment(1);
}
