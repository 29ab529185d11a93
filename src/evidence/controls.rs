//! Questions whose answers are known: where one is not answered rightly, no other answer is worth anything.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::baselines::ColorModel;
use super::observations::{Observations, Target};
use super::permutation::{Exchange, Exchanges, p_value};
use super::verdict::{DETECTABLE_AT_MOST, Row, SIGNIFICANCE, r2};
use super::words::thousandths;

/// The places in a cover's figures.
const BRIGHTNESS: usize = 0;
/// The seed of the first shuffle of a control; far from those of the tests.
const CONTROL_SEED: u64 = 1 << 40;
/// The control that asks whether the study is large enough.
const PLANTED: &str = "planted 5 % signal";
/// The share of the variance that the planted control has, how often it is planted, and the shuffles of each test.
const PLANTED_SHARE: f64 = 0.05;
const PLANTED_DRAWS: u64 = 5;
const PLANTED_SHUFFLES: u64 = 99;
/// Brightness that a network must be able to predict, as R²: what would be called useful. Networks are judged by one
/// fold of tracks, and see brightness only through their layers.
const NETWORK_BRIGHTNESS: f64 = 0.10;
/// The same for the color model, which is given it.
const COLOR_BRIGHTNESS: f64 = 0.90;

/// A question whose answer is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Control {
    pub name: String,
    pub passed: bool,
    /// What was found.
    pub detail: String,
    /// The network that it was put to; none: the color model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
}

impl Control {
    /// Whether it asks what a study of its size can find, rather than whether the program works.
    pub(super) fn is_of_power(&self) -> bool {
        self.name == PLANTED
    }

    /// The same where the study itself was `found` to hold more than what was planted: then its size has been shown to
    /// do, and the luck of a few draws says nothing against it.
    pub(super) fn beside_finding(mut self, found: &Row, p: f64) -> Self {
        if self.is_of_power() && !self.passed && p < SIGNIFICANCE && found.r2_low > PLANTED_SHARE {
            self.passed = true;
            self.detail += "; what the tracks themselves hold is surely more than 5 %, and was found";
        }
        self
    }
}

/// Three questions whose answers are known, put to the color model.
pub fn controls(observations: &Observations) -> Vec<Control> {
    let fold_of = observations.folds(0);
    let targets = Target::Popularity.of(&observations.popularity, &observations.playlists, &fold_of);
    let colors = ColorModel::new(observations, &targets);
    let brightness: Vec<f64> = (0..observations.len()).map(|row| observations.features_of(row)[BRIGHTNESS]).collect();
    let exchanges = Exchanges::new(&observations.groups, &observations.playlists, Exchange::All);
    let score = |values: &[f64]| {
        let targets = Target::Popularity.of(values, &observations.playlists, &fold_of);
        r2(&targets.truth(), &colors.out_of_fold(&targets))
    };
    let (bright, null) = (score(&brightness), score(&exchanges.shuffle(&observations.popularity, CONTROL_SEED)));
    // One draw of the noise misses an effect of this size now and then; most of several rarely do.
    let draws: Vec<(f64, f64)> = (0..PLANTED_DRAWS)
        .map(|draw| {
            let noise = exchanges.shuffle(&observations.popularity, CONTROL_SEED + draw);
            let planted = planted(&noise, &brightness);
            let chances: Vec<f64> =
                (0..PLANTED_SHUFFLES).into_par_iter().map(|seed| score(&exchanges.shuffle(&planted, seed))).collect();
            let found = score(&planted);
            (found, p_value(found, &chances))
        })
        .collect();
    let found = draws.iter().filter(|(r2, p)| *r2 > 0.0 && *p < SIGNIFICANCE).count();
    let mean = draws.iter().map(|(r2, _)| r2).sum::<f64>() / draws.len() as f64;
    vec![
        Control {
            name: "brightness as target".to_owned(),
            passed: bright > COLOR_BRIGHTNESS,
            detail: format!("must be predicted, at {COLOR_BRIGHTNESS:.2} or more: R² {}", thousandths(bright)),
            network: None,
        },
        Control {
            name: "shuffled popularity".to_owned(),
            passed: null < DETECTABLE_AT_MOST,
            detail: format!("must not be predicted, below {DETECTABLE_AT_MOST:.2}: R² {}", thousandths(null)),
            network: None,
        },
        Control {
            name: PLANTED.to_owned(),
            passed: 2 * found > draws.len(),
            detail: format!("must be found: in {found} of {} draws, mean R² {}", draws.len(), thousandths(mean)),
            network: None,
        },
    ]
}

/// Brightness of each row's cover, with the mean and the spread of popularity, so that networks learn it at their pace.
pub fn brightness_target(observations: &Observations) -> Vec<f64> {
    let moments = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance.sqrt())
    };
    let brightness: Vec<f64> = (0..observations.len()).map(|row| observations.features_of(row)[BRIGHTNESS]).collect();
    let ((mean, spread), (own_mean, own_spread)) = (moments(&observations.popularity), moments(&brightness));
    let scale = spread / own_spread.max(f64::MIN_POSITIVE);
    brightness.iter().map(|value| mean + (value - own_mean) * scale).collect()
}

/// Whether the network called `name` sees its pictures at all: what it predicts of [`brightness_target`].
pub fn network_control(name: &str, truth: &[f64], predicted: &[f64]) -> Control {
    let found = r2(truth, predicted);
    Control {
        name: format!("brightness as target, {name}"),
        passed: found >= NETWORK_BRIGHTNESS,
        detail: format!("must be predicted, at {NETWORK_BRIGHTNESS:.2} or more: R² {}", thousandths(found)),
        network: Some(name.to_owned()),
    }
}

/// Values of which `signal` makes up [`PLANTED_SHARE`] of the variance.
fn planted(noise: &[f64], signal: &[f64]) -> Vec<f64> {
    let standardised = |values: &[f64]| -> Vec<f64> {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        values.iter().map(|value| (value - mean) / variance.sqrt().max(f64::MIN_POSITIVE)).collect()
    };
    let (noise, signal) = (standardised(noise), standardised(signal));
    let (of_noise, of_signal) = ((1.0 - PLANTED_SHARE).sqrt(), PLANTED_SHARE.sqrt());
    noise.iter().zip(signal).map(|(noise, signal)| of_noise * noise + of_signal * signal).collect()
}
