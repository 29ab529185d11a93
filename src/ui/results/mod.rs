//! Results: the runs against always guessing the mean.

mod about;
mod columns;
mod deleted;
mod gallery;
mod predictions;
mod residuals;
mod scatter;
mod table;
mod words;

use std::sync::Arc;

use eframe::egui::{RichText, Ui};

use super::Panel;
use super::divided::halves;
use super::icons::Icon;
use super::page::page;
use super::plots;
use super::theme::{self, palette};
use super::widgets::{card, empty, help, next, primary, secondary, tick, ticks_menu};
use crate::app::{Chart, Command, Format, RunColumn, Snapshot, Step};
use crate::study::{RunId, RunRecord, results_sentence};

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(snapshot) = panel.state.study.as_ref().and_then(|study| study.snapshot.clone()) else {
        empty(ui, Icon::Results, "The study is being read.");
        return;
    };
    let runs = &snapshot.runs;
    let tested: Vec<&RunRecord> = runs.iter().filter(|run| run.figures.is_some()).collect();
    let blocked = tested.is_empty().then_some("No run has been tested yet.");
    let mut export = false;
    page(
        ui,
        "Results",
        &results_sentence(runs, &snapshot.target),
        |ui| export = primary(ui, "Export table", blocked),
        |ui| {
            if runs.is_empty() {
                empty(ui, Icon::Results, "No run yet. Choose a model and train it.");
            } else {
                table_card(ui, panel, &snapshot);
                halves(
                    ui,
                    panel,
                    "Line between predictions and curves",
                    |ui, panel| predictions::draw(ui, panel, &snapshot, &tested),
                    |ui, panel| curves_card(ui, panel, &tested),
                );
                about::draw(ui, panel, &snapshot, &tested);
            }
            deleted::draw(ui, panel, &snapshot);
            next(ui, panel, "score a cover", Step::Score);
        },
    );
    if export {
        panel.push(Command::ExportTable);
    }
}

fn table_card(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Arc<Snapshot>) {
    card(ui, "", |ui| {
        ui.horizontal_wrapped(|ui| {
            let mut only_differing = !panel.state.results.all_settings;
            tick(ui, &mut only_differing, "Only what differs");
            panel.state.results.all_settings = !only_differing;
            all_curves(ui, panel, snapshot);
            columns_menu(ui, panel);
            if secondary(ui, "Copy table", None) {
                panel.push(Command::CopyTable);
            }
        });
        table::draw(ui, panel, snapshot);
        notes(ui);
    });
}

/// Draws the curves of all runs, or of none.
fn all_curves(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot) {
    let selected = &mut panel.state.results.selected;
    let tested: Vec<RunId> = snapshot.runs.iter().filter(|run| run.figures.is_some()).map(|run| run.id).collect();
    let mut are_drawn = !tested.is_empty() && tested.iter().all(|run| selected.contains(run));
    if tick(ui, &mut are_drawn, "All curves").changed() {
        selected.clear();
        if are_drawn {
            selected.extend(tested);
        }
    }
}

/// Which columns are shown.
fn columns_menu(ui: &mut Ui, panel: &mut Panel<'_>) {
    let hidden = &mut panel.state.settings.hidden_columns;
    ticks_menu(ui, "Columns", "Columns", |ui| {
        for column in RunColumn::ALL.into_iter().skip(1) {
            let mut is_shown = !hidden.contains(&column);
            if tick(ui, &mut is_shown, columns::heading(column)).changed() {
                if is_shown {
                    hidden.retain(|other| *other != column);
                } else {
                    hidden.push(column);
                }
            }
        }
    });
}

fn notes(ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        let quiet = |text: &str| RichText::new(text).font(theme::caption()).color(palette(ui).quiet);
        let (figures, best) = (
            quiet("Figures are the last epoch's, on the test tracks; beside them the best epoch's. Epochs: best, last."),
            quiet("Choosing the best epoch by the test tracks flatters."),
        );
        ui.label(figures);
        help(ui, "R²", "The share of the spread in popularity that the predictions explain, computed once over all test tracks. 0 is no better than the mean; below 0 is worse.");
        ui.label(best);
    });
}

fn curves_card(ui: &mut Ui, panel: &mut Panel<'_>, tested: &[&RunRecord]) {
    card(ui, "Test error by epoch", |ui| {
        let selected = &panel.state.results.selected;
        let drawn: Vec<&RunRecord> = tested.iter().copied().filter(|run| selected.contains(&run.id)).collect();
        if drawn.is_empty() {
            empty(ui, Icon::Training, "Tick runs in the table to draw their curves together.");
        } else {
            let chart = Chart::Curves(drawn.iter().map(|run| run.id).collect());
            ui.horizontal(|ui| export_menu(ui, panel, chart));
            plots::curves(ui, &drawn, panel.state.results.shown);
        }
    });
}

/// The ways in which a plot can be taken along.
fn export_menu(ui: &mut Ui, panel: &mut Panel<'_>, chart: Chart) {
    let mut chosen = None;
    let response = ui.menu_button("Export plot", |ui| {
        let items = [
            ("As PNG…", Some(Format::Png)),
            ("As SVG…", Some(Format::Svg)),
            ("Its figures as CSV…", Some(Format::Csv)),
            ("Copy the picture", None),
        ];
        for (text, format) in items {
            if ui.button(text).clicked() {
                chosen = Some(format);
                ui.close();
            }
        }
    });
    super::widgets::focus_ring(ui, &response.response);
    match chosen {
        Some(Some(format)) => panel.push(Command::ExportChart(chart, format)),
        Some(None) => panel.push(Command::CopyChart(chart)),
        None => {}
    }
}
