//! The report: one self-contained HTML file for the client who was not in the room.

mod colors;
mod figures;
mod ladder;
mod plot;
mod run_plots;

pub use plot::Plot;
pub use run_plots::{SHORT_EPOCHS, TOLD_APART, curves_plot, highest_shown, residuals_plot, scatter_plot};

use std::collections::{HashMap, HashSet};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::evidence::colors::{Clustering, Naming};
use crate::evidence::{self, Answer, SIGNIFICANCE, Verdict};
use crate::jobs::{ColorFindings, alike, find_colors};
use crate::nn::{Hyperparameters, Preset, settings_parts};
use crate::study::{
    CoverId, Descriptive, Histogram, ImportCounts, POPULARITY, PlaylistSummary, RunRecord, Scale, Study, StudyError,
    Target, Track, capitalised, concerns, has_changed_since_verdict, plural, results_sentence, thousands, tracks_mark,
};

const STYLE: &str = include_str!("style.css");
/// Bars of the histogram.
const BINS: usize = 25;

/// All that a report tells.
struct Contents {
    name: String,
    /// The day it is written on.
    date: String,
    /// Whether the tracks are those of the sample study.
    is_made_up: bool,
    target: Target,
    counts: ImportCounts,
    /// How many different pictures the tracks have.
    pictures: usize,
    playlists: Vec<PlaylistSummary>,
    popularity: Descriptive,
    histogram: Histogram,
    /// How many items could not be used.
    left_out: usize,
    /// Tracks whose cover is the same picture as another's.
    shared: usize,
    /// What about the data may mislead.
    concerns: Vec<String>,
    colors: Option<ColorFindings>,
    runs: Vec<RunRecord>,
    verdict: Option<Verdict>,
    verdicts: Vec<Verdict>,
    /// Whether the tracks have changed since the verdict.
    has_changed: bool,
}

/// Writes the report on a study called `name` as HTML; its answer is that of the verdicts at the place `shown`, or else
/// the latest.
///
/// # Errors
/// Where the study cannot be read.
pub fn report(study: &Study, name: &str, shown: Option<usize>) -> Result<String, StudyError> {
    let tracks = study.tracks()?;
    let has_usable = tracks.iter().any(crate::study::Track::is_usable);
    let (measured, popularity) = (study.target()?, study.popularity()?);
    let values = tracks.iter().filter(|track| !track.is_excluded).filter_map(|track| track.popularity);
    let verdicts = study.verdicts()?;
    let verdict = shown.and_then(|place| verdicts.get(place)).or(verdicts.last()).cloned();
    let playlists = study.playlists()?;
    let groups = alike(study)?;
    let concerns = concerns(&tracks, &playlists, &popularity, &measured, None);
    let contents = Contents {
        name: name.to_owned(),
        date: jiff::ZonedDateTime::now().strftime("%-d %B %Y").to_string(),
        is_made_up: study.is_made_up()?,
        counts: study.counts()?,
        pictures: groups.values().collect::<HashSet<_>>().len(),
        playlists,
        concerns: concerns.into_iter().map(|concern| concern.sentence).collect(),
        histogram: measured.histogram(values, &popularity, BINS),
        target: measured,
        popularity,
        left_out: study.rejected()?.len(),
        shared: tracks_that_share(&tracks, &groups),
        colors: if has_usable { Some(find_colors(study, Clustering::Oklab, Naming::Eight)?) } else { None },
        runs: study.runs()?,
        has_changed: verdict.as_ref().is_some_and(|verdict| has_changed_since_verdict(verdict, tracks_mark(&tracks))),
        verdict,
        verdicts,
    };
    Ok(contents.page().into_string())
}

impl Contents {
    fn page(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.name) ": cover art and " (self.target.name()) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        p.kicker { (self.name) ", " (self.date) }
                        h1 { (self.question()) }
                        @if self.is_made_up {
                            p { strong { "A sample to try the program with: its covers are drawn and its popularity is made up." } " It says nothing about music." }
                        }
                    }
                    (self.answer())
                    (self.data())
                    (self.ladder())
                    (self.by_color())
                    (self.models())
                    (self.limits())
                    (self.repeating())
                }
            }
        }
    }

    fn question(&self) -> String {
        if self.target.measure == POPULARITY {
            return "Does cover art say anything about how popular a track gets?".to_owned();
        }
        format!("Does cover art say anything about a track's {}?", self.target.name())
    }

    fn answer(&self) -> Markup {
        html! {
            section.answer {
                @match &self.verdict {
                    Some(verdict) => {
                        p.kicker { (verdict.kind()) ", on " (verdict.target.told(&self.target.name())) }
                        p.big { (verdict.answer.as_str()) }
                        p.lead { (verdict.sentence) }
                        @if !verdict.caution.is_empty() { p { strong { (verdict.caution) } } }
                        @if self.has_changed {
                            p { strong { "Since this verdict, tracks were excluded, added or counted anew: it is about the data as it was." } }
                        }
                        p.quiet { (meaning(verdict, &self.counted_as())) }
                    }
                    None => {
                        p.big { "no verdict yet" }
                        p.lead { "The question has not been put to this study yet. Reach a verdict, then export the report again." }
                    }
                }
            }
        }
    }

    fn data(&self) -> Markup {
        let shared = self.shared;
        let described = &self.popularity;
        let figure = |value: Option<f64>| self.target.figure(value.unwrap_or(f64::NAN));
        let spread = self.target.difference(described.std.unwrap_or(f64::NAN), 1);
        html! {
            section {
                h2 { "The data" }
                p {
                    (plural(self.counts.tracks, "track", "tracks")) " from "
                    (plural(self.playlists.len(), "playlist", "playlists")) ", with "
                    (plural(self.pictures, "different cover", "different covers")) "."
                    @if shared > 0 { " " (thousands(shared)) " tracks share their cover with another, in the same file or in one that looks alike; verdicts keep them on one side of a split." }
                    @if self.counts.grayscale > 0 {
                        " " (plural(self.counts.grayscale, "cover file has", "cover files have")) " a single color channel."
                    }
                    @if self.left_out > 0 {
                        " " (plural(self.left_out, "item", "items")) " could not be used; the program lists them, each with its reason."
                    }
                }
                p {
                    (counted(&self.target))
                    @if let Some(target) = self.other_target() {
                        " The verdict is not on that itself: it is on " strong { (target.told(&self.target.name())) } ", "
                        @match target {
                            evidence::Target::RankInPlaylist => "the share of its playlist's tracks that a track leaves behind, from 0 to 100.",
                            _ => "how far a track is above or below the mean of its playlist.",
                        }
                    }
                }
                @if !self.concerns.is_empty() {
                    p { "What may mislead:" }
                    ul { @for concern in &self.concerns { li { (concern) } } }
                }
                figure {
                    (figures::histogram(&self.histogram, described.mean, &self.target))
                    figcaption {
                        (self.target.heading()) " of " (plural(described.count, "track", "tracks")) ": " (self.target.mean_name()) " "
                        (figure(described.mean)) ", standard deviation " (spread) ", from " (figure(described.min)) " to "
                        (figure(described.max)) ". Dashed: the " (self.target.mean_name()) "."
                    }
                }
                (playlists(&self.playlists, &self.target))
            }
        }
    }

    fn models(&self) -> Markup {
        if self.tested().next().is_none() {
            return html! {};
        }
        html! {
            section {
                h2 { "Networks that were trained" }
                p {
                    "They predict " (self.target.name()) " itself. " (results_sentence(&self.runs, &self.target)) " "
                    "That is one split, which tests a part of the tracks. The verdict above tests all of them, and so can "
                    "tell a gain from chance that a single split cannot: where the two differ, the verdict counts."
                }
                table {
                    thead { tr {
                        th { "Run" } th.number { "Parameters" } th.number { "Epochs" } th.number { "RMSE" }
                        th.number { "Mean's RMSE" } th.number { "R²" } th.number { "Seed" }
                    } }
                    tbody {
                        @for run in self.tested() {
                            @if let Some(figures) = run.figures {
                                tr {
                                    td { (run.name) }
                                    td.number { (thousands(run.parameters)) }
                                    td.number { (run.epochs_done()) }
                                    td.number { (self.target.short_difference(figures.rmse, 2)) }
                                    td.number { (self.target.short_difference(run.mean_rmse().unwrap_or(f64::NAN), 2)) }
                                    td.number { (evidence::thousandths(figures.r2)) }
                                    td.number { (run.settings.seed) }
                                }
                            }
                        }
                    }
                }
                details {
                    summary { "Settings" }
                    ul.quiet { @for run in self.tested() { li { strong { (run.name) } ": " (in_words(&run.settings)) "." } } }
                }
            }
        }
    }

    /// What differences are explained of: of logarithms where those are counted.
    fn counted_as(&self) -> String {
        match self.target.scale {
            Scale::Logarithm => format!("the logarithm of {}", self.target.name()),
            Scale::AsGiven | Scale::PercentRank => self.target.name(),
        }
    }

    /// What the verdict is on, where that is not the study's measure itself.
    fn other_target(&self) -> Option<evidence::Target> {
        let target = self.verdict.as_ref()?.target;
        (target != evidence::Target::Popularity).then_some(target)
    }

    /// Runs that have been tested.
    fn tested(&self) -> impl Iterator<Item = &RunRecord> {
        self.runs.iter().filter(|run| run.figures.is_some())
    }

    fn limits(&self) -> Markup {
        html! {
            section {
                h2 { "What this does not say" }
                p {
                    @match &self.verdict {
                        Some(verdict) => (verdict.limits),
                        None => "Without a verdict, nothing.",
                    }
                }
                p {
                    "It does not say how much to spend on cover art: whether a picture predicts a number on a service and "
                    "whether good art is worth its price are two questions."
                }
            }
        }
    }

    /// What reaches the same verdict in a terminal.
    fn command(&self) -> String {
        let mut words = format!("cover-study verdict \"{}.coverstudy\"", self.name);
        let Some(verdict) = &self.verdict else { return words };
        if verdict.repeats > 1 {
            words += " --full";
        }
        if verdict.target != evidence::Target::default() {
            words += &format!(" --target {}", verdict.target.key());
        }
        for run in &verdict.runs {
            words += &format!(" --run \"{run}\"");
        }
        words
    }

    /// The network that took part in the verdict where no run did.
    fn preset_in_verdict(&self) -> Option<Preset> {
        self.verdict.as_ref().is_some_and(|verdict| verdict.runs.is_empty()).then_some(Preset::Quick)
    }

    fn repeating(&self) -> Markup {
        html! {
            section.repeat {
                h2 { "To repeat it" }
                p {
                    "Cover Study " (env!("CARGO_PKG_VERSION")) "; all seeds are fixed, so the same study gives the same figures: "
                    "folds of the first repeat come from seed 0, of the next from 1 and so on, shuffles from seeds 0, 1, 2, …, "
                    "intervals from seed " (evidence::INTERVAL_SEED) ". In the program: open the study, Verdict. In a terminal: "
                    code { (self.command()) }
                }
                @if let Some(preset) = self.preset_in_verdict() {
                    p { "The network " strong { (preset.label()) } " in the verdict: " (for_each_fold(&preset.hyperparameters())) "." }
                }
            }
        }
    }
}

/// All settings of a network.
fn in_words(settings: &Hyperparameters) -> String {
    joined(&settings_parts(settings))
}

/// The settings of a network that is trained for each fold, which have no split of their own.
fn for_each_fold(settings: &Hyperparameters) -> String {
    let [seed, _split, _share, parts @ ..] = settings_parts(settings);
    joined(&[&[seed], &parts[..]].concat())
}

fn joined(parts: &[String]) -> String {
    let mut parts = parts.to_vec();
    // The network first; the shortest last.
    parts.reverse();
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

/// How many usable tracks have a picture that another one has too; `groups` has the same number for covers that are alike.
fn tracks_that_share(tracks: &[Track], groups: &HashMap<CoverId, usize>) -> usize {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let covers = tracks.iter().filter(|track| track.is_usable()).filter_map(|track| track.cover);
    for group in covers.filter_map(|cover| groups.get(&cover)) {
        *counts.entry(*group).or_default() += 1;
    }
    counts.into_values().filter(|count| *count > 1).sum()
}

/// What each answer means, for who meets the word for the first time.
fn meaning(verdict: &Verdict, name: &str) -> String {
    let text = match verdict.answer {
        Answer::CannotTell => "Cannot tell: the study is too small, or a control failed.",
        Answer::NoEvidence if verdict.p < SIGNIFICANCE => {
            "No evidence: chance alone rarely does as well, but the interval of what covers explain begins below 0."
        }
        Answer::NoEvidence => "No evidence: what covers predict cannot be told from chance.",
        Answer::Detectable => {
            "Detectable: more than chance, but too little to be of use, or no more than the playlist says."
        }
        Answer::Weak => {
            return format!(
                "Weak: covers explain between 2 and 10 % of the differences in {}.",
                verdict.target.told(name)
            );
        }
        Answer::Useful => {
            return format!(
                "Useful: covers explain at least 10 % of the differences in {}.",
                verdict.target.told(name)
            );
        }
    };
    text.to_owned()
}

/// What is predicted, and of which tracks.
fn counted(target: &Target) -> String {
    // "Streams in streams" says it twice.
    let is_said = target.unit.is_empty() || target.unit.eq_ignore_ascii_case(&target.name());
    let unit = if is_said { String::new() } else { format!(" in {}", target.unit) };
    let scale = match target.scale {
        Scale::AsGiven => unit,
        Scale::Logarithm => {
            format!("{unit}, counted as logarithm: each step is ten times as much, and means are geometric")
        }
        Scale::PercentRank => ", counted as the percentage of the tracks below it".to_owned(),
    };
    let years =
        target.years.map_or_else(String::new, |(from, to)| format!(" Only tracks released from {from} to {to} count."));
    format!("What the study is about: {}{scale}.{years}", target.name())
}

fn playlists(playlists: &[PlaylistSummary], target: &Target) -> Markup {
    html! {
        details {
            summary { "Playlists" }
            table {
                thead { tr { th { "Playlist" } th.number { "Tracks" } th.number { (capitalised(target.mean_name())) " " (target.name()) } } }
                tbody {
                    @for playlist in playlists {
                        tr {
                            td { @if playlist.name.is_empty() { "(none)" } @else { (playlist.name) } }
                            td.number { (thousands(playlist.tracks)) }
                            td.number { (target.figure(playlist.mean.unwrap_or(f64::NAN))) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let contents = Contents {
            name: "<script>alert(1)</script>".to_owned(),
            date: String::new(),
            is_made_up: false,
            pictures: 0,
            target: Target::default(),
            counts: ImportCounts::default(),
            playlists: vec![PlaylistSummary { name: "Rock & <b>Roll</b>".to_owned(), tracks: 1, mean: None }],
            popularity: Descriptive::default(),
            histogram: Histogram::of([], 100.0, BINS),
            left_out: 0,
            shared: 0,
            concerns: Vec::new(),
            colors: None,
            runs: Vec::new(),
            verdict: None,
            verdicts: Vec::new(),
            has_changed: false,
        };
        let page = contents.page().into_string();
        assert!(!page.contains("<script>") && !page.contains("<b>"));
        assert!(page.contains("Rock &amp; &lt;b&gt;") && page.contains("no verdict yet"));
    }
}
