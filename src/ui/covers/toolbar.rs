//! What is looked for among the covers, how they are sorted, and what is done with those that are marked.

use std::sync::Arc;

use eframe::egui::{self, Align2, DragValue, Slider, TextEdit, Ui, vec2};

use crate::app::{Command, Filter, Snapshot, SortTracks};
use crate::nn::IMAGE_SIZES;
use crate::study::{Edit, TrackId, grouped, thousands};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{CONTROL_HEIGHT, GAP, palette};
use crate::ui::widgets::{bare_choice, focus_ring, icon_button, name, secondary};

/// Draws the controls above the grid.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot) {
    // "Popularity, log10" takes more than "Popularity", and millions more than tens.
    let label = LETTER * snapshot.target.label().chars().count() as f32;
    let is_wide = ui.available_width() > WIDE + label + 2.0 * bound_width(snapshot.popularity.max.unwrap_or(0.0));
    ui.horizontal_wrapped(|ui| {
        search(ui, panel);
        playlist(ui, &mut panel.state.covers.filter, snapshot);
        order(ui, &mut panel.state.covers.filter);
        if is_wide {
            range(ui, &mut panel.state.covers.filter, snapshot);
            ui.add_space(GAP);
            preview_size(ui, &mut panel.state.preview_size);
        }
    });
    if !is_wide {
        ui.horizontal_wrapped(|ui| {
            range(ui, &mut panel.state.covers.filter, snapshot);
            ui.add_space(GAP);
            preview_size(ui, &mut panel.state.preview_size);
        });
    }
}

/// Where there is less room, in points, the controls stand in two rows.
const WIDE: f32 = 816.0;
const LETTER: f32 = 8.0;

/// As [`draw`] and [`found`], in a row: what is looked for is shown while it is wanted, and the figures in place of the
/// covers.
pub(super) fn in_little_room(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Arc<Snapshot>) {
    ui.horizontal_wrapped(|ui| {
        search(ui, panel);
        let covers = &mut panel.state.covers;
        switch(ui, "Filter", &mut covers.shows_filter);
        switch(ui, "Figures", &mut covers.shows_facts);
        if !covers.shows_facts {
            let found = covers.found(snapshot);
            found_words(ui, panel, snapshot, &found);
        }
    });
    if panel.state.covers.shows_filter {
        ui.horizontal_wrapped(|ui| {
            playlist(ui, &mut panel.state.covers.filter, snapshot);
            order(ui, &mut panel.state.covers.filter);
            range(ui, &mut panel.state.covers.filter, snapshot);
        });
        ui.horizontal(|ui| preview_size(ui, &mut panel.state.preview_size));
    }
}

/// A button that stays pressed.
fn switch(ui: &mut Ui, text: &str, is_on: &mut bool) {
    let response = ui.add(egui::Button::new(text).selected(*is_on).min_size(vec2(0.0, CONTROL_HEIGHT)));
    focus_ring(ui, &response);
    if response.clicked() {
        *is_on = !*is_on;
    }
}

fn preview_size(ui: &mut Ui, size: &mut usize) {
    ui.label("Network sees");
    ui.spacing_mut().slider_width = 90.0;
    let rail = palette(ui).mean;
    let slider = |ui: &mut Ui| {
        ui.visuals_mut().widgets.inactive.bg_fill = rail;
        ui.add(Slider::new(size, IMAGE_SIZES).logarithmic(true).suffix(" px"))
    };
    let response = ui.scope(slider).inner;
    name(ui, &response, "Preview size");
    focus_ring(ui, &response);
}

fn search(ui: &mut Ui, panel: &mut Panel<'_>) {
    let edit = TextEdit::singleline(&mut panel.state.covers.filter.text)
        .hint_text("Find a title, artist, playlist")
        .align(Align2::LEFT_CENTER);
    let response = ui.add_sized([190.0, CONTROL_HEIGHT], edit);
    name(ui, &response, "Find a track");
    if std::mem::take(&mut panel.state.wants_search) {
        response.request_focus();
    }
}

fn playlist(ui: &mut Ui, filter: &mut Filter, snapshot: &Snapshot) {
    if snapshot.playlists.len() < 2 {
        return;
    }
    let mut options: Vec<(Option<usize>, &str)> = vec![(None, "All playlists")];
    for (place, playlist) in snapshot.playlists.iter().enumerate() {
        options.push((Some(place), if playlist.name.is_empty() { "(none)" } else { &playlist.name }));
    }
    let current = snapshot.playlists.iter().position(|playlist| Some(&playlist.name) == filter.playlist.as_ref());
    if let Some(chosen) = bare_choice(ui, "Playlist", current, &options, 130.0) {
        filter.playlist = chosen.and_then(|place| snapshot.playlists.get(place)).map(|chosen| chosen.name.clone());
    }
}

fn order(ui: &mut Ui, filter: &mut Filter) {
    let options = SortTracks::ALL.map(|sort| {
        let word = match sort {
            SortTracks::Imported => "As imported",
            SortTracks::Title => "By title",
            SortTracks::Popularity => "By popularity",
            SortTracks::Playlist => "By playlist",
        };
        (sort, word)
    });
    if let Some(sort) = bare_choice(ui, "Sort tracks", filter.sort, &options, 110.0) {
        filter.sort = sort;
        // The most popular ones are what one looks for first.
        filter.descending = sort == SortTracks::Popularity;
    }
    let (icon, text) = if filter.descending { (Icon::ArrowDown, "Descending") } else { (Icon::ArrowUp, "Ascending") };
    if icon_button(ui, icon, &format!("{text}: turn the order round"), None) {
        filter.descending = !filter.descending;
    }
}

fn range(ui: &mut Ui, filter: &mut Filter, snapshot: &Snapshot) {
    let (Some(lowest), Some(highest)) = (snapshot.popularity.min, snapshot.popularity.max) else { return };
    let speed = ((highest - lowest) / 200.0).max(0.01);
    ui.label(snapshot.target.label());
    let bound = |ui: &mut Ui, label: &str, value: &mut Option<f64>, default: f64| {
        let mut shown = value.unwrap_or(default);
        let drag = DragValue::new(&mut shown).range(lowest..=highest).speed(speed);
        let drag = drag.custom_formatter(|value, _| grouped(value, 1).trim_end_matches(".0").to_owned());
        let drag = drag.custom_parser(typed);
        let response = ui.add_sized([bound_width(highest), CONTROL_HEIGHT], drag);
        name(ui, &response, label);
        focus_ring(ui, &response);
        if response.changed() {
            *value = (shown != default).then_some(shown);
        }
    };
    bound(ui, "At least", &mut filter.at_least, lowest);
    ui.label("to");
    bound(ui, "At most", &mut filter.at_most, highest);
}

/// The width of a bound's field.
fn bound_width(highest: f64) -> f32 {
    if highest >= 10_000.0 { 92.0 } else { 52.0 }
}

/// A number as it is shown, with marks between thousands, or as it is typed, with a decimal comma.
fn typed(text: &str) -> Option<f64> {
    let are_marks =
        text.split(',').skip(1).all(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()));
    text.replace(',', if are_marks { "" } else { "." }).trim().parse().ok()
}

/// What the filter leaves, and what can be done with tracks that are marked.
pub(super) fn found(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Arc<Snapshot>, found: &[usize]) {
    // Always there, so that the grid does not move under the pointer.
    ui.horizontal_wrapped(|ui| {
        ui.set_min_height(CONTROL_HEIGHT);
        found_words(ui, panel, snapshot, found);
    });
}

fn found_words(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Arc<Snapshot>, found: &[usize]) {
    let is_filtered = panel.state.covers.filter.is_on();
    let marked = panel.state.covers.marked.len();
    let read_only = panel.state.read_only();
    let all = thousands(snapshot.tracks.len());
    let shown = if is_filtered { format!("{} of {all}", thousands(found.len())) } else { format!("All {all}") };
    ui.label(egui::RichText::new(shown).color(palette(ui).quiet));
    if is_filtered {
        if secondary(ui, "Clear filter", None) {
            let Filter { sort, descending, .. } = panel.state.covers.filter;
            panel.state.covers.filter = Filter { sort, descending, ..Filter::default() };
        }
    } else if snapshot.excluded > 0 && secondary(ui, "Show excluded", None) {
        panel.state.covers.filter.only_excluded = true;
    }
    let none = found.is_empty().then_some("No track is shown.");
    if secondary(ui, "Mark all", none) {
        let ids = found.iter().filter_map(|place| snapshot.tracks.get(*place)).map(|track| track.id);
        panel.state.covers.marked.extend(ids);
    }
    if marked > 0 {
        marks(ui, panel, snapshot, read_only);
    }
}

fn marks(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot, read_only: Option<&str>) {
    let marked: Vec<TrackId> = panel.state.covers.marked.iter().copied().collect();
    ui.label(format!("{} marked", thousands(marked.len())));
    let (out, within): (Vec<TrackId>, Vec<TrackId>) =
        marked.into_iter().partition(|id| snapshot.track(*id).is_some_and(|track| track.is_excluded));
    for (tracks, excluded, text) in [(within, true, "Exclude marked"), (out, false, "Include marked")] {
        if !tracks.is_empty() && secondary(ui, text, read_only) {
            panel.push(Command::Edit(Edit::Exclude { tracks, excluded }));
            panel.state.covers.marked.clear();
        }
    }
    if secondary(ui, "Clear marks", None) {
        panel.state.covers.marked.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn bounds_are_read_as_they_are_shown_and_typed() {
        assert_eq!(["30", "30,5", "1,234,567", " 2.5 "].map(typed), [30.0, 30.5, 1_234_567.0, 2.5].map(Some));
        assert_eq!(typed("many"), None);
    }
}
