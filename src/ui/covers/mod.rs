//! Covers: each one beside what a network sees of it, what about the data may mislead, and how popularity is spread.

mod concerns;
mod enlarged;
mod facts;
mod grid;
mod toolbar;

use std::sync::Arc;

use eframe::egui::{ScrollArea, Ui, vec2};

use super::Panel;
use super::icons::Icon;
use super::theme::GAP_LARGE;
use super::widgets::{empty, next_primary, page_frame, page_head};
use crate::app::{Command, Snapshot, Step};
use crate::study::plural;

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(snapshot) = panel.state.study.as_ref().and_then(|study| study.snapshot.clone()) else {
        empty(ui, Icon::Covers, "The study is being read.");
        return;
    };
    if panel.state.covers.wants_concerns(&snapshot) {
        panel.push(Command::LookForConcerns);
    }
    page_frame().show(ui, |ui| {
        page_head(ui, "Covers", &sentence(&snapshot), |ui| next_primary(ui, panel, "choose a model", Step::Model));
        toolbar::draw(ui, panel, &snapshot);
        let side = (ui.available_width() * 0.32).clamp(300.0, 420.0);
        ui.horizontal_top(|ui| {
            let height = ui.available_height();
            let left = ui.available_width() - side - GAP_LARGE;
            ui.allocate_ui(vec2(left, height), |ui| {
                ui.vertical(|ui| {
                    ui.set_min_width(left);
                    ui.set_max_width(left);
                    tracks(ui, panel, &snapshot);
                });
            });
            let layout = eframe::egui::Layout::top_down(eframe::egui::Align::Min);
            ui.allocate_ui_with_layout(vec2(side, height), layout, |ui| {
                ScrollArea::vertical().id_salt("facts").auto_shrink([false, false]).show(ui, |ui| {
                    concerns::draw(ui, panel);
                    facts::draw(ui, &snapshot);
                });
            });
        });
    });
    enlarged::draw(ui, panel, &snapshot);
}

fn sentence(snapshot: &Snapshot) -> String {
    let counts = snapshot.counts;
    let excluded = match snapshot.excluded {
        0 => String::new(),
        excluded => format!(", {} excluded", plural(excluded, "track", "tracks")),
    };
    format!(
        "{} with {}{excluded}. Left the cover, right what a network sees of it.",
        plural(counts.tracks, "track", "tracks"),
        plural(counts.unique_covers, "distinct cover", "distinct covers")
    )
}

fn tracks(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Arc<Snapshot>) {
    let found = panel.state.covers.found(snapshot);
    toolbar::found(ui, panel, snapshot, &found);
    if found.is_empty() {
        empty(ui, Icon::Covers, "No track is like this. Change what is looked for, or clear the filter.");
    } else {
        grid::draw(ui, panel, snapshot, &found);
    }
}
