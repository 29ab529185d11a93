//! Training: the run under way with its live curve, the queue, and runs that can be resumed.

use eframe::egui::{self, RichText, Ui};

use super::Panel;
use super::icons::Icon;
use super::plots;
use super::theme::{self, GAP_LARGE, palette};
use super::widgets::{card, clock, empty, figure, help, next, notice, page, primary, secondary};
use crate::app::{Command, Step, Under};
use crate::study::{RunId, RunRecord, RunStatus, thousands};

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let shown = shown_run(panel);
    let sentence = sentence(panel);
    let mut commands = Vec::new();
    let read_only = panel.state.read_only();
    let no_model = panel.state.blocked(Step::Model);
    let is_paused = panel.state.training.under.as_ref().map(|under| under.is_paused);
    page(
        ui,
        "Training",
        &sentence,
        |ui| {
            let commands = &mut commands;
            let resumable = shown.as_ref().filter(|run| is_paused.is_none() && run.status.can_resume());
            match (is_paused, resumable) {
                (Some(true), _) => {
                    if primary(ui, "Resume", None) {
                        commands.push(Command::Resume(None));
                    }
                    stop(ui, commands);
                }
                (Some(false), _) => {
                    if primary(ui, "Pause", None) {
                        commands.push(Command::Pause);
                    }
                    stop(ui, commands);
                }
                (None, Some(run)) => {
                    if primary(ui, "Resume", read_only) {
                        commands.push(Command::Resume(Some(run.id)));
                    }
                }
                (None, None) => {
                    if primary(ui, "Train another model", no_model) {
                        commands.push(Command::GoTo(Step::Model));
                    }
                }
            }
        },
        |ui| {
            match &shown {
                Some(run) => run_card(ui, run, panel.state.training.under.as_ref()),
                None => empty(ui, Icon::Training, "No run yet. Choose a model and train it."),
            }
            runs_card(ui, panel);
            next(ui, panel, "compare the results", Step::Results);
        },
    );
    panel.commands.extend(commands);
}

fn stop(ui: &mut Ui, commands: &mut Vec<Command>) {
    if secondary(ui, "Stop", None) {
        commands.push(Command::StopTraining);
    }
}

fn shown_run(panel: &Panel<'_>) -> Option<RunRecord> {
    let runs = panel.state.study.as_ref()?.runs();
    let wanted = panel.state.training.shown;
    let interrupted = || runs.iter().rfind(|run| run.status == RunStatus::Interrupted);
    runs.iter().find(|run| Some(run.id) == wanted).or_else(interrupted).or(runs.last()).cloned()
}

fn sentence(panel: &Panel<'_>) -> String {
    match &panel.state.training.under {
        Some(Under { resizing: Some((done, total)), .. }) => {
            format!("Resizing covers for this image size: {done} of {total}.")
        }
        Some(under) if under.is_paused => {
            format!("{} is paused in epoch {} of {}.", under.name, under.epoch, under.epochs)
        }
        Some(under) => format!("{} is training: epoch {} of {}.", under.name, under.epoch.max(1), under.epochs),
        None => "Nothing is training. Every finished epoch is saved.".to_owned(),
    }
}

fn run_card(ui: &mut Ui, run: &RunRecord, under: Option<&Under>) {
    let under = under.filter(|under| under.run == run.id);
    card(ui, &run.name, |ui| {
        ui.horizontal(|ui| {
            let done = run.epochs_done();
            figure(ui, "Epoch", &format!("{done} of {}", run.settings.epochs));
            ui.add_space(GAP_LARGE);
            let step = under.map_or_else(|| "–".to_owned(), |under| format!("{} of {}", under.step, under.steps));
            figure(ui, "Step", &step);
            ui.add_space(GAP_LARGE);
            figure(ui, "Time", &clock(run.seconds()));
            ui.add_space(GAP_LARGE);
            let left = under.filter(|under| !under.is_paused).and_then(Under::seconds_left);
            figure(ui, "Time left", &left.map_or_else(|| "–".to_owned(), clock));
            ui.add_space(GAP_LARGE);
            let speed = under.and_then(Under::samples_per_second);
            figure(ui, "Covers a second", &speed.map_or_else(|| "–".to_owned(), |speed| thousands(speed as usize)));
            ui.add_space(GAP_LARGE);
            let test = run.epochs.last().map_or_else(|| "–".to_owned(), |epoch| format!("{:.2}", epoch.test_mse.sqrt()));
            figure(ui, "Off by, test tracks (RMSE)", &test);
            help(ui, "RMSE", "How many popularity points the predictions are off, large errors counting more. Compare it with always guessing the mean.");
            ui.add_space(GAP_LARGE);
            let mean = run.mean_rmse().map_or_else(|| "–".to_owned(), |rmse| format!("{rmse:.2}"));
            figure(ui, "Always guess the mean", &mean);
        });
        if let Some(message) = &run.message {
            notice(ui, Icon::Alert, palette(ui).error, message.as_str());
        }
        ui.add_space(theme::GAP);
        let height = (ui.ctx().content_rect().height() - 420.0).clamp(200.0, 520.0);
        plots::curve(ui, run, height);
    });
}

fn runs_card(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(study) = &panel.state.study else { return };
    let read_only = panel.state.read_only();
    let training = &panel.state.training;
    let is_queued = |run: &RunRecord| training.queue.contains(&run.id);
    let under = training.under.as_ref().map(|under| under.run);
    let runs: Vec<RunRecord> = study
        .runs()
        .iter()
        .filter(|run| {
            Some(run.id) != under && (is_queued(run) || run.status.can_resume() || run.status == RunStatus::Failed)
        })
        .cloned()
        .collect();
    if runs.is_empty() {
        return;
    }
    let queued: Vec<RunId> = training.queue.iter().copied().collect();
    card(ui, "Waiting or stopped", |ui| {
        for run in &runs {
            ui.horizontal(|ui| {
                let place = queued.iter().position(|id| *id == run.id);
                let state = match place {
                    Some(place) => format!("queued, number {}", place + 1),
                    None => run.status.as_str().to_owned(),
                };
                ui.label(RichText::new(&run.name).font(theme::body_strong()));
                let epochs = format!("{state}, {} of {} epochs", run.epochs_done(), run.settings.epochs);
                ui.label(RichText::new(epochs).color(palette(ui).quiet));
                if place.is_some() && secondary(ui, &format!("Take {} out", run.name), None) {
                    panel.commands.push(Command::Unqueue(run.id));
                }
                if place.is_none()
                    && run.status.can_resume()
                    && secondary(ui, &format!("Resume {}", run.name), read_only)
                {
                    panel.commands.push(Command::Resume(Some(run.id)));
                }
            });
            if let (RunStatus::Failed, Some(message)) = (run.status, &run.message) {
                ui.add(egui::Label::new(RichText::new(message).color(palette(ui).error)).wrap());
            }
        }
    });
}
