//! Coming in, staying in, being thrown out.

mod support;

use awc::error::WsClientError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::TestServer;
use support::api::{ACCOUNTS, Api, PASSWORD};

async fn server() -> TestServer {
    TestServer::start_unready(&ACCOUNTS, &[])
}

#[actix_rt::test]
async fn one_registers_logs_in_and_is_known() {
    let server = server().await;
    let (anna, tokens) = Api::register(&server, "Anna").await;
    let me = anna.get("/api/auth/me").await.good();
    assert_eq!((me["user"]["name"].as_str(), me["auth"].as_str()), (Some("Anna"), Some("token")));
    assert_eq!(tokens["expires_in"], 900);
    let nobody = Api::new(&server);
    // In any case, but not with another password, and with no hint which of the two is wrong.
    nobody.post("/api/auth/login", json!({"login": "ANNA", "password": PASSWORD})).await.good();
    let wrong = nobody.post("/api/auth/login", json!({"login": "anna", "password": "wrong password"})).await;
    let unknown = nobody.post("/api/auth/login", json!({"login": "nobody", "password": "wrong password"})).await;
    assert_eq!((wrong.status, wrong.code()), (401, "wrong_credentials"));
    assert_eq!((unknown.status, unknown.code()), (401, "wrong_credentials"));
    assert_eq!(wrong.body["error"]["message"], unknown.body["error"]["message"]);
    let taken = nobody.post("/api/auth/register", json!({"name": "anna", "password": PASSWORD})).await;
    assert_eq!((taken.status, taken.code()), (409, "conflict"));
    let weak = nobody.post("/api/auth/register", json!({"name": "boris", "password": "short"})).await;
    assert_eq!((weak.status, weak.code()), (400, "weak_password"));
    let asked = [("accept-language", "ru-RU,ru;q=0.9")];
    let body = Some(("application/json", br#"{"login":"anna","password":"x"}"#.to_vec()));
    let russian = nobody.send_with("POST", "/api/auth/login", body, &asked).await;
    assert!(russian.body["error"]["message"].as_str().expect("words").contains("пароль"), "{}", russian.body);
}

#[actix_rt::test]
async fn a_refresh_token_that_is_used_twice_ends_the_login() {
    let server = server().await;
    let (anna, first) = Api::register(&server, "anna").await;
    let nobody = Api::new(&server);
    let second = nobody.post("/api/auth/refresh", json!({"refresh_token": first["refresh_token"]})).await.good();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let reused = nobody.post("/api/auth/refresh", json!({"refresh_token": first["refresh_token"]})).await;
    assert_eq!((reused.status, reused.code()), (401, "token_reused"));
    // The thief's token, the owner's token and the access tokens of both are worth nothing now.
    let after = nobody.post("/api/auth/refresh", json!({"refresh_token": second["refresh_token"]})).await;
    assert_eq!((after.status, after.code()), (401, "unauthorized"));
    assert_eq!(anna.get("/api/auth/me").await.status, 401);
}

#[actix_rt::test]
async fn of_many_refreshes_at_once_one_wins_at_most() {
    let server = server().await;
    let (_, first) = Api::register(&server, "anna").await;
    let nobody = Api::new(&server);
    let body = json!({"refresh_token": first["refresh_token"]});
    let tries = (0..8).map(|_| nobody.post("/api/auth/refresh", body.clone()));
    let answers = futures_util::future::join_all(tries).await;
    let good = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(good <= 1, "{good}");
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.status == 401));
}

#[actix_rt::test]
async fn forged_and_foreign_tokens_are_refused() {
    let server = server().await;
    let (anna, tokens) = Api::register(&server, "anna").await;
    let token = tokens["access_token"].as_str().expect("a token");
    let parts: Vec<&str> = token.split('.').collect();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[0]).expect("base64")).expect("JSON");
    let none = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "typ": "JWT", "kid": header["kid"]}).to_string());
    let mut claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).expect("base64")).expect("JSON");
    claims["role"] = json!("admin");
    let promoted = URL_SAFE_NO_PAD.encode(claims.to_string());
    let forged = [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{promoted}.{}", parts[0], parts[2]),
        "av".to_owned(),
        "avk_0000000000000000000000000000000000000000000".to_owned(),
    ];
    for forged in forged {
        let answer = anna.with(&forged).get("/api/auth/me").await;
        assert_eq!((answer.status, answer.code()), (401, "unauthorized"), "{forged}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    // Signed by another server, whose key is another.
    let other = TestServer::start_unready(&ACCOUNTS, &[("JWT_SECRET", "another server's own key, long enough 1234")]);
    let (_, foreign) = Api::register(&other, "anna").await;
    let answer = anna.with(foreign["access_token"].as_str().expect("a token")).get("/api/auth/me").await;
    assert_eq!((answer.status, answer.code()), (401, "unauthorized"));
}

#[actix_rt::test]
async fn logging_out_everywhere_ends_every_login_at_once() {
    let server = server().await;
    let (anna, first) = Api::register(&server, "anna").await;
    let nobody = Api::new(&server);
    let second = nobody.post("/api/auth/login", json!({"login": "anna", "password": PASSWORD})).await.good();
    let logins = anna.get("/api/auth/sessions").await.good();
    assert_eq!(logins["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(anna.post("/api/auth/logout-all", json!({})).await.good()["count"], 2);
    for tokens in [&first, &second] {
        let access = tokens["access_token"].as_str().expect("a token");
        assert_eq!(nobody.with(access).get("/api/auth/me").await.status, 401);
        let again = nobody.post("/api/auth/refresh", json!({"refresh_token": tokens["refresh_token"]})).await;
        assert_eq!(again.status, 401);
    }
}

#[actix_rt::test]
async fn a_new_password_throws_everybody_else_out() {
    let server = server().await;
    let (anna, _) = Api::register(&server, "anna").await;
    let thief = Api::new(&server);
    let stolen = thief.post("/api/auth/login", json!({"login": "anna", "password": PASSWORD})).await.good();
    let thief = thief.with(stolen["access_token"].as_str().expect("a token"));
    let new = "девять зелёных слонов";
    let wrong = anna.post("/api/auth/password", json!({"current": "no idea at all", "new": new})).await;
    assert_eq!((wrong.status, wrong.code()), (401, "wrong_credentials"));
    let tokens = anna.post("/api/auth/password", json!({"current": PASSWORD, "new": new})).await.good();
    assert_eq!(thief.get("/api/auth/me").await.status, 401);
    assert_eq!(anna.get("/api/auth/me").await.status, 401, "the old login of one's own, too");
    anna.with(tokens["access_token"].as_str().expect("a token")).get("/api/auth/me").await.good();
}

#[actix_rt::test]
async fn who_guesses_passwords_has_to_wait() {
    let settings = ["auth.local_user=false", "auth.registration=open", "auth.login_attempts_per_minute=3"];
    let server = TestServer::start_unready(&settings, &[]);
    let nobody = Api::new(&server);
    let guess = json!({"login": "anna", "password": "guess number one"});
    for _ in 0..3 {
        assert_eq!(nobody.post("/api/auth/login", guess.clone()).await.status, 401);
    }
    let throttled = nobody.post("/api/auth/login", guess).await;
    assert_eq!((throttled.status, throttled.code()), (429, "too_many_requests"));
    assert!(throttled.header("retry-after").is_some());
}

#[actix_rt::test]
async fn an_invite_lets_one_in_once() {
    let mut settings = ACCOUNTS.to_vec();
    settings[1] = "auth.registration=invite";
    settings[0] = "auth.local_user=true";
    let server = TestServer::start_unready(&settings, &[]);
    let admin = Api::new(&server);
    let uninvited = admin.post("/api/auth/register", json!({"name": "eve", "password": PASSWORD})).await;
    assert_eq!((uninvited.status, uninvited.code()), (403, "invite_refused"));
    let invite = admin.post("/api/admin/invites", json!({"role": "member", "note": "for Anna"})).await.good();
    let body = |name: &str| json!({"name": name, "password": PASSWORD, "invite": invite["code"]});
    admin.post("/api/auth/register", body("anna")).await.good();
    let again = admin.post("/api/auth/register", body("boris")).await;
    assert_eq!((again.status, again.code()), (403, "invite_refused"));
}

#[actix_rt::test]
async fn a_key_does_what_it_may_until_it_is_revoked() {
    let server = server().await;
    let (anna, _) = Api::register(&server, "anna").await;
    let wanted = json!({"name": "backup script", "scopes": ["history.read"]});
    let made = anna.post("/api/keys", wanted).await.good();
    let key = anna.with(made["secret"].as_str().expect("the key itself"));
    key.get("/api/history").await.good();
    assert_eq!(key.get("/api/settings").await.status, 403, "another scope");
    assert_eq!(key.get("/api/keys").await.status, 403, "a key makes no keys");
    let listed = anna.get("/api/keys").await.good().to_string();
    assert!(!listed.contains(made["secret"].as_str().expect("a key")), "shown once");
    let id = made["key"]["id"].as_str().expect("an id");
    assert_eq!(anna.delete(&format!("/api/keys/{id}")).await.status, 204);
    assert_eq!(key.get("/api/history").await.status, 401);
}

/// Opens a WebSocket; the status where it is refused, the chosen subprotocol where not.
async fn socket(server: &TestServer, path: &str, token: Option<&str>, offered: &[&str]) -> Result<Option<String>, u16> {
    let mut request = awc::Client::new().ws(server.url(path)).protocols(offered);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    match request.connect().await {
        Ok((response, _)) => {
            let chosen = response.headers().get("sec-websocket-protocol");
            Ok(chosen.map(|chosen| chosen.to_str().expect("text").to_owned()))
        }
        Err(WsClientError::InvalidResponseStatus(status)) => Err(status.as_u16()),
        Err(error) => panic!("{error}"),
    }
}

#[actix_rt::test]
async fn a_websocket_opens_with_a_header_a_subprotocol_or_a_ticket_and_with_nothing_else() {
    let server = server().await;
    let (anna, tokens) = Api::register(&server, "anna").await;
    let token = tokens["access_token"].as_str().expect("a token");
    assert_eq!(socket(&server, "/transcribe", None, &[]).await, Err(401));
    assert_eq!(socket(&server, "/transcribe", Some("nonsense"), &[]).await, Err(401));
    assert_eq!(socket(&server, "/transcribe", Some(token), &[]).await, Ok(None));
    let offered = socket(&server, "/transcribe", None, &["bearer", token]).await;
    assert_eq!(offered, Ok(Some("bearer".to_owned())), "the token is not echoed");
    let ticket = anna.post("/api/auth/ws-ticket", json!({})).await.good();
    let path = format!("/transcribe?ticket={}", ticket["ticket"].as_str().expect("a ticket"));
    assert_eq!(socket(&server, &path, None, &[]).await, Ok(None));
    assert_eq!(socket(&server, &path, None, &[]).await, Err(401), "once");
    let long_lived = format!("/transcribe?token={token}");
    assert_eq!(socket(&server, &long_lived, None, &[]).await, Err(401), "no token in an address");
    let key = anna.post("/api/keys", json!({"name": "reader", "scopes": ["history.read"]})).await.good();
    assert_eq!(socket(&server, "/transcribe", key["secret"].as_str(), &[]).await, Err(403), "wrong scope");
}

#[actix_rt::test]
async fn foreign_pages_are_kept_out_and_answers_carry_protection() {
    let server = TestServer::start_unready(&["server.allowed_origins=https://voice.example.org"], &[]);
    let api = Api::new(&server);
    let from = async |origin: &str| api.send_with("GET", "/api/auth/me", None, &[("origin", origin)]).await;
    assert_eq!(from("https://evil.example").await.status, 400);
    let own = format!("http://{}", server.address);
    assert_eq!(from(&own).await.status, 200);
    let listed = from("https://voice.example.org").await;
    assert_eq!(listed.header("access-control-allow-origin"), Some("https://voice.example.org"));
    for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("cache-control", "no-store")] {
        assert_eq!(listed.header(name), Some(value), "{name}");
    }
    assert!(listed.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
    let socket = awc::Client::new().ws(server.url("/transcribe")).header("origin", "https://evil.example").connect().await;
    assert!(matches!(socket, Err(WsClientError::InvalidResponseStatus(_))), "nor its WebSockets");
}
