//! A caller of the HTTP API: with a token, a key or nothing.

use std::time::Duration;

use awc::http::Method;
use serde_json::{Value, json};

use super::TestServer;

/// A password that nobody objects to.
pub const PASSWORD: &str = "correct horse battery";

/// Accounts instead of the local user, open to everybody.
pub const ACCOUNTS: [&str; 4] = [
    "auth.local_user=false",
    "auth.registration=open",
    "auth.login_attempts_per_minute=10000",
    "limits.requests_per_second=0",
];

#[derive(Clone)]
pub struct Api {
    base: String,
    pub token: Option<String>,
}

/// An answer: status, body as JSON (null where it is none) and headers.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: Vec<(String, String)>,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body, of an answer that must be good.
    pub fn good(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.body);
        self.body
    }
}

impl Api {
    pub fn new(server: &TestServer) -> Self {
        Self { base: server.url(""), token: None }
    }

    pub fn with(&self, token: impl Into<String>) -> Self {
        Self { base: self.base.clone(), token: Some(token.into()) }
    }

    /// Makes an account and logs it in; the tokens are the answer.
    pub async fn register(server: &TestServer, name: &str) -> (Self, Value) {
        let nobody = Self::new(server);
        let body = json!({"name": name, "password": PASSWORD});
        let tokens = nobody.send("POST", "/api/auth/register", Some(body)).await.good();
        (nobody.with(tokens["access_token"].as_str().expect("a token")), tokens)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.send_with(method, path, body, &[]).await
    }

    pub async fn put_bytes(&self, path: &str, bytes: Vec<u8>) -> Answer {
        self.send_with("PUT", path, Some(("application/octet-stream", bytes)), &[]).await
    }

    pub async fn send_with(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let client = awc::Client::builder().timeout(Duration::from_secs(60)).finish();
        let method: Method = method.to_uppercase().parse().expect("a method");
        let mut request = client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        for header in headers {
            request = request.insert_header(*header);
        }
        let sent = match body {
            Some((kind, bytes)) => request.insert_header(("content-type", kind)).send_body(bytes).await,
            None => request.send().await,
        };
        let mut response = sent.expect("the server answers");
        let bytes = response.body().limit(64_000_000).await.expect("a body");
        let headers = response.headers().iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap_or_default().to_owned()));
        Answer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    /// Asks until the answer is as wanted.
    pub async fn until(&self, path: &str, limit: Duration, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = std::time::Instant::now();
        loop {
            let answer = self.get(path).await;
            if wanted(&answer.body) {
                return answer.body;
            }
            assert!(start.elapsed() < limit, "{path} never came to it: {}", answer.body);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
