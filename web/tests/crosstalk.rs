//! Many at once: nobody gets a word of another's.

mod support;

use futures_util::future::join_all;
use serde_json::json;
use support::TestServer;
use support::client::Client;
use support::sound::{Sample, samples, silence};

async fn transcribe(server: &TestServer, sample: &Sample) -> Vec<String> {
    let mut client = Client::connect(server).await;
    client.say(json!({"type": "start", "language": sample.language, "session_id": sample.file})).await;
    client.speak(&sample.sound).await;
    client.speak(&silence(800)).await;
    client.finish().await;
    client.finals().into_iter().map(|told| told.raw_text).collect()
}

#[actix_rt::test]
async fn thirty_sessions_at_once_read_as_each_alone() {
    let server = TestServer::start().await;
    let samples: Vec<Sample> = samples().into_iter().filter(|sample| !sample.file.contains("long")).collect();
    let mut alone = Vec::new();
    for sample in &samples {
        alone.push(transcribe(&server, sample).await);
    }
    let together = join_all((0..30).map(|n| transcribe(&server, &samples[n % samples.len()]))).await;
    for (n, text) in together.iter().enumerate() {
        let at = n % samples.len();
        assert_eq!(text, &alone[at], "{}", samples[at].file);
    }
    assert_eq!(server.metric("alfavoice_stale_answers_total").await, 0.0);
}
