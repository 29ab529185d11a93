//! What a verdict is reached from: the tracks, what is to be predicted of them, and the folds they are tested in.

use super::colors::COLOR_FEATURES;
use super::folds::{grouped_folds, sides};
use super::measure::Measure;
use super::permutation::{Exchange, Exchanges};

/// How many folds a pass of cross-validation has.
pub const FOLDS: usize = 5;

/// Tracks with popularity and cover, one a row.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    /// 0–100.
    pub popularity: Vec<f64>,
    /// Each row's playlist, from 0.
    pub playlists: Vec<usize>,
    /// Each row's group: tracks whose covers are the same picture share one.
    pub groups: Vec<usize>,
    pub titles: Vec<String>,
    /// Each row's cover, a place in `features`.
    pub covers: Vec<usize>,
    /// Figures of the different covers.
    pub features: Vec<[f64; COLOR_FEATURES]>,
}

impl Observations {
    /// Tracks.
    pub fn len(&self) -> usize {
        self.popularity.len()
    }

    /// Whether there is no track.
    pub fn is_empty(&self) -> bool {
        self.popularity.is_empty()
    }

    /// Different pictures.
    pub fn pictures(&self) -> usize {
        self.groups.iter().max().map_or(0, |last| last + 1)
    }

    /// Which fold tests each row in a repeat of cross-validation.
    pub fn folds(&self, repeat: usize) -> Vec<usize> {
        grouped_folds(&self.groups, FOLDS, repeat as u64)
    }

    /// Whether tracks differ by `target`.
    pub fn differ_by(&self, target: Target) -> bool {
        let truth = target.of(&self.popularity, &self.playlists, &self.folds(0)).truth();
        truth.iter().any(|value| *value != truth[0])
    }

    /// Whether `target` can be tested: where each playlist has a single cover, nothing can be compared within them.
    pub fn can_be_asked(&self, target: Target) -> bool {
        self.differ_by(target) && Exchanges::new(&self.groups, &self.playlists, Exchange::of(target)).can_exchange()
    }

    /// Whether there is more than one playlist.
    pub fn has_playlists(&self) -> bool {
        self.playlists.iter().any(|playlist| *playlist != self.playlists[0])
    }

    /// The figures of a row's cover.
    pub fn features_of(&self, row: usize) -> &[f64; COLOR_FEATURES] {
        &self.features[self.covers[row]]
    }
}

/// What is to be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The measure itself, popularity as a rule.
    #[default]
    Popularity,
    /// The measure above or below the mean of the playlist's training tracks.
    WithinPlaylist,
    /// The share of the playlist's tracks that are less popular, ties counted half, 0–100.
    RankInPlaylist,
}

impl Target {
    /// All targets.
    pub const ALL: [Self; 3] = [Self::Popularity, Self::WithinPlaylist, Self::RankInPlaylist];

    /// The word for it, on the command line and in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Popularity => "popularity",
            Self::WithinPlaylist => "within-playlist",
            Self::RankInPlaylist => "rank-in-playlist",
        }
    }

    /// What it is, in a sentence, where the study's measure is called `name`.
    pub fn told(self, name: &str) -> String {
        match self {
            Self::Popularity => name.to_owned(),
            Self::WithinPlaylist => format!("{name} relative to the playlist"),
            Self::RankInPlaylist => format!("rank by {name} within the playlist"),
        }
    }

    /// How far off a prediction is, with its unit.
    pub fn difference(self, measure: &dyn Measure, value: f64, decimals: usize) -> String {
        match self {
            Self::Popularity | Self::WithinPlaylist => measure.difference(value, decimals),
            Self::RankInPlaylist => format!("{value:.decimals$} percentage points"),
        }
    }

    /// The same without its unit, for tables.
    pub fn short_difference(self, measure: &dyn Measure, value: f64, decimals: usize) -> String {
        match self {
            Self::Popularity | Self::WithinPlaylist => measure.short_difference(value, decimals),
            Self::RankInPlaylist => format!("{value:.decimals$}"),
        }
    }

    /// What is to be predicted in each fold.
    pub fn of(self, popularity: &[f64], playlists: &[usize], fold_of: &[usize]) -> FoldedTargets {
        let values = match self {
            Self::RankInPlaylist => ranks(popularity, playlists),
            Self::Popularity | Self::WithinPlaylist => popularity.to_vec(),
        };
        let folds = (0..FOLDS)
            .map(|fold| {
                let (train, test) = sides(fold_of, fold);
                let base = match self {
                    Self::WithinPlaylist => playlist_means(&values, playlists, &train),
                    Self::Popularity | Self::RankInPlaylist => Vec::new(),
                };
                let of = |rows: &[usize]| -> Vec<f64> {
                    rows.iter().map(|&row| values[row] - base.get(playlists[row]).copied().unwrap_or(0.0)).collect()
                };
                let (train_values, test_values) = (of(&train), of(&test));
                Fold { train, test, train_values, test_values }
            })
            .collect();
        FoldedTargets { folds }
    }
}

/// One fold: its rows, and what is to be predicted of them.
#[derive(Clone, Debug)]
pub struct Fold {
    pub train: Vec<usize>,
    pub test: Vec<usize>,
    pub train_values: Vec<f64>,
    pub test_values: Vec<f64>,
}

/// All folds of one pass; each row is tested in exactly one.
#[derive(Clone, Debug)]
pub struct FoldedTargets {
    pub folds: Vec<Fold>,
}

impl FoldedTargets {
    /// Puts values of the folds' test rows into the order of the rows.
    pub fn in_order(&self, of_fold: impl Fn(usize, &Fold) -> Vec<f64>) -> Vec<f64> {
        let rows = self.folds.iter().map(|fold| fold.test.len()).sum();
        let mut values = vec![f64::NAN; rows];
        for (number, fold) in self.folds.iter().enumerate() {
            for (&row, value) in fold.test.iter().zip(of_fold(number, fold)) {
                values[row] = value;
            }
        }
        values
    }

    /// What was to be predicted of each row when it was tested.
    pub fn truth(&self) -> Vec<f64> {
        self.in_order(|_, fold| fold.test_values.clone())
    }
}

/// Each playlist's mean over `rows`; the mean of all of them for a playlist that has none.
pub(super) fn playlist_means(values: &[f64], playlists: &[usize], rows: &[usize]) -> Vec<f64> {
    let count = playlists.iter().max().map_or(0, |last| last + 1);
    let mut sums = vec![(0.0, 0.0); count];
    for &row in rows {
        let (sum, tracks) = &mut sums[playlists[row]];
        *sum += values[row];
        *tracks += 1.0;
    }
    let (sum, tracks) = sums.iter().fold((0.0, 0.0), |all, of| (all.0 + of.0, all.1 + of.1));
    sums.into_iter().map(|(own, own_tracks)| if own_tracks > 0.0 { own / own_tracks } else { sum / tracks }).collect()
}

fn ranks(popularity: &[f64], playlists: &[usize]) -> Vec<f64> {
    let count = playlists.iter().max().map_or(0, |last| last + 1);
    let mut sorted = vec![Vec::new(); count];
    for (&value, &playlist) in popularity.iter().zip(playlists) {
        sorted[playlist].push(value);
    }
    for values in &mut sorted {
        values.sort_by(f64::total_cmp);
    }
    popularity
        .iter()
        .zip(playlists)
        .map(|(value, &playlist)| {
            let values = &sorted[playlist];
            let below = values.partition_point(|other| other < value);
            let not_above = values.partition_point(|other| other <= value);
            100.0 * (below + not_above) as f64 / (2 * values.len()) as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAYLISTS: [usize; 10] = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const POPULARITY: [f64; 10] = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0];
    const FOLD_OF: [usize; 10] = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4];

    #[test]
    fn the_playlists_mean_comes_from_training_rows_alone() {
        let targets = Target::WithinPlaylist.of(&POPULARITY, &PLAYLISTS, &FOLD_OF);
        // Row 0 is tested against the mean of 20, 30, 40 and 50.
        assert_eq!(targets.truth()[0], 10.0 - 35.0);
        assert_eq!(targets.folds[0].train_values[0], 20.0 - 35.0);
        assert_eq!(Target::Popularity.of(&POPULARITY, &PLAYLISTS, &FOLD_OF).truth(), POPULARITY);
    }

    #[test]
    fn ranks_are_within_the_playlist() {
        let ranks = ranks(&POPULARITY, &PLAYLISTS);
        assert_eq!(ranks[..5], ranks[5..]);
        assert_eq!(ranks[0], 10.0);
        assert_eq!(super::ranks(&[5.0, 5.0], &[0, 0]), [50.0, 50.0]);
    }
}
