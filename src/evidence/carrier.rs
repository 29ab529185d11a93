//! Whether a finding is one about the whole study, or about a single playlist or decade.

use serde::{Deserialize, Serialize};

use super::interval::{R2Row, r2_interval};
use super::subsets::{PartBy, Parts};
use super::verdict::{FEWEST_PICTURES, r2};

/// Without its carrier, less than this share of the finding is left.
const LEFT: f64 = 0.25;

/// The part of a study without which nothing is left of what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Carrier {
    pub by: PartBy,
    pub name: String,
    /// Its tracks.
    pub n: usize,
    /// The tracks of all other parts.
    pub others: usize,
    /// R² of the same predictions for the tracks of all other parts.
    #[serde(deserialize_with = "super::verdict::number")]
    pub r2_of_others: f64,
}

/// The part that carries a finding alone, if one does: without it, the interval of R² reaches 0 and most of R² is gone.
/// Too few other tracks cannot tell.
pub fn carrier(divisions: &[Parts], groups: &[usize], truth: &[f64], predicted: &[f64]) -> Option<Carrier> {
    let all = r2(truth, predicted);
    let (lowest, others) = divisions
        .iter()
        .flat_map(|parts| (0..parts.names.len()).map(move |part| (parts, part)))
        .filter_map(|(parts, part)| {
            let others: Vec<usize> = (0..truth.len()).filter(|&row| parts.part_of[row] != Some(part)).collect();
            let r2_of_others = r2(&of_rows(truth, &others), &of_rows(predicted, &others));
            let carrier = Carrier {
                by: parts.by,
                name: parts.names[part].clone(),
                n: truth.len() - others.len(),
                others: others.len(),
                r2_of_others,
            };
            (has_enough_pictures(groups, &others) && r2_of_others < LEFT * all).then_some((carrier, others))
        })
        .min_by(|(one, _), (other, _)| one.r2_of_others.total_cmp(&other.r2_of_others))?;
    let middle = truth.iter().sum::<f64>() / truth.len() as f64;
    let term = |row: usize| {
        let truth_from_middle = truth[row] - middle;
        R2Row {
            truth: truth_from_middle,
            truth_squared: truth_from_middle * truth_from_middle,
            squared_error: (truth[row] - predicted[row]).powi(2),
        }
    };
    (r2_interval(others.iter().map(|&row| (groups[row], term(row)))).low <= 0.0).then_some(lowest)
}

fn of_rows(values: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().map(|&row| values[row]).collect()
}

fn has_enough_pictures(groups: &[usize], rows: &[usize]) -> bool {
    let mut pictures: Vec<usize> = rows.iter().map(|&row| groups[row]).collect();
    pictures.sort_unstable();
    pictures.dedup();
    pictures.len() >= FEWEST_PICTURES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_playlist_that_carries_all_is_named_and_none_where_all_do() {
        let parts = Parts {
            by: PartBy::Playlist,
            names: ["calm", "loud", "old"].map(str::to_owned).to_vec(),
            part_of: (0..900).map(|row| Some(row % 3)).collect(),
        };
        let groups: Vec<usize> = (0..900).collect();
        let signal: Vec<f64> = (0..900).map(|row| (row * 104_729 % 997) as f64 / 50.0).collect();
        let noise = |row: usize| (row * 7919 % 1009) as f64 / 50.0;
        let one: Vec<f64> = (0..900).map(|row| if row % 3 == 1 { signal[row] } else { noise(row) }).collect();
        // Predictions that go half of the way, which is what such data make of a fit.
        let mean = one.iter().sum::<f64>() / 900.0;
        let predicted: Vec<f64> = signal.iter().map(|value| mean + 0.4 * (value - mean)).collect();
        let found = carrier(std::slice::from_ref(&parts), &groups, &one, &predicted).unwrap();
        assert_eq!((found.name.as_str(), found.n, found.others), ("loud", 300, 600));
        assert!(found.r2_of_others < 0.02, "{found:?}");
        assert_eq!(carrier(&[parts], &groups, &signal, &predicted), None);
    }
}
