//! Descriptive statistics, as the 2022 study printed them.

use serde::Serialize;

/// Count, mean, spread and quartiles; all but the count are `None` where there is no value (`std` also for one).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Descriptive {
    pub count: usize,
    pub mean: Option<f64>,
    /// Sample standard deviation (divided by n - 1).
    pub std: Option<f64>,
    pub min: Option<f64>,
    pub q25: Option<f64>,
    pub median: Option<f64>,
    pub q75: Option<f64>,
    pub max: Option<f64>,
}

impl Descriptive {
    /// Describes `values`.
    pub fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len();
        let mean = (count > 0).then(|| sorted.iter().sum::<f64>() / count as f64);
        let std = mean.filter(|_| count > 1).map(|mean| {
            let squares: f64 = sorted.iter().map(|value| (value - mean).powi(2)).sum();
            (squares / (count - 1) as f64).sqrt()
        });
        Self {
            count,
            mean,
            std,
            min: sorted.first().copied(),
            q25: quantile(&sorted, 0.25),
            median: quantile(&sorted, 0.5),
            q75: quantile(&sorted, 0.75),
            max: sorted.last().copied(),
        }
    }
}

/// The `share` quantile of ascending values, interpolated linearly (Hyndman and Fan's type 7, as NumPy and pandas).
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = sorted.get(place.floor() as usize)?;
    let above = sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

/// How many values fall into each of equally wide bins.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Where the first bin begins.
    pub lowest: f64,
    /// In units of the values.
    pub bin_width: f64,
    pub counts: Vec<usize>,
}

impl Histogram {
    /// Counts `values` in `bins` from 0 to `highest`, which falls into the last one; what is beyond either end is
    /// counted there.
    pub fn of(values: impl IntoIterator<Item = f64>, highest: f64, bins: usize) -> Self {
        Self::between(values, 0.0, highest, bins)
    }

    /// The same from `lowest` on.
    pub fn between(values: impl IntoIterator<Item = f64>, lowest: f64, highest: f64, bins: usize) -> Self {
        let bins = bins.max(1);
        let bin_width = if highest > lowest { (highest - lowest) / bins as f64 } else { 1.0 };
        let mut counts = vec![0; bins];
        for value in values {
            let bin = ((value - lowest).max(0.0) / bin_width) as usize;
            counts[bin.min(bins - 1)] += 1;
        }
        Self { lowest, bin_width, counts }
    }

    /// Where the last bin ends.
    pub fn highest(&self) -> f64 {
        self.lowest + self.bin_width * self.counts.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_pandas_describe() {
        // pandas.Series([1, 2, 3, 4, 10]).describe()
        let described = Descriptive::of(&[10.0, 2.0, 3.0, 1.0, 4.0]);
        assert_eq!(described.count, 5);
        assert_eq!(described.mean, Some(4.0));
        assert!((described.std.unwrap() - 3.535_533_9).abs() < 1e-6);
        assert_eq!((described.q25, described.median, described.q75), (Some(2.0), Some(3.0), Some(4.0)));
        assert_eq!(Descriptive::of(&[]), Descriptive::default());
        assert_eq!(quantile(&[1.0, 2.0], 0.25), Some(1.25));
    }

    #[test]
    fn the_highest_value_is_in_the_last_bin() {
        let histogram = Histogram::of([0.0, 4.9, 5.0, 100.0], 100.0, 20);
        assert_eq!(histogram.counts.len(), 20);
        assert_eq!((histogram.counts[0], histogram.counts[1], histogram.counts[19]), (2, 1, 1));
        let histogram = Histogram::between([4.0, 4.5, 6.0, 2.0], 4.0, 6.0, 2);
        assert_eq!((histogram.counts.clone(), histogram.highest()), (vec![3, 1], 6.0));
    }
}
