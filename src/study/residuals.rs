//! How far a run's predictions are off, by playlist.

use std::collections::{BTreeMap, HashMap};

use super::{Prediction, TrackId, Weights};

/// Two-sided 95 % of the normal distribution.
const Z: f64 = 1.96;

/// The mean residual of a playlist's test tracks.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaylistResidual {
    /// Empty where the tracks name none.
    pub playlist: String,
    pub tracks: usize,
    /// Predicted less true: above 0 the playlist is overrated.
    pub mean: f64,
    /// The 95 % interval of the mean, by the normal distribution; not numbers for a single track.
    pub low: f64,
    pub high: f64,
}

/// The residuals of each playlist, the most overrated first; `playlists` names the tracks' own.
pub fn residuals_by_playlist(
    predictions: &[Prediction],
    weights: Weights,
    playlists: &HashMap<TrackId, &str>,
) -> Vec<PlaylistResidual> {
    let mut groups: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for item in predictions {
        if let Some(playlist) = playlists.get(&item.track) {
            groups.entry(playlist).or_default().push(item.by(weights) - item.truth);
        }
    }
    let mut found: Vec<PlaylistResidual> = groups.into_iter().map(|(name, values)| summary(name, &values)).collect();
    found.sort_by(|one, other| other.mean.total_cmp(&one.mean));
    found
}

fn summary(playlist: &str, residuals: &[f64]) -> PlaylistResidual {
    let count = residuals.len() as f64;
    let mean = residuals.iter().sum::<f64>() / count;
    let squares: f64 = residuals.iter().map(|value| (value - mean).powi(2)).sum();
    let half = Z * (squares / (count - 1.0)).sqrt() / count.sqrt();
    PlaylistResidual {
        playlist: playlist.to_owned(),
        tracks: residuals.len(),
        mean,
        low: mean - half,
        high: mean + half,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrated_playlists_come_first() {
        let item = |track: i64, truth: f64, predicted: f64| Prediction {
            track: TrackId(track),
            truth,
            predicted,
            best: truth,
        };
        let predictions = [item(1, 30.0, 40.0), item(2, 30.0, 36.0), item(3, 50.0, 41.0), item(4, 50.0, 40.0)];
        let playlists = HashMap::from([(TrackId(1), "b"), (TrackId(2), "b"), (TrackId(3), "a"), (TrackId(4), "c")]);
        let found = residuals_by_playlist(&predictions, Weights::Last, &playlists);
        let names: Vec<&str> = found.iter().map(|one| one.playlist.as_str()).collect();
        assert_eq!(names, ["b", "a", "c"]);
        assert_eq!((found[0].tracks, found[0].mean), (2, 8.0));
        // The standard deviation of 10 and 6 is the root of 8, that of their mean 2.
        assert!((found[0].high - (8.0 + 1.96 * 2.0)).abs() < 1e-9);
        assert!(found[1].low.is_nan(), "one track has no interval");
        assert!(residuals_by_playlist(&predictions, Weights::Best, &playlists).iter().all(|one| one.mean == 0.0));
    }
}
