use std::time::Duration;

use serde_json::json;
use store::{Cancellation, Creation, Failure, JobKind, JobProgress, JobState, LeaseState, Moment, NewJob, Recorded};

use crate::list;
use crate::world::{Case, Outcome, World, recording, utterance};

const ALL: &[JobKind] = &[JobKind::Recording, JobKind::File, JobKind::Batch];

pub fn cases() -> Vec<Case> {
    list![
        the_state_of_a_job_is_told_to_whoever_keeps_its_file,
        a_recording_uploaded_many_times_in_parallel_is_one_job,
        jobs_of_one_client_run_in_the_order_of_their_recording,
        jobs_claimed_in_parallel_go_to_one_worker_each,
        a_lost_worker_loses_its_job_and_can_say_nothing_more,
        result_and_transcripts_are_kept_together_or_not_at_all,
        a_recording_done_again_after_a_crash_is_one_transcript,
        a_failed_job_waits_for_its_next_try_and_its_successors_with_it,
        a_job_that_kills_its_workers_is_given_up,
        cancelling_depends_on_how_far_it_is,
        a_released_job_is_as_it_was,
        an_upload_is_received_piece_by_piece,
        only_the_asked_kinds_are_claimed,
        jobs_without_a_recording_id_are_all_different,
    ]
}

fn soon(now: Moment) -> Moment {
    now.plus(Duration::from_secs(30))
}

async fn a_recording_uploaded_many_times_in_parallel_is_one_job(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let new = recording("phone", "r1", w.now());
    let now = w.now();
    let tries = (0..5).map(|_| {
        let (store, new) = (w.store.clone(), new.clone());
        tokio::spawn(async move { store.jobs().create(owner, &new, now).await })
    });
    let (mut created, mut ids) = (0, Vec::new());
    for outcome in futures_util::future::join_all(tries).await {
        let outcome = outcome??;
        created += u32::from(matches!(outcome, Creation::Created(_)));
        ids.push(outcome.into_job().id);
    }
    ids.dedup();
    assert_eq!((created, ids.len()), (1, 1));
    assert_eq!(w.store.jobs().page(owner, None, 10).await?.len(), 1);
    Ok(())
}

async fn jobs_of_one_client_run_in_the_order_of_their_recording(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let base = w.now();
    // Uploaded in the wrong order, and another client's in between.
    for (client, id, at) in [("phone", "second", 20), ("desk", "other", 30), ("phone", "first", 10)] {
        let new = recording(client, id, base.plus(Duration::from_secs(at)));
        w.store.jobs().create(owner, &new, w.now()).await?;
    }
    let now = w.now().plus(Duration::from_mins(1));
    let mut claims = Vec::new();
    while let Some((job, lease)) = w.store.jobs().claim(ALL, now, soon(now)).await? {
        claims.push((job.client_recording_id.unwrap_or_default(), lease));
    }
    assert_eq!(claims.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["other", "first"]);
    w.store.jobs().finish(claims[1].1, &json!(null), &[], now).await?.expect("holds the lease");
    let (next, _) = w.store.jobs().claim(ALL, now, soon(now)).await?.expect("its turn");
    assert_eq!(next.client_recording_id.as_deref(), Some("second"));
    Ok(())
}

async fn jobs_claimed_in_parallel_go_to_one_worker_each(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for n in 0..20 {
        w.store.jobs().create(owner, &recording(&format!("c{n}"), &n.to_string(), w.now()), w.now()).await?;
    }
    let now = w.now();
    let workers = (0..6).map(|_| {
        let store = w.store.clone();
        tokio::spawn(async move {
            let mut got = Vec::new();
            while let Some((job, _)) = store.jobs().claim(ALL, now, soon(now)).await? {
                got.push(job.id);
            }
            Ok::<_, store::StoreError>(got)
        })
    });
    let mut all = Vec::new();
    for got in futures_util::future::join_all(workers).await {
        all.extend(got??);
    }
    // A worker that found everything locked may have left early; nothing may be lost or given twice.
    while let Some((job, _)) = w.store.jobs().claim(ALL, now, soon(now)).await? {
        all.push(job.id);
    }
    all.sort_unstable();
    let given = all.len();
    all.dedup();
    assert_eq!((given, all.len()), (20, 20));
    Ok(())
}

async fn a_lost_worker_loses_its_job_and_can_say_nothing_more(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    w.store.jobs().create(owner, &recording("phone", "r1", w.now()), w.now()).await?;
    let jobs = w.store.jobs();
    let now = w.now();
    let (_, lost) = jobs.claim(ALL, now, soon(now)).await?.expect("waits");
    assert_eq!(
        jobs.renew(lost, &JobProgress { stage: "asr".to_owned(), percent: 40 }, soon(now)).await?,
        LeaseState::Held
    );
    assert!(jobs.claim(ALL, now, soon(now)).await?.is_none(), "it is being worked on");
    let after = soon(now).plus(Duration::from_secs(1));
    let (job, lease) = jobs.claim(ALL, after, soon(after)).await?.expect("its lease ran out");
    assert_eq!((job.attempts, job.stage.as_str(), job.percent), (2, "asr", 40));
    assert_eq!(jobs.renew(lost, &JobProgress::default(), soon(after)).await?, LeaseState::Lost);
    let failure = Failure { code: "x".to_owned(), message: "y".to_owned(), retry_at: None };
    assert!(!jobs.fail(lost, &failure, after).await?);
    assert!(!jobs.release(lost).await?);
    assert!(!jobs.cancelled(lost, after).await?);
    let late = [utterance(owner, 1, "поздно", after)];
    assert!(jobs.finish(lost, &json!({}), &late, after).await?.is_none());
    assert_eq!(w.store.transcripts().count(owner).await?, 0);
    jobs.finish(lease, &json!({}), &[], after).await?.expect("holds the lease");
    Ok(())
}

async fn result_and_transcripts_are_kept_together_or_not_at_all(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let id = w.store.jobs().create(owner, &recording("phone", "r1", w.now()), w.now()).await?.into_job().id;
    let now = w.now();
    let (_, lease) = w.store.jobs().claim(ALL, now, soon(now)).await?.expect("waits");
    let said = [utterance(owner, 1, "раз", now), utterance(owner, 2, "два", now)];
    let outcomes = w.store.jobs().finish(lease, &json!({ "utterances": 2 }), &said, now).await?.expect("holds it");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Recorded::Stored(_))));
    let job = w.store.jobs().get(owner, id).await?.expect("is there");
    assert_eq!((job.state, job.percent, job.result), (JobState::Done, 100, Some(json!({ "utterances": 2 }))));
    assert!(job.state.is_final() && job.finished_at == Some(now));
    assert_eq!(w.store.transcripts().count(owner).await?, 2);
    assert!(w.store.jobs().finish(lease, &json!({}), &said, now).await?.is_none(), "only once");
    Ok(())
}

async fn a_recording_done_again_after_a_crash_is_one_transcript(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let said = |text: &str, at| {
        let mut one = utterance(owner, 0, text, at);
        one.utterance = "r1:0".into();
        one.client_recording_id = Some("r1".to_owned());
        one
    };
    let mut at = w.now();
    w.store.jobs().create(owner, &recording("phone", "r1", at), at).await?;
    // The server dies after the transcript was recorded on its own, before the job was finished.
    w.store.jobs().claim(ALL, at, soon(at)).await?.expect("waits");
    w.store.transcripts().record(&[said("первый раз", at)]).await?;
    at = soon(at).plus(Duration::from_secs(1));
    // The client uploads it again, and a new worker does it again.
    let again = w.store.jobs().create(owner, &recording("phone", "r1", at), at).await?;
    assert!(matches!(again, Creation::Existing(_)));
    let (_, lease) = w.store.jobs().claim(ALL, at, soon(at)).await?.expect("its lease ran out");
    let outcomes = w.store.jobs().finish(lease, &json!({}), &[said("второй раз", at)], at).await?.expect("holds it");
    assert!(matches!(outcomes[..], [Recorded::AlreadyThere(_)]));
    assert_eq!(w.store.transcripts().count(owner).await?, 1);
    // Once more, when it is done: nothing happens.
    let done = w.store.jobs().create(owner, &recording("phone", "r1", at), at).await?;
    assert!(matches!(done, Creation::Existing(job) if job.state == JobState::Done));
    assert!(w.store.jobs().claim(ALL, at, soon(at)).await?.is_none());
    Ok(())
}

async fn a_failed_job_waits_for_its_next_try_and_its_successors_with_it(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for id in ["a", "b"] {
        w.store.jobs().create(owner, &recording("phone", id, w.now()), w.now()).await?;
    }
    let jobs = w.store.jobs();
    let now = w.now();
    let (first, lease) = jobs.claim(ALL, now, soon(now)).await?.expect("waits");
    let retry_at = now.plus(Duration::from_secs(10));
    let failure = Failure { code: "busy".to_owned(), message: "later".to_owned(), retry_at: Some(retry_at) };
    assert!(jobs.fail(lease, &failure, now).await?);
    assert!(jobs.claim(ALL, now, soon(now)).await?.is_none());
    let (again, lease) = jobs.claim(ALL, retry_at, soon(retry_at)).await?.expect("its time has come");
    assert_eq!((again.id, again.error_code.as_deref()), (first.id, Some("busy")));
    assert!(jobs.fail(lease, &Failure { retry_at: None, ..failure }, retry_at).await?);
    let (second, _) = jobs.claim(ALL, retry_at, soon(retry_at)).await?.expect("its turn");
    assert_eq!(second.client_recording_id.as_deref(), Some("b"));
    assert_eq!(jobs.get(owner, first.id).await?.expect("is there").state, JobState::Failed);
    Ok(())
}

async fn a_job_that_kills_its_workers_is_given_up(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let id = w.store.jobs().create(owner, &recording("phone", "r1", w.now()), w.now()).await?.into_job().id;
    let mut now = w.now();
    let mut claims = 0;
    while w.store.jobs().claim(ALL, now, soon(now)).await?.is_some() {
        claims += 1;
        now = soon(now).plus(Duration::from_secs(1));
        assert!(claims < 100, "it is given to one worker after the other");
    }
    assert_eq!(claims, 5);
    let job = w.store.jobs().get(owner, id).await?.expect("is there");
    assert_eq!((job.state, job.error_code.as_deref()), (JobState::Failed, Some("interrupted")));
    Ok(())
}

async fn cancelling_depends_on_how_far_it_is(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let jobs = w.store.jobs();
    let now = w.now();
    let waiting = jobs.create(owner, &recording("a", "1", now), now).await?.into_job().id;
    assert_eq!(jobs.cancel(owner, waiting, now).await?, Cancellation::Cancelled);
    assert_eq!(jobs.cancel(owner, waiting, now).await?, Cancellation::TooLate);
    let running = jobs.create(owner, &recording("a", "2", now), now).await?.into_job().id;
    let (_, lease) = jobs.claim(ALL, now, soon(now)).await?.expect("waits");
    assert_eq!(jobs.cancel(owner, running, now).await?, Cancellation::Asked);
    assert_eq!(jobs.renew(lease, &JobProgress::default(), soon(now)).await?, LeaseState::CancelAsked);
    assert!(jobs.cancelled(lease, now).await?);
    assert_eq!(jobs.get(owner, running).await?.expect("is there").state, JobState::Cancelled);
    assert!(jobs.claim(ALL, now, soon(now)).await?.is_none());
    Ok(())
}

async fn a_released_job_is_as_it_was(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let jobs = w.store.jobs();
    let now = w.now();
    jobs.create(owner, &recording("a", "1", now), now).await?;
    for _ in 0..10 {
        let (job, lease) = jobs.claim(ALL, now, soon(now)).await?.expect("waits");
        assert_eq!(job.attempts, 1);
        assert!(jobs.release(lease).await?);
    }
    Ok(())
}

async fn an_upload_is_received_piece_by_piece(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let jobs = w.store.jobs();
    let now = w.now();
    let id = jobs.create(owner, &NewJob { receiving: true, ..recording("a", "1", now) }, now).await?.into_job().id;
    assert!(jobs.claim(ALL, now, soon(now)).await?.is_none());
    assert!(jobs.received(owner, id, 400).await?);
    assert!(!jobs.received(owner, id, 300).await?, "a late message does not turn it back");
    let job = jobs.get(owner, id).await?.expect("is there");
    assert_eq!((job.state, job.received_bytes, job.total_bytes), (JobState::Receiving, 400, Some(1000)));
    assert!(jobs.enqueue(owner, id).await?);
    assert!(!jobs.enqueue(owner, id).await?);
    assert!(!jobs.received(owner, id, 1000).await?);
    let other = jobs.create(owner, &recording("b", "2", now), now).await?.into_job().id;
    assert_eq!((jobs.ahead_of(id.min(other)).await?, jobs.ahead_of(id.max(other)).await?), (0, 1));
    assert!(jobs.claim(ALL, now, soon(now)).await?.is_some());
    Ok(())
}

async fn only_the_asked_kinds_are_claimed(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let now = w.now();
    w.store.jobs().create(owner, &NewJob { kind: JobKind::File, ..recording("a", "1", now) }, now).await?;
    assert!(w.store.jobs().claim(&[JobKind::Recording, JobKind::Batch], now, soon(now)).await?.is_none());
    assert!(w.store.jobs().claim(&[], now, soon(now)).await?.is_none());
    assert!(w.store.jobs().claim(&[JobKind::File], now, soon(now)).await?.is_some());
    Ok(())
}

async fn jobs_without_a_recording_id_are_all_different(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let new = NewJob { client_recording_id: None, ..recording("a", "", w.now()) };
    for _ in 0..3 {
        assert!(matches!(w.store.jobs().create(owner, &new, w.now()).await?, Creation::Created(_)));
    }
    let first = w.store.jobs().page(owner, None, 2).await?;
    let rest = w.store.jobs().page(owner, first.last().map(|job| job.id), 2).await?;
    assert_eq!((first.len(), rest.len()), (2, 1));
    Ok(())
}

async fn the_state_of_a_job_is_told_to_whoever_keeps_its_file(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut announced = recording("phone", "r1", w.now());
    announced.receiving = true;
    let id = w.store.jobs().create(owner, &announced, w.now()).await?.into_job().id;
    assert_eq!(w.store.jobs().state_of(id).await?, Some(JobState::Receiving));
    w.store.jobs().cancel(owner, id, w.now()).await?;
    assert_eq!(w.store.jobs().state_of(id).await?, Some(JobState::Cancelled));
    w.store.users().remove(owner, w.now()).await?;
    assert_eq!(w.store.jobs().state_of(id).await?, None);
    Ok(())
}
