//! What computes where.

use serde::{Deserialize, Serialize};

/// `GET /api/admin/placement`: the machine, and the workers on it as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Placement {
    pub nodes: Vec<PlacementNode>,
    /// Processors that are left to the server itself.
    pub reserved: Vec<u32>,
    pub workers: Vec<PlacedWorker>,
}

/// A NUMA node: processors with memory of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlacementNode {
    pub index: u32,
    /// The processors of each core; several share it.
    pub cores: Vec<Vec<u32>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlacedWorker {
    pub pool: String,
    /// Nothing can be transcribed without its pool.
    pub essential: bool,
    pub node: u32,
    /// The only node that its memory comes from; none where it comes from any.
    pub memory_node: Option<u32>,
    pub slots: Vec<PlacedSlot>,
    pub state: WorkerState,
    /// Of its process, once it is ready.
    pub pid: Option<u32>,
    pub restarts: u64,
    pub last_death: Option<String>,
}

/// What does one job at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlacedSlot {
    pub processors: Vec<u32>,
    pub busy: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum WorkerState {
    /// For its turn to start, or after it died.
    Waiting,
    Loading,
    Ready,
    /// It died too often; only a restart of the server brings it back.
    GivenUp,
    Stopped,
}
