//! The baselines against scikit-learn's figures on the same folds; `golden/baselines/generate.py` makes them.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use cover_study::evidence::colors::COLOR_FEATURES;
use cover_study::evidence::{Baseline, ColorModel, Observations, Target, predict_with_penalty};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/baselines/golden.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn places(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|value| value as usize).collect()
}

/// R² and RMSE over all rows at once.
fn score(truth: &[f64], predicted: &[f64]) -> (f64, f64) {
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let total: f64 = truth.iter().map(|value| (value - mean).powi(2)).sum();
    let left: f64 = truth.iter().zip(predicted).map(|(truth, predicted)| (truth - predicted).powi(2)).sum();
    (1.0 - left / total, (left / truth.len() as f64).sqrt())
}

#[test]
fn baselines_agree_with_scikit_learn() {
    let golden = golden();
    let features: Vec<[f64; COLOR_FEATURES]> =
        golden["features"].as_array().unwrap().iter().map(|row| numbers(row).try_into().unwrap()).collect();
    let titles = golden["titles"].as_array().unwrap().iter().map(|title| title.as_str().unwrap().to_owned()).collect();
    let observations = Observations {
        popularity: numbers(&golden["popularity"]),
        playlists: places(&golden["playlists"]),
        groups: places(&golden["groups"]),
        titles,
        covers: (0..features.len()).collect(),
        features,
    };
    let fold_of = places(&golden["fold_of"]);
    let targets = Target::Popularity.of(&observations.popularity, &observations.playlists, &fold_of);
    let colors = ColorModel::new(&observations, &targets);
    for baseline in Baseline::ALL {
        let predicted = match baseline {
            // The penalty is chosen on inner folds of our own; here it is given.
            Baseline::TrackName => targets.in_order(|_, fold| {
                let names = |rows: &[usize]| -> Vec<&str> {
                    rows.iter().map(|&row| observations.titles[row].as_str()).collect()
                };
                let penalty = golden["name_penalty"].as_f64().unwrap();
                predict_with_penalty(&names(&fold.train), &fold.train_values, &names(&fold.test), penalty)
            }),
            _ => baseline.out_of_fold(&observations, &targets, &colors),
        };
        let expected = &golden["expected"][baseline.label()];
        let (r2, rmse) = score(&observations.popularity, &predicted);
        assert!((r2 - expected["r2"].as_f64().unwrap()).abs() < 1e-3, "{}: R² {r2}", baseline.label());
        assert!((rmse - expected["rmse"].as_f64().unwrap()).abs() < 1e-3, "{}: RMSE {rmse}", baseline.label());
        for (predicted, expected) in predicted.iter().zip(numbers(&expected["first"])) {
            assert!((predicted - expected).abs() < 1e-3, "{}: {predicted} for {expected}", baseline.label());
        }
    }
}
