//! The chosen run: its name and note to be changed, whether its data has changed, and its end.

use eframe::egui::{self, Ui};

use crate::app::{Command, RunForm, Snapshot};
use crate::nn::settings_parts;
use crate::study::{Edit, RunRecord};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{FIELD_LABEL, card, notice, one_line, secondary, text_field};

/// What the mark on a run means whose data has changed.
pub(super) const CHANGED: &str = "Since this run was split into training and test tracks, tracks were excluded, added or \
     counted anew. Its figures are of the data as it was; train it again to compare it with new runs.";

/// Less room than the two fields and the button want, in points.
const NARROW: f32 = 640.0;
/// The longest name of a run, in characters: longer ones find no room beside figures.
const LONGEST_NAME: usize = 60;

/// Draws the card of the run that is chosen, or of the latest one.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot, tested: &[&RunRecord]) {
    let shown = panel.state.results.shown;
    let chosen = snapshot.runs.iter().find(|run| Some(run.id) == shown).or(tested.last().copied());
    let Some(run) = chosen else { return };
    let read_only = panel.state.read_only();
    let form = panel.state.results.form.take().filter(|form| form.run == run.id);
    let mut form = form.unwrap_or_else(|| RunForm { run: run.id, name: run.name.clone(), note: run.note.clone() });
    card(ui, "About this run", |ui| {
        // Between the two fields, the second one's name and the button.
        let room = ui.available_width();
        let width = (room - FIELD_LABEL - 180.0).max(320.0);
        // In a narrow window each has a line of its own.
        let is_narrow = room < NARROW;
        let (name_width, note_width) = match is_narrow {
            true => (room - FIELD_LABEL - 2.0 * GAP, room - 190.0),
            false => (0.45 * width, 0.55 * width),
        };
        ui.horizontal_wrapped(|ui| {
            let (entered, response) = text_field(ui, "Run name", "", &mut form.name, name_width);
            if let Some((end, _)) = form.name.char_indices().nth(LONGEST_NAME) {
                form.name.truncate(end);
            }
            if (entered || was_left(&response)) && read_only.is_none() {
                rename(panel, snapshot, run, &mut form.name);
            }
            if !is_narrow {
                ui.add_space(GAP);
            }
            let named = ui.label("Note");
            let note = egui::TextEdit::singleline(&mut form.note).hint_text("What you want to remember about it");
            let size = [note_width, theme::CONTROL_HEIGHT];
            let response = ui.add_sized(size, note.align(egui::Align2::LEFT_CENTER)).labelled_by(named.id);
            if was_left(&response) && form.note != run.note && read_only.is_none() {
                panel.push(Command::Edit(Edit::NoteRun { run: run.id, note: form.note.clone() }));
            }
            if secondary(ui, "Delete run", read_only) {
                panel.push(Command::Edit(Edit::DeleteRuns { runs: vec![run.id], deleted: true }));
            }
        });
        if form.name.chars().count() == LONGEST_NAME {
            let limit = format!("A name has {LONGEST_NAME} letters at most; the note has room for more.");
            ui.label(egui::RichText::new(limit).font(theme::caption()).color(palette(ui).warning));
        }
        let words: Vec<String> = settings_parts(&run.settings).into_iter().filter(|part| !part.is_empty()).collect();
        let words = egui::RichText::new(words.join(", ")).font(theme::caption()).color(palette(ui).quiet);
        one_line(ui, words);
        if snapshot.has_changed_since(run) {
            ui.add_space(GAP);
            notice(ui, Icon::Alert, palette(ui).warning, CHANGED);
        }
    });
    // What is being typed is kept; what is not, follows the study.
    let is_typed = form.name != run.name || form.note != run.note;
    let has_focus = ui.memory(|memory| memory.focused().is_some());
    panel.state.results.form = (is_typed && has_focus).then_some(form);
}

/// Whether what a field holds is meant: it was left, or filled by a program that does not take the keyboard there, as
/// screen readers do.
fn was_left(response: &egui::Response) -> bool {
    response.lost_focus() || (response.changed() && !response.has_focus())
}

/// Gives the run the name that was typed; one that cannot be is taken out of the field again.
fn rename(panel: &mut Panel<'_>, snapshot: &Snapshot, run: &RunRecord, typed: &mut String) {
    let name = typed.trim().to_owned();
    let is_taken = snapshot.runs.iter().any(|other| other.id != run.id && other.name == name);
    if name.is_empty() {
        typed.clone_from(&run.name);
    } else if name != run.name {
        // Where it is taken, the study says so.
        panel.push(Command::Edit(Edit::RenameRun { run: run.id, name }));
        if is_taken {
            typed.clone_from(&run.name);
        }
    }
}
