//! A WebSocket of a view: whole messages in, pings answered. Not reading it is what holds a fast client back.

use std::time::Duration;

use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use serde_json::Value;

/// A message as the views care for it.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    Text(String),
    Binary(Bytes),
    /// The client is gone, politely or not.
    Closed,
    /// Nothing came for as long as was waited.
    Silent,
}

/// The half that hears the client.
pub struct Reader {
    messages: AggregatedMessageStream,
    session: Session,
}

/// The half that speaks to it. Cheap to clone.
#[derive(Clone)]
pub struct Writer(Session);

/// Answers the handshake; the first of `protocols` that the client offers is echoed. Compression is never agreed to.
pub fn open(
    request: &HttpRequest,
    payload: Payload,
    protocols: &[&str],
    largest: usize,
) -> Result<(HttpResponse, Reader, Writer), actix_web::Error> {
    let (response, session, messages) = actix_ws::handle_with_protocols(request, payload, protocols)?;
    let messages = messages.max_frame_size(largest).aggregate_continuations().max_continuation_size(largest);
    Ok((response, Reader { messages, session: session.clone() }, Writer(session)))
}

impl Reader {
    /// The next message. Pings count as signs of life, pongs too.
    pub async fn next(&mut self, patience: Duration) -> Frame {
        let end = tokio::time::Instant::now() + patience;
        loop {
            match tokio::time::timeout_at(end, self.messages.recv()).await {
                Err(_) => return Frame::Silent,
                Ok(Some(Ok(AggregatedMessage::Text(text)))) => return Frame::Text(text.to_string()),
                Ok(Some(Ok(AggregatedMessage::Binary(bytes)))) => return Frame::Binary(bytes),
                Ok(Some(Ok(AggregatedMessage::Ping(payload)))) => {
                    if self.session.pong(&payload).await.is_err() {
                        return Frame::Closed;
                    }
                }
                Ok(Some(Ok(AggregatedMessage::Pong(_)))) => {}
                Ok(Some(Ok(AggregatedMessage::Close(_)) | Err(_)) | None) => return Frame::Closed,
            }
        }
    }
}

impl Writer {
    /// False when the client is gone.
    pub async fn send(&mut self, message: &Value) -> bool {
        self.0.text(message.to_string()).await.is_ok()
    }

    pub async fn close(self, code: CloseCode, why: &str) {
        let reason = CloseReason { code, description: (!why.is_empty()).then(|| why.to_owned()) };
        let _ = self.0.close(Some(reason)).await;
    }
}
