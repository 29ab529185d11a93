//! A spreadsheet and its folder of covers: which column holds what.

use eframe::egui::{self, RichText, TextEdit, Ui};

use crate::app::Command;
use crate::sources::{Column, DecimalMark, Preview, missing_columns};
use crate::study::{POPULARITY, Scale, Target};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{FIELD_LABEL, beside_field, card, cell_choice, focus_ring, name, notice, text_field};

/// In less room, in points, the columns are chosen one below the other.
const NARROW: f32 = 480.0;
/// The width of the buttons behind the fields.
const BUTTON: f32 = 132.0;

/// Draws the card.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let mut commands = Vec::new();
    card(ui, "A spreadsheet and a folder of covers", |ui| {
        let width = (ui.available_width() - FIELD_LABEL - BUTTON - 2.0 * GAP).max(96.0);
        let form = &mut panel.state.import_form;
        ui.horizontal(|ui| {
            let hint = "CSV, Excel or ODS file, or drop it here; several: one; two";
            let (_, field) = text_field(ui, "CSV file", hint, &mut form.table, width);
            // What a screen reader fills in does not have the keyboard.
            let is_filled = field.lost_focus() || field.changed() && !field.has_focus();
            if is_filled && !form.table.trim().is_empty() {
                commands.push(Command::PreviewTable);
            }
            if field.changed() {
                form.preview = None;
                form.target = Target::default();
                form.decimal_mark = None;
            }
            if beside_field(ui, "Choose file…", None, BUTTON) {
                commands.push(Command::ChooseTable);
            }
        });
        ui.horizontal(|ui| {
            let hint = "Empty: covers beside the file, or web addresses in it";
            text_field(ui, "Covers folder", hint, &mut form.covers, width);
            if beside_field(ui, "Choose folder…", None, BUTTON) {
                commands.push(Command::ChooseCovers);
            }
        });
        match &mut form.preview {
            Some(Ok(preview)) => {
                mapping(ui, preview);
                predicts(ui, preview, &mut form.target, &mut form.decimal_mark);
            }
            Some(Err(why)) => notice(ui, Icon::Alert, palette(ui).error, why.as_str()),
            None => {}
        }
    });
    panel.commands.extend(commands);
}

/// What a number of its own is called: its header, but for the very word that stands for Spotify's popularity.
fn own_name(header: &str) -> String {
    if header == POPULARITY { "Popularity, own scale".to_owned() } else { header.to_owned() }
}

/// Whether the column of values is popularity or a measure of its own, with its unit and how it is counted.
fn predicts(ui: &mut Ui, preview: &Preview, target: &mut Target, decimal_mark: &mut Option<DecimalMark>) {
    let header = preview.mapping.popularity.and_then(|place| preview.headers.get(place));
    let Some(header) = header.filter(|header| !header.is_empty()) else { return };
    ui.horizontal_wrapped(|ui| {
        let is_popularity = target.measure == POPULARITY;
        ui.label(format!("\"{header}\" is"));
        let options = [(true, "Popularity, 0 to 100"), (false, "A number of its own")];
        match cell_choice(ui, "Kind of value", is_popularity, &options) {
            Some(true) => *target = Target::default(),
            Some(false) => *target = Target::of_measure(&own_name(header)),
            None => {}
        }
        if target.measure == POPULARITY {
            return;
        }
        target.measure = own_name(header);
        ui.label("in");
        let edit =
            TextEdit::singleline(&mut target.unit).hint_text("streams, sales …").align(egui::Align2::LEFT_CENTER);
        let unit = ui.add_sized([120.0, theme::CONTROL_HEIGHT], edit);
        name(ui, &unit, "Unit");
        focus_ring(ui, &unit);
        ui.label("counted");
        let scales = Scale::ALL.map(|scale| (scale, scale.label()));
        if let Some(scale) = cell_choice(ui, "Scale", target.scale, &scales) {
            target.scale = scale;
        }
    });
    if target.measure == POPULARITY {
        return;
    }
    ui.horizontal(|ui| {
        ui.label("Its numbers are written");
        let marks =
            [(None, "as the cells show"), (Some(DecimalMark::Point), "1,234.5"), (Some(DecimalMark::Comma), "1.234,5")];
        if let Some(mark) = cell_choice(ui, "Decimal mark", *decimal_mark, &marks) {
            *decimal_mark = mark;
        }
    });
}

/// The head of the spreadsheet, and which column holds what.
fn mapping(ui: &mut Ui, preview: &mut Preview) {
    let colors = palette(ui);
    ui.add_space(GAP);
    ui.label(RichText::new("Columns").font(theme::body_strong()));
    let in_row = if ui.available_width() < NARROW { 1 } else { 2 };
    egui::Grid::new("columns").num_columns(2 * in_row).spacing([GAP, GAP]).show(ui, |ui| {
        for (index, column) in Column::CHOOSABLE.into_iter().enumerate() {
            let place = preview.mapping.of_mut(column);
            let absent = if column == Column::Playlist { "the file's name" } else { "choose" };
            let header = |place: usize| preview.headers.get(place).map_or("", String::as_str);
            let shown = place.map_or(absent, header);
            ui.label(column.label());
            let combo = egui::ComboBox::from_id_salt(column.label())
                .selected_text(shown)
                .width(150.0)
                .truncate()
                .show_ui(ui, |ui| {
                    if !column.is_required() {
                        ui.selectable_value(place, None, absent);
                    }
                    for index in 0..preview.headers.len() {
                        let text = Some(header(index)).filter(|text| !text.is_empty()).unwrap_or("(unnamed)");
                        ui.selectable_value(place, Some(index), text);
                    }
                });
            name(ui, &combo.response, &format!("{} column", column.label()));
            focus_ring(ui, &combo.response);
            if (index + 1) % in_row == 0 {
                ui.end_row();
            }
        }
    });
    let missing = preview.mapping.missing();
    if !missing.is_empty() {
        notice(ui, Icon::Alert, colors.warning, missing_columns(&preview.path, &missing));
    }
    ui.add_space(4.0);
    egui::ScrollArea::horizontal().id_salt("preview").show(ui, |ui| {
        egui::Grid::new("preview rows").striped(true).spacing([16.0, 4.0]).show(ui, |ui| {
            for header in &preview.headers {
                ui.label(RichText::new(header).font(theme::body_strong()));
            }
            ui.end_row();
            for row in &preview.rows {
                for cell in row {
                    ui.label(shortened(cell));
                }
                ui.end_row();
            }
        });
    });
}

/// At most some words of a cell.
fn shortened(cell: &str) -> String {
    const SHOWN: usize = 28;
    if cell.chars().count() <= SHOWN { cell.to_owned() } else { cell.chars().take(SHOWN - 1).chain(['…']).collect() }
}
