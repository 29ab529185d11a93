//! What about the data may mislead, each with a way to act on it.

use std::sync::Arc;

use eframe::egui::{Label, Ui};

use crate::app::{Command, Filter, Step};
use crate::study::{Concern, Edit, Remedy, Scale, Target};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{GAP, palette};
use crate::ui::widgets::{card, secondary};

/// Draws the card; nothing where there is nothing to tell.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    // Taken out while they are drawn, because acting on one changes the state.
    let Some(concerns) = panel.state.covers.concerns.take() else { return };
    if !concerns.is_empty() {
        card(ui, "Worth a look", |ui| {
            for concern in &concerns {
                ui.horizontal_top(|ui| {
                    ui.add(Icon::Alert.image(16.0, palette(ui).warning));
                    ui.vertical(|ui| {
                        ui.add(Label::new(&concern.sentence).wrap());
                        actions(ui, panel, concern);
                    });
                });
                ui.add_space(GAP);
            }
        });
    }
    panel.state.covers.concerns = Some(concerns);
}

fn actions(ui: &mut Ui, panel: &mut Panel<'_>, concern: &Concern) {
    let read_only = panel.state.read_only();
    ui.horizontal_wrapped(|ui| {
        let id = ui.next_auto_id();
        let is_shown = !concern.tracks.is_empty() && secondary(ui, "Show them", None);
        // Several buttons are called so.
        ui.ctx().accesskit_node_builder(id, |node| node.set_description(concern.sentence.as_str()));
        if is_shown {
            panel.state.covers.shows_facts = false;
            panel.state.covers.filter =
                Filter { of_concern: Some(Arc::new(concern.tracks.iter().copied().collect())), ..Filter::default() };
        }
        match &concern.remedy {
            Some(Remedy::Exclude(words, tracks)) if secondary(ui, words, read_only) => {
                panel.push(Command::Edit(Edit::Exclude { tracks: tracks.clone(), excluded: true }));
            }
            Some(Remedy::Logarithm) => logarithm(ui, panel, read_only),
            Some(Remedy::Exclude(..)) | None => {}
        }
    });
}

fn logarithm(ui: &mut Ui, panel: &mut Panel<'_>, read_only: Option<&'static str>) {
    let Some(study) = &panel.state.study else { return };
    let has_runs = !study.runs().is_empty();
    let blocked = read_only.or(has_runs.then_some("Runs have learned the value as it is. Start a new study for this."));
    let target = study.snapshot.as_ref().map(|snapshot| snapshot.target.clone()).unwrap_or_default();
    if secondary(ui, "Predict the logarithm", blocked) {
        panel.push(Command::SetTarget(Target { scale: Scale::Logarithm, ..target }));
        panel.push(Command::GoTo(Step::Covers));
    }
}
