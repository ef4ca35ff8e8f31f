//! The plain HTTP side: health, metrics, the page, errors.

pub mod cors;
pub mod error;
pub mod gate;
mod headers;
mod health;
mod page;
mod words;

use actix_web::web;

pub fn configure(routes: &mut web::ServiceConfig) {
    health::configure(routes);
    page::configure(routes);
}
