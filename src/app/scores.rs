//! The covers that were scored, as the Score panel shows them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::scoring::Compared;
use crate::jobs::Occlusion;
use crate::study::SavedScore;

/// How many covers can be put side by side.
pub const SIDE_BY_SIDE: std::ops::RangeInclusive<usize> = 2..=4;

/// A cover that was dropped to be scored, or that the study's history has.
pub struct ScoredCover {
    pub number: u64,
    pub path: PathBuf,
    pub state: Scored,
}

/// How far its scoring has come.
pub enum Scored {
    Waiting,
    Done(Box<ScoredPicture>),
    Failed(String),
}

/// A score with what is known of it.
pub struct ScoredPicture {
    /// Its number in the study's history is 0 where it is only known until the program ends.
    pub score: SavedScore,
    /// What of the study it is like, once that is known.
    pub compared: Option<Result<Compared, String>>,
    /// Which parts of it matter, once that is known.
    pub why: Option<Result<Occlusion, String>>,
    /// Whether the two above are being found.
    pub(super) is_asked: bool,
}

impl ScoredPicture {
    pub(super) fn new(score: SavedScore) -> Self {
        Self { score, compared: None, why: None, is_asked: false }
    }
}

impl ScoredCover {
    /// Its file's name.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or(OsStr::new("")).to_string_lossy().into_owned()
    }

    /// Its score, once it has one.
    pub fn done(&self) -> Option<&ScoredPicture> {
        match &self.state {
            Scored::Done(scored) => Some(scored),
            Scored::Waiting | Scored::Failed(_) => None,
        }
    }

    /// Whether `score` is the same: of the same file and picture by the same run.
    pub(super) fn is_same(&self, score: &SavedScore) -> bool {
        self.done().is_some_and(|scored| {
            let own = &scored.score;
            (&own.file, own.run, own.prediction, &own.picture)
                == (&score.file, score.run, score.prediction, &score.picture)
        })
    }

    /// Its number in the study's history, where it has one.
    pub(super) fn history_id(&self) -> Option<i64> {
        self.done().map(|scored| scored.score.id).filter(|id| *id != 0)
    }
}

/// By which column the scored covers are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ScoreColumn {
    /// The order in which they were scored.
    #[default]
    Made,
    Name,
    Model,
    Score,
    Low,
    Percentile,
}

/// What is chosen in the Score panel.
#[derive(Default)]
pub struct ScorePanel {
    /// The cover that is shown large; with none, the latest.
    pub shown: Option<u64>,
    /// The covers that are to be compared.
    pub chosen: BTreeSet<u64>,
    /// Whether these are shown side by side instead of one cover.
    pub is_comparing: bool,
    /// Only covers of this folder are listed.
    pub folder: Option<PathBuf>,
    pub sort_by: ScoreColumn,
    pub descending: bool,
    /// Whether the picture is shown without what matters in it.
    pub hides_why: bool,
    /// Counts the changes of the list of covers.
    pub(super) version: u64,
    listed: Option<(Listing, Arc<[usize]>)>,
    folders: Option<(u64, Arc<[PathBuf]>)>,
}

/// What the listed rows depend on.
type Listing = (u64, ScoreColumn, bool, Option<PathBuf>);

impl ScorePanel {
    /// Places in `covers` of the rows that are listed, in their order; found anew only where something has changed.
    pub fn listed(&mut self, covers: &[ScoredCover]) -> Arc<[usize]> {
        let wanted = (self.version, self.sort_by, self.descending, self.folder.clone());
        match &self.listed {
            Some((listing, places)) if *listing == wanted => Arc::clone(places),
            _ => {
                let places: Arc<[usize]> = self.list(covers).into();
                self.listed = Some((wanted, Arc::clone(&places)));
                places
            }
        }
    }

    fn list(&self, covers: &[ScoredCover]) -> Vec<usize> {
        let is_listed = |cover: &ScoredCover| {
            self.folder.as_deref().is_none_or(|folder| cover.path.parent().is_some_and(|own| own == folder))
        };
        let mut places: Vec<usize> = (0..covers.len()).filter(|&place| is_listed(&covers[place])).collect();
        let figure = |place: usize, of: fn(&SavedScore) -> f64| covers[place].done().map(|scored| of(&scored.score));
        // Covers without a score come last, whichever way the others are sorted.
        let by = |of: fn(&SavedScore) -> f64| {
            move |one: &usize, other: &usize| match (figure(*one, of), figure(*other, of)) {
                (Some(one), Some(other)) if self.descending => other.total_cmp(&one),
                (Some(one), Some(other)) => one.total_cmp(&other),
                (one, other) => other.is_some().cmp(&one.is_some()),
            }
        };
        match self.sort_by {
            ScoreColumn::Made if self.descending => places.reverse(),
            ScoreColumn::Made => {}
            ScoreColumn::Name => sort_by_text(&mut places, self.descending, |place| covers[place].name()),
            ScoreColumn::Model => sort_by_text(&mut places, self.descending, |place| {
                covers[place].done().map_or_else(String::new, |scored| scored.score.run_name.clone())
            }),
            ScoreColumn::Score => places.sort_by(by(|score| score.prediction)),
            ScoreColumn::Low => places.sort_by(by(|score| score.low)),
            ScoreColumn::Percentile => places.sort_by(by(|score| score.percentile)),
        }
        places
    }

    /// The folders that scored covers are in, in the order of their names.
    pub fn folders(&mut self, covers: &[ScoredCover]) -> Arc<[PathBuf]> {
        match &self.folders {
            Some((version, folders)) if *version == self.version => Arc::clone(folders),
            _ => {
                let all: BTreeSet<&Path> = covers.iter().filter_map(|cover| cover.path.parent()).collect();
                let folders: Arc<[PathBuf]> = all.into_iter().map(Path::to_path_buf).collect();
                self.folders = Some((self.version, Arc::clone(&folders)));
                folders
            }
        }
    }

    /// The cover that is shown large, where there is any.
    pub fn shown_place(&self, covers: &[ScoredCover]) -> Option<usize> {
        let chosen = self.shown.and_then(|number| covers.iter().position(|cover| cover.number == number));
        chosen.or_else(|| (!covers.is_empty()).then_some(0))
    }

    /// The cover whose score is seen: the one that is shown large or, where that has just been dropped and has none, the
    /// latest that has one. A row without a score that was chosen is shown alone.
    pub fn explained_place(&self, covers: &[ScoredCover]) -> Option<usize> {
        let shown = self.shown_place(covers)?;
        match covers.get(shown)?.state {
            Scored::Failed(_) if shown == 0 => covers.iter().position(|cover| cover.done().is_some()),
            Scored::Failed(_) => None,
            Scored::Waiting | Scored::Done(_) => Some(shown),
        }
    }
}

fn sort_by_text(places: &mut [usize], descending: bool, text: impl Fn(usize) -> String) {
    places.sort_by_cached_key(|&place| text(place).to_lowercase());
    if descending {
        places.reverse();
    }
}

/// Takes the study's history into the list of scored covers: what is new comes in where its number belongs, what has
/// been hidden goes, all else stays as it is. `number` gives numbers to new rows.
pub(super) fn take_history(
    covers: &mut Vec<ScoredCover>,
    history: Vec<SavedScore>,
    has_more: bool,
    mut number: impl FnMut() -> u64,
) {
    // Beyond its end, nothing is known about what the history still has.
    let oldest = if has_more { history.last().map_or(i64::MAX, |score| score.id) } else { i64::MIN };
    let there: BTreeSet<i64> = history.iter().map(|score| score.id).collect();
    covers.retain(|cover| cover.history_id().is_none_or(|id| id < oldest || there.contains(&id)));
    let known: BTreeSet<i64> = covers.iter().filter_map(ScoredCover::history_id).collect();
    for score in history.into_iter().filter(|score| !known.contains(&score.id)) {
        let place = covers.iter().position(|cover| cover.history_id().is_some_and(|id| id < score.id));
        let (path, state) = (PathBuf::from(&score.file), Scored::Done(Box::new(ScoredPicture::new(score))));
        covers.insert(place.unwrap_or(covers.len()), ScoredCover { number: number(), path, state });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::RunId;

    fn score(id: i64, file: &str, prediction: f64) -> SavedScore {
        SavedScore {
            id,
            file: file.to_owned(),
            run: RunId(1),
            run_name: "Quick".to_owned(),
            prediction,
            low: prediction - 10.0,
            high: prediction + 10.0,
            percentile: prediction,
            beats_mean: true,
            train_mean: 30.0,
            picture: Vec::new(),
        }
    }

    fn cover(number: u64, score: SavedScore) -> ScoredCover {
        let path = PathBuf::from(&score.file);
        ScoredCover { number, path, state: Scored::Done(Box::new(ScoredPicture::new(score))) }
    }

    fn failed(number: u64, file: &str) -> ScoredCover {
        ScoredCover { number, path: file.into(), state: Scored::Failed("no picture".to_owned()) }
    }

    #[test]
    fn the_history_comes_in_and_what_is_hidden_goes_and_comes_back() {
        let mut covers = vec![failed(1, "a/bad.png"), cover(2, score(5, "a/new.png", 20.0)), failed(3, "a/worse.png")];
        let mut next = 10;
        let mut take = |covers: &mut Vec<ScoredCover>, history: &[(i64, &str)], has_more| {
            let history = history.iter().map(|(id, file)| score(*id, file, 30.0)).collect();
            take_history(covers, history, has_more, || {
                next += 1;
                next
            });
            covers.iter().map(|cover| (cover.number, cover.history_id())).collect::<Vec<_>>()
        };
        let all = [(5, "a/new.png"), (4, "a/old.png"), (2, "b/older.png")];
        let whole = [(1, None), (2, Some(5)), (3, None), (11, Some(4)), (12, Some(2))];
        assert_eq!(take(&mut covers, &all, false), whole);
        assert_eq!(
            take(&mut covers, &[(5, "a/new.png"), (2, "b/older.png")], false),
            [(1, None), (2, Some(5)), (3, None), (12, Some(2))]
        );
        let back = take(&mut covers, &all, false);
        assert_eq!(back.iter().map(|(_, id)| *id).collect::<Vec<_>>(), whole.map(|(_, id)| id));
        let rest = take(&mut covers, &[(5, "a/new.png")], true);
        assert_eq!(rest.len(), 5, "what lies before the history's end stays");
    }

    #[test]
    fn rows_are_sorted_and_those_without_a_score_come_last() {
        let covers = vec![
            cover(1, score(0, "a/B.png", 20.0)),
            failed(2, "a/c.png"),
            cover(3, score(0, "a/a.png", 40.0)),
            cover(4, score(0, "b/d.png", 30.0)),
        ];
        let mut panel = ScorePanel::default();
        assert_eq!(*panel.listed(&covers), [0, 1, 2, 3]);
        panel.sort_by = ScoreColumn::Score;
        assert_eq!(*panel.listed(&covers), [0, 3, 2, 1]);
        panel.descending = true;
        assert_eq!(*panel.listed(&covers), [2, 3, 0, 1]);
        (panel.sort_by, panel.descending) = (ScoreColumn::Name, false);
        assert_eq!(*panel.listed(&covers), [2, 0, 1, 3]);
        panel.shown = Some(2);
        assert_eq!((panel.shown_place(&covers), panel.explained_place(&covers)), (Some(1), None));
        let dropped = [failed(5, "a/e.png"), cover(1, score(0, "a/B.png", 20.0))];
        assert_eq!(ScorePanel::default().explained_place(&dropped), Some(1), "the earlier score stays");
        panel.folder = Some("b".into());
        assert_eq!(*panel.listed(&covers), [3]);
        assert_eq!(*panel.folders(&covers), [PathBuf::from("a"), PathBuf::from("b")]);
    }
}
