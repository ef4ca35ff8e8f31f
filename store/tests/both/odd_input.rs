use store::{
    AuditFilter, AuditRecord, Expected, Failure, JobProgress, NewAudioFile, Recorded, SecretHash, Shelf, UserRole,
};

use crate::list;
use crate::people::{entry, key, snippet};
use crate::world::{Case, Outcome, World, recording, stored, utterance};

pub fn cases() -> Vec<Case> {
    list![
        a_nul_character_is_taken_everywhere_and_kept_as_a_replacement,
        numbers_that_are_none_are_kept_as_zero,
        any_text_can_be_said_and_read_back,
        absurd_amounts_do_not_fail,
        endless_names_are_told_apart,
    ]
}

/// PostgreSQL refuses NUL in text: any place that let one through would answer 500 to a hostile client.
async fn a_nul_character_is_taken_everywhere_and_kept_as_a_replacement(w: World) -> Outcome {
    const NUL: &str = "a\0b";
    const KEPT: &str = "a\u{fffd}b";
    let (store, now) = (&w.store, w.now());
    let owner = w.user("anna").await?.id;

    let mut said = utterance(owner, 1, NUL, now);
    for field in
        [&mut said.session, &mut said.utterance, &mut said.language, &mut said.style, &mut said.app, &mut said.raw_text]
    {
        NUL.clone_into(field);
    }
    said.client_recording_id = Some(NUL.to_owned());
    let id = stored(&store.transcripts().record(std::slice::from_ref(&said)).await?)?;
    assert_eq!(store.transcripts().record(&[said]).await?, [Recorded::AlreadyThere(id)]);
    let read = store.transcripts().get(owner, id).await?.expect("is there");
    assert_eq!((read.transcript.text.as_str(), read.transcript.app.as_str()), (KEPT, KEPT));
    let filter = store::HistoryFilter { app: Some(NUL.to_owned()), ..Default::default() };
    assert_eq!(store.transcripts().page(owner, &filter, None, 10).await?.transcripts.len(), 1);
    assert_eq!(w.found(owner, NUL).await?, [KEPT]);

    store.settings().put(owner, &serde_json::json!({ "k\0": NUL }), Expected::Any, now).await?;
    assert_eq!(store.settings().get(owner).await?.body, serde_json::json!({ "k\0": NUL }));

    // Where people type names, control characters are refused (see `check_label`); elsewhere they are replaced.
    assert!(store.dictionary().put(Shelf::Personal(owner), &[entry(NUL)], now).await.is_err());
    let mut with_body = snippet("sig");
    NUL.clone_into(&mut with_body.body);
    assert_eq!(store.snippets().put(Shelf::Personal(owner), &[with_body], now).await?[0].body, KEPT);
    let mut with_language = entry("Alfa");
    with_language.language = Some(NUL.to_owned());
    store.dictionary().put(Shelf::Personal(owner), &[with_language], now).await?;
    assert!(
        store
            .audio()
            .keep(owner, &NewAudioFile { path: NUL.to_owned(), bytes: 1, key_id: None, expires_at: None }, now)
            .await
            .is_err()
    );
    assert!(!store.audio().knows(NUL).await?);

    let job = store.jobs().create(owner, &recording(NUL, NUL, now), now).await?.into_job();
    assert_eq!(store.jobs().of_recording(owner, NUL).await?.expect("is there").id, job.id);
    let (_, lease) = store.jobs().claim(&[store::JobKind::Recording], now, now).await?.expect("waits");
    store.jobs().renew(lease, &JobProgress { stage: NUL.to_owned(), percent: 255 }, now).await?;
    store.jobs().fail(lease, &Failure { code: NUL.to_owned(), message: NUL.to_owned(), retry_at: None }, now).await?;
    assert_eq!(store.jobs().get(owner, job.id).await?.expect("is there").error_message.as_deref(), Some(KEPT));

    let record = AuditRecord {
        actor: Some(owner),
        action: NUL.to_owned(),
        subject: NUL.to_owned(),
        address: NUL.to_owned(),
        details: NUL.to_owned(),
    };
    store.audit().append(&record, now).await?;
    let filter = AuditFilter { actor: None, action: Some(NUL.to_owned()) };
    assert_eq!(store.audit().page(&filter, None, 10).await?.len(), 1);

    store.sessions().open(owner, SecretHash::of(NUL), NUL, now, now).await?;
    store.invites().create(owner, SecretHash::of(NUL), UserRole::Member, NUL, now, now).await?;
    let mut with_prefix = key(NUL);
    NUL.clone_into(&mut with_prefix.prefix);
    store.api_keys().create(owner, &with_prefix, now).await?;
    assert!(store.users().by_login(NUL).await?.is_none());
    Ok(())
}

async fn numbers_that_are_none_are_kept_as_zero(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for (number, odd) in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY].into_iter().enumerate() {
        let mut said = utterance(owner, number as u64, "раз", w.now());
        said.confidence = f64::from(odd);
        said.details.words[0].confidence = odd;
        let id = stored(&w.store.transcripts().record(&[said]).await?)?;
        let read = w.store.transcripts().get(owner, id).await?.expect("is there");
        assert_eq!((read.transcript.confidence, read.details.words[0].confidence), (0.0, 0.0));
    }
    Ok(())
}

async fn any_text_can_be_said_and_read_back(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let texts = [
        "",
        " ",
        "'; DROP TABLE users; --",
        "\"quoted\" \\ back",
        "emoji 👩‍🚀 and ﷽",
        "हिन्दी और 中文",
        "a:b & c | !d <-> e*",
        "u+202e \u{202e}",
        "%_",
        "\u{1}\u{7f}",
    ];
    for text in texts {
        let id = w.say(owner, text).await?;
        assert_eq!(w.store.transcripts().get(owner, id).await?.expect("is there").transcript.text, text);
    }
    for typed in ["quoted", "हिन्दी", "中", "drop table", "\"back\"", "emoji*", "e*"] {
        // Whatever is found, nothing breaks.
        w.search(owner, typed).await?;
    }
    assert_eq!(w.found(owner, "हिन्दी").await?, ["हिन्दी और 中文"]);
    // More different words than PostgreSQL takes in one search vector.
    let endless: Vec<String> = (0..90_000).map(|n| format!("слово{n} слова")).collect();
    w.say(owner, &endless.join(" ")).await?;
    assert_eq!(w.found(owner, "слову слово77").await?.len(), 1);
    Ok(())
}

async fn absurd_amounts_do_not_fail(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for (number, at) in [i64::MIN, -1, 0, i64::MAX].into_iter().enumerate() {
        let mut said = utterance(owner, number as u64, "раз", store::Moment::from_unix_ms(at));
        said.audio_ms = u64::MAX;
        stored(&w.store.transcripts().record(&[said]).await?)?;
    }
    assert_eq!(w.store.transcripts().count(owner).await?, 4);
    let most = store::Consumption { audio_ms: u64::MAX, llm_tokens: u64::MAX, stored_bytes: u64::MAX };
    for _ in 0..3 {
        w.store.usage().add(owner, w.now().day(), most).await?;
    }
    let day = w.now().day();
    assert!(w.store.usage().total(owner, day, day).await?.audio_ms > 0);
    w.store.transcripts().page(owner, &store::HistoryFilter::default(), None, u32::MAX).await?;
    Ok(())
}

/// Clients choose these names, and an index takes only so long ones.
async fn endless_names_are_told_apart(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    // Hardly compressible, as PostgreSQL would compress before it refuses.
    let long: String =
        (0..4000_u32).map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 27) as u8 % 26)).collect();
    for end in ["1", "2"] {
        let name = format!("{long}{end}");
        let mut said = utterance(owner, 1, "раз", w.now());
        for field in [&mut said.utterance, &mut said.session, &mut said.app, &mut said.style, &mut said.language] {
            field.clone_from(&name);
        }
        said.client_recording_id = Some(name.clone());
        let id = stored(&w.store.transcripts().record(std::slice::from_ref(&said)).await?)?;
        assert_eq!(w.store.transcripts().record(&[said]).await?, [Recorded::AlreadyThere(id)]);
        let filter = store::HistoryFilter { session: Some(name.clone()), ..Default::default() };
        assert_eq!(w.store.transcripts().page(owner, &filter, None, 10).await?.transcripts.len(), 1);

        let job = w.store.jobs().create(owner, &recording(&name, &name, w.now()), w.now()).await?.into_job();
        assert_eq!(w.store.jobs().of_recording(owner, &name).await?.expect("is there").id, job.id);
        let record = AuditRecord { action: name.clone(), subject: name.clone(), ..AuditRecord::default() };
        w.store.audit().append(&record, w.now()).await?;
        let filter = AuditFilter { actor: None, action: Some(name) };
        assert_eq!(w.store.audit().page(&filter, None, 10).await?.len(), 1);
    }
    assert_eq!(w.store.transcripts().count(owner).await?, 2);
    Ok(())
}
