//! What the study predicts: which measure, how it is counted, and tracks of which years.

use eframe::egui::{self, DragValue, RichText, Ui};

use crate::app::{Command, Snapshot};
use crate::study::{POPULARITY, Scale, Target, thousands};
use crate::ui::Panel;
use crate::ui::theme::{GAP, palette};
use crate::ui::widgets::{bare_choice, card, choice, describe, focus_ring, name, secondary, tick};

/// The years that a filter begins with: those that the study's author wanted.
const FIRST_YEARS: (i32, i32) = (1980, 2005);

/// The longest name of a measure that is drawn.
const LONGEST_NAME: usize = 40;

/// Draws the card, where there is anything to choose from.
pub(super) fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let snapshot = panel.state.study.as_ref().and_then(|study| study.snapshot.clone());
    let Some(snapshot) = snapshot.filter(|snapshot| !snapshot.measures.is_empty()) else { return };
    let blocked = if panel.state.import.is_some() {
        Some("An import is under way.")
    } else if !snapshot.runs.is_empty() {
        Some(
            "The study has runs that learned this. To predict something else, start a new study (Study, New study) and \
             import the same files or playlists into it.",
        )
    } else {
        panel.state.read_only()
    };
    card(ui, "What is predicted", |ui| {
        ui.label(RichText::new(sentence(&snapshot)).color(palette(ui).quiet));
        if let Some(why) = blocked {
            ui.label(RichText::new(why).color(palette(ui).quiet));
            return;
        }
        let mut target = snapshot.target.clone();
        ui.horizontal_wrapped(|ui| {
            measure(ui, &snapshot, &mut target);
            let scales = Scale::ALL.map(|scale| (scale, scale.label()));
            ui.add_space(GAP);
            ui.label("Counted");
            if let Some(scale) = bare_choice(ui, "Counted", target.scale, &scales, 88.0) {
                target.scale = scale;
            }
        });
        years(ui, &mut target);
        if target != snapshot.target {
            panel.push(Command::SetTarget(target));
        }
    });
    forget(ui, panel, &snapshot);
}

/// What is predicted now, and of how many tracks.
fn sentence(snapshot: &Snapshot) -> String {
    let Target { measure, unit, scale, .. } = &snapshot.target;
    let unit = if unit.is_empty() { String::new() } else { format!(", in {unit}") };
    let counted = match scale {
        Scale::AsGiven => "as given",
        Scale::Logarithm => "as log10(1 + value)",
        Scale::PercentRank => "as the percentage of tracks below it",
    };
    let (known, all) = (thousands(snapshot.popularity.count), thousands(snapshot.counts.tracks - snapshot.excluded));
    format!("{}{unit}, counted {counted}: known of {known} of {all} tracks.", label(measure))
}

fn label(measure: &str) -> String {
    match measure {
        POPULARITY => "Popularity".to_owned(),
        measure => measure.chars().take(LONGEST_NAME).collect(),
    }
}

fn measure(ui: &mut Ui, snapshot: &Snapshot, target: &mut Target) {
    let names: Vec<String> = snapshot.measures.iter().map(|measure| label(measure)).collect();
    let options: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
    let current = snapshot.measures.iter().position(|measure| *measure == target.measure);
    if let Some(chosen) = choice(ui, "Predicted", &label(&target.measure), current, &options) {
        let years = target.years;
        *target = Target::of_measure(&snapshot.measures[chosen]);
        target.years = years;
    }
}

fn years(ui: &mut Ui, target: &mut Target) {
    ui.horizontal(|ui| {
        let mut is_on = target.years.is_some();
        let check = tick(ui, &mut is_on, "Only tracks released from");
        describe(ui, &check, "Tracks without a date of release are left out too.");
        if is_on != target.years.is_some() {
            target.years = is_on.then_some(FIRST_YEARS);
        }
        let Some((from, to)) = &mut target.years else { return };
        year(ui, "First year", from, 1900..=*to);
        ui.label("to");
        year(ui, "Last year", to, *from..=2100);
    });
}

/// A year, taken over when it is left, so that no half-typed one is.
fn year(ui: &mut Ui, label: &str, year: &mut i32, range: std::ops::RangeInclusive<i32>) {
    let drag = DragValue::new(year)
        .range(range)
        .speed(0.2)
        .update_while_editing(false)
        .custom_formatter(|year, _| format!("{year:.0}"));
    let response = ui.add_sized([64.0, 28.0], drag);
    name(ui, &response, label);
    focus_ring(ui, &response);
}

/// The way to be rid of what a service's terms may not let one keep.
fn forget(ui: &mut Ui, panel: &mut Panel<'_>, snapshot: &Snapshot) {
    if snapshot.downloaded_covers == 0 {
        return;
    }
    card(ui, "Downloaded covers", |ui| {
        let text = format!(
            "{} covers came from web addresses. Forgetting takes them out of the study's file; tracks and results stay, and \
             importing again brings the covers back.",
            thousands(snapshot.downloaded_covers)
        );
        ui.add(egui::Label::new(RichText::new(text).color(palette(ui).quiet)).wrap());
        ui.add_space(GAP / 2.0);
        let blocked = panel.state.import.is_some().then_some("An import is under way.").or(panel.state.read_only());
        let asks = panel.state.playlist_form.asks_to_forget;
        if !asks {
            panel.state.playlist_form.asks_to_forget = secondary(ui, "Forget downloaded covers", blocked);
            return;
        }
        ui.horizontal(|ui| {
            ui.label("This cannot be undone.");
            let forgets = secondary(ui, "Forget them for good", blocked);
            if forgets {
                panel.push(Command::ForgetCovers);
            }
            panel.state.playlist_form.asks_to_forget = !forgets && !secondary(ui, "Keep them", None);
        });
    });
}
