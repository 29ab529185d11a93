//! Whether a finding is one about the whole study, or about a few of its playlists or years, or owes itself to what
//! changed from year to year.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use super::interval::{correlation, correlation_interval};
use super::subsets::{PartBy, Parts, Subset};
use super::verdict::FEWEST_PICTURES;
use super::words::MOST_NAMED;

/// Without its carrier, less than this share of what the predictions explain is left.
const LEFT: f64 = 0.25;
/// Further than choosing the others for being low brings about.
const FAR: f64 = 5.0;
/// Parts differ by more than chance below this p.
const DIFFERS: f64 = 0.01;

/// The parts of a study without which nothing is left of what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Carrier {
    pub by: PartBy,
    /// Their names; none: all of it lies between the parts, and within none of them.
    pub names: Vec<String>,
    /// The tracks of all other parts.
    pub others: usize,
    /// Pearson's correlation of prediction and truth for these, each less the mean of its part: unlike R², it does not
    /// fall where parts are merely more or less popular as a whole.
    #[serde(deserialize_with = "super::verdict::number")]
    pub correlation_of_others: f64,
}

/// The parts of one division that carry a finding, if they do: those of the `subsets` that hold, where among all other
/// tracks the interval of the correlation reaches 0 and most of its square is gone. Too few other tracks cannot tell.
pub fn carrier(divisions: &[Parts], subsets: &[Subset], of_rows: (&[usize], &[f64], &[f64])) -> Option<Carrier> {
    let (_, truth, predicted) = of_rows;
    let explained = correlation(truth.iter().copied().zip(predicted.iter().copied())).powi(2);
    divisions
        .iter()
        .filter_map(|division| without_holding(division, subsets, of_rows, explained))
        .min_by(|one, other| one.correlation_of_others.total_cmp(&other.correlation_of_others))
}

fn without_holding(
    division: &Parts,
    subsets: &[Subset],
    of_all: (&[usize], &[f64], &[f64]),
    explained: f64,
) -> Option<Carrier> {
    let (groups, truth, predicted) = of_all;
    let holding: Vec<&str> =
        subsets.iter().filter(|part| part.by == division.by && part.holds).map(|part| part.name.as_str()).collect();
    // What lies between playlists and not within them is the within-playlist test's question.
    let is_asked = !holding.is_empty() || (division.by == PartBy::Year && division.names.len() > 1);
    let part_holds: Vec<bool> = division.names.iter().map(|name| holding.contains(&name.as_str())).collect();
    let is_other = |row: &usize| !division.part_of[*row].is_some_and(|part| part_holds[part]);
    let others: Vec<usize> = (0..truth.len()).filter(is_other).collect();
    if !is_asked || holding.len() > MOST_NAMED || !has_enough_pictures(groups, &others) {
        return None;
    }
    let truth = less_part_means(truth, &others, &division.part_of);
    let predicted = less_part_means(predicted, &others, &division.part_of);
    let correlation_of_others = correlation(truth.iter().copied().zip(predicted.iter().copied()));
    let rows = others.iter().zip(truth.iter().zip(&predicted));
    let interval = correlation_interval(rows.map(|(&row, (&truth, &predicted))| (groups[row], truth, predicted)));
    let is_gone = correlation_of_others.max(0.0).powi(2) < LEFT * explained && interval.low <= 0.0;
    // A part may also carry a finding by lying apart from all others.
    let has_fallen = falls_far(explained.sqrt(), correlation_of_others, pictures(groups, &others));
    let is_told = is_gone && (holding.is_empty() || has_fallen || parts_differ(division, of_all));
    is_told.then(|| Carrier {
        by: division.by,
        names: holding.into_iter().map(str::to_owned).collect(),
        others: others.len(),
        correlation_of_others,
    })
}

/// Whether the parts' correlations differ by more than chance: those that hold were chosen for being high, and what is
/// left is low by that alone. Cochran's Q of Fisher's transformed correlations (Hedges and Olkin, *Statistical Methods for
/// Meta-Analysis*, 1985), each weighted by its different covers.
fn parts_differ(division: &Parts, (groups, truth, predicted): (&[usize], &[f64], &[f64])) -> bool {
    let of_part = |part: usize| -> Option<(f64, f64)> {
        let rows: Vec<usize> = (0..truth.len()).filter(|&row| division.part_of[row] == Some(part)).collect();
        let weight = pictures(groups, &rows) as f64 - 3.0;
        let found = correlation(rows.iter().map(|&row| (truth[row], predicted[row])));
        (weight >= 1.0 && found.is_finite()).then(|| (found.clamp(-0.999, 0.999).atanh(), weight))
    };
    let parts: Vec<(f64, f64)> = (0..division.names.len()).filter_map(of_part).collect();
    let weights: f64 = parts.iter().map(|(_, weight)| weight).sum();
    let mean = parts.iter().map(|(z, weight)| z * weight).sum::<f64>() / weights;
    let q: f64 = parts.iter().map(|(z, weight)| weight * (z - mean).powi(2)).sum();
    let freedom = parts.len().saturating_sub(1).max(1) as f64;
    ChiSquared::new(freedom).is_ok_and(|chance| chance.sf(q) < DIFFERS)
}

/// Whether the correlation of all tracks is more than [`FAR`] standard errors above that of the others, which have so many
/// `pictures`.
fn falls_far(of_all: f64, of_others: f64, pictures: usize) -> bool {
    let z = |correlation: f64| correlation.clamp(-0.999, 0.999).atanh();
    (z(of_all) - z(of_others)) * (pictures as f64 - 3.0).max(0.0).sqrt() > FAR
}

/// The values of `rows`, each less the mean of those of its part.
fn less_part_means(values: &[f64], rows: &[usize], part_of: &[Option<usize>]) -> Vec<f64> {
    let mut sums: BTreeMap<Option<usize>, (f64, f64)> = BTreeMap::new();
    for &row in rows {
        let (sum, count) = sums.entry(part_of[row]).or_default();
        *sum += values[row];
        *count += 1.0;
    }
    let mean = |row: usize| sums.get(&part_of[row]).map_or(0.0, |(sum, count)| sum / count);
    rows.iter().map(|&row| values[row] - mean(row)).collect()
}

fn has_enough_pictures(groups: &[usize], rows: &[usize]) -> bool {
    pictures(groups, rows) >= FEWEST_PICTURES
}

/// How many different ones `rows` have.
fn pictures(groups: &[usize], rows: &[usize]) -> usize {
    rows.iter().map(|&row| groups[row]).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::super::subsets::subsets;
    use super::*;

    fn parts(by: PartBy) -> Parts {
        let names = ["calm", "loud", "old"].map(str::to_owned).to_vec();
        Parts { by, names, part_of: (0..900).map(|row| Some(row % 3)).collect() }
    }

    fn signal(row: usize) -> f64 {
        (row * 104_729 % 997) as f64 / 50.0
    }

    fn noise(row: usize) -> f64 {
        (row * 7919 % 1009) as f64 / 50.0
    }

    fn found(by: PartBy, predicted: impl Fn(usize) -> f64, truth: impl Fn(usize) -> f64) -> Option<Carrier> {
        let divisions = [parts(by)];
        let groups: Vec<usize> = (0..900).collect();
        let (predicted, truth): (Vec<f64>, Vec<f64>) = (0..900).map(|row| (predicted(row), truth(row))).unzip();
        carrier(&divisions, &subsets(&divisions, &groups, &truth, &predicted), (&groups, &truth, &predicted))
    }

    #[test]
    fn the_playlist_that_carries_all_is_named_and_none_where_all_do() {
        let carried =
            found(PartBy::Playlist, signal, |row| if row % 3 == 1 { signal(row) } else { noise(row) }).unwrap();
        assert_eq!((carried.names.as_slice(), carried.others), (["loud".to_owned()].as_slice(), 600));
        assert!(carried.correlation_of_others.abs() < 0.1, "{carried:?}");
        assert_eq!(found(PartBy::Playlist, signal, signal), None);
        // One playlist does far better than the others; within each, covers say the same.
        let hit = |row: usize| if row % 3 == 1 { 300.0 } else { 0.0 };
        assert_eq!(found(PartBy::Playlist, signal, |row| signal(row) + hit(row)), None);
    }

    #[test]
    fn what_only_changes_with_the_years_is_told() {
        let year = |row: usize| 20.0 * (row % 3) as f64;
        let (covers, success) = (|row: usize| year(row) + noise(row), |row: usize| year(row) + signal(row));
        let carried = found(PartBy::Year, covers, success).unwrap();
        assert_eq!((carried.names.len(), carried.others), (0, 900));
        // Of playlists, that is the within-playlist test's question.
        assert_eq!(found(PartBy::Playlist, covers, success), None);
    }
}
