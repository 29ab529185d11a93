//! Training options: each off until it is asked for.

use eframe::egui::Ui;

use super::settings::row;
use crate::nn::{self, Field, Hyperparameters, Problem, Schedule};
use crate::ui::number_fields::spin;
use crate::ui::widgets::{card, choice, tick};

/// Draws the card.
pub fn draw(ui: &mut Ui, settings: &mut Hyperparameters, problems: &[Problem]) {
    card(ui, "Training options", |ui| {
        // 0 is off: a run then goes on to its last epoch.
        let mut patience = settings.patience.unwrap_or(0);
        row(
            ui,
            problems,
            Field::Patience,
            "patience",
            "Early stopping: training ends after so many epochs without getting better on a tenth of the training covers that is held out for it. 0 is off. The test tracks are never looked at.",
            |ui| {
                if spin(ui, "Patience", &mut patience, 0..=*nn::PATIENCES.end(), 0.1, false).changed() {
                    settings.patience = (patience > 0).then_some(patience);
                }
            },
        );
        row(
            ui,
            problems,
            Field::Dropout,
            "dropout",
            "At each step this share of what the last layer reads is silenced, so that no single detail is relied on. 0 is off; 0.5 is usual.",
            |ui| {
                spin(ui, "Dropout", &mut settings.dropout, nn::DROPOUTS, 0.005, false);
            },
        );
        row(
            ui,
            problems,
            Field::L2,
            "the L2 penalty",
            "Large weights are punished by so much, which keeps a network simple. 0 is off; 0.0001 is usual.",
            |ui| {
                spin(ui, "L2 penalty", &mut settings.l2, nn::L2_STRENGTHS, 0.000_1, false);
            },
        );
        let schedules = [(Schedule::Constant, "constant"), (Schedule::Cosine, "cosine")];
        let shown = schedules.iter().find(|(schedule, _)| *schedule == settings.schedule).map_or("", |(_, word)| word);
        row(
            ui,
            &[],
            Field::LearningRate,
            "the schedule",
            "Constant keeps the learning rate. Cosine lowers it to 0 by the last step, so that training ends calmly.",
            |ui| {
                if let Some(schedule) = choice(ui, "Schedule", shown, Some(settings.schedule), &schedules) {
                    settings.schedule = schedule;
                }
            },
        );
        tick(ui, &mut settings.flip, "Mirror half of the training covers");
    });
}
