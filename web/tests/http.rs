//! The plain HTTP side.

mod support;

use support::TestServer;

#[actix_rt::test]
async fn health_metrics_and_errors() {
    let server = TestServer::start().await;
    assert_eq!(server.get("/healthz").await.0, 200);
    let (status, metrics) = server.get("/metrics").await;
    assert_eq!(status, 200);
    for name in [
        "whisper_processing_time_seconds",
        "llm_processing_time_seconds",
        "queue_size",
        "active_connections",
        "numa_memory_usage",
    ] {
        assert!(metrics.contains(&format!("\n{name}")) || metrics.starts_with(name), "{name} is missing in\n{metrics}");
    }

    let (status, body) = server.get("/no/such/thing").await;
    assert_eq!(status, 404);
    let body: protocol::HttpErrorBody = serde_json::from_str(&body).expect("the one shape of errors");
    assert_eq!(body.error.code, protocol::ErrorCode::NotFound);
    assert!(!body.error.request_id.is_empty());
}

#[actix_rt::test]
async fn connections_over_the_limit_are_told_when_to_try_again() {
    let server = TestServer::start_with(&["server.max_connections=1"]).await;
    let mut first = support::client::Client::connect(&server).await;
    first.ready().await;
    let refused = awc::Client::new().ws(server.url("/transcribe")).connect().await;
    let Err(awc::error::WsClientError::InvalidResponseStatus(status)) = refused else { panic!("it is full") };
    assert_eq!(status.as_u16(), 503);
    first.goodbye().await;
    // The place comes back when the connection is gone.
    for _ in 0..50 {
        if awc::Client::new().ws(server.url("/transcribe")).connect().await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the place never came back");
}
