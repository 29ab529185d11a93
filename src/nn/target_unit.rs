//! The unit in which a network learns its targets.
//!
//! Adam moves a weight by about the learning rate at each step, however large the error is, so that a learning rate that
//! suits popularity, in points of 100, neither reaches streams in millions nor settles on shares of 1. Targets that are
//! spread as popularity is are learned as they are, which is what Keras does; others in a unit in which they are. The unit
//! is a power of two: multiplying by it and dividing again gives the same bits, and weights are always kept in the units
//! of the study.

use super::data::Sample;

/// Standard deviations and means, in points, that are learned as they are.
const USUAL_SPREADS: std::ops::RangeInclusive<f64> = 1.0..=50.0;
const USUAL_MEAN: f64 = 100.0;

/// The spread of popularity, for which the presets are made, in points.
const SPREAD: f64 = 12.0;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TargetUnit {
    /// What one point is, in units of the study.
    pub(super) size: f32,
    /// Where the network's answers begin, in units of the study.
    pub(super) first_answer: f32,
}

impl TargetUnit {
    /// The targets as they are.
    pub(super) const POINT: Self = Self { size: 1.0, first_answer: 0.0 };

    /// The unit that suits the training tracks.
    pub(super) fn of(train: &[Sample]) -> Self {
        let count = train.len() as f64;
        let targets = || train.iter().map(|sample| f64::from(sample.target));
        let mean = targets().sum::<f64>() / count;
        let spread = (targets().map(|target| (target - mean).powi(2)).sum::<f64>() / count).sqrt();
        let is_usual = USUAL_SPREADS.contains(&spread) && mean.abs() <= USUAL_MEAN;
        // Where all are alike, nothing tells what would be a large error.
        if is_usual || spread <= 1e-6 * mean.abs() || !spread.is_normal() {
            return Self::POINT;
        }
        let size = (spread / SPREAD).log2().round().exp2() as f32;
        if size.is_normal() { Self { size, first_answer: mean as f32 } } else { Self::POINT }
    }

    /// Changes the weights and the bias of the dense layer, the last two of `arrays`, from points into units of the study.
    pub(super) fn restore(self, arrays: &mut [Vec<f32>]) {
        arrays.iter_mut().rev().take(2).flatten().for_each(|value| *value *= self.size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(targets: &[f32]) -> TargetUnit {
        let samples: Vec<Sample> = targets.iter().map(|&target| Sample { picture: 0, target }).collect();
        TargetUnit::of(&samples)
    }

    #[test]
    fn popularity_is_learned_as_it_is_and_other_measures_as_popularity_is() {
        assert_eq!(unit(&[20.0, 40.0, 35.0]), TargetUnit::POINT);
        assert_eq!(unit(&[7.0, 7.0]), TargetUnit::POINT);
        let streams = unit(&[900_000.0, 1_100_000.0, 1_000_000.0]);
        assert_eq!((streams.size, streams.first_answer), (8192.0, 1_000_000.0));
        let shares = unit(&[0.1, 0.3, 0.2]);
        assert_eq!(shares.size, 1.0 / 128.0);
        assert_eq!(unit(&[1990.0, 2010.0]).first_answer, 2000.0);
    }

    #[test]
    fn only_the_dense_layer_is_in_units_of_the_study() {
        let mut arrays = vec![vec![0.1, -0.2], vec![0.3], vec![1.7e-3, -0.9], vec![12.345]];
        let before = arrays.clone();
        TargetUnit { size: 8192.0, first_answer: 0.0 }.restore(&mut arrays);
        assert_eq!((&arrays[..2], arrays[3][0] / 8192.0, arrays[2][1] / 8192.0), (&before[..2], 12.345, -0.9));
    }
}
