//! Score: what a trained model says about covers that are dropped on the window.

use eframe::egui::{self, CornerRadius, Image, RichText, Stroke, Ui, vec2};

use super::Panel;
use super::icons::Icon;
use super::plots;
use super::theme::{self, GAP, GAP_LARGE, palette};
use super::widgets::{FIELD_LABEL, card, describe, empty, help, notice, page, primary, secondary, text_field};
use crate::app::{Command, Scored, ScoredCover, ScoredPicture, Step};
use crate::study::CoverId;

/// The side of a scored cover, in points.
const COVER: f32 = 160.0;
/// The side of the study's covers below it, in points.
const SMALL: f32 = 64.0;

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let run = panel.state.study.as_ref().and_then(|study| study.scoring_run(panel.state.score_with)).cloned();
    let sentence = match &run {
        None => "There is no trained model yet. Train one, then drop a cover anywhere on the window.".to_owned(),
        Some(run) => format!("Drop one or many covers anywhere on the window; {} scores them.", run.name),
    };
    let mut chosen = false;
    let blocked = run.is_none().then_some("Train a model first.");
    page(
        ui,
        "Score",
        &sentence,
        |ui| chosen = primary(ui, "Choose a cover…", blocked),
        |ui| {
            if run.is_none() {
                empty(ui, Icon::Score, "Choose a model and train it; then its score of any cover is shown here.");
                if secondary(ui, "Next: choose a model", panel.state.blocked(Step::Model)) {
                    panel.push(Command::GoTo(Step::Model));
                }
                return;
            }
            choose_run(ui, panel);
            drop_target(ui);
            ui.add_space(GAP_LARGE);
            typed_path(ui, panel);
            // Taken out while they are drawn, because drawing their neighbors asks for more of the state.
            let scored = std::mem::take(&mut panel.state.scored);
            for cover in &scored {
                cover_card(ui, panel, cover);
            }
            panel.state.scored = scored;
        },
    );
    if chosen {
        panel.push(Command::ChooseCoversToScore);
    }
}

fn choose_run(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(study) = &panel.state.study else { return };
    let current = study.scoring_run(panel.state.score_with).map(|run| run.id);
    let runs: Vec<_> = study.tested_runs().map(|run| (run.id, run.name.as_str())).collect();
    if runs.len() < 2 {
        return;
    }
    let shown = runs.iter().find(|(id, _)| Some(*id) == current).map_or("", |(_, name)| name);
    let mut wish = None;
    ui.horizontal(|ui| wish = super::widgets::choice(ui, "Model that scores", shown, current, &runs));
    if let Some(run) = wish {
        panel.commands.push(Command::ScoreWith(Some(run)));
    }
}

fn drop_target(ui: &mut Ui) {
    let colors = palette(ui);
    let frame = egui::Frame::new()
        .corner_radius(CornerRadius::same(theme::RADIUS_CARD))
        .stroke(Stroke::new(1.0, colors.line))
        .inner_margin(20);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.add(Icon::Score.image(28.0, colors.quiet));
            ui.label(RichText::new("Drop covers here, or anywhere on the window").color(colors.quiet));
        });
    });
}

/// A way without mouse and file chooser.
fn typed_path(ui: &mut Ui, panel: &mut Panel<'_>) {
    let path = &mut panel.state.cover_path;
    let mut score = false;
    ui.horizontal(|ui| {
        let width = (ui.available_width() - FIELD_LABEL - 124.0 - 2.0 * GAP).max(160.0);
        (score, _) = text_field(ui, "Cover file", "Path of a picture, or of a folder of pictures", path, width);
        score |=
            secondary(ui, "Score this file", path.trim().is_empty().then_some("Type the path of a picture first."));
    });
    if score && !path.trim().is_empty() {
        panel.commands.push(Command::Dropped(vec![path.trim().into()]));
    }
}

fn cover_card(ui: &mut Ui, panel: &mut Panel<'_>, cover: &ScoredCover) {
    let file = cover.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    card(ui, "", |ui| match &cover.state {
        Scored::Waiting => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(file);
            });
        }
        Scored::Failed(why) => {
            ui.label(RichText::new(file).font(theme::body_strong()));
            notice(ui, Icon::Alert, palette(ui).error, why.as_str());
        }
        Scored::Done(scored) => {
            ui.horizontal_top(|ui| {
                let texture = panel.textures.scored(ui.ctx(), cover.number, scored.picture_size, &scored.picture);
                let picture = Image::new(&texture).fit_to_exact_size(vec2(COVER, COVER));
                ui.add(picture.corner_radius(CornerRadius::same(theme::RADIUS_COVER)).alt_text(&file));
                ui.add_space(GAP);
                ui.vertical(|ui| figures(ui, cover.number, &file, scored));
            });
            if !scored.nearest.is_empty() {
                nearest_covers(ui, panel, &scored.nearest);
            }
        }
    });
}

/// The study's covers that look most like the scored one, with their popularity.
fn nearest_covers(ui: &mut Ui, panel: &mut Panel<'_>, nearest: &[CoverId]) {
    let Some(snapshot) = panel.state.study.as_ref().and_then(|study| study.snapshot.clone()) else { return };
    ui.add_space(GAP);
    ui.label(
        RichText::new("The study's covers that look most like it, and how popular their tracks are")
            .font(theme::caption())
            .color(palette(ui).quiet),
    );
    ui.horizontal(|ui| {
        for &cover in nearest {
            let track = snapshot.tracks.iter().find(|track| track.cover == Some(cover));
            ui.vertical(|ui| {
                match panel.cover(ui.ctx(), cover) {
                    Ok(textures) => {
                        let title = track.map_or("", |track| track.title.as_str());
                        let picture =
                            Image::new(&textures.original).fit_to_exact_size(vec2(SMALL, SMALL)).alt_text(title);
                        ui.add(picture.corner_radius(CornerRadius::same(theme::RADIUS_COVER))).on_hover_text(title);
                    }
                    Err(_) => {
                        ui.allocate_space(vec2(SMALL, SMALL));
                    }
                }
                let popularity = track.and_then(|track| track.popularity);
                ui.label(popularity.map_or_else(|| "–".to_owned(), |value| format!("{value:.0}")));
            });
        }
    });
}

fn figures(ui: &mut Ui, number: u64, file: &str, scored: &ScoredPicture) {
    let colors = palette(ui);
    let score = &scored.score;
    ui.label(RichText::new(format!("{file}, scored by {}", scored.run_name)).color(colors.quiet));
    ui.horizontal(|ui| {
        let big = ui.label(RichText::new(format!("{:.1}", score.prediction)).font(theme::big_number()));
        // A label is called by its value.
        let spoken = format!("Predicted popularity: {:.1}", score.prediction);
        ui.ctx().accesskit_node_builder(big.id, |node| node.set_value(spoken));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let range = format!("of 100. Four in five true values lie between {:.0} and {:.0}.", score.low, score.high);
            describe(ui, &big, &range);
            ui.label(range);
            let percentile = format!("Higher than {:.0} % of the predictions for the test tracks.", score.percentile);
            ui.label(RichText::new(percentile).color(colors.quiet));
        });
        help(ui, "the range", "The prediction plus what the model was off by on the test tracks, leaving out the tenth of errors at either end.");
    });
    if !score.beats_mean {
        let text = format!(
            "This score is no better than guessing the mean, {:.1}: the model did not beat it beyond chance.",
            scored.train_mean
        );
        notice(ui, Icon::Info, colors.warning, text);
    }
    plots::score_scale(
        ui,
        number,
        &scored.test_predictions,
        score.prediction,
        scored.train_mean,
        (score.low, score.high),
    );
}
