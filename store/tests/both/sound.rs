//! Sound that comes after its transcript.

use store::{Moment, NewAudioFile, Policy, SoundPlace};

use crate::list;
use crate::world::{Case, Outcome, World, stored, utterance};

pub fn cases() -> Vec<Case> {
    list![
        sound_that_comes_later_joins_its_transcript_once,
        of_many_that_bring_the_same_sound_one_is_kept,
        sound_that_joined_goes_with_its_transcript,
        another_persons_transcript_is_as_if_it_were_not_there,
    ]
}

fn file(path: &str) -> NewAudioFile {
    NewAudioFile { path: path.to_owned(), bytes: 10, key_id: None, expires_at: None }
}

fn far_away() -> Moment {
    Moment::from_unix_ms(4_000_000_000_000)
}

async fn sound_that_comes_later_joins_its_transcript_once(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let said = utterance(owner, 1, "отчёт", w.now());
    let audio = w.store.audio();
    assert_eq!(audio.place_for(owner, &said.utterance).await?, SoundPlace::NoTranscript);
    assert_eq!(audio.keep_for(owner, &said.utterance, &file("early.wav"), w.now()).await?, None);
    assert!(audio.page(owner, None, 10).await?.is_empty(), "nothing is entered for what is not there");

    let id = stored(&w.store.transcripts().record(std::slice::from_ref(&said)).await?)?;
    assert_eq!(audio.place_for(owner, &said.utterance).await?, SoundPlace::Free);
    let kept = audio.keep_for(owner, &said.utterance, &file("its.wav"), w.now()).await?;
    let found = w.store.transcripts().get(owner, id).await?.expect("it is there");
    assert!(kept.is_some());
    assert_eq!(found.transcript.audio, kept);
    assert_eq!(audio.stored_bytes(owner).await?, 10);

    assert_eq!(audio.place_for(owner, &said.utterance).await?, SoundPlace::Taken);
    assert_eq!(audio.keep_for(owner, &said.utterance, &file("again.wav"), w.now()).await?, None);
    assert_eq!(audio.page(owner, None, 10).await?.len(), 1);
    // The final once more, as after a crash: the sound stays.
    w.store.transcripts().record(&[said]).await?;
    assert_eq!(w.store.transcripts().get(owner, id).await?.expect("it is there").transcript.audio, kept);
    Ok(())
}

async fn of_many_that_bring_the_same_sound_one_is_kept(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let said = utterance(owner, 1, "отчёт", w.now());
    w.store.transcripts().record(std::slice::from_ref(&said)).await?;
    let bring = async |number: u32| {
        w.store.audio().keep_for(owner, &said.utterance, &file(&format!("{number}.wav")), w.now()).await
    };
    let (first, second, third) = tokio::join!(bring(1), bring(2), bring(3));
    let kept = [first?, second?, third?].into_iter().flatten().count();
    assert_eq!((kept, w.store.audio().page(owner, None, 10).await?.len()), (1, 1));
    Ok(())
}

async fn sound_that_joined_goes_with_its_transcript(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut ids = Vec::new();
    for number in 1..=2 {
        let said = utterance(owner, number, "отчёт", w.now());
        ids.push(stored(&w.store.transcripts().record(std::slice::from_ref(&said)).await?)?);
        w.store.audio().keep_for(owner, &said.utterance, &file(&format!("{number}.wav")), w.now()).await?;
    }
    let doomed = async || w.store.audio().doomed(10).await.map(|files| files.into_iter().map(|file| file.path));
    assert!(w.store.transcripts().purge(owner, ids[0], w.now()).await?);
    assert_eq!(doomed().await?.collect::<Vec<_>>(), ["1.wav"]);
    let policy = Policy::older_than(far_away(), far_away());
    let promised = w.store.retention().preview(&policy).await?;
    let mut paths: Vec<_> = promised.audio.iter().map(|file| file.path.clone()).collect();
    paths.sort();
    assert_eq!(paths, ["1.wav", "2.wav"]);
    assert_eq!(w.store.retention().apply(&policy, w.now()).await?, promised);
    assert_eq!(doomed().await?.count(), 2);
    Ok(())
}

async fn another_persons_transcript_is_as_if_it_were_not_there(w: World) -> Outcome {
    let (owner, stranger) = (w.user("owner").await?.id, w.user("stranger").await?.id);
    let said = utterance(owner, 1, "тайный отчёт", w.now());
    w.store.transcripts().record(std::slice::from_ref(&said)).await?;
    assert_eq!(w.store.audio().place_for(stranger, &said.utterance).await?, SoundPlace::NoTranscript);
    assert_eq!(w.store.audio().keep_for(stranger, &said.utterance, &file("s.wav"), w.now()).await?, None);
    assert_eq!(w.store.audio().place_for(owner, &said.utterance).await?, SoundPlace::Free);
    Ok(())
}
