//! The results panel: what of the table is shown, and what runs predicted.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::study::{PlaylistResidual, Prediction, RunId, Track, TrackId, Weights, residuals_by_playlist};

/// A column of the table of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RunColumn {
    Name,
    Differs,
    Note,
    Parameters,
    Epochs,
    Seconds,
    Rmse,
    Mae,
    R2,
    Difference,
    BestRmse,
    BestMae,
    BestR2,
}

impl RunColumn {
    /// From left to right.
    pub const ALL: [Self; 13] = [
        Self::Name,
        Self::Rmse,
        Self::Mae,
        Self::R2,
        Self::Difference,
        Self::BestRmse,
        Self::BestMae,
        Self::BestR2,
        Self::Epochs,
        Self::Seconds,
        Self::Parameters,
        Self::Differs,
        Self::Note,
    ];
}

/// Which plot of a run's predictions is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PredictionView {
    #[default]
    Scatter,
    Residuals,
    Gallery,
}

/// What of a run is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunForm {
    pub run: RunId,
    pub name: String,
    pub note: String,
}

/// The results panel.
#[derive(Debug, Default)]
pub struct Results {
    /// `None`: in the order in which the runs were made, those with a star first.
    pub sort_by: Option<RunColumn>,
    /// The runs that had a star when the panel was entered: they come first. A star that is given moves no row at once.
    pub first: BTreeSet<RunId>,
    pub descending: bool,
    /// Whether settings are told that all runs share.
    pub all_settings: bool,
    /// The runs whose curves are drawn.
    pub selected: BTreeSet<RunId>,
    /// The run whose predictions are drawn.
    pub shown: Option<RunId>,
    pub form: Option<RunForm>,
    /// Sweeps whose runs are folded away.
    pub folded: BTreeSet<String>,
    pub weights: Weights,
    pub view: PredictionView,
    /// What runs predicted, as far as it has been read; `None` while it is being read.
    pub predictions: HashMap<RunId, Option<Arc<Predicted>>>,
    /// The track whose point was clicked.
    pub track: Option<TrackId>,
    /// Whether deleting for good has been asked for and is still to be confirmed.
    pub confirms_purge: bool,
}

/// How many covers the gallery shows of either kind.
const GALLERY: usize = 12;

/// What a run predicted, looked at from several sides.
#[derive(Clone, Debug, Default)]
pub struct Predicted {
    pub items: Vec<Prediction>,
    last: Looked,
    best: Looked,
}

/// What one epoch's predictions look like.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    pub residuals: Vec<PlaylistResidual>,
    /// Places of the predictions that are furthest off, the furthest first.
    pub worst: Vec<usize>,
    /// Of those that are nearest, the nearest first.
    pub nearest: Vec<usize>,
}

impl Predicted {
    /// Looks at `items`, predictions for some of `tracks`.
    pub(super) fn of(items: Vec<Prediction>, tracks: &[Track]) -> Self {
        let playlists: HashMap<TrackId, &str> =
            tracks.iter().map(|track| (track.id, track.playlist.as_str())).collect();
        let look = |weights: Weights| {
            let error = |place: &usize| (items[*place].by(weights) - items[*place].truth).abs();
            let mut places: Vec<usize> = (0..items.len()).collect();
            places.sort_by(|one, other| error(one).total_cmp(&error(other)));
            let nearest = places.iter().take(GALLERY).copied().collect();
            let worst = places.iter().rev().take(GALLERY).copied().collect();
            Looked { residuals: residuals_by_playlist(&items, weights, &playlists), worst, nearest }
        };
        let (last, best) = (look(Weights::Last), look(Weights::Best));
        Self { items, last, best }
    }

    /// The predictions by these weights, looked at.
    pub fn looked(&self, weights: Weights) -> &Looked {
        match weights {
            Weights::Last => &self.last,
            Weights::Best => &self.best,
        }
    }
}
