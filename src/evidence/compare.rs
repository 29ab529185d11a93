//! One model against another over repeated cross-validation.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

/// The two-sided p of the corrected resampled t-test (Nadeau and Bengio, *Inference for the generalization error*,
/// 2003): plain t-tests over folds find differences where there are none, because the folds share training tracks.
///
/// `differences` are those of the two models' errors, one for each fold of each repeat; `test_share` is the number of
/// test rows over that of training rows. Not a number for fewer than two.
pub fn nadeau_bengio(differences: &[f64], test_share: f64) -> f64 {
    let count = differences.len() as f64;
    if count < 2.0 {
        return f64::NAN;
    }
    let mean = differences.iter().sum::<f64>() / count;
    let variance = differences.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    if variance == 0.0 {
        return if mean == 0.0 { 1.0 } else { 0.0 };
    }
    let t = mean / ((1.0 / count + test_share) * variance).sqrt();
    StudentsT::new(0.0, 1.0, count - 1.0).map_or(f64::NAN, |student| 2.0 * student.cdf(-t.abs()))
}

/// Which of several p-values, of as many questions, hold when on average at most `share` of those that hold may be
/// chance (Benjamini and Hochberg, 1995).
pub fn benjamini_hochberg(p_values: &[f64], share: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).filter(|&place| p_values[place].is_finite()).collect();
    order.sort_by(|&one, &other| p_values[one].total_cmp(&p_values[other]));
    let count = order.len() as f64;
    let mut last =
        order.iter().enumerate().filter(|&(rank, &place)| p_values[place] <= share * (rank + 1) as f64 / count);
    let kept = last.next_back().map_or(0, |(rank, _)| rank + 1);
    let mut hold = vec![false; p_values.len()];
    for &place in &order[..kept] {
        hold[place] = true;
    }
    hold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrected_t_test() {
        // By hand: mean 0.02, variance 1e-4, 25 folds: t = 0.02 / sqrt((0.04 + 0.25) * 1e-4) = 3.7139; scipy's
        // 2 * t.sf(3.7139, 24) = 0.001080.
        let differences: Vec<f64> =
            (0..25).map(|fold| 0.02 + 0.01 * f64::from(fold - 12) / (1300.0f64 / 24.0).sqrt()).collect();
        assert!((nadeau_bengio(&differences, 0.25) - 0.001_08).abs() < 2e-5);
        assert!(nadeau_bengio(&[1.0], 0.25).is_nan());
        assert_eq!(nadeau_bengio(&[0.0, 0.0], 0.25), 1.0);
    }

    #[test]
    fn benjamini_and_hochberg() {
        // The example of scipy.stats.false_discovery_control's sort: adjusted .01*4/1=.04, .02*4/2=.04, .2, .9.
        assert_eq!(benjamini_hochberg(&[0.2, 0.01, 0.9, 0.02], 0.05), [false, true, false, true]);
        assert_eq!(benjamini_hochberg(&[0.04, 0.04], 0.05), [true, true]);
        assert!(benjamini_hochberg(&[], 0.05).is_empty());
    }
}
