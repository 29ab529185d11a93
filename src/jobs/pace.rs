//! How fast a network trains on this computer: measured with a few steps of the very settings, on pictures that stand
//! for the study's own.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::{Stop, TrainError, Wishes, dataset};
use crate::nn::{
    CheckedHyperparameters, Checkpoint, Dataset, Hyperparameters, LARGEST_KEPT_IMAGE, Sample, TrainOptions, Trainer,
};
use crate::study::{CoverId, StudyFile};

/// How long the measured steps should take together.
const STEPS_SECS: f64 = 0.6;
/// Steps of whole batches are measured where one takes at most this long, else steps of fewer pictures.
const LONGEST_STEP_SECS: f64 = 0.4;
/// Steps that are measured after the first, which finds nothing prepared.
const FEWEST_STEPS: usize = 3;
const MOST_STEPS: usize = 400;
/// Steps between two test passes, and the most of those that are measured.
const STEPS_A_PASS: usize = 8;
const MOST_PASSES: usize = 8;
/// A checkpoint up to this size is written several times, since one write says little.
const SMALL_CHECKPOINT_BYTES: usize = 4 << 20;
/// Pictures of the first look, which tells how many can be afforded.
const FEWEST_PICTURES: usize = 2;
/// Pictures of the measured test pass.
const TESTED: usize = 64;
/// Distinct pictures that stand for a study's.
const DISTINCT_PICTURES: usize = 64;
/// Early stopping holds out this share of the training tracks, and tests on them.
const HELD_OUT_SHARE: f64 = 0.1;

/// What the parts of a training take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// A step of a whole batch.
    pub step_secs: f64,
    /// A track of the test pass.
    pub tested_secs: f64,
    /// Saving an epoch.
    pub save_secs: f64,
}

impl Pace {
    /// An epoch on so many tracks, test pass and saving included.
    pub fn epoch_secs(&self, settings: &Hyperparameters, tracks: usize) -> f64 {
        let test = tracks as f64 * settings.test_share;
        let train = tracks as f64 - test;
        let held_out = if settings.patience.is_some() { train * HELD_OUT_SHARE } else { 0.0 };
        let steps = (train - held_out) / settings.batch_size as f64;
        steps * self.step_secs + (test + held_out) * self.tested_secs + self.save_secs
    }

    /// All epochs of a run.
    pub fn run_secs(&self, settings: &Hyperparameters, tracks: usize) -> f64 {
        settings.epochs as f64 * self.epoch_secs(settings, tracks)
    }
}

/// Trains a few steps and throws the network away; `None` where it was stopped.
///
/// # Errors
/// What would also keep a training from going on.
pub fn measure_pace(
    file: &StudyFile,
    settings: &CheckedHyperparameters,
    options: TrainOptions,
    wishes: &Wishes,
) -> Result<Option<Pace>, TrainError> {
    let batch_size = settings.get().batch_size;
    let probe = Probe { file, settings: settings.get(), options, wishes };
    let fewest = FEWEST_PICTURES.min(batch_size);
    let Some(first) = probe.run(fewest, (1, 1), FEWEST_PICTURES)? else { return Ok(None) };
    let picture_secs = first.step_secs / fewest as f64;
    // Two large networks at a time would take twice the memory.
    drop(first);
    let affordable = (LONGEST_STEP_SECS / picture_secs.max(1e-9)) as usize;
    let pictures = affordable.clamp(fewest, batch_size);
    let steps = (STEPS_SECS / (picture_secs * pictures as f64).max(1e-9)) as usize;
    let steps = steps.clamp(FEWEST_STEPS, MOST_STEPS);
    let passes = (steps / STEPS_A_PASS).clamp(1, MOST_PASSES);
    let tested = TESTED.min(affordable.max(FEWEST_PICTURES));
    let Some(measured) = probe.run(pictures, (steps / passes, passes), tested)? else { return Ok(None) };
    if wishes.stop() != Stop::No {
        return Ok(None);
    }
    Ok(Some(Pace {
        step_secs: measured.step_secs * batch_size as f64 / pictures as f64,
        tested_secs: measured.tested_secs,
        save_secs: save_secs(file.path(), &measured.trainer.checkpoint()),
    }))
}

struct Probe<'a> {
    file: &'a StudyFile,
    settings: &'a Hyperparameters,
    options: TrainOptions,
    wishes: &'a Wishes,
}

struct Probed {
    step_secs: f64,
    tested_secs: f64,
    trainer: Trainer,
}

impl Probe<'_> {
    /// Measures so many steps of `batch_size` pictures after a first one, then a test pass of `tested` pictures, all of
    /// it several times.
    fn run(
        &self,
        batch_size: usize,
        (steps, passes): (usize, usize),
        tested: usize,
    ) -> Result<Option<Probed>, TrainError> {
        // Nothing is learned here, so that nothing can come apart.
        let settings = Hyperparameters { batch_size, learning_rate: 1e-6, patience: None, ..self.settings.clone() };
        let checked = settings.check().map_err(TrainError::Settings)?;
        let data = self.data(batch_size * (steps + 1), tested)?;
        let mut trainer = Trainer::new(&checked, data, self.options)?;
        let (mut step_secs, mut last_secs) = (Vec::new(), Vec::new());
        for _ in 0..passes {
            let mut marks = Vec::with_capacity(steps + 1);
            let figures = trainer.run_epoch(&mut |step, steps| {
                if step < steps {
                    marks.push(Instant::now());
                }
                if self.wishes.stop() == Stop::No { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            if figures.is_none() {
                return Ok(None);
            }
            last_secs.extend(marks.last().map(|mark| mark.elapsed().as_secs_f64()));
            let each = marks.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64());
            // The first step finds nothing prepared.
            step_secs.extend(each.skip(usize::from(steps > 1)));
        }
        let step_secs = undisturbed(step_secs);
        let tested_secs = (undisturbed(last_secs) - step_secs).max(0.0) / tested as f64;
        Ok(Some(Probed { step_secs, tested_secs, trainer }))
    }

    /// Pictures of any content where they are kept in memory; where each is decoded when it is needed, the study's own.
    fn data(&self, train: usize, test: usize) -> Result<Dataset, TrainError> {
        let image_size = self.settings.image_size;
        let samples = |count: usize, pictures: usize| -> Vec<Sample> {
            (0..count).map(|index| Sample { picture: index % pictures, target: (index * 37 % 101) as f32 }).collect()
        };
        if image_size <= LARGEST_KEPT_IMAGE {
            let bytes = DISTINCT_PICTURES * image_size * image_size * 3;
            let pixels: Arc<[u8]> = (0..bytes).map(|index| (index.wrapping_mul(2_654_435_761) >> 7) as u8).collect();
            let (train, test) = (samples(train, DISTINCT_PICTURES), samples(test, DISTINCT_PICTURES));
            return Ok(Dataset::new(image_size, pixels, train, test)?);
        }
        let study = self.file.connect()?;
        let tracks = study.tracks()?;
        let usable = tracks.iter().filter(|track| track.is_usable());
        let covers: Vec<CoverId> = usable.filter_map(|track| track.cover).take(DISTINCT_PICTURES).collect();
        if covers.is_empty() {
            return Err(TrainError::TooFewTracks(0));
        }
        let both = (samples(train, covers.len()), samples(test, covers.len()));
        dataset::of_covers(self.file, &study, covers, image_size, both)
    }
}

/// The lower quartile: what something takes where little else came in between.
fn undisturbed(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 4).copied().unwrap_or(0.0)
}

/// What writing a checkpoint takes on the disk that holds the study. Where its folder cannot be written to, nothing
/// will be trained either.
fn save_secs(study: &Path, checkpoint: &Checkpoint) -> f64 {
    let best = checkpoint.best_weights.as_deref().unwrap_or_default();
    let parts = [&checkpoint.weights, &checkpoint.optimizer, best];
    let is_small = parts.iter().map(|part| part.len()).sum::<usize>() <= SMALL_CHECKPOINT_BYTES;
    let folder = study.parent().unwrap_or(Path::new("."));
    let written: std::io::Result<Vec<f64>> =
        (0..if is_small { 4 } else { 1 }).map(|_| write_secs(folder, &parts)).collect();
    match written {
        Ok(secs) => undisturbed(secs),
        Err(error) => {
            tracing::debug!(%error, "saving could not be measured");
            0.0
        }
    }
}

/// Seconds of writing to a file that is gone afterwards: twice, as the journal comes first.
fn write_secs(folder: &Path, parts: &[&[u8]]) -> std::io::Result<f64> {
    let began = Instant::now();
    let mut file = tempfile::tempfile_in(folder)?;
    for _ in 0..2 {
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()?;
    }
    Ok(began.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Preset;

    #[test]
    fn an_epoch_is_its_steps_its_test_pass_and_its_saving() {
        let pace = Pace { step_secs: 0.5, tested_secs: 0.01, save_secs: 0.25 };
        let mut settings = Preset::Quick.hyperparameters();
        (settings.batch_size, settings.epochs) = (30, 4);
        assert!((pace.epoch_secs(&settings, 400) - (10.0 * 0.5 + 100.0 * 0.01 + 0.25)).abs() < 1e-9);
        assert!((pace.run_secs(&settings, 400) - 4.0 * 6.25).abs() < 1e-9);
        settings.patience = Some(3);
        assert!((pace.epoch_secs(&settings, 400) - (9.0 * 0.5 + 130.0 * 0.01 + 0.25)).abs() < 1e-9);
    }

    #[test]
    fn a_pace_is_measured_or_given_up_when_asked_to() {
        let folder = tempfile::tempdir().unwrap();
        let file = StudyFile::create(&folder.path().join("a.coverstudy")).unwrap();
        let checked = Preset::Quick.hyperparameters().check().unwrap();
        let wishes = Wishes::default();
        let pace = measure_pace(&file, &checked, TrainOptions::default(), &wishes).unwrap().unwrap();
        assert!(pace.step_secs > 0.0 && pace.tested_secs > 0.0 && pace.save_secs > 0.0, "{pace:?}");
        wishes.ask_stop(Stop::Asked);
        assert_eq!(measure_pace(&file, &checked, TrainOptions::default(), &wishes).unwrap(), None);
    }

    /// Their covers are decoded for each batch, which is most of the work.
    #[test]
    fn large_pictures_are_measured_on_the_studys_own_covers() {
        let folder = tempfile::tempdir().unwrap();
        let file = StudyFile::create(&folder.path().join("a.coverstudy")).unwrap();
        let mut settings = Preset::Quick.hyperparameters();
        settings.image_size = LARGEST_KEPT_IMAGE + 1;
        let checked = settings.check().unwrap();
        let measured = measure_pace(&file, &checked, TrainOptions::default(), &Wishes::default());
        assert!(matches!(measured, Err(TrainError::TooFewTracks(0))));
    }
}
