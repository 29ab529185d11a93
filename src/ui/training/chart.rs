//! A run's error by epoch, before the quiet curves of the other runs of its sweep.

use eframe::egui::{Align2, Color32, Sense, TextStyle, Ui, vec2};
use egui_plot::{HLine, Line, LineStyle, Points};

use crate::study::{RunRecord, plural};
use crate::ui::plots::{DASHED, LINE, key, still};
use crate::ui::theme::{self, palette};
use crate::ui::widgets::{describe, name};

/// Up to this many epochs are shown whole, with a mark for each.
const SHORT_EPOCHS: usize = 4;
/// The highest error worth showing, in that of always guessing the mean: the first epochs lie far above all that
/// follows and would flatten it.
const TIMES_THE_MEAN: f64 = 1.6;
/// What is beside the run's own curves.
const MEAN: &str = "Always guess the mean";
const OTHERS: &str = "Test tracks, other runs of the sweep";
/// Points of a curve that is only there to compare with.
const MOST_POINTS: usize = 100;

/// Draws the chart of `run` and, behind it, of `others`.
pub fn draw(ui: &mut Ui, run: &RunRecord, others: &[&RunRecord], height: f32) {
    ui.scope(|ui| {
        // Axes are read after the curves: their text is small.
        ui.style_mut().text_styles.insert(TextStyle::Body, theme::caption());
        if run.epochs.is_empty() && others.iter().all(|other| other.epochs.is_empty()) {
            nothing_yet(ui, height);
        } else {
            plot(ui, run, others, height);
        }
    });
}

/// Before there is a curve: its room, so that nothing moves when it begins.
fn nothing_yet(ui: &mut Ui, height: f32) {
    let colors = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let text = "The curve begins after the first epoch.";
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, TextStyle::Button.resolve(ui.style()), colors.quiet);
    name(ui, &response, "Training curve");
    describe(ui, &response, text);
}

fn plot(ui: &mut Ui, run: &RunRecord, others: &[&RunRecord], height: f32) {
    let colors = palette(ui);
    let named = [("Training tracks", colors.train, LINE), ("Test tracks", colors.test, LINE)];
    let curves = [
        ("Training tracks", points(run, |epoch| epoch.train_mse), colors.train),
        ("Test tracks", points(run, |epoch| epoch.test_mse), colors.test),
    ];
    let mean_mse = run.mean_rmse().map(|rmse| rmse * rmse);
    let behind: Vec<Vec<[f64; 2]>> = others
        .iter()
        .map(|other| thinned(points(other, |epoch| epoch.test_mse)))
        .filter(|points| !points.is_empty())
        .collect();
    let (bottom, top) = bounds(run, &behind, mean_mse);
    let epochs = others.iter().chain([&run]).map(|run| run.settings.epochs).max().unwrap_or(1);
    let quiet = faint(colors.quiet);
    let shown = still(ui, "training curve", height)
        .x_axis_label("Epoch")
        .y_axis_label("Mean squared error")
        .show(ui, |plot| {
            plot.set_plot_bounds_x(0.5..=epochs.max(2) as f64 + 0.5);
            plot.set_plot_bounds_y(bottom..=top);
            for points in &behind {
                if points.len() <= SHORT_EPOCHS {
                    plot.points(Points::new(OTHERS, points.clone()).color(quiet).radius(2.5));
                }
                plot.line(Line::new(OTHERS, points.clone()).color(quiet).width(1.0));
            }
            for (label, points, color) in curves {
                if run.epochs.len() <= SHORT_EPOCHS {
                    // One point makes no line.
                    plot.points(Points::new(label, points.clone()).color(color).radius(4.0));
                }
                plot.line(Line::new(label, points).color(color).width(2.0));
            }
            if let Some(mse) = mean_mse {
                let line = HLine::new(MEAN, mse).color(colors.mean);
                plot.hline(line.style(LineStyle::dashed_dense()));
            }
        })
        .response;
    name(ui, &shown, "Training curve");
    describe(ui, &shown, &sentence(run, others));
    let mean = mean_mse.map(|_| (MEAN, colors.mean, DASHED));
    let others = (!behind.is_empty()).then_some((OTHERS, quiet, LINE));
    key(ui, named.into_iter().chain(mean).chain(others));
}

fn points(run: &RunRecord, of: fn(&crate::study::EpochRecord) -> f64) -> Vec<[f64; 2]> {
    run.epochs.iter().map(|epoch| [epoch.epoch as f64, of(epoch)]).collect()
}

/// Every so many-th point of a long curve, and its last.
fn thinned(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let every = points.len().div_ceil(MOST_POINTS).max(1);
    let last = points.len().saturating_sub(1);
    let kept = points.into_iter().enumerate().filter(|(place, _)| place % every == 0 || *place == last);
    kept.map(|(_, point)| point).collect()
}

/// The lowest and highest error that is shown.
fn bounds(run: &RunRecord, behind: &[Vec<[f64; 2]>], mean_mse: Option<f64>) -> (f64, f64) {
    let test = || run.epochs.iter().map(|epoch| epoch.test_mse);
    let is_short = run.epochs.len() <= SHORT_EPOCHS;
    // The first epoch starts from random weights.
    let train = || run.epochs.iter().skip(usize::from(!is_short)).map(|epoch| epoch.train_mse);
    let highest = test().chain(train()).fold(0.0, f64::max);
    // Where a run has come to must be seen, however far above the rest.
    let latest = run.epochs.last().map_or(0.0, |epoch| epoch.test_mse);
    let top = match mean_mse {
        Some(mean) if is_short => highest.max(mean),
        Some(mean) => highest.clamp(mean, (TIMES_THE_MEAN * mean).max(latest)),
        None => highest,
    };
    let others = behind.iter().flatten().map(|point| point[1]);
    let all = test().chain(run.epochs.iter().map(|epoch| epoch.train_mse)).chain(mean_mse).chain(others);
    let lowest = all.fold(f64::INFINITY, f64::min);
    let bottom = if lowest.is_finite() { (0.85 * lowest).max(0.0) } else { 0.0 };
    (bottom, (1.15 * top).max(bottom + 1.0))
}

fn faint(color: Color32) -> Color32 {
    Color32::from_rgba_unmultiplied(color.r(), color.g(), color.b(), 90)
}

fn sentence(run: &RunRecord, others: &[&RunRecord]) -> String {
    let own = run.epochs.last().map_or_else(
        || "No epoch is finished yet.".to_owned(),
        |epoch| {
            format!(
                "After epoch {} the mean squared error is {:.1} on the training tracks and {:.1} on the test tracks.",
                epoch.epoch, epoch.train_mse, epoch.test_mse
            )
        },
    );
    let lasts: Vec<f64> = others.iter().filter_map(|other| other.epochs.last()).map(|epoch| epoch.test_mse).collect();
    if lasts.is_empty() {
        return own;
    }
    let (low, high) =
        lasts.iter().fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), &mse| (low.min(mse), high.max(mse)));
    let count = plural(lasts.len(), "other run of the sweep", "other runs of the sweep");
    format!("{own} Behind it {count}, between {low:.1} and {high:.1} on their test tracks after their last epoch.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_curves_are_thinned_to_their_shape_and_end() {
        let curve: Vec<[f64; 2]> = (1..=1000).map(|epoch| [f64::from(epoch), 1.0]).collect();
        let kept = thinned(curve.clone());
        assert!(kept.len() <= MOST_POINTS + 1 && kept.len() > MOST_POINTS / 2, "{}", kept.len());
        assert_eq!((kept.first(), kept.last()), (curve.first(), curve.last()));
        assert_eq!(thinned(curve[..3].to_vec()), curve[..3]);
        assert!(thinned(Vec::new()).is_empty());
    }
}
