//! A score on the scale of what the study predicts, with the study's tracks behind it.

use eframe::egui::{self, Align2, CornerRadius, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use crate::study::{Histogram, SavedScore, Scale, Target, thousands};
use crate::ui::plots::{ticks, translucent};
use crate::ui::theme::{self, palette};
use crate::ui::widgets::{describe, name};

/// Below the axis, its figures.
const FIGURES: f32 = 18.0;
/// Above the axis, the range of the score.
const BAND: f32 = 8.0;
const DOT: f32 = 6.0;
/// The width of a digit, and what figures are apart at least.
const LETTER: f32 = 7.0;
const BETWEEN_FIGURES: f32 = 16.0;
/// The room at either end, for half a figure.
const END: f32 = 22.0;

/// Draws the scale; `label` is what a screen reader calls it.
pub fn draw(ui: &mut Ui, label: &str, (spread, target): (&Histogram, &Target), score: &SavedScore, height: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    name(ui, &response, label);
    describe(ui, &response, &words(target, score));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_role(egui::accesskit::Role::Image));
    let plot = Rect::from_min_max(rect.min + vec2(END, DOT), rect.max - vec2(END, FIGURES));
    let low = spread.lowest.min(score.prediction);
    let high = spread.highest().max(score.prediction);
    let x = |value: f64| {
        let share = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
        plot.left() + plot.width() * share as f32
    };
    let bottom = plot.bottom() - BAND;
    bars(ui, spread, plot.with_max_y(bottom), &x);
    axis(ui, target, (low, high), plot.bottom(), &x);
    let colors = palette(ui);
    let mean = x(score.train_mean);
    let dashes = Shape::dashed_line(
        &[pos2(mean, plot.top()), pos2(mean, plot.bottom())],
        Stroke::new(1.5, colors.mean),
        4.0,
        3.0,
    );
    ui.painter().extend(dashes);
    let band = Rect::from_x_y_ranges(x(score.low)..=x(score.high), bottom..=plot.bottom());
    ui.painter().rect_filled(band, CornerRadius::same(4), translucent(colors.test));
    let at = x(score.prediction);
    ui.painter().vline(at, plot.top()..=plot.bottom(), Stroke::new(3.0, colors.test));
    ui.painter().circle(pos2(at, bottom + BAND / 2.0), DOT, colors.test, Stroke::new(2.0, colors.card));
}

/// The study's tracks.
fn bars(ui: &Ui, spread: &Histogram, rect: Rect, x: &impl Fn(f64) -> f32) {
    let most = spread.counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let color = palette(ui).mean.gamma_multiply(0.35);
    for (bin, &count) in spread.counts.iter().enumerate() {
        let from = spread.lowest + bin as f64 * spread.bin_width;
        let top = rect.bottom() - rect.height() * count as f32 / most;
        let bar = Rect::from_min_max(pos2(x(from), top), pos2(x(from + spread.bin_width) - 1.0, rect.bottom()));
        ui.painter().rect_filled(bar, CornerRadius::ZERO, color);
    }
}

fn axis(ui: &Ui, target: &Target, bounds: (f64, f64), y: f32, x: &impl Fn(f64) -> f32) {
    let colors = palette(ui);
    ui.painter().hline(x(bounds.0)..=x(bounds.1), y, Stroke::new(1.0, colors.line));
    // Long figures must not run into each other.
    let longest = [bounds.0, bounds.1].map(|end| figure(target, end, 1.0).len()).into_iter().max().unwrap_or(1);
    let room = (x(bounds.1) - x(bounds.0)) / (LETTER * longest as f32 + BETWEEN_FIGURES);
    for mark in ticks(bounds, f64::from(room.clamp(1.0, 6.0)), 0.0) {
        let at: Pos2 = pos2(x(mark.value), y + 4.0);
        let text = figure(target, mark.value, mark.step_size);
        ui.painter().text(at, Align2::CENTER_TOP, text, theme::caption(), colors.quiet);
    }
}

/// A round value of the axis.
fn figure(target: &Target, value: f64, step: f64) -> String {
    match target.scale {
        // A whole logarithm is 1, 10, 100 of the unit, not one less as a value counted from 0.
        Scale::Logarithm => thousands(10.0_f64.powf(value).round() as usize),
        _ if step >= 1.0 && value >= 0.0 => thousands(value.round() as usize),
        _ if step >= 1.0 => format!("{value:.0}"),
        _ => format!("{value:.places$}", places = (-step.log10().floor()).clamp(0.0, 9.0) as usize),
    }
}

/// The same for who cannot see it.
fn words(target: &Target, score: &SavedScore) -> String {
    format!(
        "This cover {}, {} to {} by four in five of the errors on the test tracks; always guessing the mean {}.",
        target.figure(score.prediction),
        target.figure(score.low),
        target.figure(score.high),
        target.figure(score.train_mean)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_has_the_targets_own_figures() {
        assert_eq!(figure(&Target::default(), 40.0, 20.0), "40");
        assert_eq!(figure(&Target { unit: String::new(), ..Target::default() }, 0.25, 0.25), "0.2");
        assert_eq!(figure(&Target { scale: Scale::Logarithm, ..Target::default() }, 4.0, 1.0), "10,000");
        assert_eq!(figure(&Target::default(), -20.0, 20.0), "-20");
    }
}
