//! Changes by hand: carried out one by one, taken back, done again.

use super::{App, Outcome};
use crate::app::edits::Way;
use crate::app::state::ToastKind;
use crate::study::Edit;

/// What a change came to: its sentence and what takes it back, or why it was not made.
pub(super) type Edited = Result<(String, Edit), String>;

impl App {
    pub(super) fn edit(&mut self, edit: Edit) {
        if self.can_write() {
            if let Edit::DeleteRuns { runs, deleted: true } = &edit {
                self.leave_out_of_training(runs);
            }
            self.state.edits.want(Way::Do(edit));
            self.start_next_edit();
        }
    }

    pub(super) fn undo(&mut self) {
        self.state.edits.want(Way::Undo);
        self.start_next_edit();
    }

    pub(super) fn redo(&mut self) {
        self.state.edits.want(Way::Redo);
        self.start_next_edit();
    }

    fn start_next_edit(&mut self) {
        let Some(file) = self.file.clone() else { return };
        let Some(edit) = self.state.edits.next() else { return };
        self.task("edit", move || {
            let back = file.connect().and_then(|mut study| study.edit(&edit));
            Outcome::Edited(back.map(|back| (edit.sentence(), back)).map_err(|error| error.to_string()))
        });
    }

    pub(super) fn take_edited(&mut self, edited: Edited) {
        match edited {
            Ok((sentence, back)) => {
                if let (Edit::HideScores { .. }, Some(scorer)) = (&back, &self.scorer) {
                    scorer.read_history();
                }
                if matches!(back, Edit::SetTarget(_)) {
                    // They were of what was predicted before.
                    let filter = &mut self.state.covers.filter;
                    (filter.at_least, filter.at_most) = (None, None);
                }
                if self.state.edits.ended(Some(back)) {
                    self.state.toast_with_undo(sentence);
                } else {
                    // What they offer to take back is no longer the last change.
                    self.state.toasts.retain(|toast| !toast.can_undo);
                    self.state.toast(ToastKind::Info, sentence);
                }
                self.refresh();
            }
            Err(why) => {
                self.state.edits.ended(None);
                self.state.toast(ToastKind::Error, why);
            }
        }
        self.start_next_edit();
    }

    /// Deleted runs do not wait for their training any more.
    fn leave_out_of_training(&mut self, runs: &[crate::study::RunId]) {
        self.state.training.queue.retain(|queued| !runs.contains(queued));
        if self.state.training.under.as_ref().is_some_and(|under| runs.contains(&under.run)) {
            self.stop_training();
        }
    }

    pub(super) fn purge_deleted_runs(&mut self) {
        if !self.can_write() {
            return;
        }
        let Some(file) = self.file.clone() else { return };
        self.state.edits.forget();
        self.state.toasts.retain(|toast| !toast.can_undo);
        self.task("purge", move || {
            let done = file.connect().and_then(|mut study| study.purge_deleted_runs());
            Outcome::Changed(done.map(|()| "The deleted runs are gone for good.").map_err(|error| error.to_string()))
        });
    }
}
