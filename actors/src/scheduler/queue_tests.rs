use engine::language::Language;
use engine::llm::{Clean, GenerateRequest, ModelFacts};
use proptest::prelude::*;

use super::*;
use crate::ids::{Owner, SessionId};
use crate::job::Work;

const LIMITS: QueueLimits =
    QueueLimits { size: 8, per_owner: 8, ageing: Duration::from_secs(10), order: Order::EarliestDeadline };
const SERVICE: Foresight = Foresight { service: Duration::from_millis(100), others_of_owner: 0 };

fn id_of(number: u64) -> JobId {
    JobId { session: SessionId(uuid::Uuid::nil()), number }
}

fn job(id: u64, class: Class, deadline_ms: u64) -> Job {
    Job {
        id: id_of(id),
        owner: Owner::new("anna"),
        class,
        deadline: Moment::from_millis(deadline_ms),
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

fn popped(queue: &mut Queue, now_ms: u64) -> Vec<u64> {
    std::iter::from_fn(|| queue.pop(Wanted::Any, Moment::from_millis(now_ms))).map(|w| w.job.id.number).collect()
}

#[test]
fn classes_go_in_order_and_deadlines_inside_a_class() {
    let mut queue = Queue::new(LIMITS);
    for (id, class, deadline) in [
        (1, Class::Batch, 1),
        (2, Class::LivePartial, 900),
        (3, Class::LiveFinal, 800),
        (4, Class::Conversation, 2),
        (5, Class::LiveFinal, 700),
        (6, Class::LivePartial, 900),
    ] {
        queue.push(job(id, class, deadline), SERVICE).expect("there is room");
    }
    assert_eq!(popped(&mut queue, 0), [5, 3, 2, 6, 4, 1]);
}

#[test]
fn a_full_queue_is_an_answer() {
    let mut queue = Queue::new(LIMITS);
    for id in 0..8 {
        queue.push(job(id, Class::Batch, 0), SERVICE).expect("there is room");
    }
    let Err(Refused { job: refused, reason: ShedReason::QueueFull }) = queue.push(job(9, Class::LiveFinal, 0), SERVICE)
    else {
        panic!("it is full")
    };
    assert_eq!(refused.id, id_of(9));
    assert_eq!(queue.len(), 8);
}

#[test]
fn a_partial_gives_way_to_a_final_when_the_queue_is_full() {
    let mut queue = Queue::new(LIMITS);
    for id in 0..8 {
        queue
            .push(job(id, if id == 3 { Class::LivePartial } else { Class::LiveFinal }, 0), SERVICE)
            .expect("there is room");
    }
    let gave_way = queue.push(job(9, Class::LiveFinal, 0), SERVICE).expect("a partial gives way");
    assert_eq!(gave_way.map(|j| j.id), Some(id_of(3)));
    assert_eq!(queue.len(), 8);
}

#[test]
fn waiting_batch_work_rises_but_never_above_a_live_final() {
    let mut queue = Queue::new(LIMITS);
    queue.push(job(1, Class::Batch, 0), SERVICE).expect("there is room");
    let later = Moment::from_millis(1_000_000);
    queue.push(Job { submitted: later, ..job(2, Class::LiveFinal, 1_000_900) }, SERVICE).expect("there is room");
    queue.push(Job { submitted: later, ..job(3, Class::LivePartial, 1_000_900) }, SERVICE).expect("there is room");
    assert_eq!(popped(&mut queue, 1_000_000), [2, 1, 3]);
}

#[test]
fn only_partials_expire() {
    let mut queue = Queue::new(LIMITS);
    for (id, class) in Class::ALL.into_iter().enumerate() {
        queue.push(job(id as u64, class, 5), SERVICE).expect("there is room");
    }
    let expired = queue.remove_expired(Moment::from_millis(6));
    assert_eq!(expired.iter().map(|j| j.class).collect::<Vec<_>>(), [Class::LivePartial]);
    assert_eq!(queue.len(), 3);
}

fn any_class() -> impl Strategy<Value = Class> {
    prop::sample::select(Class::ALL.to_vec())
}

proptest! {
    /// The promise, for any mix of pushes and pops.
    #[test]
    fn what_is_handed_out_is_never_less_urgent_than_what_stays(
        jobs in prop::collection::vec((any_class(), 0..50u64, 0..40_000u64), 1..60), now in 0..60_000u64
    ) {
        let now = Moment::from_millis(now);
        let mut queue = Queue::new(QueueLimits { size: 100, per_owner: 100, ..LIMITS });
        for (id, (class, deadline, submitted)) in jobs.into_iter().enumerate() {
            let submitted = Moment::from_millis(submitted);
            queue.push(Job { submitted, ..job(id as u64, class, deadline) }, SERVICE).expect("there is room");
        }
        while let Some(out) = queue.pop(Wanted::Any, now) {
            let urgency = (aged(&out.job, now, LIMITS.ageing), out.job.deadline);
            for (left, _) in queue.in_order(now) {
                prop_assert!(urgency <= (aged(left, now, LIMITS.ageing), left.deadline));
                prop_assert!(out.job.class == Class::LiveFinal || left.class != Class::LiveFinal);
            }
        }
    }

    /// Nothing is lost and nothing doubled: what goes in comes out, is refused, or gives way.
    #[test]
    fn every_job_has_exactly_one_fate(classes in prop::collection::vec(any_class(), 0..40)) {
        let mut queue = Queue::new(LIMITS);
        let mut fates = Vec::new();
        for (id, class) in classes.iter().enumerate() {
            match queue.push(job(id as u64, *class, 0), SERVICE) {
                Ok(None) => {}
                Ok(Some(gave_way)) => fates.push(gave_way.id.number),
                Err(refused) => fates.push(refused.job.id.number),
            }
            prop_assert!(queue.len() <= LIMITS.size);
        }
        fates.extend(popped(&mut queue, 0));
        fates.sort_unstable();
        prop_assert_eq!(fates, (0..classes.len() as u64).collect::<Vec<_>>());
    }

    /// One person's n-th job goes after the single job of another that came up to n service times later.
    #[test]
    fn many_jobs_of_one_person_let_single_ones_pass(
        crowd in 1..20u32, singles in prop::collection::vec(0..2000u64, 1..10), order in prop::sample::select(Order::ALL.to_vec())
    ) {
        let mut queue = Queue::new(QueueLimits { size: 100, per_owner: 100, order, ..LIMITS });
        for n in 0..crowd {
            let foresight = Foresight { others_of_owner: n, ..SERVICE };
            queue.push(job(u64::from(n), Class::LiveFinal, 3000), foresight).expect("there is room");
        }
        for (n, came) in singles.iter().enumerate() {
            let submitted = Moment::from_millis(*came);
            let single = Job { owner: Owner::new("boris"), submitted, ..job(1000 + n as u64, Class::LiveFinal, 3000 + came) };
            queue.push(single, SERVICE).expect("there is room");
        }
        let out = popped(&mut queue, 5000);
        for (n, came) in singles.iter().enumerate() {
            let at = out.iter().position(|id| *id == 1000 + n as u64).expect("it is there");
            let before = out[..at].iter().filter(|id| **id < 1000).count() as u64;
            prop_assert!(before <= came / 100 + 1, "{order:?}: {before} of the crowd before one that came at {came}");
        }
    }

    /// However one person pushes: their share is bounded, and others still find room.
    #[test]
    fn one_person_cannot_fill_the_queue(classes in prop::collection::vec(any_class(), 0..60)) {
        let mut queue = Queue::new(QueueLimits { per_owner: 3, ..LIMITS });
        for (id, class) in classes.iter().enumerate() {
            if let Err(refused) = queue.push(job(id as u64, *class, 0), SERVICE) {
                prop_assert_eq!(refused.reason, ShedReason::OwnerShare);
            }
            prop_assert!(queue.len() <= 3);
        }
        let other = Job { owner: Owner::new("boris"), ..job(1000, Class::Batch, 0) };
        prop_assert!(queue.push(other, SERVICE).is_ok());
    }
}
