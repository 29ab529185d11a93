//! The parts that panels are made of.

use std::sync::Arc;

use eframe::egui::{
    self, Align, Button, Color32, CornerRadius, Frame, InnerResponse, Layout, Margin, Response, RichText, ScrollArea,
    Stroke, TextEdit, TextStyle, TextWrapMode, Ui, WidgetText, vec2,
};

use super::Panel;
use super::icons::Icon;
use super::theme::{self, GAP, GAP_LARGE, RADIUS_CARD, palette};
use crate::app::{Command, Step};

/// A card on the page, as wide as there is room, with a title where it is not empty.
pub fn card<R>(ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let colors = palette(ui);
    let inner = Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.line))
        .corner_radius(CornerRadius::same(RADIUS_CARD))
        .inner_margin(Margin::same(GAP_LARGE as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            if !title.is_empty() {
                ui.label(RichText::new(title).font(theme::strong()));
                ui.add_space(4.0);
            }
            contents(ui)
        });
    ui.add_space(GAP);
    inner
}

/// What of a long menu is seen at once, in points.
const MENU_HEIGHT: f32 = 420.0;
const MENU_WIDTH: f32 = 180.0;

/// The one action that a panel is about; where it is not to be had, `blocked` says why.
pub fn primary(ui: &mut Ui, text: &str, blocked: Option<&str>) -> bool {
    let colors = palette(ui);
    let label = RichText::new(text).font(theme::body_strong());
    let (label, fill) = match blocked {
        None => (label.color(colors.on_accent), colors.accent),
        Some(_) => (label, colors.field),
    };
    let button = Button::new(label).fill(fill).stroke(Stroke::NONE).min_size(egui::vec2(0.0, theme::CONTROL_HEIGHT));
    enabled(ui, button, blocked).clicked()
}

/// An action beside the primary one; where it is not to be had, `blocked` says why.
pub fn secondary(ui: &mut Ui, text: &str, blocked: Option<&str>) -> bool {
    beside_field(ui, text, blocked, 0.0)
}

/// An action that several rows have, each with its own `label` for a screen reader.
pub fn secondary_of(ui: &mut Ui, text: &str, label: &str, blocked: Option<&str>) -> bool {
    let button = Button::new(text).min_size(vec2(0.0, theme::CONTROL_HEIGHT));
    let response = enabled(ui, button, blocked);
    name(ui, &response, label);
    response.clicked()
}

/// An action behind a field, at least `width` wide, so that those below each other end together.
pub fn beside_field(ui: &mut Ui, text: &str, blocked: Option<&str>, width: f32) -> bool {
    let button = Button::new(text).min_size(egui::vec2(width, theme::CONTROL_HEIGHT));
    enabled(ui, button, blocked).clicked()
}

fn enabled(ui: &mut Ui, button: Button<'_>, blocked: Option<&str>) -> Response {
    let response = ui.add_enabled(blocked.is_none(), button);
    focus_ring(ui, &response);
    match blocked {
        Some(why) => {
            describe(ui, &response, why);
            response.on_disabled_hover_text(why)
        }
        None => response,
    }
}

fn last_tab() -> egui::Id {
    egui::Id::unique("the pass in which Tab was pressed")
}

/// Notes where Tab takes the keyboard on; once in each frame, before anything is drawn.
pub fn note_tab(ctx: &egui::Context) {
    if ctx.input(|input| input.key_pressed(egui::Key::Tab)) {
        let pass = ctx.cumulative_pass_nr();
        ctx.data_mut(|data| data.insert_temp(last_tab(), pass));
    }
}

/// Scrolls to a control that Tab has just brought the keyboard to. Not for the cells of a table or grid of which only
/// what is seen is laid out: the keyboard would never come out of it.
fn follow(ui: &Ui, response: &Response) {
    if !response.gained_focus() {
        return;
    }
    // Backwards, the keyboard arrives a frame later.
    let pass = ui.data(|data| data.get_temp::<u64>(last_tab()));
    if pass.is_some_and(|pass| ui.ctx().cumulative_pass_nr() <= pass + 2) {
        response.scroll_to_me_animation(None, egui::style::ScrollAnimation::none());
    }
}

/// Shows where the keyboard is, and brings it into view where Tab took it below the fold.
pub fn focus_ring(ui: &Ui, response: &Response) {
    follow(ui, response);
    if response.has_focus() {
        paint_ring(ui, response.rect.expand(2.0), egui::StrokeKind::Outside);
    }
}

/// Draws the ring that shows where the keyboard is, within the control: the cells of tables would cut it off.
pub fn ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        paint_ring(ui, response.rect.intersect(ui.clip_rect()), egui::StrokeKind::Inside);
    }
}

fn paint_ring(ui: &Ui, rect: egui::Rect, kind: egui::StrokeKind) {
    let ring = Stroke::new(2.0, palette(ui).accent);
    ui.painter().rect_stroke(rect, CornerRadius::same(theme::RADIUS_CONTROL), ring, kind);
}

/// What a screen reader says of a control beside its name.
pub fn describe(ui: &Ui, response: &Response, text: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(text));
}

/// The name that a screen reader says for a control.
pub fn name(ui: &Ui, response: &Response, text: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(text));
}

/// A box to tick, with its name beside it.
pub fn tick(ui: &mut Ui, is_ticked: &mut bool, text: &str) -> Response {
    let response = outlined(ui, |ui| ui.checkbox(is_ticked, text));
    focus_ring(ui, &response);
    response
}

/// A box to tick in a table, whose name only a screen reader says.
pub fn cell_tick(ui: &mut Ui, is_ticked: &mut bool, label: &str, is_enabled: bool) -> Response {
    let response = outlined(ui, |ui| ui.add_enabled(is_enabled, egui::Checkbox::without_text(is_ticked)));
    name(ui, &response, label);
    ring(ui, &response);
    response
}

/// Draws what has no words to be seen by with lines that stand out.
fn outlined<R>(ui: &mut Ui, draw: impl FnOnce(&mut Ui) -> R) -> R {
    let line = palette(ui).mean;
    let draw = |ui: &mut Ui| {
        // Menus have no lines around their controls at all.
        ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(1.0, line);
        draw(ui)
    };
    ui.scope(draw).inner
}

/// The action that leads on to the next step.
pub fn next(ui: &mut Ui, panel: &mut Panel<'_>, text: &str, step: Step) {
    ui.add_space(GAP);
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        if secondary(ui, &format!("Next: {text}"), panel.state.blocked(step)) {
            panel.push(Command::GoTo(step));
        }
    });
}

/// The side of a "?", in points.
const HELP: f32 = 14.0;
/// The width of what it says, in points.
const HELP_WIDTH: f32 = 320.0;

/// A term of the trade, explained when the "?" is pointed at.
pub fn help(ui: &mut Ui, term: &str, text: &str) {
    let button = Button::image(Icon::Help.image(HELP, palette(ui).quiet)).frame(false).small();
    let response = ui.add(button);
    name(ui, &response, &format!("What is {term}?"));
    describe(ui, &response, text);
    focus_ring(ui, &response);
    // Pressed, it stays open until one presses elsewhere.
    let popup = egui::Popup::from_toggle_button_response(&response).width(HELP_WIDTH);
    let is_open = popup.show(|ui| ui.add(egui::Label::new(text).wrap())).is_some();
    come_back(ui, &response, is_open);
    if !is_open {
        response.on_hover_text(text);
    }
}

/// A line with an icon in the color of a state.
pub fn notice(ui: &mut Ui, icon: Icon, color: Color32, text: impl Into<WidgetText>) {
    ui.horizontal(|ui| {
        ui.add(icon.image(16.0, color));
        ui.add(egui::Label::new(text.into().color(color)).wrap());
    });
}

/// The width of the names of text fields.
pub const FIELD_LABEL: f32 = 100.0;
/// The width of the names of settings.
pub const SETTING_LABEL: f32 = 132.0;

/// A control's name, left of it, in a column of its own.
pub fn field_label(ui: &mut Ui, label: &str, width: f32) -> Response {
    let size = egui::vec2(width, theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(width);
        ui.label(label)
    })
    .inner
}

/// Text at the right edge of a column of `width`.
pub fn right_aligned(ui: &mut Ui, width: f32, text: impl Into<WidgetText>) {
    ui.allocate_ui_with_layout(egui::vec2(width, 20.0), Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_width(width);
        ui.label(text);
    });
}

/// A text field with its name before it. Returns whether it was left with Enter, and the field.
pub fn text_field(ui: &mut Ui, label: &str, hint: &str, text: &mut String, width: f32) -> (bool, Response) {
    let named = field_label(ui, label, FIELD_LABEL);
    let edit = TextEdit::singleline(text).hint_text(hint).desired_width(width).align(egui::Align2::LEFT_CENTER);
    let response = ui.add_sized([width, theme::CONTROL_HEIGHT], edit).labelled_by(named.id);
    follow(ui, &response);
    (keep_on_enter(ui, &response), response)
}

/// Whether a field was left with Enter. The keyboard stays where it is then: the way back to it would be long.
pub fn keep_on_enter(ui: &Ui, response: &Response) -> bool {
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if entered {
        response.request_focus();
    }
    entered
}

/// A choice between a few words, named `label`. Returns the one that was chosen anew.
pub fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    label: &str,
    shown: &str,
    current: Option<T>,
    options: &[(T, &str)],
) -> Option<T> {
    field_label(ui, label, SETTING_LABEL);
    combo(ui, label, shown, current, options, 88.0)
}

/// A choice in a table, whose name only a screen reader says.
pub fn cell_choice<T: Copy + PartialEq>(ui: &mut Ui, label: &str, current: T, options: &[(T, &str)]) -> Option<T> {
    let shown = options.iter().find(|(value, _)| *value == current).map_or("", |(_, word)| word);
    combo(ui, label, shown, Some(current), options, 80.0)
}

/// A choice without a name before it, which only a screen reader says.
pub fn bare_choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    label: &str,
    current: T,
    options: &[(T, &str)],
    width: f32,
) -> Option<T> {
    let shown = options.iter().find(|(value, _)| *value == current).map_or("", |(_, word)| word);
    combo(ui, label, shown, Some(current), options, width)
}

/// A button that is an icon; its name is shown when it is pointed at.
pub fn icon_button(ui: &mut Ui, icon: Icon, label: &str, blocked: Option<&str>) -> bool {
    let color = if blocked.is_some() { palette(ui).line } else { palette(ui).quiet };
    let size = egui::Vec2::splat(theme::CONTROL_HEIGHT - 4.0);
    let button = Button::image(icon.image(16.0, color)).stroke(Stroke::NONE).frame_when_inactive(false).min_size(size);
    let response = enabled(ui, button, blocked).on_hover_text(label);
    name(ui, &response, label);
    response.clicked()
}

/// Paints one line of text that ends in "…" where there is no room.
pub fn one_line_at(ui: &Ui, at: egui::Pos2, width: f32, text: &str, font: egui::FontId, color: Color32) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    ui.painter().galley(at, galley, color);
}

fn combo<T: Copy + PartialEq>(
    ui: &mut Ui,
    label: &str,
    shown: &str,
    current: Option<T>,
    options: &[(T, &str)],
    width: f32,
) -> Option<T> {
    let mut chosen = None;
    let combo =
        egui::ComboBox::from_id_salt(label).selected_text(shown).width(width).height(MENU_HEIGHT).truncate().show_ui(
            ui,
            |ui| {
                for &(value, word) in options {
                    if ui.selectable_label(current == Some(value), word).clicked() {
                        chosen = Some(value);
                    }
                }
            },
        );
    name(ui, &combo.response, label);
    ui.ctx().accesskit_node_builder(combo.response.id, |node| node.set_value(shown));
    // Not every screen reader is handed the value of a combo box.
    describe(ui, &combo.response, shown);
    come_back(ui, &combo.response, combo.inner.is_some());
    focus_ring(ui, &combo.response);
    chosen
}

/// A menu that stays open while its boxes are ticked; `shown` is on its button, `label` is what a screen reader says.
pub fn ticks_menu(ui: &mut Ui, label: &str, shown: &str, contents: impl FnOnce(&mut Ui)) {
    use egui::containers::menu::{MenuButton, MenuConfig};
    let config = MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    let button = Button::new(shown).min_size(egui::vec2(0.0, theme::CONTROL_HEIGHT));
    let (response, open) = MenuButton::from_button(button).config(config).ui(ui, |ui| {
        ui.set_min_width(MENU_WIDTH);
        ScrollArea::vertical().max_height(MENU_HEIGHT).show(ui, contents);
    });
    come_back(ui, &response, open.is_some());
    focus_ring(ui, &response);
    name(ui, &response, label);
    if shown != label {
        describe(ui, &response, shown);
    }
}

/// Brings the keyboard back to the control whose list has been closed, unless it has gone elsewhere.
fn come_back(ui: &Ui, response: &Response, is_open: bool) {
    let id = response.id.with("was open");
    let was_open = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(id), is_open));
    if was_open && !is_open && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
}

/// A figure with its name above it.
pub fn figure(ui: &mut Ui, label: &str, value: &str) {
    figure_of(ui, 0.0, (label, value), None);
}

/// A figure at least `least` points wide, so that nothing moves while it changes, and behind it its term with what that
/// means, where it is `explained`. Its size is known before it is drawn, so that it goes to the next row as a whole.
pub fn figure_of(ui: &mut Ui, least: f32, (label, value): (&str, &str), explained: Option<(&str, &str)>) {
    let (above, below) = (RichText::new(label).font(theme::caption()), RichText::new(value).font(theme::strong()));
    let galleys = [above.color(palette(ui).quiet), below]
        .map(|text| WidgetText::from(text).into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Body));
    let width = galleys.iter().map(|galley| galley.size().x).fold(least, f32::max).ceil();
    let height = galleys.iter().map(|galley| galley.size().y).sum();
    let behind = explained.map_or(0.0, |_| GAP + HELP);
    ui.allocate_ui_with_layout(vec2(width + behind, height), Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        ui.allocate_ui_with_layout(vec2(width, height), Layout::top_down(Align::Min), |ui| {
            ui.set_min_width(width);
            ui.spacing_mut().item_spacing.y = 0.0;
            for galley in galleys {
                ui.add(egui::Label::new(galley));
            }
        });
        if let Some((term, text)) = explained {
            help(ui, term, text);
        }
    });
}

/// Says where there is nothing yet what to do next.
pub fn empty(ui: &mut Ui, icon: Icon, text: &str) {
    let colors = palette(ui);
    ui.add_space(48.0);
    ui.vertical_centered(|ui| {
        ui.add(icon.image(40.0, colors.quiet));
        ui.add_space(GAP);
        ui.label(RichText::new(text).color(colors.quiet));
    });
    ui.add_space(48.0);
}

/// Text on at most two lines of `width` points. Pointed at, it shows `more` or, where there is none, what was cut off.
pub fn two_lines(ui: &mut Ui, width: f32, text: RichText, more: Option<String>) {
    let words = text.text().to_owned();
    let mut job = WidgetText::from(text).into_layout_job(ui.style(), egui::FontSelection::Default, Align::Min);
    let job = Arc::make_mut(&mut job);
    job.wrap = egui::text::TextWrapping { max_width: width, max_rows: 2, ..Default::default() };
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job.clone()));
    let is_cut = galley.elided;
    let layout = Layout::left_to_right(Align::Center);
    let label = egui::Label::new(galley).selectable(false).show_tooltip_when_elided(false);
    let size = egui::vec2(width, ui.available_height());
    let response = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(width);
        ui.add(label)
    });
    if let Some(more) = more.or(is_cut.then_some(words)) {
        response.inner.on_hover_text(more);
    }
}

/// Text that keeps to one line and ends in "…" where there is no room.
pub fn one_line(ui: &mut Ui, text: impl Into<WidgetText>) -> Response {
    ui.add(egui::Label::new(text).truncate())
}

/// As [`one_line`], where it stands in a column of up to `width` points.
pub fn one_line_of(ui: &mut Ui, width: f32, text: impl Into<WidgetText>) {
    ui.scope(|ui| {
        ui.set_max_width(width);
        one_line(ui, text);
    });
}

/// Seconds as minutes and seconds.
pub fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    if seconds >= 3600 {
        format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn seconds_are_read_as_a_clock() {
        assert_eq!(super::clock(0.4), "0:00");
        assert_eq!(super::clock(61.0), "1:01");
        assert_eq!(super::clock(3_723.0), "1:02:03");
    }
}
