//! Runs that were deleted, to be restored or taken out for good.

use eframe::egui::{Align, CollapsingHeader, Layout, RichText, Ui};

use crate::app::{Command, Snapshot};
use crate::study::{Edit, grouped, plural};
use crate::ui::Panel;
use crate::ui::theme::palette;
use crate::ui::widgets::{card, one_line, secondary, secondary_of};

/// Draws the card; nothing where no run was deleted.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot) {
    let runs = &snapshot.deleted_runs;
    if runs.is_empty() {
        return;
    }
    let read_only = panel.state.read_only();
    card(ui, "", |ui| {
        let title = plural(runs.len(), "deleted run", "deleted runs");
        CollapsingHeader::new(title).id_salt("deleted runs").show(ui, |ui| {
            for run in runs {
                ui.horizontal(|ui| {
                    if secondary_of(ui, "Restore", &format!("Restore {}", run.name), read_only) {
                        panel.push(Command::Edit(Edit::DeleteRuns { runs: vec![run.id], deleted: false }));
                    }
                    let figures = run.figures.map(|figures| format!("RMSE {}", grouped(figures.rmse, 2)));
                    let figures = RichText::new(figures.unwrap_or_default()).color(palette(ui).quiet);
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        ui.label(figures);
                        ui.with_layout(Layout::left_to_right(Align::Center), |ui| one_line(ui, &run.name));
                    });
                });
            }
            ui.horizontal_wrapped(|ui| purge(ui, panel, runs.len()));
        });
    });
}

/// Deletes them for good, after a second click: there is no way back.
fn purge(ui: &mut Ui, panel: &mut Panel<'_>, count: usize) {
    let read_only = panel.state.read_only();
    if !panel.state.results.confirms_purge {
        panel.state.results.confirms_purge = secondary(ui, "Delete for good", read_only);
        let words = "Frees their room in the study file. This cannot be taken back.";
        ui.label(RichText::new(words).color(palette(ui).quiet));
        return;
    }
    let runs = plural(count, "run", "runs");
    let is_sure = secondary(ui, &format!("Delete {runs} for good now"), read_only);
    if is_sure {
        panel.push(Command::PurgeDeletedRuns);
    }
    panel.state.results.confirms_purge = !is_sure && !secondary(ui, &format!("Keep the {runs}"), None);
}
