//! Folds for cross-validation in which a group of tracks, those that share a cover, stays together.

use std::collections::BTreeMap;

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

/// Which fold, from 0, tests each row. `groups` names each row's group; groups come in random order by `seed`, each
/// into the fold that is smallest so far.
pub fn grouped_folds(groups: &[usize], folds: usize, seed: u64) -> Vec<usize> {
    let count = groups.iter().max().map_or(0, |last| last + 1);
    let mut sizes = vec![0; count];
    for &group in groups {
        sizes[group] += 1;
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut filled = vec![0; folds];
    let mut fold_of = vec![0; count];
    for group in order {
        let smallest = (0..folds).min_by_key(|&fold| filled[fold]).unwrap_or(0);
        filled[smallest] += sizes[group];
        fold_of[group] = smallest;
    }
    groups.iter().map(|&group| fold_of[group]).collect()
}

/// The rows of each group, the groups in the order of their numbers.
pub fn rows_of_groups(groups: &[usize]) -> Vec<Vec<usize>> {
    let mut rows_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    groups.iter().enumerate().for_each(|(row, &group)| rows_of.entry(group).or_default().push(row));
    rows_of.into_values().collect()
}

/// The rows of a fold: those that train, and those that it tests.
pub fn sides(fold_of: &[usize], fold: usize) -> (Vec<usize>, Vec<usize>) {
    (0..fold_of.len()).partition(|&row| fold_of[row] != fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stay_together_and_folds_are_even() {
        let groups: Vec<usize> = (0..1000).map(|row| row / 3).collect();
        let folds = grouped_folds(&groups, 5, 7);
        for row in 1..1000 {
            assert!(groups[row] != groups[row - 1] || folds[row] == folds[row - 1]);
        }
        for fold in 0..5 {
            let (train, test) = sides(&folds, fold);
            assert!((198..=202).contains(&test.len()), "{}", test.len());
            assert_eq!(train.len() + test.len(), 1000);
        }
        assert_eq!(folds, grouped_folds(&groups, 5, 7));
        assert_ne!(folds, grouped_folds(&groups, 5, 8));
    }
}
