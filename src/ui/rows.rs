//! The keyboard in a table of which only the rows that are seen are laid out.

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Align, Context, Event, EventFilter, Id, Image, Key, Label, Layout, Memory, Response, RichText, Sense, TextStyle,
    TextWrapMode, Ui, WidgetInfo, WidgetText, vec2,
};

use super::theme::{self, GAP, palette};
use super::widgets::{ring, two_lines};

/// A table's rows, as they lie below each other.
pub(super) struct Rows {
    /// The table's name, under which its place is remembered from frame to frame.
    table: &'static str,
    /// From the top of a row to that of the next, in points.
    pitch: f32,
    /// What is seen of them, in points.
    height: f32,
}

impl Rows {
    pub(super) fn new(table: &'static str, pitch: f32, height: f32) -> Self {
        Self { table, pitch, height }
    }

    /// Takes the keyboard from row to row, also to those that are not seen: arrows by one, page keys by what is seen,
    /// Home and End to the ends. `ids` are what the keyboard goes to in each row. Returns how far to scroll to see it.
    pub(super) fn steer(&self, ctx: &Context, ids: &[Id]) -> Option<f32> {
        let page = (self.height / self.pitch).floor().max(1.0) as isize;
        let last = ids.len() as isize - 1;
        let step = ctx.input(|input| {
            input.events.iter().find_map(|event| match event {
                Event::Key { key: Key::ArrowUp, pressed: true, .. } => Some(-1),
                Event::Key { key: Key::ArrowDown, pressed: true, .. } => Some(1),
                Event::Key { key: Key::PageUp, pressed: true, .. } => Some(-page),
                Event::Key { key: Key::PageDown, pressed: true, .. } => Some(page),
                Event::Key { key: Key::Home, pressed: true, .. } => Some(-last),
                Event::Key { key: Key::End, pressed: true, .. } => Some(last),
                _ => None,
            })
        })?;
        let focused = ctx.memory(Memory::focused)?;
        let here = ids.iter().position(|id| *id == focused)?;
        let row = (here as isize + step).clamp(0, last) as usize;
        ctx.memory_mut(|memory| memory.request_focus(ids[row]));
        let offset: f32 = ctx.memory(|memory| memory.data.get_temp(self.id())).unwrap_or_default();
        let (top, bottom) = (row as f32 * self.pitch, (row + 1) as f32 * self.pitch);
        if top < offset { Some(top) } else { (bottom > offset + self.height).then_some(bottom - self.height) }
    }

    /// How far the table has been scrolled, for the next frame.
    pub(super) fn remember(&self, ctx: &Context, offset: f32) {
        ctx.memory_mut(|memory| memory.data.insert_temp(self.id(), offset));
    }

    fn id(&self) -> Id {
        Id::unique(("offset", self.table))
    }
}

/// The one stop of a row for the arrow keys, which fills what is left of its cell: a button with a name, `image` before
/// it, and `below` it a line of its own. Where there is none, a long name has two lines.
pub(super) fn stop(
    ui: &mut Ui,
    id: Id,
    words: &str,
    image: Option<Image<'_>>,
    is_shown: bool,
    below: &str,
) -> Response {
    let response = ui.interact(ui.available_rect_before_wrap().shrink2(vec2(0.0, 4.0)), id, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_shown, words));
    ring(ui, &response);
    if response.clicked() {
        response.request_focus();
    }
    if response.has_focus() {
        // Up and down are the table's and lead to no other control.
        let arrows = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
    }
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(GAP / 2.0);
        image.into_iter().for_each(|image| {
            ui.add(image);
        });
        let room = ui.available_width();
        let name = RichText::new(words).font(theme::body_strong());
        let line = |text: RichText| Label::new(text).truncate().selectable(false).show_tooltip_when_elided(false);
        if !below.is_empty() {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add(line(name));
                ui.add(line(RichText::new(below).font(theme::caption()).color(palette(ui).quiet)));
            });
        } else if width_of(ui, name.clone()) <= room {
            ui.add(line(name));
        } else {
            two_lines(ui, room, RichText::new(words).font(theme::caption_strong()), None);
        }
    });
    response
}

fn width_of(ui: &Ui, text: RichText) -> f32 {
    let text = WidgetText::from(text);
    text.into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Body).size().x
}
