//! Predictors that need no network, tested on the same folds as the networks.

use super::observations::{FoldedTargets, Observations, playlist_means};
use super::ridge::RidgeDesign;
use super::text::predict_by_name;

/// A predictor that is fitted in no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Always guess the training tracks' mean.
    Mean,
    /// Always guess the mean of the playlist's training tracks.
    Playlist,
    /// Ridge regression on the figures of the cover's colors.
    Colors,
    /// Ridge regression on the letters of the track's name.
    TrackName,
    /// The playlist's mean, and ridge regression on the colors for what that leaves.
    PlaylistColors,
}

impl Baseline {
    /// In the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Mean, Self::Playlist, Self::Colors, Self::TrackName, Self::PlaylistColors];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Playlist => "playlist",
            Self::Colors => "colors",
            Self::TrackName => "track name",
            Self::PlaylistColors => "playlist + colors",
        }
    }

    /// Predicts each row by a fit to the folds that do not hold it.
    pub fn out_of_fold(self, observations: &Observations, targets: &FoldedTargets, colors: &ColorModel) -> Vec<f64> {
        let playlists = &observations.playlists;
        match self {
            Self::Mean => targets.in_order(|_, fold| {
                let mean = fold.train_values.iter().sum::<f64>() / fold.train_values.len() as f64;
                vec![mean; fold.test.len()]
            }),
            Self::Playlist => targets.in_order(|_, fold| {
                let means = means_by_playlist(&fold.train_values, &fold.train, playlists);
                fold.test.iter().map(|&row| means[playlists[row]]).collect()
            }),
            Self::Colors => colors.out_of_fold(targets),
            Self::TrackName => targets.in_order(|_, fold| {
                let names = |rows: &[usize]| -> Vec<&str> {
                    rows.iter().map(|&row| observations.titles[row].as_str()).collect()
                };
                let groups: Vec<usize> = fold.train.iter().map(|&row| observations.groups[row]).collect();
                predict_by_name(&names(&fold.train), &groups, &fold.train_values, &names(&fold.test))
            }),
            Self::PlaylistColors => targets.in_order(|number, fold| {
                let means = means_by_playlist(&fold.train_values, &fold.train, playlists);
                let left: Vec<f64> = fold
                    .train
                    .iter()
                    .zip(&fold.train_values)
                    .map(|(&row, value)| value - means[playlists[row]])
                    .collect();
                let by_color = colors.predict(number, &left);
                fold.test.iter().zip(by_color).map(|(&row, value)| means[playlists[row]] + value).collect()
            }),
        }
    }
}

fn means_by_playlist(values: &[f64], rows: &[usize], playlists: &[usize]) -> Vec<f64> {
    let mut by_row = vec![0.0; playlists.len()];
    for (&row, value) in rows.iter().zip(values) {
        by_row[row] = *value;
    }
    playlist_means(&by_row, playlists, rows)
}

/// Ridge regression on color figures, prepared for the folds of one pass.
#[derive(Clone, Debug)]
pub struct ColorModel {
    designs: Vec<RidgeDesign>,
}

impl ColorModel {
    /// Prepares the folds of `targets`; any others of the same folds can be predicted then.
    pub fn new(observations: &Observations, targets: &FoldedTargets) -> Self {
        let designs = targets
            .folds
            .iter()
            .map(|fold| {
                let figures = |rows: &[usize]| -> Vec<&[f64]> {
                    rows.iter().map(|&row| observations.features_of(row).as_slice()).collect()
                };
                let groups: Vec<usize> = fold.train.iter().map(|&row| observations.groups[row]).collect();
                RidgeDesign::new(&figures(&fold.train), &groups, &figures(&fold.test))
            })
            .collect();
        Self { designs }
    }

    /// Predicts each row by a fit to the folds that do not hold it.
    pub fn out_of_fold(&self, targets: &FoldedTargets) -> Vec<f64> {
        targets.in_order(|number, fold| self.predict(number, &fold.train_values))
    }

    fn predict(&self, fold: usize, train_values: &[f64]) -> Vec<f64> {
        self.designs[fold].predict(train_values)
    }
}
