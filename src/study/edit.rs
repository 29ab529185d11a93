//! Changes of a study by hand, each of which can be taken back.

use rusqlite::{Transaction, params};

use super::{RunId, Study, StudyError, Target, TrackId, plural};

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Leave tracks out of the study, or take them in again. Nothing of them is deleted.
    Exclude {
        tracks: Vec<TrackId>,
        excluded: bool,
    },
    RenameRun {
        run: RunId,
        name: String,
    },
    /// Write something about a run.
    NoteRun {
        run: RunId,
        note: String,
    },
    StarRun {
        run: RunId,
        starred: bool,
    },
    /// Hide runs, or show them again. Nothing of them is deleted.
    DeleteRuns {
        runs: Vec<RunId>,
        deleted: bool,
    },
    /// Predict something else, or count it otherwise.
    SetTarget(Box<Target>),
    /// Hide covers that were scored, by their numbers in the history, or show them again.
    HideScores {
        scores: Vec<i64>,
        hidden: bool,
    },
}

impl Edit {
    /// What has been done, once it has.
    pub fn sentence(&self) -> String {
        match self {
            Self::Exclude { tracks, excluded: true } => {
                format!("{} excluded from the study.", plural(tracks.len(), "track", "tracks"))
            }
            Self::Exclude { tracks, excluded: false } => {
                format!("{} included in the study.", plural(tracks.len(), "track", "tracks"))
            }
            Self::RenameRun { name, .. } => format!("The run is called {name}."),
            Self::NoteRun { .. } => "The run's note is changed.".to_owned(),
            Self::StarRun { starred: true, .. } => "The run has a star.".to_owned(),
            Self::StarRun { starred: false, .. } => "The run has no star.".to_owned(),
            Self::DeleteRuns { runs, deleted: true } => format!("{} deleted.", plural(runs.len(), "run", "runs")),
            Self::DeleteRuns { runs, deleted: false } => format!("{} restored.", plural(runs.len(), "run", "runs")),
            Self::SetTarget(target) => format!("The study predicts {} now.", target.label()),
            Self::HideScores { scores, hidden: true } => {
                format!("{} taken out.", plural(scores.len(), "scored cover", "scored covers"))
            }
            Self::HideScores { scores, hidden: false } => {
                format!("{} put back.", plural(scores.len(), "scored cover", "scored covers"))
            }
        }
    }
}

impl Study {
    /// Carries out `edit` and returns what takes it back.
    ///
    /// # Errors
    /// [`StudyError::NameTaken`], or where the file cannot be written; then nothing has changed.
    pub fn edit(&mut self, edit: &Edit) -> Result<Edit, StudyError> {
        if let Edit::RenameRun { run, name } = edit {
            self.check_name_is_free(*run, name)?;
        }
        if let Edit::SetTarget(target) = edit {
            let before = self.target()?;
            self.set_target(target)?;
            return Ok(Edit::SetTarget(Box::new(before)));
        }
        self.transaction(|transaction| match edit {
            // Carried out above: it has a transaction of its own.
            Edit::SetTarget(_) => Ok(edit.clone()),
            Edit::Exclude { tracks, excluded } => {
                let wanted = tracks.iter().map(|track| track.0);
                let changed = flag(transaction, "track", "excluded", wanted, *excluded)?;
                Ok(Edit::Exclude { tracks: changed.into_iter().map(TrackId).collect(), excluded: !excluded })
            }
            Edit::RenameRun { run, name } => {
                let before = exchange(transaction, "name", *run, name.trim())?;
                Ok(Edit::RenameRun { run: *run, name: before })
            }
            Edit::NoteRun { run, note } => {
                let before = exchange(transaction, "note", *run, note)?;
                Ok(Edit::NoteRun { run: *run, note: before })
            }
            Edit::StarRun { run, starred } => {
                flag(transaction, "run", "starred", [run.0], *starred)?;
                Ok(Edit::StarRun { run: *run, starred: !starred })
            }
            Edit::DeleteRuns { runs, deleted } => {
                let now_secs = deleted.then(|| jiff::Timestamp::now().as_second());
                let mut statement = transaction.prepare("UPDATE run SET deleted_secs = ?2 WHERE id = ?1")?;
                runs.iter().try_for_each(|run| statement.execute(params![run.0, now_secs]).map(|_| ()))?;
                Ok(Edit::DeleteRuns { runs: runs.clone(), deleted: !deleted })
            }
            Edit::HideScores { scores, hidden } => {
                let changed = flag(transaction, "scored", "hidden", scores.iter().copied(), *hidden)?;
                Ok(Edit::HideScores { scores: changed, hidden: !hidden })
            }
        })
    }

    fn check_name_is_free(&self, run: RunId, name: &str) -> Result<(), StudyError> {
        if name.trim().is_empty() {
            return Err(StudyError::NotFound("A run needs a name.".to_owned()));
        }
        let others: i64 = self
            .connection
            .query_row("SELECT count(*) FROM run WHERE name = ?1 AND id <> ?2", params![name.trim(), run.0], |row| {
                row.get(0)
            })
            .map_err(|error| self.error(error))?;
        if others > 0 { Err(StudyError::NameTaken(name.trim().to_owned())) } else { Ok(()) }
    }
}

/// Sets a column that is 0 or 1, and returns the rows in which it was the other.
fn flag(
    transaction: &Transaction<'_>,
    table: &str,
    column: &str,
    ids: impl IntoIterator<Item = i64>,
    value: bool,
) -> rusqlite::Result<Vec<i64>> {
    let mut statement =
        transaction.prepare(&format!("UPDATE {table} SET {column} = ?2 WHERE id = ?1 AND {column} <> ?2"))?;
    let mut changed = Vec::new();
    for id in ids {
        if statement.execute(params![id, value])? > 0 {
            changed.push(id);
        }
    }
    Ok(changed)
}

/// Sets a text of a run and returns the one before.
fn exchange(transaction: &Transaction<'_>, column: &str, run: RunId, value: &str) -> rusqlite::Result<String> {
    let before =
        transaction.query_row(&format!("SELECT {column} FROM run WHERE id = ?1"), [run.0], |row| row.get(0))?;
    transaction.execute(&format!("UPDATE run SET {column} = ?2 WHERE id = ?1"), params![run.0, value])?;
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Preset;
    use crate::study::{NewTrack, StudyFile};

    fn study() -> (tempfile::TempDir, Study) {
        let folder = tempfile::tempdir().unwrap();
        let file = StudyFile::create(&folder.path().join("a.coverstudy")).unwrap();
        let mut study = file.connect().unwrap();
        let track = |name: &str| NewTrack {
            title: name.to_owned(),
            identity: name.to_owned(),
            measure: crate::study::POPULARITY.to_owned(),
            value: Some(40.0),
            ..NewTrack::default()
        };
        study.add_tracks(&[track("a"), track("b"), track("c")]).unwrap();
        for _ in 0..2 {
            study.add_run("Quick", "quick", &Preset::Quick.hyperparameters(), 10).unwrap();
        }
        (folder, study)
    }

    /// What of a study an edit can change.
    fn seen(study: &Study) -> impl PartialEq + std::fmt::Debug + use<> {
        (study.tracks().unwrap(), study.runs().unwrap(), study.deleted_runs().unwrap(), study.popularity().unwrap())
    }

    #[test]
    fn every_edit_can_be_taken_back_and_done_again() {
        let (_folder, mut study) = study();
        let tracks = study.tracks().unwrap().into_iter().map(|track| track.id).collect::<Vec<_>>();
        let run = study.runs().unwrap()[0].id;
        study.edit(&Edit::Exclude { tracks: vec![tracks[0]], excluded: true }).unwrap();
        let edits = [
            Edit::Exclude { tracks: tracks.clone(), excluded: true },
            Edit::RenameRun { run, name: " First ".to_owned() },
            Edit::NoteRun { run, note: "odd".to_owned() },
            Edit::StarRun { run, starred: true },
            Edit::DeleteRuns { runs: vec![run], deleted: true },
        ];
        for edit in edits {
            let before = seen(&study);
            let back = study.edit(&edit).unwrap();
            let after = seen(&study);
            assert!(before != after, "{edit:?} changes something");
            let again = study.edit(&back).unwrap();
            assert_eq!(seen(&study), before, "{edit:?} taken back");
            study.edit(&again).unwrap();
            assert_eq!(seen(&study), after, "{edit:?} done again");
        }
        assert_eq!(study.popularity().unwrap().count, 0, "excluded tracks do not count");
    }

    #[test]
    fn what_is_predicted_is_changed_back_unless_runs_have_learned_it() {
        let (_folder, mut study) = study();
        let logarithm = Box::new(Target { scale: crate::study::Scale::Logarithm, ..Target::default() });
        let refused = study.edit(&Edit::SetTarget(logarithm.clone()));
        assert!(matches!(refused, Err(StudyError::HasRuns)));
        let runs: Vec<RunId> = study.runs().unwrap().iter().map(|run| run.id).collect();
        study.edit(&Edit::DeleteRuns { runs, deleted: true }).unwrap();
        let before = seen(&study);
        let back = study.edit(&Edit::SetTarget(logarithm.clone())).unwrap();
        assert!(study.target().unwrap() == *logarithm && seen(&study) != before);
        assert_eq!(study.edit(&back).unwrap(), Edit::SetTarget(logarithm));
        assert_eq!(seen(&study), before);
    }

    #[test]
    fn a_name_that_another_run_has_is_refused() {
        let (_folder, mut study) = study();
        let run = study.runs().unwrap()[0].id;
        let refused = study.edit(&Edit::RenameRun { run, name: "Quick (2)".to_owned() });
        assert!(matches!(refused, Err(StudyError::NameTaken(_))));
        assert!(study.edit(&Edit::RenameRun { run, name: "  ".to_owned() }).is_err());
        assert!(study.edit(&Edit::RenameRun { run, name: "Quick".to_owned() }).is_ok(), "its own name");
    }
}
