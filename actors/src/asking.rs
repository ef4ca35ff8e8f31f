//! A question to the language model from outside a session: a conversation of somebody else's protocol.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use engine::llm::GenerateRequest;
use tokio::sync::mpsc;

use crate::ids::{JobId, Owner, SessionId};
use crate::job::{Class, Job, JobEvent, Work};
use crate::moment::Clock;
use crate::scheduler::{Cancel, JobTold, Scheduler, Submit};

/// An answer on its way. Dropping it cancels the question.
pub struct Answer {
    events: mpsc::UnboundedReceiver<JobEvent>,
    job: JobId,
    scheduler: Addr<Scheduler>,
    ended: bool,
}

impl Answer {
    /// Submits a question on the present thread.
    pub(crate) fn ask(
        scheduler: &Addr<Scheduler>,
        clock: Clock,
        owner: Owner,
        request: GenerateRequest,
        limit: Duration,
    ) -> Self {
        let (tell, events) = mpsc::unbounded_channel();
        let id = JobId { session: SessionId::fresh(), number: 1 };
        let now = clock.now();
        let job = Job {
            id,
            owner,
            class: Class::Conversation,
            deadline: now + limit,
            submitted: now,
            work: Work::Generate { request: Arc::new(request) },
        };
        let listener = Asker { tell }.start().recipient();
        scheduler.do_send(Submit { job, replaces: None, listener });
        Self { events, job: id, scheduler: scheduler.clone(), ended: false }
    }

    /// The next thing that happens to the question; `Ended` is the last.
    pub async fn next(&mut self) -> Option<JobEvent> {
        let event = self.events.recv().await;
        self.ended |= matches!(event, None | Some(JobEvent::Ended(_)));
        event
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !self.ended {
            self.scheduler.do_send(Cancel { job: self.job });
        }
    }
}

struct Asker {
    tell: mpsc::UnboundedSender<JobEvent>,
}

impl Actor for Asker {
    type Context = Context<Self>;
}

impl Handler<JobTold> for Asker {
    type Result = ();

    fn handle(&mut self, JobTold { event, .. }: JobTold, ctx: &mut Self::Context) {
        let last = matches!(event, JobEvent::Ended(_));
        let _ = self.tell.send(event);
        if last {
            ctx.stop();
        }
    }
}
