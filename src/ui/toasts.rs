//! Messages in the rail below the steps, where they cover nothing that is worked on; errors stay until they are closed.

use eframe::egui::{self, Align, Align2, Area, Color32, Frame, Id, Layout, Margin, Order, Stroke, Ui, vec2};

use super::icons::Icon;
use super::theme::{self, palette};
use super::widgets::{focus_ring, name, secondary};
use super::{Panel, rail};
use crate::app::{Command, Toast, ToastKind};

const WIDTH: f32 = rail::WIDTH - 2.0 * (BESIDE + INNER) - 2.0;
/// Beside a message, and within it.
const BESIDE: f32 = 8.0;
const INNER: f32 = 10.0;
/// The latest messages are shown, as many as there is room for.
const SHOWN: usize = 3;

/// Draws the messages over everything else, above the job bar.
pub fn draw(ui: &Ui, panel: &mut Panel<'_>) {
    if panel.state.toasts.is_empty() {
        return;
    }
    let (mut closed, mut undo) = (None, false);
    Area::new(Id::unique("toasts"))
        .order(Order::Foreground)
        .anchor(Align2::LEFT_BOTTOM, vec2(BESIDE, -rail::BELOW - BESIDE))
        .show(ui.ctx(), |ui| {
            for toast in panel.state.toasts.iter().rev().take(SHOWN) {
                let (is_closed, is_undone) = draw_one(ui, toast);
                if is_closed || is_undone {
                    closed = Some(toast.id);
                }
                undo |= is_undone;
            }
        });
    if let Some(id) = closed {
        panel.push(Command::DismissToast(id));
    }
    if undo {
        panel.push(Command::Undo);
    }
    ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
}

/// Whether it is closed, and whether what it tells of is taken back.
fn draw_one(ui: &mut Ui, toast: &Toast) -> (bool, bool) {
    let colors = palette(ui);
    let (icon, color): (Icon, Color32) = match toast.kind {
        ToastKind::Info => (Icon::Info, colors.text),
        ToastKind::Success | ToastKind::Finished => (Icon::Check, colors.success),
        ToastKind::Error => (Icon::Alert, colors.error),
    };
    Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.line))
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(Margin::same(INNER as i8))
        .show(ui, |ui| {
            ui.set_width(WIDTH);
            let (mut is_closed, mut is_undone) = (false, false);
            ui.horizontal(|ui| {
                ui.add(icon.image(18.0, color));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let close = ui.add(egui::Button::image(Icon::Close.image(14.0, colors.quiet)).frame(false));
                    name(ui, &close, "Close message");
                    focus_ring(ui, &close);
                    is_closed = close.clicked();
                    is_undone = toast.can_undo && secondary(ui, "Undo", None);
                });
            });
            ui.add(egui::Label::new(toast.text.as_str()).wrap());
            (is_closed, is_undone)
        })
        .inner
}
