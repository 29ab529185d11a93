//! In which of their settings runs differ.

use crate::nn::{SETTINGS_PARTS, settings_parts};
use crate::study::RunRecord;

/// What tells the runs apart: for each of them, those settings in which any two differ, or all. Runs of a sweep are told
/// apart from those of the same sweep.
pub(super) fn differences(runs: &[RunRecord], all: bool) -> Vec<String> {
    runs.iter()
        .map(|run| {
            let parts = settings_parts(&run.settings);
            let others = runs.iter().filter(|other| run.sweep.is_empty() || other.sweep == run.sweep);
            let mut differs = [false; SETTINGS_PARTS];
            for other in others.map(|other| settings_parts(&other.settings)) {
                differs
                    .iter_mut()
                    .zip(parts.iter().zip(&other))
                    .for_each(|(differs, (own, other))| *differs |= own != other);
            }
            let is_told = |place: &usize| all || differs[*place] || !differs.contains(&true);
            let shown = (0..SETTINGS_PARTS).filter(is_told).map(|place| parts[place].as_str());
            shown.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
        })
        .collect()
}
