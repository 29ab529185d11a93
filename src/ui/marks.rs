//! Rows of figures drawn as marks on one scale: bars with intervals, and points with intervals.

use eframe::egui::{self, Align2, Color32, Pos2, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::plots;
use super::theme::{self, palette};

/// The height of a row, in points.
pub const ROW: f32 = 28.0;

/// The height of the numbers below rows, and how far they are apart at least, in points.
const AXIS: f32 = 20.0;
const BETWEEN_NUMBERS: f32 = 60.0;

/// The values at the two ends of a drawn scale.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
}

impl Scale {
    fn at(self, rect: Rect, value: f64) -> f32 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        rect.left() + share as f32 * rect.width()
    }
}

/// A value with its 95 % interval.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub color: Color32,
}

/// What a mark looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A bar from the scale's low end.
    Bar,
    /// A point.
    Point,
}

/// Draws a mark in a row of `width` points, with dashed lines at the values of `lines`.
pub fn draw(
    ui: &mut Ui,
    width: f32,
    scale: Scale,
    shape: Shape,
    mark: Mark,
    lines: &[(f64, Color32)],
) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    let painter = ui.painter();
    let middle = rect.center().y;
    if shape == Shape::Bar && mark.value.is_finite() {
        let end = pos2(scale.at(rect, mark.value), middle + 8.0);
        painter.rect_filled(Rect::from_min_max(pos2(rect.left(), middle - 8.0), end), 2.0, mark.color);
    }
    for &(value, color) in lines {
        if value.is_finite() && value >= scale.low && value <= scale.high {
            dashed(ui, scale.at(rect, value), rect, color);
        }
    }
    if mark.low.is_finite() && mark.high.is_finite() {
        let ink = Stroke::new(1.5, palette(ui).text);
        let (low, high) = (scale.at(rect, mark.low), scale.at(rect, mark.high));
        painter.line_segment([pos2(low, middle), pos2(high, middle)], ink);
        for end in [low, high] {
            painter.line_segment([pos2(end, middle - 4.0), pos2(end, middle + 4.0)], ink);
        }
    }
    if shape == Shape::Point && mark.value.is_finite() {
        painter.circle_filled(pos2(scale.at(rect, mark.value), middle), 5.0, mark.color);
    }
    response
}

/// Draws the numbers of a scale of `width` points, below its rows.
pub fn axis(ui: &mut Ui, width: f32, scale: Scale) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, AXIS), Sense::hover());
    let quiet = palette(ui).quiet;
    for mark in plots::ticks((scale.low, scale.high), f64::from((width / BETWEEN_NUMBERS).clamp(2.0, 6.0)), 0.0) {
        let x = scale.at(rect, mark.value);
        ui.painter().vline(x, rect.top()..=rect.top() + 4.0, Stroke::new(1.0, palette(ui).mean));
        let at = pos2(x, rect.bottom());
        ui.painter().text(at, Align2::CENTER_BOTTOM, plots::axis_number(mark), theme::caption(), quiet);
    }
}

fn dashed(ui: &Ui, x: f32, rect: Rect, color: Color32) {
    let ends: [Pos2; 2] = [pos2(x, rect.top()), pos2(x, rect.bottom())];
    ui.painter().extend(egui::Shape::dashed_line(&ends, Stroke::new(1.0, color), 3.0, 3.0));
}
