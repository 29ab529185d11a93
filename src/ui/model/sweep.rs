//! A sweep: several values for a few settings, queued as one run for each combination.

use eframe::egui::{self, RichText, Ui};

use crate::app::{Axis, Command, Expected, Sweep, Swept, about_in_words};
use crate::study::plural;
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, palette};
use crate::ui::widgets::{card, cell_choice, focus_ring, help, name, notice, secondary};

/// The room for a setting's name, in points.
const SETTING: f32 = 170.0;
/// Impossible combinations that are listed; of more, only the number is told.
const LISTED: usize = 4;

/// Draws the card; `blocked` says why no run can be queued at all.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>, tracks: usize, blocked: Option<&str>) {
    card(ui, "Try several values", |ui| {
        ui.horizontal_wrapped(|ui| {
            let text = "A run is queued for each combination of these values; all else is as chosen above.";
            ui.label(RichText::new(text).color(palette(ui).quiet));
            help(
                ui,
                "a sweep",
                "Several runs that differ only in a few settings, to see which of them matter. The more of them you compare, the more likely the best one is so by chance: the verdict tells.",
            );
        });
        let sweep = panel.state.model.expand_sweep(tracks);
        let axes = &mut panel.state.model.sweep.axes;
        // One empty row more than there are settings.
        let shown = axes.iter().position(|axis| axis.setting.is_none()).map_or(axes.len(), |place| place + 1);
        for (place, axis) in axes.iter_mut().take(shown).enumerate() {
            axis_row(ui, place + 1, axis, sweep.wrong[place].as_deref());
        }
        if panel.state.model.sweep.axes.iter().all(|axis| axis.setting.is_none()) {
            return;
        }
        ui.horizontal(|ui| {
            ui.label("Name");
            let field = egui::TextEdit::singleline(&mut panel.state.model.sweep.name)
                .hint_text(sweep.name.as_str())
                .char_limit(60)
                .align(egui::Align2::LEFT_CENTER);
            let response = ui.add_sized([220.0, theme::CONTROL_HEIGHT], field);
            name(ui, &response, "Sweep name");
        });
        summary(ui, panel, &sweep, tracks);
        if secondary(ui, "Queue sweep", blocked.or(sweep.blocked.as_deref())) {
            panel.push(Command::QueueSweep);
        }
    });
}

fn axis_row(ui: &mut Ui, number: usize, axis: &mut Axis, wrong: Option<&str>) {
    ui.horizontal(|ui| {
        let nothing = [(None, "Choose a setting")];
        let options: Vec<(Option<Swept>, &str)> =
            nothing.into_iter().chain(Swept::ALL.map(|setting| (Some(setting), setting.label()))).collect();
        // The fields behind stand below each other, whatever is chosen.
        let size = egui::vec2(SETTING, theme::CONTROL_HEIGHT);
        let chosen = ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.set_min_width(SETTING);
            cell_choice(ui, &format!("Sweep setting {number}"), axis.setting, &options)
        });
        if let Some(setting) = chosen.inner {
            axis.setting = setting;
            axis.values = setting.map_or_else(String::new, |setting| setting.example().to_owned());
        }
        if axis.setting.is_some() {
            let field = egui::TextEdit::singleline(&mut axis.values)
                .hint_text("16, 32, 64")
                .char_limit(2000)
                .align(egui::Align2::LEFT_CENTER);
            let width = (ui.available_width() - 8.0).clamp(120.0, 260.0);
            let response = ui.add_sized([width, theme::CONTROL_HEIGHT], field);
            name(ui, &response, &format!("Sweep values {number}"));
            focus_ring(ui, &response);
        }
    });
    if let Some(wrong) = wrong {
        notice(ui, Icon::Alert, palette(ui).error, wrong);
    }
}

/// How many runs, how long they will take, and which combinations cannot work.
fn summary(ui: &mut Ui, panel: &Panel<'_>, sweep: &Sweep, tracks: usize) {
    let state = &*panel.state;
    let mut known_secs = 0.0;
    let mut unknown = 0;
    for run in &sweep.runs {
        match state.estimates.of(&run.settings, state.settings.cores, tracks) {
            Expected::Secs(secs) => known_secs += secs,
            Expected::Unknown | Expected::Failed(_) => unknown += 1,
        }
    }
    let runs = plural(sweep.runs.len(), "run", "runs");
    let time = match unknown {
        _ if sweep.runs.is_empty() => None,
        0 => Some(format!("{runs}, together {} (measured on this computer).", about_in_words(known_secs))),
        _ if state.training.under.is_some() => {
            Some(format!("{runs}. How long they take is measured as soon as nothing is training."))
        }
        _ => {
            ui.ctx().request_repaint_after(crate::app::REST);
            Some(format!(
                "{runs}. How long they take is being measured: {} of {} known.",
                sweep.runs.len() - unknown,
                sweep.runs.len()
            ))
        }
    };
    if let Some(time) = time {
        ui.add(egui::Label::new(time).wrap());
    }
    if let Some(why) = &sweep.blocked {
        ui.add(egui::Label::new(RichText::new(why).color(palette(ui).quiet)).wrap());
    }
    if !sweep.impossible.is_empty() {
        let count = plural(sweep.impossible.len(), "combination cannot work", "combinations cannot work");
        notice(ui, Icon::Alert, palette(ui).warning, format!("{count} and will be left out:"));
        for (what, why) in sweep.impossible.iter().take(LISTED) {
            let line = RichText::new(format!("{what}. {why}")).font(theme::caption()).color(palette(ui).quiet);
            ui.add(egui::Label::new(line).wrap());
        }
        if let Some(more) = sweep.impossible.len().checked_sub(LISTED).filter(|more| *more > 0) {
            ui.label(RichText::new(format!("and {more} more")).font(theme::caption()).color(palette(ui).quiet));
        }
    }
}
