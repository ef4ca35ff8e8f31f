//! Workers that are replaced while the server runs: they finish what they have, and are let go.

use super::{Book, Effect};
use crate::ids::WorkerLife;
use crate::job::Workload;

impl<W: Workload + Clone> Book<W> {
    /// This worker gets no job any more; it is let go as soon as it has none. What waits is done by others, or by the
    /// one that comes in its place.
    pub fn retire(&mut self, worker: WorkerLife) -> Vec<Effect<W>> {
        let mut effects = Vec::new();
        if self.workers.contains_key(&worker) && self.leaving.insert(worker) {
            self.let_go_if_done(worker, &mut effects);
        }
        effects
    }

    pub(super) fn let_go_if_done(&self, worker: WorkerLife, effects: &mut Vec<Effect<W>>) {
        let busy = |slots: &Vec<_>| slots.iter().any(Option::is_some);
        if self.leaving.contains(&worker) && !self.workers.get(&worker).is_some_and(busy) {
            effects.push(Effect::LetGo { worker });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{LIMITS, at, dispatched, job, output};
    use super::*;
    use crate::job::Class;
    use crate::scheduler::book::Departure;
    use engine_worker::message::Cost;

    fn let_go(effects: &[Effect]) -> usize {
        effects.iter().filter(|effect| matches!(effect, Effect::LetGo { .. })).count()
    }

    #[test]
    fn a_worker_that_leaves_finishes_its_job_and_gets_no_other() {
        let mut book = Book::new(LIMITS);
        let old = WorkerLife(1);
        book.worker_ready(old, 1, at(0));
        let first = dispatched(&book.submit(job(1, Class::LiveFinal), None, at(0)));
        assert_eq!(let_go(&book.retire(old)), 0, "it is still at work");
        assert!(dispatched(&book.submit(job(2, Class::LiveFinal), None, at(1))).is_empty());
        let effects = book.done(first[0].2, output(), Cost::default(), at(2));
        assert_eq!((let_go(&effects), dispatched(&effects).len()), (1, 0));
        // What waited is done by its successor.
        book.worker_exited(old, Departure::Killed, at(3));
        let next = dispatched(&book.worker_ready(WorkerLife(2), 1, at(4)));
        assert_eq!(next[0].0, WorkerLife(2));
    }

    #[test]
    fn an_idle_worker_is_let_go_at_once_and_only_once() {
        let mut book: Book = Book::new(LIMITS);
        book.worker_ready(WorkerLife(1), 2, at(0));
        assert_eq!(let_go(&book.retire(WorkerLife(1))), 1);
        assert_eq!(let_go(&book.retire(WorkerLife(1))), 0);
        assert_eq!(let_go(&book.retire(WorkerLife(7))), 0, "nobody of that name");
    }
}
