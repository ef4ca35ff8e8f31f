//! Many people at once, for a while.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use protocol::Mode;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::watch;

use crate::people::People;
use crate::person::{Manner, Mishap, Person, Seen, Spoken};
use crate::recording::Recording;
use crate::scenario::{Phase, Scenario};

/// What the server makes of each recording when nobody else speaks.
#[derive(Debug, Clone)]
pub struct Alone {
    pub text: String,
    /// Stretches with words.
    pub words: Vec<(u64, u64)>,
}

/// What one person of the crowd saw and was told.
#[derive(Debug, Default)]
pub struct Account {
    /// One of the connections of a person who has many.
    pub of_one: bool,
    pub seen: Seen,
    pub spoken: Vec<Spoken>,
}

/// The lines of those who speak now.
pub type Lines = Rc<RefCell<Vec<watch::Sender<Mishap>>>>;

pub struct Crowd {
    pub server: String,
    pub recordings: Rc<Vec<Recording>>,
    pub scenario: Scenario,
    pub lines: Lines,
    pub people: People,
}

impl Crowd {
    fn manner(&self, key: Option<&str>) -> Manner {
        Manner {
            server: self.server.clone(),
            key: key.map(str::to_owned),
            mode: self.scenario.mode,
            quality: self.scenario.quality,
            pause_ms: self.scenario.pause_ms,
            real_time: true,
            cancels: self.scenario.cancels,
        }
    }

    /// Lets so many people speak for so long; whoever has begun a recording finishes it.
    pub async fn speak(&self, phase: Phase, number: u64) -> Vec<Account> {
        let end = Instant::now() + Duration::from_secs(phase.seconds);
        let connections = phase.connections();
        let mut people = Vec::with_capacity(connections);
        let mut lines = Vec::with_capacity(connections);
        for at in 0..connections {
            let (line, mishaps) = watch::channel(Mishap::default());
            lines.push(line);
            // The last account is of whoever has many connections.
            let of_one = at >= phase.speakers;
            let mut person = Person { manner: self.manner(self.people.key(at.min(phase.speakers))), mishaps };
            let recordings = Rc::clone(&self.recordings);
            let mut random = SmallRng::seed_from_u64(self.scenario.seed ^ number << 32 ^ at as u64);
            people.push(tokio::task::spawn_local(async move {
                let mut account = Account { of_one, ..Account::default() };
                // People do not all begin at the same moment.
                tokio::time::sleep(Duration::from_millis(random.random_range(0..phase.arrive_ms.max(1)))).await;
                while Instant::now() < end {
                    let chosen = random.random_range(0..recordings.len());
                    match person.speak(chosen, &recordings[chosen], &mut account.seen, Some(end)).await {
                        Ok(Some(spoken)) => account.spoken.push(spoken),
                        Ok(None) => {}
                        Err(error) => account.seen.errors.push(error.to_string()),
                    }
                }
                account
            }));
        }
        *self.lines.borrow_mut() = lines;
        let mut accounts = Vec::with_capacity(people.len());
        for person in people {
            accounts.push(person.await.unwrap_or_default());
        }
        accounts
    }
}

/// Reads every recording to the server alone, as fast as it listens.
pub async fn alone(
    server: &str,
    people: &People,
    recordings: &[Recording],
    scenario: &Scenario,
) -> anyhow::Result<Vec<Alone>> {
    let manner = Manner {
        server: server.to_owned(),
        key: people.key(0).map(str::to_owned),
        mode: Mode::OnPause,
        quality: scenario.quality,
        pause_ms: scenario.pause_ms,
        real_time: false,
        cancels: false,
    };
    let mut read = Vec::with_capacity(recordings.len());
    for (number, recording) in recordings.iter().enumerate() {
        let (_line, mishaps) = watch::channel(Mishap::default());
        let mut person = Person { manner: manner.clone(), mishaps };
        let mut seen = Seen::default();
        let spoken = person.speak(number, recording, &mut seen, None).await?.context("it was let in")?;
        anyhow::ensure!(seen.errors.is_empty(), "`{}` alone: {}", recording.name, seen.errors.join("; "));
        read.push(Alone { text: spoken.ledger.text(), words: spoken.ledger.words.clone() });
    }
    Ok(read)
}
