//! `report`.

use anyhow::{Result, bail};
use serde_json::json;

use super::args::ReportArgs;
use super::{Exit, Output};
use crate::report::report;
use crate::study::{StudyFile, write_file};

pub(super) fn run(args: &ReportArgs, output: &Output) -> Result<Exit> {
    if !args.out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("html")) {
        bail!("The report is written as HTML: give a file name that ends in .html.");
    }
    let file = StudyFile::open_reader(&args.study)?;
    let page = report(&file.connect()?, &file.name(), None)?;
    let bytes = write_file(&args.out, page.as_bytes())?;
    output.say(format_args!("Written: {} ({bytes} bytes).", args.out.display()));
    output.event(&json!({"event": "written", "file": args.out.to_string_lossy(), "bytes": bytes}));
    Ok(Exit::Done)
}
