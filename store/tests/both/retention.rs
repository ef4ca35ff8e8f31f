use std::time::Duration;

use store::{
    AuditFilter, AuditRecord, JobKind, Moment, NewAudioFile, NewTranscript, Policy, Removal, SecretHash, UserId,
    UserRole,
};

use crate::list;
use crate::world::{Case, Outcome, START, World, recording, stored, utterance};

pub fn cases() -> Vec<Case> {
    list![
        a_dry_run_names_exactly_what_a_real_one_removes,
        sound_that_ran_out_goes_and_its_transcript_stays,
        a_clean_up_that_was_interrupted_is_completed_by_the_next,
        an_empty_policy_removes_nothing,
        the_audit_log_has_a_limit_of_its_own,
    ]
}

const DAY: Duration = Duration::from_hours(24);

fn day(number: u32) -> Moment {
    START.plus(DAY * number)
}

async fn keep(
    w: &World,
    owner: UserId,
    path: &str,
    at: Moment,
    expires: Option<Moment>,
) -> anyhow::Result<store::AudioId> {
    let file = NewAudioFile { path: path.to_owned(), bytes: 7, key_id: None, expires_at: expires };
    Ok(w.store.audio().keep(owner, &file, at).await?)
}

/// Two people and ten days of everything; every other transcript has a sound, two share one.
async fn ten_days(w: &World) -> anyhow::Result<[UserId; 2]> {
    let people = [w.user("anna").await?.id, w.user("boris").await?.id];
    for (who, owner) in people.into_iter().enumerate() {
        let shared = keep(w, owner, &format!("{who}/shared.wav"), day(4), None).await?;
        for n in 0..10_u32 {
            let audio = match n {
                4 | 5 => Some(shared),
                n if n % 2 == 0 => Some(keep(w, owner, &format!("{who}/{n}.wav"), day(n), None).await?),
                _ => None,
            };
            let said = NewTranscript { audio, ..utterance(owner, u64::from(n), "отчёт", day(n)) };
            let id = stored(&w.store.transcripts().record(&[said]).await?)?;
            if n == 7 {
                w.store.transcripts().delete(owner, id, day(2)).await?;
            }
            let token = SecretHash::of(&format!("{who}{n}"));
            w.store.sessions().open(owner, token, "x", day(n), day(n).plus(DAY)).await?;
            w.store.sessions().issue_ticket(owner, token, &[], day(n)).await?;
            w.store.invites().create(owner, token, UserRole::Member, "", day(n), day(n)).await?;
            w.store.jobs().create(owner, &recording("phone", &n.to_string(), day(n)), day(n)).await?;
            if n < 8 {
                let claimed = w.store.jobs().claim(&[JobKind::Recording], day(n), day(n + 1)).await?;
                let (_, lease) = claimed.expect("waits");
                w.store.jobs().finish(lease, &serde_json::json!({}), &[], day(n)).await?.expect("holds it");
            }
        }
        // Never got a transcript: uploaded, then given up.
        keep(w, owner, &format!("{who}/orphan.wav"), day(1), None).await?;
    }
    Ok(people)
}

async fn a_dry_run_names_exactly_what_a_real_one_removes(w: World) -> Outcome {
    let [anna, _] = ten_days(&w).await?;
    for cutoff in [day(0), day(3), day(5), day(6), day(100)] {
        let policy = Policy { audit_before: Some(cutoff), ..Policy::older_than(cutoff, day(200)) };
        let promised = w.store.retention().preview(&policy).await?;
        assert_eq!(w.store.retention().preview(&policy).await?, promised, "looking changes nothing");
        let history_before = w.store.transcripts().count(anna).await?;
        let removed = w.store.retention().apply(&policy, day(200)).await?;
        assert_eq!(removed, promised, "{cutoff}");
        let doomed = w.store.audio().doomed(1000).await?;
        let mut paths: Vec<_> = doomed.iter().map(|file| file.path.clone()).collect();
        let mut promised_paths: Vec<_> = promised.audio.iter().map(|file| file.path.clone()).collect();
        paths.sort_unstable();
        promised_paths.sort_unstable();
        assert_eq!(paths, promised_paths, "{cutoff}");
        w.store.audio().forget(&doomed.iter().map(|file| file.id).collect::<Vec<_>>()).await?;
        let nothing = w.store.retention().preview(&policy).await?;
        assert_eq!(nothing, Removal::default(), "{cutoff}");
        if cutoff == day(5) {
            assert!(paths.iter().all(|path| !path.ends_with("shared.wav")), "a younger transcript uses it: {paths:?}");
        }
        if cutoff == day(6) {
            assert_eq!(paths, ["0/shared.wav", "1/shared.wav"]);
            assert_eq!(promised.jobs, 2, "one a day and person");
        }
        let history_after = w.store.transcripts().count(anna).await?;
        assert_eq!(history_after, w.found(anna, "отчёты").await?.len() as u64);
        assert!(history_after <= history_before);
    }
    assert_eq!(w.store.transcripts().count(anna).await?, 0);
    Ok(())
}

async fn sound_that_ran_out_goes_and_its_transcript_stays(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let short = keep(&w, owner, "short.wav", day(0), Some(day(1))).await?;
    let long = keep(&w, owner, "long.wav", day(0), Some(day(9))).await?;
    for (number, audio) in [(1, short), (2, long)] {
        let said = NewTranscript { audio: Some(audio), ..utterance(owner, number, "отчёт", day(0)) };
        w.store.transcripts().record(&[said]).await?;
    }
    let policy = Policy { audio_expired_at: Some(day(2)), ..Policy::default() };
    let removed = w.store.retention().apply(&policy, day(2)).await?;
    assert_eq!(removed.audio.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["short.wav"]);
    assert!(removed.transcripts.is_empty());
    assert_eq!(w.store.transcripts().count(owner).await?, 2);
    assert!(w.store.audio().get(owner, short).await?.is_none());
    assert!(w.store.audio().get(owner, long).await?.is_some());
    Ok(())
}

async fn a_clean_up_that_was_interrupted_is_completed_by_the_next(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let audio = keep(&w, owner, "a.wav", day(0), None).await?;
    let said = NewTranscript { audio: Some(audio), ..utterance(owner, 1, "отчёт", day(0)) };
    stored(&w.store.transcripts().record(&[said]).await?)?;
    let policy = Policy::older_than(day(5), day(5));
    w.store.retention().apply(&policy, day(5)).await?;
    // The process ends here, before the file was removed. The next run still knows of it.
    let next = w.store.retention().preview(&policy).await?;
    assert_eq!((next.transcripts.len(), next.audio.len()), (0, 1));
    assert_eq!(w.store.audio().doomed(10).await?, next.audio);
    Ok(())
}

async fn an_empty_policy_removes_nothing(w: World) -> Outcome {
    ten_days(&w).await?;
    assert_eq!(w.store.retention().apply(&Policy::default(), day(999)).await?, Removal::default());
    Ok(())
}

async fn the_audit_log_has_a_limit_of_its_own(w: World) -> Outcome {
    let actor = w.user("admin").await?.id;
    for n in 0..6 {
        let record = AuditRecord {
            actor: (n % 2 == 0).then_some(actor),
            action: format!("action{}", n % 3),
            ..AuditRecord::default()
        };
        w.store.audit().append(&record, day(n)).await?;
    }
    let audit = w.store.audit();
    assert_eq!(audit.page(&AuditFilter { actor: Some(actor), action: None }, None, 10).await?.len(), 3);
    let by_action = AuditFilter { actor: None, action: Some("action1".to_owned()) };
    assert_eq!(audit.page(&by_action, None, 10).await?.len(), 2);
    let all = AuditFilter::default();
    let first = audit.page(&all, None, 4).await?;
    let second = audit.page(&all, first.last().map(|entry| entry.id), 4).await?;
    assert_eq!((first.len(), second.len()), (4, 2));
    assert!(first.windows(2).all(|pair| pair[0].at > pair[1].at));

    let personal = Policy::older_than(day(100), day(100));
    assert_eq!(w.store.retention().apply(&personal, day(100)).await?.audit_entries, 0);
    let old = Policy { audit_before: Some(day(4)), ..Policy::default() };
    assert_eq!(w.store.retention().apply(&old, day(100)).await?.audit_entries, 4);
    assert_eq!(audit.page(&all, None, 10).await?.len(), 2);
    Ok(())
}
