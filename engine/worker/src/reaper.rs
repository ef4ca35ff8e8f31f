//! The server's hold on a child process: started, killed and reaped without ever touching another process's number.
//!
//! Each child has a thread of its own in the server, which starts it, waits for it and reaps it. That thread lives
//! exactly as long as the child: the kernel ties "die with your parent" to the thread that forked.

use std::io;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use tokio::sync::oneshot;

use crate::os;

/// A started child. Clones are handles to the same one.
#[derive(Debug, Clone)]
pub(crate) struct Child {
    pid: u32,
    /// Whether the number still belongs to the child. Locked while it is signalled and while it is reaped.
    alive: Arc<Mutex<bool>>,
}

impl Child {
    pub fn pid(&self) -> u32 {
        self.pid
    }

    pub fn is_alive(&self) -> bool {
        *self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills the child unless it has been reaped already.
    pub fn kill(&self) {
        let alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner);
        if *alive {
            os::kill(self.pid);
        }
    }
}

/// Starts a child; its status comes through the receiver when it is dead and reaped.
pub(crate) fn start(mut command: Command) -> io::Result<(Child, oneshot::Receiver<ExitStatus>)> {
    let (started, wait_for_start) = mpsc::channel();
    let (ended, wait_for_end) = oneshot::channel();
    thread::Builder::new().name("worker-reaper".to_owned()).spawn(move || {
        let spawned = command.spawn();
        // The command holds the server's copies of the child's descriptors: while they are open no link ends.
        drop(command);
        let mut process = match spawned {
            Ok(process) => process,
            Err(error) => {
                let _ = started.send(Err(error));
                return;
            }
        };
        let child = Child { pid: process.id(), alive: Arc::new(Mutex::new(true)) };
        let _ = started.send(Ok(child.clone()));
        os::wait_until_dead(child.pid);
        let status = {
            let mut alive = child.alive.lock().unwrap_or_else(PoisonError::into_inner);
            *alive = false;
            process.wait()
        };
        if let Ok(status) = status {
            let _ = ended.send(status);
        }
    })?;
    let child = wait_for_start.recv().map_err(|_| io::Error::other("the thread that starts a worker has died"))??;
    Ok((child, wait_for_end))
}
