//! The report's plots as SVG.

use maud::{Markup, html};

use crate::evidence::{ColorGroup, ColorTable, Verdict, bar_ends, predictor_in_words, thousandths};
use crate::study::{Histogram, Target, capitalised};

const WIDTH: f64 = 640.0;
const ROW: f64 = 24.0;
/// Room for names on the left and for figures on the right.
const NAMES: f64 = 150.0;
const FIGURES: f64 = 90.0;
const TRAIN: &str = "#0072B2";
const TEST: &str = "#E69F00";
const QUIET: &str = "#5B6570";
const LINE: &str = "#C9CED4";
const TEXT: &str = "#1B1F24";

/// From values to the places of a plot between the names and the figures.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn at(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        NAMES + share * (WIDTH - NAMES - FIGURES)
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

/// How many tracks have which figure.
pub(super) fn histogram(histogram: &Histogram, mean: Option<f64>, target: &Target) -> Markup {
    const HEIGHT: f64 = 130.0;
    let highest = histogram.counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let width = WIDTH / histogram.counts.len().max(1) as f64;
    let top = histogram.highest();
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT + 20.0) } role="img" aria-label={ "Histogram of " (target.name()) } {
            @for (bin, &count) in histogram.counts.iter().enumerate() {
                @let height = HEIGHT * count as f64 / highest;
                rect x=(number(bin as f64 * width + 1.0)) y=(number(HEIGHT - height)) width=(number(width - 2.0)) height=(number(height)) fill=(TRAIN) opacity="0.75" {}
            }
            @if let Some(mean) = mean {
                @let x = number((mean - histogram.lowest) / (top - histogram.lowest) * WIDTH);
                line x1=(x) x2=(x) y1="0" y2=(HEIGHT) stroke=(QUIET) stroke-dasharray="4 3" {}
            }
            @for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
                @let anchor = if share == 0.0 { "start" } else if share == 1.0 { "end" } else { "middle" };
                text x=(number(share * WIDTH)) y=(HEIGHT + 15.0) text-anchor=(anchor) fill=(QUIET) { (target.tick(histogram.lowest + share * (top - histogram.lowest))) }
            }
        }
    }
}

/// Every predictor's R² with its interval; 0 and the playlist are marked.
pub(super) fn ladder(verdict: &Verdict) -> Markup {
    let ends = verdict.rows.iter().flat_map(|row| [row.r2_low, row.r2_high, row.r2]).filter(|value| value.is_finite());
    let (low, high) = ends.fold((-0.05, 0.1), |(low, high): (f64, f64), value| (low.min(value), high.max(value)));
    let scale = Scale { low: low.max(-0.5) - 0.01, high: high + 0.01 };
    let height = verdict.rows.len() as f64 * ROW + 24.0;
    let playlist = verdict.rows.iter().find(|row| row.predictor == "playlist").map(|row| row.r2);
    // Beside their lines, each away from the other.
    let mean_is_left = playlist.is_none_or(|playlist| playlist >= 0.0);
    let anchor = |is_mean: bool| if is_mean == mean_is_left { "end" } else { "start" };
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label="R² of each predictor" {
            @for (value, word) in std::iter::once((0.0, "0: the mean")).chain(playlist.map(|value| (value, "the playlist"))) {
                @let x = number(scale.at(value));
                line x1=(x) x2=(x) y1="0" y2=(height - 20.0) stroke=(QUIET) stroke-dasharray="4 3" {}
                text x=(x) y=(height - 5.0) text-anchor=(anchor(value == 0.0)) fill=(QUIET) { (word) }
            }
            @for (place, row) in verdict.rows.iter().enumerate() {
                @let y = (place as f64 + 0.5) * ROW;
                @let color = if row.sees_only_cover { TEST } else { TRAIN };
                (name(y, predictor_in_words(&row.predictor), TEXT))
                (interval(&scale, y, row.r2_low, row.r2_high))
                circle cx=(number(scale.at(row.r2))) cy=(y) r="5" fill=(color) {}
                text x=(WIDTH) y=(y + 4.0) text-anchor="end" fill=(TEXT) { (thousandths(row.r2)) }
            }
        }
    }
}

/// The mean figure by dominant color.
pub(super) fn color_bars(table: &ColorTable, mean: f64, target: &Target) -> Markup {
    let (low, high) = bar_ends(table.by_color.iter().map(|(_, group)| group), target.has_zero());
    let scale = Scale { low, high };
    let height = table.by_color.len() as f64 * ROW;
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label={ (capitalised(target.mean_name())) " " (target.name()) " by dominant color" } {
            @for (place, (color, group)) in table.by_color.iter().enumerate() {
                @let y = (place as f64 + 0.5) * ROW;
                @let [red, green, blue] = color.rgb;
                rect x="0" y=(y - 7.0) width="14" height="14" rx="3" fill={ "rgb(" (red) "," (green) "," (blue) ")" } stroke=(LINE) {}
                (name_at(22.0, y, color.name, ink(group)))
                @let fill = if group.is_small() { LINE } else { TRAIN };
                @if target.has_zero() {
                    rect x=(NAMES) y=(y - 8.0) width=(number(scale.at(group.mean) - NAMES)) height="16" fill=(fill) opacity="0.7" {}
                }
                (interval(&scale, y, group.interval.low, group.interval.high))
                @if !target.has_zero() { circle cx=(number(scale.at(group.mean))) cy=(y) r="5" fill=(fill) {} }
                text x=(WIDTH) y=(y + 4.0) text-anchor="end" fill=(ink(group)) { (target.figure(group.mean)) " · " (group.n) }
            }
            @let x = number(scale.at(mean));
            line x1=(x) x2=(x) y1="0" y2=(height) stroke=(QUIET) stroke-dasharray="4 3" {}
        }
    }
}

fn ink(group: &ColorGroup) -> &'static str {
    if group.is_small() { QUIET } else { TEXT }
}

fn name(y: f64, text: &str, color: &str) -> Markup {
    name_at(0.0, y, text, color)
}

fn name_at(x: f64, y: f64, text: &str, color: &str) -> Markup {
    html! { text x=(x) y=(y + 4.0) fill=(color) { (text) } }
}

fn interval(scale: &Scale, y: f64, low: f64, high: f64) -> Markup {
    html! {
        @if low.is_finite() && high.is_finite() {
            @let (left, right) = (number(scale.at(low)), number(scale.at(high)));
            path d={ "M" (left) " " (y) "H" (right) "M" (left) " " (y - 4.0) "v8M" (right) " " (y - 4.0) "v8" } stroke=(TEXT) stroke-width="1.5" fill="none" {}
        }
    }
}
