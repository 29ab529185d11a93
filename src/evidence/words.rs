//! A verdict in plain words.

use std::collections::BTreeMap;

use super::controls::Control;
use super::measure::Measure;
use super::observations::{Observations, Target};
use super::verdict::{Answer, Row, SIGNIFICANCE, Verdict};

/// Two sentences: what was found, and by how much.
pub(super) fn sentence(verdict: &Verdict, observations: &Observations, measure: &dyn Measure) -> String {
    let target = verdict.target.told(&measure.name());
    let finding = match verdict.answer {
        Answer::CannotTell => return cannot_tell(verdict, &target),
        Answer::NoEvidence => format!("Covers did not predict {target} here."),
        // Lost once the playlist is taken out, however much it is.
        Answer::Detectable if verdict.p_within_playlist >= SIGNIFICANCE && are_small(&observations.playlists) => {
            format!(
                "Covers say something about {target} here, but playlists are too small to tell it from what they say."
            )
        }
        Answer::Detectable if verdict.p_within_playlist >= SIGNIFICANCE => format!(
            "Covers say something about {target} here, but nothing that their playlists do not say already: within \
             playlists it is no more than chance."
        ),
        Answer::Detectable => {
            format!("Covers say something about {target} here, but too little to be of use.")
        }
        Answer::Weak => format!("Covers say a little about {target} here."),
        Answer::Useful => format!("Covers say something useful about {target} here."),
    };
    let row = |name: &str| verdict.rows.iter().find(|row| row.predictor == name);
    let figures = match (row("mean"), row(&verdict.deciding)) {
        (Some(mean), Some(best)) => figures(verdict, observations, measure, mean, best),
        _ => String::new(),
    };
    format!("{finding} {figures}")
}

fn figures(verdict: &Verdict, observations: &Observations, measure: &dyn Measure, mean: &Row, best: &Row) -> String {
    let off_by = |row: &Row| verdict.target.difference(measure, row.rmse, 1);
    let average = match verdict.target {
        Target::Popularity => {
            let mean = observations.popularity.iter().sum::<f64>() / observations.len().max(1) as f64;
            format!("the average ({})", measure.figure(mean))
        }
        Target::WithinPlaylist => "the playlist's average".to_owned(),
        Target::RankInPlaylist => "the middle".to_owned(),
    };
    let explained = if best.r2 >= 0.005 {
        format!(" ({:.0} % of the differences explained)", 100.0 * best.r2)
    } else {
        String::new()
    };
    format!(
        "Guessing {average} is off by {}; the best predictor from covers, {}, is off by {}{explained}.",
        off_by(mean),
        predictor(&best.predictor),
        off_by(best)
    )
}

/// Whether most playlists have a single track, so that nothing can be compared within them.
fn are_small(playlists: &[usize]) -> bool {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    playlists.iter().for_each(|playlist| *counts.entry(*playlist).or_default() += 1);
    2 * counts.values().filter(|count| **count == 1).count() > counts.len()
}

/// A predictor's name within a sentence.
fn predictor(name: &str) -> String {
    if name == "colors" { "their colors".to_owned() } else { name.to_owned() }
}

fn cannot_tell(verdict: &Verdict, target: &str) -> String {
    let failed: Vec<&str> =
        verdict.controls.iter().filter(|control| !control.passed).map(|control| control.name.as_str()).collect();
    let what = if failed.is_empty() {
        format!("It has {} different covers; at least 200 are needed.", verdict.pictures)
    } else {
        format!(
            "A question whose answer is known was not answered rightly ({}), so the other answers are worth nothing.",
            failed.join(", ")
        )
    };
    format!("This study cannot tell whether covers predict {target}. {what}")
}

/// What would change the verdict, and what it does not say.
pub(super) fn limits(answer: Answer, controls: &[Control], p_within_playlist: f64, measure: &dyn Measure) -> String {
    let blind: Vec<&str> =
        controls.iter().filter(|control| !control.passed).filter_map(|control| control.network.as_deref()).collect();
    let change = match answer {
        Answer::CannotTell if !blind.is_empty() => &format!(
            "{} did not even learn how bright the covers are: leave it out of the verdict, or give it more epochs or a higher \
             learning rate.",
            blind.join(" and ")
        ),
        Answer::CannotTell => "More tracks with different covers would change this.",
        Answer::NoEvidence => {
            "More tracks, other playlists or another measure of success could change this: an effect too small for \
             this many tracks stays unseen."
        }
        Answer::Detectable | Answer::Weak | Answer::Useful => {
            "Tracks from other playlists or another time could change this: it holds for tracks like these."
        }
    };
    let is_found = matches!(answer, Answer::Detectable | Answer::Weak | Answer::Useful);
    let untested = if is_found && p_within_playlist.is_nan() {
        " Whether it is more than what playlists say could not be tested: no two tracks are in the same one."
    } else {
        ""
    };
    format!(
        "{change}{untested} Prediction is not causation: it does not say that another cover would change a track's {}, nor \
         that covers do not matter to people.",
        measure.name()
    )
}
