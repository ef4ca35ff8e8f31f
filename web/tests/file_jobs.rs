//! Files as jobs: any kind and length, with progress, in every form, once each, and without harm to anybody else.

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::api::Api;
use support::sound::{mu_law, sample, samples, silence, wav};
use support::views::{converted, skipped, words};
use support::{TestServer, resident_bytes};

const LIMIT: Duration = Duration::from_secs(180);

async fn announce(api: &Api, id: &str, bytes: usize, more: Value) -> String {
    let mut body = json!({
        "client_recording_id": id, "recorded_at": "2025-03-01T09:30:00Z", "total_bytes": bytes, "encoding": "file",
        "settings": {"language": "en", "style": "verbatim"},
    });
    more.as_object().into_iter().flatten().for_each(|(name, value)| body[name] = value.clone());
    let job = api.post("/api/recordings", body).await.good();
    job["id"].as_str().expect("an id").to_owned()
}

async fn upload(api: &Api, id: &str, bytes: &[u8], more: Value) -> String {
    let job = announce(api, id, bytes.len(), more).await;
    api.put_bytes(&format!("/api/recordings/{job}/data"), bytes.to_vec()).await.good();
    job
}

async fn ended(api: &Api, job: &str) -> Value {
    let over = |job: &Value| ["done", "failed", "cancelled"].contains(&job["state"].as_str().unwrap_or_default());
    api.until(&format!("/api/recordings/{job}"), LIMIT, over).await
}

fn speech() -> Vec<i16> {
    [sample("en_01.wav").sound, silence(900), sample("en_04.wav").sound, silence(900)].concat()
}

/// So many minutes of speech, every English sample again and again.
fn long(minutes: usize) -> Vec<i16> {
    let round = round();
    let length = minutes * 60 * 16_000;
    round.repeat(length.div_ceil(round.len()))[..length].to_vec()
}

fn round() -> Vec<i16> {
    let english = samples().into_iter().filter(|one| one.language == "en");
    english.flat_map(|one| [one.sound, silence(700)].concat()).collect()
}

/// The same as G.711 at 8 kHz in a WAV file: a long recording in few bytes, made without a tool.
fn telephone(seconds: usize) -> Vec<u8> {
    let round: Vec<u8> = round().iter().step_by(2).map(|sample| mu_law(*sample)).collect();
    let wanted = seconds * 8000;
    let samples = &round.repeat(wanted.div_ceil(round.len()))[..wanted];
    let length = samples.len() as u32;
    let mut file = Vec::with_capacity(samples.len() + 58);
    file.extend(b"RIFF");
    file.extend((50 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(18_u32.to_le_bytes());
    for (value, bytes) in [(7_u32, 2), (1, 2), (8000, 4), (8000, 4), (1, 2), (8, 2), (0, 2)] {
        file.extend(&value.to_le_bytes()[..bytes]);
    }
    file.extend(b"fact");
    file.extend(4_u32.to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}

#[actix_rt::test]
async fn a_file_comes_in_every_form_and_is_transcribed_once() {
    let server = TestServer::start().await;
    let api = Api::new(&server);
    let file = wav(&speech());
    let job = upload(&api, "one", &file, json!({})).await;
    let first = ended(&api, &job).await;
    assert_eq!((first["state"].as_str(), first["percent"].as_u64()), (Some("done"), Some(100)), "{first}");
    let said = words(first["result"]["text"].as_str().expect("a text"));
    assert!(said.len() >= 10, "{first}");

    let path = format!("/api/recordings/{job}/result");
    let whole = api.get(&path).await.good();
    assert_eq!(words(whole["text"].as_str().expect("a text")), said);
    let parts = whole["parts"].as_array().expect("parts");
    assert!(parts.len() >= 2 && parts.iter().all(|part| part["words"].as_array().is_some_and(|w| !w.is_empty())));
    assert_eq!(whole["language"], "en");
    let of = |format: &str| {
        let path = format!("{path}?format={format}");
        let server = &server;
        async move { server.get(&path).await }
    };
    assert_eq!(words(&of("text").await.1), said);
    let (status, srt) = of("srt").await;
    assert!(status == 200 && srt.starts_with("1\n00:00:0"), "{srt}");
    assert!(of("vtt").await.1.starts_with("WEBVTT\n\n"));
    assert_eq!(of("pdf").await.0, 400);
    let history = api.get("/api/history").await.good();
    assert_eq!(history["items"].as_array().map(Vec::len), Some(0), "a file is no dictation");

    // The same file again: its text is known, and costs nothing.
    let used = api.get("/api/usage").await.good();
    let again = upload(&api, "two", &file, json!({})).await;
    let second = ended(&api, &again).await;
    assert_eq!(second["result"]["text"], first["result"]["text"]);
    assert_eq!(api.get("/api/usage").await.good(), used);

    // Removed, it is gone for both: it was one text.
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&format!("/api/recordings/{again}/result")).await.status, 404);
}

#[actix_rt::test]
async fn one_bad_file_stops_no_other() {
    let server = TestServer::start().await;
    let api = Api::new(&server);
    let good = wav(&speech());
    let mut jobs = Vec::new();
    for n in 0..4 {
        let mut file = good.clone();
        match n {
            1 => file = b"%PDF-1.7 and more of it".to_vec(),
            // Cut off in the middle of the second sentence.
            2 => file.truncate(file.len() * 3 / 4),
            _ => file.extend([0; 2].repeat(n)),
        }
        jobs.push(upload(&api, &format!("file {n}"), &file, json!({"client": format!("c{n}")})).await);
    }
    let mut ends = Vec::new();
    for job in &jobs {
        ends.push(ended(&api, job).await);
    }
    let states: Vec<&str> = ends.iter().map(|job| job["state"].as_str().expect("a state")).collect();
    assert_eq!(states, ["done", "failed", "done", "done"]);
    assert_eq!(ends[1]["error"]["code"], "unsupported_format");
    assert!(ends[1]["error"]["message"].as_str().is_some_and(|message| message.contains("PDF")));
    assert_eq!(ends[2]["result"]["warnings"].as_array().map(Vec::len), Some(1), "{}", ends[2]);
    assert_eq!(api.get(&format!("/api/recordings/{}/result", jobs[1])).await.status, 409);
    assert_eq!(left_over(&server), 0);
}

fn left_over(server: &TestServer) -> usize {
    let folders = ["uploads", "recordings"].map(|name| server.data_dir().join(name));
    folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).map(Iterator::count).sum()
}

#[actix_rt::test]
async fn two_hours_take_little_memory_show_how_far_they_are_and_stop_at_once() {
    let server = TestServer::start().await;
    let api = Api::new(&server);
    // Everything that is loaded at the first use is there before it is measured.
    let warm = upload(&api, "warm", &wav(&speech()), json!({})).await;
    ended(&api, &warm).await;
    let idle = resident_bytes(server.pid());

    let file = telephone(7200);
    let job = announce(&api, "long", file.len(), json!({})).await;
    for (n, piece) in file.chunks(4 << 20).enumerate() {
        let path = format!("/api/recordings/{job}/data?offset={}", n * (4 << 20));
        api.put_bytes(&path, piece.to_vec()).await.good();
    }
    drop(file);
    let path = format!("/api/recordings/{job}");
    api.until(&path, LIMIT, |job| job["heard_ms"].as_u64().is_some_and(|ms| ms > 0)).await;
    let (mut last, mut moved, mut slowest, mut most) = (0, Instant::now(), Duration::ZERO, 0);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(15) {
        let state = api.get(&path).await.good();
        assert_eq!(state["state"], "running", "{state}");
        let heard = state["heard_ms"].as_u64().expect("it runs");
        if heard > last {
            (last, moved) = (heard, Instant::now());
        }
        slowest = slowest.max(moved.elapsed());
        most = most.max(resident_bytes(server.pid()).saturating_sub(idle));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!(
        "{} s heard in 15 s, {} MiB above idle at most, no news for {} ms at most",
        last / 1000,
        most >> 20,
        slowest.as_millis()
    );
    assert!(most < 200 << 20, "{} MiB above idle", most >> 20);

    let asked = Instant::now();
    assert_eq!(api.delete(&format!("/api/jobs/{job}")).await.status, 204);
    let over = api.until(&path, LIMIT, |job| job["state"] != "running").await;
    println!("stopped after {} ms", asked.elapsed().as_millis());
    assert_eq!(over["state"], "cancelled");
    // Nothing of it waits any more, and its files are gone.
    let emptied = Instant::now();
    while server.metric("queue_size").await > 0.0 || left_over(&server) > 0 {
        assert!(emptied.elapsed() < Duration::from_secs(10), "something of it is left");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[actix_rt::test]
async fn a_file_goes_on_where_the_server_died() {
    let mut server = TestServer::start().await;
    let api = Api::new(&server);
    let file = telephone(75);
    let undisturbed = upload(&api, "whole", &file, json!({})).await;
    assert_eq!(ended(&api, &undisturbed).await["state"], "done");
    let whole = api.get(&format!("/api/recordings/{undisturbed}/result")).await.good();

    // One sample more: another file, with the same words.
    let mut other = file.clone();
    other.push(0xff);
    let job = upload(&api, "broken", &other, json!({})).await;
    let path = format!("/api/recordings/{job}");
    let state = api.until(&path, LIMIT, |job| job["heard_ms"].as_u64().is_some_and(|ms| ms > 12_000)).await;
    assert_eq!(state["state"], "running", "{state}");
    let heard = server.data_dir().join("recordings").join(format!("{job}.heard"));
    server.signal("KILL");
    server.wait();
    let heard = std::fs::read_to_string(heard).expect("what was heard is on the disk");
    let known: Vec<Value> = heard.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let texts = known.into_iter().map(|part| part["transcript"]["text"].clone());
    let known: Vec<Value> = texts.filter(|text| text != "").collect();
    assert!(known.len() >= 2);
    let server = server.start_again(&[]);
    let api = Api::new(&server);
    let done = ended(&api, &job).await;
    assert_eq!((done["state"].as_str(), done["attempts"].as_u64()), (Some("done"), Some(2)), "{done}");
    let resumed = api.get(&format!("{path}/result")).await.good();
    let parts = |result: &Value| result["parts"].as_array().expect("parts").clone();
    let (one, two) = (parts(&whole), parts(&resumed));
    assert!(one.len().abs_diff(two.len()) <= 2, "{} and {} parts", one.len(), two.len());
    let beginning: Vec<Value> = two.iter().take(known.len()).map(|part| part["text"].clone()).collect();
    assert_eq!(beginning, known, "what was known was not made again");
    for pair in two.windows(2) {
        assert!(pair[0]["end_ms"].as_u64() <= pair[1]["start_ms"].as_u64(), "{pair:?}");
    }
    let (one, two) = (words(whole["text"].as_str().expect("a text")), words(resumed["text"].as_str().expect("a text")));
    // The context of the text before it differs where it went on, and with it a word or two.
    assert!(one.len().abs_diff(two.len()) * 30 <= one.len(), "{} and {} words", one.len(), two.len());
}

#[actix_rt::test]
async fn work_of_a_client_that_went_away_is_forgotten() {
    use tokio::io::AsyncWriteExt as _;
    let server = TestServer::start().await;
    let file = wav(&long(3));
    let (kind, body) = support::views::form(&[("language", "en")], Some(("a.wav", &file)));
    let mut line = tokio::net::TcpStream::connect(&server.address).await.expect("it listens");
    let head = format!(
        "POST /v1/audio/transcriptions HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).await.expect("sent");
    line.write_all(&body).await.expect("sent");
    let begun = Instant::now();
    while server.metric("queue_size").await < 5.0 {
        assert!(begun.elapsed() < LIMIT, "it never had anything to do");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(line);
    let left = Instant::now();
    while server.metric("queue_size").await > 0.0 || server.metric("alfavoice_active_sessions").await > 0.0 {
        assert!(left.elapsed() < Duration::from_secs(10), "{} wait", server.metric("queue_size").await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("forgotten after {} ms", left.elapsed().as_millis());
    assert_eq!(left_over(&server), 0);
}

#[actix_rt::test]
async fn voices_on_one_channel_are_told_apart() {
    let server = TestServer::start().await;
    let api = Api::new(&server);
    let turns = ["en_03.wav", "en_05.wav", "en_03.wav", "en_05.wav"];
    let sound: Vec<i16> = turns.iter().flat_map(|name| [sample(name).sound, silence(1200)].concat()).collect();
    let job = upload(&api, "talk", &wav(&sound), json!({"speakers": "auto"})).await;
    assert_eq!(ended(&api, &job).await["state"], "done");
    let result = api.get(&format!("/api/recordings/{job}/result")).await.good();
    let parts = result["parts"].as_array().expect("parts");
    let mut heard: Vec<&str> = parts.iter().filter_map(|part| part["speaker"].as_str()).collect();
    heard.dedup();
    assert_eq!(heard, ["A", "B", "A", "B"], "{result}");
    let (_, text) = server.get(&format!("/api/recordings/{job}/result?format=text")).await;
    assert_eq!(text.lines().filter(|line| line.starts_with("A: ") || line.starts_with("B: ")).count(), 4, "{text}");
}

#[actix_rt::test]
async fn a_film_is_a_file_like_any_other() {
    let server = TestServer::start().await;
    let api = Api::new(&server);
    let arguments = ["-f", "lavfi", "-i", "color=c=black:s=64x64:r=5", "-shortest", "-c:a", "aac", "-b:a", "128k"];
    let Some(film) = converted(&wav(&speech()), &arguments, "film.mp4") else {
        return skipped("a_film_is_a_file_like_any_other", "there is no ffmpeg");
    };
    let job = upload(&api, "film", &film, json!({})).await;
    let done = ended(&api, &job).await;
    assert!(words(done["result"]["text"].as_str().unwrap_or_default()).len() >= 8, "{done}");
}
