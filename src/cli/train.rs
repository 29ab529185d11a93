//! `train`.

use std::str::FromStr as _;

use anyhow::{Result, anyhow, bail};
use serde_json::json;

use super::args::{SettingArgs, TrainArgs};
use super::results::{run_json, run_line};
use super::{Exit, Output, import::tell_recovered};
use crate::jobs::{TrainEvent, Wishes, train_run};
use crate::nn::{
    Activation, CUSTOM, Hyperparameters, Kernels, LAYERS, Padding, Preset, Schedule, SplitBy, TrainOptions,
};
use crate::study::{RunId, RunRecord, RunStatus, StudyFile};

pub(super) fn run(args: &TrainArgs, output: &Output, wishes: &Wishes) -> Result<Exit> {
    let kernels = Kernels::from_str(&args.kernels).map_err(|error| anyhow!("{error}"));
    let chosen = choose(args).and_then(|chosen| Ok((chosen, kernels?)));
    let ((preset, settings, parameters), kernels) = match chosen {
        Ok(chosen) => chosen,
        Err(error) => {
            output.fail(&error);
            return Ok(Exit::WrongUsage);
        }
    };
    let (file, recovered) = StudyFile::open(&args.study)?;
    tell_recovered(&recovered, output);
    let mut study = file.connect()?;
    let run = match &args.resume {
        Some(name) => study.run_named(name)?.id,
        None => {
            let model = if settings.layers == preset.hyperparameters().layers { preset.key() } else { CUSTOM };
            study.add_run(preset.label(), model, &settings, parameters)?
        }
    };
    drop(study);
    let options = TrainOptions { threads: args.threads.unwrap_or(0), kernels };
    let record = train_with_progress(&file, run, options, output, wishes)?;
    if record.status == RunStatus::Finished {
        output.event(&run_json("finished", &record));
        Ok(Exit::Done)
    } else {
        output.event(&json!({"event": "interrupted", "run": record.name, "epochs_done": record.epochs_done()}));
        output.say(format_args!(
            "Interrupted after {} epochs, which are saved. Go on with: train --resume \"{}\"",
            record.epochs_done(),
            record.name
        ));
        Ok(Exit::Interrupted)
    }
}

/// The preset with what the options change in it, checked.
fn choose(args: &TrainArgs) -> Result<(Preset, Hyperparameters, usize)> {
    let preset = Preset::from_key(&args.preset).ok_or_else(|| {
        let keys = Preset::ALL.map(Preset::key);
        anyhow!("There is no preset \"{}\". There are: {}.", args.preset, keys.join(", "))
    })?;
    let mut settings = preset.hyperparameters();
    args.settings.apply(&mut settings)?;
    match settings.check() {
        Ok(checked) => Ok((preset, settings, checked.parameters())),
        Err(problems) => {
            let sentences: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
            bail!(sentences.join("\n"))
        }
    }
}

impl SettingArgs {
    fn apply(&self, settings: &mut Hyperparameters) -> Result<()> {
        if let Some(layers) = self.layers {
            // Before it makes as many.
            if !LAYERS.contains(&layers) {
                bail!("There can be {} to {} convolution layers, not {layers}.", LAYERS.start(), LAYERS.end());
            }
            settings.set_layer_count(layers);
        }
        let padding = self.padding.as_deref().map(word::<Padding>).transpose()?;
        let activation = self.activation.as_deref().map(word::<Activation>).transpose()?;
        let pool = self.pool.as_deref().map(pool_size).transpose()?;
        for layer in &mut settings.layers {
            set(&mut layer.filters, self.filters);
            set(&mut layer.kernel_size, self.kernel_size);
            set(&mut layer.padding, padding);
            set(&mut layer.activation, activation);
            set(&mut layer.pool, pool);
        }
        set(&mut settings.epochs, self.epochs);
        set(&mut settings.batch_size, self.batch_size);
        set(&mut settings.learning_rate, self.learning_rate);
        set(&mut settings.image_size, self.image_size);
        set(&mut settings.test_share, self.test_share);
        set(&mut settings.split, self.split.as_deref().map(word::<SplitBy>).transpose()?);
        set(&mut settings.seed, self.seed);
        set(&mut settings.patience, self.patience.map(Some));
        settings.flip |= self.flip;
        set(&mut settings.schedule, self.schedule.as_deref().map(word::<Schedule>).transpose()?);
        set(&mut settings.dropout, self.dropout);
        set(&mut settings.l2, self.l2);
        Ok(())
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// One of the words that a setting knows.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    let value = serde_json::Value::String(text.to_owned());
    serde_json::from_value(value).map_err(|error| {
        let error = error.to_string();
        let words = error.split_once("expected ").map_or(error.as_str(), |(_, words)| words).replace('`', "\"");
        anyhow!("\"{text}\" is not understood. Give {words}.")
    })
}

fn pool_size(text: &str) -> Result<Option<usize>> {
    match text {
        "none" => Ok(None),
        number => number.parse().map(Some).map_err(|_| anyhow!("\"{text}\" is no pool size. Give a number, or none.")),
    }
}

/// Trains with a progress bar and an event for each epoch, and says what came of it.
pub(super) fn train_with_progress(
    file: &StudyFile,
    run: RunId,
    options: TrainOptions,
    output: &Output,
    wishes: &Wishes,
) -> Result<RunRecord> {
    let bar = output.progress("Training");
    let epochs = file.connect()?.run(run)?.settings.epochs;
    let trained = train_run(file, run, options, wishes, &mut |event| match event {
        TrainEvent::Resizing { done, total } => {
            bar.set_message("Resizing covers");
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
        TrainEvent::Step { epoch, step, steps } => {
            bar.set_message(format!("Training, epoch {epoch} of {epochs}"));
            bar.set_length((epochs * steps) as u64);
            bar.set_position(((epoch - 1) * steps + step) as u64);
        }
        TrainEvent::Epoch { name, epochs, record, samples_per_second, .. } => {
            output.event(&json!({
                "event": "epoch",
                "run": name,
                "epoch": record.epoch,
                "epochs": epochs,
                "train_mse": record.train_mse,
                "validation_mse": record.validation_mse,
                "test_mse": record.test_mse,
                "seconds": record.seconds,
                "samples_per_second": samples_per_second,
            }));
        }
        TrainEvent::OtherKernels(sentence) => bar.suspend(|| output.say(sentence)),
        TrainEvent::Paused(_) => {}
    })?;
    bar.finish_and_clear();
    output.say(run_line(&trained.run, &file.connect()?.target()?));
    Ok(trained.run)
}
