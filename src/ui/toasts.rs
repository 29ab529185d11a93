//! Messages in the rail below the steps, where they cover nothing; in a narrow window, whose rail has no room for words,
//! in a bar below the panel. Errors stay until they are closed.

use std::time::Duration;

use eframe::egui::{self, Align, Color32, Context, Frame, Id, Layout, Margin, ScrollArea, Stroke, Ui};

use super::Panel;
use super::icons::Icon;
use super::theme::{self, GAP, palette};
use super::widgets::{focus_ring, name, secondary};
use crate::app::{Command, Toast, ToastKind};

const INNER: f32 = 10.0;
/// The height of the bar, for two lines.
pub const BAR_HEIGHT: f32 = 52.0;

/// What messages took in the rail when they were drawn last, in points.
pub fn height_in_rail(ctx: &Context, panel: &Panel<'_>) -> f32 {
    if panel.state.toasts.is_empty() {
        return 0.0;
    }
    ctx.data(|data| data.get_temp(height_id())).unwrap_or(0.0)
}

fn height_id() -> Id {
    Id::unique("height of messages")
}

/// Draws all messages, the latest first, within `most` points; what is more scrolls.
pub fn in_rail(ui: &mut Ui, panel: &mut Panel<'_>, most: f32) {
    if panel.state.toasts.is_empty() {
        return;
    }
    let toasts = panel.state.toasts.clone();
    let shown = ScrollArea::vertical().id_salt("messages").max_height(most).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        for toast in toasts.iter().rev() {
            framed(ui, |ui| {
                let pressed = ui.horizontal(|ui| icon_and_buttons(ui, toast, "")).inner;
                ui.add(egui::Label::new(toast.text.as_str()).wrap());
                pressed
            })
            .tell(panel, toast);
        }
        ui.min_rect().height()
    });
    let height = shown.inner + GAP;
    if height != height_in_rail(ui.ctx(), panel) {
        ui.ctx().data_mut(|data| data.insert_temp(height_id(), height));
        ui.ctx().request_repaint();
    }
    ui.ctx().request_repaint_after(Duration::from_secs(1));
}

/// Draws the latest message in a line of its own; others follow when it is closed.
pub fn in_bar(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(toast) = panel.state.toasts.last().cloned() else { return };
    let pressed = ui.horizontal_centered(|ui| icon_and_buttons(ui, &toast, &toast.text)).inner;
    pressed.tell(panel, &toast);
    ui.ctx().request_repaint_after(Duration::from_secs(1));
}

/// What was pressed on a message.
#[derive(Clone, Copy, Default)]
struct Pressed {
    close: bool,
    undo: bool,
}

impl Pressed {
    fn tell(self, panel: &mut Panel<'_>, toast: &Toast) {
        if self.close || self.undo {
            panel.push(Command::DismissToast(toast.id));
        }
        if self.undo {
            panel.push(Command::Undo);
        }
    }
}

fn framed(ui: &mut Ui, draw: impl FnOnce(&mut Ui) -> Pressed) -> Pressed {
    let colors = palette(ui);
    Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.line))
        .corner_radius(theme::RADIUS_CARD)
        .inner_margin(Margin::same(INNER as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            draw(ui)
        })
        .inner
}

/// The icon on the left, the buttons on the right, and `text` between them.
fn icon_and_buttons(ui: &mut Ui, toast: &Toast, text: &str) -> Pressed {
    let colors = palette(ui);
    let (icon, color): (Icon, Color32) = match toast.kind {
        ToastKind::Info => (Icon::Info, colors.text),
        ToastKind::Success | ToastKind::Finished => (Icon::Check, colors.success),
        ToastKind::Error => (Icon::Alert, colors.error),
    };
    ui.add(icon.image(18.0, color));
    let mut pressed = Pressed::default();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let close = ui.add(egui::Button::image(Icon::Close.image(14.0, colors.quiet)).frame(false));
        name(ui, &close, "Close message");
        focus_ring(ui, &close);
        pressed.close = close.clicked();
        pressed.undo = toast.can_undo && secondary(ui, "Undo", None);
        if !text.is_empty() {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(egui::Label::new(text).wrap()));
        }
    });
    pressed
}
