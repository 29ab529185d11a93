//! How far predictions are from the truth.

/// All figures of one set of predictions, in the unit of the truth (RMSE, MAE), its square (MSE) or none (R²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    pub mse: f64,
    pub rmse: f64,
    pub mae: f64,
    pub r2: f64,
}

/// Computes all figures; slices of different lengths are compared as far as the shorter one goes.
pub fn figures(truth: &[f64], predicted: &[f64]) -> Figures {
    Figures {
        mse: mse(truth, predicted),
        rmse: rmse(truth, predicted),
        mae: mae(truth, predicted),
        r2: r2(truth, predicted),
    }
}

/// Mean squared error; not a number where there is nothing to compare.
pub fn mse(truth: &[f64], predicted: &[f64]) -> f64 {
    mean(errors(truth, predicted).map(|error| error * error))
}

/// Root of the mean squared error.
pub fn rmse(truth: &[f64], predicted: &[f64]) -> f64 {
    mse(truth, predicted).sqrt()
}

/// Mean absolute error.
pub fn mae(truth: &[f64], predicted: &[f64]) -> f64 {
    mean(errors(truth, predicted).map(f64::abs))
}

/// Coefficient of determination, once over all: 1 - SSE / SST, with the mean of the truths as the baseline. Not a
/// number where all truths are equal.
pub fn r2(truth: &[f64], predicted: &[f64]) -> f64 {
    let average = mean(truth.iter().copied());
    let total: f64 = truth.iter().map(|value| (value - average).powi(2)).sum();
    let residual: f64 = errors(truth, predicted).map(|error| error * error).sum();
    if total > 0.0 { 1.0 - residual / total } else { f64::NAN }
}

fn errors(truth: &[f64], predicted: &[f64]) -> impl Iterator<Item = f64> {
    truth.iter().zip(predicted).map(|(truth, predicted)| predicted - truth)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    sum / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let figures = figures(&[1.0, 2.0, 3.0, 6.0], &[1.0, 4.0, 3.0, 2.0]);
        assert_eq!(figures.mse, 5.0);
        assert_eq!(figures.rmse, 5.0_f64.sqrt());
        assert_eq!(figures.mae, 1.5);
        assert_eq!(figures.r2, 1.0 - 20.0 / 14.0);
    }

    #[test]
    fn the_mean_has_no_r2_and_the_truth_has_all() {
        let truth = [3.0, 5.0, 10.0];
        assert_eq!(r2(&truth, &[6.0; 3]), 0.0);
        assert_eq!(r2(&truth, &truth), 1.0);
    }

    #[test]
    fn nothing_to_compare() {
        assert!(mse(&[], &[]).is_nan());
        assert!(r2(&[2.0, 2.0], &[2.0, 2.0]).is_nan());
    }
}
