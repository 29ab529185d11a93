//! How far the predictions are off, by playlist.

use eframe::egui::{self, RichText, Ui};

use crate::app::{Predicted, Snapshot};
use crate::study::{PlaylistResidual, RunRecord, thousands};
use crate::ui::Panel;
use crate::ui::marks::{self, Mark, Scale, Shape};
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{describe, name, right_aligned};

/// Means of fewer tracks are grayed.
const FEW: usize = 20;
const HEIGHT: f32 = 300.0;

/// Draws a row for each playlist.
pub(super) fn draw(ui: &mut Ui, panel: &Panel<'_>, run: &RunRecord, predicted: &Predicted, snapshot: &Snapshot) {
    let rows = &predicted.looked(panel.state.results.weights).residuals;
    let highest = rows
        .iter()
        .flat_map(|row| [row.mean, row.low, row.high])
        .filter(|value| value.is_finite())
        .fold(1e-9_f64, |highest, value| highest.max(value.abs()));
    let scale = Scale { low: -highest, high: highest };
    egui::ScrollArea::vertical()
        .id_salt("residuals")
        .max_height(HEIGHT)
        .min_scrolled_height(HEIGHT)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            egui::Grid::new("residual rows").num_columns(4).spacing([GAP, 0.0]).show(ui, |ui| {
                for row in rows {
                    line(ui, row, scale, snapshot);
                    ui.end_row();
                }
            });
        });
    let text = format!(
        "Right of the dashed line {} rates a playlist's tracks too high on average, left of it too low. Gray: fewer than \
         {FEW} test tracks.",
        run.name
    );
    ui.add(egui::Label::new(RichText::new(text).font(theme::caption()).color(palette(ui).quiet)).wrap());
}

fn line(ui: &mut Ui, row: &PlaylistResidual, scale: Scale, snapshot: &Snapshot) {
    let colors = palette(ui);
    let is_few = row.tracks < FEW;
    let playlist = if row.playlist.is_empty() { "(none)" } else { &row.playlist };
    let ink = if is_few { colors.quiet } else { colors.text };
    let name_width = (0.36 * ui.available_width()).clamp(110.0, 220.0);
    ui.allocate_ui(egui::vec2(name_width, marks::ROW), |ui| {
        ui.set_min_width(name_width);
        ui.add(egui::Label::new(RichText::new(playlist).color(ink)).truncate());
    });
    right_aligned(ui, 40.0, RichText::new(thousands(row.tracks)).font(theme::caption()).color(colors.quiet));
    let color = if is_few { colors.mean } else { colors.train };
    let mark = Mark { value: row.mean, low: row.low, high: row.high, color };
    let width = (ui.available_width() - 80.0).max(120.0);
    let response = marks::draw(ui, width, scale, Shape::Point, mark, &[(0.0, colors.mean)]);
    name(ui, &response, playlist);
    let difference = snapshot.target.difference(row.mean, 1);
    describe(ui, &response, &format!("Predicted less true: {difference}, over {} test tracks.", row.tracks));
    right_aligned(ui, 60.0, RichText::new(format!("{:+.1}", row.mean)).color(ink));
}
