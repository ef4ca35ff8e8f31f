//! The same sound over every protocol: the same words. And the promises of each that its clients rely on.

mod support;

use base64::Engine as _;
use serde_json::{Value, json};
use support::TestServer;
use support::client::Client;
use support::sound::{mu_law, sample, silence, wav};
use support::views::{Socket, le, words};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

fn speech() -> Vec<i16> {
    [silence(200), sample("en_01.wav").sound, silence(1200), sample("en_04.wav").sound, silence(1200)].concat()
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").port()
}

/// A Wyoming client; the events until `transcript-stop`. It comes again where the server is too busy.
async fn wyoming(port: u16, sound: &[i16]) -> Vec<Value> {
    for _ in 0..200 {
        match try_wyoming(port, sound).await {
            Ok(heard) => return heard,
            Err(heard) => assert!(heard.iter().any(|event| event["data"]["code"] == "busy"), "{heard:?}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    panic!("the server stays too busy")
}

/// An error with the events so far where the server closes before.
async fn try_wyoming(port: u16, sound: &[i16]) -> Result<Vec<Value>, Vec<Value>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let (rate, chunk) = (json!({"rate": 16_000, "width": 2, "channels": 1}), 3200);
    let mut send = vec![(json!({"type": "transcribe", "data": {"language": "en"}}), Vec::new())];
    send.push((json!({"type": "audio-start", "data": rate}), Vec::new()));
    for chunk in le(sound).chunks(chunk) {
        let header = json!({"type": "audio-chunk", "data": rate, "payload_length": chunk.len()});
        send.push((header, chunk.to_vec()));
    }
    send.push((json!({"type": "audio-stop"}), Vec::new()));
    for (header, payload) in send {
        // Where this fails, what was heard says why.
        let _ = stream.write_all(format!("{header}\n").as_bytes()).await;
        let _ = stream.write_all(&payload).await;
    }
    let mut from = BufReader::new(stream);
    let mut heard = Vec::new();
    loop {
        let mut line = String::new();
        if !from.read_line(&mut line).await.is_ok_and(|read| read > 0) {
            return Err(heard);
        }
        let mut event: Value = serde_json::from_str(&line).expect("JSON");
        let mut data = vec![0; event["data_length"].as_u64().unwrap_or(0) as usize];
        from.read_exact(&mut data).await.expect("whole");
        event["data"] = serde_json::from_slice(&data).unwrap_or(Value::Null);
        let last = event["type"] == "transcript-stop";
        heard.push(event);
        if last {
            return Ok(heard);
        }
    }
}

async fn deepgram(server: &TestServer, query: &str, sound: &[i16]) -> (Vec<Value>, Option<u16>) {
    let path = format!("/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&language=en&{query}");
    let mut socket = Socket::open(server, &path).await;
    for chunk in le(sound).chunks(8192) {
        socket.bytes(chunk.to_vec()).await;
    }
    socket.say(&json!({"type": "CloseStream"})).await;
    socket.rest().await
}

fn finals(heard: &[Value]) -> Vec<&Value> {
    heard.iter().filter(|message| message["type"] == "Results" && message["is_final"] == true).collect()
}

fn transcript(result: &Value) -> String {
    result["channel"]["alternatives"][0]["transcript"].as_str().expect("a text").to_owned()
}

async fn realtime(server: &TestServer, sound: &[i16], turns: Value) -> Vec<Value> {
    let mut socket = Socket::open(server, "/v1/realtime?intent=transcription").await;
    let manual = turns.is_null();
    let update = json!({"type": "session.update", "session": {"type": "transcription", "audio": {"input": {
        "format": {"type": "audio/pcm", "rate": 16000}, "transcription": {"model": "whisper-1", "language": "en"},
        "turn_detection": turns}}}});
    socket.say(&update).await;
    let mut heard = socket.until(|event| event["type"] == "session.updated").await;
    for chunk in le(sound).chunks(9600) {
        let audio = base64::engine::general_purpose::STANDARD.encode(chunk);
        socket.say(&json!({"type": "input_audio_buffer.append", "audio": audio})).await;
    }
    if manual {
        socket.say(&json!({"type": "input_audio_buffer.commit"})).await;
    }
    let completed = std::cell::Cell::new(0);
    let wanted = if manual { 1 } else { 2 };
    let last = |event: &Value| {
        if event["type"].as_str().is_some_and(|kind| kind.ends_with("input_audio_transcription.completed")) {
            completed.set(completed.get() + 1);
        }
        completed.get() == wanted
    };
    heard.extend(socket.until(last).await);
    heard
}

#[actix_rt::test]
async fn every_protocol_hears_the_same_words() {
    let port = free_port();
    let server = TestServer::start_with(&[&format!("wyoming.listen=127.0.0.1:{port}")]).await;
    let sound = speech();

    let mut native = Client::connect(&server).await;
    native.say(json!({"type": "start", "language": "en", "style": "verbatim"})).await;
    native.sound(&sound).await;
    native.finish().await;
    let expected = words(&native.text_heard());
    assert!(expected.len() >= 10, "{expected:?}");

    let (_, body) = server.transcribe(&[("language", "en"), ("response_format", "text")], "a.wav", &wav(&sound)).await;
    assert_eq!(words(&body), expected, "OpenAI");

    let (_, body) = server.post("/v1/listen?language=en&smart_format=true", "audio/wav", wav(&sound)).await;
    let value: Value = serde_json::from_str(&body).expect("JSON");
    let text = value["results"]["channels"][0]["alternatives"][0]["transcript"].as_str().expect("a text");
    assert_eq!(words(text), expected, "Deepgram, recorded");

    let (heard, _) = deepgram(&server, "smart_format=true", &sound).await;
    let text: Vec<String> = finals(&heard).into_iter().map(transcript).collect();
    assert_eq!(words(&text.join(" ")), expected, "Deepgram, live");

    let heard = wyoming(port, &sound).await;
    let told = heard.iter().find(|event| event["type"] == "transcript").expect("a transcript");
    assert_eq!(words(told["data"]["text"].as_str().expect("a text")), expected, "Wyoming");

    for turns in [Value::Null, json!({"type": "server_vad"})] {
        let heard = realtime(&server, &sound, turns).await;
        let of = |kind: &str, field: &str| {
            let of_kind = |event: &&Value| event["type"].as_str().is_some_and(|own| own.ends_with(kind));
            let texts = heard.iter().filter(of_kind).filter_map(|event| event[field].as_str());
            texts.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(words(&of("transcription.completed", "transcript").join(" ")), expected, "Realtime");
        let spoken = of("transcription.delta", "delta").concat();
        assert_eq!(words(&spoken).concat(), expected.concat(), "deltas");
    }

    let mut vosk = Socket::open(&server, "/vosk").await;
    vosk.say(&json!({"config": {"sample_rate": 16000, "words": 1}})).await;
    let mut texts = Vec::new();
    for chunk in le(&sound).chunks(8000) {
        vosk.bytes(chunk.to_vec()).await;
        let answer = vosk.hear().await.expect("one answer per chunk");
        texts.extend(answer["text"].as_str().map(str::to_owned));
    }
    vosk.say(&json!({"eof": 1})).await;
    let last = vosk.hear().await.expect("the last answer");
    texts.push(last["text"].as_str().expect("a text").to_owned());
    assert_eq!(words(&texts.join(" ")), expected, "Vosk");
}

#[actix_rt::test]
async fn deepgram_results_leave_no_gap_and_end_with_metadata() {
    let server = TestServer::start().await;
    let sound = speech();
    let (heard, code) = deepgram(&server, "interim_results=true&vad_events=true", &sound).await;
    assert_eq!(code, Some(1000));
    let mut end = 0.0;
    for result in finals(&heard) {
        let start = result["start"].as_f64().expect("a number");
        assert!((start - end).abs() < 1e-6, "a result begins at {start}, the one before ended at {end}");
        end = start + result["duration"].as_f64().expect("a number");
        assert!(result["speech_final"].is_boolean() && result["metadata"]["request_id"].is_string());
    }
    let last = heard.last().expect("something");
    assert_eq!(last["type"], "Metadata");
    assert!((last["duration"].as_f64().expect("a number") - sound.len() as f64 / 16_000.0).abs() < 0.2, "{last}");
    assert!(heard.iter().any(|message| message["type"] == "SpeechStarted"));
}

#[actix_rt::test]
async fn deepgram_answers_every_finalize() {
    let server = TestServer::start().await;
    let mut socket = Socket::open(&server, "/v1/listen?encoding=linear16&sample_rate=16000&language=en").await;
    let finalized = |message: &Value| message["from_finalize"] == true;
    // Nothing was said: the answer is empty, but there is one.
    socket.say(&json!({"type": "Finalize"})).await;
    let heard = socket.until(finalized).await;
    assert_eq!(transcript(heard.last().expect("one")), "");
    // In the middle of an utterance: its text comes at once.
    socket.bytes(le(&sample("en_01.wav").sound)).await;
    socket.say(&json!({"type": "Finalize"})).await;
    let heard = socket.until(finalized).await;
    let said: Vec<String> = heard.iter().map(transcript).collect();
    assert!(words(&said.join(" ")).len() >= 6, "{said:?}");
    // And it goes on.
    socket.bytes(le(&sample("en_04.wav").sound)).await;
    socket.say(&json!({"type": "CloseStream"})).await;
    let (heard, code) = socket.rest().await;
    assert_eq!(code, Some(1000));
    let said: Vec<String> = finals(&heard).into_iter().map(transcript).collect();
    assert!(words(&said.join(" ")).len() >= 4, "{said:?}");
}

#[actix_rt::test]
async fn deepgram_closes_after_a_finalize_that_nobody_waited_for() {
    let server = TestServer::start().await;
    let mut socket = Socket::open(&server, "/v1/listen?encoding=linear16&sample_rate=16000&language=en").await;
    socket.bytes(le(&sample("en_04.wav").sound)).await;
    socket.say(&json!({"type": "Finalize"})).await;
    socket.say(&json!({"type": "CloseStream"})).await;
    let (heard, code) = socket.rest().await;
    assert_eq!(code, Some(1000));
    assert!(heard.iter().any(|message| message["from_finalize"] == true), "{heard:#?}");
    assert_eq!(heard.last().expect("something")["type"], "Metadata");
}

#[actix_rt::test]
async fn deepgram_takes_telephone_sound_and_refuses_what_it_cannot_read() {
    let server = TestServer::start().await;
    let (status, body) = server.post("/v1/listen?encoding=g729", "audio/x", vec![1, 2, 3]).await;
    let value: Value = serde_json::from_str(&body).expect("JSON");
    assert!(status == 400 && value["err_msg"].is_string() && value["request_id"].is_string(), "{status} {body}");
    let sound: Vec<u8> = sample("en_01.wav").sound.iter().step_by(2).map(|sample| mu_law(*sample)).collect();
    let mut socket = Socket::open(&server, "/v1/listen?encoding=mulaw&sample_rate=8000&language=en").await;
    for chunk in sound.chunks(1600) {
        socket.bytes(chunk.to_vec()).await;
    }
    socket.say(&json!({"type": "CloseStream"})).await;
    let (heard, _) = socket.rest().await;
    let said: Vec<String> = finals(&heard).into_iter().map(transcript).collect();
    assert!(words(&said.join(" ")).len() >= 5, "{said:?}");
}

#[actix_rt::test]
async fn realtime_in_manual_mode_completes_nothing_before_a_commit() {
    let server = TestServer::start().await;
    let heard = realtime(&server, &speech(), Value::Null).await;
    let at = |kind: &str| heard.iter().position(|event| event["type"].as_str().is_some_and(|own| own.ends_with(kind)));
    let (committed, completed) = (at("buffer.committed"), at("transcription.completed"));
    assert!(committed.expect("a commit") < completed.expect("a text"), "{heard:#?}");
    assert!(!heard.iter().any(|event| event["type"] == "error"));
}

#[actix_rt::test]
async fn realtime_says_that_there_was_nothing_to_commit() {
    let server = TestServer::start().await;
    let mut socket = Socket::open(&server, "/v1/realtime?model=gpt-4o-transcribe").await;
    socket.say(&json!({"type": "input_audio_buffer.commit", "event_id": "mine"})).await;
    let heard = socket.until(|event| event["type"] == "error").await;
    let error = &heard.last().expect("an error")["error"];
    assert_eq!((&error["code"], &error["event_id"]), (&json!("input_audio_buffer_commit_empty"), &json!("mine")));
    assert_eq!(heard[0]["type"], "session.created");
}

#[actix_rt::test]
async fn a_client_secret_opens_a_session_with_its_settings() {
    let server = TestServer::start().await;
    let ask = json!({"session": {"type": "transcription", "audio": {"input": {"turn_detection": null}}}});
    let (status, body) =
        server.post("/v1/realtime/client_secrets", "application/json", ask.to_string().into_bytes()).await;
    assert_eq!(status, 200, "{body}");
    let made: Value = serde_json::from_str(&body).expect("JSON");
    let secret = made["value"].as_str().expect("a secret");
    assert!(secret.starts_with("ek_"));
    let connect = |key: String| {
        let request =
            awc::Client::new().ws(server.url("/v1/realtime")).header("authorization", format!("Bearer {key}"));
        request.connect()
    };
    assert!(connect(format!("{secret}x")).await.is_err(), "another secret is refused");
    let (response, _) = connect(secret.to_owned()).await.expect("it opens");
    assert_eq!(response.status().as_u16(), 101);
}

#[actix_rt::test]
async fn wyoming_describes_itself_and_answers_an_empty_recording() {
    let port = free_port();
    let server = TestServer::start_with(&[&format!("wyoming.listen=127.0.0.1:{port}")]).await;
    let heard = wyoming(port, &[]).await;
    let told = heard.iter().find(|event| event["type"] == "transcript").expect("a transcript");
    assert_eq!(told["data"]["text"], "");
    drop(server);
}

#[actix_rt::test]
async fn at_the_end_of_the_server_what_was_said_comes_to_its_text_and_connections_are_closed() {
    let port = free_port();
    let mut server = TestServer::start_with(&[&format!("wyoming.listen=127.0.0.1:{port}")]).await;
    let sound = le(&sample("en_01.wav").sound);

    let mut vosk = Socket::open(&server, "/vosk").await;
    vosk.say(&json!({"config": {"sample_rate": 16000}})).await;
    vosk.bytes(sound.clone()).await;
    vosk.hear().await.expect("an answer to the chunk");
    let mut realtime = Socket::open(&server, "/v1/realtime?model=gpt-4o-transcribe").await;
    realtime.until(|event| event["type"] == "session.created").await;
    let idle = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let mut deepgram = Socket::open(&server, "/v1/listen?encoding=linear16&sample_rate=16000&language=en").await;
    deepgram.bytes(sound.clone()).await;
    // The sound is with its sessions, and every connection with its task.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    server.signal("TERM");

    let (heard, code) = deepgram.rest().await;
    let said: Vec<String> = finals(&heard).into_iter().map(transcript).collect();
    assert!(words(&said.join(" ")).len() >= 6, "{heard:#?}");
    assert_eq!((heard.last().map(|last| last["type"].clone()), code), (Some(json!("Error")), Some(1001)));
    let (heard, code) = vosk.rest().await;
    let said: Vec<&str> = heard.iter().filter_map(|answer| answer["text"].as_str()).collect();
    assert!(words(&said.join(" ")).len() >= 6 && code == Some(1001), "{heard:#?} {code:?}");
    let (heard, code) = realtime.rest().await;
    assert_eq!(
        (heard.last().map(|last| last["error"]["code"].clone()), code),
        (Some(json!("server_error")), Some(1001))
    );
    let mut line = String::new();
    let mut idle = BufReader::new(idle);
    idle.read_line(&mut line).await.expect("a last word");
    assert!(line.contains("\"error\""), "{line}");
    let end = server.ended_within(std::time::Duration::from_secs(20)).await;
    assert!(end.is_some_and(|status| status.success()), "{end:?}");
}
