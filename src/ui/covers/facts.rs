//! Descriptive statistics: how popularity is spread, and over which playlists.

use eframe::egui::{self, RichText, Ui};

use crate::app::Snapshot;
use crate::study::{grouped, thousands};
use crate::ui::theme::{self, GAP, GAP_LARGE, palette};
use crate::ui::widgets::{card, figure};
use crate::ui::{plots, widgets};

/// Histogram, descriptive statistics and playlists.
pub(super) fn draw(ui: &mut Ui, snapshot: &Snapshot) {
    let colors = palette(ui);
    let what = snapshot.target.label();
    let are_large = snapshot.popularity.max.is_some_and(|max| max >= 10_000.0);
    card(ui, &what, |ui| {
        if let Some(histogram) = &snapshot.histogram {
            plots::histogram(ui, histogram, snapshot.popularity.mean, &what);
        }
        let described = snapshot.popularity;
        let text = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| grouped(value, 1));
        let figures = [
            ("Tracks", thousands(described.count)),
            ("Mean", text(described.mean)),
            ("Std. dev.", text(described.std)),
            ("Lowest", text(described.min)),
            ("25 %", text(described.q25)),
            ("Median", text(described.median)),
            ("75 %", text(described.q75)),
            ("Highest", text(described.max)),
        ];
        let in_row = if are_large { 2 } else { 4 };
        egui::Grid::new("popularity").num_columns(in_row).min_col_width(56.0).spacing([GAP, GAP]).show(ui, |ui| {
            for row in figures.chunks(in_row) {
                row.iter().for_each(|(name, value)| figure(ui, name, value));
                ui.end_row();
            }
        });
    });
    card(ui, "Playlists", |ui| {
        let mean_width = if are_large { 88.0 } else { 56.0 };
        let name_width = ui.available_width() - 56.0 - mean_width - 2.0 * GAP_LARGE;
        egui::Grid::new("playlists").num_columns(3).striped(true).spacing([GAP_LARGE, 4.0]).show(ui, |ui| {
            let heading = |text: &str| RichText::new(text).font(theme::caption()).color(colors.quiet);
            ui.label(heading("Playlist"));
            widgets::right_aligned(ui, 56.0, heading("Tracks"));
            widgets::right_aligned(ui, mean_width, heading("Mean"));
            ui.end_row();
            for playlist in &snapshot.playlists {
                let name = if playlist.name.is_empty() { "(none)" } else { &playlist.name };
                widgets::one_line_of(ui, name_width, name);
                widgets::right_aligned(ui, 56.0, thousands(playlist.tracks));
                let mean = playlist.mean.map_or_else(|| "–".to_owned(), |mean| grouped(mean, 1));
                widgets::right_aligned(ui, mean_width, mean);
                ui.end_row();
            }
        });
    });
}
