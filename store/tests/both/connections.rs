use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, TransactionTrait};
use store::testing::PrivatePostgres;
use store::{Recorded, Store, StoreError, StoreOptions};

use crate::list;
use crate::world::{Base, Case, Outcome, START, World, utterance};

pub fn cases() -> Vec<Case> {
    let mut all = list![
        many_tasks_read_and_write_at_once,
        a_call_that_is_given_up_leaves_nothing_behind,
        a_closed_store_is_unavailable_and_not_broken,
        a_store_answers_a_ping,
    ];
    all.extend(list![on &[Base::SqliteFile] =>
        a_database_locked_by_somebody_else_is_unavailable_until_it_is_free,
        a_full_disk_is_unavailable_and_nothing_is_half_written,
        several_processes_may_write_to_one_file,
        an_odd_path_is_only_a_path,
    ]);
    all.extend(list![on &[Base::Postgres] =>
        connections_that_were_cut_are_replaced,
        a_table_locked_by_somebody_else_is_unavailable_until_it_is_free,
        a_killed_server_is_unavailable_and_the_store_goes_on_when_it_is_back,
    ]);
    all
}

async fn many_tasks_read_and_write_at_once(w: World) -> Outcome {
    let mut tasks = Vec::new();
    for n in 0..12_u64 {
        let owner = w.user(&format!("u{n}")).await?.id;
        let store = w.store.clone();
        tasks.push(tokio::spawn(async move {
            for m in 0..20 {
                let at = START.plus(Duration::from_secs(m));
                store.transcripts().record(&[utterance(owner, m, "отчёт готов", at)]).await?;
                store.usage().add(owner, at.day(), store::Consumption::default()).await?;
                let page = store.transcripts().page(owner, &store::HistoryFilter::default(), None, 100).await?;
                assert_eq!(page.transcripts.len() as u64, m + 1, "what was written is read by the next call");
                let found = store.transcripts().search(owner, &crate::world::search("отчёты")).await?;
                assert_eq!(found.hits.len() as u64, m + 1);
            }
            Ok::<_, StoreError>(())
        }));
    }
    for outcome in futures_util::future::join_all(tasks).await {
        outcome??;
    }
    Ok(())
}

async fn a_call_that_is_given_up_leaves_nothing_behind(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let batch: Vec<_> = (0..2000).map(|n| utterance(owner, n, "слово", START)).collect();
    let mut given_up = 0;
    for micros in [0, 200, 1000, 5000, 20_000] {
        let call = w.store.transcripts();
        let outcome = tokio::time::timeout(Duration::from_micros(micros), call.record(&batch)).await;
        given_up += u32::from(outcome.is_err());
        let count = w.store.transcripts().count(owner).await?;
        assert!(count == 0 || (count == 2000 && outcome.is_ok()), "half a batch: {count}");
        if count > 0 {
            w.store.transcripts().purge_all(owner, START).await?;
        }
    }
    assert!(given_up > 0);
    let outcomes = w.store.transcripts().record(&batch).await?;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Recorded::Stored(_))));
    Ok(())
}

async fn a_closed_store_is_unavailable_and_not_broken(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    w.store.close().await?;
    let outcome = w.store.transcripts().record(&[utterance(owner, 1, "раз", START)]).await;
    assert!(outcome.is_err_and(|error| error.is_transient()));
    Ok(())
}

async fn a_store_answers_a_ping(w: World) -> Outcome {
    w.store.ping().await?;
    Ok(())
}

async fn a_database_locked_by_somebody_else_is_unavailable_until_it_is_free(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    w.say(owner, "до").await?;
    let impatient = StoreOptions { busy_timeout: Duration::from_millis(200), migrate: false, ..w.options.clone() };
    let store = Store::connect(&impatient).await?;
    let direct = w.direct().await?;
    let lock = direct.begin().await?;
    lock.execute_unprepared("UPDATE users SET name = name").await?;

    let began = Instant::now();
    let said = [utterance(owner, 77, "во время", START)];
    let refused = store.transcripts().record(&said).await;
    assert!(matches!(refused, Err(ref error) if error.is_transient()), "{refused:?}");
    assert!(began.elapsed() < Duration::from_secs(4));
    // Reading goes on.
    assert_eq!(store.transcripts().count(owner).await?, 1);
    lock.rollback().await?;
    assert!(matches!(store.transcripts().record(&said).await?[..], [Recorded::Stored(_)]));
    store.close().await?;
    direct.close().await?;
    Ok(())
}

async fn a_full_disk_is_unavailable_and_nothing_is_half_written(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let direct = w.direct().await?;
    let row = direct
        .query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA page_count"))
        .await?
        .expect("answers");
    let pages: i64 = row.try_get_by_index(0)?;
    direct.close().await?;
    // A limit of pages is answered like a full disk (SQLITE_FULL); it holds for a connection.
    let limited = StoreOptions { migrate: false, ..w.options.clone() };
    let store = Store::connect(&limited).await?;
    store.limit_pages_for_tests(pages + 4).await?;
    let batch: Vec<_> = (0..2000).map(|n| utterance(owner, n, "слово", START)).collect();
    let refused = store.transcripts().record(&batch).await;
    assert!(matches!(refused, Err(ref error) if error.is_transient()), "{refused:?}");
    assert_eq!(store.transcripts().count(owner).await?, 0);
    store.limit_pages_for_tests(1 << 30).await?;
    assert_eq!(store.transcripts().record(&batch).await?.len(), 2000);
    store.close().await?;
    Ok(())
}

async fn several_processes_may_write_to_one_file(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut tasks = Vec::new();
    for n in 0..3_u64 {
        // As good as a process: connections and locks of its own.
        let store = Store::connect(&w.options).await?;
        tasks.push(tokio::spawn(async move {
            for m in 0..30 {
                store.transcripts().record(&[utterance(owner, n * 1000 + m, "слово", START)]).await?;
            }
            store.close().await
        }));
    }
    for outcome in futures_util::future::join_all(tasks).await {
        outcome??;
    }
    assert_eq!(w.store.transcripts().count(owner).await?, 90);
    Ok(())
}

async fn an_odd_path_is_only_a_path(w: World) -> Outcome {
    let file = w.path("с пробелом %20 и #/новая папка/store.db");
    let store = Store::connect(&StoreOptions::new(format!("sqlite://{}", file.display()))).await?;
    store.close().await?;
    assert!(file.exists());
    Ok(())
}

async fn connections_that_were_cut_are_replaced(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let direct = w.direct().await?;
    for n in 0..3 {
        direct
            .execute_unprepared(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .await?;
        let outcome = w.store.transcripts().record(&[utterance(owner, n, "слово", START)]).await?;
        assert!(matches!(outcome[..], [Recorded::Stored(_)]));
    }
    direct.close().await?;
    assert_eq!(w.store.transcripts().count(owner).await?, 3);
    Ok(())
}

async fn a_table_locked_by_somebody_else_is_unavailable_until_it_is_free(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let impatient = StoreOptions { busy_timeout: Duration::from_millis(200), migrate: false, ..w.options.clone() };
    let store = Store::connect(&impatient).await?;
    let direct = w.direct().await?;
    let lock = direct.begin().await?;
    lock.execute_unprepared("LOCK TABLE transcripts IN ACCESS EXCLUSIVE MODE").await?;
    let said = [utterance(owner, 1, "во время", START)];
    let refused = store.transcripts().record(&said).await;
    assert!(matches!(refused, Err(ref error) if error.is_transient()), "{refused:?}");
    lock.rollback().await?;
    assert!(matches!(store.transcripts().record(&said).await?[..], [Recorded::Stored(_)]));
    store.close().await?;
    direct.close().await?;
    Ok(())
}

async fn a_killed_server_is_unavailable_and_the_store_goes_on_when_it_is_back(_: World) -> Outcome {
    let server = PrivatePostgres::start()?;
    server.create_database("own", None)?;
    let store = Store::connect(&StoreOptions::new(server.url("own"))).await?;
    let owner = store.users().ensure_local("local", START).await?.id;
    let mut said = Vec::new();
    for round in 0..2_u64 {
        let before = utterance(owner, round * 10, "до", START);
        store.transcripts().record(std::slice::from_ref(&before)).await?;
        server.kill();
        let during = utterance(owner, round * 10 + 1, "во время", START);
        let began = Instant::now();
        for _ in 0..3 {
            let refused = store.transcripts().record(std::slice::from_ref(&during)).await;
            assert!(matches!(refused, Err(ref error) if error.is_transient()), "{refused:?}");
        }
        assert!(store.ping().await.is_err());
        assert!(began.elapsed() < Duration::from_secs(25), "each call fails within the acquire time-out");
        server.start_again()?;
        // What the recorder does: everything it is not sure of, once more.
        said.extend([before, during]);
        let outcomes = store.transcripts().record(&said).await?;
        assert!(matches!(outcomes.last(), Some(Recorded::Stored(_))), "{outcomes:?}");
        assert_eq!(store.transcripts().count(owner).await?, said.len() as u64);
    }
    store.close().await?;
    Ok(())
}
