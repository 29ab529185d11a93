//! Covers: each one beside what a network sees of it, what about the data may mislead, and how popularity is spread.

mod concerns;
mod enlarged;
mod facts;
mod grid;
mod toolbar;

use std::sync::Arc;

use eframe::egui::{ScrollArea, Ui};

use super::Panel;
use super::divided::divided;
use super::icons::Icon;
use super::page::{opening, page_frame, page_head};
use super::theme::GAP_LARGE;
use super::widgets::{empty, primary};
use crate::app::{Command, Snapshot, Step};
use crate::study::plural;

/// What tracks and facts take of the width at least, in points.
const TRACKS_LEAST: f32 = 280.0;
const FACTS_LEAST: f32 = 260.0;
/// In less height nothing of a cover would be seen, in points.
const LEAST_GRID: f32 = 110.0;
/// Where there is less room, in points, they are looked at in turn.
const NARROW: f32 = 640.0;

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
        page_head(ui, "Covers", &sentence(&snapshot), |ui| {
            if primary(ui, "Next: choose a model", panel.state.blocked(Step::Model)) {
                panel.push(Command::GoTo(Step::Model));
            }
        });
        if ui.available_width() < NARROW {
            // In a window that is too narrow for both, they are looked at in turn.
            toolbar::in_little_room(ui, panel, &snapshot);
            if panel.state.covers.shows_facts {
                facts(ui, panel, &snapshot);
            } else {
                let found = panel.state.covers.found(&snapshot);
                if panel.state.covers.shows_filter && ui.available_height() < LEAST_GRID {
                    ui.label("Press Filter again to see what it finds.");
                } else {
                    grid(ui, panel, &snapshot, &found);
                }
            }
        } else {
            toolbar::draw(ui, panel, &snapshot);
            parts(ui, panel, &snapshot);
        }
    });
    enlarged::draw(ui, panel, &snapshot);
}

/// The tracks, and beside them the facts about them.
fn parts(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Arc<Snapshot>) {
    let width = ui.available_width() - GAP_LARGE;
    let facts_width = (ui.available_width() * 0.32).clamp(300.0, 420.0);
    let shares = TRACKS_LEAST / width..=1.0 - FACTS_LEAST / width;
    divided(
        ui,
        panel,
        ("Line between covers and figures", GAP_LARGE),
        1.0 - facts_width / width,
        shares,
        |ui, panel| tracks(ui, panel, snapshot),
        |ui, panel| facts(ui, panel, snapshot),
    );
}

/// What may mislead, and how what is predicted is spread.
fn facts(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot) {
    let place = ("facts", opening(ui.ctx()));
    ScrollArea::vertical().id_salt(place).auto_shrink([false, false]).show(ui, |ui| {
        concerns::draw(ui, panel);
        facts::draw(ui, snapshot);
    });
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
    grid(ui, panel, snapshot, &found);
}

fn grid(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot, found: &[usize]) {
    if found.is_empty() {
        empty(ui, Icon::Covers, "No track is like this. Change what is looked for, or clear the filter.");
    } else {
        grid::draw(ui, panel, snapshot, found);
    }
}
