use std::path::Path;

use store::{Store, StoreError, StoreOptions, check_backup, restore};

use crate::list;
use crate::world::{Base, Case, Outcome, World, utterance};

pub fn cases() -> Vec<Case> {
    let mut all = list![on &[Base::SqliteFile] =>
        a_backup_made_while_people_speak_is_whole_and_can_be_put_back,
        a_backup_never_replaces_a_file,
        a_damaged_or_foreign_file_is_no_backup,
        a_database_in_use_is_not_replaced,
        only_its_owner_may_read_a_database_or_its_copy,
    ];
    all.extend(list![on &[Base::SqliteMemory, Base::Postgres] => where_a_copy_is_not_ours_to_make_the_way_is_named]);
    all
}

fn options(file: &Path) -> StoreOptions {
    StoreOptions::new(format!("sqlite://{}", file.display()))
}

async fn a_backup_made_while_people_speak_is_whole_and_can_be_put_back(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    w.say(owner, "перед копией").await?;
    let speaking = {
        let (store, now) = (w.store.clone(), w.now());
        tokio::spawn(async move {
            for n in 1000..1300 {
                store.transcripts().record(&[utterance(owner, n, "во время копии", now)]).await?;
            }
            Ok::<_, StoreError>(())
        })
    };
    let copy = w.path("copy.db");
    let facts = w.store.backup(&copy).await?;
    speaking.await??;
    assert_eq!(w.store.transcripts().count(owner).await?, 301);
    assert_eq!((facts.users, facts.schema.as_str()), (1, "m0009_audit"));
    assert!(facts.transcripts >= 1 && facts.bytes > 0);
    assert_eq!(check_backup(&copy).await?, facts);

    let place = w.path("restored/store.db");
    std::fs::create_dir_all(place.parent().expect("has one"))?;
    assert_eq!(restore(&options(&place), &copy).await?, None);
    let restored = Store::connect(&options(&place)).await?;
    assert_eq!(restored.transcripts().count(owner).await?, facts.transcripts);
    let found = restored.transcripts().search(owner, &crate::world::search("копия")).await?;
    assert!(!found.hits.is_empty());
    restored.transcripts().record(&[utterance(owner, 9999, "после копии", w.now())]).await?;
    restored.close().await?;

    // Once more over a living database: it is kept beside the new one, with what was said last.
    let replaced = restore(&options(&place), &copy).await?.expect("there was one");
    let kept = Store::connect(&options(&replaced)).await?;
    assert_eq!(kept.transcripts().count(owner).await?, facts.transcripts + 1);
    kept.close().await?;
    Ok(())
}

async fn a_backup_never_replaces_a_file(w: World) -> Outcome {
    let copy = w.path("copy.db");
    std::fs::write(&copy, "something else")?;
    assert!(matches!(w.store.backup(&copy).await, Err(StoreError::Taken { .. })));
    assert_eq!(std::fs::read_to_string(&copy)?, "something else");
    Ok(())
}

async fn a_damaged_or_foreign_file_is_no_backup(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    w.store.transcripts().record(&(0..500).map(|n| utterance(owner, n, "слово", w.now())).collect::<Vec<_>>()).await?;
    let copy = w.path("copy.db");
    w.store.backup(&copy).await?;
    let mut bytes = std::fs::read(&copy)?;
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xa5);
    let damaged = w.path("damaged.db");
    std::fs::write(&damaged, &bytes)?;
    let text = w.path("text.db");
    std::fs::write(&text, "no database at all, but long enough to be looked at ".repeat(100))?;
    let place = w.path("place.db");
    for bad in [damaged, text, w.path("missing.db")] {
        let refused = restore(&options(&place), &bad).await;
        assert!(refused.is_err(), "{}", bad.display());
        assert!(!place.exists());
    }
    Ok(())
}

async fn a_database_in_use_is_not_replaced(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let copy = w.path("copy.db");
    w.store.backup(&copy).await?;
    w.say(owner, "после копии").await?;
    let refused = restore(&w.options, &copy).await;
    assert!(matches!(&refused, Err(error) if error.is_transient()), "{refused:?}");
    assert_eq!(w.store.transcripts().count(owner).await?, 1);
    w.say(owner, "и weiter").await?;
    Ok(())
}

async fn only_its_owner_may_read_a_database_or_its_copy(w: World) -> Outcome {
    w.store.backup(&w.path("copy.db")).await?;
    #[cfg(unix)]
    for name in ["store.db", "copy.db"] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(w.path(name))?.permissions());
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    Ok(())
}

async fn where_a_copy_is_not_ours_to_make_the_way_is_named(w: World) -> Outcome {
    let refused = w.store.backup(&w.path("copy.db")).await;
    let Err(StoreError::Unsupported { hint, .. }) = &refused else {
        anyhow::bail!("{refused:?}");
    };
    assert!(hint.contains(if w.base == Base::Postgres { "pg_dump" } else { "file" }), "{hint}");
    Ok(())
}
