//! `colors` and `verdict`.

use std::path::Path;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use super::args::VerdictArgs;
use super::{Exit, Output, import::tell_recovered, plan};
use crate::evidence::colors::{Clustering, Naming};
use crate::evidence::{ColorGroup, Target, Verdict, predictor_in_words, signed_thousandths, thousandths};
use crate::jobs::{ColorFindings, VerdictEvent, VerdictKind, VerdictRequest, Wishes, find_colors, reach_verdict};
use crate::nn::TrainOptions;
use crate::study::{StudyFile, Target as Measured, plural, tracks_with_covers};

pub(super) fn colors(path: &Path, output: &Output) -> Result<Exit> {
    let study = StudyFile::open_reader(path)?.connect()?;
    let ColorFindings { table, looks, .. } = find_colors(&study, Clustering::Oklab, Naming::Eight)?;
    let measured = study.target()?;
    for (name, group) in &table.by_color {
        output.say(format_args!("{:>8}: {}", name.name, group_words(group, &measured)));
    }
    output.say(table.colors_words());
    output.say(format_args!("black and white: {}", group_words(&table.black_and_white, &measured)));
    output.say(format_args!("          color: {}", group_words(&table.color, &measured)));
    output.say(table.gray_words());
    for finding in looks.findings.iter().filter(|finding| finding.correlation.is_finite()) {
        output.say(format_args!(
            "{}: correlation with {} {} ({} to {})",
            finding.name,
            measured.name(),
            signed_thousandths(finding.correlation),
            signed_thousandths(finding.interval.low),
            signed_thousandths(finding.interval.high)
        ));
    }
    output.say(looks.words());
    let by_color: Vec<Value> = table
        .by_color
        .iter()
        .map(|(name, group)| {
            let mut value = group_json(group);
            value["color"] = json!(name.name);
            value
        })
        .collect();
    output.event(&json!({
        "event": "colors",
        "by_color": by_color,
        "black_and_white": group_json(&table.black_and_white),
        "color": group_json(&table.color),
        "p": table.colors_by_chance.p,
        "p_within_playlist": table.colors_by_chance.p_within_playlist,
        "p_black_and_white": table.gray_by_chance.p,
        "p_black_and_white_within_playlist": table.gray_by_chance.p_within_playlist,
        "p_look": looks.by_chance.p,
        "p_look_within_playlist": looks.by_chance.p_within_playlist,
        "look": looks.findings.iter().map(|finding| json!({
            "name": finding.name,
            "correlation": finding.correlation,
            "low": finding.interval.low,
            "high": finding.interval.high,
        })).collect::<Vec<_>>(),
    }));
    Ok(Exit::Done)
}

fn group_words(group: &ColorGroup, measured: &Measured) -> String {
    let small = if group.is_small() { ", too few to read much into" } else { "" };
    let interval = &group.interval;
    format!(
        "{} {} {} ({} to {}) of {}{small}",
        measured.mean_name(),
        measured.name(),
        measured.figure(group.mean),
        measured.figure(interval.low),
        measured.figure(interval.high),
        tracks_with_covers(group.n, group.covers)
    )
}

fn group_json(group: &ColorGroup) -> Value {
    json!({"n": group.n, "covers": group.covers, "mean": group.mean, "low": group.interval.low, "high": group.interval.high})
}

pub(super) fn verdict(args: &VerdictArgs, output: &Output, wishes: &Wishes) -> Result<Exit> {
    let Some(target) = Target::ALL.into_iter().find(|target| target.key() == args.target) else {
        let keys = Target::ALL.map(Target::key).join(", ");
        output.fail(&anyhow!("There is no target \"{}\". There are: {keys}.", args.target));
        return Ok(Exit::WrongUsage);
    };
    let kind = if args.full { VerdictKind::Full } else { VerdictKind::Quick };
    let mut request = VerdictRequest { kind, target, runs: args.run.clone() };
    let (file, recovered) = StudyFile::open(&args.study)?;
    tell_recovered(&recovered, output);
    if let Some(folder) = &args.plan {
        return plan::write(&file, &request, folder, output);
    }
    if let Some(folder) = &args.collect {
        let Some(planned) = plan::take_in(&file, folder, output)? else { return Ok(Exit::Failed) };
        // The verdict is the one that the units are for, whatever else is asked for here.
        request = planned;
    }
    let bar = output.progress("Reading covers");
    let reached = reach_verdict(&file, &request, TrainOptions::default(), wishes, &mut |event| match event {
        VerdictEvent::Reading => {}
        VerdictEvent::Training { done, total, .. } => {
            bar.set_message("Training networks");
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
        VerdictEvent::Testing => bar.set_message("Testing against chance"),
    })?;
    bar.finish_and_clear();
    let Some(verdict) = reached else {
        output.say("Interrupted; the networks that are done are kept. Run it again to go on.");
        return Ok(Exit::Interrupted);
    };
    tell(&verdict, &file.connect()?.target()?, output)?;
    Ok(Exit::Done)
}

fn tell(verdict: &Verdict, measured: &Measured, output: &Output) -> Result<()> {
    output.say(format_args!("{}: {}. {}", verdict.kind(), verdict.answer.as_str(), verdict.sentence));
    if !verdict.caution.is_empty() {
        output.say(&verdict.caution);
    }
    output.say(&verdict.limits);
    if let Some(sentence) = verdict.other_targets_sentence(&measured.name()) {
        output.say(sentence);
    }
    output.say(format_args!(
        "{}, {}, {} of networks tried.",
        plural(verdict.tracks, "track", "tracks"),
        plural(verdict.pictures, "different cover", "different covers"),
        plural(verdict.settings_tried, "setting", "settings")
    ));
    for row in &verdict.rows {
        output.say(format_args!(
            "  {:<21} off by {:>6}, R² {} ({} to {}), p {}",
            predictor_in_words(&row.predictor),
            verdict.target.short_difference(measured, row.rmse, 2),
            signed_thousandths(row.r2),
            signed_thousandths(row.r2_low),
            signed_thousandths(row.r2_high),
            // The mean has none.
            thousandths(row.p)
        ));
    }
    output.say(format_args!(
        "  p of the best that sees only the cover, {}: {}; within playlists: {}",
        verdict.deciding,
        verdict.p_in_words(),
        thousandths(verdict.p_within_playlist)
    ));
    if let Some(parts) = verdict.parts_sentence() {
        output.say(format_args!("  {parts}"));
    }
    for control in &verdict.controls {
        let passed = if control.passed { "passed" } else { "FAILED" };
        output.say(format_args!("  control {}: {passed}, {}", control.name, control.detail));
    }
    let mut event = serde_json::to_value(verdict)?;
    event["event"] = json!("verdict");
    output.event(&event);
    Ok(())
}
