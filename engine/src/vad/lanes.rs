//! Sums over many numbers in eight lanes: in one lane each addition waits for the one before.

const LANES: usize = 8;

pub(super) fn sum(values: &[f32]) -> f32 {
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in whole {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    sums.iter().chain(rest).sum()
}

/// The sum of the products of two equally long slices.
pub(super) fn product(one: &[f32], other: &[f32]) -> f32 {
    let (whole, rest) = one.as_chunks::<LANES>();
    let (other_whole, other_rest) = other.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (chunk, other) in whole.iter().zip(other_whole) {
        for ((sum, one), other) in sums.iter_mut().zip(chunk).zip(other) {
            *sum += one * other;
        }
    }
    sums.iter().sum::<f32>() + rest.iter().zip(other_rest).map(|(one, other)| one * other).sum::<f32>()
}

/// The largest of numbers that are not negative; 0 where there are none.
pub(super) fn largest(values: &[f32]) -> f32 {
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut most = [0.0_f32; LANES];
    for chunk in whole {
        for (most, value) in most.iter_mut().zip(chunk) {
            *most = if *value > *most { *value } else { *most };
        }
    }
    most.iter().chain(rest).copied().fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_count_everything_once_whatever_the_length() {
        for length in 0..40_u16 {
            let values: Vec<f32> = (1..=length).map(f32::from).collect();
            let n = f32::from(length);
            assert_eq!(sum(&values), n * (n + 1.0) / 2.0);
            assert_eq!(product(&values, &values), n * (n + 1.0) * (2.0 * n + 1.0) / 6.0);
            assert_eq!(largest(&values), n);
        }
    }
}
