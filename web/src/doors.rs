//! The doors: whom the server lets in is the steward's decision; here it becomes an answer, and a place that comes back.

use actors::ids::Owner;
use actors::load::{Entry, Steward};
use metrics::gauge;

use crate::http::error::ApiError;
use crate::ws::convert::busy_reason;

#[derive(Debug, Clone)]
pub struct Doors(Steward);

/// A connection's place; dropping it gives it back.
#[derive(Debug)]
pub struct Place {
    doors: Doors,
    owner: Owner,
    how: Entry,
}

impl Doors {
    pub fn new(steward: Steward) -> Self {
        Self(steward)
    }

    pub fn enter(&self, owner: &Owner) -> Result<Place, ApiError> {
        let entered = self.0.enter(owner);
        let how = entered.map_err(|away| {
            ApiError::busy(busy_reason(away.reason), u64::try_from(away.retry_after.as_millis()).unwrap_or(u64::MAX))
        })?;
        self.count();
        Ok(Place { doors: self.clone(), owner: owner.clone(), how })
    }

    /// Nobody comes in any more.
    pub fn close(&self) {
        self.0.close();
    }

    pub fn are_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn count(&self) {
        gauge!(actors::metrics::ACTIVE_CONNECTIONS).set(self.0.open() as f64);
    }
}

impl Place {
    /// Whoever has it speaks from now on.
    pub fn speaks(&self) {
        self.doors.0.speaks(self.how);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.doors.0.leave(&self.owner);
        self.doors.count();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actors::load::{AdmissionLimits, Governor, GovernorLimits, LadderLimits};
    use actors::moment::Clock;

    use super::*;

    fn doors(most: usize, most_per_owner: usize) -> Doors {
        let limits = GovernorLimits {
            ladder: LadderLimits {
                tolerable_wait: Duration::from_millis(300),
                worse_after: Duration::from_secs(1),
                better_after: Duration::from_secs(5),
            },
            admission: AdmissionLimits { most, most_per_owner, comeback: Duration::ZERO },
            default_service: Duration::from_millis(500),
        };
        Doors::new(Steward::new(Governor::new(limits, 1), Clock::start()))
    }

    #[test]
    fn places_come_back_when_connections_go() {
        let doors = doors(2, 1);
        let anna = Owner::new("anna");
        let place = doors.enter(&anna).expect("there is room");
        assert!(doors.enter(&anna).is_err(), "one per owner");
        let other = doors.enter(&Owner::new("boris")).expect("there is room");
        drop((place, other));
        assert!(doors.enter(&anna).is_ok());
    }

    #[test]
    fn who_finds_no_place_is_told_when_to_come_again() {
        let doors = doors(1, 1);
        let _place = doors.enter(&Owner::new("anna")).expect("there is room");
        let error = doors.enter(&Owner::new("boris")).expect_err("one in all");
        assert!(error.retry_after_ms.is_some_and(|ms| ms >= 1000));
    }

    #[test]
    fn closed_doors_let_nobody_in() {
        let doors = doors(2, 2);
        doors.close();
        assert!(doors.enter(&Owner::new("anna")).is_err());
    }
}
