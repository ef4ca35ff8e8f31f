//! Which token a model wants, from what it says about all of them.

use super::Token;

/// The token with the highest value; the first of several. Values that are no numbers never win.
pub fn likeliest(values: &[f32]) -> Token {
    let mut best = (f32::NEG_INFINITY, 0);
    for (token, value) in values.iter().enumerate() {
        if *value > best.0 {
            best = (*value, token);
        }
    }
    best.1 as Token
}

/// The likeliest of some tokens, given in rising order and at least one; tokens beyond the values never win.
pub fn likeliest_of(values: &[f32], allowed: &[Token]) -> Token {
    let mut best = (f32::NEG_INFINITY, allowed[0]);
    for token in allowed {
        let value = values.get(*token as usize).copied().unwrap_or(f32::NEG_INFINITY);
        if value > best.0 {
            best = (value, *token);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_number_wins_and_the_first_of_equal_ones() {
        assert_eq!(likeliest(&[0.5, f32::NAN, 2.0, 2.0]), 2);
        assert_eq!(likeliest(&[f32::NAN]), 0);
        assert_eq!(likeliest_of(&[0.5, 9.0, 2.0], &[0, 2]), 2);
        assert_eq!(likeliest_of(&[0.5, f32::NAN], &[1, 7]), 1);
    }
}
