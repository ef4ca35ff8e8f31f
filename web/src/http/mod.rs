//! The plain HTTP side: health, metrics, the page, errors.

pub mod error;
mod health;
mod page;

use actix_web::web;

pub fn configure(routes: &mut web::ServiceConfig) {
    health::configure(routes);
    page::configure(routes);
}
