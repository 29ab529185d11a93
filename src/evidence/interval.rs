//! Bootstrap intervals over covers: tracks that share a cover are drawn together, because they are one observation
//! of what a picture can say (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, percentile interval).

use std::collections::BTreeMap;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const RESAMPLES: usize = 2000;
/// Fixed, so that the same predictions always get the same interval.
pub const INTERVAL_SEED: u64 = 0x00C0_FFEE;

/// A 95 % interval; its ends are not a number where nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    const UNKNOWN: Self = Self { low: f64::NAN, high: f64::NAN };
}

/// The interval of a statistic of sums: each row adds its terms to the sums of its group, and groups are drawn.
fn bootstrap<G: Ord, const N: usize>(
    rows: impl Iterator<Item = (G, [f64; N])>,
    statistic: impl Fn(&[f64; N]) -> f64,
) -> Interval {
    let mut groups: BTreeMap<G, [f64; N]> = BTreeMap::new();
    for (group, terms) in rows {
        let sums = groups.entry(group).or_insert([0.0; N]);
        sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    }
    let groups: Vec<[f64; N]> = groups.into_values().collect();
    if groups.is_empty() {
        return Interval::UNKNOWN;
    }
    let mut random = ChaCha8Rng::seed_from_u64(INTERVAL_SEED);
    let mut drawn: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let mut sums = [0.0; N];
            for _ in 0..groups.len() {
                let terms = &groups[random.random_range(0..groups.len())];
                sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
            }
            statistic(&sums)
        })
        .filter(|value| value.is_finite())
        .collect();
    if drawn.len() < RESAMPLES / 2 {
        return Interval::UNKNOWN;
    }
    drawn.sort_by(f64::total_cmp);
    Interval { low: drawn[drawn.len() / 40], high: drawn[drawn.len() - 1 - drawn.len() / 40] }
}

/// The interval of the mean of `values`, each given with the cover it belongs to.
pub fn mean_interval<G: Ord>(values: impl Iterator<Item = (G, f64)>) -> Interval {
    bootstrap(values.map(|(group, value)| (group, [value, 1.0])), |[sum, count]| sum / count)
}

/// The lower end of [`mean_interval`].
pub fn mean_lower_bound(values: &[(i64, f64)]) -> f64 {
    mean_interval(values.iter().copied()).low
}

/// What a row adds to R²: each the mean over the repeats of cross-validation, in which what is predicted of a row may
/// differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct R2Row {
    pub truth: f64,
    pub truth_squared: f64,
    pub squared_error: f64,
}

impl R2Row {
    fn terms(&self) -> [f64; 4] {
        [1.0, self.truth, self.truth_squared, self.squared_error]
    }
}

/// R², 1 - SSE / SST.
pub(super) fn r2_of(rows: &[R2Row]) -> f64 {
    let mut sums = [0.0; 4];
    for row in rows {
        sums.iter_mut().zip(row.terms()).for_each(|(sum, term)| *sum += term);
    }
    r2_of_sums(&sums)
}

fn r2_of_sums([count, sum, squares, error]: &[f64; 4]) -> f64 {
    1.0 - error / (squares - sum * sum / count)
}

/// The interval of [`r2_of`], rows given with their cover.
pub fn r2_interval<G: Ord>(rows: impl Iterator<Item = (G, R2Row)>) -> Interval {
    bootstrap(rows.map(|(group, row)| (group, row.terms())), r2_of_sums)
}

/// The interval of Pearson's correlation, rows given as cover and the two values.
pub fn correlation_interval<G: Ord>(rows: impl Iterator<Item = (G, f64, f64)>) -> Interval {
    bootstrap(from_first(rows).map(|(group, x, y)| (group, [1.0, x, y, x * x, y * y, x * y])), correlation_of_sums)
}

/// Pairs as differences to the first one: sums of squares of large numbers that lie close together would round away.
fn from_first<G>(rows: impl Iterator<Item = (G, f64, f64)>) -> impl Iterator<Item = (G, f64, f64)> {
    let mut first = None;
    rows.map(move |(group, x, y)| {
        let (first_x, first_y) = *first.get_or_insert((x, y));
        (group, x - first_x, y - first_y)
    })
}

/// Pearson's correlation; not a number where a side does not vary.
pub fn correlation(rows: impl Iterator<Item = (f64, f64)>) -> f64 {
    let mut sums = [0.0; 6];
    for ((), x, y) in from_first(rows.map(|(x, y)| ((), x, y))) {
        sums.iter_mut().zip([1.0, x, y, x * x, y * y, x * y]).for_each(|(sum, term)| *sum += term);
    }
    correlation_of_sums(&sums)
}

fn correlation_of_sums([count, x, y, xx, yy, xy]: &[f64; 6]) -> f64 {
    let (spread_x, spread_y) = (xx - x * x / count, yy - y * y / count);
    if spread_x <= 1e-12 * xx || spread_y <= 1e-12 * yy {
        return f64::NAN;
    }
    (xy - x * y / count) / (spread_x * spread_y).sqrt()
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
    fn numbers_that_are_large_and_close_together_are_told_apart() {
        let pairs = || (0..100).map(|place| (f64::from(place), 1e9 + f64::from(place % 7 + place)));
        let near = pairs().map(|(x, y)| (x, y - 1e9));
        assert!((correlation(pairs()) - correlation(near)).abs() < 1e-9);
        let interval = correlation_interval(pairs().enumerate().map(|(group, (x, y))| (group, x, y)));
        assert!(interval.low > 0.9 && interval.high <= 1.0, "{interval:?}");
    }

    #[test]
    fn shared_covers_widen_it() {
        let alone: Vec<(i64, f64)> = (0..400).map(|index| (index, f64::from(index as u8 % 2))).collect();
        let shared: Vec<(i64, f64)> = (0..400).map(|index| (index % 20, f64::from(index as u8 % 2))).collect();
        assert!(mean_lower_bound(&shared) < mean_lower_bound(&alone) - 0.05);
        assert!(mean_lower_bound(&[]).is_nan());
    }

    #[test]
    fn intervals_hold_their_statistic() {
        let rows = || (0..500).map(|index| (index, f64::from(index % 10), f64::from(index % 7)));
        let r = correlation(rows().map(|(_, x, y)| (x, y)));
        let interval = correlation_interval(rows());
        assert!(interval.low < r && r < interval.high && interval.high - interval.low < 0.25);
        // Errors of 1 on truths with variance 8.25.
        let row = |index: i32| {
            let truth = f64::from(index % 10);
            R2Row { truth, truth_squared: truth * truth, squared_error: 1.0 }
        };
        let rows: Vec<R2Row> = (0..500).map(row).collect();
        assert!((r2_of(&rows) - (1.0 - 1.0 / 8.25)).abs() < 1e-9);
        let r2 = r2_interval((0..500).map(|index| (index, row(index))));
        assert!(r2.low < 1.0 - 1.0 / 8.25 && 1.0 - 1.0 / 8.25 < r2.high, "{r2:?}");
        assert!(correlation([(1.0, 1.0), (1.0, 2.0)].into_iter()).is_nan());
    }
}
