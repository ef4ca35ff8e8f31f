//! Layers of raw values, put over each other.

use std::collections::BTreeMap;

use crate::key::keys;
use crate::nearest::nearest_key;
use crate::problem::{Origin, Problem};
use crate::raw::Raw;

/// What one source says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer {
    pub entries: Vec<Entry>,
}

/// A key and its value as given, and by whom.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub key: String,
    pub raw: Raw,
    pub origin: Origin,
}

/// For every key that anybody set, what the strongest source said.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Resolved(BTreeMap<String, Entry>);

impl Layer {
    pub fn from_flags(flags: &[(String, String)]) -> Self {
        let entry = |(key, value): &(String, String)| Entry {
            key: key.clone(),
            raw: Raw::Given(value.clone()),
            origin: Origin::CommandLine,
        };
        Self { entries: flags.iter().map(entry).collect() }
    }
}

impl Resolved {
    /// Later layers win. Keys that do not exist are problems, whichever layer they are in.
    pub fn merge(layers: Vec<Layer>, problems: &mut Vec<Problem>) -> Self {
        let known: Vec<String> = keys().iter().map(crate::key::Key::path).collect();
        let mut merged = Self::default();
        for entry in layers.into_iter().flat_map(|layer| layer.entries) {
            if known.contains(&entry.key) {
                merged.put(entry);
            } else if let Some(node) = numa_node(&entry.key) {
                merged.put_node(node, entry);
            } else {
                problems.push(unknown_key(&entry, &known));
            }
        }
        merged
    }

    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.0.get(key)
    }

    fn put(&mut self, entry: Entry) {
        self.0.insert(entry.key.clone(), entry);
    }

    /// One entry of the list of `placement.numa_node_cores`; the others stay as the weaker layers have them.
    fn put_node(&mut self, node: usize, entry: Entry) {
        const KEY: &str = "placement.numa_node_cores";
        let mut nodes = self.get(KEY).and_then(|below| below.raw.list()).unwrap_or_default();
        if nodes.len() <= node {
            nodes.resize(node + 1, Raw::Text(String::new()));
        }
        nodes[node] = Raw::Text(entry.raw.text().unwrap_or_default().to_owned());
        self.put(Entry { key: KEY.to_owned(), raw: Raw::List(nodes), origin: entry.origin });
    }
}

/// `placement.numa_node_cores.1`, as which `NUMA_NODE_1_CORES` arrives here.
fn numa_node(key: &str) -> Option<usize> {
    key.strip_prefix("placement.numa_node_cores.")?.parse().ok().filter(|node| *node < 64)
}

fn unknown_key(entry: &Entry, known: &[String]) -> Problem {
    let guess = nearest_key(&entry.key, known.iter().map(String::as_str));
    let section = entry.key.split('.').next().unwrap_or_default();
    let prefix = format!("{section}.");
    let siblings: Vec<&str> = known.iter().filter_map(|key| key.strip_prefix(&prefix)).collect();
    if entry.key == section && !siblings.is_empty() {
        let remedy = format!("give it keys: `{}`", siblings.join("`, `"));
        return Problem::new(entry.origin.clone(), format!("`{section}` is a section, not a key"), remedy);
    }
    let remedy = match guess {
        Some(guess) => format!("did you mean `{guess}`?"),
        None if siblings.is_empty() => "see docs/configuration.md for the keys that exist".to_owned(),
        None => format!("`{section}` has `{}`", siblings.join("`, `")),
    };
    Problem::new(entry.origin.clone(), format!("unknown key `{}`", entry.key), remedy)
}
