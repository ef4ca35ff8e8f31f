//! Turns resolved raw values into typed ones and collects what does not fit.

use std::collections::BTreeMap;

use crate::key::{Key, keys};
use crate::layers::Resolved;
use crate::problem::Problem;
use crate::raw::Raw;
use crate::value::Value;

pub(crate) struct Reader<'a> {
    resolved: &'a Resolved,
    keys: BTreeMap<String, Key>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub fn new(resolved: &'a Resolved, problems: Vec<Problem>) -> Self {
        Self { resolved, keys: keys().into_iter().map(|key| (key.path(), key)).collect(), problems }
    }

    /// The value of a key. Where it does not fit, that becomes a problem and the default stands in, so that the rest
    /// can be checked as well.
    pub fn take<T: Value>(&mut self, path: &'static str) -> T {
        let key = &self.keys[path];
        if let Some(entry) = self.resolved.get(path) {
            match read_within::<T>(key, &entry.raw) {
                Ok(value) => return value,
                Err(what) => {
                    let remedy = format!("give {} (default `{}`)", key.takes(), key.default);
                    let problem = Problem::new(entry.origin.clone(), what, remedy);
                    self.problems.push(problem.about(path, Some(key.shown(&entry.raw))));
                }
            }
        }
        read_within(key, &default_of(key)).expect("a test reads every default")
    }

    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}

fn read_within<T: Value>(key: &Key, raw: &Raw) -> Result<T, String> {
    let value = T::read(raw)?;
    match (value.number(), key.limits) {
        (Some(number), Some(limits)) if !limits.hold(number) => Err("out of range".to_owned()),
        _ => Ok(value),
    }
}

fn default_of(key: &Key) -> Raw {
    crate::file::parse_value(key.default).expect("a test reads every default")
}
