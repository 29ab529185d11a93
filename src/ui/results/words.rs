//! In which of their settings runs differ.

use std::collections::BTreeMap;

use crate::nn::{Hyperparameters, SETTINGS_PARTS, settings_parts};

/// What tells the runs apart: for each of them, those settings in which any two differ, or all. Runs of a sweep are told
/// apart from those of the same sweep. `runs` are their sweeps, empty where there is none, and their settings.
pub(super) fn differences(runs: &[(&str, &Hyperparameters)], all: bool) -> Vec<String> {
    let parts: Vec<Parts> = runs.iter().map(|(_, settings)| settings_parts(settings)).collect();
    let of_all = differing(parts.iter());
    let mut of_sweeps: BTreeMap<&str, Vec<&Parts>> = BTreeMap::new();
    for ((sweep, _), parts) in runs.iter().zip(&parts).filter(|((sweep, _), _)| !sweep.is_empty()) {
        of_sweeps.entry(sweep).or_default().push(parts);
    }
    let of_sweeps: BTreeMap<&str, [bool; SETTINGS_PARTS]> =
        of_sweeps.into_iter().map(|(sweep, parts)| (sweep, differing(parts.into_iter()))).collect();
    let words = |((sweep, _), parts): (&(&str, &Hyperparameters), &Parts)| -> String {
        let differs = of_sweeps.get(sweep).unwrap_or(&of_all);
        let is_told = |place: &usize| all || differs[*place] || !differs.contains(&true);
        let shown = (0..SETTINGS_PARTS).filter(is_told).map(|place| parts[place].as_str());
        shown.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
    };
    runs.iter().zip(&parts).map(words).collect()
}

type Parts = [String; SETTINGS_PARTS];

/// In which of their settings any two differ.
fn differing<'a>(mut all: impl Iterator<Item = &'a Parts>) -> [bool; SETTINGS_PARTS] {
    let mut differs = [false; SETTINGS_PARTS];
    let Some(first) = all.next() else { return differs };
    for other in all {
        differs.iter_mut().zip(first.iter().zip(other)).for_each(|(differs, (one, other))| *differs |= one != other);
    }
    differs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Preset;

    #[test]
    fn runs_of_a_sweep_are_told_apart_by_what_it_varies() {
        let seed = |preset: Preset, seed: u64| Hyperparameters { seed, ..preset.hyperparameters() };
        let settings = [seed(Preset::Quick, 1), seed(Preset::Quick, 2), seed(Preset::Model3, 1)];
        let runs = [("seeds", &settings[0]), ("seeds", &settings[1]), ("", &settings[2])];
        let told = differences(&runs, false);
        assert_eq!(told[..2], ["seed 1", "seed 2"]);
        assert!(told[2].contains("60 px") && told[2].contains("seed 1"), "{}", told[2]);
        assert!(differences(&runs, true)[0].contains("by cover"));
    }
}
