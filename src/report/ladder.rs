//! What predicts what the study is about, and what does not: the verdict's figures.

use maud::{Markup, html};

use super::{Contents, figures};
use crate::evidence::{self, Baseline, FOLDS, PartBy, Subset, Verdict, thousandths};
use crate::study::{Scale, Target, plural, thousands};

impl Contents {
    /// What every predictor comes to, the controls, and the parts of the study.
    pub(super) fn ladder(&self) -> Markup {
        let Some(verdict) = &self.verdict else { return html! {} };
        html! {
            section {
                h2 { "What predicts " (verdict.target.told(&self.target.name())) ", and what does not" }
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
                    thead { tr { th { "Predictor" } th.number { "R²" } th.number { "95 % interval" } th.number { "off by" } th.number { "p" } th.number { "p against " (verdict.deciding) } } }
                    tbody {
                        @for row in &verdict.rows {
                            tr {
                                td { (evidence::predictor_in_words(&row.predictor)) }
                                td.number { (thousandths(row.r2)) }
                                td.number { (thousandths(row.r2_low)) " to " (thousandths(row.r2_high)) }
                                td.number { (verdict.target.short_difference(&self.target, row.rmse, 2)) }
                                td.number { (thousandths(row.p)) }
                                td.number { (evidence::p_in_words(row.p_against_deciding)) }
                            }
                        }
                    }
                }
                p.quiet {
                    "Off by: the typical error (RMSE)" (error_unit(verdict, &self.target)) ". p: how often shuffled figures, in "
                    "which nothing can be found, are predicted as well; for the best predictor from covers, against the best in each shuffle, "
                    (verdict.p_in_words()) ", and " (thousandths(verdict.p_within_playlist)) " where they are shuffled within playlists only. "
                    "p against " (verdict.deciding) ": whether the two differ by more than the luck of the folds (Nadeau and Bengio's "
                    "corrected test). "
                    (plural(verdict.settings_tried, "setting of a network was", "settings of networks were")) " tried."
                }
                (predictors(verdict))
                h3 { "Controls" }
                p.quiet { "Questions whose answers are known. Where one is not answered rightly, the verdict is worth nothing. They are asked of " (self.target.name()) " itself, whatever the verdict is on." }
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
}

/// What each predictor sees and does.
fn predictors(verdict: &Verdict) -> Markup {
    let always = match verdict.target {
        evidence::Target::Popularity => "always the mean of the tracks that it was fitted to",
        evidence::Target::WithinPlaylist => "always the mean of the track's playlist: no difference from it",
        evidence::Target::RankInPlaylist => "always the mean rank, the middle of the playlist",
    };
    let known = [
        (Baseline::Mean, always),
        (Baseline::Playlist, "the mean of the track's playlist"),
        (
            Baseline::Colors,
            "a weighted sum of the cover's brightness, saturation, contrast, busyness and share of each color (ridge regression)",
        ),
        (
            Baseline::TrackName,
            "a weighted sum of the letters in the track's name, one to a few at a time (TF-IDF, ridge regression)",
        ),
        (Baseline::PlaylistColors, "the playlist's mean, and the colors for what that leaves"),
    ];
    let networks: Vec<&str> = verdict
        .rows
        .iter()
        .map(|row| row.predictor.as_str())
        .filter(|name| Baseline::ALL.iter().all(|baseline| baseline.label() != *name))
        .collect();
    html! {
        ul.quiet {
            @for (baseline, what) in known { li { strong { (baseline.label()) } ": " (what) "." } }
            @if !networks.is_empty() {
                li {
                    strong { (networks.join(", ")) } ": a convolutional network, trained on the covers' pixels and nothing else. What it "
                    "says is drawn toward the mean as far as the other folds show that it goes too far."
                }
            }
        }
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
                " when it is taken into account that so many were tried (Benjamini and Hochberg): in bold. p: how often shuffled figures go with the prediction as closely, or more. Gray: fewer "
                "than 50 tracks, too few to read much into."
            }
            @for (by, heading) in [(PartBy::Playlist, "Playlist"), (PartBy::Year, "Year of release")] {
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
                                        td.number { (thousandths(part.p)) }
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

/// The unit of the errors in the ladder's table.
fn error_unit(verdict: &Verdict, target: &Target) -> String {
    match (verdict.target, target.scale) {
        (evidence::Target::RankInPlaylist, _) | (_, Scale::PercentRank) => " in percentage points".to_owned(),
        (_, Scale::Logarithm) => ", as a factor".to_owned(),
        _ if target.unit.is_empty() => String::new(),
        _ => format!(" in {}", target.unit),
    }
}

fn other_targets(verdicts: &[Verdict], shown: &Verdict, name: &str) -> Markup {
    let others: Vec<&Verdict> = evidence::Target::ALL
        .into_iter()
        .filter(|target| *target != shown.target)
        .filter_map(|target| verdicts.iter().rfind(|verdict| verdict.target == target))
        .collect();
    let by_colors = shown.other_targets_sentence(name);
    html! {
        @if let Some(sentence) = by_colors { p { (sentence) } }
        @if !others.is_empty() {
            h3 { "Other questions to the same tracks" }
            ul { @for other in others { li { (other.target.told(name)) ": " strong { (other.answer.as_str()) } ". " (other.sentence) } } }
        }
    }
}
