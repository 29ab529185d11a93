//! Permutation tests: how often chance alone does as well.

use std::collections::BTreeMap;

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::folds::rows_of_groups;
use super::observations::{Target, playlist_means};

/// Which targets may change places with which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// All covers with the same number of tracks.
    All,
    /// Only so that what the playlist says stays.
    WithinPlaylist,
}

impl Exchange {
    /// Under the hypothesis that covers say nothing about `target`: what is counted within a playlist changes places
    /// within it.
    pub fn of(target: Target) -> Self {
        match target {
            Target::Popularity => Self::All,
            Target::WithinPlaylist | Target::RankInPlaylist => Self::WithinPlaylist,
        }
    }
}

/// Where fewer than this share of the rows can change places, a shuffle leaves so much as it is that finding no more
/// than chance would say nothing.
const ENOUGH: f64 = 0.5;

/// Rows that may exchange their targets. The tracks of a cover stay together, since their targets are alike, and change
/// places with those of covers that have as many.
///
/// Within playlists, covers whose tracks are in the same playlists change places. Where albums lie across playlists few
/// do; then all covers with as many tracks change what is left of their targets beside the playlists' means, in units of
/// the playlists' spreads (Freedman and Lane, *A nonstochastic interpretation of reported significance levels*, 1983).
#[derive(Clone, Debug)]
pub struct Exchanges {
    /// Covers that may change places with each other, each as its rows.
    alike: Vec<Vec<Vec<usize>>>,
    /// Each row's playlist where only what is left beside it changes places.
    beside: Option<Vec<usize>>,
    can_exchange: bool,
    rows: usize,
}

impl Exchanges {
    /// Finds which covers are alike, from each row's group and playlist.
    pub fn new(groups: &[usize], playlists: &[usize], exchange: Exchange) -> Self {
        let covers = rows_of_covers(groups, playlists);
        let rows = groups.len();
        let by_count = |covers: Vec<Vec<usize>>| alike(covers, Vec::len);
        if exchange == Exchange::All {
            let alike = by_count(covers);
            return Self { can_exchange: exchanged_rows(&alike) > 0, alike, beside: None, rows };
        }
        let is_enough = |alike: &[Vec<Vec<usize>>]| exchanged_rows(alike) as f64 >= ENOUGH * rows.max(1) as f64;
        let of_playlists = |rows: &Vec<usize>| rows.iter().map(|&row| playlists[row]).collect::<Vec<_>>();
        let same_playlists = alike(covers.clone(), of_playlists);
        if is_enough(&same_playlists) {
            return Self { can_exchange: true, alike: same_playlists, beside: None, rows };
        }
        let compared = with_several_covers(groups, playlists);
        let is_compared = |rows: &Vec<usize>| rows.iter().all(|&row| compared[playlists[row]]);
        let beside = by_count(covers.into_iter().filter(is_compared).collect());
        Self { can_exchange: is_enough(&beside), alike: beside, beside: Some(playlists.to_vec()), rows }
    }

    /// Whether enough covers are alike for a test.
    pub fn can_exchange(&self) -> bool {
        self.can_exchange
    }

    /// `values` as the rows have them when covers have changed places.
    pub fn shuffle(&self, values: &[f64], seed: u64) -> Vec<f64> {
        let order = self.order(seed);
        let Some(playlists) = &self.beside else { return order.iter().map(|&row| values[row]).collect() };
        let levels = levels(values, playlists);
        order
            .iter()
            .enumerate()
            .map(|(row, &from)| {
                let ((mean, spread), (mean_from, spread_from)) = (levels[playlists[row]], levels[playlists[from]]);
                // A row that stays keeps its value to the bit.
                if row == from || spread_from == 0.0 {
                    return if row == from { values[row] } else { mean };
                }
                mean + spread * (values[from] - mean_from) / spread_from
            })
            .collect()
    }

    /// Row `i` takes the target of row `order[i]`.
    fn order(&self, seed: u64) -> Vec<usize> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..self.rows).collect();
        for covers in &self.alike {
            let mut from: Vec<&Vec<usize>> = covers.iter().collect();
            from.shuffle(&mut random);
            for (to, from) in covers.iter().zip(from) {
                to.iter().zip(from).for_each(|(&to, &from)| order[to] = from);
            }
        }
        order
    }
}

/// The rows of each cover, in the order of their playlists.
fn rows_of_covers(groups: &[usize], playlists: &[usize]) -> Vec<Vec<usize>> {
    let mut covers = rows_of_groups(groups);
    covers.iter_mut().for_each(|rows| rows.sort_by_key(|&row| (playlists[row], row)));
    covers
}

/// Covers in sets of those that have the same number of tracks and the same `mark`.
fn alike<M: Ord>(covers: Vec<Vec<usize>>, mark: impl Fn(&Vec<usize>) -> M) -> Vec<Vec<Vec<usize>>> {
    let mut sets: BTreeMap<(usize, M), Vec<Vec<usize>>> = BTreeMap::new();
    for rows in covers {
        sets.entry((rows.len(), mark(&rows))).or_default().push(rows);
    }
    sets.into_values().collect()
}

/// How many rows can take another cover's targets.
fn exchanged_rows(alike: &[Vec<Vec<usize>>]) -> usize {
    alike.iter().filter(|covers| covers.len() > 1).flatten().map(Vec::len).sum()
}

/// Whether each playlist has more than one cover.
fn with_several_covers(groups: &[usize], playlists: &[usize]) -> Vec<bool> {
    let mut first_of = vec![None; playlists.iter().max().map_or(0, |last| last + 1)];
    let mut several = vec![false; first_of.len()];
    for (&group, &playlist) in groups.iter().zip(playlists) {
        several[playlist] |= *first_of[playlist].get_or_insert(group) != group;
    }
    several
}

/// Mean and standard deviation of each playlist's values.
fn levels(values: &[f64], playlists: &[usize]) -> Vec<(f64, f64)> {
    let all: Vec<usize> = (0..values.len()).collect();
    let means = playlist_means(values, playlists, &all);
    let squares: Vec<f64> =
        values.iter().zip(playlists).map(|(value, &playlist)| (value - means[playlist]).powi(2)).collect();
    let variances = playlist_means(&squares, playlists, &all);
    means.into_iter().zip(variances.into_iter().map(f64::sqrt)).collect()
}

/// The share of shuffles that do at least as well as what was seen, what was seen counted as one of them (Phipson and
/// Smyth, *Permutation p-values should never be zero*, 2010): `(1 + hits) / (1 + shuffles)`. Not a number without any.
pub fn p_value(seen: f64, shuffles: &[f64]) -> f64 {
    if shuffles.is_empty() {
        return f64::NAN;
    }
    let hits = shuffles.iter().filter(|value| **value >= seen).count();
    (1 + hits) as f64 / (1 + shuffles.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_stay_together_and_playlists_stay_apart() {
        let groups = [0, 0, 1, 1, 2, 3, 4, 5];
        let playlists = [0, 1, 0, 1, 0, 0, 1, 1];
        let within_playlists = Exchanges::new(&groups, &playlists, Exchange::WithinPlaylist);
        let any = Exchanges::new(&groups, &playlists, Exchange::All);
        for seed in 0..50 {
            let within = within_playlists.order(seed);
            assert!(within.iter().enumerate().all(|(row, &from)| playlists[row] == playlists[from]));
            let all = any.order(seed);
            assert_eq!(groups[all[0]], groups[all[1]], "tracks of one cover take those of one other");
            let mut sorted = all;
            sorted.sort_unstable();
            assert_eq!(sorted, (0..8).collect::<Vec<_>>(), "each target is taken once");
        }
    }

    #[test]
    fn albums_across_playlists_change_what_is_left_beside_them() {
        // 30 albums of four tracks; no two are in the same playlists.
        let groups: Vec<usize> = (0..120).map(|row| row / 4).collect();
        let playlists: Vec<usize> = (0..120).map(|row| row * 7919 % 101 % 10).collect();
        let values: Vec<f64> = (0..120).map(|row| 100.0 * playlists[row] as f64 + (row * 7919 % 53) as f64).collect();
        let exchanges = Exchanges::new(&groups, &playlists, Exchange::WithinPlaylist);
        assert!(exchanges.can_exchange() && exchanges.beside.is_some());
        let shuffled = exchanges.shuffle(&values, 3);
        let moved = values.iter().zip(&shuffled).filter(|(before, after)| before != after).count();
        assert!(moved > 100, "{moved}");
        for row in 0..120 {
            // Far from the other playlists' values.
            assert!((shuffled[row] - values[row]).abs() < 90.0, "{} to {}", values[row], shuffled[row]);
        }
    }

    #[test]
    fn where_too_few_can_change_places_nothing_is_tested() {
        let can = |playlists: &[usize], exchange| {
            let groups: Vec<usize> = (0..playlists.len()).collect();
            Exchanges::new(&groups, playlists, exchange).can_exchange()
        };
        assert!(can(&[0, 1, 2], Exchange::All) && !can(&[0, 1, 2], Exchange::WithinPlaylist));
        // One playlist of two tracks beside five of a single one.
        assert!(!can(&[0, 0, 1, 2, 3, 4, 5], Exchange::WithinPlaylist));
        assert!(can(&[0, 0, 1, 1, 2, 3, 4], Exchange::WithinPlaylist));
        assert!(p_value(1.0, &[]).is_nan());
    }

    #[test]
    fn p_counts_ties_and_itself() {
        assert_eq!(p_value(2.0, &[1.0, 2.0, 3.0]), 0.75);
        assert_eq!(p_value(9.0, &[1.0; 19]), 0.05);
    }
}
