//! The rail on the left: the study's name, the eight steps with their state, and the theme. In a narrow window, as with very
//! large text, it is icons alone.

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{
    self, Align, Context, CornerRadius, FontId, Layout, Response, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2,
    vec2,
};

use super::icons::Icon;
use super::theme::{self, GAP, palette};
use super::widgets::{describe, focus_ring, name, one_line};
use super::{Panel, toasts};
use crate::app::{Command, Overlay, Scored, State, Step, ThemeChoice};
use crate::study::{Access, RunStatus, thousands};

/// The rail's width in points, and that of icons alone.
const WIDTH: f32 = 200.0;
const NARROW_WIDTH: f32 = 60.0;
/// Windows of less points have no room for words in the rail.
const NARROW_WINDOW: f32 = 900.0;
const STEP_HEIGHT: f32 = 36.0;
const LEAST_STEP_HEIGHT: f32 = 28.0;
/// Why nothing can be taken back, or done again.
const NOTHING_CHANGED: &str = "Nothing has been changed by hand since the study was opened.";
/// What messages may take of a low rail, whose steps scroll then.
const LEAST_FOR_MESSAGES: f32 = 96.0;
/// What the buttons below the steps take.
const BELOW: f32 = theme::CONTROL_HEIGHT + 2.0 * GAP;

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    NotStarted,
    Ready,
    Running,
    Paused,
    Done,
    NeedsAttention,
}

impl Standing {
    fn word(self) -> &'static str {
        match self {
            Self::NotStarted => "not started",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::NeedsAttention => "needs attention",
        }
    }
}

/// The rail's width in this window.
pub fn width(ctx: &Context) -> f32 {
    if is_narrow(ctx) { NARROW_WIDTH } else { WIDTH }
}

/// Whether the rail has no room for words.
pub fn is_narrow(ctx: &Context) -> bool {
    ctx.content_rect().width() < NARROW_WINDOW
}

/// Draws the rail.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.add_space(GAP);
    let colors = palette(ui);
    let disc = Icon::Disc.image(20.0, colors.accent);
    if is_narrow(ui.ctx()) {
        let name = panel.state.study.as_ref().map(|study| study.name.clone());
        let button = egui::Button::image(disc).min_size(vec2(ui.available_width(), theme::CONTROL_HEIGHT));
        match name {
            Some(name) => _ = study_menu(ui, panel, button).on_hover_text(name),
            None => _ = ui.add(Icon::Disc.image(20.0, colors.accent)),
        }
    } else {
        ui.horizontal(|ui| {
            ui.add(disc);
            ui.label(RichText::new("Cover Study").font(theme::strong()));
        });
        study_name(ui, panel);
    }
    ui.add_space(GAP);
    // Where the window is low, as with large text, the steps move together, and at last scroll.
    let below_header = ui.available_height() - BELOW;
    let most = (below_header - LEAST_STEP_HEIGHT * Step::ALL.len() as f32).max(LEAST_FOR_MESSAGES);
    let for_messages = if is_narrow(ui.ctx()) { 0.0 } else { toasts::height_in_rail(ui.ctx(), panel).min(most) };
    let height = below_header - for_messages;
    let pitch = height / Step::ALL.len() as f32;
    let step_height = pitch.clamp(LEAST_STEP_HEIGHT, STEP_HEIGHT);
    egui::ScrollArea::vertical().id_salt("steps").max_height(height.max(STEP_HEIGHT)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = (pitch - step_height).clamp(0.0, GAP);
        for step in Step::ALL {
            step_button(ui, panel, step, step_height);
        }
    });
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        ui.add_space(GAP);
        theme_buttons(ui, panel);
        if !is_narrow(ui.ctx()) {
            let room = vec2(ui.available_width(), for_messages);
            ui.allocate_ui_with_layout(room, Layout::top_down(Align::Min), |ui| toasts::in_rail(ui, panel, most));
        }
    });
}

fn study_name(ui: &mut Ui, panel: &mut Panel<'_>) {
    let quiet = palette(ui).quiet;
    let Some(study) = &panel.state.study else {
        ui.label(RichText::new("No study is open").font(theme::caption()).color(quiet));
        return;
    };
    one_line(ui, RichText::new(&study.name).font(theme::body_strong())).on_hover_text(study.path.display().to_string());
    let saved = match (study.access, study.is_autosaved) {
        (Access::Read, _) => "Read-only",
        (Access::Write, true) => "Saves itself; not named yet",
        (Access::Write, false) => "Saves itself",
    };
    ui.label(RichText::new(saved).font(theme::caption()).color(quiet));
    study_menu(ui, panel, egui::Button::new("Study"));
}

/// What can be done with the study as a whole.
fn study_menu(ui: &mut Ui, panel: &mut Panel<'_>, button: egui::Button<'_>) -> Response {
    let mut commands = Vec::new();
    let edits = &panel.state.edits;
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        let items = [
            ("New study", "Ctrl+N", true, Command::NewStudy),
            ("Open study", "Ctrl+O", true, Command::ChooseStudy),
            ("Save as…", "Ctrl+S", true, Command::ChooseSaveAs),
            ("Close study", "Ctrl+W", true, Command::CloseStudy),
            ("Undo", "Ctrl+Z", edits.can_undo(), Command::Undo),
            ("Redo", "Ctrl+Shift+Z", edits.can_redo(), Command::Redo),
        ];
        for (text, keys, is_enabled, command) in items {
            let response = ui.add_enabled(is_enabled, egui::Button::new(text).shortcut_text(keys));
            if !is_enabled {
                describe(ui, &response, NOTHING_CHANGED);
            }
            if response.on_disabled_hover_text(NOTHING_CHANGED).clicked() {
                commands.push(command);
                ui.close();
            }
        }
    });
    name(ui, &response, "Study");
    focus_ring(ui, &response);
    panel.commands.extend(commands);
    response
}

fn step_button(ui: &mut Ui, panel: &mut Panel<'_>, step: Step, height: f32) {
    let blocked = panel.state.blocked(step);
    let is_open = panel.state.step == step && panel.state.study.is_some();
    let (standing, note) = standing(panel.state, step);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let response = match blocked {
        Some(why) => response.on_hover_text(why),
        None if is_narrow(ui.ctx()) => response.on_hover_text(step.label()),
        None => response,
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, blocked.is_none(), is_open, step.label()));
    let description = match blocked {
        Some(why) => format!("{}. {why}", standing.word()),
        None if note.is_empty() => standing.word().to_owned(),
        None => format!("{}, {note}", standing.word()),
    };
    describe(ui, &response, &description);
    if blocked.is_some() {
        ui.ctx().accesskit_node_builder(response.id, egui::accesskit::Node::set_disabled);
    }
    paint_step(ui, &response, rect, step, is_open, blocked.is_some(), standing, &note);
    focus_ring(ui, &response);
    if response.clicked() && blocked.is_none() {
        panel.push(Command::GoTo(step));
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one row, painted in one place")]
fn paint_step(
    ui: &Ui,
    response: &Response,
    rect: egui::Rect,
    step: Step,
    is_open: bool,
    is_blocked: bool,
    standing: Standing,
    note: &str,
) {
    let colors = palette(ui);
    let painter = ui.painter();
    let fill = if is_open {
        colors.selected
    } else if response.hovered() && !is_blocked {
        colors.field
    } else {
        egui::Color32::TRANSPARENT
    };
    painter.rect_filled(rect, CornerRadius::same(theme::RADIUS_CONTROL), fill);
    if is_open {
        let bar = egui::Rect::from_min_size(rect.min + vec2(0.0, 8.0), vec2(3.0, rect.height() - 16.0));
        painter.rect_filled(bar, CornerRadius::same(2), colors.accent);
    }
    let ink = if is_blocked { colors.quiet } else { colors.text };
    let centre = rect.center().y;
    let icon = |left: f32, size: f32| {
        egui::Rect::from_center_size(pos2(rect.left() + left + size / 2.0, centre), egui::Vec2::splat(size))
    };
    let is_narrow = is_narrow(ui.ctx());
    let left = if is_narrow { 6.0 } else { 12.0 };
    Icon::of(step).paint(ui, icon(left, 18.0), if is_open { colors.accent } else { ink });
    let body = FontId::new(14.0, egui::FontFamily::Proportional);
    let font = if is_open { theme::body_strong() } else { body };
    if !is_narrow {
        painter.text(pos2(rect.left() + 40.0, centre), egui::Align2::LEFT_CENTER, step.label(), font, ink);
    }
    let (mark, color) = match standing {
        Standing::NotStarted => (None, colors.quiet),
        Standing::Ready => (Some(Icon::Empty), colors.quiet),
        Standing::Running => (Some(Icon::Running), colors.text),
        Standing::Paused => (Some(Icon::Pause), colors.text),
        Standing::Done => (Some(Icon::Check), colors.success),
        Standing::NeedsAttention => (Some(Icon::Alert), colors.warning),
    };
    if let Some(mark) = mark {
        let (from_right, size) = if is_narrow { (12.0, 10.0) } else { (24.0, 14.0) };
        mark.paint(ui, icon(rect.width() - from_right, size), color);
    }
    if is_narrow {
        return;
    }
    let right = pos2(rect.right() - 30.0, centre);
    painter.text(right, egui::Align2::RIGHT_CENTER, note, theme::caption(), colors.quiet);
}

/// A step's standing, with a count or its progress.
fn standing(state: &State, step: Step) -> (Standing, String) {
    let plain = |standing| (standing, String::new());
    let Some(study) = state.study.as_ref() else { return plain(Standing::NotStarted) };
    let (tracks, runs) = (study.tracks(), study.runs());
    match step {
        Step::Import => match &state.import {
            Some(import) => {
                let percent = 100 * import.progress.done / import.progress.total.max(1);
                (Standing::Running, format!("{percent} %"))
            }
            None if study.snapshot.as_ref().is_some_and(|snapshot| !snapshot.unfinished.is_empty()) => {
                (Standing::NeedsAttention, thousands(tracks))
            }
            None if tracks > 0 => (Standing::Done, thousands(tracks)),
            None => plain(Standing::Ready),
        },
        _ if state.blocked(step).is_some() => plain(Standing::NotStarted),
        Step::Covers => {
            let covers = study.snapshot.as_ref().map_or(0, |snapshot| snapshot.counts.unique_covers);
            (if covers == 0 { Standing::NeedsAttention } else { Standing::Done }, thousands(covers))
        }
        Step::Model => plain(if runs.is_empty() { Standing::Ready } else { Standing::Done }),
        Step::Training => match &state.training.under {
            Some(under) => {
                let standing = if under.is_paused { Standing::Paused } else { Standing::Running };
                (standing, format!("{:.0} %", 100.0 * under.share()))
            }
            None if study.training_elsewhere().is_some() => plain(Standing::Running),
            // Not in the queue any longer, as after the program was closed.
            None if runs.iter().any(|run| matches!(run.status, RunStatus::Interrupted | RunStatus::Queued)) => {
                plain(Standing::NeedsAttention)
            }
            None if runs.last().is_some_and(|run| run.status == RunStatus::Failed) => plain(Standing::NeedsAttention),
            None => plain(Standing::Done),
        },
        Step::Results => {
            let tested = study.tested_runs().count();
            if tested > 0 { (Standing::Done, thousands(tested)) } else { plain(Standing::Ready) }
        }
        Step::Score => match state.scored.iter().filter(|cover| matches!(cover.state, Scored::Done(_))).count() {
            0 if study.scoring_run(state.score_with).is_none() => plain(Standing::NotStarted),
            0 => plain(Standing::Ready),
            scored => (Standing::Done, thousands(scored)),
        },
        Step::Colors => match &state.colors.found {
            Some(Ok(_)) => plain(Standing::Done),
            Some(Err(_)) => plain(Standing::NeedsAttention),
            None if study.snapshot.as_ref().is_some_and(|snapshot| snapshot.are_colors_seen) => plain(Standing::Done),
            None => plain(Standing::Ready),
        },
        Step::Verdict => match &state.verdict.under {
            Some(under) => (Standing::Running, format!("{:.0} %", 100.0 * under.share())),
            None => {
                let latest = study.snapshot.as_ref().and_then(|snapshot| Some((snapshot, snapshot.verdicts.last()?)));
                plain(match latest {
                    None => Standing::Ready,
                    Some((snapshot, verdict)) if snapshot.has_changed_since_verdict(verdict) => {
                        Standing::NeedsAttention
                    }
                    Some(_) => Standing::Done,
                })
            }
        },
    }
}

const THEMES: [(ThemeChoice, Icon, &str); 3] = [
    (ThemeChoice::Light, Icon::Sun, "Light theme"),
    (ThemeChoice::Dark, Icon::Moon, "Dark theme"),
    (ThemeChoice::System, Icon::Monitor, "Theme of the system"),
];

fn theme_buttons(ui: &mut Ui, panel: &mut Panel<'_>) {
    let colors = palette(ui);
    if is_narrow(ui.ctx()) {
        help_menu(ui, panel);
        return;
    }
    ui.horizontal(|ui| {
        for (choice, icon, label) in THEMES {
            let is_chosen = panel.state.settings.theme == choice;
            let color = if is_chosen { colors.text } else { colors.quiet };
            let button = egui::Button::image(icon.image(16.0, color))
                .selected(is_chosen)
                .stroke(Stroke::NONE)
                .min_size(vec2(28.0, 28.0));
            let response = ui.add(button).on_hover_text(label);
            name(ui, &response, label);
            focus_ring(ui, &response);
            if response.clicked() {
                panel.push(Command::Theme(choice));
            }
        }
        help_menu(ui, panel);
    });
}

fn help_menu(ui: &mut Ui, panel: &mut Panel<'_>) {
    let button = egui::Button::image(Icon::Help.image(16.0, palette(ui).quiet)).stroke(Stroke::NONE);
    let (response, _) = MenuButton::from_button(button.min_size(vec2(28.0, 28.0))).ui(ui, |ui| {
        let themes = if is_narrow(ui.ctx()) { THEMES.as_slice() } else { &[] };
        for (choice, _, label) in themes {
            if ui.selectable_label(panel.state.settings.theme == *choice, *label).clicked() {
                panel.push(Command::Theme(*choice));
                ui.close();
            }
        }
        if ui.add(egui::Button::new("Keyboard").shortcut_text("F1")).clicked() {
            panel.state.overlay = Some(Overlay::Shortcuts);
            ui.close();
        }
        if ui.button("About Cover Study").clicked() {
            panel.state.overlay = Some(Overlay::About);
            ui.close();
        }
    });
    name(ui, &response, "Help");
    focus_ring(ui, &response);
}
