//! The same predictions within parts of the study: single playlists, single years.

use rayon::prelude::*;

use super::compare::benjamini_hochberg;
use super::interval::{Interval, correlation, correlation_interval};
use super::permutation::{Exchange, Exchanges, p_value};

/// Below this many tracks a part says little.
const FEW: usize = 50;
/// Below this many it says nothing, and is left out.
const FEWEST: usize = 5;
/// Shuffles of each part; with many parts more, so that one of them alone could hold, but not without end.
const SHUFFLES: std::ops::RangeInclusive<u64> = 199..=4999;
/// Of the parts that are told to hold, at most this share may be chance.
const FALSE_SHARE: f64 = 0.05;

/// By what a study is divided into parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartBy {
    #[default]
    Playlist,
    /// The year of release, or the decade where there are many years.
    Year,
}

/// A division of the study into parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    pub by: PartBy,
    pub names: Vec<String>,
    /// Each row's part, from 0; `None` for a row that is in none.
    pub part_of: Vec<Option<usize>>,
}

/// How well predictions and truth go together within a part of the study.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Subset {
    #[serde(default)]
    pub by: PartBy,
    pub name: String,
    pub n: usize,
    /// Pearson's correlation of prediction and truth.
    #[serde(deserialize_with = "super::verdict::number")]
    pub correlation: f64,
    #[serde(deserialize_with = "super::verdict::number")]
    pub low: f64,
    #[serde(deserialize_with = "super::verdict::number")]
    pub high: f64,
    #[serde(deserialize_with = "super::verdict::number")]
    pub p: f64,
    /// Whether it holds, the number of parts that were tried taken into account (Benjamini and Hochberg).
    pub holds: bool,
    /// Whether there are too few tracks to read much into it.
    pub is_small: bool,
}

/// Compares predictions with truth within each part of each division that can be tested. Whether a part holds takes into
/// account how many there are in all divisions.
pub fn subsets(divisions: &[Parts], groups: &[usize], truth: &[f64], predicted: &[f64]) -> Vec<Subset> {
    let mut rows_of = Vec::new();
    // One part alone is the whole study.
    let is_whole = |division: &&Parts| division.names.len() == 1 && division.part_of.iter().all(Option::is_some);
    for division in divisions.iter().filter(|division| !is_whole(division)) {
        let mut of_part = vec![Vec::new(); division.names.len()];
        let rows = division.part_of.iter().enumerate().filter_map(|(row, part)| Some((row, (*part)?)));
        rows.for_each(|(row, part)| of_part[part].push(row));
        rows_of.extend(division.names.iter().zip(of_part).map(|(name, rows)| (division.by, name, rows)));
    }
    rows_of.retain(|(.., rows)| rows.len() >= FEWEST);
    // The first of `parts` p has to be below FALSE_SHARE / parts; the smallest there is is 1 / (1 + shuffles).
    let wanted = (2.0 * rows_of.len() as f64 / FALSE_SHARE) as u64;
    let shuffles = wanted.clamp(*SHUFFLES.start(), *SHUFFLES.end());
    let mut parts: Vec<Subset> = rows_of
        .par_iter()
        .map(|(by, name, rows)| subset(*by, name, rows, (groups, truth, predicted), shuffles))
        .collect();
    parts.retain(|part| part.p.is_finite());
    let p_values: Vec<f64> = parts.iter().map(|part| part.p).collect();
    for (part, holds) in parts.iter_mut().zip(benjamini_hochberg(&p_values, FALSE_SHARE)) {
        part.holds = holds;
    }
    parts
}

fn subset(
    by: PartBy,
    name: &str,
    rows: &[usize],
    (groups, truth, predicted): (&[usize], &[f64], &[f64]),
    shuffles: u64,
) -> Subset {
    let own_groups: Vec<usize> = rows.iter().map(|&row| groups[row]).collect();
    let own_truth: Vec<f64> = rows.iter().map(|&row| truth[row]).collect();
    let of =
        |truth: &[f64]| -> f64 { correlation(rows.iter().zip(truth).map(|(&row, &truth)| (predicted[row], truth))) };
    let exchanges = Exchanges::new(&own_groups, &vec![0; rows.len()], Exchange::All);
    let seen = if exchanges.can_exchange() { of(&own_truth) } else { f64::NAN };
    let shuffles: Vec<f64> = (0..shuffles).map(|seed| of(&exchanges.shuffle(&own_truth, seed))).collect();
    let pairs = rows.iter().map(|&row| (groups[row], predicted[row], truth[row]));
    let Interval { low, high } = correlation_interval(pairs);
    let p = if seen.is_finite() { p_value(seen, &shuffles) } else { f64::NAN };
    Subset {
        by,
        name: name.to_owned(),
        n: rows.len(),
        correlation: seen,
        low,
        high,
        p,
        holds: false,
        is_small: rows.len() < FEW,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_many_parts_can_hold() {
        let names: Vec<String> = (0..60).map(|part| part.to_string()).collect();
        let parts = Parts { by: PartBy::Playlist, names, part_of: (0..3000).map(|row| Some(row % 60)).collect() };
        let groups: Vec<usize> = (0..3000).collect();
        let truth: Vec<f64> = (0..3000).map(|row| (row * 7919 % 1009) as f64).collect();
        let told = |row: usize| if row % 60 == 7 { truth[row] } else { (row * 104_729 % 997) as f64 };
        let predicted: Vec<f64> = (0..3000).map(told).collect();
        let holding: Vec<String> = subsets(&[parts], &groups, &truth, &predicted)
            .into_iter()
            .filter(|part| part.holds)
            .map(|part| part.name)
            .collect();
        assert_eq!(holding, ["7"]);
    }

    #[test]
    fn the_part_with_a_relation_is_found() {
        let names = ["one".to_owned(), "two".to_owned(), "none".to_owned()].to_vec();
        let by_playlist = Parts { by: PartBy::Playlist, names, part_of: (0..200).map(|row| Some(row % 2)).collect() };
        let dated = (0..200).map(|row| (row < 40).then_some(0)).collect();
        let by_year = Parts { by: PartBy::Year, names: vec!["1999".to_owned()], part_of: dated };
        // Four tracks alone say nothing.
        let few = (0..200).map(|row| (row < 4).then_some(0)).collect();
        let by_few = Parts { by: PartBy::Year, names: vec!["1970".to_owned()], part_of: few };
        let groups: Vec<usize> = (0..200).collect();
        let truth: Vec<f64> = (0..200).map(|row| (row * 7919 % 101) as f64).collect();
        let predicted: Vec<f64> = (0..200)
            .map(|row| if row % 2 == 0 { truth[row] + (row % 13) as f64 } else { (row * 31 % 17) as f64 })
            .collect();
        let found = subsets(&[by_playlist, by_year, by_few], &groups, &truth, &predicted);
        assert_eq!(
            found.iter().map(|part| (part.by, part.n, part.holds, part.is_small)).collect::<Vec<_>>(),
            [
                (PartBy::Playlist, 100, true, false),
                (PartBy::Playlist, 100, false, false),
                (PartBy::Year, 40, true, true)
            ]
        );
    }
}
