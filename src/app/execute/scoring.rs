//! Scoring covers, and sorting what was dropped on the window.

use std::path::PathBuf;

use super::{App, Outcome};
use crate::app::drop::Drop;
use crate::app::scoring::{ScoreReply, ScoreWorker};
use crate::app::state::{Scored, ScoredCover, Step, ToastKind};

impl App {
    pub(super) fn score(&mut self, paths: Vec<PathBuf>) {
        self.state.step = Step::Score;
        let run =
            self.state.study.as_ref().and_then(|study| study.scoring_run(self.state.score_with)).map(|run| run.id);
        for path in paths {
            let number = self.state.number();
            let state = match (run, &self.scorer) {
                (Some(run), Some(scorer)) => {
                    scorer.score(run, path.clone());
                    Scored::Waiting
                }
                _ => Scored::Failed(
                    "There is no trained model yet. Train one first, then drop the cover again.".to_owned(),
                ),
            };
            self.state.scored.insert(0, ScoredCover { number, path, state });
        }
    }

    pub(super) fn drain_scores(&mut self) {
        while let Some(reply) = self.scorer.as_ref().and_then(ScoreWorker::next_reply) {
            match reply {
                ScoreReply::Score(path, result) => {
                    // The oldest that waits for this file: scores come back in the order in which they were asked for.
                    let is_waited_for =
                        |cover: &&mut ScoredCover| cover.path == path && matches!(cover.state, Scored::Waiting);
                    if let Some(cover) = self.state.scored.iter_mut().rfind(is_waited_for) {
                        cover.state = match result {
                            Ok(scored) => Scored::Done(scored),
                            Err(why) => Scored::Failed(why),
                        };
                    }
                }
                ScoreReply::Nearest(path, nearest) => {
                    for cover in self.state.scored.iter_mut().filter(|cover| cover.path == path) {
                        if let Scored::Done(scored) = &mut cover.state {
                            scored.nearest.clone_from(&nearest);
                        }
                    }
                }
            }
        }
    }

    pub(super) fn dropped(&mut self, paths: Vec<PathBuf>) {
        self.task("drop", move || Outcome::Sorted(Drop::sort(paths)));
    }

    /// A dropped study is opened, a spreadsheet or folder goes to Import, covers are scored.
    pub(super) fn take_drop(&mut self, mut dropped: Drop) {
        let has_model =
            self.state.study.as_ref().is_some_and(|study| study.scoring_run(self.state.score_with).is_some());
        if has_model && dropped.tables.is_empty() && !dropped.pictures.is_empty() {
            // A folder of drafts, not one that belongs to a spreadsheet.
            dropped.folder = None;
            dropped.covers.append(&mut dropped.pictures);
        }
        if let Some(path) = dropped.study {
            self.open(path);
        } else if dropped.tables.is_empty() && dropped.folder.is_none() {
            self.drop_covers(dropped.covers);
        } else if self.state.study.is_none() {
            // A spreadsheet is the beginning of a study.
            self.dropped_before_study = Some(dropped);
            self.create("Untitled study", None);
        } else {
            self.fill_import_form(dropped);
        }
    }

    pub(super) fn fill_import_form(&mut self, dropped: Drop) {
        self.state.step = Step::Import;
        if let Some(folder) = dropped.folder {
            self.state.import_form.covers = folder.display().to_string();
        }
        if !dropped.tables.is_empty() {
            self.state.import_form.set_tables(&dropped.tables);
            self.preview_table();
        }
    }

    pub(super) fn drop_covers(&mut self, paths: Vec<PathBuf>) {
        if self.state.study.is_none() {
            self.state.toast(ToastKind::Info, "Open a study with a trained model first, then drop the cover again.");
        } else {
            self.score(paths);
        }
    }
}
