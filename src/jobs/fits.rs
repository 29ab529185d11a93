//! The networks of a verdict: one unit of work is one network trained on the training rows of one fold.
//!
//! A unit depends on nothing but itself and the data, so it can be done anywhere, in any order and more than once, with
//! the same bits each time on the same kernels.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::observe::Observed;
use super::{Stop, TrainError, Wishes, dataset};
use crate::evidence::{Exchange, Exchanges, FOLDS, Observations, Target, brightness_target};
use crate::nn::{Hyperparameters, Sample, TrainOptions, Trainer, available_memory_bytes};
use crate::study::StudyFile;

/// A network that takes part in a verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkSettings {
    pub name: String,
    pub settings: Hyperparameters,
}

/// One network, trained on the training rows of one fold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    pub network: NetworkSettings,
    pub target: Target,
    /// `Some(seed)`: popularity is shuffled, so that there is nothing to be learned.
    pub shuffle: Option<u64>,
    pub repeat: usize,
    pub fold: usize,
    /// Whether the cover's brightness is learned instead: a question whose answer is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_control: bool,
}

impl Unit {
    /// The control of a network: brightness, on the first fold.
    pub fn control(network: &NetworkSettings) -> Self {
        let network = network.clone();
        Self { network, target: Target::Popularity, shuffle: None, repeat: 0, fold: 0, is_control: true }
    }

    /// The unit as JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the unit's result is kept under: the name that a person gave the network does not matter.
    pub fn key(&self, digest: &[u8; 32]) -> [u8; 32] {
        let nameless =
            Self { network: NetworkSettings { name: String::new(), ..self.network.clone() }, ..self.clone() };
        let mut hasher = blake3::Hasher::new();
        hasher.update(digest).update(nameless.json().as_bytes());
        // Earlier versions learned all targets as they are.
        hasher.update(b"targets in their unit");
        if self.shuffle.is_some() && self.target != Target::Popularity {
            // Earlier versions shuffled these across playlists, then only where covers are in the same ones.
            hasher.update(b"beside playlists");
        }
        *hasher.finalize().as_bytes()
    }
}

/// All units of a verdict: `repeats` passes over the folds and, for each network, `shuffles` passes with shuffled
/// targets, and each network's control.
pub fn units(networks: &[NetworkSettings], target: Target, repeats: usize, shuffles: usize) -> Vec<Unit> {
    let mut units = Vec::new();
    for network in networks {
        let passes = (0..repeats).map(|repeat| (repeat, None)).chain((0..shuffles).map(|seed| (0, Some(seed as u64))));
        for (repeat, shuffle) in passes {
            let of_fold = |fold| Unit { network: network.clone(), target, shuffle, repeat, fold, is_control: false };
            units.extend((0..FOLDS).map(of_fold));
        }
        units.push(Unit::control(network));
    }
    units
}

/// Trains one unit and predicts the fold's test rows; `None` where it was stopped. The covers must have been resized for
/// the unit's image size where that is one that is kept.
///
/// # Errors
/// Settings that cannot work, or a training that fails.
pub fn fit(
    file: &StudyFile,
    observed: &Observed,
    unit: &Unit,
    options: TrainOptions,
    wishes: &Wishes,
) -> Result<Option<Vec<f32>>, TrainError> {
    let mut settings = unit.network.settings.clone();
    // Another start for each fit, so that no luck of one is in all of them.
    settings.seed = settings.seed.wrapping_add((unit.repeat * FOLDS + unit.fold) as u64);
    let checked = settings.check().map_err(TrainError::Settings)?;
    if let Some(available) = available_memory_bytes() {
        settings.check_memory(observed.rows.len(), available).map_err(TrainError::TooLittleMemory)?;
    }
    let study = file.connect()?;
    let sides = samples(&observed.rows, unit);
    let data = dataset::of_covers(file, &study, observed.covers.clone(), settings.image_size, sides)?;
    let mut trainer = Trainer::new(&checked, data, options)?;
    while !trainer.is_done() {
        let done = trainer.run_epoch(&mut |_, _| {
            if wishes.stop() == Stop::No { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if done.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(trainer.test_predictions().to_vec()))
}

fn samples(rows: &Observations, unit: &Unit) -> (Vec<Sample>, Vec<Sample>) {
    let popularity = match unit.shuffle {
        None if unit.is_control => brightness_target(rows),
        None => rows.popularity.clone(),
        Some(seed) => {
            let exchanges = Exchanges::new(&rows.groups, &rows.playlists, Exchange::of(unit.target));
            exchanges.shuffle(&rows.popularity, seed)
        }
    };
    let mut targets = unit.target.of(&popularity, &rows.playlists, &rows.folds(unit.repeat));
    let fold = targets.folds.swap_remove(unit.fold);
    let samples = |of: &[usize], values: &[f64]| -> Vec<Sample> {
        of.iter().zip(values).map(|(&row, &value)| Sample { picture: rows.covers[row], target: value as f32 }).collect()
    };
    (samples(&fold.train, &fold.train_values), samples(&fold.test, &fold.test_values))
}
