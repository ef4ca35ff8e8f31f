//! The AlfaVoice server: HTTP, WebSocket, the command line, and the wiring of all packages.

mod api;
pub mod application;
mod auth;
pub mod cli;
mod compat;
mod database;
mod doors;
pub mod files;
mod http;
mod kept_audio;
mod listeners;
pub mod logging;
mod offline;
mod person;
mod recorder;
mod security;
pub mod state;
pub mod telemetry;
pub mod tls;
mod upkeep;
pub mod wiring;
mod ws;
