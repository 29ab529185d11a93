//! In which of their settings runs differ.

use crate::nn::{SETTINGS_PARTS, settings_parts};
use crate::study::RunRecord;

/// What tells the runs apart: for each of them, those settings in which any two differ, or all.
pub(super) fn differences(runs: &[RunRecord], all: bool) -> Vec<String> {
    let parts: Vec<[String; SETTINGS_PARTS]> = runs.iter().map(|run| settings_parts(&run.settings)).collect();
    let differs: Vec<bool> =
        (0..SETTINGS_PARTS).map(|place| parts.iter().any(|part| part[place] != parts[0][place])).collect();
    let words = |part: &[String; SETTINGS_PARTS]| -> String {
        let of_place = |place: &usize| all || differs[*place] || !differs.contains(&true);
        let shown = (0..SETTINGS_PARTS).filter(of_place).map(|place| part[place].as_str());
        shown.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
    };
    parts.iter().map(words).collect()
}
