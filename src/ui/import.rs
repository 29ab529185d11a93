//! Import: from a spreadsheet and a folder of covers to tracks in the study.

use eframe::egui::{self, RichText, Ui};

use super::Panel;
use super::icons::Icon;
use super::theme::{self, GAP, palette};
use super::widgets::{FIELD_LABEL, card, clock, next, notice, page, primary, secondary, text_field};
use crate::app::{Command, ImportState, Imported, Step};
use crate::sources::{Column, Preview};
use crate::study::{Recovered, Rejected, RunStatus, plural, thousands};

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let tracks = panel.state.study.as_ref().map_or(0, crate::app::OpenStudy::tracks);
    let sentence = match (&panel.state.import, tracks) {
        (Some(_), _) => "Importing. You can go on to look at what is there already.".to_owned(),
        (None, 0) => {
            "Choose a spreadsheet with titles and popularity, and the folder that holds the covers.".to_owned()
        }
        (None, tracks) => {
            format!("The study holds {}. Importing again skips what is there.", plural(tracks, "track", "tracks"))
        }
    };
    let blocked = blocked(panel);
    let mut import = false;
    page(
        ui,
        "Import",
        &sentence,
        |ui| import = primary(ui, "Import tracks", blocked),
        |ui| {
            recovered(ui, panel);
            progress(ui, panel);
            table_card(ui, panel);
            playlists_card(ui);
            result_card(ui, panel);
            next(ui, panel, "look at the covers", Step::Covers);
        },
    );
    if import {
        panel.push(Command::ImportTables);
    }
}

fn blocked(panel: &Panel<'_>) -> Option<&'static str> {
    let form = &panel.state.import_form;
    if panel.state.import.is_some() {
        Some("An import is under way.")
    } else if form.table.trim().is_empty() {
        Some("Choose a CSV file first.")
    } else if matches!(&form.preview, Some(Ok(preview)) if !preview.mapping.missing().is_empty()) {
        Some("Choose the columns for title, popularity and cover first.")
    } else {
        None
    }
}

/// What a killed program left unfinished, and the offer to go on with it.
fn recovered(ui: &mut Ui, panel: &mut Panel<'_>) {
    let color = palette(ui).warning;
    let Some(study) = &mut panel.state.study else { return };
    let Some(sentence) = study.recovered.as_ref().and_then(Recovered::sentence) else { return };
    let interrupted: Vec<_> =
        study.runs().iter().filter(|run| run.status == RunStatus::Interrupted).map(|run| run.id).collect();
    let mut is_done = false;
    card(ui, "", |ui| {
        notice(ui, Icon::Info, color, sentence);
        ui.horizontal(|ui| {
            if !interrupted.is_empty() && secondary(ui, "Resume training", None) {
                panel.commands.extend(interrupted.into_iter().map(|run| Command::Resume(Some(run))));
                is_done = true;
            }
            is_done |= secondary(ui, "Not now", None);
        });
    });
    if is_done {
        study.recovered = None;
    }
}

fn progress(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(ImportState { progress, since, .. }) = panel.state.import else { return };
    let seconds = since.elapsed().as_secs_f64();
    let speed = progress.done as f64 / seconds.max(0.001);
    let left = (progress.total - progress.done.min(progress.total)) as f64 / speed.max(0.001);
    let mut cancel = false;
    card(ui, "Importing", |ui| {
        let share = progress.done as f32 / progress.total.max(1) as f32;
        ui.add(egui::ProgressBar::new(share).desired_height(8.0).fill(palette(ui).quiet));
        ui.horizontal(|ui| {
            let mut text = format!("{} of {} tracks", thousands(progress.done), thousands(progress.total));
            if progress.done > 0 {
                text += &format!(", {speed:.0} a second, {} left", clock(left));
            }
            if progress.rejected > 0 {
                text += &format!(", {} left out", thousands(progress.rejected));
            }
            ui.label(text);
            cancel = secondary(ui, "Cancel", None);
        });
    });
    if cancel {
        panel.push(Command::StopImport);
    }
}

fn table_card(ui: &mut Ui, panel: &mut Panel<'_>) {
    let mut commands = Vec::new();
    card(ui, "A spreadsheet and a folder of covers", |ui| {
        let width = (ui.available_width() - FIELD_LABEL - 132.0 - 2.0 * GAP).max(160.0);
        let form = &mut panel.state.import_form;
        ui.horizontal(|ui| {
            let hint = "Path of a CSV file, or drop it on the window";
            let (_, field) = text_field(ui, "CSV file", hint, &mut form.table, width);
            if field.lost_focus() && !form.table.trim().is_empty() {
                commands.push(Command::PreviewTable);
            }
            if field.changed() {
                form.preview = None;
            }
            if secondary(ui, "Choose file…", None) {
                commands.push(Command::ChooseTable);
            }
        });
        ui.horizontal(|ui| {
            let hint = "Folder with a picture for each row; empty: beside the CSV file";
            text_field(ui, "Covers folder", hint, &mut form.covers, width);
            if secondary(ui, "Choose folder…", None) {
                commands.push(Command::ChooseCovers);
            }
        });
        match &mut form.preview {
            Some(Ok(preview)) => mapping(ui, preview),
            Some(Err(why)) => notice(ui, Icon::Alert, palette(ui).error, why.as_str()),
            None => {}
        }
    });
    panel.commands.extend(commands);
}

/// The head of the spreadsheet, and which column holds what.
fn mapping(ui: &mut Ui, preview: &mut Preview) {
    let colors = palette(ui);
    ui.add_space(GAP);
    ui.label(RichText::new("Columns").font(theme::body_strong()));
    ui.horizontal_wrapped(|ui| {
        for column in Column::CHOOSABLE {
            let place = preview.mapping.of_mut(column);
            let absent = if column == Column::Playlist { "the file's name" } else { "choose" };
            let header = |place: usize| preview.headers.get(place).map_or("", String::as_str);
            let shown = place.map_or(absent, header);
            ui.label(column.label());
            let combo = egui::ComboBox::from_id_salt(column.label()).selected_text(shown).show_ui(ui, |ui| {
                if !column.is_required() {
                    ui.selectable_value(place, None, absent);
                }
                for index in 0..preview.headers.len() {
                    let text = Some(header(index)).filter(|text| !text.is_empty()).unwrap_or("(unnamed)");
                    ui.selectable_value(place, Some(index), text);
                }
            });
            super::widgets::name(ui, &combo.response, &format!("{} column", column.label()));
        }
    });
    let missing = preview.mapping.missing();
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|column| column.label().to_lowercase()).collect();
        let text = format!("Choose the column that holds the {}.", names.join(", the "));
        notice(ui, Icon::Alert, colors.warning, text);
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

fn playlists_card(ui: &mut Ui) {
    card(ui, "Playlists", |ui| {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - FIELD_LABEL - 132.0 - 2.0 * GAP).max(160.0);
            ui.add_enabled_ui(false, |ui| {
                text_field(ui, "Playlist links", "Not built yet", &mut String::new(), width);
            });
            secondary(
                ui,
                "Import playlists",
                Some("Importing playlists by their links is not built yet. Use a spreadsheet and covers."),
            );
        });
    });
}

fn result_card(ui: &mut Ui, panel: &mut Panel<'_>) {
    let colors = palette(ui);
    match &panel.state.imported {
        Some(Imported::Failed(why)) => {
            let why = why.clone();
            card(ui, "", |ui| notice(ui, Icon::Alert, colors.error, why));
        }
        Some(Imported::Done(summary)) => {
            let sentence = summary.sentence();
            card(ui, "", |ui| notice(ui, Icon::Check, colors.success, sentence));
        }
        None => {}
    }
    let Some(snapshot) = panel.state.study.as_ref().and_then(|study| study.snapshot.as_ref()) else { return };
    if snapshot.rejected.is_empty() {
        return;
    }
    let mut export = false;
    let filter = &mut panel.state.import_form.filter;
    card(ui, &format!("Not imported ({})", thousands(snapshot.rejected.len())), |ui| {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - FIELD_LABEL - 100.0 - 2.0 * GAP).max(120.0);
            text_field(ui, "Filter", "Part of a name or reason", filter, width);
            export = secondary(ui, "Export list", None);
        });
        let wanted = filter.to_lowercase();
        let matches = |item: &&Rejected| {
            item.what.to_lowercase().contains(&wanted) || item.reason.to_lowercase().contains(&wanted)
        };
        let shown: Vec<&Rejected> = snapshot.rejected.iter().filter(matches).collect();
        egui::ScrollArea::both().id_salt("rejected").max_height(180.0).auto_shrink([false, true]).show_rows(
            ui,
            20.0,
            shown.len(),
            |ui, rows| {
                egui::Grid::new("rejected rows").num_columns(2).min_row_height(20.0).spacing([16.0, 8.0]).show(
                    ui,
                    |ui| {
                        for item in &shown[rows] {
                            ui.label(&item.what);
                            ui.label(RichText::new(&item.reason).color(colors.quiet));
                            ui.end_row();
                        }
                    },
                );
            },
        );
    });
    if export {
        panel.push(Command::ExportRejected);
    }
}
