//! The report: one self-contained HTML file for the client who was not in the room.

mod figures;
mod plot;
mod run_plots;

pub use plot::Plot;
pub use run_plots::{curves_plot, residuals_plot, scatter_plot};

use std::collections::HashMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::evidence::colors::{Clustering, Naming};
use crate::evidence::{self, Answer, FOLDS, PartBy, Subset, Verdict};
use crate::jobs::{ColorFindings, find_colors};
use crate::study::{
    CoverId, Descriptive, Histogram, ImportCounts, POPULARITY, PlaylistSummary, RunRecord, Scale, Study, StudyError,
    Target, Track, has_changed_since_verdict, plural, results_sentence, thousands, tracks_mark,
};

const STYLE: &str = include_str!("style.css");
/// Bars of the histogram.
const BINS: usize = 25;

/// All that a report tells.
struct Contents {
    name: String,
    target: Target,
    counts: ImportCounts,
    playlists: Vec<PlaylistSummary>,
    popularity: Descriptive,
    histogram: Histogram,
    left_out: usize,
    /// Tracks whose cover is also another track's.
    shared: usize,
    colors: Option<ColorFindings>,
    runs: Vec<RunRecord>,
    verdict: Option<Verdict>,
    verdicts: Vec<Verdict>,
    /// Whether the tracks have changed since the verdict.
    has_changed: bool,
}

/// Writes the report on a study called `name` as HTML.
///
/// # Errors
/// Where the study cannot be read.
pub fn report(study: &Study, name: &str) -> Result<String, StudyError> {
    let tracks = study.tracks()?;
    let has_usable = tracks.iter().any(crate::study::Track::is_usable);
    let (target, popularity) = (study.target()?, study.popularity()?);
    let values = tracks.iter().filter(|track| !track.is_excluded).filter_map(|track| track.popularity);
    let verdicts = study.verdicts()?;
    let contents = Contents {
        name: name.to_owned(),
        counts: study.counts()?,
        playlists: study.playlists()?,
        histogram: Histogram::of(values, target.scale_end(popularity.max), BINS),
        target,
        popularity,
        left_out: study.rejected()?.len(),
        shared: tracks_that_share(&tracks),
        colors: if has_usable { Some(find_colors(study, Clustering::Oklab, Naming::Eight)?) } else { None },
        runs: study.runs()?,
        has_changed: verdicts.last().is_some_and(|verdict| has_changed_since_verdict(verdict, tracks_mark(&tracks))),
        verdict: verdicts.last().cloned(),
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
                        p.kicker { (self.name) }
                        h1 { (self.question()) }
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
                        p.big { (verdict.answer.as_str()) }
                        p.lead { (verdict.sentence) }
                        @if self.has_changed {
                            p { strong { "Since this verdict, tracks were excluded, added or counted anew: it is about the data as it was." } }
                        }
                        p.quiet { (meaning(verdict.answer, &self.target.name())) }
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
                    (plural(self.counts.unique_covers, "different cover", "different covers")) "."
                    @if shared > 0 { " " (thousands(shared)) " tracks share their cover with another." }
                    @if self.counts.grayscale > 0 {
                        " " (plural(self.counts.grayscale, "cover file has", "cover files have")) " a single color channel."
                    }
                    @if self.left_out > 0 { " " (plural(self.left_out, "item", "items")) " could not be used." }
                }
                p { (counted(&self.target)) }
                figure {
                    (figures::histogram(&self.histogram, described.mean, &self.target))
                    figcaption {
                        (self.target.heading()) " of " (plural(described.count, "track", "tracks")) ": mean "
                        (figure(described.mean)) ", standard deviation " (spread) ", from " (figure(described.min)) " to "
                        (figure(described.max)) ". Dashed: the mean."
                    }
                }
                (playlists(&self.playlists, &self.target))
            }
        }
    }

    fn ladder(&self) -> Markup {
        let Some(verdict) = &self.verdict else { return html! {} };
        html! {
            section {
                h2 { "What predicts " (self.target.name()) ", and what does not" }
                p {
                    "Each predictor was fitted to four fifths of the tracks and tested on the rest, "
                    (FOLDS) " times over, so that each track was tested once"
                    @if verdict.repeats > 1 { ", and all of it " (verdict.repeats) " times" }
                    ". Tracks with the same picture as their cover were always on one side. What was predicted: "
                    (verdict.target.told(&self.target.name())) "."
                }
                figure {
                    (figures::ladder(verdict))
                    figcaption {
                        "R²: the share of the differences between tracks that a predictor explains, with its 95 % interval. "
                        "0 is no better than always guessing the mean. Orange: sees nothing but the cover."
                    }
                }
                table {
                    thead { tr { th { "Predictor" } th.number { "R²" } th.number { "95 % interval" } th.number { "off by" } th.number { "p" } } }
                    tbody {
                        @for row in &verdict.rows {
                            tr {
                                td { (row.predictor) }
                                td.number { (format!("{:.3}", row.r2)) }
                                td.number { (format!("{:.3} to {:.3}", row.r2_low, row.r2_high)) }
                                td.number { (verdict.target.short_difference(&self.target, row.rmse, 2)) }
                                td.number { (p_text(row.p)) }
                            }
                        }
                    }
                }
                p.quiet {
                    "Off by: the typical error (RMSE)" (error_unit(verdict, &self.target)) ". p: how often shuffled figures, in "
                    "which nothing can be found, are predicted as well; for the best predictor from covers, against the best in each shuffle, "
                    (p_text(verdict.p)) ", and " (p_text(verdict.p_within_playlist)) " where they are shuffled within playlists only. "
                    (plural(verdict.settings_tried, "setting of a network was", "settings of networks were")) " tried."
                }
                h3 { "Controls" }
                ul {
                    @for control in &verdict.controls {
                        li { (control.name) ": " strong { (if control.passed { "passed" } else { "failed" }) } ", " (control.detail) }
                    }
                }
                (parts(&verdict.subsets))
                (other_targets(&self.verdicts, verdict, &self.target.name()))
            }
        }
    }

    fn by_color(&self) -> Markup {
        let Some(found) = &self.colors else { return html! {} };
        let p = found.table.p;
        html! {
            section {
                h2 { "Colors" }
                figure {
                    (figures::color_bars(&found.table, found.mean, &self.target))
                    figcaption {
                        "Mean " (self.target.name()) " by a cover's dominant color, with 95 % intervals; gray where fewer than 20 tracks. Dashed: all tracks."
                    }
                }
                p {
                    @if p.is_nan() { "All covers have the same dominant color." }
                    @else if p < 0.05 {
                        (self.target.heading()) " differs between dominant colors by more than chance (p " (p_text(p)) "). Whether that is of use, the ladder above tells."
                    } @else {
                        (self.target.heading()) " does not differ between dominant colors by more than chance would (p " (p_text(p)) ")."
                    }
                    " Black-and-white covers: mean " (self.target.figure(found.table.black_and_white.mean)) " of "
                    (plural(found.table.black_and_white.n, "track", "tracks")) "; covers with color: "
                    (self.target.figure(found.table.color.mean)) " of " (plural(found.table.color.n, "track", "tracks")) "."
                }
            }
        }
    }

    fn models(&self) -> Markup {
        let tested: Vec<&RunRecord> = self.runs.iter().filter(|run| run.figures.is_some()).collect();
        if tested.is_empty() {
            return html! {};
        }
        html! {
            section {
                h2 { "Networks that were trained" }
                p {
                    (results_sentence(&self.runs, &self.target)) " "
                    "That is one split, which tests a part of the tracks. The verdict above tests all of them, and so can "
                    "tell a gain from chance that a single split cannot: where the two differ, the verdict counts."
                }
                table {
                    thead { tr {
                        th { "Run" } th.number { "Parameters" } th.number { "Epochs" } th.number { "RMSE" }
                        th.number { "Mean's RMSE" } th.number { "R²" } th.number { "Seed" }
                    } }
                    tbody {
                        @for run in tested {
                            @if let Some(figures) = run.figures {
                                tr {
                                    td { (run.name) }
                                    td.number { (thousands(run.parameters)) }
                                    td.number { (run.epochs_done()) }
                                    td.number { (self.target.short_difference(figures.rmse, 2)) }
                                    td.number { (self.target.short_difference(run.mean_rmse().unwrap_or(f64::NAN), 2)) }
                                    td.number { (format!("{:.3}", figures.r2)) }
                                    td.number { (run.settings.seed) }
                                }
                            }
                        }
                    }
                }
            }
        }
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
        let networks = verdict.rows.iter().map(|row| row.predictor.as_str());
        for run in networks.filter(|name| self.runs.iter().any(|run| run.name == *name)) {
            words += &format!(" --run \"{run}\"");
        }
        words
    }

    fn repeating(&self) -> Markup {
        html! {
            section.repeat {
                h2 { "To repeat it" }
                p {
                    "Cover Study " (env!("CARGO_PKG_VERSION")) "; folds, shuffles and intervals come from fixed seeds, so the "
                    "same study gives the same figures. In the program: open the study, Verdict. In a terminal: "
                    code { (self.command()) }
                }
            }
        }
    }
}

/// How many tracks have a cover that another one has too.
fn tracks_that_share(tracks: &[Track]) -> usize {
    let mut counts: HashMap<CoverId, usize> = HashMap::new();
    for cover in tracks.iter().filter(|track| !track.is_excluded).filter_map(|track| track.cover) {
        *counts.entry(cover).or_default() += 1;
    }
    counts.into_values().filter(|count| *count > 1).sum()
}

/// What each answer means, for who meets the word for the first time.
fn meaning(answer: Answer, name: &str) -> String {
    let text = match answer {
        Answer::CannotTell => "Cannot tell: the study is too small, or a control failed.",
        Answer::NoEvidence => "No evidence: what covers predict cannot be told from chance.",
        Answer::Detectable => {
            "Detectable: more than chance, but too little to be of use, or no more than the playlist says."
        }
        Answer::Weak => return format!("Weak: covers explain between 2 and 10 % of the differences in {name}."),
        Answer::Useful => return format!("Useful: covers explain at least 10 % of the differences in {name}."),
    };
    text.to_owned()
}

/// What is predicted, and of which tracks.
fn counted(target: &Target) -> String {
    let unit = if target.unit.is_empty() { String::new() } else { format!(" in {}", target.unit) };
    let scale = match target.scale {
        Scale::AsGiven => unit,
        Scale::Logarithm => format!("{unit}, counted as logarithm: each step is ten times as much"),
        Scale::PercentRank => ", counted as the percentage of the tracks below it".to_owned(),
    };
    let years =
        target.years.map_or_else(String::new, |(from, to)| format!(" Only tracks released from {from} to {to} count."));
    format!("What is predicted: {}{scale}.{years}", target.name())
}

/// The unit of the errors in the ladder's table.
fn error_unit(verdict: &Verdict, target: &Target) -> String {
    match (verdict.target, target.scale) {
        (evidence::Target::RankInPlaylist, _) | (_, Scale::PercentRank) => " in percentage points".to_owned(),
        (_, Scale::Logarithm) => ", as a factor".to_owned(),
        _ if target.unit.is_empty() => String::new(),
        _ => format!(" in {}", target.unit),
    }
}

/// How the deciding predictor does within parts of the study.
fn parts(subsets: &[Subset]) -> Markup {
    let found = subsets.iter().filter(|part| part.holds).count();
    let text = |value: f64| if value.is_nan() { "–".to_owned() } else { format!("{value:+.2}") };
    html! {
        @if subsets.len() > 1 {
            h3 { "Within parts of the study" }
            p.quiet {
                "Correlation of the best prediction from covers with the truth. Of " (subsets.len()) " parts, " (found)
                @if found == 1 { " holds" } @else { " hold" }
                " when it is taken into account that so many were tried (Benjamini and Hochberg): in bold. Gray: fewer "
                "than 50 tracks, too few to read much into."
            }
            @for (by, heading) in [(PartBy::Playlist, "Playlist"), (PartBy::Year, "Released")] {
                @let of_kind: Vec<&Subset> = subsets.iter().filter(|part| part.by == by).collect();
                @if !of_kind.is_empty() {
                    details {
                        summary { "By " (heading.to_lowercase()) }
                        table {
                            thead { tr { th { (heading) } th.number { "Tracks" } th.number { "Correlation" } th.number { "95 % interval" } th.number { "p" } } }
                            tbody {
                                @for part in of_kind {
                                    tr.small[part.is_small].holds[part.holds] {
                                        td { @if part.name.is_empty() { "(none)" } @else { (part.name) } }
                                        td.number { (thousands(part.n)) }
                                        td.number { (text(part.correlation)) }
                                        td.number { (text(part.low)) " to " (text(part.high)) }
                                        td.number { (p_text(part.p)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn playlists(playlists: &[PlaylistSummary], target: &Target) -> Markup {
    html! {
        details {
            summary { "Playlists" }
            table {
                thead { tr { th { "Playlist" } th.number { "Tracks" } th.number { "Mean " (target.name()) } } }
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

fn other_targets(verdicts: &[Verdict], shown: &Verdict, name: &str) -> Markup {
    let others: Vec<&Verdict> = evidence::Target::ALL
        .into_iter()
        .filter(|target| *target != shown.target)
        .filter_map(|target| verdicts.iter().rfind(|verdict| verdict.target == target))
        .collect();
    html! {
        @if !others.is_empty() {
            h3 { "Other questions to the same tracks" }
            ul { @for other in others { li { (other.target.told(name)) ": " strong { (other.answer.as_str()) } ". " (other.sentence) } } }
        }
    }
}

fn p_text(p: f64) -> String {
    if p.is_nan() { "–".to_owned() } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let contents = Contents {
            name: "<script>alert(1)</script>".to_owned(),
            target: Target::default(),
            counts: ImportCounts::default(),
            playlists: vec![PlaylistSummary { name: "Rock & <b>Roll</b>".to_owned(), tracks: 1, mean: None }],
            popularity: Descriptive::default(),
            histogram: Histogram::of([], 100.0, BINS),
            left_out: 0,
            shared: 0,
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
