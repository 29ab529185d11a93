//! What the reading thread brings: the study and predictions.

use super::App;
use crate::app::reader::{Reader, Reply};
use crate::app::state::{Step, ToastKind};
use crate::study::RunId;

impl App {
    pub(super) fn load_predictions(&mut self, run: RunId) {
        self.state.results.shown = Some(run);
        if let Some(reader) = &self.reader
            && !self.state.results.predictions.contains_key(&run)
        {
            self.state.results.predictions.insert(run, None);
            reader.want_predictions(run);
        }
    }

    /// A study that holds something already is not begun at Import again, unless something there is to be read.
    fn enter_where_it_was_left(&mut self) {
        let Some(study) = &self.state.study else { return };
        let is_busy = self.import.is_some() || study.recovered.is_some() || self.state.import_form.preview.is_some();
        if self.state.step == Step::Import && !is_busy && study.tracks() > 0 {
            let is_tested = study.tested_runs().next().is_some();
            self.state.step = if is_tested { Step::Results } else { Step::Covers };
            self.pin_starred();
        }
    }

    pub(super) fn drain_reader(&mut self) {
        while let Some(reply) = self.reader.as_ref().and_then(Reader::next_reply) {
            let Some(study) = &mut self.state.study else { continue };
            match reply {
                Reply::Snapshot(snapshot) => {
                    let is_first = study.snapshot.is_none();
                    study.take_snapshot(*snapshot);
                    self.name_scores();
                    if is_first {
                        self.enter_where_it_was_left();
                    }
                }
                Reply::Predictions(run, predictions) => {
                    self.state.results.predictions.insert(run, Some(predictions.into()));
                }
                Reply::Failed(why) => self.state.toast(ToastKind::Error, why),
            }
        }
    }
}
