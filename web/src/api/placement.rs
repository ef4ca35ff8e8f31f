//! For admins: which worker computes where, and what it does now.

use actix_web::get;
use actix_web::web::{Data, Json};
use actors::placement::standing::Standing;
use actors::supervisor::PlaceState;
use protocol::HttpErrorBody;
use protocol::api::{PlacedSlot, PlacedWorker, Placement, PlacementNode, WorkerState};

use super::ApiResult;
use crate::auth::Identity;
use crate::state::AppState;

/// The machine and the workers on it
#[utoipa::path(tag = "admin", responses((status = 200, body = Placement), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/admin/placement")]
pub async fn placement(state: Data<AppState>, identity: Identity) -> ApiResult<Json<Placement>> {
    identity.is_admin()?;
    let system = state.system();
    let nodes = system.machine().nodes.iter().map(|node| PlacementNode {
        index: node.index,
        cores: node.cores.iter().map(|core| numbers(&core.processors)).collect(),
    });
    Ok(Json(Placement {
        nodes: nodes.collect(),
        reserved: numbers(&system.plan().reserved),
        workers: system.standing().await.into_iter().map(worker).collect(),
    }))
}

fn worker(standing: Standing) -> PlacedWorker {
    let (state, pid) = match standing.status.state {
        PlaceState::Waiting => (WorkerState::Waiting, None),
        PlaceState::Loading => (WorkerState::Loading, None),
        PlaceState::Ready { pid, .. } => (WorkerState::Ready, Some(pid)),
        PlaceState::GivenUp { .. } => (WorkerState::GivenUp, None),
        PlaceState::Stopped => (WorkerState::Stopped, None),
    };
    let slots = standing.slots.into_iter().map(|slot| PlacedSlot { processors: numbers(&slot.cpus), busy: slot.busy });
    PlacedWorker {
        pool: standing.pool,
        essential: standing.essential,
        node: standing.node,
        memory_node: standing.memory_node,
        slots: slots.collect(),
        state,
        pid,
        restarts: standing.status.restarts,
        last_death: standing.status.last_death,
    }
}

fn numbers(cpus: &engine_worker::CpuSet) -> Vec<u32> {
    // Processor numbers are bounded where they are read.
    cpus.iter().map(|cpu| cpu as u32).collect()
}
