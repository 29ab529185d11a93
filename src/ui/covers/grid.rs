//! The grid of covers: only the rows that are seen are drawn, and only their covers decoded.

use std::ops::Range;

use eframe::egui::{
    self, Align2, Color32, CornerRadius, Event, Key, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::app::{Filter, Snapshot};
use crate::study::{Track, TrackId};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::page::opening;
use crate::ui::theme::{self, GAP, GAP_LARGE, palette};
use crate::ui::widgets::{describe, one_line_at, ring};

/// The least width of a track's two pictures side by side, and of those that are to fit into little height.
const TILE_WIDTH: f32 = 180.0;
const LEAST_TILE_WIDTH: f32 = 112.0;
/// Between the two.
const BETWEEN: f32 = 4.0;
/// Title and popularity below them.
const WORDS: f32 = 44.0;
/// The mark in the corner of a cover, and the room in which a click meets it.
const MARK: f32 = 18.0;

/// How the tiles are laid out.
struct Layout {
    columns: usize,
    tile: egui::Vec2,
}

impl Layout {
    /// Tiles over all of the width, of which one at least is seen whole.
    fn of(room: egui::Vec2) -> Self {
        let width = room.x;
        let usual = ((width + GAP) / (TILE_WIDTH + GAP)).floor();
        let highest = (2.0 * (room.y - WORDS) + BETWEEN).max(LEAST_TILE_WIDTH);
        let columns = usual.max(((width + GAP) / (highest + GAP)).ceil()).max(1.0) as usize;
        let tile_width = (width + GAP) / columns as f32 - GAP;
        Self { columns, tile: vec2(tile_width, (tile_width - BETWEEN) / 2.0 + WORDS) }
    }
}

/// Draws the tracks at the places `found`.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot, found: &[usize]) {
    let layout = Layout::of(ui.available_size() - vec2(GAP_LARGE, 0.0));
    let rows = found.len().div_ceil(layout.columns);
    let mut area = ScrollArea::vertical().id_salt(("covers", opening(ui.ctx()))).auto_shrink([false, false]);
    let offset = if is_other_order(ui, panel) {
        panel.state.covers.cursor = None;
        Some(0.0)
    } else {
        come_back(ui, panel, snapshot, found, &layout).or_else(|| steer(ui, panel, snapshot, found, &layout))
    };
    if let Some(offset) = offset {
        area = area.vertical_scroll_offset(offset);
    }
    let shown = area.show_rows(ui, layout.tile.y, rows, |ui, visible| {
        let stop = stop(ui, panel.state.covers.cursor, &layout, &visible);
        for row in visible {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GAP;
                for number in row * layout.columns..((row + 1) * layout.columns).min(found.len()) {
                    if let Some(track) = found.get(number).and_then(|place| snapshot.tracks.get(*place)) {
                        tile(ui, panel, (snapshot, found), (number, track), (layout.tile, number == stop));
                    }
                }
            });
        }
    });
    let height = shown.inner_rect.height();
    ui.memory_mut(|memory| {
        memory.data.insert_temp(seen_id(), Seen { offset: shown.state.clamped_offset().y, height });
    });
}

/// Takes the keyboard back to a track that was shown large; what lay over the grid may still keep it off in the first frame.
/// Returns how far to scroll so that it is seen: another may have been reached there than the one that was chosen here.
fn come_back(ui: &Ui, panel: &mut Panel<'_>, snapshot: &Snapshot, found: &[usize], layout: &Layout) -> Option<f32> {
    let track = panel.state.covers.comes_back_to?;
    let place = found.iter().position(|place| snapshot.tracks.get(*place).is_some_and(|other| other.id == track));
    let Some(number) = place.filter(|_| ui.memory(egui::Memory::focused).is_none()) else {
        panel.state.covers.comes_back_to = None;
        return None;
    };
    panel.state.covers.cursor = Some(number);
    ui.memory_mut(|memory| memory.request_focus(tile_id(track)));
    ui.ctx().request_repaint();
    offset_to_see(ui, number, layout)
}

/// How far to scroll so that a tile is seen whole; nothing where it is.
fn offset_to_see(ui: &Ui, number: usize, layout: &Layout) -> Option<f32> {
    let seen: Seen = ui.memory(|memory| memory.data.get_temp(seen_id())).unwrap_or_default();
    let pitch = layout.tile.y + ui.spacing().item_spacing.y;
    let row = number / layout.columns;
    let (top, bottom) = (row as f32 * pitch, (row + 1) as f32 * pitch);
    if top < seen.offset { Some(top) } else { (bottom > seen.offset + seen.height).then_some(bottom - seen.height) }
}

/// Whether other tracks are shown than in the last frame, or in another order: they are looked at from the first on.
fn is_other_order(ui: &Ui, panel: &Panel<'_>) -> bool {
    let id = egui::Id::unique("order of the grid");
    let filter = panel.state.covers.filter.clone();
    ui.memory_mut(|memory| {
        let is_same = memory.data.get_temp::<Filter>(id).as_ref() == Some(&filter);
        memory.data.insert_temp(id, filter);
        !is_same
    })
}

/// The one tile that Tab leads to: where the keyboard was or, where that is not seen, the first that is. The arrow keys
/// lead to the others.
fn stop(ui: &Ui, cursor: Option<usize>, layout: &Layout, visible: &Range<usize>) -> usize {
    let is_seen = |number: &usize| visible.contains(&(number / layout.columns));
    cursor.filter(is_seen).unwrap_or_else(|| {
        let seen: Seen = ui.memory(|memory| memory.data.get_temp(seen_id())).unwrap_or_default();
        let pitch = layout.tile.y + ui.spacing().item_spacing.y;
        let first = (seen.offset / pitch).ceil() as usize;
        first.clamp(visible.start, visible.end.saturating_sub(1)) * layout.columns
    })
}

/// What of the grid was seen in the last frame.
#[derive(Clone, Default)]
struct Seen {
    /// In points.
    offset: f32,
    height: f32,
}

fn seen_id() -> egui::Id {
    egui::Id::unique("grid of covers")
}

/// What the keyboard goes to.
pub(super) fn tile_id(track: TrackId) -> egui::Id {
    egui::Id::unique(("track", track.0))
}

/// Moves the keyboard's place in the grid. Returns how far to scroll so that it is seen.
fn steer(ui: &Ui, panel: &mut Panel<'_>, snapshot: &Snapshot, found: &[usize], layout: &Layout) -> Option<f32> {
    let cursor = panel.state.covers.cursor?;
    let id_at =
        |number: usize| found.get(number).and_then(|place| snapshot.tracks.get(*place)).map(|track| tile_id(track.id));
    if !id_at(cursor).is_some_and(|id| ui.memory(|memory| memory.has_focus(id))) {
        return None;
    }
    let seen: Seen = ui.memory(|memory| memory.data.get_temp(seen_id())).unwrap_or_default();
    let pitch = layout.tile.y + ui.spacing().item_spacing.y;
    let page = ((seen.height / pitch).floor().max(1.0) as usize * layout.columns) as isize;
    let columns = layout.columns as isize;
    let last = found.len() as isize - 1;
    let here = cursor as isize;
    let step = ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Key { key, pressed: true, .. } => match key {
                Key::ArrowLeft => Some(-1),
                Key::ArrowRight => Some(1),
                Key::ArrowUp => Some(-columns),
                Key::ArrowDown => Some(columns),
                Key::PageUp => Some(-page),
                Key::PageDown => Some(page),
                Key::Home => Some(-here),
                Key::End => Some(last - here),
                _ => None,
            },
            _ => None,
        })
    })?;
    let wanted = here + step;
    if wanted < 0 || wanted > last {
        return None;
    }
    let number = wanted as usize;
    panel.state.covers.cursor = Some(number);
    if let Some(id) = id_at(number) {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    offset_to_see(ui, number, layout)
}

fn tile(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    grid: (&Snapshot, &[usize]),
    (number, track): (usize, &Track),
    (size, is_stop): (egui::Vec2, bool),
) {
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let sense = if is_stop { Sense::click() } else { Sense::CLICK };
    let response = ui.interact(rect, tile_id(track.id), sense);
    let is_marked = panel.state.covers.marked.contains(&track.id);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_marked, &track.title));
    describe(ui, &response, &in_words(track, is_marked));
    if response.gained_focus() {
        // From the next frame on, the arrow keys are the grid's.
        ui.ctx().request_repaint();
    }
    if response.has_focus() {
        panel.state.covers.cursor = Some(number);
        ui.memory_mut(|memory| memory.set_focus_lock_filter(tile_id(track.id), arrows_stay_here()));
    }
    let side = (size.x - BETWEEN) / 2.0;
    paint_pair(ui, panel, track, rect, side);
    paint_words(ui, track, Rect::from_min_max(pos2(rect.left(), rect.top() + side + 4.0), rect.max));
    let mark = Rect::from_min_size(rect.min + vec2(6.0, 6.0), egui::Vec2::splat(MARK));
    if is_marked || response.hovered() || response.has_focus() {
        paint_mark(ui, mark, is_marked);
    }
    ring(ui, &response);
    let on_mark = response.interact_pointer_pos().is_some_and(|at| mark.expand(6.0).contains(at));
    let (with_range, with_more) = ui.input(|input| (input.modifiers.shift, input.modifiers.command));
    let by_space = response.has_focus() && ui.input(|input| input.key_pressed(Key::Space));
    if by_space || (response.clicked() && (on_mark || with_range || with_more)) {
        toggle(panel, grid, number, track.id, with_range);
    } else if response.clicked() {
        panel.state.covers.enlarged = Some(track.id);
    }
}

fn arrows_stay_here() -> egui::EventFilter {
    egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..egui::EventFilter::default() }
}

/// What a screen reader says of a track.
fn in_words(track: &Track, is_marked: bool) -> String {
    let playlist = if track.playlist.is_empty() { "no playlist" } else { &track.playlist };
    let marked = if is_marked { ", marked" } else { "" };
    let excluded = if track.is_excluded { ", excluded" } else { "" };
    format!("{}, {playlist}{excluded}{marked}. Enter shows it large, space marks it.", track.value_in_words())
}

/// Marks a track or takes its mark away; with a range, all from the last one marked on.
fn toggle(
    panel: &mut Panel<'_>,
    (snapshot, found): (&Snapshot, &[usize]),
    number: usize,
    track: TrackId,
    with_range: bool,
) {
    let covers = &mut panel.state.covers;
    match covers.mark_from.filter(|_| with_range) {
        Some(from) => {
            let range = from.min(number)..=from.max(number);
            let places = range.filter_map(|number| found.get(number)).filter_map(|place| snapshot.tracks.get(*place));
            covers.marked.extend(places.map(|track| track.id));
        }
        None if !covers.marked.remove(&track) => {
            covers.marked.insert(track);
        }
        None => {}
    }
    covers.mark_from = Some(number);
}

/// The cover and what a network sees, or a placeholder of the same size.
fn paint_pair(ui: &mut Ui, panel: &mut Panel<'_>, track: &Track, rect: Rect, side: f32) {
    let radius = CornerRadius::same(theme::RADIUS_COVER);
    let size = egui::Vec2::splat(side);
    let pair = Rect::from_min_size(rect.min, vec2(2.0 * side + BETWEEN, side));
    let tint = if track.is_excluded { Color32::from_white_alpha(70) } else { Color32::WHITE };
    let textures = track.cover.map(|cover| panel.cover(ui.ctx(), cover));
    if let Some(Ok(textures)) = &textures {
        let right = rect.min + vec2(side + BETWEEN, 0.0);
        for (texture, at) in [(&textures.original, rect.min), (&textures.network, right)] {
            egui::Image::new(texture).corner_radius(radius).tint(tint).paint_at(ui, Rect::from_min_size(at, size));
        }
        return;
    }
    ui.painter().rect_filled(pair, radius, palette(ui).field);
    if !matches!(textures, Some(Err(false))) {
        let (font, color) = (theme::caption(), palette(ui).quiet);
        ui.painter().text(pair.center(), Align2::CENTER_CENTER, "No readable cover", font, color);
    }
}

fn paint_words(ui: &Ui, track: &Track, rect: Rect) {
    let colors = palette(ui);
    let ink = if track.is_excluded { colors.quiet } else { colors.text };
    one_line_at(ui, rect.min, rect.width(), &track.title, egui::TextStyle::Body.resolve(ui.style()), ink);
    let playlist = if track.playlist.is_empty() { "no playlist" } else { &track.playlist };
    let state = if track.is_excluded { "excluded · " } else { "" };
    let text = format!("{state}{} · {playlist}", track.value_in_words());
    one_line_at(ui, rect.min + vec2(0.0, 20.0), rect.width(), &text, theme::caption(), colors.quiet);
}

fn paint_mark(ui: &Ui, rect: Rect, is_marked: bool) {
    let colors = palette(ui);
    let fill = if is_marked { colors.accent } else { colors.card };
    ui.painter().rect(rect, CornerRadius::same(4), fill, Stroke::new(1.0, colors.quiet), StrokeKind::Inside);
    if is_marked {
        Icon::Tick.paint(ui, rect.shrink(2.0), colors.on_accent);
    }
}
