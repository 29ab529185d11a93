//! `export`.

use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::args::ExportArgs;
use super::{Exit, Output};
use crate::jobs::export_model;
use crate::study::{StudyFile, export_predictions, export_tracks};

pub(super) fn run(args: &ExportArgs, output: &Output) -> Result<Exit> {
    let study = StudyFile::open_reader(&args.study)?.connect()?;
    let written = match (&args.run, &args.out, &args.tracks, &args.covers) {
        (Some(run), Some(out), _, _) => {
            let run = study.run_named(run)?;
            let is_table = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
            let bytes = match is_table {
                true => export_predictions(&study, &run, out)?,
                false => export_model(&study, &run, out)?,
            };
            (out.as_path(), bytes)
        }
        (_, _, Some(tracks), Some(covers)) => (tracks.as_path(), export_tracks(&study, tracks, covers)?),
        _ => {
            output.say("Say what to export: --run RUN --out FILE, or --tracks FILE.csv --covers DIR.");
            return Ok(Exit::WrongUsage);
        }
    };
    tell_written(written, output);
    Ok(Exit::Done)
}

fn tell_written((file, bytes): (&Path, u64), output: &Output) {
    output.say(format_args!("Written: {} ({bytes} bytes).", file.display()));
    output.event(&json!({"event": "written", "file": file, "bytes": bytes}));
}
