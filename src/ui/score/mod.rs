//! Score: what a trained model says about covers that are dropped on the window.

mod compare;
mod detail;
mod pictures;
mod scale;
mod table;
mod why;

pub use pictures::ScoredPictures;

use eframe::egui::{self, CornerRadius, RichText, Stroke, Ui};

use super::Panel;
use super::icons::Icon;
use super::page::page;
use super::theme::{self, GAP, GAP_LARGE, palette};
use super::widgets::{FIELD_LABEL, beside_field, choice, empty, help, primary, secondary, text_field};
use crate::app::{Command, Step};
use crate::evidence::thousandths;
use crate::study::{RunId, RunRecord, plural};

/// Rows of the table that are seen at a time, and where what is chosen in it is shown below.
const ROWS: usize = 9;
const ROWS_ABOVE: usize = 5;
/// The width of the button behind the field.
const BUTTON: f32 = 124.0;

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let run = panel.state.study.as_ref().and_then(|study| study.scoring_run(panel.state.score_with));
    let run = run.map(|run| run.name.clone());
    let count = panel.state.scored.iter().filter(|cover| cover.done().is_some()).count();
    let sentence = sentence(run.as_deref(), count);
    let is_empty = panel.state.scored.is_empty();
    let mut chosen = false;
    let blocked = run.is_none().then_some("Train a model first.");
    page(
        ui,
        "Score",
        &sentence,
        |ui| chosen = primary(ui, "Choose a cover…", blocked),
        |ui| {
            if run.is_none() && is_empty {
                no_model(ui, panel);
                return;
            }
            if run.is_some() {
                ways_in(ui, panel);
            }
            if is_empty {
                drop_target(ui);
            } else {
                scored(ui, panel);
            }
        },
    );
    if chosen {
        panel.push(Command::ChooseCoversToScore);
    }
}

fn sentence(run: Option<&str>, scored: usize) -> String {
    match run {
        None => "There is no trained model yet. Train one, then drop a cover anywhere on the window.".to_owned(),
        Some(run) if scored == 0 => {
            format!("Drop covers, or a folder of drafts, anywhere on the window; {run} scores them.")
        }
        Some(run) => format!(
            "{}. Drop more, or a folder of drafts, anywhere on the window; {run} scores them.",
            plural(scored, "cover scored", "covers scored")
        ),
    }
}

fn no_model(ui: &mut Ui, panel: &mut Panel<'_>) {
    empty(ui, Icon::Score, "Choose a model and train it; then its score of any cover is shown here.");
    let (text, step) = match panel.state.blocked(Step::Model) {
        Some(_) => ("Next: import tracks", Step::Import),
        None => ("Next: choose a model", Step::Model),
    };
    ui.vertical_centered(|ui| {
        if secondary(ui, text, None) {
            panel.push(Command::GoTo(step));
        }
    });
}

/// The covers that were scored: a folder of drafts as a table first, else the latest cover.
fn scored(ui: &mut Ui, panel: &mut Panel<'_>) {
    if panel.state.score.is_comparing {
        compare::draw(ui, panel);
        table::draw(ui, panel, ROWS);
    } else if panel.state.score.folder.is_some() {
        table::draw(ui, panel, ROWS_ABOVE);
        detail::draw(ui, panel);
    } else {
        detail::draw(ui, panel);
        table::draw(ui, panel, ROWS);
    }
}

/// The model that scores, and a way without mouse and file chooser.
fn ways_in(ui: &mut Ui, panel: &mut Panel<'_>) {
    choose_run(ui, panel);
    let path = &mut panel.state.cover_path;
    let mut score = false;
    ui.horizontal(|ui| {
        let width = (ui.available_width() - FIELD_LABEL - BUTTON - 2.0 * GAP).max(160.0);
        (score, _) = text_field(ui, "Cover file", "Path of a picture, or of a folder of pictures", path, width);
        score |= beside_field(
            ui,
            "Score this file",
            path.trim().is_empty().then_some("Type the path of a picture first."),
            BUTTON,
        );
    });
    if score && !path.trim().is_empty() {
        panel.commands.push(Command::Dropped(vec![path.trim().into()]));
    }
    ui.add_space(GAP);
}

fn choose_run(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(study) = &panel.state.study else { return };
    let current = study.scoring_run(panel.state.score_with).map(|run| run.id);
    let told: Vec<(RunId, String)> = study.tested_runs().map(|run| (run.id, told(run))).collect();
    if told.len() < 2 {
        return;
    }
    let runs: Vec<(RunId, &str)> = told.iter().map(|(run, words)| (*run, words.as_str())).collect();
    let shown = runs.iter().find(|(id, _)| Some(*id) == current).map_or("", |(_, words)| *words);
    let mut wish = None;
    ui.horizontal_wrapped(|ui| {
        wish = choice(ui, "Model that scores", shown, current, &runs);
        help(ui, "the model that scores", "The latest finished run, unless you choose another. R² is the share of the spread on its test tracks that it explains; at 0 or below, its scores are no better than guessing the mean.");
    });
    if let Some(run) = wish {
        panel.commands.push(Command::ScoreWith(Some(run)));
    }
}

/// A run with what tells how far to trust it.
fn told(run: &RunRecord) -> String {
    let r2 = run.figures.map(|figures| format!(", R² {}", thousandths(figures.r2))).unwrap_or_default();
    format!("{}{r2}{}", run.name, if run.is_starred { ", starred" } else { "" })
}

fn drop_target(ui: &mut Ui) {
    let colors = palette(ui);
    let frame = egui::Frame::new()
        .corner_radius(CornerRadius::same(theme::RADIUS_CARD))
        .stroke(Stroke::new(1.0, colors.line))
        .inner_margin(GAP_LARGE as i8);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        empty(ui, Icon::Score, "Drop covers here, or anywhere on the window.");
        ui.vertical_centered(|ui| {
            let words = "Each gets its predicted figure with a range, the study's covers that look most like it, and, where the model beats the mean, what in the picture raises and lowers the score.";
            ui.set_max_width(ui.available_width().min(560.0));
            ui.label(RichText::new(words).font(theme::caption()).color(colors.quiet));
        });
        ui.add_space(GAP_LARGE);
    });
}
