//! Where workers compute: what the machine is (`topology`), who gets which part of it (`plan`), what they do there
//! now (`standing`), and whether the memory is where it should be (`memory`).

pub mod memory;
pub mod plan;
pub mod standing;
pub mod topology;
