//! `import`.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::args::{DecimalMarkName, ImportArgs, ScaleName};
use super::{Exit, Output, login};
use crate::jobs::{Stop, Wishes};
use crate::sources::services::{KnownLogin, LoginError, ServiceKind, TERMS, parse_links};
use crate::sources::{
    Columns, DecimalMark, ImportError, ImportRequest, ImportSummary, PlaylistRequest, TableFile, TablesRequest, import,
};
use crate::study::{Recovered, Rejected, Scale, StudyError, StudyFile, Target, plural};

/// Rejected things that are told one by one to people; all are in the study and in the JSON.
const TOLD: usize = 20;
/// Of them, those with the same reason.
const TOLD_OF_REASON: usize = 5;

/// Kept with a study after the services' terms were told.
const TERMS_TOLD: &str = "terms told";

pub(super) fn run(args: &ImportArgs, output: &Output, wishes: &Wishes) -> Result<Exit> {
    let request = request(args);
    if let ImportRequest::Playlists(request) = &request {
        for item in request.told.iter().filter(|_| request.links.is_empty()) {
            output.say(format_args!("{}: {}", item.what, item.reason));
        }
        if request.links.is_empty() {
            return Ok(Exit::WrongUsage);
        }
    }
    let is_new = !args.study.exists();
    let (file, recovered) = StudyFile::open_or_create(&args.study)?;
    tell_recovered(&recovered, output);
    let result =
        prepare(args, &file, &request, output, wishes).and_then(|()| import_into(&file, &request, output, wishes));
    let summary = match result {
        Ok(summary) => summary,
        Err(error) => {
            // Where nothing came of it, no empty study is left behind; what was imported stays.
            let is_empty = is_new && file.connect()?.counts()?.tracks == 0;
            drop(file);
            if is_empty {
                std::fs::remove_file(&args.study)
                    .with_context(|| format!("Could not remove {}", args.study.display()))?;
            }
            if wishes.stop() != Stop::No {
                return Ok(Exit::Interrupted);
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
        "notes": summary.notes,
        "unfinished": summary.unfinished,
    }));
    Ok(match summary {
        ImportSummary { stopped: true, .. } => Exit::Interrupted,
        ImportSummary { counts, .. } if counts.tracks == 0 => Exit::Failed,
        _ => Exit::Done,
    })
}

/// What comes before an import: years, terms and the login.
fn prepare(
    args: &ImportArgs,
    file: &StudyFile,
    request: &ImportRequest,
    output: &Output,
    wishes: &Wishes,
) -> Result<()> {
    let mut study = file.connect()?;
    if args.years.is_some() && study.target()?.years != args.years {
        let target = Target { years: args.years, ..study.target()? };
        study.set_target(&target)?;
    }
    drop(study);
    let ImportRequest::Playlists(request) = request else { return Ok(()) };
    tell_terms(file, output)?;
    let given = std::env::var("COVER_STUDY_SPOTIFY_ID").ok().filter(|id| !id.is_empty());
    let wants_spotify = request.links.iter().any(|link| link.service == ServiceKind::Spotify);
    if let Some(client_id) = given.filter(|_| wants_spotify && KnownLogin::look_up() == KnownLogin::Nobody) {
        login::spotify(&client_id, true, output, wishes).map_err(|error: LoginError| anyhow::Error::from(error))?;
    }
    Ok(())
}

/// Tells what the services' terms say, once for each study.
fn tell_terms(file: &StudyFile, output: &Output) -> Result<(), StudyError> {
    let mut study = file.connect()?;
    if study.meta(TERMS_TOLD)?.is_none() {
        TERMS.iter().for_each(|paragraph| output.say(paragraph));
        study.set_meta(TERMS_TOLD, Some("yes"))?;
    }
    Ok(())
}

fn request(args: &ImportArgs) -> ImportRequest {
    if args.sample {
        return ImportRequest::Sample { shuffle_popularity: args.shuffle_popularity };
    }
    if args.csv.is_empty() {
        return playlists(args);
    }
    let columns = match (&args.map, &args.target) {
        (None, None) => Columns::Recognised,
        (map, target) => Columns::Named { columns: map.clone().unwrap_or_default(), values: target.clone() },
    };
    let files = args.csv.iter().map(|path| TableFile { path: path.clone(), columns: columns.clone() }).collect();
    let decimal_mark = args.decimal_mark.map(|mark| match mark {
        DecimalMarkName::Point => DecimalMark::Point,
        DecimalMarkName::Comma => DecimalMark::Comma,
    });
    ImportRequest::Tables(TablesRequest {
        files,
        covers: args.covers.clone(),
        target: target(args),
        decimal_mark,
        image_size: args.image_size,
        // They are told before the first cover is downloaded.
        terms_read: true,
    })
}

fn playlists(args: &ImportArgs) -> ImportRequest {
    let (links, only) = match args.deezer.as_slice() {
        [] => (&args.spotify, ServiceKind::Spotify),
        _ => (&args.deezer, ServiceKind::Deezer),
    };
    let links = parse_links(&links.join("\n"), Some(only));
    ImportRequest::Playlists(PlaylistRequest {
        links: links.playlists,
        told: links.told,
        with_dates: args.release_dates,
        image_size: args.image_size,
    })
}

fn target(args: &ImportArgs) -> Target {
    let Some(column) = &args.target else { return Target { years: args.years, ..Target::default() } };
    let guessed = Target::of_measure(column);
    Target {
        unit: args.unit.clone().unwrap_or(guessed.unit),
        measure: guessed.measure,
        scale: match args.scale {
            ScaleName::AsGiven => Scale::AsGiven,
            ScaleName::Logarithm => Scale::Logarithm,
            ScaleName::PercentRank => Scale::PercentRank,
        },
        years: args.years,
    }
}

/// Imports with a progress bar, and says what came of it.
pub(super) fn import_into(
    file: &StudyFile,
    request: &ImportRequest,
    output: &Output,
    wishes: &Wishes,
) -> Result<ImportSummary> {
    let bar = output.progress("Importing");
    let (mut is_waiting, mut terms) = (false, Ok(false));
    let summary = import(file, request, wishes, &mut |progress| {
        if progress.downloads && matches!(terms, Ok(false)) {
            terms = bar.suspend(|| tell_terms(file, output)).map(|()| true);
        }
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
        match progress.waiting_secs {
            Some(seconds) => bar.set_message(format!("Waiting {seconds} s")),
            None => bar.set_message("Importing"),
        }
        if let Some(seconds) = progress.waiting_secs.filter(|_| !is_waiting) {
            bar.suspend(|| {
                let time = plural(seconds as usize, "second", "seconds");
                output.say(format_args!("Waiting {time} before the next request. Ctrl-C ends the import."))
            });
        }
        is_waiting = progress.waiting_secs.is_some();
    })?;
    bar.finish_and_clear();
    terms?;
    output.say(summary.sentence());
    summary.notes.iter().chain(&summary.unfinished).for_each(|note| output.say(note));
    let told = told(&summary.rejected);
    told.iter().for_each(|item| output.say(format_args!("  {}: {}", item.what, item.reason)));
    if summary.rejected.len() > told.len() {
        output.say(format_args!("  and {} more, kept in the study.", summary.rejected.len() - told.len()));
    }
    Ok(summary)
}

/// Those that are told one by one: the first few of each reason, so that many of one kind hide no others.
fn told(rejected: &[Rejected]) -> Vec<&Rejected> {
    let mut of_reason: HashMap<&str, usize> = HashMap::new();
    let counted = rejected.iter().map(|item| {
        let count = of_reason.entry(&item.reason).or_default();
        *count += 1;
        (item, *count)
    });
    counted.filter(|(_, count)| *count <= TOLD_OF_REASON).map(|(item, _)| item).take(TOLD).collect()
}

/// Says what a killed program had left under way.
pub(super) fn tell_recovered(recovered: &Recovered, output: &Output) {
    if let Some(sentence) = recovered.sentence() {
        output.say(sentence);
    }
}
