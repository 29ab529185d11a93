//! Networks that are ready to choose: the fixed ones, and the person's own.

use eframe::egui::{self, RichText, Ui, vec2};

use crate::app::{Command, OwnPreset};
use crate::nn::Preset;
use crate::ui::Panel;
use crate::ui::page::focus_title;
use crate::ui::theme::{self, GAP, GAP_LARGE, palette};
use crate::ui::widgets::{describe, focus_ring, keep_on_enter, name, secondary};

/// Draws the row of presets and, below it, what the chosen one is.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let own: Vec<OwnPreset> = panel.state.settings.presets.clone();
    let form = &mut panel.state.model;
    ui.horizontal_wrapped(|ui| {
        for preset in Preset::ALL {
            let is_chosen = form.own.is_none() && form.preset == preset;
            if chip(ui, preset.label(), preset.description(), is_chosen) {
                form.choose(preset);
            }
        }
        if !own.is_empty() {
            ui.add_space(GAP);
        }
        for preset in &own {
            let is_chosen = form.own.as_ref().is_some_and(|chosen| chosen.name == preset.name);
            if chip(ui, &preset.name, "Your own preset, with all its settings.", is_chosen) {
                form.choose_own(preset);
            }
        }
    });
    keep(ui, panel);
}

fn chip(ui: &mut Ui, label: &str, description: &str, is_chosen: bool) -> bool {
    let button = egui::Button::new(label).selected(is_chosen).min_size(vec2(84.0, theme::CONTROL_HEIGHT));
    let response = ui.add(button).on_hover_text(description);
    describe(ui, &response, description);
    focus_ring(ui, &response);
    response.clicked()
}

/// The longest name of a preset, in characters.
const LONGEST_NAME: usize = 40;

fn name_id() -> egui::Id {
    egui::Id::unique("preset name")
}

/// Keeping the settings under a name, and deleting the chosen preset of one's own.
fn keep(ui: &mut Ui, panel: &mut Panel<'_>) {
    let mut commands = Vec::new();
    ui.horizontal_wrapped(|ui| {
        let form = &mut panel.state.model;
        match form.new_preset.clone() {
            None => {
                if secondary(ui, "Save as preset…", None) {
                    ui.memory_mut(|memory| memory.request_focus(name_id()));
                    form.new_preset = Some(form.own.as_ref().map_or_else(String::new, |own| own.name.clone()));
                }
                if let Some(own) = &form.own
                    && secondary(ui, "Delete preset", None)
                {
                    commands.push(Command::ForgetPreset(own.name.clone()));
                }
                ui.add_space(GAP);
                let description = form.own.as_ref().map_or(form.preset.description(), |_| "Your own preset.");
                let changed = if form.is_changed() { " Changed since it was chosen." } else { "" };
                let text = RichText::new(format!("{description}{changed}"));
                ui.label(text.font(theme::caption()).color(palette(ui).quiet));
            }
            Some(mut typed) => {
                let field = egui::TextEdit::singleline(&mut typed)
                    .id(name_id())
                    .hint_text("Name")
                    .char_limit(LONGEST_NAME)
                    .align(egui::Align2::LEFT_CENTER);
                let response = ui.add_sized([200.0, theme::CONTROL_HEIGHT], field);
                name(ui, &response, "Preset name");
                let problem = form.preset_name_problem(&typed);
                let entered = keep_on_enter(ui, &response);
                let is_known = panel.state.settings.presets.iter().any(|preset| preset.name == typed.trim());
                let is_saved = secondary(ui, "Save preset", problem.as_deref());
                let is_kept = (is_saved || entered) && problem.is_none();
                if is_kept {
                    commands.push(Command::KeepPreset(typed.clone()));
                }
                let is_given_up = secondary(ui, "Cancel", None);
                if is_kept || is_given_up {
                    // The field goes away, and with it the keyboard's place.
                    focus_title(ui.ctx());
                }
                form.new_preset = (!is_given_up).then(|| typed.clone());
                ui.add_space(GAP_LARGE);
                let word = match (&problem, is_known) {
                    (Some(why), _) => why.as_str(),
                    (None, _) if typed.chars().count() == LONGEST_NAME => "A name has no room for more letters.",
                    (None, true) => "Replaces the preset of this name.",
                    (None, false) => "",
                };
                ui.label(RichText::new(word).font(theme::caption()).color(palette(ui).quiet));
            }
        }
    });
    panel.commands.extend(commands);
}
