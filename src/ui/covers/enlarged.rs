//! One track large, with all that is known of it.

use eframe::egui::{self, CornerRadius, Grid, Image, Key, RichText, Ui, Vec2, vec2};

use crate::app::{Command, CoverKey, Snapshot};
use crate::study::{Edit, Track, TrackId, capitalised};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::modal;
use crate::ui::theme::{self, GAP, GAP_LARGE, palette};
use crate::ui::widgets::{icon_button, secondary};

/// The side of the cover, in points.
const COVER: f32 = 320.0;
/// The side of what the network sees.
const NETWORK: f32 = 152.0;
/// The room for what is known of the track.
const FIELDS: f32 = 240.0;
/// The room for the title.
const HEAD: f32 = 48.0;
/// What of a narrow box they have, and what is left of the pictures at least.
const FIELDS_SHARE: f32 = 0.45;
const LEAST: f32 = 0.3;
const NAME: &str = "enlarged";

/// Draws the track that was asked for, over everything else.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &std::sync::Arc<Snapshot>) {
    let Some(track) = panel.state.covers.enlarged.and_then(|id| snapshot.track(id)).cloned() else {
        panel.state.covers.enlarged = None;
        return;
    };
    let shown = modal::modal(ui.ctx(), NAME).show(ui.ctx(), |ui| {
        ui.set_width(modal::width_for(ui.ctx(), COVER + NETWORK + FIELDS + 2.0 * GAP_LARGE));
        head(ui, panel, &track);
        ui.add_space(GAP);
        let height = modal::height_beside(ui.ctx(), HEAD);
        let shrunk = shrunk(ui.available_width(), height);
        egui::ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.horizontal_top(|ui| {
                pictures(ui, panel, &track, shrunk);
                ui.add_space(GAP_LARGE);
                ui.vertical(|ui| {
                    fields(ui, &track);
                    ui.add_space(GAP_LARGE);
                    actions(ui, panel, snapshot, &track);
                });
            });
        });
    });
    if shown.should_close() {
        panel.state.covers.enlarged = None;
    }
    if panel.state.covers.enlarged.is_none() {
        // In the next frame, when nothing lies over the grid any more.
        panel.state.covers.comes_back_to = Some(track.id);
        modal::forget_focus(ui.ctx(), NAME);
        ui.ctx().request_repaint();
    }
}

/// By how much the pictures are smaller, so that they find room beside the fields and within `height`.
fn shrunk(width: f32, height: f32) -> f32 {
    let fields = FIELDS.min(FIELDS_SHARE * width);
    let beside = (width - fields - 2.0 * GAP_LARGE - 3.0 * GAP) / (COVER + NETWORK);
    beside.min(height / COVER).clamp(LEAST, 1.0)
}

fn head(ui: &mut Ui, panel: &mut Panel<'_>, track: &Track) {
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            modal::take_focus(ui, NAME);
            if icon_button(ui, Icon::Close, "Close", None) {
                panel.state.covers.enlarged = None;
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(&track.title).font(theme::strong())).truncate());
            });
        });
    });
}

fn pictures(ui: &mut Ui, panel: &mut Panel<'_>, track: &Track, shrunk: f32) {
    let radius = CornerRadius::same(theme::RADIUS_COVER);
    let size = Vec2::splat(shrunk * COVER);
    let network_side = shrunk * NETWORK;
    let network_size = panel.state.preview_size;
    let key = track.cover.map(|cover| CoverKey { cover, network_size, is_large: true });
    match key.map(|key| panel.cover_as(ui.ctx(), key)) {
        Some(Ok(textures)) => {
            ui.add(Image::new(&textures.original).fit_to_exact_size(size).corner_radius(radius).alt_text(&track.title));
            ui.vertical(|ui| {
                let network = Image::new(&textures.network).fit_to_exact_size(Vec2::splat(network_side));
                ui.add(network.corner_radius(radius).alt_text("What the network sees"));
                let text = format!("What a network sees: {network_size} x {network_size} pixels");
                ui.allocate_ui(vec2(network_side, 40.0), |ui| {
                    ui.add(
                        egui::Label::new(RichText::new(text).font(theme::caption()).color(palette(ui).quiet)).wrap(),
                    );
                });
            });
        }
        Some(Err(false)) => {
            ui.allocate_ui(size, |ui| ui.centered_and_justified(egui::Ui::spinner));
        }
        _ => {
            ui.allocate_ui(size, |ui| {
                ui.label(RichText::new("No readable cover. Import says why.").color(palette(ui).quiet));
            });
        }
    }
}

fn fields(ui: &mut Ui, track: &Track) {
    let value = track.value_in_words();
    let suspect = if track.suspect { "may mean \"not measured\"" } else { "" };
    let state = if track.is_excluded { "excluded from the study" } else { "" };
    let measure = if track.measure.is_empty() { "Value".to_owned() } else { capitalised(&track.measure) };
    let rows: [(&str, &str); 9] = [
        ("Artist", &track.artist),
        ("Album", &track.album),
        ("Released", &track.released),
        ("Playlist", &track.playlist),
        (&measure, &value),
        ("Note", suspect),
        ("File", &track.key),
        ("Address", &track.cover_url),
        ("State", state),
    ];
    Grid::new("fields of a track").num_columns(2).spacing(vec2(GAP, 4.0)).show(ui, |ui| {
        for (label, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
            ui.label(RichText::new(label).font(theme::caption()).color(palette(ui).quiet));
            ui.allocate_ui(vec2(170.0, 18.0), |ui| ui.add(egui::Label::new(value).truncate()));
            ui.end_row();
        }
    });
}

fn actions(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &std::sync::Arc<Snapshot>, track: &Track) {
    let read_only = panel.state.read_only();
    let (text, excluded) =
        if track.is_excluded { ("Include in the study", false) } else { ("Exclude from the study", true) };
    if secondary(ui, text, read_only) {
        panel.push(Command::Edit(Edit::Exclude { tracks: vec![track.id], excluded }));
    }
    let (before, after) = neighbors(panel, snapshot, track.id);
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    let (back, on) = (pressed(Key::ArrowLeft), pressed(Key::ArrowRight));
    ui.horizontal(|ui| {
        let back = secondary(ui, "Previous", before.is_none().then_some("This is the first one.")) || back;
        let on = secondary(ui, "Next", after.is_none().then_some("This is the last one.")) || on;
        if let Some(other) = before.filter(|_| back).or(after.filter(|_| on)) {
            panel.state.covers.enlarged = Some(other);
        }
    });
}

/// The tracks that are shown before and after one.
fn neighbors(
    panel: &mut Panel<'_>,
    snapshot: &std::sync::Arc<Snapshot>,
    track: TrackId,
) -> (Option<TrackId>, Option<TrackId>) {
    let found = panel.state.covers.found(snapshot);
    let place = snapshot.place.get(&track).copied();
    let Some(number) = found.iter().position(|other| Some(*other) == place) else { return (None, None) };
    let id = |number: usize| found.get(number).and_then(|place| snapshot.tracks.get(*place)).map(|track| track.id);
    (number.checked_sub(1).and_then(id), id(number + 1))
}
