//! The server as a whole: built from settings, run until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use actors::system::System;
use anyhow::Context as _;
use config::Settings;
use metrics_exporter_prometheus::PrometheusHandle;
use tracing::{info, warn};

use crate::auth::{Auth, Quotas};
use crate::database::Database;
use crate::kept_audio::KeptAudio;
use crate::offline::{self, Offline};
use crate::recorder::HistoryRecorder;
use crate::state::{AppState, CloseAll, Parts};
use crate::{api, compat, http, tls, upkeep, wiring, ws};

/// A server that listens. Drop it or call [`Application::run`].
pub struct Application {
    address: SocketAddr,
    server: Server,
    stopper: Stopper,
}

/// Stops an application from elsewhere.
#[derive(Clone)]
pub struct Stopper {
    state: Arc<AppState>,
    recorder: Arc<HistoryRecorder>,
    handle: ServerHandle,
}

impl Application {
    /// Opens the database, starts the actors and binds the socket; must be called inside an actix system.
    pub async fn build(settings: Settings, metrics: PrometheusHandle) -> anyhow::Result<Self> {
        // What was said finds its place first; a database that is away is waited for only a little.
        let database = Database::open(&settings).await.context("the database cannot be used")?;
        let folder = settings.server.data_dir.join("recorder");
        let kept_audio = KeptAudio::new(&settings).map_err(|error| {
            let problem = settings.problem("retention.audio_key", error.to_string(), "give another, or nothing");
            anyhow::Error::new(config::Problems(vec![problem]))
        })?;
        let recorder = HistoryRecorder::start(database.clone(), &folder, &kept_audio, Quotas::new(&settings.limits))
            .with_context(|| format!("cannot use the folder {}", folder.display()))?;
        let wired = wiring::wire(&settings, recorder.clone())?;
        let (defaults, models) = (wired.session_defaults, wired.models);
        let system = System::start(wired.system)?;
        let listen = settings.server.listen;
        let threads = match usize::from(settings.server.http_threads) {
            0 => std::thread::available_parallelism().map_or(1, usize::from).min(4),
            threads => threads,
        };
        let uploads = settings.server.data_dir.join("recordings");
        let results = settings.server.data_dir.join("results");
        let offline = Offline::new(&uploads, &results).with_context(|| format!("cannot use {}", uploads.display()))?;
        let auth = Auth::new(&settings);
        let tls = tls::server_config(&settings)?;
        let origins = settings.server.allowed_origins.clone();
        let state =
            AppState::new(Parts { system, settings, defaults, models, metrics, database, auth, kept_audio, offline });
        offline::start(&state);
        upkeep::start(&state);
        compat::wyoming::start(&state)?;
        let data = web::Data::from(Arc::clone(&state));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .wrap(http::cors::layer(&origins))
                .wrap(from_fn(http::gate::limit_address))
                .wrap(from_fn(http::error::finish))
                .wrap(Compress::default())
                .configure(http::configure)
                .configure(api::configure)
                .configure(ws::configure)
                .configure(compat::configure)
        })
        .workers(threads)
        // Who closes the line waits for no answer: what was asked is not worked on any further.
        .h1_allow_half_closed(false)
        .shutdown_timeout(2)
        .disable_signals();
        let server = match tls {
            None => server.bind(listen),
            Some(config) => server.bind_rustls_0_23(listen, config),
        };
        let server = server.with_context(|| {
            format!("cannot listen on {listen}; is another server running there? (`--listen` takes another port)")
        })?;
        let address = *server.addrs().first().expect("it is bound");
        let server = server.run();
        let stopper = Stopper { state, recorder, handle: server.handle() };
        Ok(Self { address, server, stopper })
    }

    /// Where it listens; the port that the system gave where the settings say 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    pub fn state(&self) -> Arc<AppState> {
        Arc::clone(&self.stopper.state)
    }

    /// Serves until it is stopped.
    pub async fn run(self) -> std::io::Result<()> {
        self.server.await
    }
}

impl Stopper {
    /// No new work, then the results of the old, then goodbye; returns whether everything was finished in time.
    pub async fn stop(&self) -> bool {
        let limit = Duration::from_secs(u64::from(self.state.settings().server.shutdown_drain_s));
        info!(limit_s = limit.as_secs(), "shutting down: letting what was said come to its text");
        self.state.close();
        self.state.tell_connections(CloseAll { last: false });
        let finished = self.state.system().shut_down(limit).await;
        if !finished {
            warn!("not everything was finished in time; clients can send it again");
        }
        // The last finals go into the history, or into the journal.
        if tokio::time::timeout(Duration::from_secs(10), self.recorder.flush()).await.is_err() {
            warn!("the recorder did not finish in time");
        }
        self.state.tell_connections(CloseAll { last: true });
        // The last messages leave with the connections.
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.handle.stop(true).await;
        if let Some(store) = self.state.database().get()
            && let Err(error) = store.close().await
        {
            warn!(%error, "the database could not be closed");
        }
        finished
    }
}
