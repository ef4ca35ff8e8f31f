//! Lists of processor cores as people write them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Cores such as `0-7,16-23`; may be empty. Displays in its shortest form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct CoreList(BTreeSet<u16>);

/// Not a list of cores.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCoreList {
    #[error("`{part}` is not a number or a range of numbers below {limit}", limit = CoreList::LIMIT)]
    Part { part: String },
    #[error("the range `{part}` runs backwards")]
    Backwards { part: String },
    #[error("core {core} is named twice")]
    Twice { core: u16 },
}

impl CoreList {
    /// Linux numbers no core higher.
    pub const LIMIT: u16 = 8192;

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The cores, lowest first.
    pub fn cores(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().copied()
    }

    /// The first core that the other list has too.
    pub fn shared_with(&self, other: &Self) -> Option<u16> {
        self.0.intersection(&other.0).next().copied()
    }
}

impl FromStr for CoreList {
    type Err = BadCoreList;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut cores = BTreeSet::new();
        for part in text.split(',').map(str::trim).filter(|_| !text.trim().is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let number = |digits: &str| {
                let number = digits.trim().parse().ok().filter(|core| *core < Self::LIMIT);
                number.ok_or_else(|| BadCoreList::Part { part: part.to_owned() })
            };
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return Err(BadCoreList::Backwards { part: part.to_owned() });
            }
            for core in first..=last {
                if !cores.insert(core) {
                    return Err(BadCoreList::Twice { core });
                }
            }
        }
        Ok(Self(cores))
    }
}

impl fmt::Display for CoreList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cores = self.cores().peekable();
        let mut comma = "";
        while let Some(first) = cores.next() {
            let mut last = first;
            while let Some(next) = cores.next_if(|next| *next == last + 1) {
                last = next;
            }
            match last - first {
                0 => write!(f, "{comma}{first}")?,
                _ => write!(f, "{comma}{first}-{last}")?,
            }
            comma = ",";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_and_single_cores_are_understood() {
        let list: CoreList = " 0-2, 5 ,7-8".parse().unwrap();
        assert_eq!(list.cores().collect::<Vec<_>>(), [0, 1, 2, 5, 7, 8]);
        assert_eq!(list.to_string(), "0-2,5,7-8");
        assert!("".parse::<CoreList>().unwrap().is_empty());
    }

    #[test]
    fn what_is_no_list_of_cores_is_refused_with_the_reason() {
        let refusal = |text: &str| text.parse::<CoreList>().unwrap_err().to_string();
        assert_eq!(refusal("0-3,x"), "`x` is not a number or a range of numbers below 8192");
        assert_eq!(refusal("0,,1"), "`` is not a number or a range of numbers below 8192");
        assert_eq!(refusal("3-1"), "the range `3-1` runs backwards");
        assert_eq!(refusal("0-3,2"), "core 2 is named twice");
        assert_eq!(refusal("9000"), "`9000` is not a number or a range of numbers below 8192");
    }

    proptest! {
        #[test]
        fn a_list_survives_being_written_and_read(cores in proptest::collection::btree_set(0u16..300, 0..60)) {
            let list = CoreList(cores);
            prop_assert_eq!(list.to_string().parse::<CoreList>().unwrap(), list);
        }

        #[test]
        fn no_text_brings_a_panic(text in "[0-9,\\- x]{0,20}") {
            let _ = text.parse::<CoreList>();
        }
    }
}
