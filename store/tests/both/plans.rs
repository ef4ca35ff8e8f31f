use std::time::Duration;

use sea_orm::ConnectionTrait;
use store::{Consumption, NewJob, SearchQuery, SecretHash};

use crate::list;
use crate::people::key;
use crate::world::{Base, Case, Outcome, START, World, recording, utterance};

pub fn cases() -> Vec<Case> {
    list![on &[Base::SqliteFile, Base::Postgres] => every_real_query_uses_its_index]
}

type Indexes = &'static [&'static str];

/// The indexes of which each query must go by one: SQLite's, PostgreSQL's. SQLite calls the key of a table that is not
/// of ours "sqlite_autoindex_...".
const EXPECTED: [(&str, Indexes, Indexes); 10] = [
    ("history: first page", &["transcripts_history"], &["transcripts_history"]),
    ("history: next page", &["transcripts_history"], &["transcripts_history"]),
    // PostgreSQL may walk the history back when the word is common.
    ("search: newest", &["VIRTUAL TABLE INDEX"], &["transcripts_search", "transcripts_history"]),
    ("search: relevance", &["VIRTUAL TABLE INDEX"], &["transcripts_search"]),
    ("usage of a month", &["sqlite_autoindex_usage_1"], &["usage_pkey"]),
    ("login: refresh token", &["sqlite_autoindex_refresh_tokens_1"], &["refresh_tokens_pkey"]),
    ("login: api key", &["sqlite_autoindex_api_keys_2"], &["api_keys_hash_key"]),
    ("jobs: claim", &["jobs_open"], &["jobs_open"]),
    ("jobs: by recording", &["sqlite_autoindex_jobs_1"], &["jobs_user_id_client_recording_id_key", "jobs_of_user"]),
    ("audio: doomed", &["audio_doomed"], &["audio_doomed"]),
];

async fn every_real_query_uses_its_index(w: World) -> Outcome {
    // As much as makes reading a whole table the worse plan.
    let mut owners = Vec::new();
    for n in 0..40_u64 {
        let owner = w.user(&format!("u{n}")).await?.id;
        owners.push(owner);
        let batch: Vec<_> = (0..250)
            .map(|m| {
                let text = format!("слово{} и слово{} о слово{}", m % 50, (m * 7) % 90, n * 1000 + m);
                utterance(owner, m, &text, START.plus(Duration::from_secs(n * 250 + m)))
            })
            .collect();
        w.store.transcripts().record(&batch).await?;
        for m in 0..60_i64 {
            let day = store::Day::from_number(START.day().number() - m);
            w.store.usage().add(owner, day, Consumption::default()).await?;
        }
        for m in 0..40 {
            let secret = SecretHash::of(&format!("{n}/{m}"));
            w.store.sessions().open(owner, secret, "x", START, START).await?;
            let new = NewJob { receiving: m > 0, ..recording("phone", &m.to_string(), START) };
            w.store.jobs().create(owner, &new, w.now()).await?;
            let file = store::NewAudioFile { path: format!("{n}/{m}"), bytes: 1, key_id: None, expires_at: None };
            w.store.audio().keep(owner, &file, START).await?;
        }
        for m in 0..20 {
            w.store.api_keys().create(owner, &key(&format!("{n}/{m}")), w.now()).await?;
        }
    }
    let direct = w.direct().await?;
    direct.execute_unprepared("ANALYZE").await?;
    direct.close().await?;

    let words = SearchQuery::parse("слово7").expect("has words");
    let plans = w.store.plans(owners[20], &words).await?;
    let mut seen = 0;
    for (name, sqlite, postgres) in EXPECTED {
        let indexes = if w.base == Base::Postgres { postgres } else { sqlite };
        let plan = &plans.iter().find(|plan| plan.name == name).expect(name).plan;
        assert!(indexes.iter().any(|index| plan.contains(index)), "{name} goes by none of {indexes:?}:\n{plan}");
        for whole in ["Seq Scan", "SCAN t\n", "SCAN transcripts", "SCAN jobs", "USE TEMP B-TREE"] {
            assert!(!plan.contains(whole), "{name} reads or sorts everything:\n{plan}");
        }
        seen += 1;
    }
    assert_eq!(seen, plans.len(), "a query without an expectation");
    Ok(())
}
