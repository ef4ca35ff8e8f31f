//! Weak settings: those that the server would start with all the same.

use config::{Registration, Secret, Settings};

use super::Finding;
use crate::kept_audio::Cipher;

const SHORTEST_SECRET: usize = 32;
/// Random ones of that length have more different characters.
const FEW: usize = 10;
/// Two a second for one name: no person, and too many for a weak password.
const MOST_GUESSES: u16 = 120;
/// A stolen one is good for as long.
const LONG_TOKEN_MINUTES: u16 = 120;

pub fn check(settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    let reachable = !settings.server.listen.ip().is_loopback();
    secrets(settings, &mut found);
    if settings.auth.local_user {
        let what = "`auth.local_user` lets everybody in as an admin without a password";
        found.push(Finding::weakness("local-user", what, "use `--profile production`, and `alfavoice user add`"));
    }
    if settings.auth.registration == Registration::Open && reachable {
        let what = "`auth.registration` is `open`: whoever reaches the server makes an account";
        found.push(Finding::weakness("open-registration", what, "set it to `invite` or `closed`"));
    }
    if settings.server.allowed_origins.iter().any(|origin| origin == "*") {
        let what = "`server.allowed_origins` has `*`: every page on the internet may use the API";
        found.push(Finding::weakness("any-origin", what, "list the origins of your pages"));
    }
    if settings.server.tls_certificate.is_none() && reachable {
        let what = format!("plain HTTP on `{}`", settings.server.listen);
        let remedy = "set `server.tls_certificate` and `server.tls_key`, or let only a proxy with TLS reach it";
        found.push(Finding::advice("no-tls", what, remedy));
    }
    if settings.limits.requests_per_second == 0 || settings.limits.requests_per_second_of_address == 0 {
        let what = "a limit of requests is off (`limits.requests_per_second...` is 0)";
        found.push(Finding::weakness("no-rate-limit", what, "leave the defaults, or set what people need"));
    }
    if settings.retention.keep_audio_days > 0 && settings.retention.audio_key.is_empty() {
        let what = "sound is kept without encryption";
        found.push(Finding::weakness("plain-audio", what, "set `retention.audio_key` (`openssl rand -base64 32`)"));
    }
    let audio_key = &settings.retention.audio_key;
    if Cipher::parse(audio_key).is_err() {
        let what = "`retention.audio_key` is not a key";
        found.push(Finding::weakness("bad-audio-key", what, "make one with `openssl rand -base64 32`"));
    } else if !audio_key.is_empty() && distinct(audio_key) < FEW {
        let what = "`retention.audio_key` is easy to guess: few different characters";
        found.push(Finding::weakness("weak-audio-key", what, "make one with `openssl rand -base64 32`"));
    }
    if settings.auth.login_attempts_per_minute > MOST_GUESSES {
        let what = "`auth.login_attempts_per_minute` lets passwords be guessed";
        found.push(Finding::weakness("many-guesses", what, "leave the default of 10"));
    }
    if settings.auth.access_token_minutes > LONG_TOKEN_MINUTES {
        let what = format!("access tokens are good for {} minutes", settings.auth.access_token_minutes);
        found.push(Finding::advice("long-tokens", what, "leave the default of 15: clients renew them by themselves"));
    }
    database(settings, &mut found);
    found
}

fn secrets(settings: &Settings, found: &mut Vec<Finding>) {
    let keys = [
        ("auth.jwt_secret", &settings.auth.jwt_secret),
        ("auth.jwt_previous_secret", &settings.auth.jwt_previous_secret),
    ];
    if !settings.auth.jwt_secret.is_empty()
        && settings.auth.jwt_secret.expose() == settings.auth.jwt_previous_secret.expose()
    {
        let what = "`auth.jwt_previous_secret` is the present secret";
        found.push(Finding::weakness("same-secret", what, "leave it empty, or give the one that signed before"));
    }
    for (key, secret) in keys {
        if key == "auth.jwt_previous_secret" && secret.is_empty() {
            continue;
        }
        if let Some(problem) = weakness(secret) {
            let what = format!("`{key}` is {problem}");
            found.push(Finding::weakness(
                "weak-secret",
                what,
                "make one with `openssl rand -base64 48`, give it as JWT_SECRET",
            ));
        }
    }
}

fn weakness(secret: &Secret) -> Option<&'static str> {
    let text = secret.expose();
    let known = ["development", "changeme", "change-me", "secret", "password", "example", "your-"];
    let lower = text.to_lowercase();
    if text.is_empty() {
        Some("not set")
    } else if text.len() < SHORTEST_SECRET {
        Some("shorter than 32 characters")
    } else if distinct(secret) < FEW {
        Some("easy to guess: few different characters")
    } else if known.iter().any(|word| lower.contains(word)) {
        Some("easy to guess: it contains a word of examples")
    } else {
        None
    }
}

fn distinct(secret: &Secret) -> usize {
    secret.expose().chars().collect::<std::collections::BTreeSet<_>>().len()
}

/// A database elsewhere whose address holds an easy password.
fn database(settings: &Settings, found: &mut Vec<Finding>) {
    let url = settings.database.url.expose();
    let Some((login, place)) = url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')) else { return };
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let easy = ["", "postgres", "password", "alfavoice", "admin", "changeme", "secret", user];
    if easy.contains(&password) {
        let what = "the password in `database.url` is missing or easy to guess";
        found.push(Finding::weakness("weak-database-password", what, "give the database's user a random one"));
    }
    let host = place.split(['/', ':', '?']).next().unwrap_or_default();
    let here = ["localhost", "127.0.0.1", "[", ""].contains(&host);
    let encrypted = ["sslmode=require", "sslmode=verify"].iter().any(|mode| url.contains(mode));
    if !here && !encrypted {
        let what = format!("the way to the database on `{host}` may be without encryption");
        found.push(Finding::advice(
            "database-plain",
            what,
            "add `?sslmode=verify-full`, unless the network is its own",
        ));
    }
}
