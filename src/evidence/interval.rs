//! Bootstrap intervals over covers: tracks that share a cover are drawn together, because they are one observation
//! of what a picture can say (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, percentile interval).

use std::collections::BTreeMap;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const RESAMPLES: usize = 2000;
/// Fixed, so that the same predictions always get the same interval.
const SEED: u64 = 0x00C0_FFEE;

/// The lower end of the 95 % interval of the mean of `values`, each given with the cover it belongs to.
///
/// Not a number where there are no values.
pub fn mean_lower_bound(values: &[(i64, f64)]) -> f64 {
    let mut clusters: BTreeMap<i64, (f64, usize)> = BTreeMap::new();
    for &(cover, value) in values {
        let (sum, count) = clusters.entry(cover).or_default();
        *sum += value;
        *count += 1;
    }
    let clusters: Vec<(f64, usize)> = clusters.into_values().collect();
    if clusters.is_empty() {
        return f64::NAN;
    }
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let (sum, count) = (0..clusters.len()).fold((0.0, 0), |(sum, count), _| {
                let (more, tracks) = clusters[random.random_range(0..clusters.len())];
                (sum + more, count + tracks)
            });
            sum / count as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    means[RESAMPLES / 40]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_normal_interval_for_many_independent_values() {
        // Mean 0.5, standard deviation of 0..1 evenly: 0.2887; n = 1000.
        let values: Vec<(i64, f64)> = (0..1000).map(|index| (index, index as f64 / 999.0)).collect();
        let expected = 0.5 - 1.96 * 0.2887 / 1000f64.sqrt();
        assert!((mean_lower_bound(&values) - expected).abs() < 0.002);
    }

    #[test]
    fn shared_covers_widen_it() {
        let alone: Vec<(i64, f64)> = (0..400).map(|index| (index, f64::from(index as u8 % 2))).collect();
        let shared: Vec<(i64, f64)> = (0..400).map(|index| (index % 20, f64::from(index as u8 % 2))).collect();
        assert!(mean_lower_bound(&shared) < mean_lower_bound(&alone) - 0.05);
        assert!(mean_lower_bound(&[]).is_nan());
    }
}
