//! What must hold between keys, and what a profile demands.

use std::path::Path;

use crate::problem::{Origin, Problem};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::sources::Profile;

/// The secret of `config/development.toml`, known to everybody.
pub(crate) const DEVELOPMENT_SECRET: &str = "development-only-secret-do-not-use-anywhere-else";

const SHORTEST_SECRET: usize = 32;

pub(crate) fn check(settings: &Settings, problems: &mut Vec<Problem>, warnings: &mut Vec<String>) {
    let mut found = Vec::new();
    order(settings, &mut found);
    pause(settings, &mut found);
    addresses(settings, &mut found);
    tls(settings, &mut found);
    cores(settings, &mut found);
    match settings.profile {
        Profile::Production => production(settings, &mut found, warnings),
        Profile::Development => development(settings, warnings),
    }
    if settings.cache.redis_url.is_some() {
        warnings.push(
            "`cache.redis_url` is set, but this version keeps its cache inside the server; it is not used".to_owned(),
        );
    }
    // A key that could not be read has its default here: what follows from that would only confuse.
    found.retain(|problem| !problems.iter().any(|other| other.key == problem.key));
    problems.append(&mut found);
}

/// Pairs of which the first must not be greater.
fn order(s: &Settings, problems: &mut Vec<Problem>) {
    let pairs: [(&str, u32, &str, u32); 3] = [
        (
            "asr.partial_interval_ms",
            s.asr.partial_interval_ms,
            "asr.partial_interval_max_ms",
            s.asr.partial_interval_max_ms,
        ),
        (
            "supervision.backoff_first_ms",
            s.supervision.backoff_first_ms,
            "supervision.backoff_max_ms",
            s.supervision.backoff_max_ms,
        ),
        ("server.ping_interval_s", s.server.ping_interval_s, "server.idle_timeout_s", s.server.idle_timeout_s),
    ];
    for (lower, low, upper, high) in pairs {
        if low > high {
            // The one that somebody set is to blame; if both, the lower one.
            let (key, what) = if s.origin(lower) == Origin::Default {
                (upper, format!("less than `{lower}`, which is {low}"))
            } else {
                (lower, format!("more than `{upper}`, which is {high}"))
            };
            problems.push(s.problem(key, what, format!("`{lower}` may be at most `{upper}`")));
        }
    }
}

fn pause(s: &Settings, problems: &mut Vec<Problem>) {
    if (1..100).contains(&s.audio.pause_ms) {
        let remedy = "give 0 to learn it from the speaker, or at least 100";
        problems.push(s.problem("audio.pause_ms", "shorter than the gaps inside words", remedy));
    }
}

fn addresses(s: &Settings, problems: &mut Vec<Problem>) {
    if !["sqlite", "postgres", "postgresql"].contains(&s.database.url.scheme().as_str()) {
        let remedy = "give `sqlite:FILE` or `postgres://user:password@host/name`";
        problems.push(s.problem("database.url", "no database that is supported", remedy));
    }
    if s.cache.redis_url.as_ref().is_some_and(|url| !["redis", "rediss"].contains(&url.scheme().as_str())) {
        problems.push(s.problem("cache.redis_url", "not a Redis address", "give `redis://host:6379/0`, or nothing"));
    }
    for mirror in &s.models.mirrors {
        if !["https://", "http://", "file:///"].iter().any(|scheme| mirror.starts_with(scheme)) {
            let what = format!("entry `{mirror}` is no address of a mirror");
            problems.push(s.problem("models.mirrors", what, "begin it with `https://`, `http://` or `file:///`"));
        }
    }
    for origin in &s.server.allowed_origins {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let fits = origin == "*" || host.is_some_and(|host| !host.is_empty() && !host.contains('/'));
        if !fits {
            let what = format!("entry `{origin}` is no origin");
            let remedy = "give scheme and host without a path, such as `https://voice.example.org`";
            problems.push(s.problem("server.allowed_origins", what, remedy));
        }
    }
}

fn tls(s: &Settings, problems: &mut Vec<Problem>) {
    let pair = [("server.tls_certificate", &s.server.tls_certificate), ("server.tls_key", &s.server.tls_key)];
    for (at, (key, file)) in pair.iter().enumerate() {
        let (other_key, other) = pair[1 - at];
        match file {
            Some(file) if !Path::new(file).is_file() => {
                problems.push(s.problem(key, "there is no such file", "give the path of a PEM file"));
            }
            Some(_) if other.is_none() => {
                let what = format!("set without `{other_key}`");
                problems.push(s.problem(key, what, "set both, or none for plain HTTP"));
            }
            _ => {}
        }
    }
}

fn cores(s: &Settings, problems: &mut Vec<Problem>) {
    let nodes = &s.placement.numa_node_cores;
    for (at, node) in nodes.iter().enumerate() {
        for (before, other) in nodes[..at].iter().enumerate() {
            if let Some(core) = node.shared_with(other) {
                let what = format!("core {core} is on node {before} and on node {at}");
                problems.push(s.problem("placement.numa_node_cores", what, "give each core to one node"));
            }
        }
    }
}

fn production(s: &Settings, problems: &mut Vec<Problem>, warnings: &mut Vec<String>) {
    if let Some(what) = weakness(&s.auth.jwt_secret) {
        let remedy = "make one with `openssl rand -base64 48` and give it as JWT_SECRET";
        problems.push(s.problem("auth.jwt_secret", format!("{what}, which production refuses"), remedy));
    }
    if !s.auth.jwt_previous_secret.is_empty()
        && let Some(what) = weakness(&s.auth.jwt_previous_secret)
    {
        let remedy = "leave it empty, or give the key that signed before";
        problems.push(s.problem("auth.jwt_previous_secret", format!("{what}, which production refuses"), remedy));
    }
    if s.auth.local_user {
        let remedy = "leave it out, and make accounts with `alfavoice user add`";
        problems.push(s.problem("auth.local_user", "lets everybody in, which production refuses", remedy));
    }
    if s.server.allowed_origins.iter().any(|origin| origin == "*") {
        let remedy = "list the origins of your pages";
        problems.push(s.problem("server.allowed_origins", "`*` lets every page in, which production refuses", remedy));
    }
    if s.server.tls_certificate.is_none() && !s.server.listen.ip().is_loopback() {
        let listen = s.server.listen;
        warnings.push(format!(
            "plain HTTP on `{listen}`: put a proxy that speaks TLS before it, or set `server.tls_certificate` and `server.tls_key`"
        ));
    }
}

fn development(s: &Settings, warnings: &mut Vec<String>) {
    if !s.server.listen.ip().is_loopback() {
        let listen = s.server.listen;
        warnings.push(format!(
            "the development profile asks nobody for a password, and `{listen}` can be reached from other machines; use `--profile production` there"
        ));
    }
}

/// Why the secret is no good, if it is none.
fn weakness(secret: &Secret) -> Option<String> {
    let text = secret.expose();
    let distinct = text.chars().collect::<std::collections::BTreeSet<_>>().len();
    if text.is_empty() {
        Some("not set".to_owned())
    } else if text == DEVELOPMENT_SECRET {
        Some("the development profile's own secret".to_owned())
    } else if text.len() < SHORTEST_SECRET {
        Some(format!("shorter than {SHORTEST_SECRET} characters"))
    } else if distinct < 10 {
        Some("easy to guess (few different characters)".to_owned())
    } else {
        None
    }
}
