//! Stops reading a client while too much of its sound waits: the rest stays in its own buffers, nothing is dropped.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::watch;

/// Who holds it opens and closes the stream.
#[derive(Debug)]
pub struct Gate(watch::Sender<watch::Receiver<bool>>);

type Changed = Pin<Box<dyn Future<Output = ()>>>;

/// The stream of a client's bytes, read only while the gate is open.
pub struct Gated<S> {
    inner: S,
    /// The session that decides; it is known only after the first message.
    session: watch::Receiver<watch::Receiver<bool>>,
    waiting: Option<Changed>,
}

impl Gate {
    /// A stream behind a gate that is open until a session takes it over.
    pub fn before<S>(inner: S) -> (Self, Gated<S>) {
        let (_, always_open) = watch::channel(true);
        let (sender, session) = watch::channel(always_open);
        (Self(sender), Gated { inner, session, waiting: None })
    }

    /// From now on `reading` decides.
    pub fn follow(&self, reading: watch::Receiver<bool>) {
        self.0.send_replace(reading);
    }
}

impl<S: Stream + Unpin> Stream for Gated<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let reading = self.session.borrow().clone();
            // A session that is gone stops nobody.
            if *reading.borrow() || reading.has_changed().is_err() {
                self.waiting = None;
                return Pin::new(&mut self.inner).poll_next(cx);
            }
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(opened(reading)));
            match waiting.as_mut().poll(cx) {
                Poll::Ready(()) => self.waiting = None,
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

async fn opened(mut reading: watch::Receiver<bool>) {
    let _ = reading.wait_for(|reading| *reading).await;
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    #[actix_rt::test]
    async fn a_closed_gate_holds_the_stream_back_until_it_opens() {
        let (gate, mut gated) = Gate::before(stream::iter([1, 2, 3]));
        assert_eq!(gated.next().await, Some(1));
        let (session, reading) = watch::channel(false);
        gate.follow(reading);
        let held = tokio::time::timeout(std::time::Duration::from_millis(30), gated.next()).await;
        assert!(held.is_err(), "nothing passes a closed gate");
        session.send_replace(true);
        assert_eq!(gated.next().await, Some(2));
        assert_eq!(gated.next().await, Some(3));
    }

    #[actix_rt::test]
    async fn a_session_that_ended_does_not_hold_its_client() {
        let (gate, mut gated) = Gate::before(stream::iter([1]));
        let (session, reading) = watch::channel(false);
        gate.follow(reading);
        drop(session);
        assert_eq!(gated.next().await, Some(1));
    }
}
