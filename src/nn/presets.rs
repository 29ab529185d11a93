//! The networks that are ready to choose: a quick one, and those of the 2022 study.

use serde::{Deserialize, Serialize};

use super::hyper::{Activation, ConvLayer, Hyperparameters, Padding, Schedule, SplitBy};

/// The key of a model whose layers are no preset's.
pub const CUSTOM: &str = "custom";

/// A ready-made network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Preset {
    #[serde(rename = "quick")]
    Quick,
    #[serde(rename = "model-1")]
    Model1,
    #[serde(rename = "model-2")]
    Model2,
    #[serde(rename = "model-3")]
    Model3,
    #[serde(rename = "model-4")]
    Model4,
    #[serde(rename = "model-5")]
    Model5,
}

impl Preset {
    /// In the order in which they are shown.
    pub const ALL: [Self; 6] = [Self::Quick, Self::Model1, Self::Model2, Self::Model3, Self::Model4, Self::Model5];

    /// As it is shown: "Quick", "Model 1", ….
    pub fn label(self) -> &'static str {
        match self {
            Self::Quick => "Quick",
            Self::Model1 => "Model 1",
            Self::Model2 => "Model 2",
            Self::Model3 => "Model 3",
            Self::Model4 => "Model 4",
            Self::Model5 => "Model 5",
        }
    }

    /// As it is typed: "quick", "model-1", ….
    pub fn key(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Model1 => "model-1",
            Self::Model2 => "model-2",
            Self::Model3 => "model-3",
            Self::Model4 => "model-4",
            Self::Model5 => "model-5",
        }
    }

    /// The preset with this [`Self::key`].
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.key() == key)
    }

    /// What it is, in one sentence.
    pub fn description(self) -> &'static str {
        match self {
            Self::Quick => "A small network on small pictures: trained within a minute, a good first choice.",
            Self::Model1 => {
                "The 2022 study's first network: one layer on covers of 640x640, which it could not finish."
            }
            Self::Model2 => "The 2022 study's second network: one layer without pooling.",
            Self::Model3 => "The 2022 study's third network: two linear layers with pooling.",
            Self::Model4 => "The 2022 study's fourth network: three layers with pooling, two of them with relu.",
            Self::Model5 => "The 2022 study's fifth network: as Model 3, for trying other settings.",
        }
    }

    /// Its settings.
    pub fn hyperparameters(self) -> Hyperparameters {
        use Activation::{Linear, Relu};
        let (image_size, epochs, layers) = match self {
            Self::Quick => (32, 40, vec![conv(16, Relu, Some(2)), conv(32, Relu, Some(2)), conv(32, Relu, Some(2))]),
            Self::Model1 => (640, 1, vec![conv(64, Linear, None)]),
            Self::Model2 => (60, 5, vec![conv(64, Linear, None)]),
            Self::Model3 => (60, 15, vec![conv(64, Linear, Some(2)); 2]),
            Self::Model4 => (60, 25, vec![conv(64, Linear, Some(2)), conv(64, Relu, Some(2)), conv(64, Relu, Some(2))]),
            Self::Model5 => (60, 20, vec![conv(64, Linear, Some(2)); 2]),
        };
        // Keras's default, as the study had it; on few small pictures a calmer pace is steadier from epoch to epoch.
        let learning_rate = if self == Self::Quick { 0.000_5 } else { 0.001 };
        Hyperparameters {
            layers,
            epochs,
            batch_size: 32,
            learning_rate,
            image_size,
            test_share: 0.25,
            split: SplitBy::Cover,
            seed: 1,
            patience: None,
            flip: false,
            schedule: Schedule::Constant,
            dropout: 0.0,
            l2: 0.0,
        }
    }
}

fn conv(filters: usize, activation: Activation, pool: Option<usize>) -> ConvLayer {
    ConvLayer { filters, kernel_size: 3, padding: Padding::Valid, activation, pool }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_presets() {
        for preset in Preset::ALL {
            assert_eq!(Preset::from_key(preset.key()), Some(preset));
            let json = serde_json::to_string(&preset).expect("plain data");
            assert_eq!(json, format!("\"{}\"", preset.key()));
        }
        assert_eq!(Preset::from_key("model-6"), None);
    }

    #[test]
    fn all_can_train() {
        for preset in Preset::ALL {
            assert!(preset.hyperparameters().check().is_ok(), "{}", preset.label());
        }
    }
}
