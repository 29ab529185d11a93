//! The covers whose popularity was predicted worst and best.

use eframe::egui::{RichText, Sense, Ui, vec2};

use super::predictions::cover;
use crate::app::{Predicted, Snapshot};
use crate::study::Prediction;
use crate::ui::Panel;
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{describe, focus_ring, name};

/// The side of a cover, in points.
const SIDE: f32 = 72.0;

/// Draws both rows; a click chooses a track.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, predicted: &Predicted, snapshot: &Snapshot) {
    let looked = predicted.looked(panel.state.results.weights);
    let rows = [
        ("Furthest off: true → predicted", &looked.worst),
        ("Nearest to the truth: true → predicted", &looked.nearest),
    ];
    for (title, places) in rows {
        ui.label(RichText::new(title).font(theme::caption()).color(palette(ui).quiet));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(GAP, GAP);
            for item in places.iter().filter_map(|place| predicted.items.get(*place)) {
                tile(ui, panel, item, snapshot);
            }
        });
        ui.add_space(GAP);
    }
}

fn tile(ui: &mut Ui, panel: &mut Panel<'_>, item: &Prediction, snapshot: &Snapshot) {
    let Some(track) = snapshot.track(item.track) else { return };
    let guess = item.by(panel.state.results.weights);
    let shown = ui.allocate_ui(vec2(SIDE, SIDE + 18.0), |ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            cover(ui, panel, snapshot, item.track, SIDE);
            let words = format!("{:.0} → {:.0}", item.truth, guess);
            ui.label(RichText::new(words).font(theme::caption()).color(palette(ui).quiet));
        });
    });
    let response = shown.response.interact(Sense::click());
    let (truth, guess) = (snapshot.target.figure(item.truth), snapshot.target.figure(guess));
    let words = format!("{}: true {truth}, predicted {guess}", track.title);
    name(ui, &response, &track.title);
    describe(ui, &response, &words);
    focus_ring(ui, &response);
    if response.on_hover_text(words).clicked() {
        panel.state.results.track = Some(item.track);
    }
}
