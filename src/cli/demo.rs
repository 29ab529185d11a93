//! `demo`: the sample study from import to a scored cover.

use anyhow::{Context as _, Result};

use super::import::import_into;
use super::score::score_one;
use super::train::train_with_progress;
use super::{Exit, Output, results};
use crate::jobs::{Scorer, Stop, Wishes};
use crate::nn::{Kernels, Preset, TrainOptions};
use crate::sources::{ImportRequest, sample};
use crate::study::StudyFile;

/// Goes through the sample study in a folder that is removed at the end.
///
/// # Errors
/// Where the temporary folder cannot be written.
pub fn demo(output: &Output, wishes: &Wishes) -> Result<Exit> {
    let folder = tempfile::tempdir().context("Could not make a temporary folder")?;
    let file = StudyFile::create(&folder.path().join("Sample study.coverstudy"))?;
    output.say("1. The sample study: covers drawn by the program, with a known effect of the picture on popularity.");
    import_into(&file, &ImportRequest::Sample { shuffle_popularity: None }, output, wishes)?;
    if wishes.stop() != Stop::No {
        return Ok(Exit::Interrupted);
    }
    let preset = Preset::Quick;
    output.say(format_args!("2. Training the preset {}.", preset.label()));
    let settings = preset.hyperparameters();
    let parameters = settings.check().map_or(0, |checked| checked.parameters());
    let run = file.connect()?.add_run(preset.label(), preset.key(), &settings, parameters)?;
    let options = TrainOptions { threads: 0, kernels: Kernels::Auto };
    train_with_progress(&file, run, options, output, wishes)?;
    if wishes.stop() != Stop::No {
        return Ok(Exit::Interrupted);
    }
    let study = file.connect()?;
    output.say("3. Results.");
    let target = study.target()?;
    results::tell(&study.runs()?, &target, output);
    output.say("4. A cover that the model scores.");
    let cover = folder.path().join("cover.png");
    std::fs::write(&cover, sample::cover_png(0)).context("Could not write the cover")?;
    let scored = score_one(&Scorer::load(&study, None)?, &target, &cover, output);
    Ok(if scored { Exit::Done } else { Exit::Failed })
}
