//! The table of runs, always guessing the mean pinned above them, sweeps folded together where that is wished for.

use std::collections::BTreeMap;

use eframe::egui::{self, Align, Color32, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use super::columns::{self, by_rmse, heading, points, sorted, text};
use super::words::differences;
use crate::app::{Command, RunColumn, Snapshot};
use crate::evidence::thousandths;
use crate::nn::settings_parts;
use crate::study::{Edit, RunFigures, RunId, RunRecord, RunStatus, best_run, plural};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::rows::{self, Rows};
use crate::ui::theme::{self, CONTROL_HEIGHT, GAP, palette};
use crate::ui::widgets::{cell_tick, focus_ring, name, ring, two_lines};

const HEADER: f32 = CONTROL_HEIGHT;
const ROW: f32 = 36.0;
/// Between rows.
const BETWEEN: f32 = 2.0;
/// Runs that are seen at once, at most.
const ROWS: f32 = 9.0;
/// The least width of the columns with words; of both in one, where there is no room for two.
const NAME: f32 = 162.0;
const DIFFERS: f32 = 200.0;
const BOTH: f32 = 190.0;
/// What stands before a name, and what a letter takes.
const NAME_BESIDE: f32 = 90.0;
const NAME_LETTER: f32 = 7.5;

/// A line of the table below the mean.
enum Line<'a> {
    /// A sweep's name, its runs, and whether they are folded away.
    Sweep(&'a str, Vec<&'a RunRecord>, bool),
    Run(&'a RunRecord),
}

impl Line<'_> {
    /// What the keyboard goes to.
    fn id(&self) -> egui::Id {
        match self {
            Self::Sweep(sweep, ..) => sweep_id(sweep),
            Self::Run(run) => run_id(run.id),
        }
    }
}

fn sweep_id(sweep: &str) -> egui::Id {
    egui::Id::unique(("sweep", sweep))
}

fn run_id(run: RunId) -> egui::Id {
    egui::Id::unique(("run", run.0))
}

/// Draws the table; where there is less room, it scrolls sideways.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot) {
    let between = ui.spacing().item_spacing.x;
    let room = ui.available_width() - ui.spacing().scroll.allocated_width();
    let look = Look::of(&snapshot.runs, &panel.state.settings.hidden_columns, (room, between));
    egui::ScrollArea::horizontal().id_salt("wide table").show(ui, |ui| {
        ui.set_min_width(look.least.max(ui.available_width()));
        ui.spacing_mut().item_spacing.y = BETWEEN;
        table(ui, panel, snapshot, &look);
    });
}

/// Which columns there are, and how wide they are.
struct Look {
    columns: Vec<RunColumn>,
    /// Of the names; `None`: all that the others leave, with what differs below each name.
    name: Option<f32>,
    /// Whether errors have marks between thousands.
    are_large: bool,
    /// Whether notes are shown, below what differs.
    has_notes: bool,
    /// What all of it takes at least.
    least: f32,
}

impl Look {
    /// The names of a sweep's runs are long, and differ at their ends: they get what is free of `room`, with
    /// `between` points between columns.
    fn of(runs: &[RunRecord], hidden: &[RunColumn], (room, between): (f32, f32)) -> Self {
        let are_large = runs.iter().filter_map(|run| run.figures).any(|figures| figures.rmse >= 1000.0);
        let is_shown = |column: &RunColumn| !hidden.contains(column);
        let mut columns: Vec<RunColumn> =
            RunColumn::ALL.into_iter().filter(is_shown).filter(|column| *column != RunColumn::Note).collect();
        let figures: f32 =
            columns.iter().filter_map(|column| columns::width(*column, are_large)).map(|width| width + between).sum();
        let has_differs = columns.contains(&RunColumn::Differs);
        let beside = if has_differs { DIFFERS + 2.0 * between } else { between };
        let free = room - figures - beside;
        let longest = runs.iter().map(|run| run.name.chars().count()).max().unwrap_or(0);
        let wanted = NAME_BESIDE + NAME_LETTER * longest as f32;
        let has_room = has_differs && free >= NAME;
        if !has_room {
            columns.retain(|column| *column != RunColumn::Differs);
        }
        let name = has_room.then(|| wanted.clamp(NAME, free));
        let words = name.map_or(BOTH + between, |name| name + beside);
        Self { columns, name, are_large, has_notes: is_shown(&RunColumn::Note), least: figures + words }
    }

    /// What stands below the name of a run, where that column has what differs as well.
    fn below(&self, run: &RunRecord, differs: &BTreeMap<RunId, String>) -> String {
        let parts = [differs.get(&run.id).map_or("", String::as_str), self.note(run)];
        // The names of a sweep's runs say it already: they may have both lines.
        let is_said = !run.sweep.is_empty() && self.note(run).is_empty() && run.status == RunStatus::Finished;
        let is_told = self.name.is_none() && !is_said;
        parts.into_iter().filter(|part| is_told && !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    fn note<'a>(&self, run: &'a RunRecord) -> &'a str {
        if self.has_notes { &run.note } else { "" }
    }
}

fn table(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot, look: &Look) {
    let runs = &snapshot.runs;
    let settings: Vec<_> = runs.iter().map(|run| (run.sweep.as_str(), &run.settings)).collect();
    let differs: BTreeMap<RunId, String> = if panel.state.settings.hidden_columns.contains(&RunColumn::Differs) {
        BTreeMap::new()
    } else {
        runs.iter().map(|run| run.id).zip(differences(&settings, panel.state.results.all_settings)).collect()
    };
    let differs: BTreeMap<RunId, String> =
        runs.iter().map(|run| (run.id, with_standing(run, differs.get(&run.id).map_or("", String::as_str)))).collect();
    let lines = lines(runs, panel);
    let baseline = Baseline::of(runs);
    let pitch = ROW + BETWEEN;
    let height = pitch * (lines.len() as f32).clamp(1.0, ROWS);
    let ctx = ui.ctx().clone();
    let mut builder = TableBuilder::new(ui)
        .id_salt("results table")
        .striped(false)
        // Rows are chosen by their names; with the mouse, anywhere. Only the names are stops for the keyboard.
        .sense(Sense::CLICK)
        .cell_layout(Layout::right_to_left(Align::Center))
        .min_scrolled_height(height)
        .max_scroll_height(height);
    for &column in &look.columns {
        builder = builder.column(match (column, look.name) {
            (RunColumn::Name, Some(width)) => Column::exact(width).clip(true),
            (RunColumn::Name, None) => Column::remainder().at_least(BOTH).clip(true),
            (RunColumn::Differs, _) => Column::remainder().at_least(DIFFERS).clip(true),
            (figures, _) => Column::exact(columns::width(figures, look.are_large).unwrap_or_default()),
        });
    }
    let seen_rows = Rows::new("runs", pitch, height);
    let ids: Vec<egui::Id> = lines.iter().map(Line::id).collect();
    if let Some(offset) = seen_rows.steer(&ctx, &ids) {
        builder = builder.vertical_scroll_offset(offset);
    }
    let seen = builder
        .header(HEADER + ROW, |mut header| {
            for &column in &look.columns {
                header.col(|ui| pinned(ui, panel, column, &baseline, look));
            }
        })
        .body(|body| {
            body.rows(ROW, lines.len(), |mut row| match lines.get(row.index()) {
                Some(Line::Sweep(sweep, runs, is_folded)) => {
                    sweep_row(&mut row, panel, look, (sweep, runs, *is_folded));
                }
                Some(Line::Run(run)) => run_row(&mut row, panel, look, run, &differs, snapshot),
                None => {}
            });
        });
    seen_rows.remember(&ctx, seen.state.clamped_offset().y);
}

/// What differs, and before it how a run stands that is not finished.
fn with_standing(run: &RunRecord, differs: &str) -> String {
    if run.status == RunStatus::Finished {
        return differs.to_owned();
    }
    let standing = format!("{}, {} of {} epochs", run.status.as_str(), run.epochs_done(), run.settings.epochs);
    if differs.is_empty() { standing } else { format!("{standing}; {differs}") }
}

/// The head of a column, and below it what always guessing the mean scores: both stay where they are.
fn pinned(ui: &mut Ui, panel: &mut Panel<'_>, column: RunColumn, baseline: &Baseline, look: &Look) {
    let (top, bottom) = ui.max_rect().split_top_bottom_at_fraction(HEADER / (HEADER + ROW));
    let mut part = |rect: egui::Rect, draw: &mut dyn FnMut(&mut Ui)| {
        let builder = egui::UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center));
        ui.scope_builder(builder, |ui| draw(ui));
    };
    part(top, &mut |ui| head(ui, panel, column));
    let is_alone = look.name.is_none();
    part(bottom, &mut |ui| baseline.cell(ui, column, is_alone, palette(ui).quiet));
}

/// The runs in their order; those of a sweep together, below its own line, where the first of them would stand.
fn lines<'a>(runs: &'a [RunRecord], panel: &Panel<'_>) -> Vec<Line<'a>> {
    let results = &panel.state.results;
    let order = sorted(runs, results.sort_by, results.descending, &results.first);
    let mut lines = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for run in &order {
        if run.sweep.is_empty() {
            lines.push(Line::Run(run));
        } else if !seen.contains(&run.sweep.as_str()) {
            seen.push(&run.sweep);
            let members: Vec<&RunRecord> = order.iter().copied().filter(|other| other.sweep == run.sweep).collect();
            let is_folded = results.folded.contains(&run.sweep);
            lines.push(Line::Sweep(&run.sweep, members.clone(), is_folded));
            if !is_folded {
                lines.extend(members.into_iter().map(Line::Run));
            }
        }
    }
    lines
}

fn sweep_row(
    row: &mut TableRow<'_, '_>,
    panel: &mut Panel<'_>,
    look: &Look,
    (sweep, runs, is_folded): (&str, &[&RunRecord], bool),
) {
    let best = runs.iter().copied().min_by(|one, other| by_rmse(one, other));
    let lowest = best.filter(|run| run.figures.is_some());
    let lowest = lowest.map_or_else(String::new, |run| format!("; lowest RMSE: {}", run.name));
    let words = format!("{}{lowest}", plural(runs.len(), "run", "runs"));
    for &column in &look.columns {
        row.col(|ui| {
            let quiet = palette(ui).quiet;
            match column {
                RunColumn::Name => {
                    let below = if look.name.is_none() { words.as_str() } else { "" };
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        tick_sweep(ui, panel, sweep, runs);
                        fold(ui, panel, sweep, is_folded, below);
                    });
                }
                RunColumn::Differs => {
                    let small = RichText::new(&words).font(theme::caption()).color(quiet);
                    beside_figures(ui, |ui, width| two_lines(ui, width, small, None));
                }
                RunColumn::Rmse | RunColumn::R2 | RunColumn::Difference | RunColumn::Mae => {
                    if let Some(best) = best.filter(|run| run.figures.is_some()) {
                        ui.add(egui::Label::new(RichText::new(text(column, best)).color(quiet)).selectable(false));
                    }
                }
                _ => {}
            }
        });
    }
}

/// Draws the curves of a sweep's runs, or of none of them.
fn tick_sweep(ui: &mut Ui, panel: &mut Panel<'_>, sweep: &str, runs: &[&RunRecord]) {
    let selected = &mut panel.state.results.selected;
    let mut are_drawn = runs.iter().all(|run| selected.contains(&run.id));
    if cell_tick(ui, &mut are_drawn, &format!("Draw the curves of {sweep}"), true).changed() {
        selected.retain(|run| runs.iter().all(|member| member.id != *run));
        if are_drawn {
            selected.extend(runs.iter().map(|run| run.id));
        }
    }
}

fn fold(ui: &mut Ui, panel: &mut Panel<'_>, sweep: &str, is_folded: bool, below: &str) {
    let icon = if is_folded { Icon::Folded } else { Icon::Unfolded };
    let response = rows::stop(ui, sweep_id(sweep), sweep, Some(icon.image(14.0, palette(ui).quiet)), false, below);
    name(ui, &response, &format!("{} the runs of {sweep}", if is_folded { "Show" } else { "Fold" }));
    if response.clicked() && !panel.state.results.folded.remove(sweep) {
        panel.state.results.folded.insert(sweep.to_owned());
    }
}

fn run_row(
    row: &mut TableRow<'_, '_>,
    panel: &mut Panel<'_>,
    look: &Look,
    run: &RunRecord,
    differs: &BTreeMap<RunId, String>,
    snapshot: &Snapshot,
) {
    row.set_selected(panel.state.results.shown == Some(run.id));
    for &column in &look.columns {
        row.col(|ui| match column {
            RunColumn::Name => {
                // The keyboard stays with the run, wherever its row goes.
                let below = look.below(run, differs);
                let cell = |ui: &mut Ui| name_cell(ui, panel, run, snapshot, &below);
                ui.push_id(run.id.0, |ui| ui.with_layout(Layout::left_to_right(Align::Center), cell));
            }
            RunColumn::Differs => {
                let words = differs.get(&run.id).map_or("", String::as_str);
                let note = look.note(run);
                beside_figures(ui, |ui, width| differs_cell(ui, width, (words, note), run));
            }
            figures => {
                ui.add(egui::Label::new(text(figures, run)).selectable(false));
            }
        });
    }
    if row.response().clicked() {
        row.response().ctx.memory_mut(|memory| memory.request_focus(run_id(run.id)));
        panel.commands.push(Command::LoadPredictions(run.id));
    }
}

/// What differs on at most two lines or, where the run has a note, on one with the note below it.
fn differs_cell(ui: &mut Ui, width: f32, (words, note): (&str, &str), run: &RunRecord) {
    let small = |text: &str| RichText::new(text).font(theme::caption());
    let all = format!("All settings: {}", all_settings(run));
    let more = [words, note, &all].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    let quiet = palette(ui).quiet;
    if note.is_empty() {
        two_lines(ui, width, small(words).color(quiet), Some(more));
        return;
    }
    let lines = ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for text in [small(words).color(quiet), small(note)] {
            ui.add(egui::Label::new(text).truncate().selectable(false).show_tooltip_when_elided(false));
        }
    });
    lines.response.on_hover_text(more);
}

fn name_cell(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRecord, snapshot: &Snapshot, below: &str) {
    if !run.sweep.is_empty() {
        ui.add_space(GAP);
    }
    let mut is_drawn = panel.state.results.selected.contains(&run.id);
    let response = cell_tick(ui, &mut is_drawn, &format!("Draw the curve of {}", run.name), true);
    if response.changed() {
        if is_drawn {
            panel.state.results.selected.insert(run.id);
        } else {
            panel.state.results.selected.remove(&run.id);
        }
    }
    star(ui, panel, run);
    if snapshot.has_changed_since(run) {
        let image = Icon::Alert.image(14.0, palette(ui).warning);
        ui.add(image.alt_text("The data has changed since")).on_hover_text(super::about::CHANGED);
    }
    let is_shown = panel.state.results.shown == Some(run.id);
    let response = rows::stop(ui, run_id(run.id), &run.name, None, is_shown, below);
    let more = [run.name.as_str(), below, "Show its predictions below"];
    let more = more.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    if response.on_hover_text(more).clicked() {
        panel.push(Command::LoadPredictions(run.id));
    }
}

fn star(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRecord) {
    let (icon, color, words) = if run.is_starred {
        (Icon::StarFilled, palette(ui).test, "Take the star from")
    } else {
        (Icon::Star, palette(ui).quiet.gamma_multiply(0.6), "Give a star to")
    };
    let can_write = panel.state.read_only().is_none();
    let response = ui.add_enabled(can_write, egui::Button::image(icon.image(14.0, color)).frame(false).small());
    name(ui, &response, &format!("{words} {}", run.name));
    ring(ui, &response);
    if response.clicked() {
        panel.push(Command::Edit(Edit::StarRun { run: run.id, starred: !run.is_starred }));
    }
}

/// What the pinned first row shows: always guessing the mean, as the run with the lowest error is compared with it.
struct Baseline {
    figures: Option<RunFigures>,
    /// On which tracks, where runs were tested on different ones.
    tracks: String,
}

impl Baseline {
    fn of(runs: &[RunRecord]) -> Self {
        let best = best_run(runs).map(|(run, _)| run);
        let shown = best.or_else(|| runs.iter().rfind(|run| run.baseline.is_some()));
        let baseline = shown.and_then(|run| run.baseline);
        let differ = runs.iter().any(|run| run.baseline.is_some() && run.baseline != baseline);
        let tracks =
            shown.filter(|_| differ).map_or_else(String::new, |run| format!("on the test tracks of {}", run.name));
        let figures = baseline.map(|baseline| baseline.figures);
        Self { figures, tracks }
    }

    /// The name `is_alone` where there is no column for what differs.
    fn cell(&self, ui: &mut Ui, column: RunColumn, is_alone: bool, quiet: Color32) {
        let ink = |text: &str| RichText::new(text).color(quiet);
        let figure = match (column, self.figures) {
            (RunColumn::Name, _) => {
                let response = left(ui, ink("Always guess the mean"));
                if is_alone && !self.tracks.is_empty() {
                    response.on_hover_text(&self.tracks);
                }
                return;
            }
            (RunColumn::Differs, _) => {
                let small = ink(&self.tracks).font(theme::caption());
                beside_figures(ui, |ui, width| two_lines(ui, width, small, None));
                return;
            }
            (RunColumn::Rmse, Some(figures)) => points(figures.rmse),
            (RunColumn::Mae, Some(figures)) => points(figures.mae),
            (RunColumn::R2, Some(figures)) => thousandths(figures.r2),
            _ => return,
        };
        ui.add(egui::Label::new(ink(&figure)).selectable(false));
    }
}

/// Words behind figures, which end at the right edge of the column before; `draw` is told their room.
fn beside_figures(ui: &mut Ui, draw: impl FnOnce(&mut Ui, f32)) {
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(GAP);
        let room = ui.available_width();
        draw(ui, room);
    });
}

fn left(ui: &mut Ui, words: RichText) -> egui::Response {
    let label = egui::Label::new(words).truncate().selectable(false).show_tooltip_when_elided(false);
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(label)).inner
}

fn all_settings(run: &RunRecord) -> String {
    settings_parts(&run.settings).into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn head(ui: &mut Ui, panel: &mut Panel<'_>, column: RunColumn) {
    let words = heading(column);
    let results = &mut panel.state.results;
    let arrow = match results.sort_by {
        Some(by) if by == column && results.descending => " ↓",
        Some(by) if by == column => " ↑",
        _ => "",
    };
    let label = RichText::new(format!("{words}{arrow}")).font(theme::caption()).color(palette(ui).quiet);
    let draw = |ui: &mut Ui| {
        if !columns::is_sortable(column) {
            ui.label(label);
            return;
        }
        let response = ui.add(egui::Button::new(label).frame(false));
        name(ui, &response, &format!("Sort by {words}"));
        focus_ring(ui, &response);
        if response.clicked() {
            results.descending = results.sort_by == Some(column) && !results.descending;
            results.sort_by = Some(column);
        }
    };
    if columns::width(column, false).is_none() {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add_space(if column == RunColumn::Name { 0.0 } else { GAP });
            draw(ui);
        });
    } else {
        draw(ui);
    }
}
