//! The bar at the bottom while something runs: what, how far, time left, and a way to stop it.

use eframe::egui::{self, Align, Layout, Ui};

use super::Panel;
use super::theme::palette;
use super::widgets::{clock, name, secondary};
use crate::app::Command;

/// Room for the words, as a share of the bar's; the same all the time, so that nothing moves while they change.
const TEXT_SHARE: f32 = 0.55;

/// Whether anything runs that the bar tells of.
pub fn is_needed(panel: &Panel<'_>) -> bool {
    panel.state.import.is_some() || panel.state.training.under.is_some() || panel.state.verdict.under.is_some()
}

/// Draws the bar.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let (text, share) = match (&panel.state.import, &panel.state.training.under) {
        (Some(import), _) => {
            let progress = import.progress;
            let counts = format!("Importing: {}", progress.counted());
            let left = progress.seconds_left(import.since.elapsed().as_secs_f64());
            let text = match (progress.waiting_secs, left) {
                (Some(seconds), _) => format!("{counts}, waiting {}", clock(seconds as f64)),
                (None, Some(left)) => format!("{counts}, {} left", clock(left.ceil().max(1.0))),
                (None, None) => counts,
            };
            (text, progress.done as f32 / progress.total.max(1) as f32)
        }
        (None, Some(under)) => {
            let state = if under.is_paused { "Paused" } else { "Training" };
            let head = format!("{state} {}: epoch {} of {}", under.name, under.epoch.max(1), under.epochs);
            let left = under.seconds_left().filter(|_| !under.is_paused);
            (
                left.map_or_else(|| head.clone(), |left| format!("{head}, {} left", clock(left.ceil().max(1.0)))),
                under.share(),
            )
        }
        (None, None) => match &panel.state.verdict.under {
            Some(under) => (under.sentence(), under.share()),
            None => return,
        },
    };
    ui.horizontal_centered(|ui| {
        let width = TEXT_SHARE * ui.available_width();
        ui.allocate_ui_with_layout(egui::vec2(width, 20.0), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(width);
            ui.add(egui::Label::new(text).truncate());
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let id = ui.next_auto_id();
            if secondary(ui, "Stop", None) {
                panel.push(Command::StopCurrentJob);
            }
            // The training panel has a Stop of its own.
            ui.ctx().accesskit_node_builder(id, |node| node.set_label("Stop current job"));
            let bar = egui::ProgressBar::new(share).desired_height(8.0).fill(palette(ui).quiet);
            let response = ui.add(bar);
            name(ui, &response, "Progress of the current job");
        });
    });
}
