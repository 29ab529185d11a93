//! A verdict's networks trained on many machines: a folder with numbered units of work, each done by itself.
//!
//! The folder holds `plan.json`, a copy of the study, and a file in `fits/` for each unit that is done. Units depend on
//! nothing but the folder; one that is done twice gives the same bits on the same kernels.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::fits::{Unit, fit};
use super::verdict::{VerdictError, VerdictRequest};
use super::{Observed, TrainError, Wishes, dataset, observe};
use crate::evidence::FOLDS;
use crate::nn::TrainOptions;
use crate::study::{SavedFit, StudyError, StudyFile, plural, why, write_file};

const PLAN: &str = "plan.json";
const STUDY: &str = "study.coverstudy";
const FITS: &str = "fits";

/// Why a plan cannot be written, done or collected.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Verdict(#[from] VerdictError),
    #[error(transparent)]
    Study(#[from] StudyError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error("Could not {action} {}: {}.", path.display(), why(source))]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{} is no plan that this version reads: {detail}. Write it anew with verdict --plan.", path.display())]
    NoPlan { path: PathBuf, detail: String },
    #[error("There is no unit {number}; the plan has {units}, numbered from 0.")]
    NoUnit { number: usize, units: usize },
    #[error(
        "The plan in {} is of other tracks than the study has now. Write it anew with verdict --plan.", .0.display()
    )]
    OtherData(PathBuf),
    #[error(
        "{} holds {} of other work than this plan's: another verdict, or other tracks. Collect them first with \
         verdict --collect, or name another folder.", folder.join(FITS).display(), plural(*files, "result", "results")
    )]
    OtherWork { folder: PathBuf, files: usize },
}

/// All units of a verdict, and which data they are of.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    digest: [u8; 32],
    /// The verdict that the units are for.
    request: VerdictRequest,
    units: Vec<Unit>,
}

impl Plan {
    fn keys(&self) -> Vec<[u8; 32]> {
        self.units.iter().map(|unit| unit.key(&self.digest)).collect()
    }
}

/// What one unit came to, as its file holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Done {
    key: [u8; 32],
    /// The predictions' bits, so that they are read as they were written.
    predictions: Vec<u32>,
    /// BLAKE3 of key and predictions.
    checksum: [u8; 32],
}

impl Done {
    fn new(key: [u8; 32], predictions: &[f32]) -> Self {
        let predictions: Vec<u32> = predictions.iter().map(|value| value.to_bits()).collect();
        Self { checksum: checksum(&key, &predictions), key, predictions }
    }

    fn is_sound(&self, unit: &Unit, digest: &[u8; 32]) -> bool {
        self.key == unit.key(digest) && self.checksum == checksum(&self.key, &self.predictions)
    }
}

fn checksum(key: &[u8; 32], predictions: &[u32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key);
    for bits in predictions {
        hasher.update(&bits.to_le_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// What was found in a folder of units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collected {
    /// The verdict that was planned.
    pub request: VerdictRequest,
    /// Units that are in the study now.
    pub taken: usize,
    /// Units that have not been done.
    pub missing: Vec<usize>,
    /// Units whose file is not what was written.
    pub damaged: Vec<usize>,
}

/// Writes the units of a verdict with a copy of the study to `folder`; their number, and how many of them an earlier
/// call with the same plan has left done.
///
/// # Errors
/// A study that cannot be read or written, a folder that cannot be written or holds work for another plan.
pub fn write_plan(file: &StudyFile, request: &VerdictRequest, folder: &Path) -> Result<(usize, usize), PlanError> {
    let mut study = file.connect()?;
    for network in request.networks(&study)? {
        dataset::cache_pixels(&mut study, network.settings.image_size, &Wishes::default(), &mut |_, _| {})?;
    }
    let plan = Plan { digest: observe(&study)?.digest, request: request.clone(), units: request.units(&study)? };
    let fits = folder.join(FITS);
    std::fs::create_dir_all(&fits).map_err(|source| PlanError::Io { action: "make", path: fits.clone(), source })?;
    let files = std::fs::read_dir(&fits).map_err(|source| PlanError::Io { action: "read", path: fits, source })?;
    let files = files.filter_map(Result::ok).filter(|file| file.path().extension().is_some_and(|end| end == "json"));
    let files = files.count();
    // Days of work on many machines may lie there; and taken for this plan's, it would be called damaged.
    if files > 0 && !read_plan(folder).is_ok_and(|known| known.keys() == plan.keys()) {
        return Err(PlanError::OtherWork { folder: folder.to_path_buf(), files });
    }
    file.save_copy(&folder.join(STUDY))?;
    write_file(&folder.join(PLAN), serde_json::to_string(&plan).unwrap_or_default().as_bytes())?;
    Ok((plan.units.len(), files))
}

fn read_plan(folder: &Path) -> Result<Plan, PlanError> {
    let path = folder.join(PLAN);
    let text = std::fs::read(&path).map_err(|source| PlanError::Io { action: "read", path: path.clone(), source })?;
    parse_plan(&text).map_err(|detail| PlanError::NoPlan { path, detail })
}

fn parse_plan(text: &[u8]) -> Result<Plan, String> {
    let plan: Plan = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    match plan.units.iter().find(|unit| unit.fold >= FOLDS) {
        Some(unit) => Err(format!("it names fold {}, and there are {FOLDS}", unit.fold)),
        None => Ok(plan),
    }
}

/// What a unit came to; `None` where the file cannot be read.
fn read_done(path: &Path) -> Option<Done> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn done_path(folder: &Path, number: usize) -> PathBuf {
    folder.join(FITS).join(format!("{number}.json"))
}

/// Does unit `number` of the plan in `folder`, unless its file holds what it comes to already; the file, `None` where it
/// was stopped.
///
/// # Errors
/// A folder without a plan, a number that it does not have, or a training that fails.
pub fn do_unit(
    folder: &Path,
    number: usize,
    options: TrainOptions,
    wishes: &Wishes,
) -> Result<Option<PathBuf>, PlanError> {
    let plan = read_plan(folder)?;
    let units = plan.units.len();
    let unit = plan.units.get(number).ok_or(PlanError::NoUnit { number, units })?;
    let file = StudyFile::open_reader(&folder.join(STUDY))?;
    let observed = observe(&file.connect()?)?;
    if observed.digest != plan.digest {
        return Err(PlanError::OtherData(folder.to_path_buf()));
    }
    let path = done_path(folder, number);
    if read_done(&path).is_some_and(|done| done.is_sound(unit, &plan.digest)) {
        return Ok(Some(path));
    }
    let Some(predictions) = fit(&file, &observed, unit, options, wishes)? else { return Ok(None) };
    let done = Done::new(unit.key(&plan.digest), &predictions);
    write_file(&path, serde_json::to_string(&done).unwrap_or_default().as_bytes())?;
    Ok(Some(path))
}

/// Takes the units that are done in `folder` into the study.
///
/// # Errors
/// A plan of other data than the study's, or a study that cannot be written.
pub fn collect(file: &StudyFile, observed: &Observed, folder: &Path) -> Result<Collected, PlanError> {
    let plan = read_plan(folder)?;
    if observed.digest != plan.digest {
        return Err(PlanError::OtherData(folder.to_path_buf()));
    }
    let mut study = file.connect()?;
    let mut collected = Collected { request: plan.request, ..Collected::default() };
    for (number, unit) in plan.units.iter().enumerate() {
        let path = done_path(folder, number);
        if !path.exists() {
            collected.missing.push(number);
            continue;
        }
        match read_done(&path) {
            Some(done) if done.is_sound(unit, &plan.digest) => {
                let predictions = done.predictions.iter().map(|bits| f32::from_bits(*bits)).collect();
                study.save_fit(&SavedFit { key: done.key, unit: unit.json(), seconds: 0.0, predictions })?;
                collected.taken += 1;
            }
            _ => collected.damaged.push(number),
        }
    }
    Ok(collected)
}

/// The bytes of a plan's files, for the fuzz targets.
#[cfg(fuzzing)]
pub fn fuzz(bytes: &[u8]) {
    let digest = [0; 32];
    let done = serde_json::from_slice::<Done>(bytes);
    let _ = done.is_ok_and(|done| done.checksum == checksum(&done.key, &done.predictions));
    for unit in parse_plan(bytes).map(|plan| plan.units).unwrap_or_default() {
        let _ = (unit.key(&digest), unit.network.settings.check().is_ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Target;
    use crate::jobs::{NetworkSettings, units};
    use crate::nn::Preset;

    #[test]
    fn a_plan_with_a_fold_that_there_is_not_is_refused() {
        let network = NetworkSettings { name: "Quick".to_owned(), settings: Preset::Quick.hyperparameters() };
        let units = units(&[network], Target::Popularity, 1, 0);
        let mut plan = Plan { digest: [0; 32], request: VerdictRequest::default(), units };
        let read = |plan: &Plan| parse_plan(&serde_json::to_vec(plan).unwrap()).map(|plan| plan.units.len());
        assert_eq!(read(&plan), Ok(6));
        plan.units[3].fold = FOLDS;
        assert!(read(&plan).unwrap_err().contains("fold 5"));
    }
}
