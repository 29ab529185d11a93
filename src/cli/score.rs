//! `score`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::args::ScoreArgs;
use super::{Exit, Output};
use crate::jobs::{Scorer, Stop, Wishes};
use crate::sources::pictures_in;
use crate::study::{StudyFile, Target};

pub(super) fn run(args: &ScoreArgs, output: &Output, wishes: &Wishes) -> Result<Exit> {
    let study = StudyFile::open_reader(&args.study)?.connect()?;
    let scorer = Scorer::load(&study, args.run.as_deref())?;
    let target = study.target()?;
    let (mut scored, mut failed) = (0, 0);
    for cover in covers(&args.covers)? {
        if wishes.stop() != Stop::No {
            return Ok(Exit::Interrupted);
        }
        if score_one(&scorer, &target, &cover, output) { scored += 1 } else { failed += 1 }
    }
    output.event(&json!({"event": "done", "run": scorer.run().name, "scored": scored, "failed": failed}));
    Ok(if failed == 0 { Exit::Done } else { Exit::Failed })
}

/// The covers in the order given; a folder stands for the pictures in it.
fn covers(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut covers = Vec::new();
    for path in paths {
        if path.is_dir() {
            covers.extend(pictures_in(path).with_context(|| format!("Could not read the folder {}", path.display()))?);
        } else {
            covers.push(path.clone());
        }
    }
    Ok(covers)
}

/// Scores one cover and tells of it; false where it could not be scored.
pub(super) fn score_one(scorer: &Scorer, target: &Target, cover: &Path, output: &Output) -> bool {
    let name = cover.display();
    match scorer.score_file(cover) {
        Ok(score) => {
            output.say(format_args!(
                "{name}: predicted {}: {}, {} to {} by four in five of its test errors, above {:.0} % of the test tracks.{}",
                target.name(),
                target.figure(score.prediction),
                target.figure(score.low),
                target.figure(score.high),
                score.percentile,
                if score.beats_mean {
                    ""
                } else {
                    " On its test tracks the model was no better than guessing the mean."
                }
            ));
            output.event(&json!({
                "event": "scored",
                "cover": cover.to_string_lossy(),
                "prediction": score.prediction,
                "low": score.low,
                "high": score.high,
                "percentile": score.percentile,
                "beats_mean": score.beats_mean,
            }));
            true
        }
        Err(error) => {
            output.say(format_args!("{name}: {error}"));
            output.event(&json!({"event": "failed", "cover": cover.to_string_lossy(), "reason": error.to_string()}));
            false
        }
    }
}
