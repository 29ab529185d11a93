//! Settings in words.

use super::{Activation, ConvLayer, Hyperparameters, Padding, Schedule, SplitBy};

/// How many kinds of settings a run has.
pub const SETTINGS_PARTS: usize = 9;

/// The settings of a run, each in words of its own.
pub fn settings_parts(settings: &Hyperparameters) -> [String; SETTINGS_PARTS] {
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
        format!("{} {}", settings.epochs, if settings.epochs == 1 { "epoch" } else { "epochs" }),
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
