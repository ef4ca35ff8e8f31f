//! What every request handler knows.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix::{Message, Recipient};
use actors::ids::{Owner, SessionId};
use actors::registry::Token;
use actors::session::{Session, SessionOptions, Wishes};
use actors::system::{Opened, System};
use config::Settings;
use engine::language::Language;
use metrics_exporter_prometheus::PrometheusHandle;
use protocol::ServerMessage;
use store::{AuditRecord, Moment, Store, UserId};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::auth::{Auth, Identity, Quotas, Standing};
use crate::database::Database;
use crate::doors::Doors;
use crate::http::error::ApiError;
use crate::kept_audio::KeptAudio;
use crate::listeners::Listeners;
use crate::offline::Offline;
use crate::person::{self, Person};

pub struct AppState {
    system: System,
    settings: Settings,
    defaults: SessionOptions,
    models: Vec<String>,
    doors: Doors,
    metrics: PrometheusHandle,
    database: Database,
    auth: Auth,
    kept_audio: KeptAudio,
    offline: Offline,
    /// Open connections, to tell them when the server goes down.
    connections: Mutex<Vec<Recipient<CloseAll>>>,
    listeners: Listeners,
    people: person::Cache,
    closing: watch::Sender<bool>,
}

/// What the state is made of.
pub struct Parts {
    pub system: System,
    pub settings: Settings,
    pub defaults: SessionOptions,
    pub models: Vec<String>,
    pub metrics: PrometheusHandle,
    pub database: Database,
    pub auth: Auth,
    pub kept_audio: KeptAudio,
    pub offline: Offline,
}

/// The server is going down; `last` when everything is out and the connection is to close.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct CloseAll {
    pub last: bool,
}

impl AppState {
    pub fn new(parts: Parts) -> Arc<Self> {
        let doors = Doors::new(parts.system.steward().clone());
        Arc::new(Self {
            system: parts.system,
            settings: parts.settings,
            defaults: parts.defaults,
            models: parts.models,
            doors,
            metrics: parts.metrics,
            database: parts.database,
            auth: parts.auth,
            kept_audio: parts.kept_audio,
            offline: parts.offline,
            connections: Mutex::default(),
            listeners: Listeners::default(),
            people: person::Cache::default(),
            closing: watch::channel(false).0,
        })
    }

    pub fn system(&self) -> &System {
        &self.system
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The models in use, for `ready`.
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// What `auto` chooses from where the client names no languages.
    pub fn languages(&self) -> &[Language] {
        &self.defaults.languages
    }

    pub fn doors(&self) -> &Doors {
        &self.doors
    }

    pub fn metrics(&self) -> &PrometheusHandle {
        &self.metrics
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The store, for what cannot do without.
    pub fn store(&self) -> Result<&Store, ApiError> {
        self.database.get().ok_or_else(ApiError::database_away)
    }

    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    pub fn kept_audio(&self) -> &KeptAudio {
        &self.kept_audio
    }

    pub fn offline(&self) -> &Offline {
        &self.offline
    }

    /// Who listens to news about their own things.
    pub fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    /// Writes a line of the audit log, without anybody waiting for it. The server's log has it in any case.
    pub fn audit(&self, record: AuditRecord) {
        let AuditRecord { actor, action, subject, address, .. } = &record;
        info!(target: "audit", actor = actor.map(|id| id.to_string()), action, subject, address, "audit");
        let Some(store) = self.database.get().cloned() else { return };
        actix_web::rt::spawn(async move {
            if let Err(error) = store.audit().append(&record, Moment::now()).await {
                warn!(%error, action = record.action, "a line of the audit log could not be kept");
            }
        });
    }

    /// How much of the month's allowance is used.
    pub async fn standing_of(&self, user: UserId) -> Result<Standing, ApiError> {
        Ok(self.auth.quotas.standing(Quotas::consumed(self.store()?, user, Moment::now()).await?))
    }

    /// Gets everything ready for somebody who is about to speak: what they have used, and their words. An error where
    /// their allowance is used up.
    pub async fn welcome(&self, identity: &Identity) -> Result<Standing, ApiError> {
        /// How long the opening of a connection waits for the database.
        const PATIENCE: Duration = Duration::from_secs(1);
        let owner = identity.owner();
        // Without a database nobody knows what was used or which words are theirs; speech goes on.
        let asked = async { (self.standing_of(identity.user).await, self.prepare(&owner, identity.user).await).0 };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(Standing::UsedUp { what })) => Err(ApiError::quota_used_up(what)),
            Ok(Ok(standing)) => Ok(standing),
            Ok(Err(_)) | Err(_) => Ok(Standing::Fine),
        }
    }

    /// Reads a person's words and wishes for the sessions that they open from now on. Without a database they have none.
    pub async fn prepare(&self, owner: &Owner, user: UserId) {
        if let Some(person) = self.person(user).await {
            self.people.put(owner, person);
        }
    }

    pub async fn person(&self, user: UserId) -> Option<Person> {
        let store = self.database.get()?;
        match person::read(store, user).await {
            Ok(person) => Some(person),
            Err(error) => {
                warn!(%error, "a person's words could not be read; they speak without them");
                None
            }
        }
    }

    pub fn open_session(&self, owner: Owner) -> Opened {
        let mut options = self.defaults.clone();
        if let Some(Person { vocabulary, keeps_sound }) = self.people.get(&owner) {
            options.keep_sound = keeps_sound && self.kept_audio.keeps_anything();
            options.take(Wishes { vocabulary: Some(vocabulary), ..Wishes::default() });
        }
        self.system.open_session(owner, options)
    }

    /// For what nobody waits for.
    pub fn open_batch_session(&self, owner: Owner) -> Opened {
        self.system.open_session(owner, SessionOptions { batch: true, ..self.defaults.clone() })
    }

    /// Something happened to a person's things: their open connections hear of it.
    pub fn tell_owner(&self, owner: UserId, message: ServerMessage) {
        self.listeners.tell(owner, message);
    }

    /// Returns when the server goes down.
    pub async fn closed(&self) {
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    /// The server goes down.
    pub fn close(&self) {
        self.doors.close();
        self.closing.send_replace(true);
    }

    pub fn find_session(&self, id: SessionId, token: &str) -> Option<(Token, actix::Addr<Session>)> {
        self.system.registry().find(id, token)
    }

    pub fn enter_connection(&self, connection: Recipient<CloseAll>) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(Recipient::connected);
        connections.push(connection);
    }

    pub fn tell_connections(&self, message: CloseAll) {
        for connection in self.connections.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            connection.do_send(message);
        }
    }
}
