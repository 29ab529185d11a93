//! Verdict: whether covers predict what the study asks about, and whether that would be of use.

use eframe::egui::{self, RichText, Ui};

use super::Panel;
use super::divided::halves;
use super::icons::Icon;
use super::marks::{self, Mark, Scale, Shape};
use super::page::page;
use super::theme::{self, GAP, GAP_LARGE, palette};
use super::widgets::{
    SETTING_LABEL, card, choice, empty, field_label, help, next, notice, one_line_of, primary, right_aligned,
    secondary, tick, ticks_menu,
};
use crate::app::{Command, State, Step};
use crate::evidence::{
    Answer, Control, PartBy, Row, Subset, Target, Verdict, p_in_words, predictor_in_words, signed_thousandths,
    thousandths,
};
use crate::jobs::{FEWEST_VERDICT_TRACKS, VerdictKind};
use crate::study::{RunId, Target as Measured, capitalised, name_order, plural, thousands};

/// What is said of a verdict that is about other data.
const CHANGED: &str = "Since this verdict, tracks were excluded, added or counted anew: it is about the data as it was. \
     Reach it again.";

/// In less room, in points, the ladder moves together.
const NARROW: f32 = 480.0;
/// The width of the longest predictor's name on the ladder, in points.
const LADDER_NAME: f32 = 156.0;
/// The room for the name of a playlist or decade, in points.
const PART_NAME: f32 = 130.0;

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let blocked = blocked(panel.state);
    let verdict = panel.state.shown_verdict().map(|(_, verdict)| verdict.clone());
    let sentence = match (&panel.state.verdict.under, &verdict) {
        (Some(under), _) => format!("{}.", under.sentence()),
        (None, Some(verdict)) => format!(
            "{}: {} with {}; every predictor tested on tracks that it had not seen.",
            verdict.kind(),
            plural(verdict.tracks, "track", "tracks"),
            plural(verdict.pictures, "different cover", "different covers")
        ),
        (None, None) => {
            format!("Can cover art predict {} here, and would that be of use?", panel.state.target().name())
        }
    };
    let (mut quick, mut full, mut export) = (false, false, false);
    page(
        ui,
        "Verdict",
        &sentence,
        |ui| {
            quick = primary(ui, "Quick verdict", blocked);
            full = secondary(ui, "Full verdict", blocked);
            export = secondary(ui, "Export report…", None);
        },
        |ui| {
            choices(ui, panel);
            if let Some(why) = panel.state.verdict.failed.clone() {
                notice(ui, Icon::Alert, palette(ui).error, why);
            }
            match &verdict {
                Some(verdict) => answer(ui, panel, verdict),
                None => {
                    empty(ui, Icon::Verdict, "Quick verdict takes a minute or two; Full verdict is for the last word.")
                }
            }
            controls(ui, panel, verdict.as_ref());
            if let Some(verdict) = &verdict {
                for (by, title) in [(PartBy::Playlist, "Within each playlist"), (PartBy::Year, "By year of release")] {
                    subsets(ui, panel, title, &verdict.subsets, by);
                }
            }
            next(ui, panel, "score a cover", Step::Score);
        },
    );
    if quick {
        panel.push(Command::ReachVerdict(VerdictKind::Quick));
    } else if full {
        panel.push(Command::ReachVerdict(VerdictKind::Full));
    } else if export {
        panel.push(Command::ExportReport);
    }
}

fn blocked(state: &State) -> Option<&'static str> {
    if state.verdict.under.is_some() {
        Some("A verdict is being reached.")
    } else if state.training.under.is_some() {
        Some("A model is being trained. Wait until it is done, or stop it.")
    } else {
        state.too_few_tracks(FEWEST_VERDICT_TRACKS).or_else(|| state.read_only())
    }
}

fn choices(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal_wrapped(|ui| {
        let name = panel.state.target().name();
        let told = Target::ALL.map(|target| (target, target.told(&name)));
        let targets = told.each_ref().map(|(target, text)| (*target, text.as_str()));
        let current = panel.state.verdict.target;
        if let Some(target) = choice(ui, "What is predicted", &current.told(&name), Some(current), &targets) {
            panel.state.verdict.target = target;
        }
        help(ui, "relative to the playlist", "Playlists differ in how well their tracks do. Relative to the playlist, a track is compared with its neighbors only, so that a style of covers that merely goes with a playlist counts for nothing.");
    });
    which(ui, panel);
    let Some(study) = &panel.state.study else { return };
    let runs: Vec<(RunId, String)> = study.tested_runs().map(|run| (run.id, run.name.clone())).collect();
    if runs.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        field_label(ui, "Networks", SETTING_LABEL);
        let chosen = &mut panel.state.verdict.runs;
        let names: Vec<&str> =
            runs.iter().filter(|(run, _)| chosen.contains(run)).map(|(_, name)| name.as_str()).collect();
        let shown = match names.as_slice() {
            [] => "Quick, as none is chosen".to_owned(),
            few @ ([_] | [_, _] | [_, _, _]) => few.join(", "),
            many => format!("{} networks", many.len()),
        };
        ticks_menu(ui, "Networks that take part", &shown, |ui| {
            for (run, name) in &runs {
                let mut takes_part = chosen.contains(run);
                if tick(ui, &mut takes_part, name).changed() {
                    if takes_part { chosen.insert(*run) } else { chosen.remove(run) };
                }
            }
        });
        help(ui, "taking part", "Each network is trained anew on every fold, with its run's settings, so that it is tested on every track. More networks take longer, and the verdict counts how many were tried.");
    });
    ui.add_space(GAP);
}

/// Which of several verdicts on the target is shown.
fn which(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(snapshot) = panel.state.study.as_ref().and_then(|study| study.snapshot.clone()) else { return };
    let of_target = |(_, verdict): &(usize, &Verdict)| verdict.target == panel.state.verdict.target;
    let told: Vec<(usize, String)> = snapshot
        .verdicts
        .iter()
        .enumerate()
        .filter(of_target)
        .map(|(place, verdict)| (place, format!("{}. {}: {}", place + 1, verdict.kind(), verdict.answer.as_str())))
        .collect();
    if told.len() < 2 {
        return;
    }
    let options: Vec<(usize, &str)> = told.iter().rev().map(|(place, words)| (*place, words.as_str())).collect();
    let current = panel.state.shown_verdict().map(|(place, _)| place);
    let shown = options.iter().find(|(place, _)| Some(*place) == current).map_or("", |(_, words)| *words);
    ui.horizontal_wrapped(|ui| {
        if let Some(place) = choice(ui, "Shown", shown, current, &options) {
            panel.state.verdict.shown = Some(place);
        }
        help(ui, "shown", "Every verdict is kept. The latest one is shown unless you choose another; the report is on the one that is shown.");
    });
}

fn answer(ui: &mut Ui, panel: &Panel<'_>, verdict: &Verdict) {
    let colors = palette(ui);
    let snapshot = panel.state.study.as_ref().and_then(|study| study.snapshot.as_ref());
    if snapshot.is_some_and(|snapshot| snapshot.has_changed_since_verdict(verdict)) {
        notice(ui, Icon::Alert, colors.warning, CHANGED);
        ui.add_space(GAP);
    }
    card(ui, "", |ui| {
        let big = ui.label(RichText::new(capitalised(verdict.answer.as_str())).font(theme::big_number()));
        ui.ctx().accesskit_node_builder(big.id, |node| node.set_value(format!("Verdict: {}", verdict.answer.as_str())));
        ui.add(egui::Label::new(RichText::new(&verdict.sentence).font(theme::strong())).wrap());
        ui.add_space(4.0);
        if !verdict.caution.is_empty() {
            notice(ui, Icon::Alert, colors.warning, verdict.caution.as_str());
        }
        ui.add(egui::Label::new(RichText::new(&verdict.limits).color(colors.quiet)).wrap());
        let by_colors = verdict.other_targets_sentence(&panel.state.target().name());
        let beside = [other_targets(panel.state, verdict), by_colors, single_split(panel.state, verdict)];
        for text in beside.into_iter().flatten() {
            ui.add(egui::Label::new(RichText::new(text).color(colors.quiet)).wrap());
        }
    });
    card(ui, "The ladder of evidence", |ui| ladder(ui, verdict, &panel.state.target()));
}

/// What verdicts on other targets said.
fn other_targets(state: &State, verdict: &Verdict) -> Option<String> {
    let snapshot = state.study.as_ref()?.snapshot.as_ref()?;
    let name = state.target().name();
    let others: Vec<String> = Target::ALL
        .into_iter()
        .filter(|target| *target != verdict.target)
        .filter_map(|target| snapshot.verdicts.iter().rfind(|other| other.target == target))
        .map(|other| {
            let same = if other.answer == verdict.answer { "the same answer" } else { "another answer" };
            format!("{same} for {} ({})", other.target.told(&name), other.answer.as_str())
        })
        .collect();
    (!others.is_empty()).then(|| format!("This answer is about {}; {}.", verdict.target.told(&name), others.join("; ")))
}

/// Why a finding may not show in Results.
fn single_split(state: &State, verdict: &Verdict) -> Option<String> {
    let runs = state.study.as_ref()?.runs();
    let is_finding = matches!(verdict.answer, Answer::Detectable | Answer::Weak | Answer::Useful);
    let beats = runs.iter().any(|run| run.beats_mean() == Some(true));
    let tested = runs.iter().filter_map(|run| run.test_tracks).max()?;
    (is_finding && !beats).then(|| {
        format!(
            "In Results the same gain may look like chance: one split tests {} only, this verdict all {}.",
            plural(tested, "test track", "test tracks"),
            thousands(verdict.tracks)
        )
    })
}

fn ladder(ui: &mut Ui, verdict: &Verdict, measured: &Measured) {
    let colors = palette(ui);
    let quiet = colors.quiet;
    let ends = verdict.rows.iter().flat_map(|row| [row.r2_low, row.r2_high, row.r2]).filter(|value| value.is_finite());
    let (low, high) = ends.fold((-0.05, 0.1), |(low, high): (f64, f64), value| (low.min(value), high.max(value)));
    let scale = Scale { low: low.max(-0.5) - 0.01, high: high + 0.01 };
    let playlist = verdict.rows.iter().find(|row| row.predictor == "playlist").map_or(f64::NAN, |row| row.r2);
    let lines = [(0.0, colors.mean), (playlist, colors.quiet.gamma_multiply(0.6))];
    // Errors in millions of what is predicted take more room.
    let off_by = if verdict.rows.iter().any(|row| row.rmse >= 100_000.0) { 88.0 } else { 56.0 };
    let is_narrow = ui.available_width() < NARROW;
    let (figure, between) = if is_narrow { (44.0, GAP / 2.0) } else { (56.0, GAP_LARGE) };
    let off_by = if is_narrow { off_by - 12.0 } else { off_by };
    let width = (ui.available_width() - LADDER_NAME - 2.0 * figure - off_by - 5.0 * between).clamp(48.0, 720.0);
    egui::Grid::new("ladder").num_columns(5).spacing([between, 2.0]).show(ui, |ui| {
        let heading = |text: &str| RichText::new(text).font(theme::caption()).color(quiet);
        ui.label(heading("Predictor"));
        one_line_of(ui, width, heading("R² with its 95 % interval"));
        for (text, width) in [("R²", figure), ("Off by", off_by), ("p", figure)] {
            right_aligned(ui, width, heading(text));
        }
        ui.end_row();
        for row in &verdict.rows {
            ladder_row(ui, (verdict, measured), row, (width, figure, off_by), (scale, &lines));
        }
        ui.label("");
        marks::axis(ui, width, scale);
        ui.end_row();
    });
    let tried = format!(
        "Orange: sees nothing but the cover. Dashed: 0, and the playlist. {} tried. p of the best that sees only the cover: {}; within playlists: {}.",
        plural(verdict.settings_tried, "setting of a network", "settings of networks"),
        verdict.p_in_words(),
        thousandths(verdict.p_within_playlist)
    );
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tried).font(theme::caption()).color(quiet));
        help(ui, "p", "How often shuffled figures, in which nothing can be found, are predicted as well. The best of all predictors is compared with the best in each shuffle, so that trying many does not make a finding.");
    });
}

fn ladder_row(
    ui: &mut Ui,
    (verdict, measured): (&Verdict, &Measured),
    row: &Row,
    (width, figure, off_by): (f32, f32, f32),
    (scale, lines): (Scale, &[(f64, egui::Color32)]),
) {
    let colors = palette(ui);
    let name = RichText::new(predictor_in_words(&row.predictor));
    let name = if row.predictor == verdict.deciding { name.font(theme::body_strong()) } else { name };
    ui.label(name);
    let color = if row.sees_only_cover { colors.test } else { colors.train };
    let mark = Mark { value: row.r2, low: row.r2_low, high: row.r2_high, color };
    let response = marks::draw(ui, width, scale, Shape::Point, mark, lines);
    let against = if row.p_against_deciding.is_finite() {
        format!("\nAgainst {}: p {} (Nadeau and Bengio)", verdict.deciding, p_in_words(row.p_against_deciding))
    } else {
        String::new()
    };
    let (low, high) = (signed_thousandths(row.r2_low), signed_thousandths(row.r2_high));
    response.on_hover_text(format!("95 % interval {low} to {high}{against}"));
    right_aligned(ui, figure, thousandths(row.r2));
    right_aligned(ui, off_by, verdict.target.short_difference(measured, row.rmse, 2));
    right_aligned(ui, figure, thousandths(row.p));
    ui.end_row();
}

fn controls(ui: &mut Ui, panel: &mut Panel<'_>, verdict: Option<&Verdict>) {
    let own = panel.state.verdict.controls.clone();
    let shown = match (own, verdict) {
        (Some(own), _) => Some(own),
        (None, Some(verdict)) => Some(Ok(verdict.controls.clone())),
        (None, None) => None,
    };
    let blocked = panel.state.verdict.is_controlling.then_some("The controls are being run.");
    let mut run = false;
    card(ui, "Controls", |ui| {
        ui.horizontal_wrapped(|ui| {
            run = secondary(ui, "Run controls", blocked);
            ui.label(
                RichText::new(
                    "Questions whose answers are known; a verdict holds only where they are answered rightly.",
                )
                .color(palette(ui).quiet),
            );
        });
        match &shown {
            Some(Ok(controls)) => controls.iter().for_each(|control| control_row(ui, control)),
            Some(Err(why)) => notice(ui, Icon::Alert, palette(ui).error, why.as_str()),
            None => {}
        }
    });
    if run {
        panel.push(Command::RunControls);
    }
}

fn control_row(ui: &mut Ui, control: &Control) {
    let colors = palette(ui);
    let (icon, color, word) =
        if control.passed { (Icon::Check, colors.success, "passed") } else { (Icon::Alert, colors.error, "failed") };
    notice(ui, icon, color, format!("{}: {word}, {}", control.name, control.detail));
}

fn subsets(ui: &mut Ui, panel: &mut Panel<'_>, title: &str, all: &[Subset], by: PartBy) {
    let mut parts: Vec<&Subset> = all.iter().filter(|part| part.by == by).collect();
    parts.sort_by_cached_key(|part| name_order(&part.name));
    if parts.len() < 2 {
        return;
    }
    let colors = palette(ui);
    let few = parts.iter().any(|part| part.is_small);
    card(ui, title, |ui| {
        let half = parts.len().div_ceil(2);
        halves(
            ui,
            panel,
            &format!("Line between the halves of {}", title.to_lowercase()),
            |ui, _| subset_rows(ui, (title, "first"), &parts[..half]),
            |ui, _| subset_rows(ui, (title, "second"), &parts[half..]),
        );
        let found = parts.iter().filter(|part| part.holds).count();
        let small = if few { " Gray: fewer than 50 tracks, too few to read much into." } else { "" };
        let text = format!(
            "Correlation of the best cover-only prediction with the truth. {} when it is taken into account that {} \
             parts of the study were tried.{small}",
            match found {
                0 => "None holds".to_owned(),
                1 => "1 holds".to_owned(),
                _ => format!("{found} hold"),
            },
            all.len()
        );
        ui.add(egui::Label::new(RichText::new(text).font(theme::caption()).color(colors.quiet)).wrap());
    });
}

fn subset_rows(ui: &mut Ui, id: (&str, &str), parts: &[&Subset]) {
    let colors = palette(ui);
    let width = (ui.available_width() - PART_NAME - 48.0 - 80.0 - 3.0 * GAP).clamp(60.0, 300.0);
    egui::Grid::new(("subsets", id)).num_columns(4).spacing([GAP, 2.0]).show(ui, |ui| {
        for part in parts {
            let ink = if part.is_small { colors.quiet } else { colors.text };
            let name = if part.name.is_empty() { "(no playlist)" } else { &part.name };
            let name = RichText::new(name).color(ink);
            one_line_of(ui, PART_NAME, if part.holds { name.font(theme::body_strong()) } else { name });
            let color = if part.is_small { colors.line } else { colors.test };
            let mark = Mark { value: part.correlation, low: part.low, high: part.high, color };
            let response =
                marks::draw(ui, width, Scale { low: -1.0, high: 1.0 }, Shape::Point, mark, &[(0.0, colors.mean)]);
            response.on_hover_text(format!(
                "95 % interval {:+.2} to {:+.2}, p {}",
                part.low,
                part.high,
                thousandths(part.p)
            ));
            let text = if part.correlation.is_nan() { "–".to_owned() } else { format!("{:+.2}", part.correlation) };
            right_aligned(ui, 48.0, RichText::new(text).color(ink));
            right_aligned(
                ui,
                56.0,
                RichText::new(plural(part.n, "track", "tracks")).font(theme::caption()).color(colors.quiet),
            );
            ui.end_row();
        }
    });
}
