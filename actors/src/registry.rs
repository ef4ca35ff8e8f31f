//! Which sessions there are, so that a client that lost its connection finds its own again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use actix::Addr;
use metrics::gauge;

use crate::ids::SessionId;
use crate::metrics as names;
use crate::session::Session;

/// What proves that a session is somebody's own.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// An unguessable one.
    pub fn fresh() -> Self {
        Self(format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple()))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// In a time that does not depend on where they differ.
    fn is(&self, given: &str) -> bool {
        let differing = self.0.bytes().zip(given.bytes()).fold(0, |acc, (a, b)| acc | (a ^ b));
        self.0.len() == given.len() && differing == 0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

/// Shared by all threads of the server. Holds addresses only; the lock is held for a look-up.
#[derive(Clone, Default)]
pub struct Registry(Arc<Mutex<Sessions>>);

type Sessions = HashMap<SessionId, (Token, Addr<Session>)>;

impl Registry {
    pub(crate) fn enter(&self, id: SessionId, token: Token, session: Addr<Session>) {
        let mut sessions = self.sessions();
        sessions.insert(id, (token, session));
        gauge!(names::ACTIVE_SESSIONS).set(sessions.len() as f64);
    }

    pub(crate) fn leave(&self, id: SessionId) {
        let mut sessions = self.sessions();
        sessions.remove(&id);
        gauge!(names::ACTIVE_SESSIONS).set(sessions.len() as f64);
    }

    /// The session, for whoever has its token. A wrong token and no such session look the same.
    pub fn find(&self, id: SessionId, token: &str) -> Option<(Token, Addr<Session>)> {
        self.sessions().get(&id).filter(|(own, _)| own.is(token)).cloned()
    }

    pub fn len(&self) -> usize {
        self.sessions().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn all(&self) -> Vec<Addr<Session>> {
        self.sessions().values().map(|(_, session)| session.clone()).collect()
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        // A panic while holding it cannot leave it half changed: every change is one call.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
