//! Hyperparameters: unchecked as they are typed, checked before anything trains.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::memory;
use super::shape::{self, LayerShape, NetworkShape};

/// How many convolution layers a network may have.
pub const LAYERS: RangeInclusive<usize> = 0..=6;
/// How many filters a layer may have.
pub const FILTERS: RangeInclusive<usize> = 1..=512;
/// Sides of a layer's kernel, in pixels.
pub const KERNEL_SIZES: RangeInclusive<usize> = 1..=11;
/// Sides of a pooling window, in pixels, where there is pooling.
pub const POOL_SIZES: RangeInclusive<usize> = 2..=4;
/// How many epochs a run may have.
pub const EPOCHS: RangeInclusive<usize> = 1..=1000;
/// How many tracks one step may take.
pub const BATCH_SIZES: RangeInclusive<usize> = 1..=1024;
/// Learning rates; 0 itself, the lower end, is excluded.
pub const LEARNING_RATES: RangeInclusive<f64> = 0.0..=1.0;
/// Sides of the pictures, in pixels.
pub const IMAGE_SIZES: RangeInclusive<usize> = 20..=640;
/// Shares of the tracks that are kept for testing.
pub const TEST_SHARES: RangeInclusive<f64> = 0.05..=0.5;

/// Shares of the dense layer's inputs that dropout may silence.
pub const DROPOUTS: RangeInclusive<f64> = 0.0..=0.9;
/// Strengths of the L2 penalty.
pub const L2_STRENGTHS: RangeInclusive<f64> = 0.0..=1.0;
/// How many epochs early stopping may wait for a lower validation error.
pub const PATIENCES: RangeInclusive<usize> = 1..=1000;

/// What a convolution does at the border of its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// The kernel stays inside; the picture shrinks by kernel size - 1.
    Valid,
    /// The border is filled with zeros so that the size stays, as TensorFlow does: (kernel size - 1) / 2 of them
    /// before, the rest after.
    Same,
}

/// What is done to a convolution's sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// Nothing.
    Linear,
    /// Negative ones become 0.
    Relu,
}

/// How tracks are divided into training and test tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitBy {
    /// All tracks of one cover stay on one side.
    Cover,
    /// Each track for itself, as the 2022 study did: one cover may be on both sides.
    Track,
}

/// How the learning rate goes from the first step to the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// The same throughout.
    #[default]
    Constant,
    /// Down to 0 along half a cosine, as Keras's `CosineDecay(learning_rate, decay_steps)` over all steps of the run.
    Cosine,
}

/// One convolution layer with its activation and pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvLayer {
    /// How many patterns the layer looks for.
    pub filters: usize,
    /// The side of each pattern, in pixels.
    pub kernel_size: usize,
    pub padding: Padding,
    pub activation: Activation,
    /// The side of the max-pooling window, and its stride; `None` is no pooling.
    pub pool: Option<usize>,
}

/// Everything that decides what a run does, unchecked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hyperparameters {
    pub layers: Vec<ConvLayer>,
    pub epochs: usize,
    /// Tracks a step.
    pub batch_size: usize,
    pub learning_rate: f64,
    /// The side of the pictures, in pixels.
    pub image_size: usize,
    /// The share of tracks that is kept for testing.
    pub test_share: f64,
    pub split: SplitBy,
    /// What the split, the first weights and the order of the batches come from.
    pub seed: u64,
    /// Early stopping: ends after so many epochs without a lower error on a tenth of the training covers that is held
    /// out for it. Keras's `EarlyStopping(monitor="val_loss", patience=…)`.
    #[serde(default)]
    pub patience: Option<usize>,
    /// Mirrors each training picture half of the time. Keras's `RandomFlip("horizontal")`.
    #[serde(default)]
    pub flip: bool,
    #[serde(default)]
    pub schedule: Schedule,
    /// The share of the dense layer's inputs that each training step silences. Keras's `Dropout(…)` before `Dense(1)`.
    #[serde(default)]
    pub dropout: f64,
    /// The penalty on squared weights, biases left out. Keras's `kernel_regularizer=L2(…)` on every layer.
    #[serde(default)]
    pub l2: f64,
}

/// A setting that a [`Problem`] stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Layers,
    Filters,
    KernelSize,
    PoolSize,
    Padding,
    Activation,
    Epochs,
    BatchSize,
    LearningRate,
    ImageSize,
    TestShare,
    Seed,
    Patience,
    Dropout,
    L2,
    /// No single setting: the training as a whole does not fit into memory.
    Memory,
}

/// Why settings cannot work, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub field: Field,
    /// The layer, from 0, where the field belongs to one.
    pub layer: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

impl Problem {
    pub(super) fn new(field: Field, layer: Option<usize>, message: String) -> Self {
        Self { field, layer, message }
    }
}

impl Hyperparameters {
    /// Checks that a network with these settings can be built and trained.
    ///
    /// # Errors
    /// Every setting that is out of range; the first layer that does not fit into what is left of the picture; or more
    /// weights than a study can hold.
    pub fn check(&self) -> Result<CheckedHyperparameters, Vec<Problem>> {
        let problems = self.range_problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let shape = NetworkShape::of(self).map_err(|problem| vec![problem])?;
        let checked = CheckedHyperparameters { shapes: shape.layer_shapes(), hyper: self.clone(), shape };
        memory::check_weights(checked.parameters()).map_err(|problem| vec![problem])?;
        Ok(checked)
    }

    /// Checks that training on the pictures of `tracks` tracks fits into `available_bytes` of memory.
    ///
    /// # Errors
    /// How much it would need and what to lower; or the first problem of [`Self::check`].
    pub fn check_memory(&self, tracks: usize, available_bytes: u64) -> Result<(), Problem> {
        match self.check() {
            Ok(checked) => memory::check_room(&checked, tracks, available_bytes),
            Err(problems) => problems.into_iter().next().map_or(Ok(()), Err),
        }
    }

    /// Adds or removes layers at the end until there are `count`; a new one is like the last, or like the first layer
    /// of [`super::Preset::Quick`] where there is none.
    pub fn set_layer_count(&mut self, count: usize) {
        let new = self.layers.last().copied().unwrap_or(ConvLayer {
            filters: 16,
            kernel_size: 3,
            padding: Padding::Valid,
            activation: Activation::Relu,
            pool: Some(2),
        });
        self.layers.resize(count, new);
    }

    fn range_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check = |field, layer: Option<usize>, what: &str, value: usize, range: &RangeInclusive<usize>| {
            if !range.contains(&value) {
                let layer_words = layer.map_or_else(String::new, |layer| format!("Layer {}: ", layer + 1));
                let message =
                    format!("{layer_words}{what} must be between {} and {}, not {value}.", range.start(), range.end());
                problems.push(Problem::new(field, layer, capitalised(&message)));
            }
        };
        check(Field::Layers, None, "the number of convolution layers", self.layers.len(), &LAYERS);
        for (index, layer) in self.layers.iter().enumerate() {
            let index = Some(index);
            check(Field::Filters, index, "the number of filters", layer.filters, &FILTERS);
            check(Field::KernelSize, index, "the kernel size", layer.kernel_size, &KERNEL_SIZES);
            if let Some(pool) = layer.pool {
                check(Field::PoolSize, index, "the pool size", pool, &POOL_SIZES);
            }
        }
        check(Field::Epochs, None, "the number of epochs", self.epochs, &EPOCHS);
        check(Field::BatchSize, None, "the batch size", self.batch_size, &BATCH_SIZES);
        check(Field::ImageSize, None, "the image size", self.image_size, &IMAGE_SIZES);
        if let Some(patience) = self.patience {
            check(Field::Patience, None, "the patience", patience, &PATIENCES);
        }
        if !(self.learning_rate > *LEARNING_RATES.start() && self.learning_rate <= *LEARNING_RATES.end()) {
            let message = format!("The learning rate must be above 0 and at most 1, not {}.", self.learning_rate);
            problems.push(Problem::new(Field::LearningRate, None, message));
        }
        for (field, what, value, range) in [
            (Field::TestShare, "test share", self.test_share, &TEST_SHARES),
            (Field::Dropout, "dropout", self.dropout, &DROPOUTS),
            (Field::L2, "L2 penalty", self.l2, &L2_STRENGTHS),
        ] {
            if !range.contains(&value) {
                let message = format!("The {what} must be between {} and {}, not {value}.", range.start(), range.end());
                problems.push(Problem::new(field, None, message));
            }
        }
        problems
    }
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Hyperparameters that a network can be built and trained with.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedHyperparameters {
    hyper: Hyperparameters,
    shape: NetworkShape,
    shapes: Vec<LayerShape>,
}

impl CheckedHyperparameters {
    /// The settings as they were checked.
    pub fn get(&self) -> &Hyperparameters {
        &self.hyper
    }

    /// What comes out of each layer, with the flattening and the dense layer at the end.
    pub fn shapes(&self) -> &[LayerShape] {
        &self.shapes
    }

    /// How many numbers training changes.
    pub fn parameters(&self) -> usize {
        shape::total_parameters(&self.shapes)
    }

    /// Estimate of the most memory that a training on `pictures` pictures takes, in bytes.
    pub fn memory_bytes(&self, pictures: usize) -> u64 {
        memory::estimate_bytes(self, pictures)
    }

    pub(super) fn shape(&self) -> &NetworkShape {
        &self.shape
    }
}

impl AsRef<Hyperparameters> for CheckedHyperparameters {
    fn as_ref(&self) -> &Hyperparameters {
        &self.hyper
    }
}

#[cfg(test)]
mod tests {
    use super::super::Preset;
    use super::*;

    fn quick() -> Hyperparameters {
        Preset::Quick.hyperparameters()
    }

    fn fields(hyper: &Hyperparameters) -> Vec<Field> {
        hyper.check().err().unwrap_or_default().iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn each_setting_out_of_range_is_said() {
        let mut hyper = quick();
        hyper.layers[0].filters = 0;
        hyper.layers[1].kernel_size = 12;
        hyper.layers[2].pool = Some(1);
        hyper.epochs = 0;
        hyper.batch_size = 2000;
        hyper.learning_rate = f64::NAN;
        hyper.image_size = 10;
        hyper.test_share = 0.9;
        hyper.patience = Some(0);
        hyper.dropout = 1.0;
        hyper.l2 = f64::NAN;
        let problems = hyper.check().expect_err("everything is wrong");
        let found: Vec<(Field, Option<usize>)> =
            problems.iter().map(|problem| (problem.field, problem.layer)).collect();
        assert_eq!(
            found,
            [
                (Field::Filters, Some(0)),
                (Field::KernelSize, Some(1)),
                (Field::PoolSize, Some(2)),
                (Field::Epochs, None),
                (Field::BatchSize, None),
                (Field::ImageSize, None),
                (Field::Patience, None),
                (Field::LearningRate, None),
                (Field::TestShare, None),
                (Field::Dropout, None),
                (Field::L2, None),
            ]
        );
        assert_eq!(problems[0].message, "Layer 1: the number of filters must be between 1 and 512, not 0.");
        assert_eq!(problems[3].message, "The number of epochs must be between 1 and 1000, not 0.");
    }

    #[test]
    fn learning_rate_bounds() {
        for (rate, fine) in
            [(0.0, false), (-0.1, false), (1.0, true), (1.1, false), (f64::INFINITY, false), (1e-6, true)]
        {
            let hyper = Hyperparameters { learning_rate: rate, ..quick() };
            assert_eq!(hyper.check().is_ok(), fine, "{rate}");
        }
    }

    #[test]
    fn too_large_a_kernel_is_said_at_its_layer() {
        let mut hyper = quick();
        hyper.layers[2].kernel_size = 7;
        let problems = hyper.check().expect_err("6x6 is left");
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].field, problems[0].layer), (Field::KernelSize, Some(2)));
        assert_eq!(
            problems[0].message,
            "Layer 3: a kernel of 7 does not fit into the 6x6 that is left. Use a smaller kernel or fewer layers."
        );
        hyper.layers[2].padding = Padding::Same;
        assert!(hyper.check().is_ok());
    }

    #[test]
    fn pooling_to_nothing_is_said_at_its_layer() {
        let mut hyper = quick();
        hyper.layers[2].kernel_size = 5;
        hyper.layers[2].pool = Some(3);
        assert_eq!(fields(&hyper), [Field::PoolSize]);
        hyper.layers[2].pool = Some(2);
        assert!(hyper.check().is_ok());
    }

    #[test]
    fn number_of_layers() {
        let mut hyper = quick();
        hyper.set_layer_count(0);
        assert!(hyper.check().is_ok());
        hyper.set_layer_count(7);
        assert!(fields(&hyper).contains(&Field::Layers));
        hyper.set_layer_count(2);
        assert_eq!(hyper.layers.len(), 2);
        assert_eq!(hyper.layers[0], hyper.layers[1]);
    }

    #[test]
    fn words_and_null_in_json() {
        let layer =
            ConvLayer { filters: 8, kernel_size: 3, padding: Padding::Same, activation: Activation::Relu, pool: None };
        let text = serde_json::to_string(&layer).expect("plain data");
        assert_eq!(text, r#"{"filters":8,"kernel_size":3,"padding":"same","activation":"relu","pool":null}"#);
        let hyper = quick();
        let text = serde_json::to_string(&hyper).expect("plain data");
        assert_eq!(serde_json::from_str::<Hyperparameters>(&text).expect("what was written"), hyper);
    }

    /// Runs from before there were training options.
    #[test]
    fn settings_without_options_have_them_off() {
        let mut value = serde_json::to_value(quick()).expect("plain data");
        for key in ["patience", "flip", "schedule", "dropout", "l2"] {
            assert!(value.as_object_mut().and_then(|fields| fields.remove(key)).is_some(), "{key}");
        }
        assert_eq!(serde_json::from_value::<Hyperparameters>(value).expect("an older run's settings"), quick());
    }
}
