use engine::asr::Transcript;
use engine::language::Language;
use engine::llm::{Clean, GenerateRequest, ModelFacts};
use proptest::prelude::*;

use super::*;
use crate::ids::{Owner, SessionId};
use crate::scheduler::order::Order;

pub(super) const LIMITS: BookLimits = BookLimits {
    queue: QueueLimits { size: 10, per_owner: 10, ageing: Duration::from_secs(10), order: Order::EarliestDeadline },
    hang: Duration::from_secs(3),
    most_crashes: 2,
    most_losses: 4,
    default_wait: Duration::from_millis(500),
    partial_slots_percent: 100,
};

fn id(number: u64) -> JobId {
    JobId { session: SessionId(uuid::Uuid::nil()), number }
}

pub(super) fn job(number: u64, class: Class) -> Job {
    Job {
        id: id(number),
        owner: Owner::new("anna"),
        class,
        deadline: Moment::from_millis(1000),
        submitted: Moment::ZERO,
        work: Work::Generate {
            request: std::sync::Arc::new(GenerateRequest::Clean(Clean::new(
                &ModelFacts::default(),
                Language::ENGLISH,
                "",
                "",
                "some words to clean",
            ))),
        },
    }
}

pub(super) fn at(ms: u64) -> Moment {
    Moment::from_millis(ms)
}

pub(super) fn output() -> Output {
    Output::Transcript(Transcript::empty(Language::ENGLISH))
}

/// What was dispatched: worker, slot, tag.
pub(super) fn dispatched(effects: &[Effect]) -> Vec<(WorkerLife, SlotIndex, JobTag)> {
    let one = |effect: &Effect| match effect {
        Effect::Dispatch { worker, slot, tag, .. } => Some((*worker, *slot, *tag)),
        _ => None,
    };
    effects.iter().filter_map(one).collect()
}

/// How jobs ended.
fn ended(effects: Vec<Effect>) -> Vec<(u64, Result<(), JobFailure>)> {
    let one = |effect| match effect {
        Effect::Tell { job, event: JobEvent::Ended(result), .. } => Some((job.number, result.map(|_| ()))),
        _ => None,
    };
    effects.into_iter().filter_map(one).collect()
}

const W1: WorkerLife = WorkerLife(1);
const W2: WorkerLife = WorkerLife(2);

#[test]
fn work_goes_to_a_free_slot_and_its_result_to_the_submitter() {
    let mut book = Book::new(LIMITS);
    assert!(dispatched(&book.submit(job(1, Class::LiveFinal), None, at(0))).is_empty());
    let effects = book.worker_ready(W1, 1, at(5));
    let (_, _, tag) = dispatched(&effects)[0];
    let effects = book.done(tag, output(), Cost::default(), at(105));
    assert_eq!(ended(effects), [(1, Ok(()))]);
    assert!(book.is_idle());
    assert_eq!(book.estimates().predict(Class::LiveFinal, 10), Some(Duration::from_millis(100)));
}

#[test]
fn a_slot_does_one_job_at_a_time() {
    let mut book = Book::new(LIMITS);
    book.worker_ready(W1, 2, at(0));
    let sent: Vec<_> = (1..=3).flat_map(|n| dispatched(&book.submit(job(n, Class::LiveFinal), None, at(0)))).collect();
    assert_eq!(sent.len(), 2);
    assert_ne!(sent[0].1, sent[1].1);
    assert_eq!(dispatched(&book.done(sent[0].2, output(), Cost::default(), at(9))).len(), 1);
}

#[test]
fn an_answer_on_an_older_lease_reaches_nobody() {
    let mut book = Book::new(LIMITS);
    book.worker_ready(W1, 1, at(0));
    let (_, _, old) = dispatched(&book.submit(job(1, Class::LiveFinal), None, at(0)))[0];
    book.worker_exited(W1, Departure::Killed, at(1));
    let (_, _, new) = dispatched(&book.worker_ready(W2, 1, at(2)))[0];
    assert_ne!(old, new);
    assert!(matches!(book.done(old, output(), Cost::default(), at(3))[..], [Effect::CountStale]));
    assert_eq!(ended(book.done(new, output(), Cost::default(), at(4))), [(1, Ok(()))]);
}

#[test]
fn a_job_lost_with_its_worker_runs_again_and_a_poisonous_one_ends() {
    let mut book = Book::new(LIMITS);
    book.worker_ready(W1, 1, at(0));
    book.submit(job(1, Class::LiveFinal), None, at(0));
    let effects = book.worker_exited(W1, Departure::Crashed, at(1));
    assert!(matches!(effects[0], Effect::Tell { event: JobEvent::Retrying, .. }));
    assert_eq!(dispatched(&book.worker_ready(W2, 1, at(2))).len(), 1);
    let effects = book.worker_exited(W2, Departure::Crashed, at(3));
    assert_eq!(ended(effects), [(1, Err(JobFailure::WorkerLost { attempts: 2 }))]);
}

#[test]
fn a_worker_killed_from_outside_is_not_the_jobs_fault() {
    let mut book = Book::new(LIMITS);
    book.submit(job(1, Class::LiveFinal), None, at(0));
    for life in 1..=3 {
        assert_eq!(dispatched(&book.worker_ready(WorkerLife(life), 1, at(life))).len(), 1, "life {life}");
        assert!(ended(book.worker_exited(WorkerLife(life), Departure::Killed, at(life))).is_empty());
    }
}

#[test]
fn a_lost_partial_is_not_worth_a_second_try() {
    let mut book = Book::new(LIMITS);
    book.worker_ready(W1, 1, at(0));
    book.submit(job(1, Class::LivePartial), None, at(0));
    let effects = book.worker_exited(W1, Departure::Killed, at(1));
    assert_eq!(ended(effects), [(1, Err(JobFailure::WorkerLost { attempts: 1 }))]);
}

#[test]
fn a_newer_partial_takes_the_place_of_the_waiting_one() {
    let mut book = Book::new(LIMITS);
    book.submit(job(1, Class::LivePartial), None, at(0));
    let effects = book.submit(job(2, Class::LivePartial), Some(id(1)), at(1));
    assert_eq!(ended(effects), [(1, Err(JobFailure::Cancelled))]);
    assert_eq!(book.queue().len(), 1);
}

/// Somebody whose live text is renewed while it waits is not sent to the end of the line each time.
#[test]
fn a_newer_partial_has_waited_as_long_as_the_one_before() {
    let order = Order::ResponseRatio;
    let mut book = Book::new(BookLimits { queue: QueueLimits { order, ..LIMITS.queue }, ..LIMITS });
    let partial = |number, submitted_ms| Job { submitted: at(submitted_ms), ..job(number, Class::LivePartial) };
    book.submit(partial(1, 0), None, at(0));
    book.submit(partial(2, 300), None, at(300));
    book.submit(partial(3, 400), Some(id(1)), at(400));
    let order: Vec<u64> = book.queue().in_order(at(500)).iter().map(|(job, _)| job.id.number).collect();
    assert_eq!(order, [3, 2]);
}

#[test]
fn a_running_job_is_cancelled_once_and_its_slot_comes_back_when_the_worker_lets_go() {
    let mut book = Book::new(LIMITS);
    book.worker_ready(W1, 1, at(0));
    let (_, _, tag) = dispatched(&book.submit(job(1, Class::Batch), None, at(0)))[0];
    assert!(matches!(book.cancel(id(1))[..], [Effect::CancelRunning { .. }]));
    assert!(book.cancel(id(1)).is_empty());
    assert!(dispatched(&book.submit(job(2, Class::Batch), None, at(2))).is_empty());
    let effects = book.failed(tag, FailureCode::Cancelled, String::new(), at(3));
    assert_eq!(dispatched(&effects).len(), 1);
    assert_eq!(ended(effects), [(1, Err(JobFailure::Cancelled))]);
}

#[test]
fn a_worker_without_progress_is_killed_and_one_with_progress_is_not() {
    let mut book = Book::new(LIMITS);
    book.worker_ready(W1, 1, at(0));
    let (_, _, tag) = dispatched(&book.submit(job(1, Class::LiveFinal), None, at(0)))[0];
    book.progressed(tag, at(2000));
    assert!(book.tick(at(4000)).is_empty());
    assert!(matches!(&book.tick(at(5100))[..], [Effect::Kill { worker: W1, .. }]));
}

#[test]
fn a_refusal_names_a_time_to_try_again() {
    let mut book = Book::new(LIMITS);
    for n in 0..10 {
        book.submit(job(n, Class::LiveFinal), None, at(0));
    }
    let [(10, Err(JobFailure::Refused { reason: ShedReason::QueueFull, retry_after }))] =
        ended(book.submit(job(10, Class::LiveFinal), None, at(0)))[..]
    else {
        panic!("the queue is full")
    };
    assert_eq!(retry_after, Duration::from_secs(5), "ten jobs of half a second each are ahead");
}

#[test]
fn a_book_without_workers_answers_everybody() {
    let mut book = Book::new(LIMITS);
    book.submit(job(1, Class::LiveFinal), None, at(0));
    assert_eq!(ended(book.close(ShedReason::NoWorkers)).len(), 1);
    assert_eq!(ended(book.submit(job(2, Class::LiveFinal), None, at(1))).len(), 1);
    book.open();
    book.worker_ready(W1, 1, at(2));
    assert_eq!(dispatched(&book.submit(job(3, Class::LiveFinal), None, at(3))).len(), 1);
}

#[test]
fn live_text_leaves_slots_for_finals() {
    let mut book = Book::new(BookLimits { partial_slots_percent: 50, ..LIMITS });
    book.worker_ready(W1, 4, at(0));
    let sent = |effects: Vec<Effect>| dispatched(&effects).len();
    let partials: usize = (1..=4).map(|n| sent(book.submit(job(n, Class::LivePartial), None, at(0)))).sum();
    assert_eq!(partials, 2);
    let finals: usize = (5..=6).map(|n| sent(book.submit(job(n, Class::LiveFinal), None, at(0)))).sum();
    assert_eq!(finals, 2);
}

#[test]
fn a_final_is_told_where_it_stands_and_when_that_changes() {
    let mut book = Book::new(LIMITS);
    let positions = |effects: Vec<Effect>| -> Vec<(u64, u32)> {
        let one = |effect| match effect {
            Effect::Tell { job, event: JobEvent::Queued { position, .. }, .. } => Some((job.number, position)),
            _ => None,
        };
        effects.into_iter().filter_map(one).collect()
    };
    assert_eq!(positions(book.submit(job(1, Class::LiveFinal), None, at(0))), [(1, 1)]);
    assert_eq!(positions(book.submit(job(2, Class::LiveFinal), None, at(0))), [(2, 2)]);
    assert_eq!(positions(book.tick(at(100))), []);
    book.cancel(id(1));
    assert_eq!(positions(book.tick(at(200))), [(2, 1)]);
}

#[test]
fn the_second_job_of_a_person_counts_as_later() {
    let mut book = Book::new(LIMITS);
    book.submit(job(1, Class::LiveFinal), None, at(0));
    book.submit(job(2, Class::LiveFinal), None, at(0));
    let single = Job { owner: Owner::new("boris"), submitted: at(100), deadline: at(1100), ..job(3, Class::LiveFinal) };
    book.submit(single, None, at(100));
    let order: Vec<u64> = book.queue().in_order(at(100)).iter().map(|(job, _)| job.id.number).collect();
    assert_eq!(order, [1, 3, 2], "half a second is expected per job, and it came a tenth later");
}

#[derive(Debug, Clone)]
enum Step {
    Submit(Class),
    Cancel(u64),
    Ready,
    Exit(bool),
    Finish(usize),
    Tick,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::sample::select(Class::ALL.to_vec()).prop_map(Step::Submit),
        1 => (0..40u64).prop_map(Step::Cancel),
        1 => Just(Step::Ready),
        1 => any::<bool>().prop_map(Step::Exit),
        4 => any::<prop::sample::Index>().prop_map(|i| Step::Finish(i.index(1000))),
        1 => Just(Step::Tick),
    ]
}

proptest! {
    /// Whatever happens in whatever order: each job gets exactly one end, no slot ever holds two jobs.
    #[test]
    fn every_job_ends_exactly_once(steps in prop::collection::vec(any_step(), 1..120)) {
        let mut book = Book::new(LIMITS);
        let (mut running, mut ends) = (Vec::new(), HashMap::<u64, u32>::new());
        let (mut submitted, mut life, mut alive) = (0, 0, None);
        let mut all_steps = steps;
        all_steps.push(Step::Ready);
        all_steps.extend(std::iter::repeat_n(Step::Finish(0), 60));
        for (ms, step) in all_steps.into_iter().enumerate() {
            let now = at(ms as u64);
            let effects = match step {
                Step::Submit(class) => {
                    submitted += 1;
                    let deadline = now + Duration::from_secs(100);
                    book.submit(Job { deadline, submitted: now, ..job(submitted, class) }, None, now)
                }
                Step::Cancel(number) => book.cancel(id(number)),
                Step::Ready if alive.is_none() => {
                    life += 1;
                    alive = Some(WorkerLife(life));
                    book.worker_ready(WorkerLife(life), 2, now)
                }
                Step::Exit(crashed) => match alive.take() {
                    Some(worker) => {
                        running.clear();
                        book.worker_exited(worker, if crashed { Departure::Crashed } else { Departure::Killed }, now)
                    }
                    None => Vec::new(),
                },
                Step::Finish(at) if !running.is_empty() => {
                    let tag = running.remove(at % running.len());
                    book.done(tag, output(), Cost::default(), now)
                }
                Step::Tick => book.tick(now),
                Step::Ready | Step::Finish(_) => Vec::new(),
            };
            running.extend(dispatched(&effects).into_iter().map(|(_, _, tag)| tag));
            prop_assert!(running.len() <= 2, "two slots");
            for (number, _) in ended(effects) {
                *ends.entry(number).or_default() += 1;
            }
        }
        prop_assert!(book.is_idle());
        prop_assert_eq!(ends.len() as u64, submitted);
        prop_assert!(ends.values().all(|times| *times == 1));
    }

    /// Partials that were cancelled or whose time has passed are never handed out, and none waits for ever.
    #[test]
    fn what_is_worthless_is_never_handed_out(
        jobs in prop::collection::vec((0..3000u64, 1..2000u64, any::<bool>()), 1..40), free_at in 0..4000u64
    ) {
        let mut book = Book::new(LIMITS);
        let mut worthless = Vec::new();
        for (n, (came, patience, cancelled)) in jobs.into_iter().enumerate() {
            let (number, now) = (n as u64, at(came));
            let partial = Job { submitted: now, deadline: at(came + patience), ..job(number, Class::LivePartial) };
            book.submit(partial, None, now);
            if cancelled {
                book.cancel(id(number));
            }
            if cancelled || came + patience < free_at {
                worthless.push(number);
            }
        }
        let mut effects = book.worker_ready(W1, 50, at(free_at));
        effects.retain(|effect| matches!(effect, Effect::Tell { event: JobEvent::Started, .. }));
        for effect in effects {
            let Effect::Tell { job, .. } = effect else { continue };
            prop_assert!(!worthless.contains(&job.number), "{}", job.number);
        }
        prop_assert!(book.queue().is_empty());
    }
}
