//! A sweep: several values for up to three settings, and a run for each combination of them.

use crate::nn::{self, Activation, Hyperparameters, Padding, Schedule, SplitBy};
use crate::study::{NewRun, capitalised};

/// How many settings may have several values.
pub const MOST_AXES: usize = 3;
/// How many runs one sweep may queue.
pub const MOST_RUNS: usize = 200;

/// A setting that can have several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swept {
    Layers,
    Filters,
    KernelSize,
    Padding,
    Activation,
    PoolSize,
    ImageSize,
    Epochs,
    BatchSize,
    LearningRate,
    Schedule,
    TestShare,
    Split,
    Seed,
    Dropout,
    L2,
}

impl Swept {
    /// In the order in which they are shown.
    pub const ALL: [Self; 16] = [
        Self::Layers,
        Self::Filters,
        Self::KernelSize,
        Self::Padding,
        Self::Activation,
        Self::PoolSize,
        Self::ImageSize,
        Self::Epochs,
        Self::BatchSize,
        Self::LearningRate,
        Self::Schedule,
        Self::TestShare,
        Self::Split,
        Self::Seed,
        Self::Dropout,
        Self::L2,
    ];

    /// The setting's name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Layers => "Convolution layers",
            Self::Filters => "Filters",
            Self::KernelSize => "Kernel size",
            Self::Padding => "Padding",
            Self::Activation => "Activation",
            Self::PoolSize => "Pool size",
            Self::ImageSize => "Image size",
            Self::Epochs => "Epochs",
            Self::BatchSize => "Batch size",
            Self::LearningRate => "Learning rate",
            Self::Schedule => "Schedule",
            Self::TestShare => "Test share",
            Self::Split => "Split by",
            Self::Seed => "Seed",
            Self::Dropout => "Dropout",
            Self::L2 => "L2 penalty",
        }
    }

    /// Values that one could start from.
    pub fn example(self) -> &'static str {
        match self {
            Self::Layers => "1, 2, 3",
            Self::Filters => "16, 32, 64",
            Self::KernelSize => "3, 5",
            Self::Padding => "valid, same",
            Self::Activation => "linear, relu",
            Self::Schedule => "constant, cosine",
            Self::Split => "cover, track",
            Self::PoolSize => "1, 2",
            Self::ImageSize => "32, 60",
            Self::Epochs => "20, 40",
            Self::BatchSize => "16, 32",
            Self::LearningRate => "0.0005, 0.001",
            Self::TestShare => "0.2, 0.25",
            Self::Seed => "1-5",
            Self::Dropout => "0, 0.2, 0.5",
            Self::L2 => "0, 0.0001",
        }
    }

    /// The words that are its values, where it has words; a value is the place of one.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Padding => &["valid", "same"],
            Self::Activation => &["linear", "relu"],
            Self::Schedule => &["constant", "cosine"],
            Self::Split => &["cover", "track"],
            _ => &[],
        }
    }

    /// A value as it is typed.
    fn told(self, value: f64) -> String {
        self.words().get(value as usize).map_or_else(|| value.to_string(), |word| (*word).to_owned())
    }

    fn is_whole(self) -> bool {
        !matches!(self, Self::LearningRate | Self::TestShare | Self::Dropout | Self::L2)
    }

    fn set(self, settings: &mut Hyperparameters, value: f64) {
        // Beyond its range it is refused in words by the check that follows.
        let whole = value as usize;
        match self {
            Self::Layers => settings.set_layer_count(whole.min(*nn::LAYERS.end() + 1)),
            Self::Filters => settings.layers.iter_mut().for_each(|layer| layer.filters = whole),
            Self::KernelSize => settings.layers.iter_mut().for_each(|layer| layer.kernel_size = whole),
            Self::Padding => {
                let padding = [Padding::Valid, Padding::Same][whole];
                settings.layers.iter_mut().for_each(|layer| layer.padding = padding);
            }
            Self::Activation => {
                let activation = [Activation::Linear, Activation::Relu][whole];
                settings.layers.iter_mut().for_each(|layer| layer.activation = activation);
            }
            Self::Schedule => settings.schedule = [Schedule::Constant, Schedule::Cosine][whole],
            Self::Split => settings.split = [SplitBy::Cover, SplitBy::Track][whole],
            // Pooling over one pixel is no pooling.
            Self::PoolSize => settings.layers.iter_mut().for_each(|layer| layer.pool = (whole != 1).then_some(whole)),
            Self::ImageSize => settings.image_size = whole,
            Self::Epochs => settings.epochs = whole,
            Self::BatchSize => settings.batch_size = whole,
            Self::LearningRate => settings.learning_rate = value,
            Self::TestShare => settings.test_share = value,
            Self::Seed => settings.seed = whole as u64,
            Self::Dropout => settings.dropout = value,
            Self::L2 => settings.l2 = value,
        }
    }

    /// Reads "16, 32, 64" or, for whole numbers, "1-5"; each value once.
    ///
    /// # Errors
    /// What is no value, in words.
    pub fn values(self, text: &str) -> Result<Vec<f64>, String> {
        let mut values: Vec<f64> = Vec::new();
        let text = if self.is_whole() { text.to_owned() } else { with_points(text) };
        let parts = text.split([',', ';', ' ']).map(str::trim).filter(|part| !part.is_empty());
        for part in parts {
            for value in self.read(part)? {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        Ok(values)
    }

    fn read(self, part: &str) -> Result<Vec<f64>, String> {
        let words = self.words();
        if !words.is_empty() {
            let place = words.iter().position(|word| word.eq_ignore_ascii_case(part));
            let place = place.ok_or_else(|| format!("\"{part}\" is none of its values: {}.", words.join(", ")))?;
            return Ok(vec![place as f64]);
        }
        if !self.is_whole() {
            let value: f64 = part.parse().map_err(|_| format!("\"{part}\" is not a number."))?;
            return Ok(vec![value]);
        }
        let whole = |text: &str| -> Result<u64, String> {
            let value = text.trim().parse().map_err(|_| format!("\"{part}\" is not a whole number."))?;
            if value > u64::from(u32::MAX) { Err(format!("{value} is too large.")) } else { Ok(value) }
        };
        let Some((first, last)) = part.split_once('-') else { return Ok(vec![whole(part)? as f64]) };
        let (first, last) = (whole(first)?, whole(last)?);
        if first > last || last - first >= MOST_RUNS as u64 {
            return Err(format!("\"{part}\" is not a range of at most {MOST_RUNS} numbers, the lowest first."));
        }
        Ok((first..=last).map(|value| value as f64).collect())
    }
}

/// Fractions with points: where there is none, a comma within a number is a decimal one ("0,001 0,01").
fn with_points(text: &str) -> String {
    if text.contains('.') {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |place: Option<usize>| place.and_then(|place| letters.get(place)).is_some_and(char::is_ascii_digit);
    let point = |(place, letter): (usize, &char)| match letter {
        ',' if is_digit(place.checked_sub(1)) && is_digit(Some(place + 1)) => '.',
        other => *other,
    };
    letters.iter().enumerate().map(point).collect()
}

/// One setting with its values as they are typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    pub setting: Option<Swept>,
    pub values: String,
}

/// What is being typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepForm {
    pub axes: [Axis; MOST_AXES],
    /// What the person calls it; empty: after its settings.
    pub name: String,
}

/// What comes of a sweep.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// After the settings that it tries.
    pub name: String,
    pub runs: Vec<NewRun>,
    /// Combinations that cannot work, each with the reason.
    pub impossible: Vec<(String, String)>,
    /// What is wrong with the values of each setting.
    pub wrong: [Option<String>; MOST_AXES],
    /// Why nothing can be queued, where that is so.
    pub blocked: Option<String>,
}

impl SweepForm {
    /// The combinations of all values over `base`, each a run called after `label`; `check` says why settings cannot
    /// work.
    pub fn expand(
        &self,
        base: &Hyperparameters,
        label: &str,
        check: impl Fn(&Hyperparameters) -> Result<(&'static str, usize), String>,
    ) -> Sweep {
        let mut sweep = Sweep::default();
        let mut axes: Vec<(Swept, Vec<f64>)> = Vec::new();
        for (place, axis) in self.axes.iter().enumerate() {
            let Some(setting) = axis.setting else { continue };
            match setting.values(&axis.values) {
                _ if axes.iter().any(|(other, _)| *other == setting) => {
                    sweep.wrong[place] = Some(format!("{} is there already.", setting.label()));
                }
                Ok(values) if values.is_empty() => {
                    sweep.wrong[place] = Some(format!("Type its values, such as {}.", setting.example()));
                }
                Ok(values) => axes.push((setting, values)),
                Err(why) => sweep.wrong[place] = Some(why),
            }
        }
        // A base with fewer layers would leave the others' settings to the layers that are added later.
        axes.sort_by_key(|(setting, _)| *setting != Swept::Layers);
        let names: Vec<String> = axes.iter().map(|(setting, _)| setting.label().to_lowercase()).collect();
        sweep.name = if self.name.trim().is_empty() { names.join(", ") } else { self.name.trim().to_owned() };
        let count = axes.iter().try_fold(1_usize, |count, (_, values)| count.checked_mul(values.len()));
        match count {
            _ if sweep.wrong.iter().any(Option::is_some) => {
                sweep.blocked = Some("Mend the values that are marked first.".to_owned());
            }
            _ if axes.is_empty() => sweep.blocked = Some("Choose a setting and type its values first.".to_owned()),
            Some(count) if count <= MOST_RUNS => add_combinations(&mut sweep, &axes, base, label, check),
            _ => sweep.blocked = Some(format!("A sweep may have {MOST_RUNS} runs. Take some values out.")),
        }
        sweep
    }
}

fn add_combinations(
    sweep: &mut Sweep,
    axes: &[(Swept, Vec<f64>)],
    base: &Hyperparameters,
    label: &str,
    check: impl Fn(&Hyperparameters) -> Result<(&'static str, usize), String>,
) {
    for combination in combinations(axes) {
        let mut settings = base.clone();
        combination.iter().for_each(|&(setting, value)| setting.set(&mut settings, value));
        let words: Vec<String> = combination
            .iter()
            .map(|(setting, value)| format!("{} {}", setting.label().to_lowercase(), setting.told(*value)))
            .collect();
        let words = words.join(", ");
        match check(&settings) {
            Ok((model, parameters)) => sweep.runs.push(NewRun {
                label: format!("{label}, {words}"),
                model: model.to_owned(),
                settings,
                parameters,
            }),
            Err(why) => sweep.impossible.push((capitalised(&words), why)),
        }
    }
    if sweep.runs.is_empty() {
        sweep.blocked = Some("None of these combinations can work.".to_owned());
    }
}

/// All combinations, the last setting changing fastest.
fn combinations(axes: &[(Swept, Vec<f64>)]) -> Vec<Vec<(Swept, f64)>> {
    axes.iter().fold(vec![Vec::new()], |so_far, (setting, values)| {
        let with = |head: &Vec<(Swept, f64)>, value: f64| head.iter().copied().chain([(*setting, value)]).collect();
        so_far.iter().flat_map(|head| values.iter().map(move |&value| with(head, value))).collect()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn commas_are_decimal_where_there_is_no_point() {
        use super::Swept::{Filters, LearningRate};
        assert_eq!(LearningRate.values("0,001 0,01"), Ok(vec![0.001, 0.01]));
        assert_eq!(LearningRate.values("0.001,0.01"), Ok(vec![0.001, 0.01]));
        assert_eq!(LearningRate.values("0,001, 0,01"), Ok(vec![0.001, 0.01]));
        assert_eq!(Filters.values("16,32"), Ok(vec![16.0, 32.0]));
    }

    use super::*;
    use crate::nn::Preset;

    fn expand(axes: &[(Swept, &str)]) -> Sweep {
        let mut form = SweepForm::default();
        for (axis, (setting, values)) in form.axes.iter_mut().zip(axes) {
            *axis = Axis { setting: Some(*setting), values: (*values).to_owned() };
        }
        let check = |settings: &Hyperparameters| match settings.check() {
            Ok(checked) => Ok(("quick", checked.parameters())),
            Err(problems) => Err(problems[0].message.clone()),
        };
        form.expand(&Preset::Quick.hyperparameters(), "Quick", check)
    }

    #[test]
    fn each_combination_is_a_run() {
        let sweep = expand(&[(Swept::Filters, "8, 16"), (Swept::Seed, "1-3")]);
        let found: Vec<(usize, u64)> =
            sweep.runs.iter().map(|run| (run.settings.layers[2].filters, run.settings.seed)).collect();
        assert_eq!(found, [(8, 1), (8, 2), (8, 3), (16, 1), (16, 2), (16, 3)]);
        assert_eq!(sweep.runs[1].label, "Quick, filters 8, seed 2");
        assert_eq!((sweep.name.as_str(), sweep.blocked), ("filters, seed", None));
    }

    #[test]
    fn what_cannot_work_is_told_with_the_reason_and_the_rest_is_kept() {
        let sweep = expand(&[(Swept::Layers, "1, 3"), (Swept::KernelSize, "3, 9")]);
        assert_eq!(sweep.runs.len(), 3);
        let [(what, why)] = &sweep.impossible[..] else { panic!("{:?}", sweep.impossible) };
        assert_eq!(what, "Convolution layers 3, kernel size 9");
        assert!(why.starts_with("Layer 3: a kernel of 9 does not fit"), "{why}");
        let none = expand(&[(Swept::LearningRate, "0")]);
        assert_eq!(none.blocked.as_deref(), Some("None of these combinations can work."));
    }

    #[test]
    fn layers_come_before_what_is_set_in_all_of_them() {
        let sweep = expand(&[(Swept::Filters, "8"), (Swept::Layers, "4")]);
        assert_eq!(sweep.impossible.len() + sweep.runs.len(), 1);
        let sweep = expand(&[(Swept::Filters, "8"), (Swept::Layers, "1, 2")]);
        assert!(sweep.runs.iter().all(|run| run.settings.layers.iter().all(|layer| layer.filters == 8)));
    }

    #[test]
    fn words_are_values_too() {
        let sweep = expand(&[(Swept::Activation, "Linear, relu"), (Swept::Padding, "same")]);
        assert_eq!(sweep.runs[0].label, "Quick, activation linear, padding same");
        let activations: Vec<Activation> = sweep.runs.iter().map(|run| run.settings.layers[1].activation).collect();
        assert_eq!(activations, [Activation::Linear, Activation::Relu]);
        assert!(sweep.runs.iter().all(|run| run.settings.layers.iter().all(|layer| layer.padding == Padding::Same)));
        assert_eq!(Swept::Split.values("covers").unwrap_err(), "\"covers\" is none of its values: cover, track.");
    }

    #[test]
    fn values_are_read_as_people_type_them() {
        assert_eq!(Swept::Filters.values("16, 32,16;64 8"), Ok(vec![16.0, 32.0, 64.0, 8.0]));
        assert_eq!(Swept::Seed.values("3-5, 9"), Ok(vec![3.0, 4.0, 5.0, 9.0]));
        assert_eq!(Swept::Dropout.values("0, 1e-1"), Ok(vec![0.0, 0.1]));
        assert_eq!(Swept::Filters.values("many").unwrap_err(), "\"many\" is not a whole number.");
        assert_eq!(Swept::Dropout.values("0.1.2").unwrap_err(), "\"0.1.2\" is not a number.");
        for wrong in ["5-1", "0-4000000000", "99999999999", "-3", "1.5"] {
            assert!(Swept::Seed.values(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn too_many_none_and_doubled_settings_are_refused() {
        assert!(expand(&[]).blocked.is_some());
        assert!(expand(&[(Swept::Seed, "1-150"), (Swept::Filters, "8, 16")]).blocked.unwrap().contains("200 runs"));
        let doubled = expand(&[(Swept::Seed, "1"), (Swept::Seed, "2")]);
        assert_eq!(doubled.wrong[1].as_deref(), Some("Seed is there already."));
        assert!(doubled.runs.is_empty() && doubled.blocked.is_some());
    }
}
