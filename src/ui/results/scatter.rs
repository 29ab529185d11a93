//! True against predicted values, point by point.

use eframe::egui::{EventFilter, Key, Label, Pos2, Response, RichText, Sense, Ui};
use egui_plot::{HLine, Line, LineStyle, PlotPoint, Points};

use crate::app::{Predicted, Snapshot};
use crate::evidence::correlation;
use crate::nn::metrics;
use crate::study::RunRecord;
use crate::ui::Panel;
use crate::ui::plots::{say, small, still, translucent};
use crate::ui::theme::{self, palette};
use crate::ui::widgets::focus_ring;

const HEIGHT: f32 = 280.0;
/// How near the pointer has to be to a point, in points of the screen.
const NEAR: f32 = 12.0;

/// Draws the plot; a click chooses a track.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRecord, predicted: &Predicted, snapshot: &Snapshot) {
    let weights = panel.state.results.weights;
    let points: Vec<[f64; 2]> = predicted.items.iter().map(|item| [item.truth, item.by(weights)]).collect();
    let chosen = panel.state.results.track;
    let chosen_place = chosen.and_then(|track| predicted.items.iter().position(|item| item.track == track));
    let mark = chosen_place.and_then(|place| points.get(place)).copied();
    let target = &snapshot.target;
    let found = small(ui, |ui| {
        let colors = palette(ui);
        let ends = points
            .iter()
            .flatten()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
        let shown = still(ui, "scatter", HEIGHT)
            .sense(Sense::click())
            .x_axis_label(format!("True {}", target.counted_name()))
            .y_axis_label(format!("Predicted {}", target.counted_name()))
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
        let text = equivalent(&points);
        say(ui, &shown.response, &format!("True against predicted {}", target.name()), &text);
        if let Some(place) = step(ui, &shown.response, &points, chosen_place) {
            return predicted.items.get(place).map(|item| item.track);
        }
        let (place, is_clicked) = shown.inner?;
        let item = predicted.items.get(place)?;
        let title = snapshot.track(item.track).map_or("", |track| track.title.as_str());
        let (truth, guess) = (target.figure(item.truth), target.figure(item.by(weights)));
        shown.response.on_hover_text_at_pointer(format!("{title}: true {truth}, predicted {guess}"));
        is_clicked.then_some(item.track)
    });
    let words = "Line: predicted as it is true. Dashed: always guess the mean.";
    ui.add(Label::new(RichText::new(words).font(theme::caption()).color(palette(ui).quiet)).wrap());
    if found.is_some() {
        panel.state.results.track = found;
    }
}

/// What the plot shows, for who does not see it.
fn equivalent(points: &[[f64; 2]]) -> String {
    let (truth, predicted): (Vec<f64>, Vec<f64>) = points.iter().map(|[truth, predicted]| (*truth, *predicted)).unzip();
    let together = correlation(truth.iter().copied().zip(predicted.iter().copied()));
    let together = if together.is_nan() { "none".to_owned() } else { format!("{together:+.2}") };
    format!(
        "{} test tracks; a perfect model would lie on the diagonal. R² {:.3}, correlation {together}. Left and right lead from \
         track to track.",
        points.len(),
        metrics::r2(&truth, &predicted)
    )
}

/// Where the arrow keys lead from the chosen point, in the order of the true values.
fn step(ui: &Ui, response: &Response, points: &[[f64; 2]], chosen: Option<usize>) -> Option<usize> {
    focus_ring(ui, response);
    if response.clicked() {
        response.request_focus();
    }
    if !response.has_focus() {
        return None;
    }
    let arrows = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let way = ui.input(|input| match (input.key_pressed(Key::ArrowLeft), input.key_pressed(Key::ArrowRight)) {
        (true, false) => Some(-1),
        (false, true) => Some(1),
        _ => None,
    })?;
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|one, other| points[*one][0].total_cmp(&points[*other][0]).then(one.cmp(other)));
    let here = chosen.and_then(|chosen| order.iter().position(|place| *place == chosen));
    let next = here.map_or(0, |here| (here as isize + way).clamp(0, points.len() as isize - 1) as usize);
    order.get(next).copied()
}

/// The place of the point nearest to the pointer on the screen, and how far away it is in points.
fn nearest(points: &[[f64; 2]], to_screen: impl Fn(&[f64; 2]) -> Pos2, at: Pos2) -> Option<(usize, f32)> {
    points
        .iter()
        .enumerate()
        .map(|(place, point)| (place, to_screen(point).distance(at)))
        .min_by(|one, other| one.1.total_cmp(&other.1))
}
