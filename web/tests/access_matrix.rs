//! Every address of the OpenAPI document in the name of every kind of caller. What is added to the API is tried here
//! without anybody thinking of it.

mod support;

use serde_json::{Value, json};
use support::TestServer;
use support::api::{ACCOUNTS, Answer, Api};

struct Operation {
    method: String,
    path: String,
    /// Needs no token.
    open: bool,
}

async fn operations(nobody: &Api) -> Vec<Operation> {
    let document = nobody.get("/api/openapi.json").await.good();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let open = operation["security"]
                .as_array()
                .is_some_and(|needs| needs.iter().any(|need| need.as_object().is_some_and(serde_json::Map::is_empty)));
            all.push(Operation { method: method.to_uppercase(), path: path.clone(), open });
        }
    }
    assert!(all.len() > 35, "only {} addresses", all.len());
    all
}

/// A body that is good for the address, so that nothing but the caller decides.
fn body(operation: &Operation) -> Option<Value> {
    let body = match (operation.method.as_str(), operation.path.as_str()) {
        ("GET" | "DELETE", _) => return None,
        (_, "/api/auth/register") => json!({"name": "somebody", "password": "a sentence of several words"}),
        (_, "/api/auth/login") => json!({"login": "nobody", "password": "a sentence of several words"}),
        (_, "/api/auth/refresh" | "/api/auth/logout") => json!({"refresh_token": "none"}),
        (_, "/api/auth/password") => json!({"current": "wrong password", "new": "a sentence of several words"}),
        (_, "/api/history/{id}") => json!({"text": "corrected"}),
        (_, "/api/clean") => json!({"text": "um hello", "language": "en", "style": "mail"}),
        (_, "/api/dictionary") => json!({"term": "AlfaVoice"}),
        (_, "/api/snippets") => json!({"phrase": "my address", "body": "Street 1"}),
        (_, "/api/dictionary/import" | "/api/snippets/import") => json!({"items": []}),
        (_, "/api/keys") => json!({"name": "key", "scopes": ["settings"]}),
        (_, "/api/recordings") => json!({"client_recording_id": "x", "recorded_at": "2025-01-01", "total_bytes": 10}),
        (_, "/api/admin/invites") => json!({"role": "member"}),
        _ => json!({}),
    };
    Some(body)
}

async fn call(api: &Api, operation: &Operation, id: &str, query: &str) -> Answer {
    let path = operation.path.replace("{id}", id) + query;
    let body = body(operation).map(|body| ("application/json", body.to_string().into_bytes()));
    api.send_with(&operation.method, &path, body, &[("if-match", "*")]).await
}

/// Ids of every kind that belong to this person.
async fn belongings(api: &Api) -> Vec<String> {
    let mut ids = Vec::new();
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    ids.push(text(&api.post("/api/dictionary", json!({"term": "secret word"})).await.good()["id"]));
    ids.push(text(&api.post("/api/snippets", json!({"phrase": "secret", "body": "text"})).await.good()["id"]));
    ids.push(text(&api.post("/api/keys", json!({"name": "k", "scopes": ["settings"]})).await.good()["key"]["id"]));
    let recording = json!({"client_recording_id": "r1", "recorded_at": "2025-01-01T10:00:00Z", "total_bytes": 10});
    ids.push(text(&api.post("/api/recordings", recording).await.good()["id"]));
    let logins = api.get("/api/auth/sessions").await.good();
    ids.push(text(&logins["items"][0]["id"]));
    ids
}

/// Everything that the person can see of their own.
async fn everything(api: &Api) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in ["/api/history", "/api/dictionary", "/api/snippets", "/api/jobs", "/api/settings"] {
        seen.push(api.get(path).await.good());
    }
    let keys = api.get("/api/keys").await.good();
    seen.push(json!(
        keys["items"].as_array().map(|keys| keys.iter().map(|k| k["revoked_at"].clone()).collect::<Vec<_>>())
    ));
    seen.push(json!(api.get("/api/auth/sessions").await.good()["items"].as_array().map(Vec::len)));
    seen
}

#[actix_rt::test]
async fn nobody_gets_in_anywhere_without_a_good_token() {
    let server = TestServer::start_unready(&ACCOUNTS, &[]);
    let nobody = Api::new(&server);
    for operation in operations(&nobody).await.iter().filter(|operation| !operation.open) {
        for api in [nobody.clone(), nobody.with("nonsense"), nobody.with("avk_unknown")] {
            let answer = call(&api, operation, "0195432100000abc", "").await;
            assert_eq!(answer.status, 401, "{} {}", operation.method, operation.path);
            assert_eq!(answer.code(), "unauthorized", "{} {}", operation.method, operation.path);
        }
    }
}

#[actix_rt::test]
async fn other_peoples_things_cannot_be_read_changed_or_told_from_nothing() {
    let server = TestServer::start_unready(&ACCOUNTS, &[]);
    let (anna, _) = Api::register(&server, "anna").await;
    let (eve, _) = Api::register(&server, "eve").await;
    let theirs = belongings(&anna).await;
    let before = everything(&anna).await;
    let all = operations(&anna).await;
    let with_id: Vec<&Operation> = all.iter().filter(|operation| operation.path.contains("{id}")).collect();
    assert!(with_id.len() > 12);
    for operation in with_id {
        for query in ["", "?forever=true", "?offset=0"] {
            for id in &theirs {
                // The same form of id, but of nothing at all.
                let unknown = match id.len() {
                    16 => "0000000000000abc".to_owned(),
                    _ => "0195f0f0-0000-7000-8000-000000000000".to_owned(),
                };
                let real = call(&eve, operation, id, query).await;
                let none = call(&eve, operation, &unknown, query).await;
                let name = format!("{} {}{query}", operation.method, operation.path);
                assert!(real.status == 404 || real.status == 403, "{name}: {} {}", real.status, real.body);
                assert_eq!((real.status, real.code()), (none.status, none.code()), "{name}");
                let words = |answer: &Answer| answer.body["error"]["message"].clone();
                assert_eq!(words(&real), words(&none), "{name}");
            }
        }
    }
    assert_eq!(everything(&anna).await, before, "nothing of hers has changed");
}

#[actix_rt::test]
async fn members_are_no_admins_and_keys_are_no_people() {
    let server = TestServer::start_unready(&ACCOUNTS, &[]);
    let (anna, _) = Api::register(&server, "anna").await;
    let all = ["transcribe", "history.read", "history.write", "settings"];
    let key = anna.post("/api/keys", json!({"name": "all", "scopes": all})).await.good();
    let key = anna.with(key["secret"].as_str().expect("a key"));
    for operation in operations(&anna).await {
        let name = format!("{} {}", operation.method, operation.path);
        if operation.path.starts_with("/api/admin/") {
            for api in [&anna, &key] {
                let answer = call(api, &operation, "0195f0f0-0000-7000-8000-000000000000", "").await;
                assert_eq!((answer.status, answer.code()), (403, "forbidden"), "{name}");
            }
        }
        let for_people =
            ["/api/keys", "/api/auth/sessions", "/api/auth/password", "/api/auth/logout-all", "/api/export"];
        if for_people.iter().any(|path| operation.path.starts_with(path)) {
            let answer = call(&key, &operation, "0195f0f0-0000-7000-8000-000000000000", "").await;
            assert_eq!((answer.status, answer.code()), (403, "forbidden"), "{name}");
        }
    }
    let team = anna.post("/api/dictionary?shelf=team", json!({"term": "ours"})).await;
    assert_eq!((team.status, team.code()), (403, "forbidden"), "the team's words are an admin's");
    let promoted = anna.post("/api/keys", json!({"name": "x", "scopes": ["admin"]})).await;
    assert_eq!(promoted.status, 403, "nobody gives away more than they have");
}

#[actix_rt::test]
async fn a_key_reaches_nothing_outside_its_scopes() {
    let server = TestServer::start_unready(&ACCOUNTS, &[]);
    let (anna, _) = Api::register(&server, "anna").await;
    let made = anna.post("/api/keys", json!({"name": "t", "scopes": ["transcribe"]})).await.good();
    let key = anna.with(made["secret"].as_str().expect("a key"));
    let open_to_all = ["/api/auth/me", "/api/auth/ws-ticket", "/api/usage"];
    for operation in operations(&anna).await.iter().filter(|operation| !operation.open) {
        let its_own =
            ["/api/recordings", "/api/jobs", "/api/clean"].iter().any(|path| operation.path.starts_with(path));
        if its_own || open_to_all.contains(&operation.path.as_str()) {
            continue;
        }
        let answer = call(&key, operation, "0195f0f0-0000-7000-8000-000000000000", "").await;
        assert_eq!(answer.status, 403, "{} {}: {}", operation.method, operation.path, answer.body);
    }
}
