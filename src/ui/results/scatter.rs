//! True against predicted values, point by point.

use eframe::egui::{Pos2, Sense, Ui};
use egui_plot::{Corner, HLine, Legend, Line, LineStyle, PlotPoint, Points};

use crate::app::{Predicted, Snapshot};
use crate::study::RunRecord;
use crate::ui::Panel;
use crate::ui::plots::{say, small, still, translucent};
use crate::ui::theme::palette;

const HEIGHT: f32 = 280.0;
/// How near the pointer has to be to a point, in points of the screen.
const NEAR: f32 = 12.0;

/// Draws the plot; a click chooses a track.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRecord, predicted: &Predicted, snapshot: &Snapshot) {
    let weights = panel.state.results.weights;
    let points: Vec<[f64; 2]> = predicted.items.iter().map(|item| [item.truth, item.by(weights)]).collect();
    let chosen = panel.state.results.track;
    let mark = chosen.and_then(|track| predicted.items.iter().position(|item| item.track == track));
    let mark = mark.and_then(|place| points.get(place)).copied();
    let target = &snapshot.target;
    let found = small(ui, |ui| {
        let colors = palette(ui);
        let ends = points
            .iter()
            .flatten()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
        let shown = still(ui, "scatter", HEIGHT)
            .sense(Sense::CLICK)
            .legend(Legend::default().position(Corner::LeftTop))
            .x_axis_label(format!("True {}", target.name()))
            .y_axis_label(format!("Predicted {}", target.name()))
            .show(ui, |plot| {
                let identity = vec![[ends.0, ends.0], [ends.1, ends.1]];
                plot.line(Line::new("Predicted = true", identity).color(colors.quiet).width(1.0));
                if let Some(mean) = run.baseline.map(|baseline| baseline.train_mean) {
                    let dashed = LineStyle::dashed_dense();
                    plot.hline(HLine::new("Always guess the mean", mean).color(colors.mean).style(dashed));
                }
                plot.points(Points::new("Test tracks", points.clone()).color(translucent(colors.train)).radius(3.0));
                if let Some(mark) = mark {
                    plot.points(Points::new("Chosen track", vec![mark]).color(colors.test).radius(6.0));
                }
                let pointer = plot.screen_from_plot(plot.pointer_coordinate()?);
                let at = |point: &[f64; 2]| plot.screen_from_plot(PlotPoint::new(point[0], point[1]));
                let (place, distance) = nearest(&points, at, pointer)?;
                (distance < NEAR).then_some((place, plot.response().clicked()))
            });
        let text = format!("{} test tracks; a perfect model would lie on the diagonal.", points.len());
        say(ui, &shown.response, "True against predicted popularity", &text);
        let (place, is_clicked) = shown.inner?;
        let item = predicted.items.get(place)?;
        let title = snapshot.track(item.track).map_or("", |track| track.title.as_str());
        let (truth, guess) = (target.figure(item.truth), target.figure(item.by(weights)));
        shown.response.on_hover_text_at_pointer(format!("{title}: true {truth}, predicted {guess}"));
        is_clicked.then_some(item.track)
    });
    if found.is_some() {
        panel.state.results.track = found;
    }
}

/// The place of the point nearest to the pointer on the screen, and how far away it is in points.
fn nearest(points: &[[f64; 2]], to_screen: impl Fn(&[f64; 2]) -> Pos2, at: Pos2) -> Option<(usize, f32)> {
    points
        .iter()
        .enumerate()
        .map(|(place, point)| (place, to_screen(point).distance(at)))
        .min_by(|one, other| one.1.total_cmp(&other.1))
}
