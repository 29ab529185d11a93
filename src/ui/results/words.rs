//! A run's settings in words, and in which of them runs differ.

use crate::nn::{Activation, ConvLayer, Hyperparameters, Padding, Schedule, SplitBy};
use crate::study::RunRecord;

/// How many kinds of settings a run has.
const PARTS: usize = 9;

/// The settings of a run, each in words of its own.
pub(super) fn settings_parts(settings: &Hyperparameters) -> [String; PARTS] {
    let split = match settings.split {
        SplitBy::Cover => "by cover",
        SplitBy::Track => "by track",
    };
    [
        // The shortest first: the name tells most of the network already.
        format!("seed {}", settings.seed),
        split.to_owned(),
        format!("{:.0} % for testing", 100.0 * settings.test_share),
        format!("{} px", settings.image_size),
        format!("rate {}", settings.learning_rate),
        format!("batch {}", settings.batch_size),
        format!("{} epochs", settings.epochs),
        options_words(settings),
        network_words(&settings.layers),
    ]
}

/// The training options that are on; empty where none is.
fn options_words(settings: &Hyperparameters) -> String {
    let mut words = Vec::new();
    words.extend(settings.patience.map(|patience| format!("patience {patience}")));
    words.extend(settings.flip.then(|| "flips".to_owned()));
    words.extend((settings.schedule == Schedule::Cosine).then(|| "cosine".to_owned()));
    words.extend((settings.dropout > 0.0).then(|| format!("dropout {}", settings.dropout)));
    words.extend((settings.l2 > 0.0).then(|| format!("L2 {}", settings.l2)));
    words.join(" ")
}

/// The layers, equal ones that follow each other counted.
fn network_words(layers: &[ConvLayer]) -> String {
    let words = |layer: &ConvLayer| {
        let pool = layer.pool.map_or_else(String::new, |pool| format!(" pool {pool}"));
        let activation = match layer.activation {
            Activation::Linear => "linear",
            Activation::Relu => "relu",
        };
        let padding = match layer.padding {
            Padding::Valid => "",
            Padding::Same => " same",
        };
        format!("{}·{k}x{k} {activation}{padding}{pool}", layer.filters, k = layer.kernel_size)
    };
    let parts: Vec<String> = layers
        .chunk_by(|one, other| one == other)
        .map(|same| {
            let times = if same.len() > 1 { format!("{} x ", same.len()) } else { String::new() };
            format!("{times}{}", words(&same[0]))
        })
        .collect();
    if parts.is_empty() { "no layers".to_owned() } else { parts.join(" + ") }
}

/// What tells the runs apart: for each of them, those settings in which any two differ, or all.
pub(super) fn differences(runs: &[RunRecord], all: bool) -> Vec<String> {
    let parts: Vec<[String; PARTS]> = runs.iter().map(|run| settings_parts(&run.settings)).collect();
    let differs: Vec<bool> = (0..PARTS).map(|place| parts.iter().any(|part| part[place] != parts[0][place])).collect();
    let words = |part: &[String; PARTS]| -> String {
        let of_place = |place: &usize| all || differs[*place] || !differs.contains(&true);
        let shown = (0..PARTS).filter(of_place).map(|place| part[place].as_str());
        shown.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
    };
    parts.iter().map(words).collect()
}
