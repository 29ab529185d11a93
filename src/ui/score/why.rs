//! What in a cover raises its score and what lowers it: the picture, its legend, and the same in words.

use eframe::egui::{self, Color32, CornerRadius, RichText, Sense, Ui, vec2};

use crate::app::ScoredPicture;
use crate::jobs::{Occlusion, Region};
use crate::study::{SavedScore, Target};
use crate::ui::theme::{self, GAP, LIGHT, palette};
use crate::ui::widgets::{describe, help, name, tick};

/// How much of the picture the strongest effect hides.
const STRONGEST: f32 = 0.85;
/// Effects below this share of the score's range are no more than trembling.
const NOTHING: f64 = 0.02;
/// Regions whose effect is below this share of the largest are not named.
const LITTLE: f64 = 0.05;
/// The height of a line of text.
const LINE: f32 = 20.0;

/// Blue for what lowers and orange for what raises the score, the same in both themes, since they lie on the cover.
fn hue(effect: f32) -> Color32 {
    if effect < 0.0 { LIGHT.train } else { LIGHT.test }
}

/// The picture's RGB bytes in gray under the effects: color alone then tells of the effects.
pub fn laid_over(rgb: &[u8], side: usize, map: &Occlusion) -> Vec<u8> {
    let largest = map.largest().max(f64::MIN_POSITIVE) as f32;
    let pixels = rgb.as_chunks::<3>().0;
    let laid = pixels.iter().enumerate().map(|(place, [red, green, blue])| {
        let effect = smooth(map, (place / side, place % side), side) / largest;
        let gray = 0.2126 * f32::from(*red) + 0.7152 * f32::from(*green) + 0.0722 * f32::from(*blue);
        let share = STRONGEST * effect.abs().min(1.0);
        let hue = hue(effect);
        [hue.r(), hue.g(), hue.b()].map(|level| (gray + (f32::from(level) - gray) * share).round() as u8)
    });
    laid.flatten().collect()
}

/// The effect at a pixel of a picture of `side`, between those of the map's nearest pixels.
fn smooth(map: &Occlusion, (row, column): (usize, usize), side: usize) -> f32 {
    let last = map.side - 1;
    let on_map = |place: usize| ((place as f32 + 0.5) * map.side as f32 / side as f32 - 0.5).clamp(0.0, last as f32);
    let (y, x) = (on_map(row), on_map(column));
    let at = |row: f32, column: f32| map.effects[(row as usize).min(last) * map.side + (column as usize).min(last)];
    let between = |one: f32, other: f32, share: f32| one + (other - one) * share;
    let (top, left) = (y.floor(), x.floor());
    let upper = between(at(top, left), at(top, left + 1.0), x - left);
    let lower = between(at(top + 1.0, left), at(top + 1.0, left + 1.0), x - left);
    between(upper, lower, y - top)
}

/// Below the cover: the switch and the legend, or why there is no map.
pub fn legend(ui: &mut Ui, scored: &ScoredPicture, target: &Target, hides: &mut bool) {
    ui.spacing_mut().interact_size.y = LINE;
    ui.spacing_mut().item_spacing.y = 4.0;
    let quiet = palette(ui).quiet;
    let caption = |text: String| RichText::new(text).font(theme::caption()).color(quiet);
    if !scored.score.beats_mean {
        let why = "What raises and lowers this score is not shown: the model is no better than guessing the mean, so it would show noise.";
        ui.label(caption(why.to_owned()));
        return;
    }
    match &scored.why {
        None => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(caption("Looking for what raises and lowers it".to_owned()));
            });
        }
        Some(Err(why)) => {
            ui.label(caption(why.clone()));
        }
        Some(Ok(map)) if !matters(map, &scored.score) => {
            ui.label(caption(words(map, &scored.score, target)));
        }
        Some(Ok(map)) => {
            ui.horizontal(|ui| {
                let mut shows = !*hides;
                tick(ui, &mut shows, "Show what matters");
                *hides = !shows;
                help(ui, "what matters", "Parts of the cover are painted over, one after the other, in the cover's own mean color, and the cover is scored anew. Where the score falls, that part raised it. It tells what this model reacts to, not what listeners do.");
            });
            bar(ui, map, target);
            ui.label(caption(words(map, &scored.score, target)));
        }
    }
}

/// From what lowers the score most to what raises it most.
fn bar(ui: &mut Ui, map: &Occlusion, target: &Target) {
    let colors = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), GAP), Sense::hover());
    let steps = 48_u8;
    for step in 0..steps {
        let share = (f32::from(step) + 0.5) / f32::from(steps) * 2.0 - 1.0;
        let gray = f32::from(colors.line.g());
        let mixed = |level: u8| (gray + (f32::from(level) - gray) * share.abs() * STRONGEST).round() as u8;
        let hue = hue(share);
        let width = rect.width() / f32::from(steps);
        let at = egui::Rect::from_min_size(rect.min + vec2(width * f32::from(step), 0.0), vec2(width + 0.5, GAP));
        ui.painter().rect_filled(
            at,
            CornerRadius::ZERO,
            Color32::from_rgb(mixed(hue.r()), mixed(hue.g()), mixed(hue.b())),
        );
    }
    let most = amount(target, map.largest());
    name(ui, &response, "Legend of what matters");
    describe(ui, &response, &format!("Blue lowers, orange raises the score, at most by {most}."));
    let caption = |text: String| RichText::new(text).font(theme::caption()).color(colors.quiet);
    ui.horizontal(|ui| {
        ui.label(caption("Lowers it".to_owned()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(caption("Raises it".to_owned()));
        });
    });
    ui.label(caption(format!("A piece of it by {most} at most.")));
}

/// An effect's size in the target's words, with digits that say something.
fn amount(target: &Target, effect: f64) -> String {
    target.difference(effect.abs(), if effect.abs() < 0.1 { 2 } else { 1 })
}

/// Whether any part has more of an effect than trembling.
pub fn matters(map: &Occlusion, score: &SavedScore) -> bool {
    map.largest() >= NOTHING * (score.high - score.low).abs()
}

/// Which region raises the score most and which lowers it most.
pub fn words(map: &Occlusion, score: &SavedScore, target: &Target) -> String {
    if !matters(map, score) {
        return format!(
            "No part of this cover matters much: painting any of it over changes the score by at most {}.",
            amount(target, map.largest())
        );
    }
    let regions = map.regions();
    let by_effect = |one: &&Region, other: &&Region| one.effect.total_cmp(&other.effect);
    let least = LITTLE * map.largest();
    let raises = regions.iter().max_by(by_effect).filter(|region| region.effect > least);
    let lowers = regions.iter().min_by(by_effect).filter(|region| region.effect < -least);
    let raises = raises.map(|region| {
        format!(
            "The {} raises it most: painting over a piece of it lowers the score by {} on average.",
            region.name,
            amount(target, region.effect)
        )
    });
    let lowers = lowers.map(|region| {
        format!(
            "The {} lowers it most: painting over a piece of it raises the score by {} on average.",
            region.name,
            amount(target, region.effect)
        )
    });
    let (raises, lowers) = match (raises, lowers) {
        (Some(raises), None) => (Some(raises), Some("No region lowers it.".to_owned())),
        (None, Some(lowers)) => (Some("No region raises it.".to_owned()), Some(lowers)),
        (None, None) => (Some("No region as a whole raises or lowers it.".to_owned()), None),
        both => both,
    };
    [raises, lowers].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::RunId;

    /// Raises in the upper left ninth, lowers in the lower right one.
    fn map() -> Occlusion {
        let effect = |place: usize| match (place / 6 / 2, place % 6 / 2) {
            (0, 0) => 2.0,
            (2, 2) => -1.0,
            _ => 0.0,
        };
        Occlusion { side: 6, effects: (0..36).map(effect).collect() }
    }

    fn score(range: f64) -> SavedScore {
        SavedScore {
            id: 0,
            file: String::new(),
            run: RunId(1),
            run_name: String::new(),
            prediction: 30.0,
            low: 30.0 - range,
            high: 30.0 + range,
            percentile: 50.0,
            beats_mean: true,
            train_mean: 30.0,
            picture: Vec::new(),
        }
    }

    #[test]
    fn words_name_the_regions_that_matter() {
        assert_eq!(
            words(&map(), &score(10.0), &Target::default()),
            "The upper left raises it most: painting over a piece of it lowers the score by 2.0 points on average. \
             The lower right lowers it most: painting over a piece of it raises the score by 1.0 points on average."
        );
        let raises = Occlusion { effects: map().effects.iter().map(|effect| effect.max(0.0)).collect(), ..map() };
        assert!(
            words(&raises, &score(10.0), &Target::default())
                .ends_with("by 2.0 points on average. No region lowers it.")
        );
        assert!(words(&map(), &score(500.0), &Target::default()).starts_with("No part of this cover matters much"));
    }

    #[test]
    fn what_raises_is_orange_and_what_lowers_is_blue() {
        let laid = laid_over(&[128; 60 * 60 * 3], 60, &map());
        let at = |row: usize, column: usize| &laid[(row * 60 + column) * 3..][..3];
        let (upper_left, lower_right, center) = (at(5, 5), at(55, 55), at(30, 30));
        assert!(upper_left[0] > 180 && upper_left[2] < 60, "{upper_left:?}");
        assert!(lower_right[2] > lower_right[0] + 30, "{lower_right:?}");
        assert_eq!(center, [128; 3]);
    }
}
