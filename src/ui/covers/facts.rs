//! Descriptive statistics: how popularity is spread, and over which playlists.

use eframe::egui::{self, RichText, Ui};

use crate::app::Snapshot;
use crate::study::thousands;
use crate::ui::theme::{self, GAP, GAP_LARGE, palette};
use crate::ui::widgets::{card, figure};
use crate::ui::{plots, widgets};

/// Histogram, descriptive statistics and playlists.
pub(super) fn draw(ui: &mut Ui, snapshot: &Snapshot) {
    let colors = palette(ui);
    let what = snapshot.target.label();
    card(ui, &what, |ui| {
        if let Some(histogram) = &snapshot.histogram {
            plots::histogram(ui, histogram, snapshot.popularity.mean, &what);
        }
        let described = snapshot.popularity;
        let text = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
        egui::Grid::new("popularity").num_columns(4).min_col_width(56.0).spacing([GAP, GAP]).show(ui, |ui| {
            figure(ui, "Tracks", &thousands(described.count));
            figure(ui, "Mean", &text(described.mean));
            figure(ui, "Std. dev.", &text(described.std));
            figure(ui, "Lowest", &text(described.min));
            ui.end_row();
            figure(ui, "25 %", &text(described.q25));
            figure(ui, "Median", &text(described.median));
            figure(ui, "75 %", &text(described.q75));
            figure(ui, "Highest", &text(described.max));
            ui.end_row();
        });
    });
    card(ui, "Playlists", |ui| {
        let name_width = ui.available_width() - 2.0 * (56.0 + GAP_LARGE);
        egui::Grid::new("playlists").num_columns(3).striped(true).spacing([GAP_LARGE, 4.0]).show(ui, |ui| {
            let heading = |text: &str| RichText::new(text).font(theme::caption()).color(colors.quiet);
            ui.label(heading("Playlist"));
            widgets::right_aligned(ui, 56.0, heading("Tracks"));
            widgets::right_aligned(ui, 56.0, heading("Mean"));
            ui.end_row();
            for playlist in &snapshot.playlists {
                let name = if playlist.name.is_empty() { "(none)" } else { &playlist.name };
                widgets::one_line_of(ui, name_width, name);
                widgets::right_aligned(ui, 56.0, thousands(playlist.tracks));
                let mean = playlist.mean.map_or_else(|| "–".to_owned(), |mean| format!("{mean:.1}"));
                widgets::right_aligned(ui, 56.0, mean);
                ui.end_row();
            }
        });
    });
}
