//! Draws a cover: paper, form, an echo within it, type, and grain.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::form::{Form, Layout};
use super::palette::{COOL, Palette, Rgb, WARM};

/// Pixels a side.
pub const SIDE: usize = 300;

/// All that is decided by lot for a cover, before the first pixel is drawn. The layout decides where form and type
/// stand and nothing else, so a histogram of the colors is drawn from the same distribution for both.
struct Design {
    palette: Palette,
    form: Form,
    /// The form's edge.
    edge: f32,
    /// The edge of the echo inside the form.
    echo: Option<f32>,
    /// The direction in which paper and form change color.
    light: [f32; 2],
    /// Bars that stand for type: left, top, right, bottom.
    bars: Vec<[f32; 4]>,
}

/// The pixels of a cover, as rows of red, green and blue.
pub fn pixels(layout: Layout, warm: bool, seed: u64) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let design = Design::draw_lots(layout, warm, &mut rng);
    let at = |i: usize| (i as f32 + 0.5) / SIDE as f32 - 0.5;
    let mut pixels = Vec::with_capacity(SIDE * SIDE * 3);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let grain = (rng.next_u32() >> 24) as f32 / 256.0;
            // A cast from float to integer saturates.
            pixels.extend(design.color_at(at(x), at(y), grain).map(|level| (level + 0.5) as u8));
        }
    }
    pixels
}

/// The steps in which colors fade. The grain decides between one step and the next, which looks like a print, and
/// keeps the file small: there are few different colors in it.
const STEPS: f32 = 10.0;

/// The cover as a PNG file.
pub fn png(layout: Layout, warm: bool, seed: u64) -> Vec<u8> {
    let mut file = Vec::new();
    let side = SIDE as u32;
    PngEncoder::new_with_quality(&mut file, CompressionType::Level(2), FilterType::NoFilter)
        .write_image(&pixels(layout, warm, seed), side, side, ExtendedColorType::Rgb8)
        .expect("the buffer is of the size given, and writing to memory cannot fail");
    file
}

impl Design {
    fn draw_lots(layout: Layout, warm: bool, rng: &mut ChaCha8Rng) -> Self {
        let palettes = if warm { &WARM } else { &COOL };
        let palette = palettes[rng.random_range(0..palettes.len())];
        let share = rng.random_range(0.20..0.25);
        let echo = rng.random_bool(0.5).then(|| share * rng.random_range(0.3..0.5));
        let angle = rng.random_range(0.0..std::f32::consts::TAU);
        let height = rng.random_range(0.52..0.58);
        let part = match layout {
            Layout::High => [-0.5, height - 0.5],
            Layout::Low => [0.5 - height, 0.5],
        };
        let bars = if rng.random_bool(0.7) { type_bars(layout, rng) } else { Vec::new() };
        let form = Form::draw_lots(part, rng);
        Self {
            palette,
            edge: form.edge(share),
            echo: echo.map(|share| form.edge(share)),
            form,
            light: [angle.cos(), angle.sin()],
            bars,
        }
    }

    /// The color at a point, `grain` between 0 and 1.
    fn color_at(&self, x: f32, y: f32, grain: f32) -> Rgb {
        let Palette { paper, ink, second, mark } = self.palette;
        // About 0 to 1 along the light.
        let along = 0.5 + 0.7 * (x * self.light[0] + y * self.light[1]);
        let along = (along * STEPS + grain).floor() / STEPS;
        let mut color = mix(paper, second, 0.14 * along);
        let type_share = self.bars.iter().map(|bar| within_bar(bar, x, y)).fold(0.0, f32::max);
        color = mix(color, mark, type_share);
        let [top, bottom] = self.form.window;
        let outside = (top - y).max(y - bottom);
        if inside(outside) == 0.0 {
            return color;
        }
        let field = self.form.at(x, y);
        let form = mix(ink, second, along);
        color = mix(color, form, inside((field - self.edge).max(outside)));
        if let Some(echo) = self.echo {
            color = mix(color, mix(form, mark, 0.75), inside((field - echo).max(outside)));
        }
        color
    }
}

/// One to three lines of bars, like the title on a sleeve, at the edge away from the form.
fn type_bars(layout: Layout, rng: &mut ChaCha8Rng) -> Vec<[f32; 4]> {
    let right = rng.random_bool(0.3);
    let height = rng.random_range(0.020..0.034);
    let lines = rng.random_range(1..4);
    let mut bars = Vec::with_capacity(lines);
    for line in 0..lines {
        let width = rng.random_range(0.12..0.36);
        let left = if right { 0.43 - width } else { -0.43 };
        let from_edge = 0.07 + 2.0 * height * line as f32;
        let top = match layout {
            Layout::High => 0.5 - from_edge - height,
            Layout::Low => from_edge - 0.5,
        };
        bars.push([left, top, left + width, top + height]);
    }
    bars
}

/// The share of a pixel that a bar covers.
fn within_bar(&[left, top, right, bottom]: &[f32; 4], x: f32, y: f32) -> f32 {
    inside((left - x).max(x - right).max(top - y).max(y - bottom))
}

/// The share of a pixel that lies inside, given the distance of its middle from the edge (negative inside).
fn inside(distance: f32) -> f32 {
    (0.5 - distance * SIDE as f32).clamp(0.0, 1.0)
}

fn mix(from: Rgb, to: Rgb, share: f32) -> Rgb {
    std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share)
}
