//! Training: the run under way with its live curve, the queue, and runs that can be resumed.

mod chart;
mod queue;
mod run;

use eframe::egui::{RichText, Ui};

use super::Panel;
use super::divided::halves;
use super::icons::Icon;
use super::page::page;
use super::theme::palette;
use super::widgets::{card, cell_choice, empty, help, next, primary, secondary};
use crate::app::{Command, State, Step, Under};
use crate::study::{RunRecord, RunStatus, plural};

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let shown = shown_run(panel);
    let (word, command, blocked) = action(panel.state, shown.as_ref());
    let resumed = shown.as_ref().filter(|run| matches!(command, Command::Resume(Some(id)) if id == run.id));
    let sentence = sentence(panel, resumed);
    let is_training = panel.state.training.under.is_some();
    let mut commands = Vec::new();
    page(
        ui,
        "Training",
        &sentence,
        |ui| {
            if primary(ui, word, blocked) {
                commands.push(command);
            }
            if is_training && secondary(ui, "Stop", None) {
                commands.push(Command::StopTraining);
            }
        },
        |ui| {
            match &shown {
                Some(run) => run::draw(ui, panel, run),
                None => empty(ui, Icon::Training, "No run yet. Choose a model and train it."),
            }
            halves(ui, panel, "Line between runs and computer", queue::draw, |ui, panel| computer_card(ui, panel));
            next(ui, panel, "compare the results", Step::Results);
        },
    );
    panel.commands.extend(commands);
}

/// The primary action: its word, what it does, and why it is not to be had.
type Action = (&'static str, Command, Option<&'static str>);

/// What can be done with the run under way or, where there is none, with the shown one.
fn action(state: &State, shown: Option<&RunRecord>) -> Action {
    let is_elsewhere = state.study.as_ref().is_some_and(|study| study.training_elsewhere().is_some());
    let is_queued = |run: &RunRecord| state.training.queue.contains(&run.id);
    let resumable = shown.filter(|run| run.status.can_resume() && !is_elsewhere && !is_queued(run));
    match (&state.training.under, resumable) {
        (Some(under), _) if under.is_paused => ("Resume", Command::Resume(None), None),
        (Some(_), _) => ("Pause", Command::Pause, None),
        (None, Some(run)) => ("Resume", Command::Resume(Some(run.id)), state.read_only()),
        (None, None) => ("Train another model", Command::GoTo(Step::Model), state.blocked(Step::Model)),
    }
}

fn shown_run(panel: &Panel<'_>) -> Option<RunRecord> {
    let study = panel.state.study.as_ref()?;
    let runs = study.runs();
    let wanted = panel.state.training.shown.or(panel.state.training.queue.front().copied());
    let interrupted = || runs.iter().rfind(|run| run.status == RunStatus::Interrupted);
    let chosen = runs.iter().find(|run| Some(run.id) == wanted);
    chosen.or_else(|| study.training_elsewhere()).or_else(interrupted).or(runs.last()).cloned()
}

/// How things stand; `resumed` is the run that the primary action goes on with.
fn sentence(panel: &Panel<'_>, resumed: Option<&RunRecord>) -> String {
    let waiting = match panel.state.training.queue.len() {
        0 => String::new(),
        count => format!(" {} waiting.", plural(count, "run is", "runs are")),
    };
    match &panel.state.training.under {
        Some(Under { resizing: Some((done, total)), .. }) => {
            format!("Resizing covers for this image size: {done} of {total}.")
        }
        Some(under) if under.is_paused => {
            format!("{} is paused in epoch {} of {}.{waiting}", under.name, under.epoch.max(1), under.epochs)
        }
        Some(under) => {
            format!("{} is training: epoch {} of {}.{waiting}", under.name, under.epoch.max(1), under.epochs)
        }
        None if !panel.state.training.queue.is_empty() => "The next run begins in a moment.".to_owned(),
        None => elsewhere(panel).unwrap_or_else(|| match resumed {
            Some(run) => {
                let (done, all) = (run.epochs_done(), run.settings.epochs);
                format!("Nothing is training. Resume goes on with {}: {done} of {all} epochs are finished.", run.name)
            }
            None => "Nothing is training. Every finished epoch is saved.".to_owned(),
        }),
    }
}

/// What another window or command trains.
fn elsewhere(panel: &Panel<'_>) -> Option<String> {
    let run = panel.state.study.as_ref()?.training_elsewhere()?;
    let state = if run.status == RunStatus::Paused { "paused" } else { "training" };
    let (done, all) = (run.epochs_done(), run.settings.epochs);
    Some(format!("{} is {state} in another window: {done} of {all} epochs are finished.", run.name))
}

/// How much of this computer a training may use.
fn computer_card(ui: &mut Ui, panel: &mut Panel<'_>) {
    card(ui, "This computer", |ui| {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        let words: Vec<(usize, String)> = std::iter::once((0, format!("All {all}")))
            .chain((1..all).map(|cores| (cores, cores.to_string())))
            .collect();
        let options: Vec<(usize, &str)> = words.iter().map(|(cores, word)| (*cores, word.as_str())).collect();
        // Settings may come from a larger computer.
        let cores = panel.state.settings.cores;
        let cores = if cores < all { cores } else { 0 };
        ui.horizontal(|ui| {
            ui.label("Cores to use");
            if let Some(cores) = cell_choice(ui, "Cores to use", cores, &options) {
                panel.push(Command::UseCores(cores));
            }
            help(
                ui,
                "a core",
                "A part of the processor that computes on its own. Trainings and verdicts use all of them unless you keep some free; they find the same with fewer, only later.",
            );
        });
        let note = if cfg!(target_os = "linux") {
            "Holds from the next run on. Other programs go first all the same."
        } else {
            "Holds from the next run on. Keep one free to work on while it trains."
        };
        ui.add(eframe::egui::Label::new(RichText::new(note).color(palette(ui).quiet)).wrap());
    });
}
