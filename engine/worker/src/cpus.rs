//! A set of processors in the kernel's own notation ("0-7,16-23").

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Processors by the kernel's numbers. An empty set means "not pinned" wherever a place is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CpuSet(BTreeSet<usize>);

/// No kernel numbers a processor higher (`CONFIG_NR_CPUS` ends at 8192), so no mistyped range can eat the memory.
pub const HIGHEST_CPU: usize = 8191;

/// Not a list of processors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CpuSetError {
    #[error("`{part}` is not a processor number or range; write for instance `0-7,16-23`")]
    NotANumber { part: String },
    #[error("the range `{part}` runs backwards; write the lower number first")]
    Backwards { part: String },
    #[error("processor `{cpu}` is higher than any kernel counts (`{HIGHEST_CPU}`)")]
    TooHigh { cpu: usize },
}

impl CpuSet {
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the kernel's list notation; nothing between the commas (or no text at all) is the empty set.
    pub fn parse(list: &str) -> Result<Self, CpuSetError> {
        let mut set = BTreeSet::new();
        for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let first = number(first, part)?;
            let last = number(last, part)?;
            if last < first {
                return Err(CpuSetError::Backwards { part: part.to_owned() });
            }
            set.extend(first..=last);
        }
        Ok(Self(set))
    }

    /// Ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().copied()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, cpu: usize) -> bool {
        self.0.contains(&cpu)
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).copied().collect())
    }

    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.0.is_disjoint(&other.0)
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }
}

fn number(text: &str, part: &str) -> Result<usize, CpuSetError> {
    let cpu: usize = text.trim().parse().map_err(|_| CpuSetError::NotANumber { part: part.to_owned() })?;
    if cpu > HIGHEST_CPU {
        return Err(CpuSetError::TooHigh { cpu });
    }
    Ok(cpu)
}

impl FromIterator<usize> for CpuSet {
    fn from_iter<I: IntoIterator<Item = usize>>(cpus: I) -> Self {
        Self(cpus.into_iter().collect())
    }
}

impl FromStr for CpuSet {
    type Err = CpuSetError;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        Self::parse(list)
    }
}

impl TryFrom<String> for CpuSet {
    type Error = CpuSetError;

    fn try_from(list: String) -> Result<Self, Self::Error> {
        Self::parse(&list)
    }
}

impl From<CpuSet> for String {
    fn from(set: CpuSet) -> Self {
        set.to_string()
    }
}

impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cpus = self.iter().peekable();
        let mut separator = "";
        while let Some(first) = cpus.next() {
            let mut last = first;
            while let Some(next) = cpus.next_if_eq(&(last + 1)) {
                last = next;
            }
            if first == last {
                write!(f, "{separator}{first}")?;
            } else {
                write!(f, "{separator}{first}-{last}")?;
            }
            separator = ",";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_kernels_notation_is_read_and_written() {
        let set = CpuSet::parse("16-23, 0-7,9").unwrap();
        assert_eq!(set.to_string(), "0-7,9,16-23");
        assert_eq!(set.len(), 17);
        assert!(set.contains(9) && !set.contains(8));
        assert!(CpuSet::parse("").unwrap().is_empty());
        assert_eq!(CpuSet::new().to_string(), "");
    }

    #[test]
    fn a_wrong_list_is_refused_with_its_wrong_part() {
        assert_eq!(CpuSet::parse("0-x"), Err(CpuSetError::NotANumber { part: "0-x".into() }));
        assert_eq!(CpuSet::parse("1,-3"), Err(CpuSetError::NotANumber { part: "-3".into() }));
        assert_eq!(CpuSet::parse("7-2"), Err(CpuSetError::Backwards { part: "7-2".into() }));
        assert_eq!(CpuSet::parse("0-99999999999"), Err(CpuSetError::TooHigh { cpu: 99_999_999_999 }));
    }

    proptest! {
        #[test]
        fn writing_and_reading_a_set_gives_it_back(cpus in prop::collection::btree_set(0..=HIGHEST_CPU, 0..40)) {
            let set: CpuSet = cpus.iter().copied().collect();
            prop_assert_eq!(&CpuSet::parse(&set.to_string()).unwrap(), &set);
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), cpus.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn a_union_holds_both_and_disjoint_sets_share_nothing(
            a in prop::collection::btree_set(0..64_usize, 0..20), b in prop::collection::btree_set(0..64_usize, 0..20),
        ) {
            let (left, right): (CpuSet, CpuSet) = (a.iter().copied().collect(), b.iter().copied().collect());
            let both = left.union(&right);
            prop_assert!(left.is_subset(&both) && right.is_subset(&both));
            prop_assert_eq!(left.is_disjoint(&right), both.len() == left.len() + right.len());
        }
    }
}
