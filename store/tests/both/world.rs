//! What a case is given: a store of its own, and makers of ordinary rows.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use store::testing::PrivatePostgres;
use store::{
    CleanedBy, JobKind, Moment, NewJob, NewTranscript, NewUser, Recorded, SearchOrder, SearchPage, SearchQuery,
    SearchRequest, Store, StoreOptions, TextEdit, TimedWord, Timings, TranscriptDetails, TranscriptId, User, UserId,
    UserRole,
};
use tempfile::TempDir;

pub type Outcome = anyhow::Result<()>;
pub type Run = fn(World) -> Pin<Box<dyn Future<Output = Outcome>>>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    SqliteFile,
    SqliteMemory,
    Postgres,
}

impl Base {
    pub const ALL: &[Self] = &[Self::SqliteFile, Self::SqliteMemory, Self::Postgres];

    pub fn name(self) -> &'static str {
        match self {
            Self::SqliteFile => "sqlite_file",
            Self::SqliteMemory => "sqlite_memory",
            Self::Postgres => "postgres",
        }
    }
}

#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub bases: &'static [Base],
    pub run: Run,
}

/// Lists async functions of a module as cases.
#[macro_export]
macro_rules! list {
    (on $bases:expr => $($case:ident),* $(,)?) => {
        vec![$($crate::world::Case {
            name: concat!(stringify!($case)),
            bases: $bases,
            run: |world| Box::pin($case(world)),
        }),*]
    };
    ($($case:ident),* $(,)?) => { $crate::list!(on $crate::world::Base::ALL => $($case),*) };
}

/// What all trials share.
pub struct Environment {
    pub postgres: Option<PrivatePostgres>,
    template: Mutex<bool>,
    databases: AtomicU32,
}

impl Environment {
    pub fn new(postgres: Option<PrivatePostgres>) -> Self {
        Self { postgres, template: Mutex::new(false), databases: AtomicU32::new(0) }
    }

    pub fn run(&self, base: Base, run: Run) -> Outcome {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let folder = tempfile::tempdir()?;
        let (url, database) = match base {
            Base::SqliteFile => (format!("sqlite://{}/store.db", folder.path().display()), None),
            Base::SqliteMemory => ("sqlite::memory:".to_owned(), None),
            Base::Postgres => {
                let name = self.new_database(&runtime)?;
                (self.server().url(&name), Some(name))
            }
        };
        let options = StoreOptions { connections: 8, ..StoreOptions::new(url) };
        let outcome = runtime.block_on(async {
            let store = Store::connect(&options).await?;
            let world = World { base, store: store.clone(), options, folder, ticks: AtomicU64::new(0) };
            let outcome = run(world).await;
            store.close().await?;
            outcome
        });
        if let Some(database) = database {
            self.server().drop_database(&database)?;
        }
        outcome
    }

    fn server(&self) -> &PrivatePostgres {
        self.postgres.as_ref().expect("its trials are ignored without it")
    }

    /// A migrated database; the migrations run once, every trial gets a copy.
    fn new_database(&self, runtime: &tokio::runtime::Runtime) -> anyhow::Result<String> {
        let mut made = self.template.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !*made {
            self.server().create_database("template_store", None)?;
            let options = StoreOptions::new(self.server().url("template_store"));
            runtime.block_on(async { Store::connect(&options).await?.close().await })?;
            *made = true;
        }
        let name = format!("trial_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.server().create_database(&name, Some("template_store"))?;
        Ok(name)
    }
}

pub struct World {
    pub base: Base,
    pub store: Store,
    pub options: StoreOptions,
    folder: TempDir,
    ticks: AtomicU64,
}

/// The time at which every case begins.
pub const START: Moment = Moment::from_unix_ms(1_740_000_000_000);

impl World {
    /// A time later than all that were asked for before, by a second.
    pub fn now(&self) -> Moment {
        START.plus(Duration::from_secs(self.ticks.fetch_add(1, Ordering::Relaxed)))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub async fn user(&self, name: &str) -> anyhow::Result<User> {
        let new = NewUser { name: name.to_owned(), email: None, password_hash: None, role: UserRole::Member };
        Ok(self.store.users().create(&new, self.now()).await?)
    }

    /// Says `text` as `owner`; the id in the history.
    pub async fn say(&self, owner: UserId, text: &str) -> anyhow::Result<TranscriptId> {
        self.say_at(owner, text, self.now()).await
    }

    pub async fn say_at(&self, owner: UserId, text: &str, at: Moment) -> anyhow::Result<TranscriptId> {
        // Beyond the numbers that cases give themselves.
        let number = 1_000_000 + self.ticks.fetch_add(1, Ordering::Relaxed);
        stored(&self.store.transcripts().record(&[utterance(owner, number, text, at)]).await?)
    }

    pub async fn search(&self, owner: UserId, typed: &str) -> anyhow::Result<SearchPage> {
        Ok(self.store.transcripts().search(owner, &search(typed)).await?)
    }

    /// The texts found, best first.
    pub async fn found(&self, owner: UserId, typed: &str) -> anyhow::Result<Vec<String>> {
        let page = self.search(owner, typed).await?;
        Ok(page.hits.into_iter().map(|hit| hit.transcript.text).collect())
    }

    /// A connection past the store, to look at the tables and to get in its way.
    pub async fn direct(&self) -> anyhow::Result<DatabaseConnection> {
        assert_ne!(self.base, Base::SqliteMemory, "its database cannot be reached from outside");
        Ok(Database::connect(self.options.url.as_str()).await?)
    }

    pub async fn rows(&self, table: &str) -> anyhow::Result<i64> {
        let direct = self.direct().await?;
        let backend = if self.base == Base::Postgres { DbBackend::Postgres } else { DbBackend::Sqlite };
        let count = Statement::from_string(backend, format!("SELECT COUNT(*) AS n FROM {table}"));
        let row = direct.query_one_raw(count).await?.expect("COUNT always answers");
        let rows = row.try_get("", "n")?;
        direct.close().await?;
        Ok(rows)
    }
}

pub fn search(typed: &str) -> SearchRequest {
    SearchRequest {
        query: SearchQuery::parse(typed).expect("has words"),
        filter: store::HistoryFilter::default(),
        order: SearchOrder::Relevance,
        after: None,
        limit: 100,
    }
}

pub fn stored(outcomes: &[Recorded]) -> anyhow::Result<TranscriptId> {
    match outcomes {
        [Recorded::Stored(id)] => Ok(*id),
        other => anyhow::bail!("not stored once: {other:?}"),
    }
}

pub fn utterance(owner: UserId, number: u64, text: &str, at: Moment) -> NewTranscript {
    NewTranscript {
        owner,
        session: "s1".to_owned(),
        utterance: format!("s1:{number}"),
        client_recording_id: None,
        recorded_at: at,
        created_at: at,
        language: "ru".to_owned(),
        style: "mail".to_owned(),
        app: "thunderbird".to_owned(),
        text: text.to_owned(),
        raw_text: text.to_owned(),
        confidence: 0.93,
        audio_ms: 2400,
        cleaned_by: CleanedBy::Rules,
        audio: None,
        details: TranscriptDetails {
            words: vec![TimedWord { word: text.to_owned(), start_ms: 0, end_ms: 400, confidence: 0.5 }],
            edits: vec![TextEdit { kind: "filler".to_owned(), from: "э".to_owned(), to: String::new(), at: 0 }],
            timings: Timings { queue_ms: 1, asr_ms: 2, llm_ms: None, since_speech_end_ms: 4 },
        },
    }
}

pub fn recording(client: &str, id: &str, at: Moment) -> NewJob {
    NewJob {
        kind: JobKind::Recording,
        client: client.to_owned(),
        client_recording_id: Some(id.to_owned()),
        recorded_at: at,
        request: serde_json::json!({ "quality": "high" }),
        total_bytes: Some(1000),
        receiving: false,
    }
}
