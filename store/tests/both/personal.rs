use serde_json::json;
use store::{Consumption, Day, Expected, NewEntry, Shelf, StoreError};

use crate::list;
use crate::people::{entry, snippet};
use crate::world::{Case, Outcome, World};

pub fn cases() -> Vec<Case> {
    list![
        settings_begin_empty_and_count_their_versions,
        of_many_changes_to_one_version_of_the_settings_one_wins,
        unconditional_changes_of_settings_all_count,
        a_dictionary_entry_replaces_the_same_word_in_any_case,
        a_person_uses_the_teams_words_and_their_own_before_them,
        snippets_work_like_dictionary_entries,
        a_shelf_is_changed_as_a_whole_or_not_at_all,
        usage_added_in_parallel_adds_up,
        usage_is_told_by_day_and_in_total,
    ]
}

async fn settings_begin_empty_and_count_their_versions(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let none = w.store.settings().get(owner).await?;
    assert_eq!((none.body, none.version, none.updated_at), (json!({}), 0, None));
    assert_eq!(w.store.settings().put(owner, &json!({"a": 1}), Expected::Version(0), w.now()).await?, 1);
    assert_eq!(w.store.settings().put(owner, &json!({"a": 2}), Expected::Version(1), w.now()).await?, 2);
    for stale in [0, 1, 3, u64::MAX] {
        let refused = w.store.settings().put(owner, &json!({}), Expected::Version(stale), w.now()).await;
        assert!(matches!(refused, Err(StoreError::Stale { current: 2 })), "{stale}: {refused:?}");
    }
    let kept = w.store.settings().get(owner).await?;
    assert_eq!((kept.body, kept.version), (json!({"a": 2}), 2));
    Ok(())
}

async fn of_many_changes_to_one_version_of_the_settings_one_wins(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for version in 0..3 {
        let now = w.now();
        let tries = (0..6).map(|n| {
            let store = w.store.clone();
            tokio::spawn(async move {
                store.settings().put(owner, &json!({ "n": n }), Expected::Version(version), now).await
            })
        });
        let mut won = 0;
        for outcome in futures_util::future::join_all(tries).await {
            match outcome? {
                Ok(new) => {
                    assert_eq!(new, version + 1);
                    won += 1;
                }
                Err(StoreError::Stale { current }) => assert_eq!(current, version + 1),
                Err(other) => return Err(other.into()),
            }
        }
        assert_eq!(won, 1, "from version {version}");
    }
    Ok(())
}

async fn unconditional_changes_of_settings_all_count(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let now = w.now();
    let tries = (0..10).map(|n| {
        let store = w.store.clone();
        tokio::spawn(async move { store.settings().put(owner, &json!(n), Expected::Any, now).await })
    });
    for outcome in futures_util::future::join_all(tries).await {
        outcome??;
    }
    assert_eq!(w.store.settings().get(owner).await?.version, 10);
    Ok(())
}

async fn a_dictionary_entry_replaces_the_same_word_in_any_case(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for shelf in [Shelf::Personal(owner), Shelf::Team] {
        let first = w.store.dictionary().put(shelf, &[entry("alfavoice")], w.now()).await?;
        let again = NewEntry {
            term: "AlfaVoice".to_owned(),
            sounds_like: vec!["альфа войс".to_owned(), "alpha\"voice".to_owned()],
            language: Some("ru".to_owned()),
        };
        let second = w.store.dictionary().put(shelf, std::slice::from_ref(&again), w.now()).await?;
        let listed = w.store.dictionary().list(shelf).await?;
        assert_eq!(listed, second, "{shelf:?}");
        assert_eq!((listed[0].id, listed[0].created_at), (first[0].id, first[0].created_at));
        assert_eq!((&listed[0].term, &listed[0].sounds_like), (&again.term, &again.sounds_like));
        assert!(listed[0].updated_at > first[0].updated_at);
    }
    Ok(())
}

async fn a_person_uses_the_teams_words_and_their_own_before_them(w: World) -> Outcome {
    let (anna, boris) = (w.user("anna").await?.id, w.user("boris").await?.id);
    let dictionary = w.store.dictionary();
    dictionary.put(Shelf::Team, &[entry("Бета"), entry("Альфа")], w.now()).await?;
    dictionary.put(Shelf::Personal(anna), &[entry("АЛЬФА"), entry("Вега")], w.now()).await?;
    let terms = |entries: Vec<store::Entry>| entries.into_iter().map(|e| (e.term, e.team)).collect::<Vec<_>>();
    assert_eq!(
        terms(dictionary.for_user(anna).await?),
        [("АЛЬФА".to_owned(), false), ("Бета".to_owned(), true), ("Вега".to_owned(), false)]
    );
    assert_eq!(terms(dictionary.for_user(boris).await?), [("Альфа".to_owned(), true), ("Бета".to_owned(), true)]);
    let own = dictionary.list(Shelf::Personal(anna)).await?;
    assert!(!dictionary.remove(Shelf::Team, own[0].id).await?);
    assert!(dictionary.remove(Shelf::Personal(anna), own[0].id).await?);
    assert_eq!(dictionary.for_user(anna).await?.len(), 3);
    Ok(())
}

async fn snippets_work_like_dictionary_entries(w: World) -> Outcome {
    let (anna, boris) = (w.user("anna").await?.id, w.user("boris").await?.id);
    let snippets = w.store.snippets();
    snippets.put(Shelf::Team, &[snippet("Подпись"), snippet("адрес")], w.now()).await?;
    let own = snippets.put(Shelf::Personal(anna), &[snippet("подпись")], w.now()).await?;
    let again = snippets.put(Shelf::Personal(anna), &[snippet("ПОДПИСЬ")], w.now()).await?;
    assert_eq!(own[0].id, again[0].id);
    let phrases = |saved: Vec<store::SavedSnippet>| saved.into_iter().map(|s| (s.phrase, s.team)).collect::<Vec<_>>();
    let expected = [("адрес".to_owned(), true), ("ПОДПИСЬ".to_owned(), false)];
    assert_eq!(phrases(snippets.for_user(anna).await?), expected);
    assert_eq!(snippets.list(Shelf::Team).await?.len(), 2);
    assert!(!snippets.remove(Shelf::Personal(boris), own[0].id).await?);
    assert!(snippets.remove(Shelf::Personal(anna), own[0].id).await?);
    assert_eq!(phrases(snippets.for_user(anna).await?), phrases(snippets.for_user(boris).await?));
    Ok(())
}

async fn a_shelf_is_changed_as_a_whole_or_not_at_all(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let shelf = Shelf::Personal(owner);
    assert!(w.store.dictionary().put(shelf, &[entry("good"), entry("")], w.now()).await.is_err());
    assert!(w.store.snippets().put(shelf, &[snippet("good"), snippet(" ")], w.now()).await.is_err());
    assert!(w.store.dictionary().list(shelf).await?.is_empty());
    assert!(w.store.snippets().list(shelf).await?.is_empty());
    Ok(())
}

async fn usage_added_in_parallel_adds_up(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let day = w.now().day();
    let more = Consumption { audio_ms: 1500, llm_tokens: 7, stored_bytes: 11 };
    let adds = (0..40).map(|_| {
        let store = w.store.clone();
        tokio::spawn(async move { store.usage().add(owner, day, more).await })
    });
    for outcome in futures_util::future::join_all(adds).await {
        outcome??;
    }
    let total = w.store.usage().total(owner, day, day).await?;
    assert_eq!(total, Consumption { audio_ms: 60_000, llm_tokens: 280, stored_bytes: 440 });
    Ok(())
}

async fn usage_is_told_by_day_and_in_total(w: World) -> Outcome {
    let (anna, boris) = (w.user("anna").await?.id, w.user("boris").await?.id);
    let first: Day = "2025-02-27".parse()?;
    for offset in 0..4 {
        let used = Consumption { audio_ms: 1 << (offset * 4), ..Consumption::default() };
        w.store.usage().add(anna, Day::from_number(first.number() + offset), used).await?;
    }
    w.store.usage().add(boris, first, Consumption { audio_ms: 99, ..Consumption::default() }).await?;
    let march: Day = "2025-03-01".parse()?;
    assert_eq!(w.store.usage().total(anna, march, Day::from_number(march.number() + 30)).await?.audio_ms, 0x1100);
    let days = w.store.usage().days(anna, first, march).await?;
    assert_eq!(days.iter().map(|d| d.day.to_string()).collect::<Vec<_>>(), ["2025-02-27", "2025-02-28", "2025-03-01"]);
    assert_eq!(w.store.usage().total(boris, first, march).await?.audio_ms, 99);
    Ok(())
}
