//! Measures on the way to a person.

/// One measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    pub what: String,
    /// As printed, with its unit.
    pub value: String,
    /// A ratio and the least it has to be, where there is such a promise.
    pub gate: Option<(f64, f64)>,
}

impl Measure {
    /// A number that is told and not judged.
    pub fn told(what: impl Into<String>, value: impl Into<String>) -> Self {
        Self { what: what.into(), value: value.into(), gate: None }
    }

    /// A ratio that has to be at least so much.
    pub fn promised(what: impl Into<String>, ratio: f64, least: f64) -> Self {
        Self { what: what.into(), value: format!("{ratio:.2}x"), gate: Some((ratio, least)) }
    }

    pub fn is_kept(&self) -> bool {
        self.gate.is_none_or(|(ratio, least)| ratio >= least)
    }
}

/// All measures, printed as they come: some take minutes.
#[derive(Debug, Default)]
pub struct Report {
    pub measures: Vec<Measure>,
}

impl Report {
    pub fn add(&mut self, measure: Measure) {
        let judged = match measure.gate {
            None => String::new(),
            Some((_, least)) if measure.is_kept() => format!("  (at least {least}x: yes)"),
            Some((_, least)) => format!("  (at least {least}x: NO)"),
        };
        println!("  {:<66} {:>8}{judged}", measure.what, measure.value);
        self.measures.push(measure);
    }
}

/// The middle of some values; zero of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_kept_or_not() {
        assert!(Measure::promised("a", 1.2, 1.2).is_kept());
        assert!(!Measure::promised("a", 1.19, 1.2).is_kept());
        assert!(Measure::told("a", "1").is_kept());
        assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }
}
