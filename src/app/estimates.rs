//! How long settings will train, from measurements on this computer that are remembered.

use std::time::{Duration, Instant};

use crate::jobs::{Job, Pace, Stop};
use crate::nn::{ConvLayer, Hyperparameters, LARGEST_KEPT_IMAGE};

/// Settings that have rested for so long are measured.
pub const REST: Duration = Duration::from_millis(300);

/// What decides how long a step takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    layers: Vec<ConvLayer>,
    batch_size: usize,
    image_size: usize,
    has_dropout: bool,
    has_l2: bool,
    flips: bool,
    cores: usize,
}

impl Key {
    fn of(settings: &Hyperparameters, cores: usize) -> Self {
        Self {
            layers: settings.layers.clone(),
            batch_size: settings.batch_size,
            image_size: settings.image_size,
            has_dropout: settings.dropout > 0.0,
            has_l2: settings.l2 > 0.0,
            flips: settings.flip,
            cores,
        }
    }
}

/// A measurement under way.
pub(super) struct Measuring {
    key: Key,
    pub(super) job: Job<(), Option<Pace>>,
}

/// What has been measured, and what is being measured.
#[derive(Default)]
pub struct Estimates {
    known: Vec<(Key, Result<Pace, String>)>,
    pub(super) under: Option<Measuring>,
    /// Since when the same settings have been wanted.
    wanted: Option<(Key, Instant)>,
    /// What the latest run took beside its epochs, as they were expected: drawing its split, its last figures, whatever else
    /// this computer does.
    beside_secs: f64,
}

/// How much of what a run took more or less is expected of the next: one alone may have been disturbed.
const LEARNED: f64 = 0.5;
/// More of it is no longer what each run takes.
const MOST_BESIDE_SECS: f64 = 3.0;

/// How long something will take, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    Secs(f64),
    /// It is being measured, or will be in a moment.
    Unknown,
    /// Why it cannot be told.
    Failed(String),
}

impl Estimates {
    /// How long a run with these settings will take on so many tracks.
    pub fn of(&self, settings: &Hyperparameters, cores: usize, tracks: usize) -> Expected {
        match self.known(&Key::of(settings, cores)) {
            Some(Ok(pace)) => Expected::Secs(pace.run_secs(settings, tracks) + self.beside_secs),
            Some(Err(why)) => Expected::Failed(why.clone()),
            None => Expected::Unknown,
        }
    }

    /// An epoch with these settings on so many tracks.
    pub fn epoch_secs(&self, settings: &Hyperparameters, cores: usize, tracks: usize) -> Option<f64> {
        let pace = self.known(&Key::of(settings, cores))?.as_ref().ok()?;
        Some(pace.epoch_secs(settings, tracks))
    }

    /// Notes that a run took `took_secs` where `expected_secs` were expected of it.
    pub(super) fn learn(&mut self, expected_secs: f64, took_secs: f64) {
        let off_secs = took_secs - expected_secs;
        self.beside_secs = (self.beside_secs + LEARNED * off_secs).clamp(0.0, MOST_BESIDE_SECS);
    }

    fn known(&self, key: &Key) -> Option<&Result<Pace, String>> {
        self.known.iter().find(|(known, _)| known == key).map(|(_, pace)| pace)
    }

    /// Whether the settings have not been measured yet.
    pub(super) fn lacks(&self, settings: &Hyperparameters, cores: usize) -> bool {
        self.known(&Key::of(settings, cores)).is_none()
    }

    /// Whether these settings have been wanted long enough to be measured; what is measured for others is given up.
    pub(super) fn has_rested(&mut self, settings: &Hyperparameters, cores: usize) -> bool {
        let key = Key::of(settings, cores);
        if let Some(under) = self.under.as_ref().filter(|under| under.key != key) {
            under.job.wishes().ask_stop(Stop::Asked);
        }
        match &self.wanted {
            Some((wanted, since)) if *wanted == key => since.elapsed() >= REST,
            _ => {
                self.wanted = Some((key, Instant::now()));
                false
            }
        }
    }

    pub(super) fn begin(&mut self, settings: &Hyperparameters, cores: usize, job: Job<(), Option<Pace>>) {
        self.under = Some(Measuring { key: Key::of(settings, cores), job });
    }

    /// Takes how a measurement ended; `None` where it was given up.
    pub(super) fn end(&mut self, result: Result<Option<Pace>, String>) {
        let Some(under) = self.under.take() else { return };
        if let Some(pace) = result.transpose() {
            self.known.push((under.key, pace));
        }
    }

    /// Forgets what depends on the study: what failed, and large pictures, whose covers are decoded each time.
    pub(super) fn forget_study(&mut self) {
        self.known.retain(|(key, pace)| pace.is_ok() && key.image_size <= LARGEST_KEPT_IMAGE);
    }
}

/// A duration in words, rounded as far as it is known: "8 s", "2 min 10 s", "1 h 20 min".
pub fn duration_in_words(secs: f64) -> String {
    let whole = secs.max(0.0).round() as u64;
    let (minutes, rest) = (whole / 60, whole % 60);
    match whole {
        0 => "less than 1 s".to_owned(),
        1..60 => format!("{whole} s"),
        60..600 => {
            let tens = (rest + 5) / 10 * 10;
            let minutes = minutes + tens / 60;
            if tens % 60 == 0 { format!("{minutes} min") } else { format!("{minutes} min {tens} s") }
        }
        600..3600 => format!("{} min", (whole + 30) / 60),
        _ => {
            let minutes = (whole + 30) / 60;
            let (hours, fives) = (minutes / 60, minutes % 60 / 5 * 5);
            if fives == 0 || hours >= 10 { format!("{hours} h") } else { format!("{hours} h {fives} min") }
        }
    }
}

/// The same within a sentence: "about 8 s", "less than 1 s".
pub fn about_in_words(secs: f64) -> String {
    let words = duration_in_words(secs);
    if words.starts_with("less") { words } else { format!("about {words}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Preset;

    #[test]
    fn durations_are_as_exact_as_they_are_known() {
        let words = [0.2, 8.4, 59.6, 119.0, 130.4, 599.0, 1_250.0, 4_810.0, 40_000.0].map(duration_in_words);
        let expected =
            ["less than 1 s", "8 s", "1 min", "2 min", "2 min 10 s", "10 min", "21 min", "1 h 20 min", "11 h"];
        assert_eq!(words, expected);
        assert_eq!([0.2, 8.4].map(about_in_words), ["less than 1 s", "about 8 s"]);
    }

    fn measured(estimates: &mut Estimates, settings: &Hyperparameters, result: Result<Option<Pace>, String>) {
        let job = Job::start("test", std::sync::Arc::new(|| {}), |_, _| Ok::<_, String>(None));
        estimates.begin(settings, 0, job);
        estimates.end(result);
    }

    #[test]
    fn what_was_measured_holds_for_other_epochs_and_seeds() {
        let mut estimates = Estimates::default();
        let mut settings = Preset::Quick.hyperparameters();
        assert_eq!(estimates.of(&settings, 0, 400), Expected::Unknown);
        measured(&mut estimates, &settings, Ok(Some(Pace { step_secs: 0.32, tested_secs: 0.0, save_secs: 0.0 })));
        (settings.epochs, settings.seed, settings.learning_rate) = (10, 7, 0.1);
        let Expected::Secs(secs) = estimates.of(&settings, 0, 400) else { panic!("it was measured") };
        assert!((secs - 10.0 * 300.0 / 32.0 * 0.32).abs() < 1e-9, "{secs}");
        assert_eq!(estimates.of(&settings, 1, 400), Expected::Unknown, "one core is slower");
        settings.layers[0].filters += 1;
        assert_eq!(estimates.of(&settings, 0, 400), Expected::Unknown);
    }

    #[test]
    fn what_was_given_up_is_measured_again_and_what_failed_is_not() {
        let mut estimates = Estimates::default();
        let settings = Preset::Quick.hyperparameters();
        measured(&mut estimates, &settings, Ok(None));
        assert!(estimates.lacks(&settings, 0));
        measured(&mut estimates, &settings, Err("no".to_owned()));
        assert_eq!(estimates.of(&settings, 0, 400), Expected::Failed("no".to_owned()));
        estimates.forget_study();
        assert!(estimates.lacks(&settings, 0));
    }
}
