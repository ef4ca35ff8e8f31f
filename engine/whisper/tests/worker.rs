//! `alfavoice-asr` as a process, through the border that the server uses.

mod support;

use std::path::Path;
use std::time::Duration;

use engine::asr::{LanguageChoice, ModelFacts, Purpose, Transcript};
use engine_worker::message::{
    FailureCode, Generate, JobTag, Load, ModelSource, Outcome, Reply, Request, SlotIndex, SlotPlace, Transcribe,
    WorkerKind,
};
use engine_worker::{CpuSet, Exit, WorkerCommand, WorkerEvent, WorkerProcess, os};
use support::{Sample, facts, sample};

/// A decode of some seconds takes a second on a busy machine; this is for hopeless cases.
const PATIENCE: Duration = Duration::from_mins(2);

struct Worker(WorkerProcess);

impl Worker {
    fn start(cpus: Option<CpuSet>) -> Self {
        let mut command = WorkerCommand::new(env!("CARGO_BIN_EXE_alfavoice-asr"), WorkerKind::Asr);
        command.cpus = cpus;
        Self(WorkerProcess::spawn(&command).unwrap())
    }

    async fn ready(slots: &[CpuSet], facts: ModelFacts) -> Self {
        let mut worker = Self::start(None);
        worker.load(ModelSource::Builtin, slots, facts);
        worker.reply(|reply| matches!(reply, Reply::Ready(_))).await;
        worker
    }

    fn load(&self, model: ModelSource, slots: &[CpuSet], facts: ModelFacts) {
        let slots = slots.iter().map(|cpus| SlotPlace { cpus: cpus.clone() }).collect();
        self.send(Request::Load(Load { model, facts, slots }));
    }

    fn send(&self, request: Request) {
        self.0.link().send(request).unwrap();
    }

    fn transcribe(&self, job: u64, slot: u16, sample: &Sample) {
        let work = Transcribe { pcm16: sample.bytes(), options: sample.options(Purpose::Final) };
        self.send(Request::Transcribe { job: JobTag(job), slot: SlotIndex(slot), work });
    }

    async fn event(&mut self) -> WorkerEvent {
        tokio::time::timeout(PATIENCE, self.0.next_event()).await.expect("an event in time")
    }

    async fn reply(&mut self, wanted: impl Fn(&Reply) -> bool) -> Reply {
        loop {
            match self.event().await {
                WorkerEvent::Reply(reply) if wanted(&reply) => return reply,
                WorkerEvent::Reply(_) => {}
                WorkerEvent::Exited(exit) => panic!("{exit}"),
            }
        }
    }

    async fn transcript(&mut self, wanted: u64) -> Transcript {
        let done = self.reply(|reply| matches!(reply, Reply::Done { job, .. } if job.0 == wanted)).await;
        let Reply::Done { outcome: Outcome::Transcript(transcript), .. } = done else { panic!("{done:?}") };
        transcript
    }

    async fn failure(&mut self) -> (FailureCode, String) {
        let failed = self.reply(|reply| matches!(reply, Reply::Failed { .. })).await;
        let Reply::Failed { code, message, .. } = failed else { panic!("{failed:?}") };
        (code, message)
    }
}

fn unpinned() -> CpuSet {
    CpuSet::new()
}

#[tokio::test]
async fn the_builtin_model_is_loaded_warmed_up_and_recognises() {
    let mut worker = Worker::start(None);
    let WorkerEvent::Reply(Reply::Hello(hello)) = worker.event().await else { panic!("no greeting") };
    assert_eq!(hello.built_for, engine_whisper::isa::BUILT_FOR);
    assert!(hello.library.starts_with("whisper.cpp"), "{}", hello.library);
    worker.load(ModelSource::Builtin, &[unpinned()], ModelFacts { languages: Vec::new(), ..facts() });
    let Reply::Ready(ready) = worker.reply(|reply| matches!(reply, Reply::Ready(_))).await else { panic!() };
    assert!(ready.warm_up_ms > 0 && ready.resident_bytes > 20 << 20, "{ready:?}");
    assert_eq!(ready.facts.languages.len(), 99, "the file's own languages where the catalogue names none");

    let sample = sample("en_04.wav");
    let mut options = sample.options(Purpose::Partial);
    options.language = LanguageChoice::Fixed(sample.language);
    let work = Transcribe { pcm16: sample.bytes(), options };
    worker.send(Request::Transcribe { job: JobTag(1), slot: SlotIndex(0), work });
    worker.reply(|reply| matches!(reply, Reply::Progress { job: JobTag(1), .. })).await;
    let done = worker.reply(|reply| matches!(reply, Reply::Done { .. })).await;
    let Reply::Done { outcome: Outcome::Transcript(transcript), cost, .. } = done else { panic!("{done:?}") };
    assert!(transcript.text().starts_with("He is mad"), "{}", transcript.text());
    assert!(cost.cpu_us > 10_000 && cost.wall_us >= cost.cpu_us / 2, "{cost:?}");
}

#[tokio::test]
async fn a_decode_is_called_off_midway_and_pings_are_answered_meanwhile() {
    let mut worker = Worker::ready(&[unpinned()], facts()).await;
    worker.transcribe(1, 0, &sample("en_long.wav"));
    worker.reply(|reply| matches!(reply, Reply::Progress { percent: 51.., .. })).await;
    worker.send(Request::Ping { nonce: 4 });
    worker.reply(|reply| matches!(reply, Reply::Pong { nonce: 4, .. })).await;
    worker.send(Request::Cancel { job: JobTag(1) });
    assert_eq!(worker.failure().await.0, FailureCode::Cancelled);
    let short = sample("ru_01.wav");
    worker.transcribe(2, 0, &short);
    assert!(worker.transcript(2).await.text().starts_with("Мы призываем"));
}

#[tokio::test]
async fn bad_requests_are_refused_one_by_one_and_the_worker_stays() {
    let mut worker = Worker::ready(&[unpinned()], facts()).await;
    let good = sample("en_04.wav");
    let mut german = good.options(Purpose::Final);
    german.language = LanguageChoice::Fixed("de".parse().unwrap());
    let requests = [
        (Vec::new(), good.options(Purpose::Final), "too short"),
        (vec![0; 3198], good.options(Purpose::Final), "too short"),
        (vec![0; 30 * 32_000 + 2], good.options(Purpose::Final), "too long"),
        (vec![0; 32_001], good.options(Purpose::Final), "even number"),
        (good.bytes(), german, "`de`"),
    ];
    for (pcm16, options, wanted) in requests {
        let work = Transcribe { pcm16, options };
        worker.send(Request::Transcribe { job: JobTag(1), slot: SlotIndex(0), work });
        let (code, message) = worker.failure().await;
        assert_eq!(code, FailureCode::BadRequest);
        assert!(message.contains(wanted), "{message}");
    }
    worker.send(Request::Generate { job: JobTag(2), slot: SlotIndex(0), work: Generate { request: vec![1] } });
    assert_eq!(worker.failure().await.0, FailureCode::BadRequest);
}

#[tokio::test]
async fn models_that_are_missing_or_wrong_are_refused_by_name() {
    let mut worker = Worker::start(None);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("sound.bin"), b"RIFF0000WAVE").unwrap();
    let cut = &engine_whisper::model::builtin::BYTES[..1 << 20];
    std::fs::write(path("cut.bin"), cut).unwrap();
    let mut broken = engine_whisper::model::builtin::BYTES.to_vec();
    broken[44..48].copy_from_slice(&9_999_i32.to_le_bytes());
    std::fs::write(path("broken.bin"), broken).unwrap();
    let cases = [
        ("missing.bin", FailureCode::ModelMissing, "missing.bin"),
        ("sound.bin", FailureCode::ModelRefused, "does not begin"),
        ("cut.bin", FailureCode::ModelRefused, "ends early"),
        ("broken.bin", FailureCode::ModelRefused, "file type"),
    ];
    for (name, code, words) in cases {
        worker.load(ModelSource::File(path(name)), &[unpinned()], facts());
        let (got, message) = worker.failure().await;
        assert_eq!(got, code, "{name}: {message}");
        assert!(message.contains(words), "{message}");
    }
    worker.load(ModelSource::Builtin, &[unpinned()], facts());
    worker.reply(|reply| matches!(reply, Reply::Ready(_))).await;
}

#[tokio::test]
async fn a_model_file_works_as_the_builtin_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.bin");
    std::fs::write(&path, engine_whisper::model::builtin::BYTES).unwrap();
    let mut worker = Worker::start(None);
    worker.load(ModelSource::File(path), &[unpinned()], facts());
    worker.reply(|reply| matches!(reply, Reply::Ready(_))).await;
    worker.transcribe(1, 0, &sample("ru_01.wav"));
    assert!(worker.transcript(1).await.text().starts_with("Мы призываем"));
}

#[tokio::test]
async fn a_worker_that_is_killed_in_a_decode_is_replaced_by_one_that_says_the_same() {
    let short = sample("ru_01.wav");
    let mut first = Worker::ready(&[unpinned()], facts()).await;
    first.transcribe(1, 0, &short);
    let expected = first.transcript(1).await;
    first.transcribe(2, 0, &short);
    first.reply(|reply| matches!(reply, Reply::Progress { .. })).await;
    first.0.kill();
    let exit = loop {
        if let WorkerEvent::Exited(exit) = first.event().await {
            break exit;
        }
    };
    assert_eq!(exit, Exit::Signal(9));
    let mut second = Worker::ready(&[unpinned()], facts()).await;
    second.transcribe(2, 0, &short);
    assert_eq!(second.transcript(2).await, expected);
}

#[tokio::test]
async fn slots_decode_side_by_side_without_hearing_each_other() {
    let facts = ModelFacts { beam: 1, ..facts() };
    let names = ["en_04.wav", "ru_01.wav", "en_03.wav", "ru_05.wav"];
    let sounds: Vec<Sample> = names.iter().map(|name| sample(name)).collect();
    let mut alone = Vec::new();
    let mut worker = Worker::ready(&[unpinned()], facts.clone()).await;
    for (job, sound) in (0..).zip(&sounds) {
        worker.transcribe(job, 0, sound);
        alone.push(worker.transcript(job).await);
    }
    let mut worker = Worker::ready(&[unpinned(), unpinned()], facts).await;
    for (job, sound) in (0..).zip(&sounds) {
        worker.transcribe(job, (job % 2) as u16, sound);
    }
    let mut together = vec![None; sounds.len()];
    while together.iter().any(Option::is_none) {
        let done = worker.reply(|reply| matches!(reply, Reply::Done { .. })).await;
        let Reply::Done { job, outcome: Outcome::Transcript(transcript), .. } = done else { panic!("{done:?}") };
        together[job.0 as usize] = Some(transcript);
    }
    assert_eq!(together.into_iter().flatten().collect::<Vec<_>>(), alone);
}

#[tokio::test]
async fn a_slots_threads_stay_on_its_processors_and_say_the_same_as_one() {
    let available: Vec<usize> = os::thread_cpus().unwrap().iter().collect();
    let (first, last) = (available[0], available[available.len() - 1]);
    let range: CpuSet = [first, last].into_iter().collect();
    let one: CpuSet = [last].into_iter().collect();
    let mut worker = Worker::start(Some(range.clone()));
    worker.load(ModelSource::Builtin, &[range.clone(), one.clone()], facts());
    let Reply::Ready(ready) = worker.reply(|reply| matches!(reply, Reply::Ready(_))).await else { panic!() };
    assert_eq!(ready.slots, [range.clone(), one.clone()]);
    let threads = threads_of(worker.0.pid());
    for (slot, cpus) in [("slot-0", &range), ("slot-1", &one)] {
        let own: Vec<_> = threads.iter().filter(|(name, _)| name == slot).collect();
        assert_eq!(own.len(), cpus.len(), "a thread per processor, helpers included: {threads:?}");
        assert!(own.iter().all(|(_, allowed)| allowed == cpus), "{threads:?}");
    }
    let short = sample("en_04.wav");
    worker.transcribe(1, 0, &short);
    worker.transcribe(2, 1, &short);
    let done = [worker.reply(is_done).await, worker.reply(is_done).await];
    let texts = done.map(|reply| match reply {
        Reply::Done { outcome: Outcome::Transcript(transcript), .. } => transcript.text(),
        other => panic!("{other:?}"),
    });
    assert_eq!(texts[0], texts[1], "several threads say the same as one");
}

fn is_done(reply: &Reply) -> bool {
    matches!(reply, Reply::Done { .. })
}

/// Name and allowed processors of every thread.
fn threads_of(pid: u32) -> Vec<(String, CpuSet)> {
    let field = |status: &str, key: &str| {
        status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim().to_owned()
    };
    let tasks = std::fs::read_dir(Path::new("/proc").join(pid.to_string()).join("task")).unwrap();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("status")).ok())
        .map(|status| (field(&status, "Name:"), CpuSet::parse(&field(&status, "Cpus_allowed_list:")).unwrap()))
        .collect()
}
