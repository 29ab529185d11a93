//! Draws a cover: paper, form, an echo within it, type, and grain.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use rand::{Rng as _, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::form::{Form, Layout};
use super::palette::{COOL, Palette, Rgb, WARM};

/// Pixels a side.
pub const SIDE: usize = 300;

/// All that is decided by lot for a cover, before the first pixel is drawn. Nothing but the form itself depends on the
/// layout: a histogram of the colors is the same for both.
struct Design {
    palette: Palette,
    form: Form,
    /// The form's edge.
    edge: f32,
    /// The edge of the echo inside the form.
    echo: Option<f32>,
    /// The direction in which paper and form change color.
    light: [f32; 2],
    /// The part of the cover in which the form stands, from its top to its bottom.
    window: [f32; 2],
    /// Bars that stand for type, on the strip outside the window: left, top, right, bottom.
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
        let share = rng.random_range(0.27..0.35);
        let echo = rng.random_bool(0.5).then(|| share * rng.random_range(0.3..0.5));
        let angle = rng.random_range(0.0..std::f32::consts::TAU);
        let (window, bars) = if rng.random_bool(0.6) { with_type(rng) } else { ([-0.5, 0.5], Vec::new()) };
        let form = Form::draw_lots(layout, window, rng);
        Self {
            palette,
            edge: form.threshold(share, window),
            echo: echo.map(|share| form.threshold(share, window)),
            form,
            light: [angle.cos(), angle.sin()],
            window,
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
        let outside = (self.window[0] - y).max(y - self.window[1]);
        if outside * SIDE as f32 > 0.5 {
            let type_share = self.bars.iter().map(|bar| within_bar(bar, x, y)).fold(0.0, f32::max);
            return mix(color, mark, type_share);
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

/// A strip at the top or bottom with one or two lines of bars on it, like the title on a sleeve, and the window that
/// is left for the form.
fn with_type(rng: &mut ChaCha8Rng) -> ([f32; 2], Vec<[f32; 4]>) {
    let strip = rng.random_range(0.15..0.19);
    let (bottom, right) = (rng.random_bool(0.6), rng.random_bool(0.3));
    let top = if bottom { 0.5 - strip } else { -0.5 };
    let window = if bottom { [-0.5, top] } else { [strip - 0.5, 0.5] };
    let height = 0.15 * strip;
    let bars = [0.3, 0.6].map(|line| {
        let width = rng.random_range(0.10..0.30);
        let left = if right { 0.43 - width } else { -0.43 };
        let line = top + line * strip;
        [left, line, left + width, line + height]
    });
    let lines = rng.random_range(1..=bars.len());
    (window, bars.into_iter().take(lines).collect())
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
