//! Colors: what the study predicts by the covers' dominant colors, and by how they look.

use eframe::egui::{self, Color32, CornerRadius, Image, RichText, ScrollArea, Sense, Ui, vec2};

use super::Panel;
use super::divided::halves;
use super::icons::Icon;
use super::marks::{self, Mark, Scale, Shape};
use super::page::page;
use super::theme::{self, GAP, GAP_LARGE, palette};
use super::widgets::{bare_choice, card, choice, empty, help, notice, one_line_of, primary, right_aligned};
use crate::app::{Command, Step};
use crate::evidence::colors::{Clustering, Naming, Palette};
use crate::evidence::{ColorGroup, Looks, bar_ends, signed_thousandths};
use crate::jobs::ColorFindings;
use crate::study::{CoverId, Target, capitalised, thousands, tracks_with_covers};

/// The side of a cover above its swatches, in points.
const COVER: f32 = 88.0;
const SWATCHES: f32 = 14.0;
/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let tracks = panel.state.study.as_ref().map_or(0, crate::app::OpenStudy::usable_tracks);
    let snapshot = panel.state.study.as_ref().and_then(|study| study.snapshot.clone());
    if tracks > 0 && snapshot.is_some_and(|snapshot| panel.state.colors.is_wanted(&snapshot)) {
        panel.push(Command::FindColors);
    }
    let measured = panel.state.target();
    let sentence = match &panel.state.colors.found {
        Some(Ok(found)) if tracks > 0 => found.table.sentence(&measured.name()),
        _ => format!("Each cover's three dominant colors, against its {}.", measured.name()),
    };
    let is_under_way = panel.state.colors.is_under_way();
    let (blocked, mut to_model) = (panel.state.blocked(Step::Model), false);
    page(
        ui,
        "Colors",
        &sentence,
        |ui| {
            to_model = primary(ui, "Next: choose a model", blocked);
            if is_under_way {
                ui.spinner();
            }
        },
        |ui| {
            choices(ui, panel);
            if let Some(why) = panel.state.too_few_tracks(1) {
                empty(ui, Icon::Colors, why);
                return;
            }
            match panel.state.colors.found.clone() {
                Some(Ok(found)) => findings(ui, panel, &found, &measured),
                Some(Err(why)) => notice(ui, Icon::Alert, palette(ui).error, why),
                None => empty(ui, Icon::Colors, "The covers' colors are being looked at."),
            }
        },
    );
    if to_model {
        panel.push(Command::GoTo(Step::Model));
    }
}

fn choices(ui: &mut Ui, panel: &mut Panel<'_>) {
    let colors = &mut panel.state.colors;
    ui.horizontal_wrapped(|ui| {
        let spaces = [(Clustering::Oklab, "as people see"), (Clustering::WhitenedRgb, "as in 2022")];
        let shown = spaces.iter().find(|(space, _)| *space == colors.clustering).map_or("", |(_, word)| word);
        if let Some(space) = choice(ui, "Colors are told apart", shown, Some(colors.clustering), &spaces) {
            colors.clustering = space;
        }
        help(ui, "telling colors apart", "The three colors are centers of groups of similar pixels. As people see: equal distances look equally different (Oklab). As in 2022: by red, green and blue, each divided by its spread, as the original study did.");
        ui.add_space(GAP_LARGE);
        let namings = [(Naming::Eight, "eight, as in 2022"), (Naming::Fine, "seventeen")];
        ui.label("Names");
        if let Some(naming) = bare_choice(ui, "Names", colors.naming, &namings, 88.0) {
            colors.naming = naming;
        }
    });
    ui.add_space(GAP);
}

fn findings(ui: &mut Ui, panel: &mut Panel<'_>, found: &ColorFindings, measured: &Target) {
    halves(
        ui,
        panel,
        "Line between colors and looks",
        |ui, _| {
            card(ui, &format!("{} by dominant color", measured.heading()), |ui| by_color(ui, found, measured));
        },
        |ui, _| {
            card(ui, "Black and white against color", |ui| black_and_white(ui, found, measured));
            card(ui, "How covers look", |ui| looks(ui, &found.looks, measured));
        },
    );
    card(ui, "Covers with their colors", |ui| covers(ui, panel, &found.palettes));
}

fn by_color(ui: &mut Ui, found: &ColorFindings, measured: &Target) {
    let scale = scale_of(found.table.by_color.iter().map(|(_, group)| group), measured);
    let bar = bar_width(ui, found.mean, measured);
    egui::Grid::new("by color").num_columns(5).min_col_width(0.0).spacing([GAP, 2.0]).show(ui, |ui| {
        headings(ui, "Color", bar, measured, found.mean);
        for (name, group) in &found.table.by_color {
            swatch(ui, name.rgb, 16.0);
            group_row(ui, (name.name, group), bar, (found.mean, scale), measured);
        }
    });
    let few = found.table.by_color.iter().any(|(_, group)| group.is_small());
    caption(ui, &bars_words(few));
    caption(ui, &found.table.colors_words());
}

fn black_and_white(ui: &mut Ui, found: &ColorFindings, measured: &Target) {
    let groups = [("black and white", &found.table.black_and_white), ("color", &found.table.color)];
    let scale = scale_of(groups.iter().map(|(_, group)| *group), measured);
    let bar = bar_width(ui, found.mean, measured);
    egui::Grid::new("black and white").num_columns(5).min_col_width(0.0).spacing([GAP, 2.0]).show(ui, |ui| {
        headings(ui, "Cover", bar, measured, found.mean);
        for (name, group) in groups {
            ui.label("");
            group_row(ui, (name, group), bar, (found.mean, scale), measured);
        }
    });
    caption(ui, "A cover is black and white where each of its colors is nearest to black or white.");
    caption(ui, &found.table.gray_words());
}

/// The room that names and figures, which are of the size of `mean`, leave for the bars.
fn bar_width(ui: &Ui, mean: f64, measured: &Target) -> f32 {
    (ui.available_width() - 16.0 - 116.0 - figure_width(mean, measured) - 48.0 - 4.0 * GAP).clamp(60.0, 420.0)
}

/// The width of a column of figures, with room for the marks of large ones.
fn figure_width(mean: f64, measured: &Target) -> f32 {
    if measured.has_large_figures(mean) { 92.0 } else { 64.0 }
}

/// Where bars begin and end.
fn scale_of<'a>(groups: impl Iterator<Item = &'a ColorGroup>, measured: &Target) -> Scale {
    let (low, high) = bar_ends(groups, measured.has_zero());
    Scale { low, high }
}

fn headings(ui: &mut Ui, first: &str, bar: f32, measured: &Target, mean: f64) {
    let quiet = palette(ui).quiet;
    let heading = |text: &str| RichText::new(text).font(theme::caption()).color(quiet);
    ui.label("");
    ui.label(heading(first));
    let what = format!("{} {}, 95 % interval", capitalised(measured.mean_name()), measured.name());
    one_line_of(ui, bar, heading(&what));
    right_aligned(ui, figure_width(mean, measured), heading("Mean"));
    right_aligned(ui, 48.0, heading("Tracks"));
    ui.end_row();
}

fn group_row(
    ui: &mut Ui,
    (name, group): (&str, &ColorGroup),
    width: f32,
    (mean, scale): (f64, Scale),
    measured: &Target,
) {
    let colors = palette(ui);
    let shape = if measured.has_zero() { Shape::Bar } else { Shape::Point };
    let ink = if group.is_small() { colors.quiet } else { colors.text };
    ui.label(RichText::new(name).color(ink));
    let color = if group.is_small() { colors.line } else { colors.train.gamma_multiply(0.6) };
    let mark = Mark { value: group.mean, low: group.interval.low, high: group.interval.high, color };
    let response = marks::draw(ui, width, scale, shape, mark, &[(mean, colors.mean)]);
    let interval = if group.interval.low.is_finite() {
        format!(", 95 % interval {} to {}", measured.figure(group.interval.low), measured.figure(group.interval.high))
    } else {
        String::new()
    };
    response.on_hover_text(format!(
        "{name}: mean {}{interval}, {}",
        measured.with_unit(group.mean),
        tracks_with_covers(group.n, group.covers)
    ));
    right_aligned(ui, figure_width(mean, measured), RichText::new(measured.figure(group.mean)).color(ink));
    right_aligned(ui, 48.0, RichText::new(thousands(group.n)).color(ink));
    ui.end_row();
}

fn bars_words(few: bool) -> String {
    let gray = if few { " Gray: fewer than 20 covers, too few to read much into." } else { "" };
    format!("The dashed line is the mean of all tracks.{gray}")
}

fn looks(ui: &mut Ui, looks: &Looks, measured: &Target) {
    let findings = &looks.findings;
    let colors = palette(ui);
    let far = findings.iter().flat_map(|finding| [finding.interval.low.abs(), finding.interval.high.abs()]);
    let far = far.filter(|value| value.is_finite()).fold(0.1, f64::max) * 1.1;
    let width = (ui.available_width() - 90.0 - 60.0 - 2.0 * GAP).clamp(60.0, 420.0);
    egui::Grid::new("looks").num_columns(3).spacing([GAP, 2.0]).show(ui, |ui| {
        for finding in findings {
            ui.label(finding.name);
            let interval = finding.interval;
            let mark = Mark { value: finding.correlation, low: interval.low, high: interval.high, color: colors.train };
            let scale = Scale { low: -far, high: far };
            let response = marks::draw(ui, width, scale, Shape::Point, mark, &[(0.0, colors.mean)]);
            if interval.low.is_finite() {
                let (low, high) = (signed_thousandths(interval.low), signed_thousandths(interval.high));
                response.on_hover_text(format!("95 % interval {low} to {high}"));
            }
            right_aligned(ui, 60.0, signed_thousandths(finding.correlation));
            ui.end_row();
        }
    });
    caption(ui, &format!("Correlation with {}, -1 to 1, with 95 % intervals. {}", measured.name(), looks.words()));
}

fn caption(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).font(theme::caption()).color(palette(ui).quiet)).wrap());
}

fn swatch(ui: &mut Ui, [red, green, blue]: [u8; 3], side: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    let stroke = egui::Stroke::new(1.0, palette(ui).line);
    ui.painter().rect(rect, 3.0, Color32::from_rgb(red, green, blue), stroke, egui::StrokeKind::Inside);
}

fn covers(ui: &mut Ui, panel: &mut Panel<'_>, palettes: &[(CoverId, Palette)]) {
    let columns = ((ui.available_width() + GAP) / (COVER + GAP)).floor().max(1.0) as usize;
    let rows = palettes.len().div_ceil(columns);
    let pitch = COVER + SWATCHES + GAP;
    let area = ScrollArea::vertical().id_salt("covers with colors").max_height(3.2 * pitch);
    let area = area.min_scrolled_height(2.2 * pitch);
    area.auto_shrink([false, true]).show_rows(ui, COVER + SWATCHES, rows, |ui, visible| {
        for row in visible {
            ui.horizontal(|ui| {
                for (cover, palette) in palettes.iter().skip(row * columns).take(columns) {
                    cover_with_colors(ui, panel, *cover, palette);
                }
            });
        }
    });
}

fn cover_with_colors(ui: &mut Ui, panel: &mut Panel<'_>, cover: CoverId, colors: &Palette) {
    let textures = panel.cover(ui.ctx(), cover);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let radius = CornerRadius::same(theme::RADIUS_COVER);
        match textures {
            Ok(textures) => {
                let image = Image::new(&textures.original).fit_to_exact_size(vec2(COVER, COVER));
                ui.add(image.corner_radius(radius).alt_text("A cover; its colors are below it"));
            }
            Err(_) => {
                let (rect, _) = ui.allocate_exact_size(vec2(COVER, COVER), Sense::hover());
                ui.painter().rect_filled(rect, radius, palette(ui).field);
            }
        }
        let (rect, response) = ui.allocate_exact_size(vec2(COVER, SWATCHES), Sense::hover());
        let mut left = rect.left();
        for swatch in &colors.swatches {
            let width = swatch.share as f32 * rect.width();
            let part = egui::Rect::from_min_size(egui::pos2(left, rect.top()), vec2(width, rect.height()));
            let [red, green, blue] = swatch.rgb;
            ui.painter().rect_filled(part, 0.0, Color32::from_rgb(red, green, blue));
            left += width;
        }
        let naming = panel.state.colors.naming;
        let words: Vec<String> = colors
            .swatches
            .iter()
            .map(|swatch| format!("{} {:.0} %", naming.of(swatch.rgb).name, 100.0 * swatch.share))
            .collect();
        response.on_hover_text(words.join(", "));
    });
}
