//! Without a server: the same actors and workers, for one recording.

use std::sync::Arc;
use std::time::Duration;

use actors::ids::Owner;
use actors::recorder::NoRecorder;
use actors::session::{Attach, Control, SessionOutput, Sound, hearing};
use actors::supervisor::PlaceState;
use actors::system::System;
use anyhow::{Context as _, bail};
use config::Settings;
use protocol::{FinalText, SessionSettings};

use super::Progress;
use crate::cli::recording::Recording;
use crate::wiring;
use crate::ws::convert;

pub async fn transcribe(
    settings: Settings,
    wishes: SessionSettings,
    recording: &Recording,
    progress: &Progress,
) -> anyhow::Result<Vec<FinalText>> {
    let wired = wiring::wire(&settings, Arc::new(NoRecorder))?;
    let languages = wired.session_defaults.languages.clone();
    let wishes =
        convert::wishes(wishes, &languages).map_err(|error| anyhow::anyhow!("{}: {}", error.message, error.hint))?;
    let system = System::start(wired.system)?;
    until_ready(&system).await?;
    let session = system.open_session(Owner::new("local"), wired.session_defaults).session;
    let (client, mut outputs) = hearing();
    let mut reading = session.send(Attach { client }).await?.reading;
    session.send(Control::Wish(Box::new(wishes))).await?;
    let sending = async {
        let second = recording.sample_rate as usize * recording.frame_bytes();
        for chunk in recording.bytes.chunks(second) {
            // The session says when it has enough waiting.
            reading.wait_for(|reading| *reading).await.context("the session ended")?;
            session.send(Sound { bytes: chunk.to_vec(), offset: None }).await?;
        }
        session.send(Control::Finish).await.context("the session ended")
    };
    let listening = async {
        let mut finals = Vec::new();
        while let Some(output) = outputs.recv().await {
            match output {
                SessionOutput::Final(told) => {
                    progress.transcribed_ms(told.end_ms);
                    finals.push(convert::final_text(*told, None));
                }
                SessionOutput::Problem(problem) => eprintln!("warning: {problem}"),
                SessionOutput::Done { .. } => return Ok(finals),
                _ => {}
            }
        }
        bail!("the session ended before its time")
    };
    let (sent, finals) = futures_util::future::join(sending, listening).await;
    sent?;
    system.shut_down(Duration::ZERO).await;
    finals
}

async fn until_ready(system: &System) -> anyhow::Result<()> {
    loop {
        if system.is_ready().await {
            return Ok(());
        }
        for pool in system.status().await {
            if let Some(reason) = pool.given_up() {
                bail!("no recogniser can be started: {reason}");
            }
            // Alone on a command line there is no point in trying again and again.
            let death = pool
                .places
                .iter()
                .find(|p| !matches!(p.state, PlaceState::Ready { .. }))
                .and_then(|p| p.last_death.as_ref());
            if let Some(death) = death {
                bail!("the recogniser cannot be started: {death}");
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
