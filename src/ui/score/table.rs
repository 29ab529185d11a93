//! All scored covers as a table: the study's history, and a folder of drafts.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Align, CornerRadius, Image, Layout, RichText, Sense, Ui, vec2};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::app::{Command, SIDE_BY_SIDE, ScoreColumn, Scored, ScoredCover};
use crate::study::{Target, plural};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::rows::{self, Rows};
use crate::ui::theme::{self, CONTROL_HEIGHT, GAP, palette};
use crate::ui::widgets::{bare_choice, card, cell_tick, describe, icon_button, name, ring, secondary, two_lines};

const ROW: f32 = 36.0;
/// Between rows.
const BETWEEN: f32 = 2.0;
const HEADER: f32 = 28.0;
/// The side of a row's cover, in points.
const THUMBNAIL: f32 = 32.0;
const FIGURES: [ScoreColumn; 4] = [ScoreColumn::Model, ScoreColumn::Score, ScoreColumn::Low, ScoreColumn::Percentile];
/// Widths of the columns of [`FIGURES`], in points.
const WIDTHS: [f32; 4] = [110.0, 84.0, 116.0, 80.0];
/// The same where figures have marks between thousands.
const WIDTHS_LARGE: [f32; 4] = [110.0, 104.0, 196.0, 80.0];
/// The width of the boxes to tick, and the least of the covers' names.
const TICK: f32 = 24.0;
const NAME: f32 = 120.0;

/// Draws the table, with at most `rows` rows at a time.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>, rows: usize) {
    let scored = std::mem::take(&mut panel.state.scored);
    card(ui, "", |ui| {
        let places = panel.state.score.listed(&scored);
        tools(ui, panel, &scored, &places);
        ui.spacing_mut().item_spacing.y = BETWEEN;
        table(ui, panel, &scored, &places, rows);
    });
    panel.state.scored = scored;
}

/// Above the table: which folder, comparing, export.
fn tools(ui: &mut Ui, panel: &mut Panel<'_>, scored: &[ScoredCover], places: &[usize]) {
    let listed = places.len();
    let score = &mut panel.state.score;
    // Those that were taken out are chosen no longer.
    score.chosen.retain(|number| scored.iter().any(|cover| cover.number == *number));
    let chosen = score.chosen.len();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Scored covers").font(theme::strong()));
        ui.add_space(GAP);
        choose_folder(ui, panel, scored);
        let listed_covers = places.iter().filter_map(|place| scored.get(*place));
        let failed = listed_covers.filter(|cover| matches!(cover.state, Scored::Failed(_))).count();
        let failed = if failed > 0 { format!(", {failed} not scored") } else { String::new() };
        ui.label(RichText::new(plural(listed, "cover", "covers") + &failed).color(palette(ui).quiet));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if secondary(ui, "Export scores", (listed == 0).then_some("No cover is listed.")) {
                panel.push(Command::ExportScores);
            }
            let blocked = (!SIDE_BY_SIDE.contains(&chosen)).then_some("Choose two to four covers in the first column.");
            let is_wanted = secondary(ui, "Compare", blocked);
            if chosen > 0 {
                ui.label(RichText::new(format!("{chosen} chosen")).color(palette(ui).quiet));
            }
            if is_wanted {
                panel.state.score.is_comparing = true;
            }
        });
    });
}

fn choose_folder(ui: &mut Ui, panel: &mut Panel<'_>, scored: &[ScoredCover]) {
    let folders = panel.state.score.folders(scored);
    if folders.len() < 2 {
        return;
    }
    let words: Vec<String> = folders.iter().map(|folder| short(folder)).collect();
    let mut options: Vec<(Option<usize>, &str)> = vec![(None, "All folders")];
    options.extend(words.iter().enumerate().map(|(place, word)| (Some(place), word.as_str())));
    let current = panel.state.score.folder.as_ref().and_then(|folder| folders.iter().position(|other| other == folder));
    if let Some(wanted) = bare_choice(ui, "Folder", current, &options, 180.0) {
        panel.state.score.folder = wanted.and_then(|place| folders.get(place)).cloned();
    }
}

/// The last two names of a path.
fn short(path: &Path) -> String {
    let names: PathBuf = path.components().rev().take(2).collect::<Vec<_>>().into_iter().rev().collect();
    names.display().to_string()
}

fn table(ui: &mut Ui, panel: &mut Panel<'_>, scored: &[ScoredCover], places: &[usize], rows: usize) {
    let target = panel.state.study.as_ref().and_then(|study| study.snapshot.as_ref());
    let target = target.map(|snapshot| snapshot.target.clone()).unwrap_or_default();
    let shown = panel.state.score.shown_place(scored).filter(|_| !panel.state.score.is_comparing);
    let height = (ROW + BETWEEN) * places.len().clamp(1, rows) as f32;
    let ctx = ui.ctx().clone();
    let is_large = |cover: &ScoredCover| cover.done().is_some_and(|scored| target.has_large_figures(scored.score.high));
    let columns = columns(ui, scored.iter().any(is_large));
    let mut builder = TableBuilder::new(ui)
        .id_salt("scored covers")
        .striped(false)
        .sense(Sense::CLICK)
        .cell_layout(Layout::right_to_left(Align::Center))
        .min_scrolled_height(height)
        .max_scroll_height(height)
        .column(Column::exact(TICK))
        .column(Column::exact(THUMBNAIL))
        .column(Column::remainder().at_least(NAME).clip(true));
    for (_, width) in &columns {
        builder = builder.column(Column::exact(*width).clip(true));
    }
    let lines = Rows::new("scored covers", ROW + BETWEEN, height);
    let ids: Vec<egui::Id> =
        places.iter().filter_map(|place| scored.get(*place)).map(|cover| name_id(cover.number)).collect();
    if let Some(offset) = lines.steer(&ctx, &ids) {
        builder = builder.vertical_scroll_offset(offset);
    }
    let seen = builder
        .column(Column::exact(CONTROL_HEIGHT))
        .header(HEADER, |mut header| {
            header.col(|_| {});
            header.col(|_| {});
            for column in std::iter::once(ScoreColumn::Name).chain(columns.iter().map(|(column, _)| *column)) {
                header.col(|ui| heading(ui, panel, &words(column, &target), column));
            }
            header.col(|_| {});
        })
        .body(|body| {
            body.rows(ROW, places.len(), |mut row| {
                let Some(place) = places.get(row.index()).copied() else { return };
                let Some(cover) = scored.get(place) else { return };
                row.set_selected(shown == Some(place));
                cells(&mut row, panel, cover, &columns, &target);
                if row.response().clicked() {
                    row.response().ctx.memory_mut(|memory| memory.request_focus(name_id(cover.number)));
                    panel.push(Command::ShowScore(cover.number));
                }
            });
        });
    lines.remember(&ctx, seen.state.clamped_offset().y);
}

/// The columns behind the names with their widths, as many as there is room for: what is left out is told where a cover is
/// shown large.
fn columns(ui: &Ui, are_large: bool) -> Vec<(ScoreColumn, f32)> {
    let (room, between) = (ui.available_width(), ui.spacing().item_spacing.x);
    let mut widths = if are_large { WIDTHS_LARGE } else { WIDTHS };
    // Names of models are long where they tell the runs of a sweep apart.
    widths[0] = widths[0].max(0.2 * room);
    let mut columns: Vec<(ScoreColumn, f32)> = FIGURES.into_iter().zip(widths).collect();
    let beside = TICK + THUMBNAIL + NAME + CONTROL_HEIGHT + 3.0 * between + ui.spacing().scroll.allocated_width();
    for left_out in [ScoreColumn::Model, ScoreColumn::Percentile, ScoreColumn::Low] {
        if beside + columns.iter().map(|(_, width)| width + between).sum::<f32>() > room {
            columns.retain(|(column, _)| *column != left_out);
        }
    }
    columns
}

/// What stands above a column.
fn words(column: ScoreColumn, target: &Target) -> String {
    match column {
        ScoreColumn::Made | ScoreColumn::Name => "Cover".to_owned(),
        ScoreColumn::Model => "Model".to_owned(),
        ScoreColumn::Score if target.unit.is_empty() => "Score".to_owned(),
        ScoreColumn::Score => format!("Score, {}", target.unit),
        ScoreColumn::Low => "Range".to_owned(),
        ScoreColumn::Percentile => "Percentile".to_owned(),
    }
}

/// What the keyboard goes to in a row.
fn name_id(number: u64) -> egui::Id {
    egui::Id::unique(("scored cover", number))
}

fn heading(ui: &mut Ui, panel: &mut Panel<'_>, text: &str, column: ScoreColumn) {
    let score = &mut panel.state.score;
    let is_sorted = score.sort_by == column;
    let is_name = matches!(column, ScoreColumn::Name | ScoreColumn::Model);
    let label = RichText::new(text).font(theme::caption()).color(palette(ui).quiet);
    let draw = |ui: &mut Ui| {
        let arrow = if score.descending { Icon::ArrowDown } else { Icon::ArrowUp };
        let button = match is_sorted {
            true => egui::Button::image_and_text(arrow.image(12.0, palette(ui).quiet), label),
            false => egui::Button::new(label),
        };
        let response = ui.add(button.frame(false));
        name(ui, &response, &format!("Sort by {}", text.to_lowercase()));
        ring(ui, &response);
        if response.clicked() {
            // Names from A on, figures from the highest on; a third click brings back the order of scoring.
            (score.sort_by, score.descending) = match (is_sorted, score.descending != is_name) {
                (false, _) => (column, !is_name),
                (true, true) => (column, is_name),
                (true, false) => (ScoreColumn::Made, false),
            };
        }
    };
    if is_name {
        ui.with_layout(Layout::left_to_right(Align::Center), draw);
    } else {
        draw(ui);
    }
}

fn cells(
    row: &mut TableRow<'_, '_>,
    panel: &mut Panel<'_>,
    cover: &ScoredCover,
    columns: &[(ScoreColumn, f32)],
    target: &Target,
) {
    let file = cover.name();
    row.col(|ui| choose_box(ui, panel, cover, &file));
    row.col(|ui| thumbnail(ui, panel, cover));
    row.col(|ui| name_cell(ui, panel, cover, &file));
    for &(column, _) in columns {
        let text = text(column, cover, target);
        row.col(|ui| {
            let is_words = column == ScoreColumn::Model;
            let layout =
                if is_words { Layout::left_to_right(Align::Center) } else { Layout::right_to_left(Align::Center) };
            ui.with_layout(layout, |ui| {
                if is_words {
                    // The end of a name tells the runs of a sweep apart.
                    let (width, quiet) = (ui.available_width(), palette(ui).quiet);
                    two_lines(ui, width, RichText::new(text).font(theme::caption()).color(quiet), None);
                    return;
                }
                let color = if column == ScoreColumn::Score { palette(ui).text } else { palette(ui).quiet };
                ui.add(egui::Label::new(RichText::new(text).color(color)).truncate().selectable(false));
            });
        });
    }
    row.col(|ui| {
        let is_kept = cover.done().is_some_and(|scored| scored.score.id != 0);
        let blocked = panel.state.read_only().filter(|_| is_kept);
        let blocked = if matches!(cover.state, Scored::Waiting) { Some("It is being scored.") } else { blocked };
        if icon_button(ui, Icon::Close, &format!("Take out {file}"), blocked) {
            panel.push(Command::TakeOutScores(vec![cover.number]));
        }
    });
}

/// Shows the cover large.
fn name_cell(ui: &mut Ui, panel: &mut Panel<'_>, cover: &ScoredCover, file: &str) {
    let is_shown = panel.state.score.shown == Some(cover.number);
    let response = rows::stop(ui, name_id(cover.number), file, None, is_shown, "");
    describe(ui, &response, "Shows the cover with all that is known of it.");
    if response.clicked() {
        panel.push(Command::ShowScore(cover.number));
    }
    response.on_hover_text(cover.path.display().to_string());
}

/// What a column says of a cover; in that of the score, why it has none.
fn text(column: ScoreColumn, cover: &ScoredCover, target: &Target) -> String {
    let scored = match &cover.state {
        Scored::Waiting if column == ScoreColumn::Score => return "waiting".to_owned(),
        Scored::Failed(_) if column == ScoreColumn::Score => return "not scored".to_owned(),
        Scored::Waiting | Scored::Failed(_) => return "–".to_owned(),
        Scored::Done(scored) => scored,
    };
    let score = &scored.score;
    match column {
        ScoreColumn::Made | ScoreColumn::Name => cover.name(),
        ScoreColumn::Model => score.run_name.clone(),
        ScoreColumn::Score => target.figure(score.prediction),
        ScoreColumn::Low => format!("{} to {}", target.figure(score.low), target.figure(score.high)),
        ScoreColumn::Percentile => format!("{:.0} %", score.percentile),
    }
}

fn choose_box(ui: &mut Ui, panel: &mut Panel<'_>, cover: &ScoredCover, file: &str) {
    let chosen = &mut panel.state.score.chosen;
    let mut is_chosen = chosen.contains(&cover.number);
    let is_full = !is_chosen && chosen.len() >= *SIDE_BY_SIDE.end();
    let can = cover.done().is_some() && !is_full;
    let response = cell_tick(ui, &mut is_chosen, &format!("Compare {file}"), can);
    let response = response.on_disabled_hover_text(if is_full { "Four covers at most." } else { "It has no score." });
    if response.changed() {
        if is_chosen {
            chosen.insert(cover.number);
        } else {
            chosen.remove(&cover.number);
        }
    }
}

fn thumbnail(ui: &mut Ui, panel: &mut Panel<'_>, cover: &ScoredCover) {
    let size = vec2(THUMBNAIL, THUMBNAIL);
    let texture = cover.done().and_then(|scored| panel.textures.scored.plain(ui.ctx(), cover.number, scored));
    match (texture, &cover.state) {
        (Some(texture), _) => {
            ui.add(Image::new(&texture).fit_to_exact_size(size).corner_radius(CornerRadius::same(theme::RADIUS_COVER)));
        }
        (None, Scored::Failed(why)) => {
            let alert = |ui: &mut Ui| ui.add(Icon::Alert.image(16.0, palette(ui).error)).on_hover_text(why);
            ui.with_layout(Layout::centered_and_justified(egui::Direction::TopDown), alert);
        }
        (None, Scored::Waiting) => {
            ui.spinner();
        }
        // The next frames decode it.
        (None, Scored::Done(_)) => {}
    }
}
