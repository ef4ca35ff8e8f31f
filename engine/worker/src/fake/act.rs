//! The scripted worker's side: `serve` with an engine that follows its script.

use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use engine::asr::{LanguageChoice, Transcript};
use engine::language::Language;

use super::{AtLoad, AtStart, Fault, Mischief, SCRIPT_VARIABLE, Script, When, words};
use crate::cpus::CpuSet;
use crate::message::{
    Cost, FailureCode, Hello, JobTag, Load, MAX_FRAME_BYTES, Outcome, Reply, SlotIndex, VERSION, WorkerKind,
};
use crate::os;
use crate::serve::{Backend, Failure, Job, Loaded, Outbox, SlotEngine, SlotThreads, Work, serve};

/// Runs the scripted worker; for its executable only.
pub fn main() -> ExitCode {
    let script = match std::env::var(SCRIPT_VARIABLE).map(|text| serde_json::from_str::<Script>(&text)) {
        Ok(Ok(script)) => script,
        Ok(Err(error)) => {
            eprintln!("the script in {SCRIPT_VARIABLE} cannot be read: {error}");
            return ExitCode::from(2);
        }
        Err(_) => Script::new(),
    };
    match script.at_start {
        AtStart::Greets => serve(FakeBackend::new(script)),
        AtStart::Exits(code) => os::leave(code),
        AtStart::StaysSilent => wait_for_the_end(None),
        AtStart::GreetsWithVersion(version) => {
            let kind = script.kind;
            wait_for_the_end(Some(&|outbox| outbox.send(&Reply::Hello(Hello { version, ..hello(kind) }))))
        }
        AtStart::Babbles => wait_for_the_end(Some(&babble)),
    }
}

fn hello(kind: WorkerKind) -> Hello {
    let pid = std::process::id();
    Hello { version: VERSION, kind, pid, built_for: "any".to_owned(), library: "scripted".to_owned() }
}

/// Says its piece and stays until the server has had enough.
fn wait_for_the_end(say: Option<&dyn Fn(&Outbox)>) -> ! {
    os::leave_with_parent();
    match os::take_link() {
        Ok(mut link) => {
            if let (Some(say), Ok(link)) = (say, link.try_clone()) {
                say(&Outbox::new(link));
            }
            let _ = std::io::copy(&mut link, &mut std::io::sink());
            os::leave(0)
        }
        Err(_) => os::leave(1),
    }
}

/// A frame of two bytes that are no reply.
fn babble(outbox: &Outbox) {
    outbox.write(&[2, 0, 0, 0, 0xff, 0xff]);
}

struct FakeBackend {
    script: Arc<Script>,
    slots: Option<SlotThreads>,
}

impl FakeBackend {
    fn new(script: Script) -> Self {
        Self { script: Arc::new(script), slots: None }
    }
}

impl Backend for FakeBackend {
    fn kind(&self) -> WorkerKind {
        self.script.kind
    }

    fn library(&self) -> String {
        "scripted".to_owned()
    }

    fn built_for(&self) -> String {
        "any".to_owned()
    }

    fn load(&mut self, load: Load) -> Result<Loaded, Failure> {
        match self.script.at_load {
            AtLoad::GetsReady => {}
            AtLoad::TakesMs(milliseconds) => thread::sleep(Duration::from_millis(milliseconds)),
            AtLoad::Refuses(code) => return Err(Failure::new(code, "the script refuses to load")),
            AtLoad::Exits(code) => os::leave(code),
            AtLoad::Hangs => hang(),
        }
        let jobs = Arc::new(AtomicU32::new(0));
        let script = Arc::clone(&self.script);
        let open =
            move |_: SlotIndex, _: &CpuSet| Ok(FakeSlot { script: Arc::clone(&script), jobs: Arc::clone(&jobs) });
        let slots = SlotThreads::start(&load.slots, open)?;
        let loaded = Loaded { facts: load.facts, slots: slots.places.clone(), warm_up: slots.warm_up };
        self.slots = Some(slots);
        Ok(loaded)
    }

    fn submit(&mut self, job: Job, work: Work) {
        match &self.slots {
            Some(slots) => slots.submit(job, work),
            None => job.fail(Failure::bad_request("no model is loaded")),
        }
    }
}

struct FakeSlot {
    script: Arc<Script>,
    jobs: Arc<AtomicU32>,
}

impl SlotEngine for FakeSlot {
    fn warm_up(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn run(&mut self, job: &Job, work: Work) -> Result<Outcome, Failure> {
        let nth = self.jobs.fetch_add(1, Ordering::SeqCst) + 1;
        if self.script.leak_bytes > 0 {
            vec![1_u8; self.script.leak_bytes].leak();
        }
        let mut pause = Duration::from_millis(self.script.job_ms);
        for fault in self.script.faults.iter().filter(|fault| happens(fault, nth, &work)) {
            match fault.what {
                Mischief::Delay(milliseconds) => pause += Duration::from_millis(milliseconds),
                ref mischief => misbehave(mischief, job)?,
            }
        }
        compute_for(pause, job)?;
        match work {
            Work::Transcribe(work) => {
                let language = match work.options.language {
                    LanguageChoice::Fixed(language) => language,
                    LanguageChoice::Among(languages) => languages.first().copied().unwrap_or(Language::ENGLISH),
                };
                let transcript = Transcript {
                    words: words(&work.pcm16),
                    no_speech_probability: 0.0,
                    average_log_probability: -0.1,
                    audio_ctx: 512,
                    passes: 1,
                    ..Transcript::empty(language)
                };
                Ok(Outcome::Transcript(transcript))
            }
            Work::Generate(work) => Ok(Outcome::Generated(work.request)),
        }
    }
}

fn happens(fault: &Fault, nth: u32, work: &Work) -> bool {
    let meant = match fault.when {
        When::Always => true,
        When::Nth(wanted) => nth == wanted,
        When::LongerThanMs(limit) => {
            matches!(work, Work::Transcribe(work) if work.pcm16.len() as u64 / 32 >= u64::from(limit))
        }
    };
    meant && fault.once.as_ref().is_none_or(|marker| File::create_new(marker).is_ok())
}

fn misbehave(mischief: &Mischief, job: &Job) -> Result<(), Failure> {
    match *mischief {
        Mischief::Exit(code) => os::leave(code),
        Mischief::Abort => std::process::abort(),
        Mischief::HangProcess => os::stop(),
        Mischief::HangJob => hang(),
        Mischief::Babble => babble(job.outbox()),
        Mischief::Oversized => job.outbox().write(&(MAX_FRAME_BYTES as u32 + 1).to_le_bytes()),
        Mischief::Panic => panic!("the script wants a panic"),
        Mischief::Fail(code) => return Err(Failure::new(code, "the script wants this job to fail")),
        Mischief::AnswerStranger => {
            let outcome = Outcome::Generated(Vec::new());
            job.outbox().send(&Reply::Done { job: JobTag(u64::MAX), outcome, cost: Cost::default() });
        }
        // Handled by the caller, which does the waiting.
        Mischief::Delay(_) => {}
    }
    Ok(())
}

/// Passes the time as a real decode does: alive, and open to a cancel.
fn compute_for(pause: Duration, job: &Job) -> Result<(), Failure> {
    let end = Instant::now() + pause;
    while Instant::now() < end {
        if job.is_cancelled() {
            return Err(Failure::cancelled());
        }
        job.heartbeat(50);
        thread::sleep(Duration::from_millis(2).min(end.saturating_duration_since(Instant::now())));
    }
    if job.is_cancelled() { Err(Failure::new(FailureCode::Cancelled, "cancelled by the server")) } else { Ok(()) }
}

fn hang() -> ! {
    loop {
        thread::park();
    }
}
