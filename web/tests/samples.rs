//! Every sample of the repository, spoken to the server at the pace of speech.

mod support;

use engine::wer::word_error_rate;
use futures_util::future::join_all;
use protocol::ServerMessage;
use serde_json::json;
use support::TestServer;
use support::client::Client;
use support::sound::{Sample, samples};

struct Heard {
    sample: Sample,
    client: Client,
    receipt: protocol::Receipt,
}

async fn speak(server: &TestServer, sample: Sample) -> Heard {
    let mut client = Client::connect(server).await;
    client.say(json!({"type": "start", "language": sample.language})).await;
    client.speak(&sample.sound).await;
    let receipt = client.finish().await;
    Heard { sample, client, receipt }
}

#[actix_rt::test]
async fn samples_come_out_as_the_model_reads_them() {
    // However busy this machine is, live text is not dropped for being late here.
    let server = TestServer::start_with(&["asr.partial_deadline_ms=60000"]).await;
    let mut heard = Vec::new();
    let mut all = samples().into_iter().peekable();
    while all.peek().is_some() {
        heard.extend(join_all(all.by_ref().take(4).map(|sample| speak(&server, sample))).await);
    }

    let (mut ours, mut models, mut with_live_text) = (0.0, 0.0, 0);
    for Heard { sample, client, receipt } in &heard {
        let text = client.text_heard();
        let (our, model) =
            (word_error_rate(&sample.reference, &text), word_error_rate(&sample.reference, &sample.model_output));
        println!("{}: {our:.3} (model alone {model:.3}): {text}", sample.file);
        ours += our / heard.len() as f32;
        models += model / heard.len() as f32;
        with_live_text += usize::from(!client.partials().is_empty());
        assert_eq!(receipt.inaudible_ms, 0, "{}: {receipt:?}", sample.file);
        let accounted = receipt.words_ms + receipt.no_speech_ms + receipt.inaudible_ms + receipt.cancelled_ms;
        assert_eq!(accounted, receipt.voiced_ms);
        assert!(receipt.voiced_ms > 500, "{}: {receipt:?}", sample.file);
        committed_text_never_changes(&sample.file, client);
        each_utterance_has_one_final(&sample.file, client);
    }
    // A machine that does much else at the same time may be too slow for the shortest ones.
    assert!(with_live_text * 2 > heard.len(), "only {with_live_text} of {} had live text", heard.len());
    println!("mean word error rate {ours:.3}, of the model alone {models:.3}");
    assert!(ours <= models + 0.01, "the server makes the model worse: {ours:.3} against {models:.3}");
}

fn committed_text_never_changes(file: &str, client: &Client) {
    let mut committed: Option<(u64, String)> = None;
    for (_, message) in &client.heard {
        let ServerMessage::PartialText(partial) = message else { continue };
        if let Some((utterance, before)) = &committed
            && *utterance == partial.utterance
        {
            let now = &partial.committed;
            assert!(now.starts_with(before.as_str()), "{file}: `{now}` after `{before}`");
        }
        committed = Some((partial.utterance, partial.committed.clone()));
    }
}

fn each_utterance_has_one_final(file: &str, client: &Client) {
    let started: Vec<u64> = client
        .heard
        .iter()
        .filter_map(|(_, message)| match message {
            ServerMessage::SpeechStarted { utterance, .. } => Some(*utterance),
            _ => None,
        })
        .collect();
    let finals: Vec<u64> = client.finals().iter().map(|told| told.utterance).collect();
    assert_eq!(started, finals, "{file}");
}

#[actix_rt::test]
async fn the_language_is_found_by_itself() {
    let server = TestServer::start().await;
    let short = samples().into_iter().filter(|sample| !sample.file.contains("long"));
    let heard = join_all(short.map(|sample| async {
        let mut client = Client::connect(&server).await;
        client.sound(&sample.sound).await;
        client.finish().await;
        (sample, client)
    }))
    .await;
    for (sample, client) in heard {
        for told in client.finals().iter().filter(|told| !told.raw_text.is_empty()) {
            assert_eq!(told.language, sample.language, "{}: {}", sample.file, told.raw_text);
        }
    }
}
