//! Who speaks: everybody with an account of their own, as people have, so that what the server shares out per person is
//! shared out as it will be.

use std::rc::Rc;

use anyhow::{Context as _, bail};
use protocol::api::{CreatedApiKey, NewApiKey, RegisterRequest, Scope, Tokens};

use crate::http;

/// What a server must be told that we start ourselves, so that all of these people may come from this one machine.
pub const SETTINGS: [&str; 5] = [
    "auth.registration=open",
    "auth.login_attempts_per_minute=10000",
    "limits.requests_per_second=0",
    "limits.requests_per_second_of_address=0",
    "server.max_connections_per_user=1000",
];

/// Keys of people. Nobody has one where a server lets in whoever comes.
#[derive(Debug, Clone, Default)]
pub struct People(Rc<[String]>);

impl People {
    /// Keys that somebody made: the first is the first person's, and when all are given out, it begins again.
    pub fn with(keys: Vec<String>) -> Self {
        Self(keys.into())
    }

    /// As many as are asked for; those who are missing make an account.
    pub async fn at_least(&self, count: usize, server: &str) -> anyhow::Result<Self> {
        let mut keys = self.0.to_vec();
        for number in keys.len()..count {
            keys.push(key_of(server, &format!("speaker-{number}")).await?);
        }
        Ok(Self::with(keys))
    }

    pub fn key(&self, person: usize) -> Option<&str> {
        (!self.0.is_empty()).then(|| self.0[person % self.0.len()].as_str())
    }
}

async fn key_of(server: &str, name: &str) -> anyhow::Result<String> {
    let account = RegisterRequest {
        name: name.to_owned(),
        email: None,
        password: format!("{:032x}", rand::random::<u128>()),
        invite: None,
        client: Some("alfavoice-loadtest".to_owned()),
    };
    let tokens: Tokens = made(server, "/api/auth/register", None, &account).await?;
    let key = NewApiKey { name: "loadtest".to_owned(), scopes: vec![Scope::Transcribe], expires_in_days: Some(1) };
    let created: CreatedApiKey = made(server, "/api/keys", Some(&tokens.access_token), &key).await?;
    Ok(created.secret)
}

async fn made<T: serde::de::DeserializeOwned>(
    server: &str,
    path: &str,
    token: Option<&str>,
    what: &impl serde::Serialize,
) -> anyhow::Result<T> {
    let answer = http::post_json(&format!("{server}{path}"), token, &serde_json::to_string(what)?).await?;
    if !(200..300).contains(&answer.status) {
        bail!("{path} answered {}: {}", answer.status, answer.body);
    }
    serde_json::from_str(&answer.body).with_context(|| format!("what {path} answered"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_key_of_their_own_as_long_as_there_are_some() {
        let people = People::with(vec!["a".into(), "b".into()]);
        let keys: Vec<_> = (0..3).map(|person| people.key(person)).collect();
        assert_eq!(keys, [Some("a"), Some("b"), Some("a")]);
        assert_eq!(People::default().key(0), None);
    }
}
