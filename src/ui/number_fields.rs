//! Number fields: typed, dragged, or moved by the arrow keys, within limits that they tell.

use std::cell::Cell;
use std::ops::RangeInclusive;

use eframe::egui::{self, DragValue, Response, Ui};

use super::theme::{self, palette};
use super::widgets::{SETTING_LABEL, describe, field_label, focus_ring, name};
use crate::study::thousands;

/// What a field shows whose layers differ.
const MIXED: &str = "mixed";
/// Room for the "?" behind a field.
const BEHIND_HELP: f32 = 36.0;

/// A number field named `label`; `mixed` shows that the layers differ until it is set.
pub fn spin<N: egui::emath::Numeric>(
    ui: &mut Ui,
    label: &str,
    value: &mut N,
    range: RangeInclusive<N>,
    speed: f64,
    mixed: bool,
) -> Response {
    let named = field_label(ui, label, SETTING_LABEL);
    let limits = (range.start().to_f64(), range.end().to_f64());
    let typed = Cell::new(None);
    let parse = |text: &str| {
        let read = number(text);
        // Of a number that is being typed, there may be nothing or only its sign yet.
        let is_nothing = text.trim().len() < 2 || text == MIXED;
        typed.set(if is_nothing { read } else { read.or(Some(f64::NAN)) });
        read
    };
    let mut drag = DragValue::new(value).range(range).speed(pace::<N>(ui, speed)).custom_parser(parse);
    if mixed {
        drag = drag.custom_formatter(|_, _| MIXED.to_owned());
    } else if !N::INTEGRAL {
        drag = drag.custom_formatter(|value, _| plain_decimals(value));
    }
    let response = ui.add_sized([88.0, theme::CONTROL_HEIGHT], drag).labelled_by(named.id);
    if mixed {
        describe(ui, &response, MIXED);
    }
    tell_limits(ui, &response, (typed.get(), value.to_f64()), limits);
    come_back_on_enter(ui, &response);
    focus_ring(ui, &response);
    response
}

/// Says beside a number field which numbers it takes, where another one was `typed` and it `holds` the limit instead, or
/// where what was typed is no number, NaN, and it holds what it held.
fn tell_limits(ui: &Ui, response: &Response, (typed, holds): (Option<f64>, f64), (low, high): (f64, f64)) {
    let id = response.id.with("cannot be");
    if typed.is_some() || response.changed() {
        let told = typed.filter(|typed| !(low..=high).contains(typed));
        ui.data_mut(|data| data.insert_temp(id, told));
    }
    let told: Option<f64> = ui.data(|data| data.get_temp(id)).flatten();
    if told.is_some_and(|typed| typed.is_nan() || holds == low || holds == high) {
        let limit = |limit: f64| if limit >= 1000.0 { thousands(limit as usize) } else { limit.to_string() };
        let words = format!("{} to {}", limit(low), limit(high));
        // Behind the "?", which stays where it is.
        let at = response.rect.right_center() + egui::vec2(BEHIND_HELP, 0.0);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, &words, theme::caption(), palette(ui).warning);
        describe(ui, response, &format!("Only {words}."));
    }
}

/// A number with as many decimals as it needs, so that small ones are not shown as 0.
fn plain_decimals(value: f64) -> String {
    let text = format!("{value:.7}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// A number as it is typed, with a decimal point or comma.
fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").replace('−', "-").parse().ok()
}

/// As [`keep_on_enter`] for a number field, whose text is what it holds only once it has been left: the keyboard comes back
/// in the next frame.
fn come_back_on_enter(ui: &Ui, response: &Response) {
    let id = response.id.with("comes back");
    if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
        ui.data_mut(|data| data.insert_temp(id, true));
        ui.ctx().request_repaint();
    } else if ui.data_mut(|data| data.remove_temp(id)) == Some(true) && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
}

/// How far a number field moves: by `speed` for each point that it is dragged, but by whole numbers when an arrow key or
/// a screen reader moves it, which a small speed would round to nothing.
fn pace<N: egui::emath::Numeric>(ui: &Ui, speed: f64) -> f64 {
    use egui::accesskit::Action;
    let is_stepped = ui.input(|input| {
        input.events.iter().any(|event| match event {
            egui::Event::Key { key, .. } => matches!(key, egui::Key::ArrowUp | egui::Key::ArrowDown),
            egui::Event::AccessKitActionRequest(request) => {
                matches!(request.action, Action::Increment | Action::Decrement)
            }
            _ => false,
        })
    });
    if N::INTEGRAL && is_stepped { 1.0 } else { speed }
}

/// A number field in a table, whose name only a screen reader says.
pub fn cell_spin<N: egui::emath::Numeric>(
    ui: &mut Ui,
    label: &str,
    value: &mut N,
    range: RangeInclusive<N>,
    speed: f64,
) -> Response {
    let drag = DragValue::new(value).range(range).speed(pace::<N>(ui, speed)).custom_parser(number);
    let response = ui.add_sized([56.0, theme::CONTROL_HEIGHT], drag);
    name(ui, &response, label);
    come_back_on_enter(ui, &response);
    focus_ring(ui, &response);
    response
}

#[cfg(test)]
mod tests {
    #[test]
    fn small_numbers_keep_their_digits() {
        assert_eq!(
            [0.0005, 0.000_001, 0.3, 1.0, 0.0].map(super::plain_decimals),
            ["0.0005", "0.000001", "0.3", "1", "0"]
        );
    }
}
