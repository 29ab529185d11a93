//! Keys that do something wherever one is, and the list of them.

use eframe::egui::{self, Context, Grid, Key, KeyboardShortcut, Modifiers, RichText, vec2};

use super::Panel;
use super::icons::Icon;
use super::modal;
use super::theme::{self, GAP, GAP_LARGE, palette};
use super::widgets::icon_button;
use crate::app::{Command, Overlay, Step};

/// What a key does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    New,
    Open,
    SaveAs,
    Close,
    Undo,
    Redo,
    Find,
    Help,
}

/// What of the window's height the list leaves, in points.
const AROUND: f32 = 56.0;
const NAME: &str = "shortcuts";

const COMMAND: Modifiers = Modifiers::COMMAND;

/// The keys, with the words of the list. Where two do the same, the first one is listed. Those with more modifiers come
/// before those with fewer, which they would match too.
const SHORTCUTS: [(KeyboardShortcut, Does, &str); 9] = [
    (KeyboardShortcut::new(COMMAND, Key::N), Does::New, "New study"),
    (KeyboardShortcut::new(COMMAND, Key::O), Does::Open, "Open study"),
    (KeyboardShortcut::new(COMMAND, Key::S), Does::SaveAs, "Save the study under another name (it saves itself)"),
    (KeyboardShortcut::new(COMMAND, Key::W), Does::Close, "Close the study"),
    (KeyboardShortcut::new(COMMAND.plus(Modifiers::SHIFT), Key::Z), Does::Redo, "Redo"),
    (KeyboardShortcut::new(COMMAND, Key::Z), Does::Undo, "Undo"),
    (KeyboardShortcut::new(COMMAND, Key::Y), Does::Redo, ""),
    (KeyboardShortcut::new(COMMAND, Key::F), Does::Find, "Find a track in Covers"),
    (KeyboardShortcut::new(Modifiers::NONE, Key::F1), Does::Help, "This list"),
];

/// Keys of egui's own and of single panels.
const OTHERS: [(&str, &str); 10] = [
    ("Ctrl+1 … Ctrl+8", "Go to a step"),
    ("Ctrl++, Ctrl+-, Ctrl+0", "Larger, smaller, as it was"),
    ("Ctrl+Q", "Close the program"),
    ("Tab, Shift+Tab", "To the next control, to the one before"),
    ("Space, Enter", "Press the control"),
    ("Esc", "Close what lies over the panel"),
    ("Arrow keys", "In Covers and in tables: to the neighbor. In a number field: up and down"),
    ("Page Up, Page Down, Home, End", "In Covers and in tables: by screens, to the first and the last"),
    ("Space", "In Covers: mark the track; with Shift and a click, all up to it"),
    ("Enter", "In Covers: show the track large"),
];

const STEP_KEYS: [Key; 8] = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8];

/// What the keys of this frame ask for. Undo and redo are a text field's own while one has the keyboard.
pub(super) fn commands(ctx: &Context, panel: &mut Panel<'_>) {
    if panel.state.overlay.is_some() {
        // What lies over the panel has the keys.
        return;
    }
    let is_typing = ctx.text_edit_focused();
    for (shortcut, does, _) in SHORTCUTS {
        let is_texts_own = is_typing && matches!(does, Does::Undo | Does::Redo);
        if is_texts_own || !ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
            continue;
        }
        match does {
            Does::New => panel.push(Command::NewStudy),
            Does::Open => panel.push(Command::ChooseStudy),
            Does::SaveAs if panel.state.study.is_some() => panel.push(Command::ChooseSaveAs),
            Does::SaveAs => {}
            Does::Close => panel.push(Command::CloseStudy),
            Does::Undo => panel.push(Command::Undo),
            Does::Redo => panel.push(Command::Redo),
            Does::Find if panel.state.blocked(Step::Covers).is_none() => {
                panel.push(Command::GoTo(Step::Covers));
                panel.state.wants_search = true;
            }
            Does::Find => {}
            Does::Help => panel.state.overlay = Some(Overlay::Shortcuts),
        }
    }
    for (key, step) in STEP_KEYS.into_iter().zip(Step::ALL) {
        if ctx.input_mut(|input| input.consume_key(COMMAND, key)) {
            panel.push(Command::GoTo(step));
        }
    }
}

/// Draws the list of keys where it was asked for.
pub(super) fn overlay(ctx: &Context, panel: &mut Panel<'_>) {
    if panel.state.overlay != Some(Overlay::Shortcuts) {
        return;
    }
    let shown = modal::modal(ctx, NAME).show(ctx, |ui| {
        ui.set_width(modal::width_for(ctx, 560.0));
        let mut close = false;
        ui.horizontal(|ui| {
            ui.label(RichText::new("Keyboard").font(theme::strong()));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                modal::take_focus(ui, NAME);
                close = icon_button(ui, Icon::Close, "Close", None);
            });
        });
        ui.add_space(GAP);
        let height = modal::height_beside(ctx, AROUND);
        egui::ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            Grid::new("list of keys").num_columns(2).spacing(vec2(GAP_LARGE, 6.0)).show(ui, |ui| {
                let listed = SHORTCUTS.iter().filter(|(_, _, words)| !words.is_empty());
                let own = listed.map(|(shortcut, _, words)| (ui.ctx().format_shortcut(shortcut), *words));
                let mut own: Vec<(String, &str)> = own.collect();
                // Redo comes first where keys are looked for, for it has more of them.
                own.swap(4, 5);
                let others = OTHERS.into_iter().map(|(keys, words)| (keys.to_owned(), words));
                for (keys, words) in own.into_iter().chain(others) {
                    ui.label(RichText::new(keys).font(theme::body_strong()));
                    ui.add(egui::Label::new(RichText::new(words).color(palette(ui).text)).wrap());
                    ui.end_row();
                }
            })
        });
        close
    });
    if shown.should_close() || shown.inner {
        panel.state.overlay = None;
        modal::give_focus_back(ctx, NAME);
    }
}
