//! The runs that wait for their turn, in their order, and those that were ended early.

use eframe::egui::{Align, Button, Label, Layout, RichText, ScrollArea, Ui};

use crate::app::{Again, Command, Expected, Under, about_in_words};
use crate::study::{Edit, RunId, RunRecord, RunStatus, plural};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, palette};
use crate::ui::widgets::{card, focus_ring, name, one_line, secondary, secondary_of};

/// The most room for the rows of one list.
const LIST_HEIGHT: f32 = 320.0;

/// Draws both lists, each where it has a run.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(study) = &panel.state.study else { return };
    let training = &panel.state.training;
    let under = training.under.as_ref().map(|under| under.run);
    let find = |id: &RunId| study.runs().iter().find(|run| run.id == *id).cloned();
    let queued: Vec<RunRecord> = training.queue.iter().filter_map(find).collect();
    let elsewhere = study.training_elsewhere().map(|run| run.id);
    let is_ended = |run: &&RunRecord| {
        let is_busy = Some(run.id) == under || Some(run.id) == elsewhere || training.queue.contains(&run.id);
        !is_busy && (run.status.can_resume() || run.status == RunStatus::Failed)
    };
    let ended: Vec<RunRecord> = study.runs().iter().filter(is_ended).cloned().collect();
    waiting_card(ui, panel, &queued);
    if !ended.is_empty() {
        ended_card(ui, panel, &ended);
    }
}

fn waiting_card(ui: &mut Ui, panel: &mut Panel<'_>, queued: &[RunRecord]) {
    card(ui, "Queue", |ui| {
        if queued.is_empty() {
            let text = "No run is waiting. What is trained next stands here in its order.";
            ui.add(Label::new(RichText::new(text).color(palette(ui).quiet)).wrap());
            return;
        }
        let mut commands = Vec::new();
        ui.label(RichText::new(together(panel, queued)).color(palette(ui).quiet));
        ScrollArea::vertical().id_salt("queue").max_height(LIST_HEIGHT).min_scrolled_height(LIST_HEIGHT).show(
            ui,
            |ui| {
                for (place, run) in queued.iter().enumerate() {
                    ui.horizontal(|ui| {
                        let is_last = place + 1 == queued.len();
                        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                            if small(ui, Icon::Close, &format!("Take {} out", run.name), None) {
                                commands.push(Command::Unqueue(run.id));
                            }
                            let last = is_last.then_some("It is the last already.");
                            if small(ui, Icon::ArrowDown, &format!("Move {} down", run.name), last) {
                                commands.push(Command::MoveInQueue(run.id, 1));
                            }
                            let first = (place == 0).then_some("It is the first already.");
                            if small(ui, Icon::ArrowUp, &format!("Move {} up", run.name), first) {
                                commands.push(Command::MoveInQueue(run.id, -1));
                            }
                            named(ui, &format!("{}. {}", place + 1, run.name), &expected(panel, run));
                        });
                    });
                }
            },
        );
        if queued.len() > 1 && secondary(ui, "Take all out", None) {
            commands.push(Command::EmptyQueue);
        }
        panel.commands.extend(commands);
    });
}

/// How many runs wait and, where that is known of all of them, how long they will take, with what is left of the one under
/// way.
fn together(panel: &Panel<'_>, queued: &[RunRecord]) -> String {
    let runs = plural(queued.len(), "run", "runs");
    let waiting: Option<f64> = queued.iter().map(|run| secs_left(panel, run)).sum();
    let under = panel.state.training.under.as_ref().map_or(Some(0.0), Under::seconds_left);
    match waiting.zip(under) {
        Some((waiting, under)) => format!("{runs}; all will be done in {}.", about_in_words(waiting + under)),
        None => format!("{runs}."),
    }
}

/// Its epochs and, where that is known, how long they will take.
fn expected(panel: &Panel<'_>, run: &RunRecord) -> String {
    let epochs = plural(epochs_left(run), "epoch", "epochs");
    secs_left(panel, run).map_or_else(|| epochs.clone(), |secs| format!("{epochs}, {}", about_in_words(secs)))
}

fn epochs_left(run: &RunRecord) -> usize {
    run.settings.epochs.saturating_sub(run.epochs_done())
}

/// How long the epochs that it lacks will take, where that is known.
fn secs_left(panel: &Panel<'_>, run: &RunRecord) -> Option<f64> {
    let tracks = panel.state.study.as_ref().map_or(0, crate::app::OpenStudy::usable_tracks);
    let share = epochs_left(run) as f64 / run.settings.epochs.max(1) as f64;
    match panel.state.estimates.of(&run.settings, panel.state.settings.cores, tracks) {
        Expected::Secs(secs) => Some(secs * share),
        Expected::Unknown | Expected::Failed(_) => None,
    }
}

fn ended_card(ui: &mut Ui, panel: &mut Panel<'_>, ended: &[RunRecord]) {
    let read_only = panel.state.read_only();
    let mut commands = Vec::new();
    card(ui, "Not finished", |ui| {
        ScrollArea::vertical().id_salt("not finished").max_height(LIST_HEIGHT).min_scrolled_height(LIST_HEIGHT).show(
            ui,
            |ui| {
                for run in ended {
                    ended_row(ui, run, read_only, &mut commands);
                }
            },
        );
        let of = |is_one: fn(&RunRecord) -> bool| -> Vec<RunId> {
            ended.iter().filter(|run| is_one(run)).map(|run| run.id).collect()
        };
        let (resumable, not_begun) =
            (of(|run| run.status.can_resume()), of(|run| run.status == RunStatus::Queued && run.epochs_done() == 0));
        ui.horizontal_wrapped(|ui| {
            if resumable.len() > 1 && secondary(ui, "Resume all", read_only) {
                commands.push(Command::ResumeAll(resumable));
            }
            if not_begun.len() > 1 && secondary(ui, "Delete those not begun", read_only) {
                commands.push(Command::Edit(Edit::DeleteRuns { runs: not_begun, deleted: true }));
            }
        });
    });
    panel.commands.extend(commands);
}

fn ended_row(ui: &mut Ui, run: &RunRecord, read_only: Option<&str>, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if small(ui, Icon::Trash, &format!("Delete {}", run.name), read_only) {
                commands.push(Command::Edit(Edit::DeleteRuns { runs: vec![run.id], deleted: true }));
            }
            if run.status.can_resume() {
                if secondary_of(ui, "Resume", &format!("Resume {}", run.name), read_only) {
                    commands.push(Command::Resume(Some(run.id)));
                }
            } else if secondary_of(ui, "Train again", &format!("Train {} again", run.name), read_only) {
                commands.push(Command::TrainAgain(run.id, Again::SameSeed));
            }
            // Taken out of the queue, or left in it when the program ended.
            let state = if run.status == RunStatus::Queued { "not begun" } else { run.status.as_str() };
            let text = format!("{state}, {} of {} epochs", run.epochs_done(), run.settings.epochs);
            named(ui, &run.name, &text);
        });
    });
    if let (RunStatus::Failed | RunStatus::Interrupted, Some(message)) = (run.status, &run.message) {
        ui.add(Label::new(RichText::new(message).color(palette(ui).error)).wrap());
    }
}

/// What a run is called, and below it how it stands, in what the buttons leave.
fn named(ui: &mut Ui, run: &str, standing: &str) {
    let quiet = palette(ui).quiet;
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            one_line(ui, RichText::new(run).font(theme::body_strong())).on_hover_text(run);
            one_line(ui, RichText::new(standing).font(theme::caption()).color(quiet));
        });
    });
}

/// A small button with an icon; where it is not to be had, `blocked` says why.
fn small(ui: &mut Ui, icon: Icon, label: &str, blocked: Option<&str>) -> bool {
    let button = Button::image(icon.image(16.0, palette(ui).text)).frame(false);
    let response = ui.add_enabled(blocked.is_none(), button);
    name(ui, &response, label);
    focus_ring(ui, &response);
    let response = response.on_hover_text(label);
    let response = match blocked {
        Some(why) => {
            crate::ui::widgets::describe(ui, &response, why);
            response.on_disabled_hover_text(why)
        }
        None => response,
    };
    response.clicked()
}
