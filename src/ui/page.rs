//! A panel as a page: its title, its actions, one sentence of state, and contents that scroll.

use eframe::egui::{self, Align, Color32, Frame, Layout, Margin, RichText, ScrollArea, TextStyle, Ui};

use super::theme::{self, GAP, GAP_LARGE, MARGIN, palette};
use super::widgets::name;

/// A panel: its title, one sentence of state, its primary action at the top right, and its scrolling contents.
pub fn page(ui: &mut Ui, title: &str, sentence: &str, actions: impl FnOnce(&mut Ui), contents: impl FnOnce(&mut Ui)) {
    page_frame().show(ui, |ui| {
        let width = ui.available_width() - BESIDE_SCROLL_BAR;
        page_head(ui, title, sentence, actions);
        let bars = ui.spacing().scroll;
        // In the margin, so that nothing moves when it comes.
        ui.spacing_mut().scroll.floating_allocated_width = 0.0;
        // In a narrow window, what finds no room is to be had by scrolling.
        let area = if width < NARROW { ScrollArea::both() } else { ScrollArea::vertical() };
        area.id_salt((title, opening(ui.ctx()))).auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().scroll = bars;
            ui.set_max_width(width);
            contents(ui);
            ui.add_space(GAP_LARGE);
        });
    });
}

/// Tells openings of studies apart: each begins at the top of its panels, wherever another one was left.
pub fn opening(ctx: &egui::Context) -> u64 {
    ctx.data(|data| data.get_temp(opening_id())).unwrap_or(0)
}

fn opening_id() -> egui::Id {
    egui::Id::unique("opening of the study")
}

/// Another study has been opened: `number` is one that no opening had before, in an earlier window neither.
pub fn begin_anew(ctx: &egui::Context, number: u64) {
    ctx.data_mut(|data| data.insert_temp(opening_id(), number));
}

/// Panels of fewer points may have something that is wider.
const NARROW: f32 = 760.0;

/// What actions are taken to need, in points, until they have been drawn.
const ACTIONS: f32 = 280.0;

/// Between what a panel shows and its right edge, so that the scroll bar has room within the margin.
const BESIDE_SCROLL_BAR: f32 = 12.0;

/// What is around a panel's contents; on the right [`BESIDE_SCROLL_BAR`] is left to them.
pub fn page_frame() -> Frame {
    let margin = Margin::symmetric(MARGIN as i8, GAP_LARGE as i8);
    Frame::new().inner_margin(Margin { right: margin.right - BESIDE_SCROLL_BAR as i8, ..margin })
}

/// A panel's title with its actions, and one sentence of state.
pub fn page_head(ui: &mut Ui, title: &str, sentence: &str, actions: impl FnOnce(&mut Ui)) {
    let width = ui.available_width() - BESIDE_SCROLL_BAR;
    let line = egui::vec2(width, theme::CONTROL_HEIGHT);
    let id = egui::Id::unique(("width of the actions", title));
    let actions = |ui: &mut Ui| {
        let drawn = ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            actions(ui);
            ui.max_rect().right() - ui.cursor().right()
        });
        ui.data_mut(|data| data.insert_temp(id, drawn.inner));
    };
    let wanted: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(ACTIONS);
    // Where there is no room for both, the actions come below the title.
    let font = TextStyle::Heading.resolve(ui.style());
    let title_width = ui.painter().layout_no_wrap(title.to_owned(), font, Color32::PLACEHOLDER).size().x;
    if title_width + wanted > width {
        heading(ui, title);
        ui.allocate_ui(line, |ui| ui.horizontal(actions));
    } else {
        ui.allocate_ui(line, |ui| {
            ui.horizontal(|ui| {
                ui.set_min_height(theme::CONTROL_HEIGHT);
                heading(ui, title);
                actions(ui);
            });
        });
    }
    ui.allocate_ui(egui::vec2(width, 0.0), |ui| {
        ui.add(egui::Label::new(RichText::new(sentence).color(palette(ui).quiet)).wrap());
    });
    ui.add_space(GAP);
}

fn wants_focus() -> egui::Id {
    egui::Id::unique("the title is to have the keyboard")
}

/// Puts the keyboard before the first control of the panel that is shown next, and lets a screen reader say its title.
pub fn focus_title(ctx: &egui::Context) {
    ctx.data_mut(|data| data.insert_temp(wants_focus(), true));
}

/// A panel's title. It is a stop for the keyboard only when the panel has just been entered.
pub fn heading(ui: &mut Ui, title: &str) {
    let label = ui.heading(title);
    let id = label.id.with("focus");
    let is_wanted = ui.data_mut(|data| data.remove_temp::<bool>(wants_focus())).unwrap_or_default();
    if is_wanted || ui.memory(|memory| memory.has_focus(id)) {
        let response = ui.interact(label.rect, id, egui::Sense::focusable_noninteractive());
        name(ui, &response, title);
        if is_wanted {
            response.request_focus();
        }
    }
}
