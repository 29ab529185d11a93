//! Reaching a verdict: trains the networks that it takes, keeps each as it is done, and puts everything together.

use std::collections::BTreeSet;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::fits::{NetworkSettings, Unit, fit, units};
use super::{Observed, Stop, TrainError, Wishes, dataset, observe};
use crate::evidence::{self, Control, Exchange, FOLDS, Target, Verdict, VerdictInput};
use crate::nn::{Hyperparameters, Preset, TrainOptions};
use crate::study::{RunRecord, SavedFit, Study, StudyError, StudyFile, mark_digits, plural, tracks_mark};

/// How thorough a verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum VerdictKind {
    /// One pass over five folds.
    #[default]
    Quick,
    /// Five passes over five folds, and the networks trained on shuffled popularity too.
    Full,
}

impl VerdictKind {
    /// Passes over the folds.
    pub fn repeats(self) -> usize {
        match self {
            Self::Quick => 1,
            Self::Full => 5,
        }
    }

    /// Passes of each network with shuffled popularity.
    pub fn shuffles(self) -> usize {
        match self {
            Self::Quick => 0,
            Self::Full => 20,
        }
    }
}

/// What a verdict is asked about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VerdictRequest {
    pub kind: VerdictKind,
    pub target: Target,
    /// Names of the runs whose settings take part; none is the preset Quick.
    pub runs: Vec<String>,
}

/// Why no verdict can be reached.
#[derive(Debug, thiserror::Error)]
pub enum VerdictError {
    #[error(transparent)]
    Study(#[from] StudyError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(
        "Only {0} tracks have both a cover and what is to be predicted; a verdict needs at least {fewest}. Import more tracks.",
        fewest = FEWEST_VERDICT_TRACKS
    )]
    TooFewTracks(usize),
    #[error(
        "The tracks have only {}; a verdict needs at least {FOLDS}. Import tracks with other covers.",
        plural(*.0, "different cover", "different covers")
    )]
    TooFewCovers(usize),
    #[error(
        "By what is to be predicted, all tracks are alike: there is nothing to find. Import tracks that differ, or choose \
         another target."
    )]
    NothingDiffers,
    #[error(
        "Nothing can be compared within playlists: no two covers are in the same one. Choose another target, or import \
         playlists with more tracks."
    )]
    NothingWithinPlaylists,
}

/// The fewest tracks that five folds make sense for.
pub const FEWEST_VERDICT_TRACKS: usize = 25;

/// What reaching a verdict tells while it goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VerdictEvent {
    /// Covers are being looked at or resized.
    Reading,
    /// Networks trained so far, of how many, and seconds left where that can be told.
    Training { done: usize, total: usize, seconds_left: Option<f64> },
    /// Everything is tested against chance.
    Testing,
}

impl VerdictRequest {
    /// The networks that take part.
    ///
    /// # Errors
    /// A run that the study does not have.
    pub fn networks(&self, study: &Study) -> Result<Vec<NetworkSettings>, StudyError> {
        if self.runs.is_empty() {
            let quick = Preset::Quick;
            return Ok(vec![NetworkSettings { name: quick.label().to_owned(), settings: quick.hyperparameters() }]);
        }
        let mut networks: Vec<NetworkSettings> = Vec::new();
        for name in &self.runs {
            let RunRecord { name, settings, .. } = study.run_named(name)?;
            // A run may be named twice: by its name and by its number.
            if networks.iter().all(|network| network.name != name) {
                networks.push(NetworkSettings { name, settings });
            }
        }
        Ok(networks)
    }

    /// All units of work.
    ///
    /// # Errors
    /// A run that the study does not have.
    pub fn units(&self, study: &Study) -> Result<Vec<Unit>, StudyError> {
        Ok(units(&self.networks(study)?, self.target, self.kind.repeats(), self.kind.shuffles()))
    }
}

/// Reaches a verdict and keeps it; `None` where `wishes` asked to stop. Networks that were trained for an earlier,
/// interrupted verdict on the same data are not trained again.
///
/// # Errors
/// A study that is too small, settings that cannot work, or a file that cannot be written.
pub fn reach_verdict(
    file: &StudyFile,
    request: &VerdictRequest,
    options: TrainOptions,
    wishes: &Wishes,
    on_event: &mut dyn FnMut(VerdictEvent),
) -> Result<Option<Verdict>, VerdictError> {
    let mut study = file.connect()?;
    on_event(VerdictEvent::Reading);
    let networks = request.networks(&study)?;
    for network in &networks {
        if !dataset::cache_pixels(&mut study, network.settings.image_size, wishes, &mut |_, _| {})? {
            return Ok(None);
        }
    }
    let observed = observe(&study)?;
    check(&observed)?;
    check_target(&observed, request.target)?;
    if !train(file, &observed, &request.units(&file.connect()?)?, options, wishes, on_event)? {
        return Ok(None);
    }
    on_event(VerdictEvent::Testing);
    let network_controls = network_controls(&study, &observed, &networks)?;
    let networks = collect(&study, &observed, request, &networks)?;
    let input = VerdictInput {
        observations: &observed.rows,
        measure: &study.target()?,
        target: request.target,
        repeats: request.kind.repeats(),
        networks: &networks,
        settings_tried: settings_tried(&study, request)?,
        shuffles: evidence::SHUFFLES,
        network_controls: &network_controls,
        divisions: &observed.divisions(),
    };
    let mut verdict = evidence::verdict(input, &|| wishes.stop() == Stop::No);
    if let Some(verdict) = &mut verdict {
        if !request.runs.is_empty() {
            verdict.runs = networks.into_iter().map(|network| network.name).collect();
        }
        verdict.data = mark_digits(tracks_mark(&study.tracks()?));
        study.save_verdict(verdict)?;
    }
    Ok(verdict)
}

/// Puts the questions whose answers are known to a study; to the request's networks, where a verdict has trained them
/// for it before.
///
/// # Errors
/// A study that is too small, or a file that cannot be read.
pub fn run_controls(study: &Study, request: &VerdictRequest) -> Result<Vec<Control>, VerdictError> {
    let observed = observe(study)?;
    check(&observed)?;
    let of_networks = network_controls(study, &observed, &request.networks(study)?)?;
    Ok([evidence::controls(&observed.rows), of_networks].concat())
}

/// What the networks made of the brightness of covers, as far as they have been trained for it.
fn network_controls(
    study: &Study,
    observed: &Observed,
    networks: &[NetworkSettings],
) -> Result<Vec<Control>, StudyError> {
    let rows = &observed.rows;
    let targets = Target::Popularity.of(&evidence::brightness_target(rows), &rows.playlists, &rows.folds(0));
    let truth = &targets.folds[0].test_values;
    let mut controls = Vec::new();
    for network in networks {
        if let Some((_, predicted)) = study.fit(&Unit::control(network).key(&observed.digest))? {
            let predicted: Vec<f64> = predicted.into_iter().map(f64::from).collect();
            controls.push(evidence::network_control(&network.name, truth, &predicted));
        }
    }
    Ok(controls)
}

fn check(observed: &Observed) -> Result<(), VerdictError> {
    let popularity = &observed.rows.popularity;
    if popularity.len() < FEWEST_VERDICT_TRACKS {
        return Err(VerdictError::TooFewTracks(popularity.len()));
    }
    if observed.rows.pictures() < FOLDS {
        return Err(VerdictError::TooFewCovers(observed.rows.pictures()));
    }
    if popularity.iter().all(|value| *value == popularity[0]) {
        return Err(VerdictError::NothingDiffers);
    }
    Ok(())
}

/// Tracks that differ in popularity may still all be alike within their playlists, or alone in them.
fn check_target(observed: &Observed, target: Target) -> Result<(), VerdictError> {
    let rows = &observed.rows;
    match Exchange::of(target) {
        _ if !rows.differ_by(target) => Err(VerdictError::NothingDiffers),
        Exchange::WithinPlaylist if !rows.can_be_asked(target) => Err(VerdictError::NothingWithinPlaylists),
        _ => Ok(()),
    }
}

/// Trains the units that the study has no result of yet; false where it was stopped.
fn train(
    file: &StudyFile,
    observed: &Observed,
    units: &[Unit],
    options: TrainOptions,
    wishes: &Wishes,
    on_event: &mut dyn FnMut(VerdictEvent),
) -> Result<bool, VerdictError> {
    let mut study = file.connect()?;
    let mut missing = Vec::new();
    for unit in units {
        if study.fit(&unit.key(&observed.digest))?.is_none() {
            missing.push(unit);
        }
    }
    let began = Instant::now();
    let before = units.len() - missing.len();
    for (done, unit) in missing.iter().enumerate() {
        let seconds_left =
            (done > 0).then(|| began.elapsed().as_secs_f64() / done as f64 * (missing.len() - done) as f64);
        on_event(VerdictEvent::Training { done: before + done, total: units.len(), seconds_left });
        let since = Instant::now();
        let Some(predictions) = fit(file, observed, unit, options, wishes)? else { return Ok(false) };
        let key = unit.key(&observed.digest);
        let seconds = since.elapsed().as_secs_f64();
        study.save_fit(&SavedFit { key, unit: unit.json(), seconds, predictions })?;
    }
    Ok(true)
}

/// The networks' predictions in the order of the rows.
fn collect(
    study: &Study,
    observed: &Observed,
    request: &VerdictRequest,
    networks: &[NetworkSettings],
) -> Result<Vec<evidence::Network>, VerdictError> {
    let rows = &observed.rows;
    let pass = |network: &NetworkSettings, repeat: usize, shuffle: Option<u64>| -> Result<Vec<f64>, StudyError> {
        let targets = request.target.of(&rows.popularity, &rows.playlists, &rows.folds(repeat));
        let mut of_folds = Vec::with_capacity(FOLDS);
        for fold in 0..FOLDS {
            let unit =
                Unit { network: network.clone(), target: request.target, shuffle, repeat, fold, is_control: false };
            let (_, predictions) = study
                .fit(&unit.key(&observed.digest))?
                .ok_or_else(|| StudyError::NotFound("A network of the verdict is missing.".to_owned()))?;
            of_folds.push(predictions);
        }
        Ok(targets.in_order(|fold, _| of_folds[fold].iter().map(|&value| f64::from(value)).collect()))
    };
    networks
        .iter()
        .map(|network| {
            let repeats = (0..request.kind.repeats()).map(|repeat| pass(network, repeat, None));
            let shuffles = (0..request.kind.shuffles()).map(|seed| pass(network, 0, Some(seed as u64)));
            Ok(evidence::Network {
                name: network.name.clone(),
                passes: repeats.collect::<Result<_, StudyError>>()?,
                shuffled_passes: shuffles.collect::<Result<_, StudyError>>()?,
            })
        })
        .collect()
}

/// How many settings of networks the study has tried, those of this verdict among them; seeds and splits do not count.
fn settings_tried(study: &Study, request: &VerdictRequest) -> Result<usize, VerdictError> {
    let plain = |settings: Hyperparameters| {
        let quick = Preset::Quick.hyperparameters();
        let plain = Hyperparameters { seed: 0, split: quick.split, test_share: quick.test_share, ..settings };
        serde_json::to_string(&plain).unwrap_or_default()
    };
    // What was tried and deleted was tried.
    let runs = study.runs()?.into_iter().chain(study.deleted_runs()?);
    let runs = runs.filter(|run| run.figures.is_some()).map(|run| plain(run.settings));
    let own = request.networks(study)?.into_iter().map(|network| plain(network.settings));
    Ok(runs.chain(own).collect::<BTreeSet<_>>().len())
}
