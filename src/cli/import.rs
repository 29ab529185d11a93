//! `import`.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::args::ImportArgs;
use super::{Exit, Output};
use crate::jobs::Wishes;
use crate::sources::{Columns, ImportError, ImportRequest, ImportSummary, TableFile, import};
use crate::study::{Recovered, StudyFile};

/// Rejected things that are told one by one to people; all are in the study and in the JSON.
const TOLD: usize = 20;

pub(super) fn run(args: &ImportArgs, output: &Output, wishes: &Wishes) -> Result<Exit> {
    let is_new = !args.study.exists();
    let (file, recovered) = StudyFile::open_or_create(&args.study)?;
    tell_recovered(&recovered, output);
    let summary = match import_into(&file, &request(args), output, wishes) {
        Ok(summary) => summary,
        Err(error) => {
            // Where nothing came of it, no empty study is left behind; what was imported stays.
            let is_empty = is_new && file.connect()?.counts()?.tracks == 0;
            drop(file);
            if is_empty {
                std::fs::remove_file(&args.study)
                    .with_context(|| format!("Could not remove {}", args.study.display()))?;
            }
            if !matches!(error.downcast_ref(), Some(ImportError::Mapping { .. })) {
                return Err(error);
            }
            output.fail(&error);
            return Ok(Exit::WrongUsage);
        }
    };
    output.event(&json!({
        "event": "imported",
        "tracks": summary.counts.tracks,
        "added": summary.added,
        "covers": summary.counts.covers,
        "unique_covers": summary.counts.unique_covers,
        "grayscale": summary.counts.grayscale,
        "rejected": summary.rejected,
    }));
    Ok(match summary {
        ImportSummary { stopped: true, .. } => Exit::Interrupted,
        ImportSummary { counts, .. } if counts.tracks == 0 => Exit::Failed,
        _ => Exit::Done,
    })
}

fn request(args: &ImportArgs) -> ImportRequest {
    if args.sample {
        return ImportRequest::Sample { shuffle_popularity: args.shuffle_popularity };
    }
    let columns = args.map.clone().map_or(Columns::Recognised, Columns::Named);
    let files = args.csv.iter().map(|path| TableFile { path: path.clone(), columns: columns.clone() }).collect();
    ImportRequest::Tables { files, covers: args.covers.clone() }
}

/// Imports with a progress bar, and says what came of it.
pub(super) fn import_into(
    file: &StudyFile,
    request: &ImportRequest,
    output: &Output,
    wishes: &Wishes,
) -> Result<ImportSummary> {
    let bar = output.progress("Importing");
    let summary = import(file, request, wishes, &mut |progress| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
    })?;
    bar.finish_and_clear();
    output.say(summary.sentence());
    for item in summary.rejected.iter().take(TOLD) {
        output.say(format_args!("  {}: {}", item.what, item.reason));
    }
    if summary.rejected.len() > TOLD {
        output.say(format_args!("  and {} more, kept in the study.", summary.rejected.len() - TOLD));
    }
    Ok(summary)
}

/// Says what a killed program had left under way.
pub(super) fn tell_recovered(recovered: &Recovered, output: &Output) {
    if let Some(sentence) = recovered.sentence() {
        output.say(sentence);
    }
}
