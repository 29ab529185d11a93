//! A picture of the network that follows the settings: a block a layer, as large as what comes out of it.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::app::{Expected, REST, about_in_words, duration_in_words};
use crate::nn::{self, Activation, ConvLayer, Hyperparameters, LayerShape, Padding};
use crate::study::{plural, thousands};
use crate::ui::Panel;
use crate::ui::theme::{self, GAP, GAP_LARGE, Palette, palette};
use crate::ui::widgets::{card, describe, figure, figure_of};

/// The room for the blocks, and the words below them.
const BLOCKS_HEIGHT: f32 = 96.0;
const WORDS_HEIGHT: f32 = 52.0;
/// The side of the block that stands for the whole cover.
const LARGEST: f32 = 68.0;
const SMALLEST: f32 = 5.0;
/// What its slices and the arrow to the next block take of a layer's room.
const BESIDE_BLOCK: f32 = 28.0;
/// The most room for one layer.
const WIDEST: f32 = 150.0;
/// Between two slices of a block.
const SLICE: f32 = 3.5;

/// What one block stands for.
struct Block {
    title: String,
    /// The side in pixels of what comes out; `None` for a list of numbers.
    side: Option<usize>,
    channels: usize,
    /// What comes out, and what is learned.
    output: String,
    parameters: String,
    /// All of it, for the pointer and for screen readers.
    sentence: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cover,
    Layer,
    Numbers,
    /// It does not fit into what the layer before it leaves.
    Impossible,
}

/// Draws the card: the picture, and what the network costs.
pub fn draw(ui: &mut Ui, panel: &Panel<'_>, tracks: usize) {
    let settings = &panel.state.model.settings;
    let blocks = blocks(settings);
    card(ui, "The network", |ui| {
        picture(ui, &blocks);
        ui.add_space(GAP);
        figures(ui, panel, settings, tracks);
    });
}

fn figures(ui: &mut Ui, panel: &Panel<'_>, settings: &Hyperparameters, tracks: usize) {
    let checked = settings.check().ok();
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let parameters = or_dash(checked.as_ref().map(|checked| thousands(checked.parameters())));
    let memory = or_dash(checked.as_ref().map(|checked| megabytes(checked.memory_bytes(tracks))));
    let (time, how) = match &checked {
        Some(_) => expected_time(ui, panel, settings, tracks),
        None => ("–".to_owned(), "Known once the settings can work."),
    };
    let label = if settings.patience.is_some() { "Training time, at most" } else { "Training time" };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_LARGE;
        let meaning =
            "A number that training changes. Many parameters can learn more, but also learn few covers by heart.";
        figure_of(ui, 0.0, ("Parameters", &parameters), Some(("a parameter", meaning)));
        figure(ui, "Memory, about", &memory);
        let meaning = "A few steps with exactly these settings are trained and timed on this computer while nothing else runs in this window. All epochs with their tests and saving are counted from that.";
        figure_of(ui, 0.0, (label, &time), Some(("the training time", meaning)));
        ui.label(eframe::egui::RichText::new(how).font(theme::caption()).color(palette(ui).quiet));
    });
}

/// The time that a run will take, and where that comes from.
fn expected_time(ui: &Ui, panel: &Panel<'_>, settings: &Hyperparameters, tracks: usize) -> (String, &'static str) {
    let state = &*panel.state;
    match state.estimates.of(settings, state.settings.cores, tracks) {
        Expected::Secs(secs) if settings.patience.is_some() => (duration_in_words(secs), "Measured on this computer."),
        Expected::Secs(secs) => (about_in_words(secs), "Measured on this computer."),
        Expected::Failed(_) => ("–".to_owned(), "It could not be measured."),
        Expected::Unknown if state.training.under.is_some() || !state.training.queue.is_empty() => {
            ("–".to_owned(), "Measured as soon as nothing is training.")
        }
        Expected::Unknown if state.import.is_some() || state.verdict.under.is_some() => {
            ("–".to_owned(), "Measured as soon as nothing else is running.")
        }
        Expected::Unknown => {
            // So that the settings are looked at again once they have rested.
            ui.ctx().request_repaint_after(REST);
            ("–".to_owned(), "Being measured on this computer.")
        }
    }
}

fn blocks(settings: &Hyperparameters) -> Vec<Block> {
    let size = settings.image_size;
    let mut blocks = vec![Block {
        title: "Cover".to_owned(),
        side: Some(size),
        channels: 3,
        output: format!("{size} x {size} x 3"),
        parameters: String::new(),
        sentence: format!("A cover of {size} x {size} pixels, with 3 colors each."),
        kind: Kind::Cover,
    }];
    let shapes = nn::shapes(settings);
    let convs = settings.layers.len();
    for (place, layer) in settings.layers.iter().enumerate() {
        blocks.push(match shapes.get(place) {
            Some(shape) => layer_block(place + 1, layer, shape),
            None => impossible(place + 1),
        });
    }
    blocks.extend(shapes.iter().skip(convs).map(flat_block));
    blocks
}

fn layer_block(number: usize, layer: &ConvLayer, shape: &LayerShape) -> Block {
    let (height, channels) = (shape.height, shape.channels);
    let parameters = parameters(shape);
    let activation = if layer.activation == Activation::Relu { "relu" } else { "linear" };
    let padding = if layer.padding == Padding::Same { "same" } else { "valid" };
    let pool = layer.pool.map_or_else(|| "no pooling".to_owned(), |pool| format!("pooling over {pool} x {pool}"));
    let kernel = layer.kernel_size;
    Block {
        title: format!("Layer {number}"),
        side: Some(height),
        channels,
        output: format!("{height} x {height} x {channels}"),
        sentence: format!(
            "Layer {number} looks for {} of {kernel} x {kernel} pixels, padding {padding}, {activation}, {pool}. \
             It gives {height} x {height} x {channels} and has {parameters}.",
            plural(channels, "pattern", "patterns")
        ),
        parameters,
        kind: Kind::Layer,
    }
}

fn flat_block(shape: &LayerShape) -> Block {
    let is_output = shape.channels == 1 && shape.parameters > 0;
    let count = thousands(shape.channels);
    let (title, sentence) = if is_output {
        (
            "Popularity",
            format!("All numbers are weighed and added up to one, the popularity, with {}.", parameters(shape)),
        )
    } else {
        ("Numbers", format!("All that comes out of the last layer, as a list of {count} numbers."))
    };
    Block {
        title: title.to_owned(),
        side: None,
        channels: shape.channels,
        output: count,
        parameters: if shape.parameters > 0 { parameters(shape) } else { String::new() },
        sentence,
        kind: Kind::Numbers,
    }
}

fn impossible(number: usize) -> Block {
    Block {
        title: format!("Layer {number}"),
        side: None,
        channels: 0,
        output: "does not fit".to_owned(),
        parameters: String::new(),
        sentence: format!("Layer {number} does not fit into what is left of the picture."),
        kind: Kind::Impossible,
    }
}

fn parameters(shape: &LayerShape) -> String {
    crate::study::plural(shape.parameters, "parameter", "parameters")
}

fn picture(ui: &mut Ui, blocks: &[Block]) {
    let width = ui.available_width();
    let slot = (width / blocks.len() as f32).min(WIDEST);
    let (rect, response) = ui.allocate_exact_size(vec2(width, BLOCKS_HEIGHT + WORDS_HEIGHT), Sense::hover());
    let sentences: Vec<&str> = blocks.iter().map(|block| block.sentence.as_str()).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Picture of the network"));
    describe(ui, &response, &sentences.join(" "));
    let colors = palette(ui);
    let painter = ui.painter();
    let full = blocks.first().and_then(|block| block.side).unwrap_or(1) as f32;
    let middle = rect.top() + BLOCKS_HEIGHT / 2.0;
    let mut end_of_last: Option<f32> = None;
    for (place, block) in blocks.iter().enumerate() {
        let center = pos2(rect.left() + (place as f32 + 0.5) * slot, middle);
        let largest = LARGEST.min(slot - BESIDE_BLOCK);
        let (left, right) = paint_block(painter, block, center, (full, largest), &colors);
        if let Some(from) = end_of_last.filter(|from| left - from > 16.0) {
            arrow(painter, from + 5.0, left - 5.0, middle, colors.quiet);
        }
        end_of_last = Some(right);
        let top = pos2(center.x, rect.top() + BLOCKS_HEIGHT);
        paint_words(painter, block, top, slot - 4.0, &colors);
    }
    hover(response, rect, slot, blocks);
}

fn hover(response: Response, rect: Rect, slot: f32, blocks: &[Block]) {
    let pointed = response.hover_pos().map(|at| ((at.x - rect.left()) / slot) as usize);
    if let Some(block) = pointed.and_then(|place| blocks.get(place)) {
        response.on_hover_text_at_pointer(&block.sentence);
    }
}

/// Paints a block around `center`, and returns where it begins and ends.
fn paint_block(
    painter: &Painter,
    block: &Block,
    center: Pos2,
    (full, largest): (f32, f32),
    colors: &Palette,
) -> (f32, f32) {
    let radius = CornerRadius::same(theme::RADIUS_COVER);
    match (block.kind, block.side) {
        (Kind::Impossible, _) => {
            let rect = Rect::from_center_size(center, vec2(32.0, 32.0));
            painter.rect_stroke(rect, radius, Stroke::new(1.5, colors.error), StrokeKind::Inside);
            painter.line_segment([rect.left_top(), rect.right_bottom()], Stroke::new(1.5, colors.error));
            (rect.left(), rect.right())
        }
        (Kind::Numbers, _) | (_, None) => {
            // The height grows with the number of numbers, tenfold by tenfold.
            let height = 10.0 + 10.0 * (block.channels.max(1) as f32).log10();
            let width = if block.channels == 1 { 10.0 } else { 6.0 };
            let rect = Rect::from_center_size(center, vec2(width, height));
            painter.rect_filled(rect, CornerRadius::same(if block.channels == 1 { 5 } else { 2 }), colors.train);
            (rect.left(), rect.right())
        }
        (kind, Some(side)) => {
            let side = (largest * side as f32 / full).max(SMALLEST);
            // A slice for each doubling of the channels.
            let slices = if kind == Kind::Cover { 3 } else { 1 + block.channels.max(1).ilog2() as usize };
            let depth = (slices - 1) as f32 * SLICE;
            let first = center - vec2(depth / 2.0, -depth / 4.0);
            for slice in (0..slices).rev() {
                let offset = vec2(slice as f32 * SLICE, -(slice as f32) * SLICE / 2.0);
                let rect = Rect::from_center_size(first + offset, vec2(side, side));
                let (fill, line) = slice_colors(kind, slice, colors);
                painter.rect(rect, radius, fill, Stroke::new(1.0, line), StrokeKind::Inside);
            }
            (center.x - (side + depth) / 2.0, center.x + (side + depth) / 2.0)
        }
    }
}

/// A cover's three slices are red, green and blue; a layer's are all alike.
fn slice_colors(kind: Kind, slice: usize, colors: &Palette) -> (Color32, Color32) {
    if kind != Kind::Cover {
        return (mixed(colors.card, colors.train, 0.22), mixed(colors.card, colors.train, 0.75));
    }
    let color =
        [Color32::from_rgb(213, 94, 0), Color32::from_rgb(0, 158, 115), Color32::from_rgb(0, 114, 178)][slice % 3];
    (mixed(colors.card, color, 0.25), mixed(colors.card, color, 0.9))
}

/// `share` of `other` over `ground`, without any transparency.
fn mixed(ground: Color32, other: Color32, share: f32) -> Color32 {
    let mix = |one: u8, other: u8| (f32::from(one) + (f32::from(other) - f32::from(one)) * share).round() as u8;
    Color32::from_rgb(mix(ground.r(), other.r()), mix(ground.g(), other.g()), mix(ground.b(), other.b()))
}

fn arrow(painter: &Painter, from: f32, to: f32, y: f32, color: Color32) {
    let stroke = Stroke::new(1.0, color);
    painter.line_segment([pos2(from, y), pos2(to, y)], stroke);
    for tip in [-3.0, 3.0] {
        painter.line_segment([pos2(to - 4.0, y + tip), pos2(to, y)], stroke);
    }
}

fn paint_words(painter: &Painter, block: &Block, top: Pos2, width: f32, colors: &Palette) {
    let ink = if block.kind == Kind::Impossible { colors.error } else { colors.text };
    let lines = [
        (&block.title, theme::body_strong(), ink),
        (&block.output, theme::caption(), ink),
        (&block.parameters, theme::caption(), colors.quiet),
    ];
    let mut y = top.y;
    for (text, font, color) in lines {
        if !text.is_empty() {
            let galley = painter.layout_job(centered(text, font, color, width));
            let height = galley.size().y;
            painter.galley(pos2(top.x, y), galley, color);
            y += height;
        }
    }
}

fn centered(text: &str, font: FontId, color: Color32, width: f32) -> LayoutJob {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, color));
    job.wrap.max_width = width;
    job.halign = Align::Center;
    job
}

fn megabytes(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1_000_000.0;
    if megabytes < 1000.0 { format!("{megabytes:.0} MB") } else { format!("{:.1} GB", megabytes / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Preset;

    #[test]
    fn blocks_follow_the_settings() {
        let mut settings = Preset::Model3.hyperparameters();
        let outputs = |settings: &Hyperparameters| -> Vec<String> {
            blocks(settings).into_iter().map(|block| format!("{}: {}", block.title, block.output)).collect()
        };
        assert_eq!(
            outputs(&settings),
            [
                "Cover: 60 x 60 x 3",
                "Layer 1: 29 x 29 x 64",
                "Layer 2: 13 x 13 x 64",
                "Numbers: 10,816",
                "Popularity: 1"
            ]
        );
        settings.layers[1].kernel_size = 11;
        settings.image_size = 20;
        assert_eq!(outputs(&settings), ["Cover: 20 x 20 x 3", "Layer 1: 9 x 9 x 64", "Layer 2: does not fit"]);
        settings.layers.clear();
        assert_eq!(outputs(&settings), ["Cover: 20 x 20 x 3", "Numbers: 1,200", "Popularity: 1"]);
    }

    #[test]
    fn each_block_says_what_it_does() {
        let blocks = blocks(&Preset::Model4.hyperparameters());
        let expected = "Layer 2 looks for 64 patterns of 3 x 3 pixels, padding valid, relu, pooling over 2 x 2. \
             It gives 13 x 13 x 64 and has 36,928 parameters.";
        assert_eq!(blocks[2].sentence, expected);
    }
}
