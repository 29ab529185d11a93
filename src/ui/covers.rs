//! Covers: each one beside what a network sees of it, and how popularity is spread.

use eframe::egui::{self, CornerRadius, Image, RichText, ScrollArea, Ui, vec2};

use super::Panel;
use super::icons::Icon;
use super::theme::{self, GAP, GAP_LARGE, MARGIN, palette};
use super::widgets::{card, empty, figure, next, one_line};
use super::{plots, widgets};
use crate::app::{Snapshot, Step};
use crate::nn::IMAGE_SIZES;
use crate::study::{Track, plural, thousands};

/// The least width of a track's two pictures side by side.
const TILE_WIDTH: f32 = 180.0;
/// Between the two.
const BETWEEN: f32 = 4.0;
/// Title and popularity below them.
const WORDS: f32 = 46.0;

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(snapshot) = panel.state.study.as_ref().and_then(|study| study.snapshot.clone()) else {
        empty(ui, Icon::Covers, "The study is being read.");
        return;
    };
    egui::Frame::new().inner_margin(egui::Margin::symmetric(MARGIN as i8, GAP_LARGE as i8)).show(ui, |ui| {
        ui.heading("Covers");
        let counts = snapshot.counts;
        let sentence = format!(
            "{} with {}. Left the cover, right what a network sees of it.",
            plural(counts.tracks, "track", "tracks"),
            plural(counts.unique_covers, "distinct cover", "distinct covers")
        );
        ui.label(RichText::new(sentence).color(palette(ui).quiet));
        ui.add_space(GAP);
        let side = (ui.available_width() * 0.32).clamp(300.0, 420.0);
        ui.horizontal_top(|ui| {
            let height = ui.available_height();
            let left = ui.available_width() - side - GAP_LARGE;
            ui.allocate_ui(vec2(left, height), |ui| {
                ui.vertical(|ui| {
                    ui.set_min_width(left);
                    grid(ui, panel, &snapshot);
                });
            });
            ui.allocate_ui_with_layout(vec2(side, height), egui::Layout::top_down(egui::Align::Min), |ui| {
                ScrollArea::vertical().id_salt("facts").auto_shrink([false, false]).show(ui, |ui| {
                    ui.set_max_width(side - GAP_LARGE);
                    facts(ui, &snapshot);
                    next(ui, panel, "choose a model", Step::Model);
                });
            });
        });
    });
}

fn grid(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot) {
    ui.horizontal_wrapped(|ui| {
        ui.label("Find");
        let search = egui::TextEdit::singleline(&mut panel.state.cover_filter)
            .hint_text("Title or playlist")
            .desired_width(180.0);
        let response = ui.add_sized([180.0, theme::CONTROL_HEIGHT], search.align(egui::Align2::LEFT_CENTER));
        widgets::name(ui, &response, "Find a track");
        let size = &mut panel.state.preview_size;
        ui.add_space(GAP);
        ui.label("Network sees, in pixels a side");
        let response = ui.add_sized([64.0, theme::CONTROL_HEIGHT], egui::DragValue::new(size).range(IMAGE_SIZES));
        widgets::name(ui, &response, "Preview size");
        widgets::focus_ring(ui, &response);
    });
    let tracks = panel.state.found.places(&snapshot.tracks, &panel.state.cover_filter);
    let width = ui.available_width() - GAP_LARGE;
    let columns = ((width + GAP) / (TILE_WIDTH + GAP)).floor().max(1.0) as usize;
    let tile_width = (width + GAP) / columns as f32 - GAP;
    let tile_size = vec2(tile_width, (tile_width - BETWEEN) / 2.0 + WORDS);
    let rows = tracks.len().div_ceil(columns);
    if rows == 0 {
        empty(ui, Icon::Covers, "No track has this in its title or playlist. Change what is looked for.");
        return;
    }
    ScrollArea::vertical().id_salt("covers").auto_shrink([false, false]).show_rows(
        ui,
        tile_size.y,
        rows,
        |ui, visible| {
            for row in visible {
                ui.horizontal(|ui| {
                    for place in tracks.iter().skip(row * columns).take(columns) {
                        if let Some(track) = snapshot.tracks.get(*place) {
                            tile(ui, panel, track, tile_size);
                        }
                    }
                });
            }
        },
    );
}

fn tile(ui: &mut Ui, panel: &mut Panel<'_>, track: &Track, size: egui::Vec2) {
    let colors = palette(ui);
    ui.allocate_ui(size, |ui| {
        ui.vertical(|ui| {
            ui.set_min_size(size);
            ui.set_max_width(size.x);
            ui.spacing_mut().item_spacing = vec2(BETWEEN, 2.0);
            ui.horizontal(|ui| pair(ui, panel, track, size.y - WORDS));
            one_line(ui, RichText::new(&track.title));
            let popularity = track.value_in_words();
            let playlist = if track.playlist.is_empty() { "no playlist" } else { &track.playlist };
            let text = format!("{popularity} · {playlist}");
            one_line(ui, RichText::new(text).font(theme::caption()).color(colors.quiet));
        });
    });
}

/// The cover and what a network sees, or a placeholder of the same size.
fn pair(ui: &mut Ui, panel: &mut Panel<'_>, track: &Track, side: f32) {
    let size = egui::Vec2::splat(side);
    let radius = CornerRadius::same(theme::RADIUS_COVER);
    let textures = track.cover.map(|cover| {
        let key = (cover, panel.state.preview_size);
        let found = match &mut panel.state.study {
            Some(study) => panel.textures.cover(ui.ctx(), study, key),
            None => Err(true),
        };
        if found.as_ref().is_err_and(|failed| !failed) {
            panel.wanted.push(key);
        }
        found
    });
    match textures {
        Some(Ok(textures)) => {
            ui.add(Image::new(&textures.original).fit_to_exact_size(size).corner_radius(radius).alt_text(&track.title));
            ui.add(Image::new(&textures.network).fit_to_exact_size(size).corner_radius(radius));
        }
        _ => {
            let (rect, response) = ui.allocate_exact_size(vec2(2.0 * side + BETWEEN, side), egui::Sense::hover());
            ui.painter().rect_filled(rect, radius, palette(ui).field);
            if !matches!(textures, Some(Err(false))) {
                let (center, font, color) = (rect.center(), theme::caption(), palette(ui).quiet);
                ui.painter().text(center, egui::Align2::CENTER_CENTER, "No readable cover", font, color);
                response.on_hover_text("This track's cover could not be read: Import says why.");
            }
        }
    }
}

/// Histogram, descriptive statistics and playlists.
fn facts(ui: &mut Ui, snapshot: &Snapshot) {
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
        egui::Grid::new("playlists").num_columns(3).striped(true).spacing([GAP_LARGE, 4.0]).show(ui, |ui| {
            let heading = |text: &str| RichText::new(text).font(theme::caption()).color(colors.quiet);
            ui.label(heading("Playlist"));
            widgets::right_aligned(ui, 56.0, heading("Tracks"));
            widgets::right_aligned(ui, 56.0, heading("Mean"));
            ui.end_row();
            for playlist in &snapshot.playlists {
                ui.label(if playlist.name.is_empty() { "(none)" } else { &playlist.name });
                widgets::right_aligned(ui, 56.0, thousands(playlist.tracks));
                let mean = playlist.mean.map_or_else(|| "–".to_owned(), |mean| format!("{mean:.1}"));
                widgets::right_aligned(ui, 56.0, mean);
                ui.end_row();
            }
        });
    });
}
