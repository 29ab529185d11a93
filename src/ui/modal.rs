//! Boxes over everything else, that take the keyboard and fit the window.

use eframe::egui::{self, Context, Frame, Id, Modal, Ui};

use super::theme::{GAP_LARGE, RADIUS_CARD};

/// What of the window stays free beside a box, its margins among it, in points.
const BESIDE: f32 = 4.0 * GAP_LARGE;

/// A box over everything else.
pub fn modal(ctx: &Context, name: &str) -> Modal {
    let frame = Frame::popup(&ctx.global_style()).corner_radius(RADIUS_CARD).inner_margin(GAP_LARGE);
    Modal::new(Id::unique(name)).frame(frame)
}

/// The width of a box that would like to have `wanted` points.
pub fn width_for(ctx: &Context, wanted: f32) -> f32 {
    wanted.min(ctx.content_rect().width() - BESIDE)
}

/// The height that is left for a box's contents besides `around` points.
pub fn height_beside(ctx: &Context, around: f32) -> f32 {
    (ctx.content_rect().height() - BESIDE - around).max(60.0)
}

/// Gives the keyboard to the next control when the box called `name` has just been opened; its first frame only measures
/// it.
pub fn take_focus(ui: &Ui, name: &str) {
    let (next, has_had_it) = (ui.next_auto_id(), has_had_focus(name));
    if ui.data(|data| data.get_temp(has_had_it)) == Some(true) {
        return;
    }
    if let Some(before) = ui.memory(egui::Memory::focused).filter(|focused| *focused != next) {
        ui.data_mut(|data| data.insert_temp(had_focus_before(name), Some(before)));
    }
    if ui.memory(|memory| memory.has_focus(next)) {
        ui.data_mut(|data| data.insert_temp(has_had_it, true));
    } else {
        ui.memory_mut(|memory| memory.request_focus(next));
        ui.ctx().request_repaint();
    }
}

/// The box is closed: opened once more, it takes the keyboard anew.
pub fn forget_focus(ctx: &Context, name: &str) {
    ctx.data_mut(|data| data.remove_temp::<bool>(has_had_focus(name)));
}

/// The box is closed: the keyboard goes back to where it was before.
pub fn give_focus_back(ctx: &Context, name: &str) {
    forget_focus(ctx, name);
    if let Some(before) = ctx.data_mut(|data| data.remove_temp::<Option<Id>>(had_focus_before(name))).flatten() {
        ctx.memory_mut(|memory| memory.request_focus(before));
    }
}

fn had_focus_before(name: &str) -> Id {
    egui::Id::unique(("had the keyboard before", name))
}

fn has_had_focus(name: &str) -> Id {
    egui::Id::unique(("has had the keyboard", name))
}
