//! How far the predictions are off, by playlist.

use eframe::egui::{self, RichText, Ui};

use crate::app::{Predicted, Snapshot};
use crate::study::{PlaylistResidual, RunRecord, thousands};
use crate::ui::Panel;
use crate::ui::marks::{self, Mark, Scale, Shape};
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{describe, name, one_line_of, right_aligned};

/// Means of fewer tracks are grayed.
const FEW: usize = 20;
const HEIGHT: f32 = 300.0;
/// The widths of the columns with figures, in points.
const TRACKS: f32 = 44.0;
const MEAN: f32 = 72.0;

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
            let name_width = (0.3 * ui.available_width()).clamp(90.0, 220.0);
            let width = (ui.available_width() - name_width - TRACKS - MEAN - 4.0 * GAP).max(60.0);
            egui::Grid::new("residual rows").num_columns(4).spacing([GAP, 0.0]).show(ui, |ui| {
                headings(ui, name_width, width, snapshot);
                for row in rows {
                    line(ui, row, (name_width, width), scale, snapshot);
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

fn headings(ui: &mut Ui, name_width: f32, width: f32, snapshot: &Snapshot) {
    let quiet = palette(ui).quiet;
    let heading = |text: &str| RichText::new(text).font(theme::caption()).color(quiet);
    one_line_of(ui, name_width, heading("Playlist"));
    right_aligned(ui, TRACKS, heading("Tracks"));
    one_line_of(ui, width, heading("Mean with its 95 % interval"));
    let unit = &snapshot.target.unit;
    right_aligned(ui, MEAN, heading(if unit.is_empty() { "Mean" } else { unit }));
    ui.end_row();
}

fn line(ui: &mut Ui, row: &PlaylistResidual, (name_width, width): (f32, f32), scale: Scale, snapshot: &Snapshot) {
    let colors = palette(ui);
    let is_few = row.tracks < FEW;
    let playlist = if row.playlist.is_empty() { "(none)" } else { &row.playlist };
    let ink = if is_few { colors.quiet } else { colors.text };
    ui.allocate_ui(egui::vec2(name_width, marks::ROW), |ui| {
        ui.set_min_width(name_width);
        ui.add(egui::Label::new(RichText::new(playlist).color(ink)).truncate());
    });
    right_aligned(ui, TRACKS, RichText::new(thousands(row.tracks)).font(theme::caption()).color(colors.quiet));
    let color = if is_few { colors.mean } else { colors.train };
    let mark = Mark { value: row.mean, low: row.low, high: row.high, color };
    let response = marks::draw(ui, width, scale, Shape::Point, mark, &[(0.0, colors.mean)]);
    name(ui, &response, playlist);
    let difference = snapshot.target.difference(row.mean, 1);
    describe(ui, &response, &format!("Predicted less true: {difference}, over {} test tracks.", row.tracks));
    right_aligned(ui, MEAN, RichText::new(format!("{:+.1}", row.mean)).color(ink));
}
