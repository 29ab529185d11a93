//! One run: its figures, what can be done with it, and its curve.

use eframe::egui::Ui;

use super::chart;
use crate::app::{Again, Command, Under};
use crate::study::{RunRecord, RunStatus, grouped, thousands};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, palette};
use crate::ui::widgets::{card, cell_choice, clock, figure, figure_of, help, notice, secondary};

/// Room for the longest figure of each kind, so that nothing moves while they change.
const FIGURE_WIDTH: f32 = 104.0;

/// Draws the card.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRecord) {
    card(ui, "", |ui| {
        head(ui, panel, run);
        figures(ui, run, panel.state.training.under.as_ref().filter(|under| under.run == run.id));
        if let Some(message) =
            run.message.as_ref().filter(|_| matches!(run.status, RunStatus::Failed | RunStatus::Interrupted))
        {
            notice(ui, Icon::Alert, palette(ui).error, message.as_str());
        }
        ui.add_space(theme::GAP);
        let height = (ui.ctx().content_rect().height() - 460.0).clamp(220.0, 520.0);
        let runs = panel.state.study.as_ref().map_or(&[][..], |study| study.runs());
        let others: Vec<&RunRecord> = runs
            .iter()
            .filter(|other| other.id != run.id && !run.sweep.is_empty() && other.sweep == run.sweep)
            .collect();
        chart::draw(ui, run, &others, height);
    });
}

/// The run's name, which is a choice among all of them, and what can be done again with it.
fn head(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRecord) {
    let read_only = panel.state.read_only();
    ui.horizontal_wrapped(|ui| {
        let runs = panel.state.study.as_ref().map_or(&[][..], |study| study.runs());
        let options: Vec<_> = runs.iter().rev().map(|run| (run.id, run.name.as_str())).collect();
        if let Some(chosen) = cell_choice(ui, "Shown run", run.id, &options) {
            panel.state.training.shown = Some(chosen);
        }
        if !matches!(run.status, RunStatus::Finished | RunStatus::Failed | RunStatus::Stopped) {
            return;
        }
        if secondary(ui, "Train again", read_only) {
            panel.commands.push(Command::TrainAgain(run.id, Again::SameSeed));
        }
        if secondary(ui, "Train with another seed", read_only) {
            panel.commands.push(Command::TrainAgain(run.id, Again::AnotherSeed));
        }
        help(
            ui,
            "training with another seed",
            "The seed decides the first weights, the split and the order of the covers. How much runs differ by their seeds alone tells how much of a difference is chance.",
        );
    });
}

fn figures(ui: &mut Ui, run: &RunRecord, under: Option<&Under>) {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let left = under.filter(|under| !under.is_paused).and_then(Under::seconds_left);
    let left_label = if run.settings.patience.is_some() { "Time left, at most" } else { "Time left" };
    let speed = under.and_then(Under::samples_per_second);
    let step = under.filter(|under| under.steps > 0);
    let step_label = step.map_or_else(|| "Step".to_owned(), |under| format!("Step in epoch {}", under.epoch.max(1)));
    let rmse = run.epochs.last().map(|epoch| grouped(epoch.test_mse.sqrt(), 2));
    ui.horizontal_wrapped(|ui| {
        let mut cell = |label: &str, value: &str| figure_of(ui, FIGURE_WIDTH, (label, value), None);
        cell("Finished epochs", &format!("{} of {}", run.epochs_done(), run.settings.epochs));
        cell(&step_label, &or_dash(step.map(|under| format!("{} of {}", under.step, under.steps))));
        cell("Time", &clock(run.seconds()));
        cell(left_label, &or_dash(left.map(|left| clock(left.ceil().max(1.0)))));
        cell("Covers a second", &or_dash(speed.map(|speed| thousands(speed as usize))));
        let meaning = "How far the predictions are off, in the unit of what is predicted, large errors counting more. Compare it with always guessing the mean.";
        figure_of(ui, FIGURE_WIDTH, ("Off by, test tracks (RMSE)", &or_dash(rmse)), Some(("RMSE", meaning)));
        figure(ui, "Always guess the mean", &or_dash(run.mean_rmse().map(|rmse| grouped(rmse, 2))));
    });
}
