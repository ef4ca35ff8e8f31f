//! The recorder behind `/metrics`.

use actors::metrics::{BUCKETS, describe};
use anyhow::Context as _;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Installs the process's recorder; once.
pub fn install() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets(BUCKETS)
        .context("the histogram buckets")?
        .install_recorder()
        .context("metrics were installed before")?;
    describe();
    Ok(handle)
}

/// A recorder of its own that nothing is recorded to: for a second server in one process (tests).
pub fn detached() -> PrometheusHandle {
    PrometheusBuilder::new().build_recorder().handle()
}
