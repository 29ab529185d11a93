//! `verdict --plan`, `fit` and `verdict --collect`.

use std::path::Path;
use std::str::FromStr as _;

use anyhow::{Result, anyhow};
use serde_json::json;

use super::args::FitArgs;
use super::{Exit, Output};
use crate::jobs::{PlanError, VerdictRequest, Wishes, collect, do_unit, observe, write_plan};
use crate::nn::{Kernels, TrainOptions};
use crate::study::{StudyFile, plural};

pub(super) fn write(file: &StudyFile, request: &VerdictRequest, folder: &Path, output: &Output) -> Result<Exit> {
    let (units, done) = write_plan(file, request, folder)?;
    output.say(format_args!(
        "{} written to {}, numbered from 0. Do each with: cover-study fit \"{}\" NUMBER",
        plural(units, "unit of work", "units of work"),
        folder.display(),
        folder.display()
    ));
    if done > 0 {
        output.say(format_args!("{} done there already.", plural(done, "is", "are")));
    }
    output.event(&json!({"event": "planned", "folder": folder, "units": units, "done": done}));
    Ok(Exit::Done)
}

pub(super) fn fit(args: &FitArgs, output: &Output, wishes: &Wishes) -> Result<Exit> {
    let kernels = match Kernels::from_str(&args.kernels) {
        Ok(kernels) => kernels,
        Err(error) => {
            output.fail(&anyhow!("{error}"));
            return Ok(Exit::WrongUsage);
        }
    };
    let options = TrainOptions { threads: args.threads.unwrap_or(0), kernels };
    match do_unit(&args.folder, args.number, options, wishes) {
        Ok(Some(path)) => {
            output.say(format_args!("Unit {} is done: {}", args.number, path.display()));
            output.event(&json!({"event": "fitted", "unit": args.number, "file": path}));
            Ok(Exit::Done)
        }
        Ok(None) => Ok(Exit::Interrupted),
        Err(error @ PlanError::NoUnit { .. }) => {
            output.fail(&error.into());
            Ok(Exit::WrongUsage)
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes in what is done, and returns the verdict that was planned; `None`, with the numbers of what is not done, where
/// something is missing.
pub(super) fn take_in(file: &StudyFile, folder: &Path, output: &Output) -> Result<Option<VerdictRequest>> {
    let observed = observe(&file.connect()?)?;
    let collected = collect(file, &observed, folder)?;
    output.say(format_args!("{} taken in.", plural(collected.taken, "unit", "units")));
    let list = |numbers: &[usize]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    for (numbers, what) in [(&collected.missing, "not done yet"), (&collected.damaged, "damaged; do them again")] {
        if !numbers.is_empty() {
            output.fail(&anyhow!("Units that are {what}: {}.", list(numbers)));
        }
    }
    output.event(&json!({
        "event": "collected",
        "taken": collected.taken,
        "missing": collected.missing,
        "damaged": collected.damaged,
    }));
    Ok((collected.missing.is_empty() && collected.damaged.is_empty()).then_some(collected.request))
}
