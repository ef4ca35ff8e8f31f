//! What the server does when there is more work than it can do: measure it, give less in named steps, let fewer in.
//!
//! Everything but `steward` is pure: time and measurements come as arguments.

pub mod admission;
mod capacity;
pub mod governor;
pub mod ladder;
pub mod level;
pub mod meter;
pub mod shed;
pub mod steward;

pub use admission::{AdmissionLimits, Entry, TurnedAway};
pub use governor::{Governor, GovernorLimits};
pub use ladder::LadderLimits;
pub use level::{Level, Service};
pub use meter::Reading;
pub use shed::ShedReason;
pub use steward::Steward;
