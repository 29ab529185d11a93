//! `info` and `results`.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Exit, Output};
use crate::study::{RunRecord, StudyFile, Target, plural, results_sentence};

pub(super) fn info(path: &Path, output: &Output) -> Result<Exit> {
    let study = StudyFile::open_reader(path)?.connect()?;
    let (counts, playlists, popularity) = (study.counts()?, study.playlists()?, study.popularity()?);
    let runs = study.runs()?.len();
    let target = study.target()?;
    output.say(format_args!(
        "{} tracks, {} with a cover ({} distinct), {} playlists, {runs} runs.",
        counts.tracks,
        counts.covers,
        counts.unique_covers,
        playlists.len()
    ));
    if let (Some(mean), Some(std)) = (popularity.mean, popularity.std) {
        output.say(format_args!(
            "{} of {}: {} {}, standard deviation {}.",
            target.label(),
            plural(popularity.count, "track", "tracks"),
            target.mean_name(),
            target.with_unit(mean),
            target.difference(std, 1)
        ));
    }
    for playlist in &playlists {
        let mean = playlist.mean.map_or_else(|| "not given".to_owned(), |mean| target.figure(mean));
        let name = if playlist.name.is_empty() { "(no playlist)" } else { &playlist.name };
        let what = format!("{} {}", target.mean_name(), target.name());
        output.say(format_args!("  {name}: {} tracks, {what} {mean}", playlist.tracks));
    }
    let unfinished = study.unfinished_playlists()?.len();
    if unfinished > 0 {
        let playlists = plural(unfinished, "playlist", "playlists");
        output.say(format_args!(
            "The import of {playlists} is not finished: import again, and it goes on where it stopped."
        ));
    }
    output.event(&json!({
        "event": "info",
        "tracks": counts.tracks,
        "covers": counts.covers,
        "unique_covers": counts.unique_covers,
        "playlists": playlists,
        "popularity": popularity,
        "runs": runs,
    }));
    Ok(Exit::Done)
}

pub(super) fn results(path: &Path, output: &Output) -> Result<Exit> {
    let study = StudyFile::open_reader(path)?.connect()?;
    let runs = study.runs()?;
    tell(&runs, &study.target()?, output);
    let runs: Vec<Value> = runs.iter().map(|run| with_settings(run_json("run", run), run)).collect();
    output.event(&json!({"event": "results", "runs": runs}));
    Ok(Exit::Done)
}

/// Says how the runs compare, in words and a line each.
pub(super) fn tell(runs: &[RunRecord], target: &Target, output: &Output) {
    output.say(results_sentence(runs, target));
    for run in runs {
        output.say(format_args!("  {}", run_line(run, target)));
    }
}

/// One line about a run, for people.
pub(super) fn run_line(run: &RunRecord, target: &Target) -> String {
    let head =
        format!("{} ({}, {} of {} epochs)", run.name, run.status.as_str(), run.epochs_done(), run.settings.epochs);
    match (&run.figures, run.mean_rmse(), &run.message) {
        (_, _, Some(message)) => format!("{head}: {message}"),
        (Some(figures), Some(mean), None) => format!(
            "{head}: off by {} on the test tracks (RMSE; always guessing the mean: {}), R² {:.3}, {:.1} s",
            target.difference(figures.rmse, 2),
            target.difference(mean, 2),
            figures.r2,
            run.seconds()
        ),
        _ => head,
    }
}

/// A run's figures as scripts read them; what it does not have yet is null.
pub(super) fn run_json(event: &str, run: &RunRecord) -> Value {
    json!({
        "event": event,
        "run": run.name,
        "model": run.model,
        "parameters": run.parameters,
        "epochs": run.settings.epochs,
        "epochs_done": run.epochs_done(),
        "best_epoch": run.best_epoch,
        "seconds": run.seconds(),
        "rmse": run.figures.map(|figures| figures.rmse),
        "mae": run.figures.map(|figures| figures.mae),
        "r2": run.figures.map(|figures| figures.r2),
        "mean_rmse": run.mean_rmse(),
        "train_tracks": run.train_tracks,
        "test_tracks": run.test_tracks,
        "kernels": run.kernels,
    })
}

fn with_settings(mut value: Value, run: &RunRecord) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.remove("event");
        fields.insert("settings".to_owned(), json!(run.settings));
        fields.insert("status".to_owned(), json!(run.status));
    }
    value
}
