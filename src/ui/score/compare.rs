//! Scored covers side by side.

use eframe::egui::{CornerRadius, Image, RichText, Ui, vec2};

use super::scale;
use crate::app::{ScoredCover, ScoredPicture};
use crate::study::{RunRecord, SavedScore, Target};
use crate::ui::Panel;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{card, notice, one_line, secondary};

/// The largest side of a cover, in points.
const COVER: f32 = 200.0;
const SCALE: f32 = 64.0;

/// Draws the chosen covers, the highest score first.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let scored = std::mem::take(&mut panel.state.scored);
    let mut chosen: Vec<(&ScoredCover, &ScoredPicture)> = scored
        .iter()
        .filter(|cover| panel.state.score.chosen.contains(&cover.number))
        .filter_map(|cover| Some((cover, cover.done()?)))
        .collect();
    chosen.sort_by(|one, other| other.1.score.prediction.total_cmp(&one.1.score.prediction));
    card(ui, "Side by side", |ui| side_by_side(ui, panel, &chosen));
    panel.state.scored = scored;
}

fn side_by_side(ui: &mut Ui, panel: &mut Panel<'_>, chosen: &[(&ScoredCover, &ScoredPicture)]) {
    let snapshot = panel.state.study.as_ref().and_then(|study| study.snapshot.clone());
    let Some(snapshot) = snapshot else { return };
    let highest = chosen.first().map_or(f64::NAN, |(_, scored)| scored.score.prediction);
    let scores: Vec<(String, &SavedScore)> =
        chosen.iter().map(|(cover, scored)| (cover.name(), &scored.score)).collect();
    let (is_clear, words) = verdict(&scores, &snapshot.runs, &snapshot.target);
    let (icon, color) = if is_clear { (Icon::Check, palette(ui).text) } else { (Icon::Info, palette(ui).warning) };
    notice(ui, icon, color, words);
    ui.add_space(GAP);
    ui.columns(chosen.len().max(1), |columns| {
        for (ui, (cover, scored)) in columns.iter_mut().zip(chosen) {
            column(ui, panel, cover, scored, &snapshot.target, highest);
            if let Some(spread) = &snapshot.spread {
                let label = format!("The score of {} on the study's scale", cover.name());
                scale::draw(ui, &label, (spread, &snapshot.target), &scored.score, SCALE);
            }
        }
    });
    ui.add_space(GAP);
    if secondary(ui, "Back to one cover", None) {
        panel.state.score.is_comparing = false;
        panel.state.score.shown = chosen.first().map(|(cover, _)| cover.number);
    }
}

fn column(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    cover: &ScoredCover,
    scored: &ScoredPicture,
    target: &Target,
    highest: f64,
) {
    let quiet = palette(ui).quiet;
    let side = ui.available_width().min(COVER);
    match panel.textures.scored.plain(ui.ctx(), cover.number, scored) {
        Some(texture) => {
            let image = Image::new(&texture).fit_to_exact_size(vec2(side, side)).alt_text(cover.name());
            ui.add(image.corner_radius(CornerRadius::same(theme::RADIUS_COVER)));
        }
        None => {
            ui.allocate_space(vec2(side, side));
        }
    }
    let score = &scored.score;
    one_line(ui, RichText::new(cover.name()).font(theme::body_strong()));
    one_line(ui, RichText::new(&score.run_name).color(quiet));
    let figure = target.figure(score.prediction);
    let big = ui.label(RichText::new(&figure).font(theme::big_number()));
    let spoken = format!("Predicted {} of {}: {figure}", target.name(), cover.name());
    ui.ctx().accesskit_node_builder(big.id, |node| node.set_value(spoken));
    let below = highest - score.prediction;
    let difference = if below > 0.0 {
        format!("{} below the highest", target.difference(below, 1))
    } else {
        "The highest".to_owned()
    };
    one_line(ui, difference);
    one_line(ui, format!("{} to {}", target.figure(score.low), target.figure(score.high)));
    one_line(ui, RichText::new(format!("Higher than {:.0} %", score.percentile)).color(quiet));
}

/// Whether the difference of the first and the next is worth reading, and in which words; the highest comes first.
fn verdict(scores: &[(String, &SavedScore)], runs: &[RunRecord], target: &Target) -> (bool, String) {
    let [first, second, ..] = scores else {
        return (false, "Choose two to four covers in the table to compare them.".to_owned());
    };
    if scores.iter().any(|(_, score)| score.run != first.1.run) {
        let words =
            "These covers were scored by different models, whose figures do not compare. Score them again with one.";
        return (false, words.to_owned());
    }
    if !first.1.beats_mean {
        let words = format!(
            "{} is no better than guessing the mean: the order of these covers says nothing.",
            first.1.run_name
        );
        return (false, words);
    }
    let difference = first.1.prediction - second.1.prediction;
    let error = typical_error(first.1, runs);
    let words = format!(
        "{} is ahead of {} by {}; on the test tracks, {} is off by {}.",
        first.0,
        second.0,
        target.difference(difference, 1),
        first.1.run_name,
        target.difference(error, 1),
    );
    if difference < error {
        (false, format!("{words} The difference is smaller than the model's error: do not choose by it alone."))
    } else {
        (true, format!("{words} The difference is larger than the model's error."))
    }
}

/// The RMSE on the test tracks; of a run that is gone, half of the score's range.
fn typical_error(score: &SavedScore, runs: &[RunRecord]) -> f64 {
    let run = runs.iter().find(|run| run.id == score.run);
    run.and_then(|run| run.figures).map_or((score.high - score.low) / 2.0, |figures| figures.rmse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::RunId;

    fn score(prediction: f64, run: i64, beats_mean: bool) -> SavedScore {
        SavedScore {
            id: 0,
            file: String::new(),
            run: RunId(run),
            run_name: "Quick".to_owned(),
            prediction,
            low: prediction - 10.0,
            high: prediction + 10.0,
            percentile: 50.0,
            beats_mean,
            train_mean: 30.0,
            picture: Vec::new(),
        }
    }

    fn said(scores: &[SavedScore]) -> (bool, String) {
        let named: Vec<(String, &SavedScore)> =
            scores.iter().enumerate().map(|(place, score)| (format!("{place}.png"), score)).collect();
        verdict(&named, &[], &Target::default())
    }

    #[test]
    fn a_difference_within_the_models_error_is_called_so() {
        let (is_clear, words) = said(&[score(34.0, 1, true), score(30.0, 1, true), score(10.0, 1, true)]);
        assert!(!is_clear);
        assert_eq!(
            words,
            "0.png is ahead of 1.png by 4.0 points; on the test tracks, Quick is off by 10.0 points. \
             The difference is smaller than the model's error: do not choose by it alone."
        );
        assert!(said(&[score(44.0, 1, true), score(30.0, 1, true)]).0);
    }

    #[test]
    fn different_models_and_models_that_know_nothing_do_not_compare() {
        assert!(said(&[score(60.0, 1, true), score(30.0, 2, true)]).1.contains("different models"));
        let (is_clear, words) = said(&[score(60.0, 1, false), score(30.0, 1, false)]);
        assert!(!is_clear && words.contains("says nothing"));
        assert!(!said(&[score(30.0, 1, true)]).0);
    }
}
