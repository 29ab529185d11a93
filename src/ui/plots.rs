//! The plots, each with a sentence that says the same for who cannot see it.

use eframe::egui::{Color32, Response, TextStyle, Ui, Vec2b};
use egui_plot::{Bar, BarChart, GridMark, HLine, Legend, Line, LineStyle, Plot, Points, VLine};

use super::theme::{self, SERIES, palette};
use super::widgets::{describe, name};
use crate::study::{Histogram, RunRecord, plural};

const HEIGHT: f32 = 220.0;

/// Axes are read after the curves: their text is small.
pub(super) fn small<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let draw = |ui: &mut Ui| {
        ui.style_mut().text_styles.insert(TextStyle::Body, theme::caption());
        contents(ui)
    };
    ui.scope(draw).inner
}

/// A plot that shows everything and does not move, with lines that keep back.
pub(super) fn still<'a>(ui: &Ui, id: &str, height: f32) -> Plot<'a> {
    Plot::new(id)
        .height(height)
        .show_grid(Vec2b::new(false, true))
        .grid_color(palette(ui).line)
        .x_grid_spacer(|input| ticks(input.bounds, 5.0, 1.0))
        .y_grid_spacer(|input| ticks(input.bounds, 6.0, 0.0))
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_crosshair(false)
        .show_background(false)
}

/// Marks at round values: at most `most` steps over the axis, none smaller than `smallest`.
pub fn ticks((low, high): (f64, f64), most: f64, smallest: f64) -> Vec<GridMark> {
    let rough = (high - low) / most;
    let power = 10_f64.powf(rough.log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| *step >= rough);
    let Some(step_size) = round.map(|step| step.max(smallest)).filter(|step| step.is_finite() && *step > 0.0) else {
        return Vec::new();
    };
    let (first, last) = ((low / step_size).ceil(), (high / step_size).floor());
    (0..=(last - first).max(0.0) as usize)
        .map(|index| GridMark { value: (first + index as f64) * step_size, step_size })
        .collect()
}

pub(super) fn say(ui: &Ui, response: &Response, title: &str, text: &str) {
    name(ui, response, title);
    describe(ui, response, text);
}

/// How many tracks have which popularity.
pub fn histogram(ui: &mut Ui, histogram: &Histogram, mean: Option<f64>, what: &str) {
    small(ui, |ui| {
        let colors = palette(ui);
        let width = histogram.bin_width;
        let bars = histogram
            .counts
            .iter()
            .enumerate()
            .map(|(bin, &count)| Bar::new((bin as f64 + 0.5) * width, count as f64).width(width * 0.9))
            .collect();
        let shown = still(ui, "histogram", 150.0)
            .x_axis_label(what)
            .y_axis_label("Tracks")
            .include_x(0.0)
            .include_x(histogram.highest())
            .show(ui, |plot| {
                plot.bar_chart(BarChart::new("Tracks", bars).color(colors.train));
                if let Some(mean) = mean {
                    plot.vline(VLine::new("Mean", mean).color(colors.mean).style(LineStyle::dashed_dense()));
                }
            });
        let text = mean.map_or_else(String::new, |mean| format!("The mean is {mean:.1}."));
        say(ui, &shown.response, "Popularity histogram", &text);
    });
}

/// Up to this many epochs are shown whole, with a mark for each.
const SHORT_EPOCHS: usize = 4;

/// The highest error worth showing: the first epochs lie far above all that follows and would flatten it.
fn shown_up_to(highest: f64, mean_mse: Option<f64>) -> f64 {
    const TIMES_THE_MEAN: f64 = 1.6;
    mean_mse.map_or(highest, |mse| highest.clamp(mse, TIMES_THE_MEAN * mse)).max(1.0)
}

/// Test error by epoch of several runs.
pub fn curves(ui: &mut Ui, runs: &[&RunRecord]) {
    small(ui, |ui| {
        let colors = palette(ui);
        let mean_mse = runs.iter().find_map(|run| run.mean_rmse()).map(|rmse| rmse * rmse);
        let shown = still(ui, "curves", HEIGHT)
            .legend(Legend::default())
            .x_axis_label("Epoch")
            .y_axis_label("Test MSE")
            .show(ui, |plot| {
                let last = runs.iter().map(|run| run.epochs_done()).max().unwrap_or(1).max(2);
                plot.set_plot_bounds_x(0.5..=last as f64 + 0.5);
                for (run, color) in runs.iter().zip(SERIES.into_iter().cycle()) {
                    let points: Vec<[f64; 2]> =
                        run.epochs.iter().map(|epoch| [epoch.epoch as f64, epoch.test_mse]).collect();
                    if points.len() <= SHORT_EPOCHS {
                        // One point makes no line.
                        plot.points(Points::new(run.name.clone(), points.clone()).color(color).radius(4.0));
                    }
                    plot.line(Line::new(run.name.clone(), points).color(color).width(2.0));
                }
                let errors = || runs.iter().flat_map(|run| &run.epochs).map(|epoch| epoch.test_mse);
                let (lowest, highest) = (errors().fold(f64::INFINITY, f64::min), errors().fold(0.0, f64::max));
                let lowest = lowest.min(mean_mse.unwrap_or(f64::INFINITY));
                // A short run has no later epochs that its first ones would flatten.
                let is_short = runs.iter().any(|run| run.epochs.len() <= SHORT_EPOCHS);
                let top = if is_short { highest.max(mean_mse.unwrap_or(1.0)) } else { shown_up_to(highest, mean_mse) };
                if lowest.is_finite() {
                    plot.set_plot_bounds_y(0.85 * lowest..=1.15 * top);
                }
                if let Some(mse) = mean_mse {
                    plot.hline(
                        HLine::new("Always guess the mean", mse).color(colors.mean).style(LineStyle::dashed_dense()),
                    );
                }
            });
        say(
            ui,
            &shown.response,
            "Loss curves",
            &format!("The test error by epoch of {}.", plural(runs.len(), "run", "runs")),
        );
    });
}

pub(super) fn translucent(color: Color32) -> Color32 {
    Color32::from_rgba_unmultiplied(color.r(), color.g(), color.b(), 150)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let values = |bounds, smallest| -> Vec<f64> {
            ticks(bounds, 5.0, smallest).into_iter().map(|mark| mark.value).collect()
        };
        assert_eq!(values((-2.0, 81.0), 0.0), [0.0, 20.0, 40.0, 60.0, 80.0]);
        assert_eq!(values((0.5, 4.5), 1.0), [1.0, 2.0, 3.0, 4.0]);
        assert!(values((1.0, 1.0), 0.0).is_empty());
        assert!(values((f64::NAN, 1.0), 0.0).is_empty());
    }
}
