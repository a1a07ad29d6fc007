//! Medians, quantiles and deviations.

/// The middle value, or the mean of the two in the middle; none of nothing.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// The value below which such a share of the values lies, from 0 to 1, in a straight line between the two it falls between;
/// none of nothing. Half of them: the median.
pub fn quantile(mut values: Vec<f64>, share: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let place = share.clamp(0.0, 1.0) * values.len().checked_sub(1)? as f64;
    let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

/// The median of the distances from the median.
pub fn deviation(values: &[f64]) -> Option<f64> {
    let middle = median(values.to_vec())?;
    median(values.iter().map(|value| (value - middle).abs()).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn medians() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![4.0]), Some(4.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(median(vec![9.0, 1.0, 4.0]), Some(4.0));
        assert_eq!(quantile(vec![], 0.5), None);
        assert_eq!(quantile(vec![30.0, 10.0, 20.0], 0.95), Some(29.0));
        assert_eq!(deviation(&[1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]), Some(1.0));
    }

    proptest! {
        #[test]
        fn half_of_the_values_is_the_median(values in prop::collection::vec(-1e6f64..1e6, 1..40), share in 0.0f64..1.0) {
            let middle = quantile(values.clone(), 0.5).unwrap();
            prop_assert!((middle - median(values.clone()).unwrap()).abs() < 1e-6);
            let found = quantile(values.clone(), share).unwrap();
            let at_most = values.iter().filter(|value| **value <= found).count();
            prop_assert!(at_most as f64 >= (share * (values.len() - 1) as f64).floor());
            prop_assert!(quantile(values.clone(), 1.0).unwrap() >= found && quantile(values, 0.0).unwrap() <= found);
        }

        #[test]
        fn half_lie_on_each_side(values in prop::collection::vec(-1e6f64..1e6, 1..40)) {
            let middle = median(values.clone()).unwrap();
            let below = values.iter().filter(|value| **value < middle).count();
            let above = values.iter().filter(|value| **value > middle).count();
            prop_assert!(below * 2 <= values.len() && above * 2 <= values.len());
        }
    }
}
