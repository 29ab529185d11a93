//! The first page: what this is, and three ways to begin.

use eframe::egui::{self, RichText, Ui};

use super::Panel;
use super::icons::Icon;
use super::theme::{self, GAP, GAP_LARGE, palette};
use super::widgets::{card, notice, primary, secondary, text_field};
use crate::app::Command;

/// Draws the start page.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let width = (ui.available_width() - 2.0 * theme::MARGIN).min(680.0);
    let left = (ui.available_width() - width) / 2.0;
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.add_space((ui.available_height() * 0.12).max(GAP_LARGE));
        ui.horizontal(|ui| {
            ui.add_space(left);
            ui.vertical(|ui| {
                ui.set_width(width);
                contents(ui, panel);
            });
        });
    });
}

fn contents(ui: &mut Ui, panel: &mut Panel<'_>) {
    let colors = palette(ui);
    let question = "Does cover art say anything about how popular a track gets?";
    ui.label(RichText::new(question).font(egui::FontId::new(32.0, theme::strong().family)));
    ui.add_space(4.0);
    ui.label(
        RichText::new(
            "Import tracks with their covers, look at what a network sees, train it, compare it with always guessing the \
             mean, and drop a new cover on the window to see its score.",
        )
        .color(colors.quiet),
    );
    ui.add_space(GAP_LARGE);
    let busy = panel.state.is_opening.then_some("A study is being opened.");
    ui.horizontal(|ui| {
        if primary(ui, "Open sample study", busy) {
            panel.push(Command::OpenSample);
        }
        if secondary(ui, "New study", busy) {
            panel.push(Command::NewStudy);
        }
        if secondary(ui, "Open study", busy) {
            let typed = panel.state.study_path.trim();
            panel.push(if typed.is_empty() { Command::ChooseStudy } else { Command::OpenStudy(typed.into()) });
        }
        if busy.is_some() {
            ui.spinner();
        }
    });
    ui.add_space(4.0);
    let hint = "The sample study has 480 drawn covers whose pictures are known to matter a little: the quickest way to see it all.";
    ui.label(RichText::new(hint).font(theme::caption()).color(colors.quiet));
    ui.add_space(GAP_LARGE);
    if let Some(error) = &panel.state.open_error {
        notice(ui, Icon::Alert, colors.error, error.as_str());
        ui.add_space(GAP);
    }
    card(ui, "Continue with a study", |ui| {
        recent(ui, panel);
        ui.horizontal(|ui| {
            let width = ui.available_width() - super::widgets::FIELD_LABEL - GAP;
            let path = &mut panel.state.study_path;
            let (entered, _) = text_field(ui, "Study file", "Type a path, or drop the file on the window", path, width);
            if entered && !path.trim().is_empty() {
                let path = path.trim().into();
                panel.push(Command::OpenStudy(path));
            }
        });
    });
}

fn recent(ui: &mut Ui, panel: &mut Panel<'_>) {
    let quiet = palette(ui).quiet;
    let mut chosen = None;
    for path in &panel.state.settings.recent {
        ui.horizontal(|ui| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            if secondary(ui, &name, None) {
                chosen = Some(path.clone());
            }
            let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
            super::widgets::one_line(ui, RichText::new(folder).font(theme::caption()).color(quiet));
        });
    }
    if let Some(path) = chosen {
        panel.push(Command::OpenStudy(path));
    }
}
