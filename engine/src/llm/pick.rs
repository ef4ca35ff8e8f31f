//! Which token a model wants, from what it says about all of them.

use super::Token;

/// The token that a model wants, and how far it is ahead of the next best: with a small lead, another order of the same
/// sums may turn the two round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picked {
    pub token: Token,
    /// Difference of the two values; infinite where there is no other token.
    pub lead: f32,
}

/// The token with the highest value; the first of several. Values that are no numbers never win.
pub fn likeliest(values: &[f32]) -> Picked {
    first_of(values.iter().copied().zip(0..), 0)
}

/// The likeliest of some tokens, given in rising order and at least one; tokens beyond the values never win.
pub fn likeliest_of(values: &[f32], allowed: &[Token]) -> Picked {
    let value = |token: Token| values.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY);
    first_of(allowed.iter().map(|token| (value(*token), *token)), allowed[0])
}

fn first_of(values: impl Iterator<Item = (f32, Token)>, otherwise: Token) -> Picked {
    let (mut best, mut second) = ((f32::NEG_INFINITY, otherwise), f32::NEG_INFINITY);
    for (value, token) in values {
        if value > best.0 {
            second = best.0;
            best = (value, token);
        } else if value > second {
            second = value;
        }
    }
    // Two infinities have no difference; then nothing is known of the second.
    let lead = best.0 - second;
    Picked { token: best.1, lead: if lead.is_nan() { f32::INFINITY } else { lead } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_number_wins_and_the_first_of_equal_ones() {
        assert_eq!(likeliest(&[0.5, f32::NAN, 2.0, 2.0]), Picked { token: 2, lead: 0.0 });
        assert_eq!(likeliest(&[0.5, 3.0, 2.0]), Picked { token: 1, lead: 1.0 });
        assert_eq!(likeliest(&[f32::NAN]), Picked { token: 0, lead: f32::INFINITY });
        assert_eq!(likeliest_of(&[0.5, 9.0, 2.0], &[0, 2]), Picked { token: 2, lead: 1.5 });
        assert_eq!(likeliest_of(&[0.5, f32::NAN], &[1, 7]).token, 1);
        assert_eq!(likeliest_of(&[0.5, 9.0], &[0]), Picked { token: 0, lead: f32::INFINITY });
    }
}
