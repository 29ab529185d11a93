//! Ridge regression whose penalty is chosen within the training rows: by the errors of each cover's rows where a fit to
//! all other covers predicts them. Left out one by one, the rows of an album would be predicted by its other tracks,
//! which have the same cover, and too small a penalty would look best.
//!
//! Features are standardised and the intercept is not penalised. With the eigendecomposition of the features' Gram
//! matrix the left-out errors of every penalty come from one fit (Golub, Heath and Wahba, 1979); and one design serves
//! any number of targets, which makes thousands of shuffles cheap.

use nalgebra::{DMatrix, SymmetricEigen};

use super::folds::rows_of_groups;

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
    /// The training rows of each cover.
    covers: Vec<Vec<usize>>,
    /// For each penalty, how much a training row of each cover pulls the predictions of that cover's rows (an entry of
    /// the hat matrix; rows of one cover have practically the same features).
    leverages: Vec<Vec<f64>>,
}

impl RidgeDesign {
    /// Prepares rows of equally many features; `groups` names the cover of each training row.
    pub fn new<R: AsRef<[f64]>>(train: &[R], groups: &[usize], test: &[R]) -> Self {
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
        let covers = rows_of_groups(groups);
        let middles = middles(&train, width, &covers);
        let leverages = penalties().map(|penalty| leverages(&middles, &eigenvalues, penalty, rows)).collect();
        Self { width, train, test, eigenvalues, covers, leverages }
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

    /// The sum of squared errors of each training row's prediction by a fit to all other covers.
    ///
    /// Without a cover, the residuals `e` of its `m` rows become `(I - H)^-1 e`, `H` being its block of the hat matrix.
    /// All entries of `H` are the leverage `h`, so that is `e + h sum(e) / (1 - m h)` (Sherman and Morrison, 1950).
    fn left_out_error(&self, coefficients: &[f64], leverages: &[f64], targets: &[f64], mean: f64) -> f64 {
        let of_row = |row: usize| &self.train[row * self.width..(row + 1) * self.width];
        let residual = |row: usize| targets[row] - mean - dot(of_row(row), coefficients);
        let error = |(rows, leverage): (&Vec<usize>, &f64)| -> f64 {
            let (sum, squares) = rows
                .iter()
                .map(|&row| residual(row))
                .fold((0.0, 0.0), |(sum, squares), residual| (sum + residual, squares + residual * residual));
            let count = rows.len() as f64;
            let shift = leverage * sum / (1.0 - count * leverage).max(1e-9);
            squares + 2.0 * shift * sum + count * shift * shift
        };
        self.covers.iter().zip(leverages).map(error).sum()
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// The mean of each cover's rows, cover after cover.
fn middles(train: &[f64], width: usize, covers: &[Vec<usize>]) -> Vec<f64> {
    let of_cover = |rows: &Vec<usize>| -> Vec<f64> {
        let mean = |place: usize| rows.iter().map(|row| train[row * width + place]).sum::<f64>() / rows.len() as f64;
        (0..width).map(mean).collect()
    };
    covers.iter().flat_map(of_cover).collect()
}

fn leverages(middles: &[f64], eigenvalues: &[f64], penalty: f64, rows: usize) -> Vec<f64> {
    let weights: Vec<f64> = eigenvalues.iter().map(|value| 1.0 / (value + penalty)).collect();
    let own = |row: &[f64]| row.iter().zip(&weights).map(|(value, weight)| value * value * weight).sum::<f64>();
    middles.chunks_exact(eigenvalues.len().max(1)).map(|row| 1.0 / rows as f64 + own(row)).collect()
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
        let each_its_own: Vec<usize> = (0..150).collect();
        let design = RidgeDesign::new(&rows[..150], &each_its_own, &rows[150..]);
        let predicted = design.predict(&targets[..150]);
        for (predicted, target) in predicted.iter().zip(&targets[150..]) {
            assert!((predicted - target).abs() < 0.5, "{predicted} for {target}");
        }
        let noise: Vec<f64> = (0..150).map(|index| f64::from(index * 7919 % 103)).collect();
        let mean = noise.iter().sum::<f64>() / 150.0;
        let predicted = design.predict(&noise);
        assert!(predicted.iter().all(|value| (value - mean).abs() < 8.0));
    }

    #[test]
    fn errors_of_a_cover_that_is_left_out_are_those_of_a_fit_without_it() {
        // 40 covers of three tracks each, with a column of ones that takes the place of the intercept.
        let pictures: Vec<[f64; 2]> =
            (0..40).map(|cover| [f64::from(cover * 37 % 41) - 20.0, f64::from(cover * 17 % 43) - 21.0]).collect();
        let groups: Vec<usize> = (0..120).map(|row| row / 3).collect();
        let rows: Vec<[f64; 2]> = groups.iter().map(|&cover| pictures[cover]).collect();
        let targets: Vec<f64> = (0..120).map(|row| f64::from(row * 7919 % 103)).collect();
        let design = RidgeDesign::new(&rows, &groups, &rows);
        let (place, penalty) = (4, penalties().nth(4).unwrap());
        let fit = |kept: &[usize]| {
            // The design's own basis; only the cover's rows are left out of the normal equations.
            let (width, mut gram, mut product) = (3, DMatrix::zeros(3, 3), DMatrix::zeros(3, 1));
            for &row in kept {
                let values = DMatrix::from_vec(width, 1, [&[1.0], &design.train[2 * row..2 * row + 2]].concat());
                gram += &values * values.transpose();
                product += values * targets[row];
            }
            gram[(1, 1)] += penalty;
            gram[(2, 2)] += penalty;
            gram.lu().solve(&product).unwrap()
        };
        let expected: f64 = (0..40)
            .map(|cover| {
                let (own, kept): (Vec<usize>, Vec<usize>) = (0..120).partition(|&row| groups[row] == cover);
                let weights = fit(&kept);
                let predicted = |row: usize| {
                    weights[0] + weights[1] * design.train[2 * row] + weights[2] * design.train[2 * row + 1]
                };
                own.iter().map(|&row| (targets[row] - predicted(row)).powi(2)).sum::<f64>()
            })
            .sum();
        let all = fit(&(0..120).collect::<Vec<_>>());
        let mean = targets.iter().sum::<f64>() / 120.0;
        let error = design.left_out_error(&[all[1], all[2]], &design.leverages[place], &targets, mean);
        assert!((error / expected - 1.0).abs() < 1e-9, "{error} for {expected}");
    }
}
