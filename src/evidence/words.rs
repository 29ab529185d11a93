//! A verdict in plain words.

use std::collections::BTreeMap;

use super::baselines::Baseline;
use super::carrier::Carrier;
use super::controls::Control;
use super::measure::Measure;
use super::observations::{Observations, Target};
use super::subsets::{PartBy, Subset};
use super::verdict::{Answer, DETECTABLE_AT_MOST, FEWEST_PICTURES, Row, SIGNIFICANCE, Verdict, answer_of};

/// A predictor's name as it is shown: that of the mean says what it does.
pub fn predictor_in_words(name: &str) -> &str {
    if name == Baseline::Mean.label() { "always guess the mean" } else { name }
}

/// A figure of fits and tests, with three decimals: "0.287"; "–" where it is not a number.
pub fn thousandths(value: f64) -> String {
    match format!("{value:.3}").as_str() {
        "NaN" => "–".to_owned(),
        // What rounds to zero has no sign.
        "-0.000" => "0.000".to_owned(),
        text => text.to_owned(),
    }
}

/// A p, which is never 0, however small.
pub fn p_in_words(p: f64) -> String {
    if p < 0.0005 { "< 0.001".to_owned() } else { thousandths(p) }
}

/// [`thousandths`] with its sign: "+0.287".
pub fn signed_thousandths(value: f64) -> String {
    let text = thousandths(value);
    if text.starts_with(['-', '–']) { text } else { format!("+{text}") }
}

/// More parts of a study are not told by name.
pub(super) const MOST_NAMED: usize = 5;
/// Two errors are practically the same where one is less than this share above the other.
const SAME_ERROR: f64 = 0.005;

/// Two sentences: what was found, and by how much.
pub(super) fn sentence(verdict: &Verdict, observations: &Observations, measure: &dyn Measure) -> String {
    let target = verdict.target.told(&measure.name());
    let finding = match verdict.answer {
        Answer::CannotTell => return cannot_tell(verdict, &target),
        Answer::NoEvidence if verdict.p < SIGNIFICANCE => format!(
            "What covers say about {target} here is too little to rely on: chance alone rarely does as well, but what \
             they explain may as well be nothing."
        ),
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
    // Errors that round to neighboring figures would look like a gain.
    let is_as_much = (best.rmse / mean.rmse - 1.0).abs() < SAME_ERROR;
    let of_best = if is_as_much { "practically as much".to_owned() } else { off_by(best) };
    let average = match verdict.target {
        Target::Popularity => {
            let mean = observations.popularity.iter().sum::<f64>() / observations.len().max(1) as f64;
            format!("the {} ({})", measure.average(), measure.figure(mean))
        }
        Target::WithinPlaylist => "the playlist's average".to_owned(),
        Target::RankInPlaylist => "the middle".to_owned(),
    };
    let explained = if best.r2 >= 0.005 {
        let decimals = usize::from(best.r2 < 0.1);
        format!(" ({:.decimals$} % of the differences explained)", 100.0 * best.r2)
    } else {
        String::new()
    };
    format!(
        "Guessing {average} is off by {}; the best predictor from covers, {}, is off by {of_best}{explained}.",
        off_by(mean),
        predictor(&best.predictor),
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
    if name == "colors" { "their colors".to_owned() } else { format!("the network {name}") }
}

fn cannot_tell(verdict: &Verdict, target: &str) -> String {
    let failed: Vec<&Control> = verdict.controls.iter().filter(|control| !control.passed).collect();
    let covers = verdict.pictures;
    let what = if covers < FEWEST_PICTURES {
        format!("It has {covers} different covers; at least {FEWEST_PICTURES} are needed.")
    } else if failed.iter().all(|control| control.is_of_power()) {
        format!(
            "A signal of 5 % that was put into it was seldom found among its {covers} different covers: too few to rely on."
        )
    } else {
        format!(
            "A question whose answer is known was not answered rightly ({}), so the other answers are worth nothing.",
            failed.iter().map(|control| control.name.as_str()).collect::<Vec<_>>().join(", ")
        )
    };
    format!("This study cannot tell whether covers predict {target}. {what}")
}

/// What would change the verdict, and what it does not say.
pub(super) fn limits(verdict: &Verdict, observations: &Observations, measure: &dyn Measure) -> String {
    let failed = verdict.controls.iter().filter(|control| !control.passed);
    let blind: Vec<&str> = failed.filter_map(|control| control.network.as_deref()).collect();
    let change = match verdict.answer {
        Answer::CannotTell if !blind.is_empty() && verdict.pictures >= FEWEST_PICTURES => &format!(
            "{} did not even learn how bright the covers are: choose another run for the verdict, or train it with more \
             epochs or a higher learning rate.",
            blind.join(" and ")
        ),
        Answer::CannotTell => "More tracks with different covers would change this.",
        Answer::NoEvidence => {
            "More tracks, other playlists, another measure of success or another way to count it could change this: an \
             effect too small for this many tracks stays unseen."
        }
        Answer::Detectable | Answer::Weak | Answer::Useful => {
            "Tracks from other playlists or another time, or another way to count success, could change this: it holds for \
             tracks like these."
        }
    };
    format!(
        "{change}{} Prediction is not causation: it does not say that another cover would change a track's {}, nor \
         that covers do not matter to people.",
        if observations.has_playlists() { beside_playlists(verdict).unwrap_or_default() } else { String::new() },
        measure.name()
    )
}

/// Of which parts of the study the answer holds, where not of all of it.
pub(super) fn caution(verdict: &Verdict) -> String {
    match verdict.answer {
        Answer::CannotTell => String::new(),
        Answer::NoEvidence => held(verdict).unwrap_or_default(),
        Answer::Detectable | Answer::Weak | Answer::Useful => {
            verdict.carried_by.as_ref().map(carried).unwrap_or_default()
        }
    }
}

fn carried(carrier: &Carrier) -> String {
    let correlation = signed_thousandths(carrier.correlation_of_others);
    if carrier.names.is_empty() {
        return format!(
            "Within single years or decades of release nothing is left to rely on (correlation {correlation}): it may be that \
             covers and success both changed with the years."
        );
    }
    format!(
        "All of it rests on {}: among the other {} tracks nothing is left to rely on (correlation {correlation}).",
        parts(carrier.by, &carrier.names),
        carrier.others
    )
}

/// Of no evidence over all: where there is some nevertheless, by playlists or by years, whichever shows it more clearly.
fn held(verdict: &Verdict) -> Option<String> {
    let holds = |subset: &&Subset| subset.holds && !subset.is_small && subset.correlation > 0.0;
    let clearest =
        verdict.subsets.iter().filter(holds).max_by(|one, other| one.correlation.total_cmp(&other.correlation))?;
    let of_division = || verdict.subsets.iter().filter(|subset| subset.by == clearest.by);
    let names: Vec<String> = of_division().filter(holds).map(|subset| subset.name.clone()).collect();
    let (holding, all) = (names.len(), of_division().count());
    if verdict.target == Target::Popularity && clearest.by == PartBy::Playlist && 2 * holding > all && all > 2 {
        return Some(format!(
            "Within {holding} of {all} playlists there is more than chance: what covers say may be lost between playlists \
             that differ much. Ask about the target relative to the playlist."
        ));
    }
    (holding <= MOST_NAMED).then(|| {
        format!(
            "In a part of the study there is more than chance, the number of parts taken into account: {} (correlation up \
             to {:+.2}).",
            parts(clearest.by, &names),
            clearest.correlation
        )
    })
}

/// Parts within a sentence.
fn parts(by: PartBy, names: &[String]) -> String {
    let listed = match names {
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
        [] => String::new(),
    };
    match by {
        PartBy::Playlist if names.len() == 1 => format!("the playlist {listed}"),
        PartBy::Playlist => format!("the playlists {listed}"),
        PartBy::Year if names.iter().all(|name| name.ends_with('s')) => format!("tracks of the {listed}"),
        PartBy::Year => format!("tracks of {listed}"),
    }
}

/// How much of a finding the playlists say already.
fn beside_playlists(verdict: &Verdict) -> Option<String> {
    if !verdict.is_finding() {
        return None;
    }
    if verdict.p_within_playlist.is_nan() {
        let untested = " Whether it is more than what playlists say could not be tested: too few covers can change \
                        places within them.";
        return Some(untested.to_owned());
    }
    let r2 = |baseline: Baseline| verdict.rows.iter().find(|row| row.predictor == baseline.label()).map(|row| row.r2);
    let (playlist, both) = (r2(Baseline::Playlist)?, r2(Baseline::PlaylistColors)?);
    (verdict.target == Target::Popularity && playlist > DETECTABLE_AT_MOST).then(|| {
        format!(
            " Playlists alone explain {:.1} % of the differences, playlists with the colors of covers {:.1} %.",
            100.0 * playlist,
            100.0 * both
        )
    })
}

/// Whether another target would change what the colors say.
pub(super) fn other_targets(verdict: &Verdict, name: &str) -> Option<String> {
    if verdict.answer == Answer::CannotTell {
        return None;
    }
    let own = verdict.rows.iter().find(|row| row.predictor == Baseline::Colors.label())?;
    let own = answer_of(&verdict.controls, verdict.pictures, own, own.p, own.p_within_playlist);
    let others = &verdict.other_targets;
    let quoted = |answer: Answer, target: Target| format!("\"{}\" for {}", answer.as_str(), target.told(name));
    let own_words = quoted(own, verdict.target);
    let told = match others.iter().all(|other| other.answer == own) {
        true => format!(
            "{own_words}, and the same for {}",
            others.iter().map(|other| other.target.told(name)).collect::<Vec<_>>().join(" and ")
        ),
        false => format!(
            "{own_words}, {}",
            others.iter().map(|other| quoted(other.answer, other.target)).collect::<Vec<_>>().join(" and ")
        ),
    };
    (!others.is_empty())
        .then(|| format!("Whether another target would change this was asked of the colors of covers alone: {told}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!([0.2871, -0.0001, f64::NAN].map(thousandths), ["0.287", "0.000", "–"]);
        assert_eq!([0.0004, 0.031, f64::NAN].map(p_in_words), ["< 0.001", "0.031", "–"]);
        assert_eq!([0.2871, -0.0001, -0.2].map(signed_thousandths), ["+0.287", "+0.000", "-0.200"]);
    }
}
