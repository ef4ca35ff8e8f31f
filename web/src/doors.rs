//! How many connections are open, and whether one more may come in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actors::ids::Owner;
use metrics::gauge;
use protocol::BusyReason;

use crate::http::error::ApiError;

/// Told to clients that find no place; short, because connections come and go.
const RETRY_AFTER_MS: u64 = 2000;

#[derive(Debug, Clone)]
pub struct Doors(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    most_per_owner: usize,
    closed: AtomicBool,
    open: Mutex<HashMap<Owner, usize>>,
}

/// A connection's place; dropping it gives it back.
#[derive(Debug)]
pub struct Place {
    doors: Doors,
    owner: Owner,
}

impl Doors {
    pub fn new(most: usize, most_per_owner: usize) -> Self {
        let open = Mutex::new(HashMap::new());
        Self(Arc::new(Inner { most, most_per_owner, closed: AtomicBool::new(false), open }))
    }

    pub fn enter(&self, owner: &Owner) -> Result<Place, ApiError> {
        if self.0.closed.load(Ordering::Relaxed) {
            return Err(ApiError::busy(BusyReason::Draining, RETRY_AFTER_MS));
        }
        let mut open = self.open();
        if open.values().sum::<usize>() >= self.0.most {
            return Err(ApiError::busy(BusyReason::TooManySessions, RETRY_AFTER_MS));
        }
        let of_owner = open.entry(owner.clone()).or_default();
        if *of_owner >= self.0.most_per_owner {
            return Err(ApiError::busy(BusyReason::TooManySessionsOfUser, RETRY_AFTER_MS));
        }
        *of_owner += 1;
        gauge!(actors::metrics::ACTIVE_CONNECTIONS).set(open.values().sum::<usize>() as f64);
        Ok(Place { doors: self.clone(), owner: owner.clone() })
    }

    /// Nobody comes in any more.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::Relaxed);
    }

    pub fn are_closed(&self) -> bool {
        self.0.closed.load(Ordering::Relaxed)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Owner, usize>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.doors.open();
        if let Some(count) = open.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.owner);
            }
        }
        gauge!(actors::metrics::ACTIVE_CONNECTIONS).set(open.values().sum::<usize>() as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_when_connections_go() {
        let doors = Doors::new(2, 1);
        let anna = Owner::new("anna");
        let place = doors.enter(&anna).expect("there is room");
        assert!(doors.enter(&anna).is_err(), "one per owner");
        let other = doors.enter(&Owner::new("boris")).expect("there is room");
        assert!(doors.enter(&Owner::new("clara")).is_err(), "two in all");
        drop((place, other));
        assert!(doors.enter(&anna).is_ok());
    }

    #[test]
    fn closed_doors_let_nobody_in() {
        let doors = Doors::new(2, 2);
        doors.close();
        assert!(doors.enter(&Owner::new("anna")).is_err());
    }
}
