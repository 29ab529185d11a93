//! Ridge regression on the letters of track names: character n-grams within words, weighted by TF-IDF as scikit-learn's
//! `TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2)` does.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::folds::{grouped_folds, sides};

const SHORTEST: usize = 2;
const LONGEST: usize = 4;
/// In how many training names an n-gram has to occur.
const FEWEST_NAMES: usize = 2;
/// The penalties that are tried within the training rows.
const PENALTIES: [f64; 4] = [3.0, 10.0, 30.0, 100.0];
const INNER_FOLDS: usize = 3;

/// A sparse row: places in the vocabulary with their weights.
type Sparse = Vec<(usize, f64)>;

/// Predicts the targets of `test` names from those of `train` names. The penalty is the one that does best when parts of
/// the training rows, by their `groups`, are left out.
pub fn predict_by_name(train: &[&str], groups: &[usize], targets: &[f64], test: &[&str]) -> Vec<f64> {
    let folds = grouped_folds(&renumbered(groups), INNER_FOLDS, 0);
    let error = |penalty: f64| -> f64 {
        (0..INNER_FOLDS)
            .map(|fold| {
                let (rows, left_out) = sides(&folds, fold);
                let names = |rows: &[usize]| -> Vec<&str> { rows.iter().map(|&row| train[row]).collect() };
                let of_rows: Vec<f64> = rows.iter().map(|&row| targets[row]).collect();
                let predicted = predict_with_penalty(&names(&rows), &of_rows, &names(&left_out), penalty);
                left_out.iter().zip(predicted).map(|(&row, value)| (targets[row] - value).powi(2)).sum::<f64>()
            })
            .sum()
    };
    let errors = PENALTIES.map(error);
    let best = (0..PENALTIES.len()).min_by(|&one, &other| errors[one].total_cmp(&errors[other])).unwrap_or(0);
    predict_with_penalty(train, targets, test, PENALTIES[best])
}

/// [`predict_by_name`] with a penalty that is given.
pub fn predict_with_penalty(train: &[&str], targets: &[f64], test: &[&str], penalty: f64) -> Vec<f64> {
    let vocabulary = Vocabulary::of(train);
    let rows: Vec<Sparse> = train.iter().map(|name| vocabulary.row(name)).collect();
    let mean = targets.iter().sum::<f64>() / targets.len().max(1) as f64;
    let centered: Vec<f64> = targets.iter().map(|target| target - mean).collect();
    let system = Centered::new(&rows, vocabulary.inverse_frequencies.len());
    let weights = system.solve(&centered, penalty);
    let offset = mean - system.means.iter().zip(&weights).map(|(mean, weight)| mean * weight).sum::<f64>();
    test.iter().map(|name| offset + sparse_dot(&vocabulary.row(name), &weights)).collect()
}

/// Group numbers without gaps.
fn renumbered(groups: &[usize]) -> Vec<usize> {
    let mut numbers = HashMap::new();
    groups
        .iter()
        .map(|group| {
            let next = numbers.len();
            *numbers.entry(*group).or_insert(next)
        })
        .collect()
}

/// The n-grams of a name's words, each word with a space before and after it.
fn ngrams(name: &str) -> Vec<String> {
    let mut ngrams = Vec::new();
    for word in name.to_lowercase().split_whitespace() {
        let letters: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
        for length in SHORTEST..=LONGEST {
            if letters.len() <= length {
                // A short word counts once, whole.
                ngrams.push(letters.iter().collect());
                break;
            }
            ngrams.extend(letters.windows(length).map(|window| window.iter().collect::<String>()));
        }
    }
    ngrams
}

/// The n-grams of the training names, with how rare they are.
struct Vocabulary {
    places: HashMap<String, usize>,
    inverse_frequencies: Vec<f64>,
}

impl Vocabulary {
    fn of(names: &[&str]) -> Self {
        let mut frequencies: BTreeMap<String, usize> = BTreeMap::new();
        for name in names {
            for ngram in ngrams(name).into_iter().collect::<HashSet<_>>() {
                *frequencies.entry(ngram).or_default() += 1;
            }
        }
        frequencies.retain(|_, count| *count >= FEWEST_NAMES);
        let inverse = |count: usize| ((1 + names.len()) as f64 / (1 + count) as f64).ln() + 1.0;
        let inverse_frequencies = frequencies.values().map(|&count| inverse(count)).collect();
        Self { places: frequencies.into_keys().zip(0..).collect(), inverse_frequencies }
    }

    /// A name's weights, of Euclidean length 1.
    fn row(&self, name: &str) -> Sparse {
        let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
        for ngram in ngrams(name) {
            if let Some(&place) = self.places.get(&ngram) {
                *counts.entry(place).or_default() += self.inverse_frequencies[place];
            }
        }
        let length = counts.values().map(|value| value * value).sum::<f64>().sqrt();
        counts.into_iter().map(|(place, value)| (place, value / length)).collect()
    }
}

fn sparse_dot(row: &Sparse, weights: &[f64]) -> f64 {
    row.iter().map(|&(place, value)| value * weights[place]).sum()
}

/// Rows of which the mean is taken without making them dense.
struct Centered<'a> {
    rows: &'a [Sparse],
    means: Vec<f64>,
}

impl<'a> Centered<'a> {
    fn new(rows: &'a [Sparse], width: usize) -> Self {
        let mut means = vec![0.0; width];
        for &(place, value) in rows.iter().flatten() {
            means[place] += value / rows.len() as f64;
        }
        Self { rows, means }
    }

    fn times(&self, weights: &[f64]) -> Vec<f64> {
        let shift: f64 = self.means.iter().zip(weights).map(|(mean, weight)| mean * weight).sum();
        self.rows.iter().map(|row| sparse_dot(row, weights) - shift).collect()
    }

    fn transposed_times(&self, values: &[f64]) -> Vec<f64> {
        let sum: f64 = values.iter().sum();
        let mut products: Vec<f64> = self.means.iter().map(|mean| -mean * sum).collect();
        for (row, value) in self.rows.iter().zip(values) {
            for &(place, weight) in row {
                products[place] += weight * value;
            }
        }
        products
    }

    /// Solves `(X'X + penalty) w = X'y` by conjugate gradients (Hestenes and Stiefel, 1952).
    fn solve(&self, targets: &[f64], penalty: f64) -> Vec<f64> {
        let dot = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(one, other)| one * other).sum::<f64>();
        let mut residual = self.transposed_times(targets);
        let mut weights = vec![0.0; residual.len()];
        let mut direction = residual.clone();
        let mut squared = dot(&residual, &residual);
        let enough = 1e-20 * squared;
        for _ in 0..500 {
            if squared <= enough {
                break;
            }
            let mut image = self.transposed_times(&self.times(&direction));
            image.iter_mut().zip(&direction).for_each(|(value, weight)| *value += penalty * weight);
            let step = squared / dot(&direction, &image);
            weights.iter_mut().zip(&direction).for_each(|(weight, way)| *weight += step * way);
            residual.iter_mut().zip(&image).for_each(|(left, value)| *left -= step * value);
            let now = dot(&residual, &residual);
            let turn = now / squared;
            direction.iter_mut().zip(&residual).for_each(|(way, left)| *way = left + turn * *way);
            squared = now;
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ngrams_as_scikit_learn_counts_them() {
        assert_eq!(ngrams("ab C"), [" a", "ab", "b ", " ab", "ab ", " ab ", " c", "c ", " c "]);
    }

    #[test]
    fn a_word_that_matters_is_found() {
        let names: Vec<String> =
            (0..120).map(|index| format!("{} {}", if index % 2 == 0 { "remix" } else { "acoustic" }, index)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let targets: Vec<f64> = (0..120).map(|index| if index % 2 == 0 { 60.0 } else { 20.0 }).collect();
        let groups: Vec<usize> = (0..100).collect();
        let predicted = predict_by_name(&names[..100], &groups, &targets[..100], &names[100..]);
        for (predicted, target) in predicted.iter().zip(&targets[100..]) {
            assert!((predicted - target).abs() < 12.0, "{predicted} for {target}");
        }
        assert_eq!(predict_with_penalty(&["", ""], &[1.0, 3.0], &["x"], 1.0), [2.0]);
    }
}
