//! Scoring covers, and sorting what was dropped on the window.

use std::path::PathBuf;

use super::{App, Outcome};
use crate::app::drop::Drop;
use crate::app::scores::{ScoreColumn, Scored, ScoredCover, ScoredPicture, take_history};
use crate::app::scoring::{Question, ScoreReply, ScoreWorker};
use crate::app::state::{Step, ToastKind};
use crate::study::{Edit, ScoreRow, export_scores, plural};

impl App {
    pub(super) fn score(&mut self, paths: Vec<PathBuf>) {
        self.state.step = Step::Score;
        let run =
            self.state.study.as_ref().and_then(|study| study.scoring_run(self.state.score_with)).map(|run| run.id);
        let count = paths.len();
        let mut covers = Vec::with_capacity(count);
        for path in paths {
            let number = self.state.number();
            let state = match (run, &self.scorer) {
                (Some(run), Some(scorer)) => {
                    scorer.score(number, run, path.clone());
                    Scored::Waiting
                }
                _ => Scored::Failed(
                    "There is no trained model yet. Train one first, then drop the cover again.".to_owned(),
                ),
            };
            covers.push(ScoredCover { number, path, state });
        }
        let Some(first) = covers.first() else { return };
        let panel = &mut self.state.score;
        panel.version += 1;
        panel.is_comparing = false;
        panel.chosen.clear();
        panel.shown = Some(first.number);
        let folder = first.path.parent().map(PathBuf::from);
        if count > 1 {
            // A folder of drafts is a table of its own, which does not move while scores come in.
            (panel.sort_by, panel.descending, panel.folder) = (ScoreColumn::Name, false, folder);
        } else if panel.folder != folder {
            // A single cover must not be missing from the list.
            panel.folder = None;
        }
        self.state.scored.splice(0..0, covers.into_iter().rev());
    }

    pub(super) fn drain_scores(&mut self) {
        while let Some(reply) = self.scorer.as_ref().and_then(ScoreWorker::next_reply) {
            self.take_score_reply(reply);
        }
        self.ask_why();
    }

    fn take_score_reply(&mut self, reply: ScoreReply) {
        match reply {
            ScoreReply::History(history, has_more) => {
                let (covers, next) = (&mut self.state.scored, &mut self.state.next_number);
                take_history(covers, history, has_more, || {
                    *next += 1;
                    *next
                });
                self.state.score.version += 1;
                self.name_scores();
            }
            ScoreReply::Score(number, result) => {
                if let Ok(score) = &result {
                    // The same again takes the place of what was there, as in the history.
                    self.state.scored.retain(|cover| cover.number == number || !cover.is_same(score));
                }
                if let Some(cover) = self.state.scored.iter_mut().find(|cover| cover.number == number) {
                    cover.state = match result {
                        Ok(score) => Scored::Done(Box::new(ScoredPicture::new(*score))),
                        Err(why) => Scored::Failed(why),
                    };
                    self.state.score.version += 1;
                }
                self.pass_over_failed(number);
            }
            ScoreReply::Kept(number, Ok(id)) => {
                if let Some(scored) = self.scored_mut(number) {
                    scored.score.id = id;
                }
            }
            ScoreReply::Kept(_, Err(why)) => {
                let text = format!("The score is not kept in the study's history. {why}");
                if !self.state.toasts.iter().any(|toast| toast.text == text) {
                    self.state.toast(ToastKind::Error, text);
                }
            }
            ScoreReply::Compared(number, compared) => {
                if let Some(scored) = self.scored_mut(number) {
                    scored.compared = Some(compared);
                }
            }
            ScoreReply::Explained(number, why) => {
                if let Some(scored) = self.scored_mut(number) {
                    scored.why = Some(why);
                }
            }
            ScoreReply::Failed(why) => self.state.toast(ToastKind::Error, why),
        }
    }

    /// The first of a folder's covers is shown that has a score.
    fn pass_over_failed(&mut self, number: u64) {
        let panel = &mut self.state.score;
        let has_failed = |cover: &ScoredCover| matches!(cover.state, Scored::Failed(_));
        let is_shown = panel.shown == Some(number) && panel.folder.is_some();
        if !is_shown || !self.state.scored.iter().any(|cover| cover.number == number && has_failed(cover)) {
            return;
        }
        let listed = panel.listed(&self.state.scored);
        let mut others = listed.iter().filter_map(|&place| self.state.scored.get(place));
        panel.shown = others.find(|cover| !has_failed(cover)).map(|cover| cover.number).or(panel.shown);
    }

    /// Calls the runs of all scores by the names that they have now.
    pub(super) fn name_scores(&mut self) {
        let Some(study) = &self.state.study else { return };
        for cover in &mut self.state.scored {
            if let Scored::Done(scored) = &mut cover.state
                && let Some(run) = study.runs().iter().find(|run| run.id == scored.score.run)
            {
                scored.score.run_name.clone_from(&run.name);
            }
        }
    }

    fn scored_mut(&mut self, number: u64) -> Option<&mut ScoredPicture> {
        match &mut self.state.scored.iter_mut().find(|cover| cover.number == number)?.state {
            Scored::Done(scored) => Some(scored),
            Scored::Waiting | Scored::Failed(_) => None,
        }
    }

    /// Has the cover that is seen explained, once.
    fn ask_why(&mut self) {
        if self.state.step != Step::Score || self.state.score.is_comparing {
            return;
        }
        let Some(place) = self.state.score.explained_place(&self.state.scored) else { return };
        let (Some(cover), Some(scorer)) = (self.state.scored.get_mut(place), &self.scorer) else { return };
        if let Scored::Done(scored) = &mut cover.state
            && !std::mem::replace(&mut scored.is_asked, true)
        {
            scorer.explain(Question { number: cover.number, score: scored.score.clone(), is_compared: false });
        }
    }

    pub(super) fn show_score(&mut self, number: u64) {
        self.state.score.shown = Some(number);
        self.state.score.is_comparing = false;
    }

    /// Those of the study's history can come back by undoing; those that are only known until the program ends cannot.
    pub(super) fn take_out_scores(&mut self, numbers: &[u64]) {
        let is_meant = |cover: &ScoredCover| numbers.contains(&cover.number);
        let kept: Vec<i64> =
            self.state.scored.iter().filter(|cover| is_meant(cover)).filter_map(ScoredCover::history_id).collect();
        self.state.scored.retain(|cover| !is_meant(cover) || cover.history_id().is_some());
        self.state.score.version += 1;
        if !kept.is_empty() {
            self.edit(Edit::HideScores { scores: kept, hidden: true });
        }
    }

    /// Writes the listed rows, in their order.
    pub(super) fn write_scores(&mut self, path: PathBuf) {
        let Some(snapshot) = self.state.study.as_ref().and_then(|study| study.snapshot.clone()) else { return };
        let places = self.state.score.listed(&self.state.scored);
        let row = |cover: &ScoredCover| {
            let score = match &cover.state {
                Scored::Done(scored) => Ok(scored.score.clone()),
                Scored::Failed(why) => Err(why.clone()),
                Scored::Waiting => return None,
            };
            Some(ScoreRow { file: cover.path.to_string_lossy().into_owned(), score })
        };
        let rows: Vec<ScoreRow> = places.iter().filter_map(|&place| row(self.state.scored.get(place)?)).collect();
        self.task("export", move || {
            let written = export_scores(&rows, &snapshot.target, &path);
            Outcome::Written(written.map(|_| path).map_err(|error| error.to_string()))
        });
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
        if dropped.is_empty_folder() {
            let folder = dropped.folder.as_deref().and_then(std::path::Path::file_name).unwrap_or_default();
            let text = format!("{} has neither pictures nor a spreadsheet in it.", folder.to_string_lossy());
            self.state.toast(ToastKind::Error, text);
        } else if let Some(path) = dropped.study {
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
        if !dropped.covers.is_empty() {
            let files = plural(dropped.covers.len(), "other file was", "other files were");
            let text =
                format!("{files} dropped with what is to be imported, and not scored. Drop covers by themselves.");
            self.state.toast(ToastKind::Info, text);
        }
        if !dropped.tables.is_empty() {
            self.state.import_form.set_tables(&dropped.tables);
        }
        if let Some(folder) = dropped.folder {
            self.state.import_form.covers = folder.display().to_string();
        }
        if !dropped.tables.is_empty() {
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
