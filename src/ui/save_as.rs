//! Where a copy of the study goes, typed: for systems without a file chooser.

use std::path::PathBuf;

use eframe::egui::{Context, RichText};

use super::theme::{self, GAP};
use super::widgets::{FIELD_LABEL, primary, secondary, text_field};
use super::{Panel, modal};
use crate::app::{Command, Overlay};

const WIDTH: f32 = 560.0;

/// Draws the question where it was asked for.
pub(super) fn overlay(ctx: &Context, panel: &mut Panel<'_>) {
    if panel.state.overlay != Some(Overlay::SaveAs) {
        return;
    }
    let (mut is_saved, mut is_given_up) = (false, false);
    let width = modal::width_for(ctx, WIDTH);
    let shown = modal::modal(ctx, "save as").show(ctx, |ui| {
        ui.set_width(width);
        ui.label(RichText::new("Save the study under another name").font(theme::strong()));
        ui.add_space(GAP);
        let path = &mut panel.state.save_path;
        let entered = ui.horizontal(|ui| text_field(ui, "Study file", "", path, width - FIELD_LABEL - GAP).0).inner;
        let blocked = path.trim().is_empty().then_some("Type where it is to be saved.");
        ui.add_space(GAP);
        ui.horizontal(|ui| {
            is_saved = primary(ui, "Save", blocked) || (entered && blocked.is_none());
            is_given_up = secondary(ui, "Cancel", None);
        });
    });
    if is_saved {
        panel.push(Command::SaveAs(PathBuf::from(panel.state.save_path.trim())));
    }
    if is_saved || is_given_up || shown.should_close() {
        panel.state.overlay = None;
    }
}
