//! The keys as data: what the documents print and the reader checks.

use std::fmt;
use std::ops::RangeInclusive;

use crate::raw::Raw;
use crate::sections;
use crate::value::Value;

/// One key of the settings.
#[derive(Debug, Clone)]
pub struct Key {
    pub section: &'static str,
    pub name: &'static str,
    /// Its documentation, line by line.
    pub docs: &'static [&'static str],
    /// In TOML notation.
    pub default: &'static str,
    pub unit: Option<&'static str>,
    pub(crate) limits: Option<Limits>,
    /// What its value is: "a whole number".
    pub kind: String,
    show: fn(&Raw) -> String,
}

/// Both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    low: f64,
    high: f64,
}

/// Every key, in the order of the documents.
pub fn keys() -> Vec<Key> {
    sections::all().into_iter().flat_map(|(_, _, keys)| keys).collect()
}

impl Key {
    pub(crate) fn new<T: Value>(
        section: &'static str,
        name: &'static str,
        docs: &'static [&'static str],
        default: &'static str,
        unit: Option<&'static str>,
        limits: Option<Limits>,
    ) -> Self {
        Self { section, name, docs, default, unit, limits, kind: T::kind(), show: T::shown }
    }

    /// `server.listen`
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// `ALFAVOICE_SERVER__LISTEN`
    pub fn variable(&self) -> String {
        format!("ALFAVOICE_{}__{}", self.section, self.name).to_uppercase()
    }

    /// What it takes, with range and unit: "a whole number, 1 to 64 (threads)".
    pub fn takes(&self) -> String {
        let limits = self.limits.map(|limits| format!(", {limits}")).unwrap_or_default();
        let unit = self.unit.map(|unit| format!(" ({unit})")).unwrap_or_default();
        format!("{}{limits}{unit}", self.kind)
    }

    pub(crate) fn shown(&self, raw: &Raw) -> String {
        (self.show)(raw)
    }
}

impl Limits {
    pub fn of<T: Into<f64> + Copy>(range: RangeInclusive<T>) -> Self {
        Self { low: (*range.start()).into(), high: (*range.end()).into() }
    }

    pub fn hold(self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.low, self.high)
    }
}
