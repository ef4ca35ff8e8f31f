//! Where nobody speaks there is no text.

mod support;

use std::time::Duration;

use support::TestServer;
use support::client::Client;
use support::sound::{music, noise, silence};

async fn text_of(server: &TestServer, sound: Vec<i16>) -> String {
    let mut client = Client::connect(server).await;
    client.sound(&sound).await;
    client.finish().await;
    let partials: Vec<String> = client.partials().into_iter().map(|partial| partial.text).collect();
    format!("{}{}", partials.concat(), client.text_heard())
}

#[actix_rt::test]
async fn a_minute_of_nothing_gives_no_text() {
    let server = TestServer::start().await;
    for (what, sound) in [
        ("silence", silence(60_000)),
        ("faint noise", noise(60_000, 0.003)),
        ("noise", noise(60_000, 0.03)),
        ("loud noise", noise(60_000, 0.3)),
        ("music", music(60_000)),
    ] {
        assert_eq!(text_of(&server, sound).await, "", "{what}");
    }
}

#[actix_rt::test]
async fn an_idle_server_costs_nearly_nothing() {
    let server = TestServer::start().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let processes = || std::iter::once(server.pid()).chain(server.workers());
    let used = || processes().map(support::cpu_time).sum::<Duration>();
    let before = used();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let share = (used() - before).as_secs_f64() / 10.0;
    assert!(share < 0.01, "{:.2} % of a core", share * 100.0);
    let resident = support::resident_bytes(server.pid()) >> 20;
    assert!(resident < 120, "{resident} MiB");
}

#[actix_rt::test]
async fn a_thousand_idle_connections_are_cheap() {
    // All of them come from one address.
    let settings = ["server.max_connections_per_user=2000", "limits.requests_per_second_of_address=0"];
    let server = TestServer::start_with(&settings).await;
    let before = support::resident_bytes(server.pid());
    let mut clients = Vec::new();
    for _ in 0..20 {
        let batch = (0..50).map(|_| async {
            let mut client = Client::connect(&server).await;
            client.ready().await;
            client
        });
        clients.extend(futures_util::future::join_all(batch).await);
    }
    assert_eq!(server.metric("active_connections").await, 1000.0);
    let grown = support::resident_bytes(server.pid()).saturating_sub(before) >> 20;
    assert!(grown < 60, "{grown} MiB for 1000 connections");
}
