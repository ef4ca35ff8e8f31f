//! Everything that can be set, resolved once at start, and the catalogue of models.
//!
//! `Settings::load` puts the layers over each other (default, profile, file, environment, command line), refuses what
//! it does not know and lists all problems at once. Nothing else in AlfaVoice reads a setting from anywhere.
//!
//! Adding a key is one place: a field with its documentation in a file of `sections/`. `config/default.toml` and
//! `docs/configuration.md` are written from it (`cargo xtask docs`) and a test compares them.

pub mod catalogue;
mod cores;
pub mod document;
mod file;
mod key;
mod layers;
mod names;
mod nearest;
mod problem;
mod raw;
mod reader;
mod rules;
mod secret;
pub mod sections;
mod settings;
mod sources;
mod value;

pub use catalogue::{Catalogue, Model, ModelKind};
pub use cores::{BadCoreList, CoreList};
pub use key::{Key, keys};
pub use problem::{Origin, Problem, Problems};
pub use secret::{Secret, SecretUrl};
pub use sections::{
    Asr, Audio, Auth, Cache, Database, InstructionSet, Limits, Llm, LogFormat, LogRotation, Logging, MemoryAffinity,
    Models, Placement, Registration, Retention, Scheduling, Server, Supervision, Wyoming,
};
pub use settings::{Row, Settings};
pub use sources::{Profile, Sources};
pub use value::{LanguageCode, LogFilter};

/// `config/default.toml`: every key with its meaning, unit, range and default.
pub const DEFAULT_TOML: &str = include_str!("../default.toml");
