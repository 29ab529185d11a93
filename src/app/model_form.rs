//! The model panel's settings while they are being chosen: unchecked, with what is wrong beside them.

use crate::nn::{CheckedHyperparameters, ConvLayer, Field, Hyperparameters, Preset, Problem};

/// The settings of the next run.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelForm {
    pub preset: Preset,
    pub settings: Hyperparameters,
    /// Whether the layers are shown one by one beside what they have in common.
    pub shows_each_layer: bool,
}

impl Default for ModelForm {
    fn default() -> Self {
        Self::of(Preset::Quick)
    }
}

impl ModelForm {
    /// A preset as it stands.
    pub fn of(preset: Preset) -> Self {
        Self { preset, settings: preset.hyperparameters(), shows_each_layer: false }
    }

    /// Chooses a preset's network; the split and the seed stay as they were chosen.
    pub fn choose(&mut self, preset: Preset) {
        let Hyperparameters { split, seed, test_share, .. } = self.settings;
        self.preset = preset;
        self.settings = Hyperparameters { split, seed, test_share, ..preset.hyperparameters() };
    }

    /// What of a field all layers have in common; `None` where they differ or there is no layer.
    pub fn shared<T: PartialEq>(&self, of: impl Fn(&ConvLayer) -> T) -> Option<T> {
        let mut values = self.settings.layers.iter().map(of);
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }

    /// Sets a field of all layers.
    pub fn set_all(&mut self, set: impl Fn(&mut ConvLayer)) {
        self.settings.layers.iter_mut().for_each(set);
    }

    /// The checked settings, or what is wrong with them.
    ///
    /// # Errors
    /// Each problem with the field it stands at.
    pub fn check(&self) -> Result<CheckedHyperparameters, Vec<Problem>> {
        self.settings.check()
    }

    /// What is wrong at `field`, in words.
    pub fn problem_at(problems: &[Problem], field: Field) -> Option<&str> {
        problems.iter().find(|problem| problem.field == field).map(|problem| problem.message.as_str())
    }

    /// The name of a run with these settings, and the key of its model.
    pub fn label_and_key(&self) -> (&'static str, &'static str) {
        let original = self.preset.hyperparameters();
        if original.layers == self.settings.layers {
            (self.preset.label(), self.preset.key())
        } else {
            ("Custom", "custom")
        }
    }
}
