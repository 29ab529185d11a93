//! Two parts of a panel side by side. The line between them can be moved, and stays where it was put.

use std::ops::RangeInclusive;

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Align, CursorIcon, EventFilter, Id, Key, Layout, Rect, Response, Sense, Stroke, Ui, UiBuilder, pos2, vec2,
};

use super::Panel;
use super::theme::palette;
use super::widgets::{describe, focus_ring};

/// Where there is less room, halves come one below the other, in points.
const NARROW: f32 = 880.0;
/// How much of the width each half has at least.
const HALVES: RangeInclusive<f32> = 0.3..=0.7;
/// How far an arrow key moves the line, as a share of the width.
const KEY_STEP: f32 = 0.02;

/// Two halves side by side, or one below the other where there is little room; `between` is what a screen reader calls the
/// line between them.
pub fn halves<'a>(
    ui: &mut Ui,
    panel: &mut Panel<'a>,
    between: &str,
    left: impl FnOnce(&mut Ui, &mut Panel<'a>),
    right: impl FnOnce(&mut Ui, &mut Panel<'a>),
) {
    if ui.available_width() < NARROW {
        left(ui, panel);
        right(ui, panel);
    } else {
        let gap = ui.spacing().item_spacing.x;
        divided(ui, panel, (between, gap), 0.5, HALVES, left, right);
    }
}

/// Two parts side by side with a line between them, of that name and width: the left one has the share of the width that the
/// person gave it in this panel, within `shares`, at first `usual`.
pub fn divided<'a>(
    ui: &mut Ui,
    panel: &mut Panel<'a>,
    (name, between): (&str, f32),
    usual: f32,
    shares: RangeInclusive<f32>,
    left: impl FnOnce(&mut Ui, &mut Panel<'a>),
    right: impl FnOnce(&mut Ui, &mut Panel<'a>),
) {
    let step = panel.state.step;
    // Where there is no room for both, the left one gives way.
    let within = |share: f32| share.max(*shares.start()).min(*shares.end()).max(0.0);
    let share = within(panel.state.settings.shares.get(&step).copied().unwrap_or(usual));
    let room = ui.available_rect_before_wrap();
    let width = room.width() - between;
    let left_width = share * width;
    let part = |from: f32, width: f32| Rect::from_min_size(pos2(from, room.top()), vec2(width, room.height()));
    let left_height = in_part(ui, part(room.left(), left_width), |ui| left(ui, panel));
    let gap = part(room.left() + left_width, between);
    // Between the two in the order of the keyboard, too; it is as high as they were in the last frame.
    let id = ui.next_auto_id().with("line between");
    let height = ui.data(|data| data.get_temp(id)).unwrap_or(left_height);
    let moved = line(ui, (id, name), Rect::from_min_size(gap.min, vec2(between, height)), (share, width));
    let right_height = in_part(ui, part(gap.right(), width - left_width), |ui| right(ui, panel));
    let height = left_height.max(right_height);
    ui.data_mut(|data| data.insert_temp(id, height));
    ui.allocate_space(vec2(room.width(), height));
    let shares = &mut panel.state.settings.shares;
    match moved {
        Some(Moved::By(part)) => _ = shares.insert(step, within(share + part)),
        Some(Moved::Back) => _ = shares.remove(&step),
        None => {}
    }
}

/// Draws a part; returns its height.
fn in_part(ui: &mut Ui, rect: Rect, draw: impl FnOnce(&mut Ui)) -> f32 {
    let mut part = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)));
    part.set_width(rect.width());
    draw(&mut part);
    part.min_rect().height()
}

/// What was done to the line.
enum Moved {
    /// To the right, as a share of the width.
    By(f32),
    /// To where it was at first.
    Back,
}

/// The line between two parts, which is seen when it is pointed at or has the keyboard.
fn line(ui: &Ui, (id, name): (Id, &str), rect: Rect, (share, width): (f32, f32)) -> Option<Moved> {
    let response =
        ui.interact(rect, id, Sense::click_and_drag()).on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::Splitter);
        node.set_label(name);
        node.set_numeric_value(f64::from(100.0 * share).round());
    });
    describe(ui, &response, "The share of the left part in percent. Arrow keys move it, Home puts it back.");
    if response.hovered() || response.dragged() {
        let ink = Stroke::new(2.0, palette(ui).mean);
        ui.painter().vline(rect.center().x, rect.y_range(), ink);
    }
    focus_ring(ui, &response);
    if response.double_clicked() {
        return Some(Moved::Back);
    }
    if response.dragged() && response.drag_delta().x != 0.0 {
        return Some(Moved::By(response.drag_delta().x / width));
    }
    keys(ui, &response)
}

fn keys(ui: &Ui, response: &Response) -> Option<Moved> {
    if !response.has_focus() {
        return None;
    }
    let arrows = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let presses = |key: Key| ui.input(|input| input.num_presses(key) as i32);
    let steps = presses(Key::ArrowRight) - presses(Key::ArrowLeft);
    if ui.input(|input| input.key_pressed(Key::Home)) {
        Some(Moved::Back)
    } else {
        (steps != 0).then_some(Moved::By(KEY_STEP * steps as f32))
    }
}
