//! What a session says, for those who are no actors.

use actix::prelude::*;
use tokio::sync::mpsc;

use super::{SessionOutput, Told};

/// An address to attach to a session, and what the session tells it. Nothing waits where nobody reads.
pub fn hearing() -> (Recipient<Told>, mpsc::UnboundedReceiver<SessionOutput>) {
    let (tell, told) = mpsc::unbounded_channel();
    (Ear { tell }.start().recipient(), told)
}

struct Ear {
    tell: mpsc::UnboundedSender<SessionOutput>,
}

impl Actor for Ear {
    type Context = Context<Self>;
}

impl Handler<Told> for Ear {
    type Result = ();

    fn handle(&mut self, Told(output): Told, _: &mut Self::Context) {
        // Nobody listens any more where the client went away.
        let _ = self.tell.send(output);
    }
}
