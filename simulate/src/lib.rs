//! The server's scheduling, admission and degradation in virtual time.
//!
//! Queue, book, estimates, ladder, admission and the cadence of live text are the server's own code, fed with people
//! who speak by seeded chance and a machine that takes as long as was measured. The same seed gives the same run.

mod calendar;
pub mod machine;
pub mod measure;
pub mod person;
pub mod plot;
pub mod report;
pub mod scenario;
pub mod speech;
pub mod world;
