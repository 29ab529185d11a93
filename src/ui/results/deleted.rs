//! Runs that were deleted, to be restored or taken out for good.

use eframe::egui::{CollapsingHeader, RichText, Ui};

use crate::app::{Command, Snapshot};
use crate::study::{Edit, plural};
use crate::ui::Panel;
use crate::ui::theme::palette;
use crate::ui::widgets::{card, secondary};

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
                    if secondary(ui, &format!("Restore {}", run.name), read_only) {
                        panel.push(Command::Edit(Edit::DeleteRuns { runs: vec![run.id], deleted: false }));
                    }
                    let figures = run.figures.map(|figures| format!("RMSE {:.2}", figures.rmse));
                    ui.label(RichText::new(figures.unwrap_or_default()).color(palette(ui).quiet));
                });
            }
            ui.horizontal(|ui| {
                if secondary(ui, "Delete for good", read_only) {
                    panel.push(Command::PurgeDeletedRuns);
                }
                let words = "Frees their room in the study file. This cannot be taken back.";
                ui.label(RichText::new(words).color(palette(ui).quiet));
            });
        });
    });
}
