//! What the chosen run predicted: as a scatter plot, by playlist, or as a gallery of covers.

use std::sync::Arc;

use eframe::egui::{CornerRadius, Image, RichText, Ui, vec2};

use super::{export_menu, gallery, residuals, scatter};
use crate::app::{Chart, Command, Predicted, PredictionView, Snapshot};
use crate::study::{RunId, RunRecord, TrackId, Weights};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{bare_choice, card, empty, figure, one_line, secondary};

/// The side of the chosen track's cover, in points.
const CHOSEN: f32 = 64.0;

/// Draws the card.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot, tested: &[&RunRecord]) {
    let shown: Option<RunId> = panel.state.results.shown;
    let run = tested.iter().find(|run| Some(run.id) == shown).or(tested.last()).copied();
    let title = match panel.state.results.view {
        PredictionView::Scatter => "True against predicted",
        PredictionView::Residuals => "Predicted less true, by playlist",
        PredictionView::Gallery => "The worst and the best predictions",
    };
    card(ui, title, |ui| {
        let Some(run) = run else {
            empty(ui, Icon::Results, "Drawn once a run has been tested.");
            return;
        };
        let Some(found) = panel.state.results.predictions.get(&run.id) else {
            panel.push(Command::LoadPredictions(run.id));
            ui.add_space(200.0);
            return;
        };
        let Some(predicted) = found.clone().filter(|predicted| !predicted.items.is_empty()) else {
            ui.add_space(200.0);
            return;
        };
        controls(ui, panel, run);
        match panel.state.results.view {
            PredictionView::Scatter => scatter::draw(ui, panel, run, &predicted, snapshot),
            PredictionView::Residuals => residuals::draw(ui, panel, run, &predicted, snapshot),
            PredictionView::Gallery => gallery::draw(ui, panel, &predicted, snapshot),
        }
        chosen_track(ui, panel, &predicted, snapshot);
    });
}

fn controls(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRecord) {
    ui.horizontal_wrapped(|ui| {
        let views = [
            (PredictionView::Scatter, "Scatter"),
            (PredictionView::Residuals, "By playlist"),
            (PredictionView::Gallery, "Gallery"),
        ];
        if let Some(view) = bare_choice(ui, "Show predictions as", panel.state.results.view, &views, 88.0) {
            panel.state.results.view = view;
        }
        let weights = [(Weights::Last, "Last epoch"), (Weights::Best, "Best epoch")];
        if let Some(weights) = bare_choice(ui, "Predictions of", panel.state.results.weights, &weights, 88.0) {
            panel.state.results.weights = weights;
        }
        let weights = panel.state.results.weights;
        match panel.state.results.view {
            PredictionView::Scatter => export_menu(ui, panel, Chart::Scatter(run.id, weights)),
            PredictionView::Residuals => export_menu(ui, panel, Chart::Residuals(run.id, weights)),
            PredictionView::Gallery => {}
        }
        if secondary(ui, "Export predictions", None) {
            panel.push(Command::ExportPredictions(run.id));
        }
    });
    ui.label(RichText::new(&run.name).font(theme::caption()).color(palette(ui).quiet));
}

/// The track whose point or cover was clicked.
fn chosen_track(ui: &mut Ui, panel: &mut Panel<'_>, predicted: &Arc<Predicted>, snapshot: &Snapshot) {
    let chosen = panel.state.results.track;
    let weights = panel.state.results.weights;
    let item = chosen.and_then(|track| predicted.items.iter().find(|item| item.track == track)).copied();
    let track = item.and_then(|item| Some((item, snapshot.track(item.track)?)));
    let Some((item, track)) = track else {
        if panel.state.results.view == PredictionView::Scatter {
            // The room for the track is there before one is chosen, so that nothing moves when one is.
            ui.allocate_ui(vec2(ui.available_width(), CHOSEN), |ui| {
                ui.set_min_height(CHOSEN);
                let text = "Click a point to see its cover and track.";
                ui.label(RichText::new(text).font(theme::caption()).color(palette(ui).quiet));
            });
        }
        return;
    };
    ui.horizontal(|ui| {
        cover(ui, panel, snapshot, item.track, CHOSEN);
        figure(ui, "True", &snapshot.target.figure(item.truth));
        figure(ui, "Predicted", &snapshot.target.figure(item.by(weights)));
        ui.add_space(GAP);
        ui.vertical(|ui| {
            one_line(ui, RichText::new(&track.title).font(theme::body_strong()));
            one_line(ui, RichText::new(&track.playlist).color(palette(ui).quiet));
        });
    });
}

/// A track's cover of `side` points, or room for it.
pub(super) fn cover(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot, track: TrackId, side: f32) {
    let track = snapshot.track(track);
    let size = vec2(side, side);
    match track.and_then(|track| track.cover).map(|cover| panel.cover(ui.ctx(), cover)) {
        Some(Ok(textures)) => {
            let radius = CornerRadius::same(theme::RADIUS_COVER);
            let title = track.map_or("", |track| track.title.as_str());
            ui.add(Image::new(&textures.original).fit_to_exact_size(size).corner_radius(radius).alt_text(title));
        }
        _ => {
            ui.allocate_space(size);
        }
    }
}
