use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::{Store, StoreError, StoreOptions};

use crate::list;
use crate::world::{Base, Case, Outcome, World};

pub fn cases() -> Vec<Case> {
    let mut all = list![on &[Base::SqliteFile, Base::Postgres] =>
        every_migration_goes_down_and_up_again_to_the_same_schema,
        an_old_schema_is_refused_where_migrating_was_not_asked_for,
        servers_that_start_at_once_migrate_once,
        a_newer_schema_is_refused,
        stems_of_another_version_are_made_again_on_start,
    ];
    all.extend(list![on &[Base::SqliteMemory] => a_database_in_memory_goes_down_and_up]);
    all
}

/// Every table, column, index and trigger, as the database describes them.
async fn describe(w: &World) -> anyhow::Result<Vec<String>> {
    let (backend, sql) = if w.base == Base::Postgres {
        (
            DbBackend::Postgres,
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
                FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
             ORDER BY 1",
        )
    } else {
        (
            DbBackend::Sqlite,
            "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master ORDER BY 1",
        )
    };
    let direct = w.direct().await?;
    let rows = direct.query_all_raw(Statement::from_string(backend, sql)).await?;
    let lines: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get("", "line")).collect();
    direct.close().await?;
    Ok(lines?)
}

async fn every_migration_goes_down_and_up_again_to_the_same_schema(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    w.say(owner, "отчёт").await?;
    let full = describe(&w).await?;
    let states = w.store.migration_states().await?;
    assert!(states.iter().all(|state| state.applied) && states.len() >= 9);
    let mut stages = vec![full.clone()];
    for left in (0..states.len()).rev() {
        w.store.migrate_down(1).await?;
        let applied = w.store.migration_states().await?.iter().filter(|state| state.applied).count();
        assert_eq!(applied, left);
        stages.push(describe(&w).await?);
    }
    let rest: Vec<_> =
        stages.last().expect("has some").iter().filter(|line| !line.contains("seaql_migrations")).collect();
    assert!(rest.is_empty(), "left over: {rest:?}");
    w.store.migrate_up().await?;
    assert_eq!(describe(&w).await?, full);
    // Data went with their tables.
    assert_eq!(w.rows("users").await?, 0);
    w.user("anna").await?;
    Ok(())
}

async fn a_database_in_memory_goes_down_and_up(w: World) -> Outcome {
    let all = u32::try_from(w.store.migration_states().await?.len())?;
    w.store.migrate_down(all).await?;
    assert!(w.store.users().count().await.is_err());
    w.store.migrate_up().await?;
    assert_eq!(w.store.users().count().await?, 0);
    Ok(())
}

async fn an_old_schema_is_refused_where_migrating_was_not_asked_for(w: World) -> Outcome {
    w.store.migrate_down(2).await?;
    let careful = StoreOptions { migrate: false, ..w.options.clone() };
    let refused = Store::connect(&careful).await.err();
    let Some(StoreError::SchemaBehind { pending }) = refused else {
        anyhow::bail!("{refused:?}");
    };
    assert_eq!(pending, ["m0008_jobs", "m0009_audit"]);
    Store::connect(&w.options).await?.close().await?;
    Store::connect(&careful).await?.close().await?;
    Ok(())
}

async fn servers_that_start_at_once_migrate_once(w: World) -> Outcome {
    let all = u32::try_from(w.store.migration_states().await?.len())?;
    w.store.migrate_down(all).await?;
    let starts = (0..4).map(|_| {
        let options = w.options.clone();
        tokio::spawn(async move { Store::connect(&options).await?.close().await })
    });
    for outcome in futures_util::future::join_all(starts).await {
        outcome??;
    }
    assert!(w.store.migration_states().await?.iter().all(|state| state.applied));
    Ok(())
}

async fn a_newer_schema_is_refused(w: World) -> Outcome {
    let direct = w.direct().await?;
    direct.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)").await?;
    direct.close().await?;
    for migrate in [true, false] {
        let refused = Store::connect(&StoreOptions { migrate, ..w.options.clone() }).await.err();
        let Some(StoreError::Migration { reason }) = refused else {
            anyhow::bail!("{refused:?}");
        };
        assert!(reason.contains("m9999_future"), "{reason}");
    }
    Ok(())
}

async fn stems_of_another_version_are_made_again_on_start(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for _ in 0..3 {
        w.say(owner, "отчёт готов").await?;
    }
    let direct = w.direct().await?;
    direct.execute_unprepared("UPDATE transcripts SET stems = 'older'").await?;
    assert!(w.found(owner, "отчёт").await?.is_empty());
    Store::connect(&w.options).await?.close().await?;
    assert!(w.found(owner, "отчёт").await?.is_empty(), "the version is the same");
    direct.execute_unprepared("UPDATE facts SET value = '0' WHERE name = 'stems_version'").await?;
    direct.close().await?;
    Store::connect(&w.options).await?.close().await?;
    assert_eq!(w.found(owner, "отчёты").await?.len(), 3);
    Ok(())
}
