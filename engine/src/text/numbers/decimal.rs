//! Exact decimal numbers as people say them.

/// `mantissa / 10^places`. Equal when the values are; the places said are kept for writing ("3.50").
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal {
    mantissa: i128,
    places: u32,
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.reduced(), other.reduced());
        a.mantissa == b.mantissa && a.places == b.places
    }
}

impl Decimal {
    pub fn whole(value: u64) -> Self {
        Self { mantissa: i128::from(value), places: 0 }
    }

    /// None where it is longer than anybody says.
    pub fn new(whole: u64, fraction: &str) -> Option<Self> {
        let places = u32::try_from(fraction.len()).ok().filter(|&places| places <= 12)?;
        let digits: u64 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        let mantissa = i128::from(whole) * 10_i128.pow(places) + i128::from(digits);
        Some(Self { mantissa, places })
    }

    pub fn negative(self) -> Self {
        Self { mantissa: -self.mantissa, ..self }
    }

    pub fn times(self, factor: u64) -> Self {
        Self { mantissa: self.mantissa * i128::from(factor), ..self }
    }

    pub fn plus_half(self) -> Option<Self> {
        (self.places == 0).then_some(Self { mantissa: self.mantissa * 10 + 5, places: 1 })
    }

    pub fn plus_cents(self, cents: u64) -> Option<Self> {
        (self.places == 0 && cents < 100)
            .then_some(Self { mantissa: self.mantissa * 100 + i128::from(cents), places: 2 })
    }

    /// The value, where it is a whole number that is not negative.
    pub fn as_whole(self) -> Option<u64> {
        let reduced = self.reduced();
        (reduced.places == 0).then(|| u64::try_from(reduced.mantissa).ok()).flatten()
    }

    /// Whether these digits, with no zero in front, are this number.
    pub fn is_digits(self, digits: &str) -> bool {
        (digits == "0" || !digits.starts_with('0')) && digits.parse().is_ok_and(|value: u64| Self::whole(value) == self)
    }

    /// In digits: `point` before the decimals, `group` between thousands of numbers of five digits and more.
    pub fn written(self, point: char, group: &str) -> String {
        let digits = self.mantissa.unsigned_abs().to_string();
        let places = self.places as usize;
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        let mut text = String::new();
        if self.mantissa < 0 {
            text.push('-');
        }
        for (i, digit) in whole.chars().enumerate() {
            if whole.len() > 4 && i > 0 && (whole.len() - i).is_multiple_of(3) {
                text.push_str(group);
            }
            text.push(digit);
        }
        if places > 0 {
            text.push(point);
            text.push_str(fraction);
        }
        text
    }

    fn reduced(self) -> Self {
        let mut reduced = self;
        while reduced.places > 0 && reduced.mantissa % 10 == 0 {
            reduced.mantissa /= 10;
            reduced.places -= 1;
        }
        reduced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_expect() {
        assert_eq!(Decimal::whole(5000).written('.', ","), "5000");
        assert_eq!(Decimal::whole(1_250_000).written('.', ","), "1,250,000");
        assert_eq!(Decimal::new(3, "05").unwrap().written(',', "\u{a0}"), "3,05");
        assert_eq!(Decimal::whole(5).negative().written('.', ","), "-5");
        assert_eq!(Decimal::new(0, "5").unwrap().written('.', ","), "0.5");
    }

    #[test]
    fn zeros_at_the_end_change_nothing() {
        assert_eq!(Decimal::new(2, "50"), Decimal::new(2, "5"));
        assert_ne!(Decimal::new(2, "05"), Decimal::new(2, "5"));
        assert_eq!(Decimal::new(3, "0").unwrap().as_whole(), Some(3));
    }
}
