//! Import: from a spreadsheet and a folder of covers to tracks in the study.

mod playlists;
mod table;
mod target;

use eframe::egui::{self, RichText, Ui};

use super::Panel;
use super::icons::Icon;
use super::page::page;
use super::theme::{GAP, palette};
use super::widgets::{FIELD_LABEL, card, clock, name, next, notice, primary, secondary, text_field, two_lines};
use crate::app::{Command, ImportState, Imported, Step};
use crate::study::{Recovered, Rejected, RunStatus, plural, thousands};

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let tracks = panel.state.study.as_ref().map_or(0, crate::app::OpenStudy::tracks);
    let sentence = match (&panel.state.import, tracks) {
        (Some(_), _) => "Importing. You can go on to look at what is there already.".to_owned(),
        (None, 0) => {
            "Choose a spreadsheet with titles and popularity and the folder that holds the covers, or paste playlist links."
                .to_owned()
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
            playlists::terms(ui, panel);
            progress(ui, panel);
            result_card(ui, panel);
            table::draw(ui, panel);
            playlists::draw(ui, panel);
            target::draw(ui, panel);
            rejected_card(ui, panel);
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
        Some("Choose a spreadsheet first.")
    } else if matches!(&form.preview, Some(Ok(preview)) if !preview.mapping.missing().is_empty()) {
        Some("What the spreadsheet lacks is said below: choose the columns, or another file.")
    } else {
        panel.state.read_only()
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
    let mut cancel = false;
    card(ui, "Importing", |ui| {
        let share = progress.done as f32 / progress.total.max(1) as f32;
        let bar = ui.add(egui::ProgressBar::new(share).desired_height(8.0).fill(palette(ui).quiet));
        name(ui, &bar, "Progress of the import");
        ui.horizontal(|ui| {
            let counted = progress.counted();
            let mut text = counted.clone();
            if progress.done > 0 {
                text += &format!(", {} a second", thousands(speed.round() as usize));
            }
            if let Some(left) = progress.seconds_left(seconds) {
                text += &format!(", {} left", clock(left));
            }
            if let Some(seconds) = progress.waiting_secs {
                let now = clock(seconds as f64);
                text = format!("{counted}. Waiting before the next request: it goes on in {now}");
            }
            if progress.bytes > 0 {
                let megabytes = progress.bytes as f64 / 1e6;
                text += &format!(", {megabytes:.1} MB of covers");
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

fn result_card(ui: &mut Ui, panel: &mut Panel<'_>) {
    let colors = palette(ui);
    match &panel.state.imported {
        // What is wrong with the spreadsheet stands below its field.
        Some(Imported::Failed(why)) if matches!(&panel.state.import_form.preview, Some(Err(told)) if told == why) => {}
        Some(Imported::Failed(why)) => {
            let why = why.clone();
            card(ui, "", |ui| notice(ui, Icon::Alert, colors.error, why));
        }
        Some(Imported::Done(summary)) => {
            let summary = summary.clone();
            card(ui, "", |ui| {
                notice(ui, Icon::Check, colors.success, summary.sentence());
                for note in summary.unfinished.iter().chain(&summary.notes) {
                    notice(ui, Icon::Alert, colors.warning, note.as_str());
                }
            });
        }
        None => {}
    }
}

/// The height of two lines in the list of what could not be used, and the share of the width for what it is.
const ROW: f32 = 40.0;
const WHAT: f32 = 0.36;

/// What imports could not use.
fn rejected_card(ui: &mut Ui, panel: &mut Panel<'_>) {
    let colors = palette(ui);
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
            wanted.is_empty()
                || item.what.to_lowercase().contains(&wanted)
                || item.reason.to_lowercase().contains(&wanted)
        };
        let shown: Vec<&Rejected> = snapshot.rejected.iter().filter(matches).collect();
        // With room for its heading and the panel's, also in a small window.
        let height = (ui.ctx().content_rect().height() - 300.0).clamp(180.0, 480.0);
        let what_width = WHAT * ui.available_width();
        let area = egui::ScrollArea::vertical().id_salt("rejected").max_height(height).min_scrolled_height(height);
        area.auto_shrink([false, true]).show_rows(ui, ROW, shown.len(), |ui, rows| {
            for item in &shown[rows] {
                ui.horizontal(|ui| {
                    ui.set_height(ROW);
                    let rest = ui.available_width() - what_width - GAP;
                    two_lines(ui, what_width, RichText::new(&item.what), None);
                    two_lines(ui, rest, RichText::new(&item.reason).color(colors.quiet), None);
                });
            }
        });
    });
    if export {
        panel.push(Command::ExportRejected);
    }
}
