//! `alfavoice serve`

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use config::Settings;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use super::options::SettingsOptions;
use crate::application::Application;
use crate::state::AppState;
use crate::{logging, telemetry, wiring};

#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port (key `server.listen`); port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        let flags: Vec<(&str, String)> =
            self.listen.iter().map(|address| ("server.listen", address.to_string())).collect();
        let settings = options.load(&flags)?;
        std::fs::create_dir_all(&settings.server.data_dir)
            .with_context(|| format!("cannot make the data folder {}", settings.server.data_dir.display()))?;
        let _log = logging::start(&settings)?;
        actix_web::rt::System::new().block_on(serve(settings))
    }
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    for warning in settings.warnings() {
        warn!("{warning}");
    }
    let metrics = telemetry::install()?;
    let upkeep = metrics.clone();
    actix_web::rt::spawn(async move {
        // Old histogram samples are folded away; without it they would pile up between scrapes.
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(10)).await;
            upkeep.run_upkeep();
        }
    });
    let profile = settings.profile.name();
    let scheme = if settings.server.tls_certificate.is_some() { "https" } else { "http" };
    if settings.auth.local_user {
        warn!("`auth.local_user` is on: whoever reaches this server is let in without a password, as an admin");
    }
    let application = Application::build(settings, metrics).await?;
    let address = application.address();
    info!(%address, profile, "listening");
    // For people; programs read the log line.
    println!("AlfaVoice is at {scheme}://{address}/ (stop with Ctrl-C)");
    actix_web::rt::spawn(reload_on_hangup(application.state()));
    let stopper = application.stopper();
    actix_web::rt::spawn(async move {
        wait_for_signal().await;
        stopper.stop().await;
    });
    application.run().await.context("the server failed")?;
    info!("stopped");
    Ok(())
}

/// At every SIGHUP the workers read their models again, one after the other, while sessions go on.
async fn reload_on_hangup(state: Arc<AppState>) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    while hangup.recv().await.is_some() {
        match wiring::pools(state.settings()) {
            Ok(pools) => {
                info!("told to read the models again");
                state.system().reload(&pools);
            }
            Err(error) => warn!("the models stay as they are: {error:#}"),
        }
    }
}

/// Returns at the first SIGTERM or SIGINT; a second one ends the process at once.
async fn wait_for_signal() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    actix_web::rt::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        warn!("told to stop a second time: leaving at once");
        std::process::exit(130);
    });
}
