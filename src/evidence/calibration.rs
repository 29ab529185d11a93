//! Predictions drawn toward the mean, as far as the other folds say that they go too far.
//!
//! A network of many weights follows what it has learned too boldly: what it says can go together with the truth and
//! still be further off than the mean. How far to follow it is learned like everything else, without the rows that are
//! predicted: truth is fitted by prediction on the other folds (Copas, *Regression, Prediction and Shrinkage*, 1983).

/// Sums over the rows of one fold.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    count: f64,
    predicted: f64,
    truth: f64,
    predicted_squared: f64,
    product: f64,
}

impl Sums {
    fn add(&mut self, predicted: f64, truth: f64) {
        *self = self.with(
            &Self {
                count: 1.0,
                predicted,
                truth,
                predicted_squared: predicted * predicted,
                product: predicted * truth,
            },
            1.0,
        );
    }

    /// These and `factor` times the others.
    fn with(&self, other: &Self, factor: f64) -> Self {
        Self {
            count: self.count + factor * other.count,
            predicted: self.predicted + factor * other.predicted,
            truth: self.truth + factor * other.truth,
            predicted_squared: self.predicted_squared + factor * other.predicted_squared,
            product: self.product + factor * other.product,
        }
    }

    /// Mean truth, mean prediction and the least-squares slope of truth on prediction. A slope below 0 is the luck of
    /// folds, whose means run against each other, and one above 1 would be bolder than the network itself.
    fn line(&self) -> (f64, f64, f64) {
        let (predicted, truth) = (self.predicted / self.count, self.truth / self.count);
        let spread = self.predicted_squared - self.predicted * predicted;
        let together = self.product - self.truth * predicted;
        let slope = if spread > 1e-12 * self.predicted_squared { (together / spread).clamp(0.0, 1.0) } else { 0.0 };
        (truth, predicted, slope)
    }
}

/// The predictions of each fold, drawn toward the mean truth of the others by the slope that these show.
pub(super) fn calibrated(predicted: &[f64], truth: &[f64], fold_of: &[usize]) -> Vec<f64> {
    let folds = fold_of.iter().max().map_or(0, |last| last + 1);
    let mut of_fold = vec![Sums::default(); folds];
    for ((&predicted, &truth), &fold) in predicted.iter().zip(truth).zip(fold_of) {
        of_fold[fold].add(predicted, truth);
    }
    let all = of_fold.iter().fold(Sums::default(), |all, fold| all.with(fold, 1.0));
    let lines: Vec<_> = of_fold.iter().map(|fold| all.with(fold, -1.0).line()).collect();
    let shrink = |(&predicted, &fold): (&f64, &usize)| {
        let (mean_truth, mean_predicted, slope) = lines[fold];
        mean_truth + slope * (predicted - mean_predicted)
    };
    predicted.iter().zip(fold_of).map(shrink).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squared_error(truth: &[f64], predicted: &[f64]) -> f64 {
        truth.iter().zip(predicted).map(|(truth, predicted)| (truth - predicted).powi(2)).sum()
    }

    #[test]
    fn what_goes_too_far_is_drawn_back_and_what_is_right_stays() {
        let fold_of: Vec<usize> = (0..500).map(|row| row % 5).collect();
        let signal: Vec<f64> = (0..500).map(|row| (row * 7919 % 101) as f64 - 50.0).collect();
        let noise: Vec<f64> = (0..500).map(|row| (row * 104_729 % 97) as f64 - 48.0).collect();
        let truth: Vec<f64> = signal.iter().zip(&noise).map(|(signal, noise)| 0.2 * signal + noise).collect();
        let mean = vec![truth.iter().sum::<f64>() / 500.0; 500];
        let found = calibrated(&signal, &truth, &fold_of);
        assert!(squared_error(&truth, &signal) > squared_error(&truth, &mean), "too bold");
        assert!(squared_error(&truth, &found) < squared_error(&truth, &mean), "of use");
        let right = calibrated(&truth, &truth, &fold_of);
        assert!(squared_error(&truth, &right) < 1e-12);
    }

    #[test]
    fn a_fold_is_predicted_without_its_own_truth() {
        let fold_of: Vec<usize> = (0..50).map(|row| row % 5).collect();
        let predicted: Vec<f64> = (0..50).map(|row| (row * 13 % 17) as f64).collect();
        let truth: Vec<f64> = (0..50).map(|row| (row * 13 % 17 + row % 3) as f64).collect();
        let changed: Vec<f64> =
            truth.iter().zip(&fold_of).map(|(v, fold)| if *fold == 2 { v * 9.0 } else { *v }).collect();
        let (one, two) = (calibrated(&predicted, &truth, &fold_of), calibrated(&predicted, &changed, &fold_of));
        assert!((0..50).filter(|row| fold_of[*row] == 2).all(|row| one[row] == two[row]));
        assert!((0..50).filter(|row| fold_of[*row] != 2).any(|row| one[row] != two[row]));
    }

    #[test]
    fn what_runs_against_the_truth_or_says_nothing_is_the_mean() {
        let fold_of: Vec<usize> = (0..40).map(|row| row % 4).collect();
        let truth: Vec<f64> = (0..40).map(f64::from).collect();
        let against: Vec<f64> = truth.iter().map(|value| -value).collect();
        for predicted in [against, vec![3.0; 40]] {
            let found = calibrated(&predicted, &truth, &fold_of);
            for fold in 0..4 {
                let others: Vec<f64> = (0..40).filter(|row| fold_of[*row] != fold).map(|row| truth[row]).collect();
                let mean = others.iter().sum::<f64>() / 30.0;
                assert!((0..40).filter(|row| fold_of[*row] == fold).all(|row| (found[row] - mean).abs() < 1e-9));
            }
        }
    }
}
