//! What the book expects: when waiting jobs will start, and what the load is.

use std::collections::HashMap;
use std::time::Duration;

use super::{Book, Effect, Lease};
use crate::ids::JobId;
use crate::job::{Class, JobEvent, Workload};
use crate::load::Reading;
use crate::moment::Moment;
use crate::scheduler::forecast::Forecast;

impl<W: Workload + Clone> Book<W> {
    /// When work submitted now would start, if the estimates hold.
    pub fn expected_wait(&self, now: Moment) -> Duration {
        let mut forecast = self.forecast(now);
        for service in self.queue.services(&Class::ALL) {
            forecast.add(service);
        }
        forecast.next_start()
    }

    /// What the load is measured from.
    pub fn reading(&self, now: Moment) -> Reading {
        let mut forecast = self.forecast(now);
        for service in self.queue.services(&[Class::LiveFinal]) {
            forecast.add(service);
        }
        Reading {
            slots: self.slots(),
            busy: self.busy_slots(),
            final_wait: forecast.next_start(),
            final_time: self.final_time,
            finals: self.finals,
        }
    }

    /// The slots as they are expected to come free.
    fn forecast(&self, now: Moment) -> Forecast {
        let left = |lease: &Lease<W>| lease.foresight.service.saturating_sub(now.since(lease.started));
        Forecast::new(self.leases.values().map(left), self.slots().saturating_sub(self.leases.len()))
    }

    /// Tells a job that has just come where it stands, if it has to wait.
    pub(super) fn tell_position_of(&mut self, job: JobId, now: Moment, effects: &mut Vec<Effect<W>>) {
        let mut forecast = self.forecast(now);
        for (at, (waiting, service)) in self.queue.in_order(now).into_iter().enumerate() {
            let expected_wait = forecast.add(service);
            if waiting.id == job {
                let position = at as u32 + 1;
                self.told.insert(job, position);
                let event = JobEvent::Queued { position, expected_wait };
                effects.push(Effect::Tell { job, class: waiting.class, event });
                return;
            }
        }
    }

    /// Tells each waiting job that is not a partial where it stands, if that changed.
    pub(super) fn tell_positions(&mut self, now: Moment, effects: &mut Vec<Effect<W>>) {
        let order = self.queue.in_order(now);
        let mut forecast = self.forecast(now);
        let mut told = HashMap::with_capacity(order.len());
        for (at, (job, service)) in order.into_iter().enumerate() {
            let position = at as u32 + 1;
            let expected_wait = forecast.add(service);
            if job.class != Class::LivePartial && self.told.get(&job.id) != Some(&position) {
                let event = JobEvent::Queued { position, expected_wait };
                effects.push(Effect::Tell { job: job.id, class: job.class, event });
            }
            told.insert(job.id, position);
        }
        self.told = told;
    }
}
