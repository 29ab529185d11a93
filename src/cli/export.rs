//! `export`.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::args::ExportArgs;
use super::{Exit, Output};
use crate::jobs::{ExportError, export_model};
use crate::study::{ExportedTracks, POPULARITY, StudyFile, export_predictions, export_tracks, plural};

pub(super) fn run(args: &ExportArgs, output: &Output) -> Result<Exit> {
    let study = StudyFile::open_reader(&args.study)?.connect()?;
    match (&args.run, &args.out, &args.tracks, &args.covers) {
        (Some(run), Some(out), _, _) => {
            let run = study.run_named(run)?;
            let is_table = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
            let written = match is_table {
                true => export_predictions(&study, &run, out).map_err(Into::into),
                false => export_model(&study, &run, out),
            };
            let bytes = match written {
                Err(error @ ExportError::Ending) => {
                    output.fail(&error.into());
                    return Ok(Exit::WrongUsage);
                }
                other => other?,
            };
            tell_written(out, bytes, json!({}), output);
        }
        (_, _, Some(csv), Some(covers)) => {
            let ExportedTracks { bytes, tracks, without_cover, left_out } = export_tracks(&study, csv, covers)?;
            if without_cover > 0 {
                output.say(format_args!(
                    "{} without a cover: an import of this file tells of {} and leaves {} out.",
                    plural(without_cover, "track is", "tracks are"),
                    if without_cover == 1 { "it" } else { "them" },
                    if without_cover == 1 { "it" } else { "them" },
                ));
            }
            if left_out > 0 {
                output.say(format_args!(
                    "{} of the study, and written with \"yes\" as left_out: an import brings them back.",
                    plural(left_out, "track is left out", "tracks are left out"),
                ));
            }
            let measure = study.target()?.measure;
            if measure != POPULARITY {
                output.say(format_args!("Import it again with --target \"{measure}\"."));
            }
            tell_written(csv, bytes, json!({"tracks": tracks, "without_cover": without_cover}), output);
        }
        _ => {
            output.say("Say what to export: --run RUN --out FILE, or --tracks FILE.csv --covers DIR.");
            return Ok(Exit::WrongUsage);
        }
    }
    Ok(Exit::Done)
}

fn tell_written(file: &Path, bytes: u64, mut event: Value, output: &Output) {
    output.say(format_args!("Written: {} ({bytes} bytes).", file.display()));
    event["event"] = json!("written");
    event["file"] = json!(file.to_string_lossy());
    event["bytes"] = json!(bytes);
    output.event(&event);
}
