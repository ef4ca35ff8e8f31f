use std::collections::BTreeMap;
use std::time::Duration;

use store::{ExportItem, NewAudioFile, SecretHash, Shelf, StoreError, UserId};

use crate::list;
use crate::people::{entry, key, snippet};
use crate::world::{Case, Outcome, START, World, recording, utterance};

pub fn cases() -> Vec<Case> {
    list![an_export_holds_everything_of_one_person_and_nothing_else, an_export_of_nobody_fails]
}

async fn an_export_holds_everything_of_one_person_and_nothing_else(w: World) -> Outcome {
    let (anna, boris) = (w.user("anna").await?.id, w.user("boris").await?.id);
    let later = w.now().plus(Duration::from_hours(1));
    for (owner, count) in [(anna, 450), (boris, 3)] {
        let batch: Vec<_> = (0..count)
            .map(|n| utterance(owner, n, &format!("отчёт {owner}"), START.plus(Duration::from_secs(n))))
            .collect();
        w.store.transcripts().record(&batch).await?;
        for n in 0..250 {
            let file = NewAudioFile { path: format!("{owner}/{n}"), bytes: 1, key_id: None, expires_at: None };
            w.store.audio().keep(owner, &file, w.now()).await?;
        }
        w.store.settings().put(owner, &serde_json::json!({}), store::Expected::Any, w.now()).await?;
        w.store.dictionary().put(Shelf::Personal(owner), &[entry("a"), entry("b")], w.now()).await?;
        w.store.snippets().put(Shelf::Personal(owner), &[snippet("s")], w.now()).await?;
        w.store.usage().add(owner, w.now().day(), store::Consumption::default()).await?;
        for n in 0..3 {
            w.store.jobs().create(owner, &recording("phone", &n.to_string(), w.now()), w.now()).await?;
        }
        w.store.sessions().open(owner, SecretHash::of(&owner.to_string()), "x", w.now(), later).await?;
        w.store.api_keys().create(owner, &key(&owner.to_string()), w.now()).await?;
    }
    w.store.dictionary().put(Shelf::Team, &[entry("team")], w.now()).await?;

    let (counts, text) = export(&w, anna).await?;
    let expected = [
        ("api_key", 1),
        ("audio_file", 250),
        ("dictionary_entry", 2),
        ("job", 3),
        ("login", 1),
        ("settings", 1),
        ("snippet", 1),
        ("transcript", 450),
        ("usage", 1),
        ("user", 1),
    ];
    assert_eq!(counts, expected.map(|(kind, count)| (kind.to_owned(), count)).into());
    assert!(!text.contains(&boris.to_string()) && text.contains("\"start_ms\":0"));
    Ok(())
}

async fn export(w: &World, owner: UserId) -> anyhow::Result<(BTreeMap<String, u32>, String)> {
    let mut export = w.store.export(owner);
    let mut counts = BTreeMap::new();
    let mut text = String::new();
    while let Some(item) = export.next().await? {
        let json: serde_json::Value = serde_json::to_value::<&ExportItem>(&item)?;
        *counts.entry(json["kind"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        text.push_str(&json.to_string());
    }
    Ok((counts, text))
}

async fn an_export_of_nobody_fails(w: World) -> Outcome {
    let outcome = w.store.export(UserId::new()).next().await;
    assert!(matches!(outcome, Err(StoreError::NotFound { .. })));
    Ok(())
}
