//! Whether the process lives, whether it can do its work, and what it measured.

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};
use actors::supervisor::{PlaceState, PoolStatus};
use serde::Serialize;

use crate::http::error::ApiError;
use crate::state::AppState;

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .route("/metrics", web::get().to(metrics));
}

/// The process answers: that is all it says.
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

#[derive(Debug, Serialize)]
struct Readiness {
    status: &'static str,
    /// `open` or `away`; without it speech works, and what is said waits for it.
    database: &'static str,
    pools: Vec<Pool>,
}

#[derive(Debug, Serialize)]
struct Pool {
    name: String,
    workers: usize,
    ready: usize,
    restarts: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_death: Option<String>,
}

/// Whether work can be taken: every pool that is needed has a warm worker and the server is not going down.
async fn readyz(state: web::Data<AppState>) -> Result<HttpResponse, ApiError> {
    if state.doors().are_closed() {
        return Err(ApiError::unavailable("the server is shutting down", "use another server"));
    }
    let pools = state.system().status().await;
    let needed = pools.iter().filter(|pool| pool.essential);
    if let Some((pool, reason)) = needed.clone().find_map(|pool| pool.given_up().map(|reason| (&pool.pool, reason))) {
        let message = format!("the workers of `{pool}` were given up: {reason}");
        return Err(ApiError::unavailable(message, "look at the server's log, mend the cause, then restart it"));
    }
    if let Some(pool) = pools.iter().find(|pool| pool.holds_up()) {
        let message = format!("no worker of `{}` is ready: {}", pool.pool, doing(pool));
        return Err(ApiError::unavailable(message, "try again in a few seconds"));
    }
    let pools = pools
        .into_iter()
        .map(|pool| Pool {
            workers: pool.places.len(),
            ready: pool.ready(),
            restarts: pool.places.iter().map(|place| place.restarts).sum(),
            last_death: pool.places.iter().find_map(|place| place.last_death.clone()),
            name: pool.pool,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Readiness { status: "ready", database: database(&state).await, pools }))
}

async fn database(state: &AppState) -> &'static str {
    match state.database().get() {
        Some(store) if store.ping().await.is_ok() => "open",
        _ => "away",
    }
}

fn doing(pool: &PoolStatus) -> String {
    let one = |place: &actors::supervisor::PlaceStatus| match &place.state {
        PlaceState::Waiting => "waiting to start".to_owned(),
        PlaceState::Loading => "loading its model".to_owned(),
        PlaceState::Ready { .. } => "ready".to_owned(),
        PlaceState::GivenUp { reason } => format!("given up ({reason})"),
        PlaceState::Stopped => "stopped".to_owned(),
    };
    pool.places.iter().map(one).collect::<Vec<_>>().join(", ")
}

async fn metrics(state: web::Data<AppState>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::plaintext()).body(state.metrics().render())
}
