use crate::session::options::Mode;
use engine::asr::{Transcript, Word};
use engine::audio::{AudioFormat, IntakeOptions};
use engine::language::Language;
use engine::receipt::Receipt;
use engine::segmenter::PausePolicy;

use super::*;
use crate::job::{Finished, JobFailure, Output, Work};
use crate::load::ShedReason;
use crate::session::output::{Final, Problem};

#[path = "cleaning_tests.rs"]
mod cleaning;
#[path = "kept_sound_tests.rs"]
mod kept_sound;
#[path = "leaving_tests.rs"]
mod leaving;
#[path = "level_tests.rs"]
mod level;

const CHUNK: usize = 320;

fn limits() -> SessionLimits {
    SessionLimits {
        cadence: CadenceLimits { first_ms: 350, shortest_ms: 400, longest_ms: 3000 },
        unsettled_ms: 600,
        partial_deadline: Duration::from_secs(2),
        final_deadline: Duration::from_secs(3),
        stall: Duration::from_secs(3),
        acknowledge_ms: 500,
        most_waiting_ms: 60_000,
        normal: ModelFacts { longest_utterance_ms: 10_000, ..ModelFacts::default() },
        high: ModelFacts::default(),
        cleaner: None,
    }
}

fn options() -> SessionOptions {
    SessionOptions {
        mode: Mode::OnPause,
        tier: Tier::Normal,
        format: AudioFormat::DEFAULT,
        intake: IntakeOptions::default(),
        pause: PausePolicy::FixedMs(500),
        pre_roll_ms: 300,
        longest_utterance_ms: 28_000,
        languages: vec![Language::ENGLISH, Language::RUSSIAN],
        partials: true,
        dictionary: Vec::new(),
        style: None,
        app: None,
        client_recording_id: None,
        batch: false,
        keep_sound: false,
        vocabulary: std::sync::Arc::default(),
        text: std::sync::Arc::default(),
    }
}

/// A session with a scheduler that does what the test says.
struct Table {
    state: SessionState,
    now: Moment,
    /// Jobs submitted and not ended.
    waiting: Vec<Job>,
    told: Vec<SessionOutput>,
    /// Sound for the recorder, with its length in samples.
    kept: Vec<(UtteranceId, usize)>,
    resubmissions: Vec<UtteranceId>,
    /// Utterances whose clean-up has a deadline.
    looks: Vec<UtteranceId>,
    /// Jobs are answered at once.
    prompt_scheduler: bool,
    /// What each utterance says; empty: a word per 400 ms.
    said: &'static str,
}

impl Table {
    fn new(options: SessionOptions) -> Self {
        Self::with_limits(limits(), options)
    }

    fn with_limits(limits: SessionLimits, options: SessionOptions) -> Self {
        let state = SessionState::new(SessionId::fresh(), Owner::new("anna"), limits, options);
        Self {
            state,
            now: Moment::ZERO,
            waiting: Vec::new(),
            told: Vec::new(),
            kept: Vec::new(),
            resubmissions: Vec::new(),
            looks: Vec::new(),
            prompt_scheduler: true,
            said: "",
        }
    }

    fn take(&mut self, effects: Vec<SessionEffect>) {
        for effect in effects {
            match effect {
                SessionEffect::Submit { job, replaces, .. } => {
                    self.waiting.retain(|waiting| Some(waiting.id) != replaces);
                    self.waiting.push(*job);
                }
                SessionEffect::CancelJob { job, .. } => self.waiting.retain(|waiting| waiting.id != job),
                SessionEffect::Tell(output) => self.told.push(output),
                SessionEffect::KeepSound { utterance, sound } => self.kept.push((utterance, sound.len())),
                SessionEffect::ResubmitAfter { utterance, .. } => self.resubmissions.push(utterance),
                SessionEffect::LookAfter { utterance, .. } => self.looks.push(utterance),
            }
        }
        let is_decode = |job: &Job| matches!(job.work, Work::Transcribe { .. });
        while let Some(at) = self.waiting.iter().position(is_decode).filter(|_| self.prompt_scheduler) {
            self.answer(at);
        }
    }

    fn end(&mut self, at: usize, result: Result<Finished, JobFailure>) {
        let job = self.waiting.remove(at);
        let effects = self.state.job_event(job.id.number, JobEvent::Ended(result), self.now);
        self.take(effects);
    }

    /// Gives a job words: one per 400 ms of its sound, the same for the same stretch whatever the pass.
    fn answer(&mut self, at: usize) {
        let Work::Transcribe { sound, .. } = &self.waiting[at].work else { panic!("sessions transcribe") };
        let said: Vec<String> = if self.said.is_empty() {
            (0..sound.len() / 6400).map(|n| format!("w{n}")).collect()
        } else {
            self.said.split(' ').map(str::to_owned).collect()
        };
        let step = if self.said.is_empty() { 400 } else { (sound.len() / 16 / said.len()) as u32 };
        let word = |(n, text): (usize, String)| Word {
            text,
            start_ms: n as u32 * step,
            end_ms: (n as u32 + 1) * step,
            confidence: 0.9,
        };
        let words = said.into_iter().enumerate().map(word);
        let transcript = Transcript { words: words.collect(), ..Transcript::empty(Language::ENGLISH) };
        let finished = Finished {
            output: Output::Transcript(transcript),
            waited: Duration::from_millis(1),
            service: Duration::from_millis(40),
            cost: engine_worker::message::Cost::default(),
        };
        self.end(at, Ok(finished));
    }

    fn hear(&mut self, samples: &[i16]) {
        for chunk in samples.chunks(CHUNK) {
            self.now = self.now + Duration::from_millis(20);
            let effects = self.state.sound(&engine::audio::le_bytes(chunk), None, self.now);
            self.take(effects);
        }
    }

    fn silence(&mut self, ms: usize) {
        self.hear(&vec![0; ms * 16]);
    }

    fn finish(&mut self) {
        let effects = self.state.finish(self.now);
        self.take(effects);
    }

    fn finals(&self) -> Vec<&Final> {
        fn one(output: &SessionOutput) -> Option<&Final> {
            match output {
                SessionOutput::Final(told) => Some(told.as_ref()),
                _ => None,
            }
        }
        self.told.iter().filter_map(one).collect()
    }

    fn receipt(&self) -> Option<&Receipt> {
        self.told.iter().find_map(|output| match output {
            SessionOutput::Done { receipt, .. } => Some(receipt),
            _ => None,
        })
    }

    fn count(&self, what: fn(&SessionOutput) -> bool) -> usize {
        self.told.iter().filter(|output| what(output)).count()
    }

    fn purposes(&self) -> Vec<Purpose> {
        let of = |job: &Job| match &job.work {
            Work::Transcribe { options, .. } => options.purpose,
            Work::Generate { .. } => panic!("sessions transcribe"),
        };
        self.waiting.iter().map(of).collect()
    }
}

fn started(output: &SessionOutput) -> bool {
    matches!(output, SessionOutput::SpeechStarted { .. })
}

fn partial(output: &SessionOutput) -> bool {
    matches!(output, SessionOutput::Partial(_))
}

/// Some three seconds of a voice, silence cut off at both ends.
fn speech() -> Vec<i16> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/asr/samples/en_03.wav");
    let samples: Vec<i16> = hound::WavReader::open(path)
        .expect("the samples are in the repository")
        .samples()
        .map(|s| s.expect("whole"))
        .collect();
    let loud = |s: &i16| s.unsigned_abs() > 500;
    let (first, last) =
        (samples.iter().position(loud).expect("speech"), samples.iter().rposition(loud).expect("speech"));
    samples[first..=last].to_vec()
}

#[test]
fn an_utterance_gets_live_text_and_one_final() {
    let mut table = Table::new(options());
    table.silence(500);
    table.hear(&speech());
    table.silence(1000);
    table.finish();
    assert_eq!(table.count(started), table.finals().len());
    assert!(table.count(partial) >= 3, "{:?}", table.told);
    assert!(!table.finals()[0].raw_text.is_empty());
    let receipt = table.receipt().expect("the recording is done");
    assert!(receipt.words_ms > 1500 && receipt.words_ms == receipt.voiced_ms, "{receipt:?}");
    assert!(table.state.is_settled());
}

#[test]
fn committed_text_only_grows() {
    let mut table = Table::new(options());
    table.hear(&speech());
    table.silence(1000);
    let mut committed = String::new();
    for output in &table.told {
        match output {
            SessionOutput::Partial(partial) => {
                assert!(partial.committed.starts_with(&committed), "`{}` after `{committed}`", partial.committed);
                committed.clone_from(&partial.committed);
            }
            SessionOutput::Final(_) => committed.clear(),
            _ => {}
        }
    }
}

#[test]
fn the_final_is_there_when_the_pause_is_confirmed_if_it_was_decoded_in_the_pause() {
    let mut table = Table::new(options());
    table.hear(&speech());
    table.prompt_scheduler = false;
    while !table.purposes().contains(&Purpose::Final) {
        table.silence(20);
        let partials: Vec<_> = table.purposes().iter().map(|p| *p == Purpose::Partial).collect();
        for at in (0..partials.len()).rev().filter(|at| partials[*at]) {
            table.answer(at);
        }
    }
    assert!(table.finals().is_empty(), "the pause is not confirmed yet");
    table.answer(0);
    table.silence(600);
    assert_eq!(table.finals().len(), 1);
    assert!(table.waiting.is_empty(), "nothing was decoded twice: {:?}", table.purposes());
}

#[test]
fn speech_that_goes_on_after_a_short_pause_stays_one_utterance() {
    let mut table = Table::new(options());
    table.hear(&speech());
    table.silence(300);
    table.hear(&speech());
    table.silence(1000);
    assert_eq!((table.count(started), table.finals().len()), (1, 1));
    let told = table.finals()[0];
    assert!(told.end_ms - told.start_ms > 5000, "{} to {}", told.start_ms, told.end_ms);
}

#[test]
fn a_refused_final_is_offered_again_and_nothing_is_lost() {
    let mut table = Table::new(Table::quiet());
    table.prompt_scheduler = false;
    table.hear(&speech());
    table.silence(1000);
    assert_eq!(table.purposes(), [Purpose::Final]);
    let refused = JobFailure::Refused { reason: ShedReason::QueueFull, retry_after: Duration::from_millis(900) };
    table.end(0, Err(refused));
    assert_eq!(table.count(|o| matches!(o, SessionOutput::Busy { retry_after_ms: 900, .. })), 1);
    let again = table.resubmissions[0];
    let effects = table.state.resubmit(again, table.now);
    table.take(effects);
    table.answer(0);
    assert_eq!(table.finals().len(), 1);
}

#[test]
fn a_final_that_cannot_be_made_is_said_and_accounted_for() {
    let mut table = Table::new(Table::quiet());
    table.prompt_scheduler = false;
    table.hear(&speech());
    table.silence(1000);
    table.finish();
    table.end(0, Err(JobFailure::WorkerLost { attempts: 2 }));
    assert_eq!(table.count(|o| matches!(o, SessionOutput::Problem(Problem::TranscriptionFailed { .. }))), 1);
    assert_eq!(table.finals()[0].text, "");
    let receipt = table.receipt().expect("done");
    assert!(receipt.inaudible_ms > 1500 && receipt.words_ms == 0);
}

#[test]
fn finals_are_told_in_the_order_of_speaking() {
    let mut table = Table::new(Table::quiet());
    table.prompt_scheduler = false;
    for _ in 0..2 {
        table.hear(&speech());
        table.silence(1000);
    }
    assert_eq!(table.waiting.len(), 2);
    table.answer(1);
    assert!(table.finals().is_empty(), "the first is still awaited");
    table.answer(0);
    let order: Vec<u64> = table.finals().iter().map(|told| told.utterance.0).collect();
    assert_eq!(order, [1, 2]);
}

#[test]
fn after_recording_gives_one_result_of_everything() {
    let mut table = Table::new(SessionOptions { mode: Mode::AfterRecording, ..options() });
    for _ in 0..3 {
        table.hear(&speech());
        table.silence(1000);
    }
    assert!(table.finals().is_empty());
    table.finish();
    let [whole] = table.finals()[..] else { panic!("one result") };
    assert!(whole.end_ms - whole.start_ms > 9000);
    assert!(whole.words.is_sorted_by_key(|word| word.start_ms));
}

#[test]
fn a_mark_is_answered_once_everything_before_it_is_text() {
    let mut table = Table::new(Table::quiet());
    table.prompt_scheduler = false;
    table.hear(&speech());
    table.silence(1000);
    let effects = table.state.mark("here".to_owned(), table.now);
    table.take(effects);
    let marked = |o: &SessionOutput| matches!(o, SessionOutput::Marked { .. });
    assert_eq!(table.count(marked), 0);
    table.answer(0);
    assert_eq!(table.count(marked), 1);
}

#[test]
fn what_is_cancelled_gets_no_final_and_is_accounted_for() {
    let mut table = Table::new(options());
    table.hear(&speech());
    table.silence(150);
    let effects = table.state.cancel(table.now);
    table.take(effects);
    table.silence(1000);
    table.finish();
    assert!(table.finals().is_empty());
    let receipt = table.receipt().expect("done");
    assert!(receipt.cancelled_ms > 1000 && receipt.words_ms == 0, "{receipt:?}");
}

#[test]
fn a_client_that_falls_silent_in_mid_word_gets_its_text_anyway() {
    let mut table = Table::new(options());
    table.hear(&speech()[..24_000]);
    assert!(table.finals().is_empty());
    table.now = table.now + Duration::from_secs(4);
    let effects = table.state.tick(table.now);
    table.take(effects);
    assert_eq!(table.finals().len(), 1);
}

#[test]
fn silence_makes_no_job() {
    let mut table = Table::new(options());
    table.prompt_scheduler = false;
    table.silence(5000);
    table.finish();
    assert!(table.waiting.is_empty() && table.finals().is_empty());
    assert_eq!(table.receipt().expect("done").voiced_ms, 0);
}

#[test]
fn sound_is_acknowledged_as_it_comes() {
    let mut table = Table::new(options());
    table.silence(2000);
    let offsets: Vec<u64> = table
        .told
        .iter()
        .filter_map(|output| match output {
            SessionOutput::Received { offset } => Some(*offset),
            _ => None,
        })
        .collect();
    assert_eq!(offsets, [8000, 16_000, 24_000, 32_000]);
}

impl Table {
    /// Without live text, so that only finals are asked for.
    fn quiet() -> SessionOptions {
        SessionOptions { partials: false, ..options() }
    }
}
