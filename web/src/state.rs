//! What every request handler knows.

use std::sync::{Arc, Mutex, PoisonError};

use actix::{Message, Recipient};
use actix_web::HttpRequest;
use actors::ids::{Owner, SessionId};
use actors::registry::Token;
use actors::session::{Session, SessionOptions};
use actors::system::{Opened, System};
use config::Settings;
use engine::language::Language;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::doors::Doors;

pub struct AppState {
    system: System,
    settings: Settings,
    defaults: SessionOptions,
    models: Vec<String>,
    doors: Doors,
    metrics: PrometheusHandle,
    /// Open connections, to tell them when the server goes down.
    connections: Mutex<Vec<Recipient<CloseAll>>>,
}

/// The server is going down; `last` when everything is out and the connection is to close.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct CloseAll {
    pub last: bool,
}

impl AppState {
    pub fn new(
        system: System,
        settings: Settings,
        defaults: SessionOptions,
        models: Vec<String>,
        metrics: PrometheusHandle,
    ) -> Arc<Self> {
        let doors =
            Doors::new(settings.server.max_connections as usize, settings.server.max_connections_per_user as usize);
        Arc::new(Self { system, settings, defaults, models, doors, metrics, connections: Mutex::default() })
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

    /// Whose request this is: without accounts, the address that it came from.
    pub fn owner_of(&self, request: &HttpRequest) -> Owner {
        let address = request.peer_addr().map(|address| address.ip().to_string());
        Owner::new(address.as_deref().unwrap_or("unknown"))
    }

    pub fn open_session(&self, owner: Owner) -> Opened {
        self.system.open_session(owner, self.defaults.clone())
    }

    /// For what nobody waits for.
    pub fn open_batch_session(&self, owner: Owner) -> Opened {
        self.system.open_session(owner, SessionOptions { batch: true, ..self.defaults.clone() })
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
