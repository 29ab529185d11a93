//! Ridge regression whose penalty is chosen within the training rows by leave-one-out errors.
//!
//! Features are standardised and the intercept is not penalised. With the eigendecomposition of the features' Gram
//! matrix the leave-one-out errors of every penalty come from one fit (Golub, Heath and Wahba, 1979), as scikit-learn's
//! `RidgeCV` does; and one design serves any number of targets, which makes thousands of shuffles cheap.

use nalgebra::{DMatrix, SymmetricEigen};

/// The penalties that are tried: 13 from 0.1 to 100,000, each `sqrt(10)` times the one before.
fn penalties() -> impl Iterator<Item = f64> {
    (0..13).map(|step| 10f64.powf(f64::from(step) / 2.0 - 1.0))
}

/// Training and test rows, prepared for any targets.
#[derive(Clone, Debug)]
pub struct RidgeDesign {
    /// How many features.
    width: usize,
    /// The training rows in the basis of the eigenvectors, row after row.
    train: Vec<f64>,
    test: Vec<f64>,
    eigenvalues: Vec<f64>,
    /// For each penalty, how much each training row pulls its own prediction (the hat matrix's diagonal).
    leverages: Vec<Vec<f64>>,
}

impl RidgeDesign {
    /// Prepares rows of equally many features.
    pub fn new<R: AsRef<[f64]>>(train: &[R], test: &[R]) -> Self {
        let width = train.first().map_or(0, |row| row.as_ref().len());
        let scaling = Scaling::of(train, width);
        let (train, test) = (scaling.apply(train), scaling.apply(test));
        let rows = train.len() / width.max(1);
        let matrix = DMatrix::from_row_slice(rows, width, &train);
        let eigen = SymmetricEigen::new(matrix.transpose() * &matrix);
        let rotate = |values: &[f64]| {
            let rotated = DMatrix::from_row_slice(values.len() / width.max(1), width, values) * &eigen.eigenvectors;
            rotated.transpose().as_slice().to_vec()
        };
        let (train, test) = (rotate(&train), rotate(&test));
        let eigenvalues: Vec<f64> = eigen.eigenvalues.iter().map(|value| value.max(0.0)).collect();
        let leverages = penalties().map(|penalty| leverages(&train, &eigenvalues, penalty, rows)).collect();
        Self { width, train, test, eigenvalues, leverages }
    }

    /// Fits the training rows' targets and predicts the test rows.
    pub fn predict(&self, targets: &[f64]) -> Vec<f64> {
        let mean = targets.iter().sum::<f64>() / targets.len() as f64;
        if self.width == 0 {
            return vec![mean; self.test.len()];
        }
        let mut products = vec![0.0; self.width];
        for (row, target) in self.train.chunks_exact(self.width).zip(targets) {
            products.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * (target - mean));
        }
        let coefficients = |penalty: f64| -> Vec<f64> {
            products.iter().zip(&self.eigenvalues).map(|(product, value)| product / (value + penalty)).collect()
        };
        let best = penalties()
            .zip(&self.leverages)
            .map(|(penalty, leverages)| {
                let coefficients = coefficients(penalty);
                let error = self.left_out_error(&coefficients, leverages, targets, mean);
                (error, coefficients)
            })
            .min_by(|one, other| one.0.total_cmp(&other.0));
        let coefficients = best.map_or_else(Vec::new, |(_, coefficients)| coefficients);
        self.test.chunks_exact(self.width).map(|row| mean + dot(row, &coefficients)).collect()
    }

    /// The sum of squared errors of each training row's prediction by a fit to all others.
    fn left_out_error(&self, coefficients: &[f64], leverages: &[f64], targets: &[f64], mean: f64) -> f64 {
        let rows = self.train.chunks_exact(self.width).zip(targets).zip(leverages);
        rows.map(|((row, target), leverage)| {
            let residual = target - mean - dot(row, coefficients);
            (residual / (1.0 - leverage).max(1e-9)).powi(2)
        })
        .sum()
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn leverages(train: &[f64], eigenvalues: &[f64], penalty: f64, rows: usize) -> Vec<f64> {
    let weights: Vec<f64> = eigenvalues.iter().map(|value| 1.0 / (value + penalty)).collect();
    let own = |row: &[f64]| row.iter().zip(&weights).map(|(value, weight)| value * value * weight).sum::<f64>();
    train.chunks_exact(eigenvalues.len().max(1)).map(|row| 1.0 / rows as f64 + own(row)).collect()
}

/// Mean and standard deviation of each feature over the training rows.
struct Scaling {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Scaling {
    fn of<R: AsRef<[f64]>>(rows: &[R], width: usize) -> Self {
        let count = rows.len().max(1) as f64;
        let means: Vec<f64> =
            (0..width).map(|place| rows.iter().map(|row| row.as_ref()[place]).sum::<f64>() / count).collect();
        let deviations = (0..width)
            .map(|place| {
                let squares: f64 = rows.iter().map(|row| (row.as_ref()[place] - means[place]).powi(2)).sum();
                let deviation = (squares / count).sqrt();
                // A feature that does not vary says nothing, whatever its scale.
                if deviation > 1e-9 * means[place].abs().max(1e-6) { deviation } else { f64::INFINITY }
            })
            .collect();
        Self { means, deviations }
    }

    fn apply<R: AsRef<[f64]>>(&self, rows: &[R]) -> Vec<f64> {
        let scale = |row: &R| -> Vec<f64> {
            let scaled = row.as_ref().iter().zip(&self.means).zip(&self.deviations);
            scaled.map(|((value, mean), deviation)| (value - mean) / deviation).collect()
        };
        rows.iter().flat_map(scale).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_relation_is_found_and_noise_is_shrunk_away() {
        let rows: Vec<[f64; 3]> = (0..200)
            .map(|index| {
                let value = f64::from(index * 37 % 101);
                [value, f64::from(index * 71 % 97), 5.0]
            })
            .collect();
        let targets: Vec<f64> = rows.iter().map(|row| 3.0 * row[0] + 1.0).collect();
        let predicted = RidgeDesign::new(&rows[..150], &rows[150..]).predict(&targets[..150]);
        for (predicted, target) in predicted.iter().zip(&targets[150..]) {
            assert!((predicted - target).abs() < 0.5, "{predicted} for {target}");
        }
        let noise: Vec<f64> = (0..150).map(|index| f64::from(index * 7919 % 103)).collect();
        let mean = noise.iter().sum::<f64>() / 150.0;
        let predicted = RidgeDesign::new(&rows[..150], &rows[150..]).predict(&noise);
        assert!(predicted.iter().all(|value| (value - mean).abs() < 8.0));
    }
}
