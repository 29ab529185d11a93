//! Permutation tests: how often chance alone does as well.

use std::collections::BTreeMap;

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::observations::Target;

/// Which targets may change places with which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// All covers with the same number of tracks.
    All,
    /// Only covers whose tracks are in the same playlists: what the playlist says stays.
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

/// Rows that may exchange their targets. The tracks of a cover stay together, since their targets are alike, and change
/// places with those of covers that have as many.
#[derive(Clone, Debug)]
pub struct Exchanges {
    /// Covers that may change places with each other, each as its rows.
    alike: Vec<Vec<Vec<usize>>>,
    rows: usize,
}

impl Exchanges {
    /// Finds which covers are alike, from each row's group and playlist.
    pub fn new(groups: &[usize], playlists: &[usize], exchange: Exchange) -> Self {
        let mut rows_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (row, &group) in groups.iter().enumerate() {
            rows_of.entry(group).or_default().push(row);
        }
        let mut alike: BTreeMap<(usize, Vec<usize>), Vec<Vec<usize>>> = BTreeMap::new();
        for mut rows in rows_of.into_values() {
            rows.sort_by_key(|&row| (playlists[row], row));
            let of_playlists = match exchange {
                Exchange::All => Vec::new(),
                Exchange::WithinPlaylist => rows.iter().map(|&row| playlists[row]).collect(),
            };
            alike.entry((rows.len(), of_playlists)).or_default().push(rows);
        }
        Self { alike: alike.into_values().collect(), rows: groups.len() }
    }

    /// Whether any two covers are alike.
    pub fn can_exchange(&self) -> bool {
        self.alike.iter().any(|blocks| blocks.len() > 1)
    }

    /// The order in which rows take the targets of others: row `i` gets the target of row `order[i]`.
    pub fn shuffled(&self, seed: u64) -> Vec<usize> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..self.rows).collect();
        for blocks in &self.alike {
            let mut from: Vec<&Vec<usize>> = blocks.iter().collect();
            from.shuffle(&mut random);
            for (to, from) in blocks.iter().zip(from) {
                to.iter().zip(from).for_each(|(&to, &from)| order[to] = from);
            }
        }
        order
    }
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
            let within = within_playlists.shuffled(seed);
            assert!(within.iter().enumerate().all(|(row, &from)| playlists[row] == playlists[from]));
            let all = any.shuffled(seed);
            assert_eq!(groups[all[0]], groups[all[1]], "tracks of one cover take those of one other");
            let mut sorted = all;
            sorted.sort_unstable();
            assert_eq!(sorted, (0..8).collect::<Vec<_>>(), "each target is taken once");
        }
    }

    #[test]
    fn playlists_of_one_track_cannot_exchange_within_them() {
        let exchanges = |exchange| Exchanges::new(&[0, 1, 2], &[0, 1, 2], exchange);
        assert!(exchanges(Exchange::All).can_exchange());
        assert!(!exchanges(Exchange::WithinPlaylist).can_exchange());
        assert!(p_value(1.0, &[]).is_nan());
    }

    #[test]
    fn p_counts_ties_and_itself() {
        assert_eq!(p_value(2.0, &[1.0, 2.0, 3.0]), 0.75);
        assert_eq!(p_value(9.0, &[1.0; 19]), 0.05);
    }
}
