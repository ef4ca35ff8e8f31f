//! The AlfaVoice server: HTTP, WebSocket, the command line, and the wiring of all packages.

pub mod application;
pub mod cli;
mod compat;
mod doors;
mod files;
mod http;
pub mod logging;
pub mod state;
pub mod telemetry;
pub mod tls;
pub mod wiring;
mod ws;
