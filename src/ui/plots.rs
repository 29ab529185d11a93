//! The plots, each with a sentence that says the same for who cannot see it.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Color32, Label, Response, ScrollArea, Sense, TextStyle, Ui, Vec2b, vec2};
use egui_plot::{Bar, BarChart, GridMark, HLine, Line, LineStyle, Plot, PlotPoint, Points, VLine};

use super::theme::{self, GAP, SERIES, palette};
use super::widgets::{describe, name};
use crate::report::{SHORT_EPOCHS, TOLD_APART, highest_shown};
use crate::study::{EpochRecord, Histogram, RunId, RunRecord, plural, thousands};

const HEIGHT: f32 = 280.0;
/// The names of the curves that are seen at once, in points.
const KEY_HEIGHT: f32 = 112.0;
/// Marks of the vertical axis are at least so far apart, in points; the numbers of closer ones would fade.
const BETWEEN_MARKS: f32 = 36.0;

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
        .y_grid_spacer(move |input| {
            ticks(input.bounds, f64::from((height / BETWEEN_MARKS).floor().clamp(2.0, 6.0)), 0.0)
        })
        .x_axis_formatter(|mark, _| axis_number(mark))
        .y_axis_formatter(|mark, _| axis_number(mark))
        // Nothing happens on a click, so that it is no stop for the keyboard.
        .sense(Sense::hover())
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_crosshair(false)
        .show_background(false)
}

/// A number beside an axis, with as many decimals as its steps have.
pub(super) fn axis_number(mark: GridMark) -> String {
    if mark.value.abs() >= 1000.0 && mark.step_size >= 1.0 {
        let sign = if mark.value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", thousands(mark.value.abs().round() as usize));
    }
    let decimals = (-mark.step_size.log10().floor()).clamp(0.0, 6.0) as usize;
    // Without the sign of what is 0.
    format!("{:.decimals$}", mark.value + 0.0)
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
            .map(|(bin, &count)| {
                Bar::new(histogram.lowest + (bin as f64 + 0.5) * width, count as f64).width(width * 0.9)
            })
            .collect();
        let shown = still(ui, "histogram", 150.0)
            .x_axis_label(what)
            .y_axis_label("Tracks")
            .include_x(histogram.lowest)
            .include_x(histogram.highest())
            .show(ui, |plot| {
                plot.bar_chart(BarChart::new("Tracks", bars).color(colors.train));
                if let Some(mean) = mean {
                    plot.vline(VLine::new("Mean", mean).color(colors.mean).style(LineStyle::dashed_dense()));
                }
            });
        say(ui, &shown.response, "Popularity histogram", &in_words(histogram, mean));
    });
}

/// How a histogram's tracks are spread, by its quarters of the axis.
fn in_words(histogram: &Histogram, mean: Option<f64>) -> String {
    let quarter = histogram.counts.len().div_ceil(4).max(1);
    let quarters = histogram.counts.chunks(quarter).enumerate().map(|(number, counts)| {
        let edge = |bin: usize| histogram.lowest + bin as f64 * histogram.bin_width;
        let first = number * quarter;
        let tracks = plural(counts.iter().sum(), "track", "tracks");
        format!("{tracks} from {:.0} to {:.0}", edge(first), edge(first + counts.len()))
    });
    let quarters = quarters.collect::<Vec<_>>().join(", ");
    mean.map_or_else(|| format!("{quarters}."), |mean| format!("{quarters}. The mean is {mean:.1}."))
}

/// How near the pointer has to be to a curve, in points of the screen.
const NEAR: f32 = 14.0;
/// Runs that the words about curves tell one by one.
const TOLD_RUNS: usize = 12;

/// Where the curve of each run began, was lowest and ended.
fn curves_in_words(runs: &[&RunRecord]) -> String {
    let told = runs.iter().take(TOLD_RUNS).filter_map(|run| {
        let (first, last) = (run.epochs.first()?, run.epochs.last()?);
        let best = run.epochs.iter().min_by(|one, other| one.test_mse.total_cmp(&other.test_mse))?;
        Some(format!(
            "{}: {:.1} after the first epoch, lowest {:.1} after epoch {}, {:.1} after epoch {}.",
            run.name, first.test_mse, best.test_mse, best.epoch, last.test_mse, last.epoch
        ))
    });
    let heading = format!("The test error by epoch of {}, as mean squared error.", plural(runs.len(), "run", "runs"));
    let more = runs.len().checked_sub(TOLD_RUNS).filter(|more| *more > 0);
    let more = more.map(|more| format!("And {more} more, whose figures are in the table."));
    std::iter::once(heading).chain(told).chain(more).collect::<Vec<_>>().join(" ")
}

/// The color of the `place`th curve, how it is drawn, and the same as a sign: colors come round again in another way.
fn look(place: usize) -> (Color32, LineStyle, &'static str) {
    let ways = [
        (LineStyle::Solid, "—"),
        (LineStyle::Dashed { length: 9.0 }, "- -"),
        (LineStyle::Dotted { spacing: 5.0 }, "···"),
    ];
    let (style, sign) = ways[place / SERIES.len() % ways.len()];
    (SERIES[place % SERIES.len()], style, sign)
}

/// Test error by epoch of several runs; that of `chosen` is drawn strongly.
pub fn curves(ui: &mut Ui, runs: &[&RunRecord], chosen: Option<RunId>) {
    small(ui, |ui| {
        let colors = palette(ui);
        let mean_mse = runs.iter().find_map(|run| run.mean_rmse()).map(|rmse| rmse * rmse);
        // Of many, only the chosen one and the best are told apart.
        let are_many = runs.len() > TOLD_APART;
        let best = runs.iter().filter_map(|run| Some((run.id, run.figures?.rmse)));
        let best = best.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(run, _)| run);
        let is_quiet = |run: &RunRecord| are_many && Some(run.id) != chosen && Some(run.id) != best;
        let quiet = translucent(colors.mean);
        let of_run = |place: usize, run: &RunRecord| match (are_many, is_quiet(run)) {
            (false, _) => look(place),
            (true, true) => (quiet, LineStyle::Solid, LINE),
            (true, false) if Some(run.id) == chosen => (colors.test, LineStyle::Solid, LINE),
            (true, false) => (colors.train, LineStyle::Solid, LINE),
        };
        let shown = still(ui, "curves", HEIGHT).x_axis_label("Epoch").y_axis_label("Test MSE").show(ui, |plot| {
            let last = runs.iter().map(|run| run.epochs_done()).max().unwrap_or(1).max(2);
            plot.set_plot_bounds_x(0.5..=last as f64 + 0.5);
            for (place, run) in runs.iter().enumerate() {
                let (color, style, _) = of_run(place, run);
                let points: Vec<[f64; 2]> =
                    run.epochs.iter().map(|epoch| [epoch.epoch as f64, epoch.test_mse]).collect();
                if points.len() <= SHORT_EPOCHS {
                    // One point makes no line.
                    plot.points(Points::new(run.name.clone(), points.clone()).color(color).radius(4.0));
                }
                let width = if Some(run.id) == chosen {
                    3.5
                } else if is_quiet(run) {
                    1.0
                } else {
                    2.0
                };
                plot.line(Line::new(run.name.clone(), points).color(color).width(width).style(style));
            }
            let errors = || runs.iter().flat_map(|run| &run.epochs).map(|epoch| epoch.test_mse);
            let lowest = errors().fold(mean_mse.unwrap_or(f64::INFINITY), f64::min);
            if lowest.is_finite() {
                plot.set_plot_bounds_y(0.85 * lowest..=1.15 * highest_shown(runs));
            }
            if let Some(mse) = mean_mse {
                plot.hline(
                    HLine::new("Always guess the mean", mse).color(colors.mean).style(LineStyle::dashed_dense()),
                );
            }
            let pointer = plot.screen_from_plot(plot.pointer_coordinate()?);
            let at = |epoch: &EpochRecord| {
                plot.screen_from_plot(PlotPoint::new(epoch.epoch as f64, epoch.test_mse)).distance(pointer)
            };
            let nearest = |run: &&RunRecord| run.epochs.iter().map(at).fold(f32::INFINITY, f32::min);
            let (run, distance) =
                runs.iter().map(|run| (run, nearest(run))).min_by(|one, other| one.1.total_cmp(&other.1))?;
            (distance < NEAR).then(|| run.name.clone())
        });
        say(ui, &shown.response, "Loss curves", &curves_in_words(runs));
        let mean = mean_mse.map(|_| ("Always guess the mean", colors.mean, DASHED));
        let told = runs.iter().enumerate().filter(|(_, run)| !is_quiet(run)).map(|(place, run)| {
            let (color, _, sign) = of_run(place, run);
            (run.name.as_str(), color, sign)
        });
        let others = are_many.then_some(("all others: point at one for its name", quiet, LINE));
        key(ui, mean.into_iter().chain(told).chain(others));
        if let Some(run) = shown.inner {
            shown.response.on_hover_text_at_pointer(run);
        }
    });
}

/// The signs of a line and of a dashed one.
pub(super) const LINE: &str = "—";
pub(super) const DASHED: &str = "- -";

/// Which color, and which way of drawing it, is whose: below the plot, for within it the names would cover the curves.
pub(super) fn key<'a>(ui: &mut Ui, named: impl Iterator<Item = (&'a str, Color32, &'static str)>) {
    let area = ScrollArea::vertical().id_salt("key of the curves").max_height(KEY_HEIGHT);
    area.min_scrolled_height(KEY_HEIGHT).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(GAP, 2.0);
            for (name, color, sign) in named {
                let mut words = LayoutJob::default();
                let format = |color| TextFormat::simple(theme::caption(), color);
                words.append(sign, 0.0, TextFormat::simple(theme::body_strong(), color));
                words.append(&format!(" {name}"), 0.0, format(palette(ui).text));
                // A name is not broken off at the end of a line.
                ui.add(Label::new(words).selectable(false).extend());
            }
        });
    });
}

pub(super) fn translucent(color: Color32) -> Color32 {
    Color32::from_rgba_unmultiplied(color.r(), color.g(), color.b(), 150)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_told_by_quarters() {
        let histogram = Histogram::of([1.0, 2.0, 30.0, 99.0], 100.0, 25);
        let words = in_words(&histogram, Some(33.0));
        assert_eq!(
            words,
            "2 tracks from 0 to 28, 1 track from 28 to 56, 0 tracks from 56 to 84, 1 track from 84 to 100. The mean is 33.0."
        );
    }

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
