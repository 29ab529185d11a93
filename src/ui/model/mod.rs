//! Model: the network's hyperparameters, what comes of them, and what cannot work.

mod layers;
mod network;
mod options;
mod presets;
mod settings;
mod sweep;

use eframe::egui::{Align, Layout, Ui};

use super::Panel;
use super::divided::halves;
use super::icons::Icon;
use super::page::page;
use super::theme::{GAP, palette};
use super::widgets::{notice, primary, secondary};
use crate::app::Command;
use crate::jobs::FEWEST_TRACKS;
use crate::nn::{self, Field, Problem};
use crate::study::plural;

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let tracks = panel.state.study.as_ref().map_or(0, crate::app::OpenStudy::usable_tracks);
    let problems = problems(panel, tracks);
    let no_runs = panel.state.read_only().or_else(|| panel.state.too_few_tracks(FEWEST_TRACKS));
    let unworkable = "These settings cannot work; see what is said beside them.";
    let blocked = no_runs.or_else(|| (!problems.is_empty()).then_some(unworkable));
    let sentence = format!(
        "Choose a network, then train and test it on {}. Quick is a good first choice.",
        plural(tracks, "track", "tracks")
    );
    let (mut train, mut next) = (false, false);
    page(
        ui,
        "Model",
        &sentence,
        |ui| train = primary(ui, "Train", blocked),
        |ui| {
            presets::draw(ui, panel);
            ui.add_space(GAP);
            network::draw(ui, panel, tracks);
            for problem in problems.iter().filter(|problem| problem.field == Field::Memory) {
                notice(ui, Icon::Alert, palette(ui).error, problem.message.as_str());
            }
            halves(
                ui,
                panel,
                "Line between layers and training",
                |ui, panel| settings::layers_card(ui, &mut panel.state.model, &problems),
                |ui, panel| settings::training_card(ui, &mut panel.state.model, &problems),
            );
            halves(
                ui,
                panel,
                "Line between options and several values",
                |ui, panel| options::draw(ui, &mut panel.state.model.settings, &problems),
                |ui, panel| sweep::draw(ui, panel, tracks, no_runs),
            );
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                next = secondary(ui, "Next: train this model", blocked);
            });
        },
    );
    if train || next {
        panel.push(Command::Train);
    }
}

/// Why the settings cannot work.
fn problems(panel: &Panel<'_>, tracks: usize) -> Vec<Problem> {
    match panel.state.model.check() {
        Ok(checked) => {
            let available = nn::available_memory_bytes().unwrap_or(u64::MAX);
            checked.get().check_memory(tracks, available).err().into_iter().collect()
        }
        Err(problems) => problems,
    }
}
