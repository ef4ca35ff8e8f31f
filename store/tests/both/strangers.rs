//! The stranger of this file tries everything with the ids of somebody else's rows.

use std::time::Duration;

use store::{Cancellation, Creation, Expected, HistoryFilter, JobKind, NewAudioFile, NewTranscript, SecretHash, Shelf};

use crate::list;
use crate::people::{entry, key, snippet};
use crate::world::{Case, Outcome, World, recording, search, stored, utterance};

pub fn cases() -> Vec<Case> {
    list![nobody_reads_changes_or_detects_what_is_anothers]
}

async fn nobody_reads_changes_or_detects_what_is_anothers(w: World) -> Outcome {
    let store = &w.store;
    let (owner, stranger) = (w.user("owner").await?.id, w.user("stranger").await?.id);
    let later = w.now().plus(Duration::from_hours(1));

    // One of everything.
    let file = NewAudioFile { path: "owner.wav".to_owned(), bytes: 10, key_id: None, expires_at: None };
    let audio = store.audio().keep(owner, &file, w.now()).await?;
    let said = NewTranscript { audio: Some(audio), ..utterance(owner, 1, "тайный отчёт", w.now()) };
    let transcript = stored(&store.transcripts().record(std::slice::from_ref(&said)).await?)?;
    let deleted = w.say(owner, "удалённое").await?;
    store.transcripts().delete(owner, deleted, w.now()).await?;
    let word = store.dictionary().put(Shelf::Personal(owner), &[entry("Альфа")], w.now()).await?[0].id;
    let phrase = store.snippets().put(Shelf::Personal(owner), &[snippet("подпись")], w.now()).await?[0].id;
    store.settings().put(owner, &serde_json::json!({"a": 1}), Expected::Any, w.now()).await?;
    store.usage().add(owner, w.now().day(), store::Consumption { audio_ms: 5, ..Default::default() }).await?;
    let mut receiving = recording("phone", "r1", w.now());
    receiving.receiving = true;
    let job = store.jobs().create(owner, &receiving, w.now()).await?.into_job();
    let family = store.sessions().open(owner, SecretHash::of("t"), "x", w.now(), later).await?;
    let api_key = store.api_keys().create(owner, &key("k"), w.now()).await?.id;
    let before = everything(&w, owner).await?;

    // Reading: as if it were not there.
    let transcripts = store.transcripts();
    assert!(transcripts.get(stranger, transcript).await?.is_none());
    assert!(!transcripts.correct(stranger, transcript, "чужое", Some("mail")).await?);
    assert!(transcripts.page(stranger, &HistoryFilter::default(), None, 10).await?.transcripts.is_empty());
    assert!(transcripts.search(stranger, &search("тайный")).await?.hits.is_empty());
    assert_eq!(transcripts.count(stranger).await?, 0);
    assert!(store.audio().get(stranger, audio).await?.is_none());
    assert!(store.audio().page(stranger, None, 10).await?.is_empty());
    assert_eq!(store.audio().stored_bytes(stranger).await?, 0);
    assert!(store.dictionary().for_user(stranger).await?.is_empty());
    assert!(store.dictionary().list(Shelf::Personal(stranger)).await?.is_empty());
    assert!(store.snippets().for_user(stranger).await?.is_empty());
    assert!(store.snippets().list(Shelf::Personal(stranger)).await?.is_empty());
    assert_eq!(store.settings().get(stranger).await?.version, 0);
    let day = w.now().day();
    assert_eq!(store.usage().total(stranger, day, day).await?, store::Consumption::default());
    assert!(store.jobs().get(stranger, job.id).await?.is_none());
    assert!(store.jobs().of_recording(stranger, "r1").await?.is_none());
    assert!(store.jobs().page(stranger, None, 10).await?.is_empty());
    assert!(!store.sessions().is_live(stranger, family, w.now()).await?);
    assert!(store.sessions().list(stranger, w.now()).await?.is_empty());
    assert!(store.api_keys().list(stranger).await?.is_empty());

    // Changing: the same answers as for ids that were never given.
    assert!(!transcripts.delete(stranger, transcript, w.now()).await?);
    assert!(!transcripts.undo_delete(stranger, deleted).await?);
    assert!(!transcripts.purge(stranger, transcript, w.now()).await?);
    assert_eq!(transcripts.purge_all(stranger, w.now()).await?, 0);
    assert!(!store.audio().drop_file(stranger, audio, w.now()).await?);
    for shelf in [Shelf::Personal(stranger), Shelf::Team] {
        assert!(!store.dictionary().remove(shelf, word).await?);
        assert!(!store.snippets().remove(shelf, phrase).await?);
    }
    assert!(!store.jobs().received(stranger, job.id, 5).await?);
    assert!(!store.jobs().enqueue(stranger, job.id).await?);
    assert_eq!(store.jobs().cancel(stranger, job.id, w.now()).await?, Cancellation::NotFound);
    assert!(!store.sessions().end(stranger, family, w.now()).await?);
    assert_eq!(store.sessions().end_all(stranger, w.now()).await?, 0);
    assert!(!store.api_keys().revoke(stranger, api_key, w.now()).await?);

    // The same names are free for the stranger: nothing tells that somebody else has them.
    let mine = NewTranscript { owner: stranger, audio: Some(audio), ..said };
    stored(&transcripts.record(&[mine]).await?)?;
    let created = store.jobs().create(stranger, &recording("phone", "r1", w.now()), w.now()).await?;
    assert!(matches!(created, Creation::Created(_)));
    store.dictionary().put(Shelf::Personal(stranger), &[entry("Альфа")], w.now()).await?;
    store.snippets().put(Shelf::Personal(stranger), &[snippet("подпись")], w.now()).await?;
    store.settings().put(stranger, &serde_json::json!({"b": 2}), Expected::Version(0), w.now()).await?;
    let (claimed, _) = store.jobs().claim(&[JobKind::Recording], w.now(), later).await?.expect("one waits");
    assert_eq!(claimed.owner, stranger, "the owner's is still receiving");

    assert_eq!(everything(&w, owner).await?, before);
    Ok(())
}

async fn everything(w: &World, owner: store::UserId) -> anyhow::Result<Vec<String>> {
    let mut export = w.store.export(owner);
    let mut all = Vec::new();
    while let Some(item) = export.next().await? {
        all.push(format!("{item:?}"));
    }
    Ok(all)
}
