//! Connections that hear of what happens to their owner's things.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix::{Message, Recipient};
use protocol::ServerMessage;
use store::UserId;

/// Something for a client that did not come out of its session.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub struct News(pub ServerMessage);

#[derive(Default)]
pub struct Listeners(Mutex<HashMap<UserId, Vec<Recipient<News>>>>);

impl Listeners {
    pub fn enter(&self, owner: UserId, connection: Recipient<News>) {
        let mut all = self.lock();
        // Those that are gone leave when somebody comes.
        all.retain(|_, connections| {
            connections.retain(Recipient::connected);
            !connections.is_empty()
        });
        all.entry(owner).or_default().push(connection);
    }

    pub fn tell(&self, owner: UserId, message: ServerMessage) {
        for connection in self.lock().get(&owner).into_iter().flatten() {
            connection.do_send(News(message.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Vec<Recipient<News>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
