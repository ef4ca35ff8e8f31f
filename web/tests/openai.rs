//! OpenAI's REST API as its clients use it.

mod support;

use serde_json::{Value, json};
use support::TestServer;
use support::sound::{sample, silence, wav};
use support::views::{form, words};

fn speech() -> Vec<i16> {
    [sample("en_01.wav").sound, silence(900), sample("en_04.wav").sound].concat()
}

#[actix_rt::test]
async fn all_six_formats_say_the_same() {
    let server = TestServer::start().await;
    let file = wav(&speech());
    let mut texts = Vec::new();
    for format in ["json", "text", "srt", "verbose_json", "vtt", "diarized_json"] {
        let (status, body) = server
            .transcribe(&[("model", "whisper-1"), ("language", "en"), ("response_format", format)], "a.wav", &file)
            .await;
        assert_eq!(status, 200, "{format}: {body}");
        let text = match format {
            "text" => body.clone(),
            "srt" | "vtt" => {
                assert!(body.contains(" --> "), "{body}");
                assert_eq!(body.starts_with("WEBVTT\n\n"), format == "vtt");
                let is_text = |line: &&str| !line.contains("-->") && line.parse::<u32>().is_err() && *line != "WEBVTT";
                body.lines().filter(is_text).collect::<Vec<_>>().join(" ")
            }
            _ => {
                let value: Value = serde_json::from_str(&body).expect("JSON");
                assert_eq!(value["usage"]["type"], "duration");
                value["text"].as_str().expect("a text").to_owned()
            }
        };
        texts.push((format, words(&text)));
    }
    assert!(texts[0].1.len() >= 10, "{texts:?}");
    for (format, text) in &texts {
        assert_eq!(text, &texts[0].1, "{format}");
    }
}

#[actix_rt::test]
async fn verbose_json_has_times_of_words_and_segments() {
    let server = TestServer::start().await;
    let sound = speech();
    let fields = [
        ("model", "whisper-1"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
    ];
    let (status, body) = server.transcribe(&fields, "a.wav", &wav(&sound)).await;
    assert_eq!(status, 200, "{body}");
    let value: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&value["task"], &value["language"]), (&json!("transcribe"), &json!("english")));
    let duration = value["duration"].as_f64().expect("a number");
    assert!((duration - sound.len() as f64 / 16_000.0).abs() < 0.1, "{duration}");
    let timed = value["words"].as_array().expect("words");
    let mut last = 0.0;
    for word in timed {
        let (start, end) = (word["start"].as_f64().expect("a number"), word["end"].as_f64().expect("a number"));
        assert!(start >= last - 0.001 && end >= start && end <= duration + 0.5, "{word} after {last}");
        last = start;
    }
    assert!(value["segments"].as_array().is_some_and(|segments| segments.len() >= 2), "{value}");
}

#[actix_rt::test]
async fn the_stream_of_events_adds_up_to_the_text() {
    let server = TestServer::start().await;
    let (status, body) =
        server.transcribe(&[("model", "gpt-4o-transcribe"), ("stream", "true")], "a.wav", &wav(&speech())).await;
    assert_eq!(status, 200, "{body}");
    let events: Vec<&str> = body.split("\n\n").filter_map(|event| event.strip_prefix("data: ")).collect();
    assert_eq!(events.last(), Some(&"[DONE]"));
    let events: Vec<Value> = events.iter().filter_map(|event| serde_json::from_str(event).ok()).collect();
    let of = |kind: &str| events.iter().filter(move |event| event["type"] == kind).collect::<Vec<_>>();
    let sum: String = of("transcript.text.delta").iter().filter_map(|event| event["delta"].as_str()).collect();
    let done = of("transcript.text.done");
    assert_eq!(done[0]["text"].as_str(), Some(sum.as_str()));
    assert!(of("transcript.text.delta").len() >= 2 && words(&sum).len() >= 10, "{events:?}");
}

#[actix_rt::test]
async fn mistakes_are_answered_in_the_shape_that_libraries_understand() {
    let server = TestServer::start().await;
    let good = wav(&silence(300));
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [u8], &'a str);
    let cases: [Case<'_>; 6] = [
        (&[("response_format", "yaml")], &good, "invalid_value"),
        (&[("temperature", "hot")], &good, "invalid_value"),
        (&[("language", "klingon")], &good, "invalid_language"),
        (&[("timestamp_granularities[]", "word")], &good, "invalid_value"),
        (&[], b"%PDF-1.7 something", "unsupported_format"),
        (&[], b"RIFF....WAVEnothing", "damaged_file"),
    ];
    for (fields, file, code) in cases {
        let (status, body) = server.transcribe(fields, "a.wav", file).await;
        let value: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!((status, &value["error"]["code"]), (400, &json!(code)), "{fields:?}: {body}");
        assert!(value["error"]["message"].as_str().is_some_and(|message| message.len() > 10));
    }
    let (kind, body) = form(&[("model", "whisper-1")], None);
    let (status, body) = server.post("/audio/transcriptions", &kind, body).await;
    assert!(status == 400 && body.contains("missing_file"), "{status} {body}");
    let (status, body) = server.post("/v1/audio/translations", &kind, Vec::new()).await;
    assert!(status == 400 && body.contains("translation_not_supported"), "{status} {body}");
}

#[actix_rt::test]
async fn silence_is_an_empty_text() {
    let server = TestServer::start().await;
    let (status, body) = server.transcribe(&[], "a.wav", &wav(&silence(2000))).await;
    let value: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &value["text"]), (200, &json!("")));
}

#[actix_rt::test]
async fn models_are_listed_and_the_built_in_one_refuses_to_chat() {
    let server = TestServer::start().await;
    let (status, body) = server.get("/v1/models").await;
    let value: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &value["object"]), (200, &json!("list")));
    assert!(value["data"].as_array().is_some_and(|models| models.iter().any(|model| model["id"] == "whisper-1")));
    let ask = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}], "stream": true});
    let (status, body) = server.post("/v1/chat/completions", "application/json", ask.to_string().into_bytes()).await;
    assert!(status == 400 && body.contains("llm.model"), "{status} {body}");
}
