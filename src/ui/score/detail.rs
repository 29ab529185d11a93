//! One scored cover with all that is known of it.

use eframe::egui::{self, Align, CornerRadius, Image, Layout, RichText, Ui, vec2};

use super::{scale, why};
use crate::app::{Compared, Scored, ScoredCover, ScoredPicture, Snapshot};
use crate::jobs::{Neighbor, SharedColor, USUAL_SHARE};
use crate::study::{Target, plural};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{card, describe, help, notice, one_line, right_aligned};

/// The side of the cover, in points: as large as it is kept.
const COVER: f32 = 240.0;
/// The width of what is below the cover where figures are large.
const COVER_BESIDE_LARGE: f32 = 280.0;
/// Where the figures would have less room than this beside the cover, they come below it.
const FIGURES_LEAST: f32 = 200.0;
/// The side of the study's covers.
const SMALL: f32 = 68.0;
/// The height of the scale.
const SCALE: f32 = 92.0;
/// The height of a line of text.
const LINE: f32 = 20.0;

/// Draws the cover that is shown large; below one that was just dropped and has no score, the latest that has one.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    // Taken out while they are drawn, because drawing their neighbors asks for more of the state.
    let scored = std::mem::take(&mut panel.state.scored);
    let (shown, explained) = (panel.state.score.shown_place(&scored), panel.state.score.explained_place(&scored));
    for place in shown.into_iter().chain(explained.filter(|_| explained != shown)) {
        if let Some(cover) = scored.get(place) {
            card(ui, "", |ui| one(ui, panel, cover));
        }
    }
    panel.state.scored = scored;
}

fn one(ui: &mut Ui, panel: &mut Panel<'_>, cover: &ScoredCover) {
    match &cover.state {
        Scored::Waiting => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(format!("Scoring {}", cover.name()));
            });
        }
        Scored::Failed(why) => {
            ui.label(RichText::new(cover.name()).font(theme::body_strong()));
            notice(ui, Icon::Alert, palette(ui).error, why.as_str());
        }
        Scored::Done(scored) => {
            let snapshot = panel.state.study.as_ref().and_then(|study| study.snapshot.clone());
            let target = snapshot.as_ref().map(|snapshot| snapshot.target.clone()).unwrap_or_default();
            let snapshot = snapshot.as_deref();
            let width = if are_large(snapshot) { COVER_BESIDE_LARGE } else { COVER };
            if ui.available_width() < width + FIGURES_LEAST {
                picture(ui, panel, cover, scored);
                why::legend(ui, scored, &target, &mut panel.state.score.hides_why);
                ui.add_space(GAP);
                figures(ui, cover, scored, &target, snapshot);
                ui.add_space(GAP);
                colors(ui, scored, &target, snapshot);
                ui.add_space(GAP);
                nearest(ui, panel, scored, &target);
                return;
            }
            ui.horizontal_top(|ui| {
                ui.vertical(|ui| {
                    ui.set_width(width);
                    picture(ui, panel, cover, scored);
                    why::legend(ui, scored, &target, &mut panel.state.score.hides_why);
                    ui.add_space(GAP);
                    colors(ui, scored, &target, snapshot);
                });
                ui.add_space(GAP);
                ui.vertical(|ui| {
                    figures(ui, cover, scored, &target, snapshot);
                    ui.add_space(GAP);
                    nearest(ui, panel, scored, &target);
                });
            });
        }
    }
}

fn picture(ui: &mut Ui, panel: &mut Panel<'_>, cover: &ScoredCover, scored: &ScoredPicture) {
    let pictures = &mut panel.textures.scored;
    let explained = if panel.state.score.hides_why { None } else { pictures.explained(ui.ctx(), cover.number, scored) };
    match explained.or_else(|| pictures.plain(ui.ctx(), cover.number, scored)) {
        Some(texture) => {
            let image = Image::new(&texture).fit_to_exact_size(vec2(COVER, COVER)).alt_text(cover.name());
            ui.add(image.corner_radius(CornerRadius::same(theme::RADIUS_COVER)));
        }
        None => {
            ui.allocate_space(vec2(COVER, COVER));
        }
    }
}

fn figures(ui: &mut Ui, cover: &ScoredCover, scored: &ScoredPicture, target: &Target, snapshot: Option<&Snapshot>) {
    let quiet = palette(ui).quiet;
    let score = &scored.score;
    // Lines of text, not of controls.
    ui.spacing_mut().interact_size.y = LINE;
    ui.spacing_mut().item_spacing.y = 4.0;
    one_line(ui, RichText::new(cover.name()).font(theme::strong())).on_hover_text(cover.path.display().to_string());
    one_line(ui, RichText::new(format!("{}, scored by {}", target.label(), score.run_name)).color(quiet));
    let range = format!(
        "{} to {}, by four in five of its errors on the test tracks.",
        target.figure(score.low),
        target.figure(score.high)
    );
    ui.horizontal(|ui| {
        let figure = target.figure(score.prediction);
        let big = ui.label(RichText::new(&figure).font(theme::big_number()));
        // A label is called by its value.
        let spoken = format!("Predicted {}: {figure}", target.name());
        ui.ctx().accesskit_node_builder(big.id, |node| node.set_value(spoken));
        describe(ui, &big, &range);
        let unit = target.with_unit(score.prediction);
        if let Some(unit) = unit.strip_prefix(&figure).map(str::trim).filter(|unit| !unit.is_empty()) {
            ui.label(RichText::new(unit).color(quiet));
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.label(range);
        help(ui, "the range", "The prediction plus what the model was off by on the test tracks, leaving out the tenth of errors at either end.");
    });
    let percentile = format!("Higher than {:.0} % of the predictions for the test tracks.", score.percentile);
    ui.label(RichText::new(percentile).color(quiet));
    if let Some(spread) = snapshot.and_then(|snapshot| snapshot.spread.as_ref()) {
        scale::draw(ui, "The score on the study's scale", (spread, target), score, SCALE);
        let key = "Gray: the study's tracks. Orange: the score with its range. Dashed: always guessing the mean.";
        ui.label(RichText::new(key).font(theme::caption()).color(quiet));
    }
    if !score.beats_mean {
        let text = format!(
            "On its test tracks this model was no better, beyond chance, than always guessing the {} of its training tracks, \
             {}. The verdict tests it on all tracks.",
            target.mean_name(),
            target.figure(score.train_mean)
        );
        notice(ui, Icon::Info, palette(ui).warning, text);
    }
    let changed = snapshot.and_then(|snapshot| {
        let run = snapshot.runs.iter().find(|run| run.id == score.run)?;
        snapshot.has_changed_since(run).then_some(&run.name)
    });
    if let Some(run) = changed {
        let text = format!(
            "Tracks were added, excluded or changed since {run} was trained. Train again to score by all of them."
        );
        notice(ui, Icon::Alert, palette(ui).warning, text);
    }
}

/// Whether what is predicted has figures with marks between thousands.
fn are_large(snapshot: Option<&Snapshot>) -> bool {
    snapshot.is_some_and(|snapshot| snapshot.popularity.max.is_some_and(|max| snapshot.target.has_large_figures(max)))
}

/// The cover's dominant colors against the study's.
fn colors(ui: &mut Ui, scored: &ScoredPicture, target: &Target, snapshot: Option<&Snapshot>) {
    let Some(Ok(Compared { colors, .. })) = &scored.compared else { return };
    ui.spacing_mut().interact_size.y = LINE;
    ui.spacing_mut().item_spacing.y = 4.0;
    let mean = snapshot.and_then(|snapshot| snapshot.popularity.mean);
    let mean_width = if are_large(snapshot) { 88.0 } else { 50.0 };
    let quiet = palette(ui).quiet;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Its colors against the study's").font(theme::body_strong()));
        help(ui, "the comparison of colors", "For each of the cover's three dominant colors: the study's tracks whose covers have a color of that name as their largest, how many they are, and their mean. Fewer than 20 say little and are gray.");
    });
    let heading = |text: &str| RichText::new(text).font(theme::caption()).color(quiet);
    egui::Grid::new("colors of the scored cover").num_columns(5).min_col_width(0.0).spacing([GAP, 4.0]).show(
        ui,
        |ui| {
            ui.label("");
            ui.label(heading("Color"));
            right_aligned(ui, 54.0, heading("Of cover"));
            right_aligned(ui, 44.0, heading("Tracks"));
            right_aligned(ui, mean_width, heading(if target.has_zero() { "Mean" } else { "Geom. mean" }));
            ui.end_row();
            for color in colors {
                color_row(ui, color, target, mean_width);
            }
        },
    );
    if let Some(mean) = mean {
        ui.label(heading(&format!("The {} of all tracks is {}.", target.mean_name(), target.figure(mean))));
    }
}

fn color_row(ui: &mut Ui, color: &SharedColor, target: &Target, mean_width: f32) {
    let colors = palette(ui);
    let text = if color.tracks.is_small() { colors.quiet } else { colors.text };
    let say = |words: String| RichText::new(words).color(text);
    let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), egui::Sense::hover());
    let [red, green, blue] = color.rgb;
    let stroke = egui::Stroke::new(1.0, colors.line);
    let fill = egui::Color32::from_rgb(red, green, blue);
    ui.painter().rect(rect, CornerRadius::same(theme::RADIUS_COVER), fill, stroke, egui::StrokeKind::Inside);
    ui.label(say(color.name.name.to_owned()));
    right_aligned(ui, 54.0, say(format!("{:.0} %", 100.0 * color.share)));
    right_aligned(ui, 44.0, say(crate::study::thousands(color.tracks.n)));
    let mean = if color.tracks.n > 0 { target.figure(color.tracks.mean) } else { "–".to_owned() };
    right_aligned(ui, mean_width, say(mean));
    ui.end_row();
}

/// The study's covers that look most like it, with how popular their tracks are.
fn nearest(ui: &mut Ui, panel: &mut Panel<'_>, scored: &ScoredPicture, target: &Target) {
    let quiet = palette(ui).quiet;
    ui.label(RichText::new("The study's covers that look most like it").font(theme::body_strong()));
    match &scored.compared {
        None => {
            ui.horizontal(|ui| {
                ui.set_min_height(SMALL);
                ui.spinner();
                ui.label(RichText::new("Comparing it with the study's covers").color(quiet));
            });
        }
        Some(Err(why)) => notice(ui, Icon::Alert, palette(ui).error, why.as_str()),
        Some(Ok(Compared { nearest, .. })) if nearest.is_empty() => {
            ui.label(RichText::new("The study has no covers to compare it with.").color(quiet));
        }
        Some(Ok(Compared { nearest, is_unlike, .. })) => {
            if *is_unlike {
                let text = format!(
                    "No cover of the study looks much like this one: {:.0} % of its own have a nearer one. A model has not seen \
                     what it is asked about here; rely on the score less than its range says.",
                    100.0 * USUAL_SHARE
                );
                notice(ui, Icon::Info, palette(ui).warning, text);
            }
            if let Some(same) = nearest.first().filter(|neighbor| neighbor.is_same) {
                let text = format!(
                    "The study has this picture, as the cover of \"{}\": the model may have learned from it, so its score is no \
                     test.",
                    same.title
                );
                notice(ui, Icon::Info, palette(ui).warning, text);
            }
            ui.add_space(4.0);
            ui.horizontal_wrapped(|ui| {
                for neighbor in nearest {
                    neighbor_tile(ui, panel, neighbor, target);
                }
            });
        }
    }
}

fn neighbor_tile(ui: &mut Ui, panel: &mut Panel<'_>, neighbor: &Neighbor, target: &Target) {
    let popularity = target.figure(neighbor.popularity);
    let of = if neighbor.tracks > 1 {
        format!(", mean of {}", plural(neighbor.tracks, "track", "tracks"))
    } else {
        String::new()
    };
    let words = format!("{}: {popularity}{of}", neighbor.title);
    // Of a size that is known, so that the last ones go to a line below where there is little room.
    ui.allocate_ui_with_layout(vec2(SMALL, SMALL + 24.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(SMALL);
        match panel.cover(ui.ctx(), neighbor.cover) {
            Ok(textures) => {
                let picture = Image::new(&textures.original).fit_to_exact_size(vec2(SMALL, SMALL)).alt_text(&words);
                ui.add(picture.corner_radius(CornerRadius::same(theme::RADIUS_COVER))).on_hover_text(&words);
            }
            Err(_) => {
                let (rect, _) = ui.allocate_exact_size(vec2(SMALL, SMALL), egui::Sense::hover());
                ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_COVER), palette(ui).field);
            }
        }
        let text = RichText::new(&popularity);
        // Large figures are as wide as the picture in small letters.
        let text = if target.has_large_figures(neighbor.popularity) { text.font(theme::caption()) } else { text };
        one_line(ui, text).on_hover_text(words);
    });
}
