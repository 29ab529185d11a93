//! The model panel's settings while they are being chosen: unchecked, with what is wrong beside them.

use super::sweep::{Sweep, SweepForm};
use super::{OwnPreset, Settings};
use crate::nn::{self, CUSTOM, CheckedHyperparameters, ConvLayer, Field, Hyperparameters, Preset, Problem};

/// The settings of the next run.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelForm {
    pub preset: Preset,
    /// The person's own preset, where one was chosen after `preset`.
    pub own: Option<OwnPreset>,
    pub settings: Hyperparameters,
    /// Whether the layers are shown one by one beside what they have in common.
    pub shows_each_layer: bool,
    /// The name under which the settings are about to be kept; `None` while nobody asks for that.
    pub new_preset: Option<String>,
    pub sweep: SweepForm,
}

impl Default for ModelForm {
    fn default() -> Self {
        Self::of(Preset::Quick)
    }
}

impl ModelForm {
    /// A preset as it stands.
    pub fn of(preset: Preset) -> Self {
        Self {
            preset,
            own: None,
            settings: preset.hyperparameters(),
            shows_each_layer: false,
            new_preset: None,
            sweep: SweepForm::default(),
        }
    }

    /// Chooses a preset's network; the split and the seed stay as they were chosen.
    pub fn choose(&mut self, preset: Preset) {
        let Hyperparameters { split, seed, test_share, .. } = self.settings;
        self.preset = preset;
        self.own = None;
        self.settings = Hyperparameters { split, seed, test_share, ..preset.hyperparameters() };
    }

    /// Chooses one of the person's own presets: all of its settings, as they were kept.
    pub fn choose_own(&mut self, preset: &OwnPreset) {
        self.settings = preset.settings.clone();
        self.own = Some(preset.clone());
    }

    /// Whether the settings differ from those of the chosen preset.
    pub fn is_changed(&self) -> bool {
        let mut fresh = Self::of(self.preset);
        fresh.settings = self.settings.clone();
        match &self.own {
            Some(own) => fresh.choose_own(own),
            None => fresh.choose(self.preset),
        }
        fresh.settings != self.settings
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
    pub fn label_and_key(&self) -> (&str, &'static str) {
        let key = self.key_of(&self.settings);
        match &self.own {
            Some(own) if own.settings.layers == self.settings.layers => (&own.name, key),
            None if key != CUSTOM => (self.preset.label(), key),
            _ => ("Custom", CUSTOM),
        }
    }

    fn key_of(&self, settings: &Hyperparameters) -> &'static str {
        let is_preset = self.own.is_none() && self.preset.hyperparameters().layers == settings.layers;
        if is_preset { self.preset.key() } else { CUSTOM }
    }

    /// The sweep over these settings, on so many tracks.
    pub fn expand_sweep(&self, tracks: usize) -> Sweep {
        let available = nn::available_memory_bytes().unwrap_or(u64::MAX);
        self.sweep.expand(&self.settings, self.label_and_key().0, |settings| {
            let first = |problems: Vec<Problem>| problems.into_iter().next().map_or_else(String::new, |it| it.message);
            let checked = settings.check().map_err(first)?;
            settings.check_memory(tracks, available).map_err(|problem| problem.message)?;
            Ok((self.key_of(settings), checked.parameters()))
        })
    }

    /// Why the settings cannot be kept under the name that is typed; `None` where they can.
    pub fn preset_name_problem(&self, name: &str) -> Option<String> {
        let name = name.trim();
        if name.is_empty() {
            return Some("Type a name first.".to_owned());
        }
        let fixed = Preset::ALL.into_iter().find(|preset| preset.label().eq_ignore_ascii_case(name));
        if let Some(preset) = fixed {
            return Some(format!("{} is there already and stays as it is. Choose another name.", preset.label()));
        }
        let problem = self.check().err()?.into_iter().next()?;
        Some(format!("These settings cannot work: {}", problem.message))
    }
}

impl Settings {
    /// Keeps settings under a name; those that had it are replaced.
    pub fn keep_preset(&mut self, preset: OwnPreset) {
        match self.presets.iter_mut().find(|kept| kept.name == preset.name) {
            Some(kept) => *kept = preset,
            None => self.presets.push(preset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mine(name: &str, filters: usize) -> OwnPreset {
        let mut settings = Preset::Model3.hyperparameters();
        settings.layers[0].filters = filters;
        (settings.seed, settings.test_share) = (9, 0.4);
        OwnPreset { name: name.to_owned(), settings }
    }

    #[test]
    fn an_own_preset_is_chosen_whole_and_names_its_runs() {
        let mut form = ModelForm::default();
        form.choose_own(&mine("Wide", 128));
        assert_eq!((form.settings.seed, form.settings.test_share), (9, 0.4));
        assert_eq!(form.label_and_key(), ("Wide", "custom"));
        assert!(!form.is_changed());
        form.settings.epochs += 1;
        assert!(form.is_changed());
        form.choose(Preset::Quick);
        assert_eq!(form.label_and_key(), ("Quick", "quick"));
        assert_eq!(form.settings.seed, 9, "fixed presets leave the seed");
        form.set_all(|layer| layer.filters = 3);
        assert_eq!(form.label_and_key(), ("Custom", "custom"));
    }

    #[test]
    fn presets_are_kept_once_a_name() {
        let mut settings = Settings::default();
        for (name, filters) in [("Wide", 64), ("Narrow", 8), ("Wide", 128)] {
            settings.keep_preset(mine(name, filters));
        }
        let kept: Vec<(&str, usize)> =
            settings.presets.iter().map(|preset| (preset.name.as_str(), preset.settings.layers[0].filters)).collect();
        assert_eq!(kept, [("Wide", 128), ("Narrow", 8)]);
        let form = ModelForm::default();
        assert!(form.preset_name_problem("  ").is_some());
        assert!(form.preset_name_problem("model 3").unwrap().starts_with("Model 3 is there already"));
        assert_eq!(form.preset_name_problem("Wide"), None);
    }
}
