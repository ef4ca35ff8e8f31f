//! The environment: our own variables and the well-known ones.

use crate::key::{Key, keys};
use crate::layers::{Entry, Layer};
use crate::nearest::nearest_key;
use crate::problem::{Origin, Problem};
use crate::raw::Raw;

/// Names the profile.
pub(crate) const PROFILE: &str = "ALFAVOICE_PROFILE";
/// Names the settings file.
pub(crate) const CONFIG: &str = "ALFAVOICE_CONFIG";

const PREFIX: &str = "ALFAVOICE_";

/// Names that deployments use anyway, and the keys they mean. `NUMA_NODE_<n>_CORES` is besides these.
pub(crate) const WELL_KNOWN: [(&str, &str); 7] = [
    ("DATABASE_URL", "database.url"),
    ("JWT_SECRET", "auth.jwt_secret"),
    ("REDIS_URL", "cache.redis_url"),
    ("WHISPER_THREADS", "asr.threads_per_slot"),
    ("LLM_THREADS", "llm.threads"),
    ("MAX_QUEUE_SIZE", "scheduling.max_queue_size"),
    ("MEMORY_AFFINITY", "placement.memory_affinity"),
];

/// What the environment says, and what in it looks like a slip.
pub(crate) struct Environment {
    pub layer: Layer,
    pub warnings: Vec<String>,
}

/// The variables that are settings. Our own name wins over the well-known one of the same key.
pub(crate) fn layer(variables: &[(String, String)], problems: &mut Vec<Problem>) -> Environment {
    let mut well_known = Vec::new();
    let mut own = Vec::new();
    let mut warnings = Vec::new();
    let mut sorted: Vec<&(String, String)> = variables.iter().collect();
    sorted.sort();
    for (name, value) in sorted {
        let entry =
            |key: String| Entry { key, raw: Raw::Given(value.clone()), origin: Origin::Environment(name.clone()) };
        if let Some(key) = well_known_key(name) {
            // Compose files pass on variables that are not set as empty ones.
            well_known.extend((!value.is_empty()).then(|| entry(key)));
        } else if let Some(rest) = name.strip_prefix(PREFIX) {
            match rest.split_once("__") {
                Some((section, key)) => own.push(entry(own_key(section, key))),
                None => warnings.extend(doubtful(name, rest, problems)),
            }
        }
    }
    well_known.extend(own);
    Environment { layer: Layer { entries: well_known }, warnings }
}

fn well_known_key(name: &str) -> Option<String> {
    if let Some((_, key)) = WELL_KNOWN.iter().find(|(known, _)| *known == name) {
        return Some((*key).to_owned());
    }
    let node: u8 = name.strip_prefix("NUMA_NODE_")?.strip_suffix("_CORES")?.parse().ok()?;
    Some(format!("placement.numa_node_cores.{node}"))
}

fn own_key(section: &str, key: &str) -> String {
    format!("{}.{}", section.to_lowercase(), key.to_lowercase().replace("__", "."))
}

/// A variable of ours that is no setting: a problem if it was surely meant as one, else a word of warning or nothing.
fn doubtful(name: &str, rest: &str, problems: &mut Vec<Problem>) -> Option<String> {
    // Of commands and builds, and what Kubernetes sets for a service called `alfavoice`.
    const OTHERS: [&str; 7] = ["PROFILE", "CONFIG", "URL", "TOKEN", "ISA", "STOCK_GGML", "REWRITE"];
    if OTHERS.contains(&rest) || rest.starts_with("SERVICE_") || rest == "PORT" || rest.starts_with("PORT_") {
        return None;
    }
    let keys = keys();
    let flat = |key: &Key| key.variable().replace("__", "_");
    if let Some(meant) = keys.iter().find(|key| flat(key) == name) {
        let remedy = format!("write `{}`, with two underscores after the section", meant.variable());
        problems.push(Problem::new(Origin::Environment(name.to_owned()), format!("`{name}` is not a setting"), remedy));
        return None;
    }
    let paths: Vec<String> = keys.iter().map(Key::path).collect();
    let guess = nearest_key(rest, paths.iter().map(String::as_str));
    let variable = guess.and_then(|guess| keys.iter().find(|key| key.path() == guess)).map(Key::variable);
    let hint = variable.map(|variable| format!("; did you mean `{variable}`?")).unwrap_or_default();
    Some(format!("environment variable `{name}` is not a setting and is ignored{hint}"))
}
