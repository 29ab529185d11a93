//! The same predictions within parts of the study: single playlists, single years.

use super::compare::benjamini_hochberg;
use super::interval::{Interval, correlation, correlation_interval};
use super::permutation::{Exchange, Exchanges, p_value};

/// Below this many tracks a part says little.
const FEW: usize = 50;
const SHUFFLES: u64 = 199;
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

/// Compares predictions with truth within each part of each division. Whether a part holds takes into account how many
/// there are in all divisions.
pub fn subsets(divisions: &[Parts], groups: &[usize], truth: &[f64], predicted: &[f64]) -> Vec<Subset> {
    let mut parts = Vec::new();
    for division in divisions {
        for (part, name) in division.names.iter().enumerate() {
            let rows: Vec<usize> = (0..truth.len()).filter(|&row| division.part_of[row] == Some(part)).collect();
            if !rows.is_empty() {
                parts.push(subset(division.by, name, &rows, groups, truth, predicted));
            }
        }
    }
    let p_values: Vec<f64> = parts.iter().map(|part| part.p).collect();
    for (part, holds) in parts.iter_mut().zip(benjamini_hochberg(&p_values, FALSE_SHARE)) {
        part.holds = holds;
    }
    parts
}

fn subset(by: PartBy, name: &str, rows: &[usize], groups: &[usize], truth: &[f64], predicted: &[f64]) -> Subset {
    let own_groups: Vec<usize> = rows.iter().map(|&row| groups[row]).collect();
    let of_order = |order: &[usize]| -> f64 {
        correlation(rows.iter().zip(order).map(|(&row, &from)| (predicted[row], truth[rows[from]])))
    };
    let same: Vec<usize> = (0..rows.len()).collect();
    let seen = of_order(&same);
    let exchanges = Exchanges::new(&own_groups, &vec![0; rows.len()], Exchange::All);
    let shuffles: Vec<f64> = (0..SHUFFLES).map(|seed| of_order(&exchanges.shuffled(seed))).collect();
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
    fn the_part_with_a_relation_is_found() {
        let names = ["one".to_owned(), "two".to_owned(), "none".to_owned()].to_vec();
        let by_playlist = Parts { by: PartBy::Playlist, names, part_of: (0..200).map(|row| Some(row % 2)).collect() };
        let dated = (0..200).map(|row| (row < 40).then_some(0)).collect();
        let by_year = Parts { by: PartBy::Year, names: vec!["1999".to_owned()], part_of: dated };
        let groups: Vec<usize> = (0..200).collect();
        let truth: Vec<f64> = (0..200).map(|row| (row * 7919 % 101) as f64).collect();
        let predicted: Vec<f64> = (0..200)
            .map(|row| if row % 2 == 0 { truth[row] + (row % 13) as f64 } else { (row * 31 % 17) as f64 })
            .collect();
        let found = subsets(&[by_playlist, by_year], &groups, &truth, &predicted);
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
