//! Whether a finding is one about the whole study, or about a single playlist or decade.

use serde::{Deserialize, Serialize};

use super::interval::{correlation, correlation_interval};
use super::subsets::{PartBy, Parts, Subset};
use super::verdict::FEWEST_PICTURES;

/// Without its carrier, less than this share of what the predictions explain is left.
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
    /// Pearson's correlation of prediction and truth for the tracks of all other parts; unlike R², it does not fall where
    /// these are merely more or less popular as a whole.
    #[serde(deserialize_with = "super::verdict::number")]
    pub correlation_of_others: f64,
}

/// The part that carries a finding alone, if one does: without it, the interval of the correlation reaches 0 and most of
/// its square is gone, and no other part of the same division is among the `subsets` that hold. Too few other tracks
/// cannot tell.
pub fn carrier(
    divisions: &[Parts],
    subsets: &[Subset],
    (groups, truth, predicted): (&[usize], &[f64], &[f64]),
) -> Option<Carrier> {
    let explained = correlation(truth.iter().copied().zip(predicted.iter().copied())).powi(2);
    let (lowest, others) = divisions
        .iter()
        .flat_map(|parts| (0..parts.names.len()).map(move |part| (parts, part)))
        .filter(|(parts, part)| holds_alone(subsets, parts.by, &parts.names[*part]))
        .filter_map(|(parts, part)| {
            let others: Vec<usize> = (0..truth.len()).filter(|&row| parts.part_of[row] != Some(part)).collect();
            let carrier = Carrier {
                by: parts.by,
                name: parts.names[part].clone(),
                n: truth.len() - others.len(),
                others: others.len(),
                correlation_of_others: correlation(others.iter().map(|&row| (truth[row], predicted[row]))),
            };
            let left = carrier.correlation_of_others.max(0.0).powi(2);
            (has_enough_pictures(groups, &others) && left < LEFT * explained).then_some((carrier, others))
        })
        .min_by(|(one, _), (other, _)| one.correlation_of_others.total_cmp(&other.correlation_of_others))?;
    let interval = correlation_interval(others.iter().map(|&row| (groups[row], truth[row], predicted[row])));
    (interval.low <= 0.0).then_some(lowest)
}

/// Whether a part holds and no other one of its division does.
fn holds_alone(subsets: &[Subset], by: PartBy, name: &str) -> bool {
    let mut holding = subsets.iter().filter(|part| part.by == by && part.holds);
    holding.next().is_some_and(|part| part.name == name) && holding.next().is_none()
}

fn has_enough_pictures(groups: &[usize], rows: &[usize]) -> bool {
    let mut pictures: Vec<usize> = rows.iter().map(|&row| groups[row]).collect();
    pictures.sort_unstable();
    pictures.dedup();
    pictures.len() >= FEWEST_PICTURES
}

#[cfg(test)]
mod tests {
    use super::super::subsets::subsets;
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
        let found = |truth: &[f64]| {
            let divisions = std::slice::from_ref(&parts);
            carrier(divisions, &subsets(divisions, &groups, truth, &signal), (&groups, truth, &signal))
        };
        let of_one: Vec<f64> = (0..900).map(|row| if row % 3 == 1 { signal[row] } else { noise(row) }).collect();
        let carried = found(&of_one).unwrap();
        assert_eq!((carried.name.as_str(), carried.n, carried.others), ("loud", 300, 600));
        assert!(carried.correlation_of_others.abs() < 0.1, "{carried:?}");
        assert_eq!(found(&signal), None);
        // One playlist does far better than the others; within each, covers say the same.
        let of_all: Vec<f64> = (0..900).map(|row| signal[row] + if row % 3 == 1 { 300.0 } else { 0.0 }).collect();
        assert_eq!(found(&of_all), None);
    }
}
