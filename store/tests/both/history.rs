use std::collections::HashSet;
use std::time::Duration;

use store::{HistoryFilter, NewAudioFile, Recorded, TranscriptId, UserId};

use crate::list;
use crate::world::{Base, Case, Outcome, START, World, stored, utterance};

pub fn cases() -> Vec<Case> {
    let mut all = list![
        what_was_said_is_read_back_with_all_its_details,
        a_final_recorded_again_stays_as_it_was,
        finals_recorded_many_times_in_parallel_are_stored_once,
        the_same_utterance_of_two_people_is_two,
        finals_of_a_removed_person_hold_up_nobody_elses,
        ten_thousand_finals_of_one_millisecond_all_fit,
        pages_show_everything_once_newest_first_while_people_speak,
        the_history_is_filtered,
        a_corrected_text_is_found_and_the_raw_text_stays,
        a_deleted_transcript_is_out_of_sight_until_it_is_taken_back,
        purging_dooms_the_sound_that_nothing_else_uses,
        somebody_elses_sound_cannot_be_claimed,
        dropping_a_file_leaves_its_transcript,
        stored_bytes_count_what_is_kept_now,
    ];
    all.extend(list![on &[Base::SqliteFile, Base::Postgres] => purging_leaves_nothing_in_any_table]);
    all
}

async fn ids(w: &World, owner: UserId, filter: &HistoryFilter, limit: u32) -> anyhow::Result<Vec<TranscriptId>> {
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = w.store.transcripts().page(owner, filter, before, limit).await?;
        assert!(page.transcripts.len() <= limit as usize);
        seen.extend(page.transcripts.iter().map(|t| t.id));
        before = page.next;
        if before.is_none() {
            return Ok(seen);
        }
    }
}

async fn what_was_said_is_read_back_with_all_its_details(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut said = utterance(owner, 1, "Отчёт готов.", w.now());
    said.raw_text = "отчет э готов".into();
    said.client_recording_id = Some("r-1".to_owned());
    said.details.timings.llm_ms = Some(120);
    let id = stored(&w.store.transcripts().record(std::slice::from_ref(&said)).await?)?;
    let read = w.store.transcripts().get(owner, id).await?.expect("is there");
    assert_eq!(read.details, said.details);
    let t = read.transcript;
    assert_eq!((t.text, t.raw_text, t.session, t.utterance), (said.text, said.raw_text, said.session, said.utterance));
    assert_eq!((t.language, t.style, t.app, t.cleaned_by), (said.language, said.style, said.app, said.cleaned_by));
    assert_eq!((t.recorded_at, t.created_at), (said.recorded_at, said.created_at));
    assert_eq!((t.client_recording_id, t.audio_ms), (said.client_recording_id, said.audio_ms));
    assert!((t.confidence - said.confidence).abs() < 1e-12);
    Ok(())
}

async fn a_corrected_text_is_found_and_the_raw_text_stays(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut said = utterance(owner, 1, "Отчёт готов.", w.now());
    said.raw_text = "отчет э готов".into();
    let id = stored(&w.store.transcripts().record(&[said]).await?)?;
    assert!(w.store.transcripts().correct(owner, id, "Смета\0 готова", Some("mail")).await?);
    let read = w.store.transcripts().get(owner, id).await?.expect("is there").transcript;
    assert_eq!((read.text.as_str(), read.raw_text.as_str()), ("Смета\u{fffd} готова", "отчет э готов"));
    assert_eq!(read.style, "mail");
    assert_eq!(w.found(owner, "сметы").await?.len(), 1);
    assert_eq!(w.found(owner, "отчёты").await?.len(), 1, "by its raw text");
    assert!(w.store.transcripts().correct(owner, id, "Смета", None).await?);
    assert!(w.store.transcripts().delete(owner, id, w.now()).await?);
    assert!(!w.store.transcripts().correct(owner, id, "поздно", None).await?);
    Ok(())
}

async fn a_final_recorded_again_stays_as_it_was(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let first = utterance(owner, 1, "первый", w.now());
    let second = utterance(owner, 2, "второй", w.now());
    let id = stored(&w.store.transcripts().record(std::slice::from_ref(&first)).await?)?;
    let mut changed = utterance(owner, 1, "другой", w.now());
    changed.details.words.clear();
    let outcomes = w.store.transcripts().record(&[changed, second.clone(), second]).await?;
    let [Recorded::AlreadyThere(same), Recorded::Stored(new), Recorded::AlreadyThere(twice)] = outcomes[..] else {
        anyhow::bail!("{outcomes:?}");
    };
    assert_eq!((same, twice), (id, new));
    let read = w.store.transcripts().get(owner, id).await?.expect("is there");
    assert_eq!((read.transcript.text.as_str(), read.details), ("первый", first.details));
    assert_eq!(w.store.transcripts().count(owner).await?, 2);
    assert!(w.found(owner, "другой").await?.is_empty());
    Ok(())
}

async fn finals_recorded_many_times_in_parallel_are_stored_once(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let batch: Vec<_> = (0..300).map(|n| utterance(owner, n, "слово", START)).collect();
    let tries = (0..6).map(|_| {
        let (store, batch) = (w.store.clone(), batch.clone());
        tokio::spawn(async move { store.transcripts().record(&batch).await })
    });
    let mut first_time = 0;
    let mut all_ids = HashSet::new();
    for outcomes in futures_util::future::join_all(tries).await {
        for outcome in outcomes?? {
            match outcome {
                Recorded::Stored(id) => {
                    first_time += 1;
                    all_ids.insert(id);
                }
                Recorded::AlreadyThere(id) => {
                    all_ids.insert(id);
                }
                Recorded::OwnerGone => anyhow::bail!("the owner is there"),
            }
        }
    }
    assert_eq!((first_time, all_ids.len()), (300, 300));
    assert_eq!(w.store.transcripts().count(owner).await?, 300);
    Ok(())
}

async fn the_same_utterance_of_two_people_is_two(w: World) -> Outcome {
    let (anna, boris) = (w.user("anna").await?.id, w.user("boris").await?.id);
    let batch = [utterance(anna, 1, "раз", w.now()), utterance(boris, 1, "раз", w.now())];
    let outcomes = w.store.transcripts().record(&batch).await?;
    assert!(matches!(outcomes[..], [Recorded::Stored(_), Recorded::Stored(_)]), "{outcomes:?}");
    Ok(())
}

async fn finals_of_a_removed_person_hold_up_nobody_elses(w: World) -> Outcome {
    let (anna, gone) = (w.user("anna").await?.id, w.user("gone").await?.id);
    w.store.users().remove(gone, w.now()).await?;
    let batch = [utterance(gone, 1, "раз", w.now()), utterance(anna, 1, "два", w.now())];
    let outcomes = w.store.transcripts().record(&batch).await?;
    assert!(matches!(outcomes[..], [Recorded::OwnerGone, Recorded::Stored(_)]), "{outcomes:?}");
    assert!(w.store.transcripts().record(&[]).await?.is_empty());
    Ok(())
}

async fn ten_thousand_finals_of_one_millisecond_all_fit(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let batch: Vec<_> = (0..10_000).map(|n| utterance(owner, n, "слово", START)).collect();
    let outcomes = w.store.transcripts().record(&batch).await?;
    assert!(outcomes.iter().all(|o| matches!(o, Recorded::Stored(_))));
    assert_eq!(w.store.transcripts().count(owner).await?, 10_000);
    Ok(())
}

async fn pages_show_everything_once_newest_first_while_people_speak(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut said = Vec::new();
    for n in 0..23_u64 {
        // Not in the order of time: an uploaded recording is older than what was stored before it.
        let at = START.plus(Duration::from_secs((n * 7) % 23));
        said.push((at, stored(&w.store.transcripts().record(&[utterance(owner, n, "слово", at)]).await?)?));
    }
    said.sort_unstable();
    let expected: Vec<_> = said.iter().rev().map(|(_, id)| *id).collect();
    for limit in [1, 5, 22, 23, 24] {
        assert_eq!(ids(&w, owner, &HistoryFilter::default(), limit).await?, expected, "by {limit}");
    }
    let first = w.store.transcripts().page(owner, &HistoryFilter::default(), None, 10).await?;
    w.say_at(owner, "новое", START.plus(Duration::from_secs(100))).await?;
    let second = w.store.transcripts().page(owner, &HistoryFilter::default(), first.next, 50).await?;
    assert_eq!(second.transcripts.iter().map(|t| t.id).collect::<Vec<_>>(), expected[10..]);
    Ok(())
}

async fn the_history_is_filtered(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut expected_from = None;
    for n in 0..12_u64 {
        let at = START.plus(Duration::from_secs(n));
        let mut said = utterance(owner, n, "слово", at);
        said.language = (if n % 2 == 0 { "ru" } else { "en" }).into();
        said.style = (if n % 3 == 0 { "code" } else { "mail" }).into();
        said.app = format!("app{}", n % 4);
        said.session = format!("s{}", n / 6);
        let id = stored(&w.store.transcripts().record(&[said]).await?)?;
        expected_from = expected_from.or((n == 5).then_some(id));
    }
    let count = async |filter: HistoryFilter| ids(&w, owner, &filter, 5).await.map(|found| found.len());
    let none = HistoryFilter::default();
    let text = |given: &str| Some(given.to_owned());
    assert_eq!(count(HistoryFilter { language: text("en"), ..none.clone() }).await?, 6);
    assert_eq!(count(HistoryFilter { style: text("code"), ..none.clone() }).await?, 4);
    assert_eq!(count(HistoryFilter { app: text("app3"), ..none.clone() }).await?, 3);
    assert_eq!(count(HistoryFilter { session: text("s1"), ..none.clone() }).await?, 6);
    assert_eq!(count(HistoryFilter { language: text("en"), style: text("code"), ..none.clone() }).await?, 2);
    let (from, to) = (START.plus(Duration::from_secs(5)), START.plus(Duration::from_secs(8)));
    let between = HistoryFilter { from: Some(from), to: Some(to), ..none };
    let found = ids(&w, owner, &between, 2).await?;
    assert_eq!((found.len(), found.last().copied()), (3, expected_from));
    Ok(())
}

async fn a_deleted_transcript_is_out_of_sight_until_it_is_taken_back(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let id = w.say(owner, "отчёт").await?;
    let transcripts = w.store.transcripts();
    assert!(!transcripts.undo_delete(owner, id).await?);
    assert!(transcripts.delete(owner, id, w.now()).await?);
    assert!(!transcripts.delete(owner, id, w.now()).await?);
    assert!(transcripts.get(owner, id).await?.is_none());
    assert!(transcripts.page(owner, &HistoryFilter::default(), None, 10).await?.transcripts.is_empty());
    assert!(w.found(owner, "отчёт").await?.is_empty());
    assert_eq!(transcripts.count(owner).await?, 0);
    // Said again by a client that did not hear of it, it stays deleted.
    assert!(transcripts.undo_delete(owner, id).await?);
    assert_eq!(w.found(owner, "отчёты").await?, ["отчёт"]);
    assert!(transcripts.get(owner, id).await?.is_some());
    Ok(())
}

async fn keep(w: &World, owner: UserId, path: &str) -> anyhow::Result<store::AudioId> {
    let file = NewAudioFile { path: path.to_owned(), bytes: 100, key_id: Some("k1".to_owned()), expires_at: None };
    Ok(w.store.audio().keep(owner, &file, w.now()).await?)
}

async fn say_with(w: &World, owner: UserId, number: u64, audio: store::AudioId) -> anyhow::Result<TranscriptId> {
    let mut said = utterance(owner, number, "слово", w.now());
    said.audio = Some(audio);
    stored(&w.store.transcripts().record(&[said]).await?)
}

async fn purging_dooms_the_sound_that_nothing_else_uses(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let (own, shared) = (keep(&w, owner, "own.wav").await?, keep(&w, owner, "shared.wav").await?);
    let only = say_with(&w, owner, 1, own).await?;
    let (one, two) = (say_with(&w, owner, 2, shared).await?, say_with(&w, owner, 3, shared).await?);
    let doomed = async || -> anyhow::Result<Vec<String>> {
        Ok(w.store.audio().doomed(10).await?.into_iter().map(|file| file.path).collect())
    };
    assert!(w.store.transcripts().delete(owner, only, w.now()).await?);
    assert!(doomed().await?.is_empty(), "a deleted transcript can still be taken back");
    assert!(w.store.transcripts().purge(owner, only, w.now()).await?);
    assert!(!w.store.transcripts().purge(owner, only, w.now()).await?);
    assert_eq!(doomed().await?, ["own.wav"]);
    assert!(w.store.audio().get(owner, own).await?.is_none());
    assert!(w.store.transcripts().purge(owner, one, w.now()).await?);
    assert_eq!(doomed().await?, ["own.wav"], "the other transcript still refers to it");
    assert!(w.store.transcripts().purge(owner, two, w.now()).await?);
    assert_eq!(doomed().await?, ["own.wav", "shared.wav"]);
    Ok(())
}

async fn somebody_elses_sound_cannot_be_claimed(w: World) -> Outcome {
    let (anna, boris) = (w.user("anna").await?.id, w.user("boris").await?.id);
    let hers = keep(&w, anna, "hers.wav").await?;
    let id = say_with(&w, boris, 1, hers).await?;
    assert_eq!(w.store.transcripts().get(boris, id).await?.expect("is there").transcript.audio, None);
    assert!(w.store.transcripts().purge(boris, id, w.now()).await?);
    assert!(w.store.audio().get(anna, hers).await?.is_some());
    Ok(())
}

async fn dropping_a_file_leaves_its_transcript(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let file = keep(&w, owner, "a.wav").await?;
    let id = say_with(&w, owner, 1, file).await?;
    assert!(w.store.audio().drop_file(owner, file, w.now()).await?);
    assert!(!w.store.audio().drop_file(owner, file, w.now()).await?);
    assert_eq!(w.store.transcripts().get(owner, id).await?.expect("is there").transcript.audio, None);
    assert!(w.store.audio().knows("a.wav").await?);
    w.store.audio().forget(&[file]).await?;
    assert!(!w.store.audio().knows("a.wav").await?);
    Ok(())
}

async fn stored_bytes_count_what_is_kept_now(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    assert_eq!(w.store.audio().stored_bytes(owner).await?, 0);
    let file = keep(&w, owner, "a.wav").await?;
    keep(&w, owner, "b.wav").await?;
    assert_eq!(w.store.audio().stored_bytes(owner).await?, 200);
    w.store.audio().drop_file(owner, file, w.now()).await?;
    assert_eq!(w.store.audio().stored_bytes(owner).await?, 100);
    assert!(keep(&w, owner, "b.wav").await.is_err(), "one path, one file");
    Ok(())
}

async fn purging_leaves_nothing_in_any_table(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let batch: Vec<_> = (0..1200).map(|n| utterance(owner, n, "слово", w.now())).collect();
    w.store.transcripts().record(&batch).await?;
    assert_eq!(w.store.transcripts().purge_all(owner, w.now()).await?, 1200);
    assert_eq!((w.rows("transcripts").await?, w.rows("transcript_details").await?), (0, 0));
    if w.base == Base::SqliteFile {
        assert_eq!(w.rows("transcript_search").await?, 0);
    }
    Ok(())
}
