//! What the reading thread brings: the study and predictions.

use super::App;
use crate::app::reader::{Reader, Reply};
use crate::app::state::ToastKind;
use crate::study::RunId;

impl App {
    pub(super) fn load_predictions(&mut self, run: RunId) {
        self.state.results.shown = Some(run);
        if let Some(reader) = &self.reader
            && !self.state.results.predictions.contains_key(&run)
        {
            self.state.results.predictions.insert(run, Vec::new());
            reader.want_predictions(run);
        }
    }

    pub(super) fn drain_reader(&mut self) {
        while let Some(reply) = self.reader.as_ref().and_then(Reader::next_reply) {
            let Some(study) = &mut self.state.study else { continue };
            match reply {
                Reply::Snapshot(snapshot) => study.take_snapshot(*snapshot),
                Reply::Predictions(run, predictions) => {
                    self.state.results.predictions.insert(run, predictions);
                }
                Reply::Failed(why) => self.state.toast(ToastKind::Error, why),
            }
        }
    }
}
