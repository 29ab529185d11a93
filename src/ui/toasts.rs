//! Messages that lie over the panel's lower left corner for a while, where the least is worked on; errors stay until they
//! are closed.

use eframe::egui::{self, Align2, Area, Color32, Frame, Id, Margin, Order, Ui, vec2};

use super::icons::Icon;
use super::theme::{self, palette};
use super::widgets::name;
use super::{Panel, job_bar, rail};
use crate::app::{Command, Toast, ToastKind};

const WIDTH: f32 = 360.0;

/// Draws the messages over everything else, above the job bar.
pub fn draw(ui: &Ui, panel: &mut Panel<'_>) {
    if panel.state.toasts.is_empty() {
        return;
    }
    let above_job_bar = if job_bar::is_needed(panel) { -64.0 } else { -16.0 };
    let (mut closed, mut undo) = (None, false);
    Area::new(Id::unique("toasts"))
        .order(Order::Foreground)
        .anchor(Align2::LEFT_BOTTOM, vec2(rail::WIDTH + 16.0, above_job_bar))
        .show(ui.ctx(), |ui| {
            for toast in panel.state.toasts.iter().rev().take(4) {
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
    Frame::popup(ui.style())
        .fill(colors.card)
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_width(WIDTH);
            ui.horizontal_top(|ui| {
                ui.add(icon.image(18.0, color));
                let text = egui::Label::new(toast.text.as_str()).wrap();
                let width = WIDTH - if toast.can_undo { 124.0 } else { 60.0 };
                ui.allocate_ui(vec2(width, 0.0), |ui| {
                    ui.set_min_width(width);
                    ui.add(text);
                });
                let undo = toast.can_undo && ui.button("Undo").clicked();
                let close = ui.add(egui::Button::image(Icon::Close.image(14.0, colors.quiet)).frame(false));
                name(ui, &close, "Close message");
                (close.clicked(), undo)
            })
            .inner
        })
        .inner
}
