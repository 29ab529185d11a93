//! The forms on the sample study's covers, each as a field: what lies below a threshold is inside.
//!
//! Lengths are in sides of the cover, the origin is its center, y points down. The fields grow by about 1 per unit of
//! length, as a distance does, so that an edge can be smoothed over one pixel.

use std::f32::consts::TAU;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// How a cover is laid out: the planted spatial effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The form stands in the upper part.
    High,
    /// The form stands in the lower part.
    Low,
}

/// A form or pattern, placed and turned.
pub struct Form {
    shape: Shape,
    /// Where the origin of the form lies.
    center: [f32; 2],
    /// Cosine and sine of the angle by which it is turned.
    turn: [f32; 2],
    /// The side of one cell of a pattern.
    cell: f32,
    /// Bends a wave, a blob or a crescent.
    phase: f32,
    /// Centers and sizes of scattered discs.
    discs: Vec<[f32; 3]>,
    /// Top and bottom of what the form may cover: a pattern is cut there, a single form only by the cover's edges.
    pub window: [f32; 2],
}

#[derive(Clone, Copy)]
enum Shape {
    Disc,
    Ring,
    HalfDisc,
    Square,
    Arch,
    Triangle,
    Crescent,
    Blob,
    Lens,
    Stripes,
    Waves,
    Chevrons,
    Ripples,
    Dots,
    Squares,
    Triangles,
    Pluses,
    Arcs,
    Scatter,
}

/// Single forms.
const SINGLE: [Shape; 9] = [
    Shape::Disc,
    Shape::Ring,
    Shape::HalfDisc,
    Shape::Square,
    Shape::Arch,
    Shape::Triangle,
    Shape::Crescent,
    Shape::Blob,
    Shape::Lens,
];
/// Patterns of small forms.
const PATTERNS: [Shape; 10] = [
    Shape::Stripes,
    Shape::Waves,
    Shape::Chevrons,
    Shape::Ripples,
    Shape::Dots,
    Shape::Squares,
    Shape::Triangles,
    Shape::Pluses,
    Shape::Arcs,
    Shape::Scatter,
];

/// Points a side at which [`Form::edge`] samples the field.
const SAMPLES: usize = 64;

impl Form {
    /// A single form around the middle of the part from the given top to the given bottom, or a pattern that fills it
    /// from side to side.
    pub fn draw_lots([top, bottom]: [f32; 2], rng: &mut ChaCha8Rng) -> Self {
        let is_pattern = rng.random_bool(0.5);
        // Whole cells fill the height, so an upright pattern has no slivers of cells at its edges.
        let cell = (bottom - top) / rng.random_range(3..6) as f32;
        let (shape, middle) = if is_pattern {
            (PATTERNS[rng.random_range(0..PATTERNS.len())], top + 0.5 * cell)
        } else {
            (SINGLE[rng.random_range(0..SINGLE.len())], 0.5 * (top + bottom) + rng.random_range(-0.03..0.03))
        };
        let center = [rng.random_range(-0.1..0.1), middle];
        let angle = turn_of(shape, rng);
        let phase = rng.random_range(0.0..TAU);
        let window = if is_pattern { [top, bottom] } else { [-0.5, 0.5] };
        Self { shape, center, turn: [angle.cos(), angle.sin()], cell, phase, discs: scattered(rng), window }
    }

    /// The field at a point.
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - self.center[0], y - self.center[1]);
        let [cos, sin] = self.turn;
        let (x, y) = (cos * x + sin * y, cos * y - sin * x);
        match self.shape {
            Shape::Disc => length(x, y),
            Shape::Ring => (length(x, y) - 0.20).abs(),
            Shape::HalfDisc => length(x, y - 0.15).max(y + 0.20),
            Shape::Square => x.abs().max(y.abs()),
            Shape::Arch => length(x, y.min(0.0)).max(y + 0.02),
            Shape::Triangle => (y - 0.06).max(0.866 * x.abs() - 0.5 * (y - 0.06)),
            Shape::Crescent => length(x, y).max(0.56 - length(x - 0.19, y)),
            Shape::Blob => length(x, y) / (1.0 + 0.16 * (3.0 * y.atan2(x) + self.phase).sin()),
            Shape::Lens => length(x - 0.12, y).max(length(x + 0.12, y)),
            Shape::Scatter => self.discs.iter().map(|&[u, v, size]| length(x - u, y - v) - size).fold(9.0, f32::min),
            _ => self.pattern_at(x, y),
        }
    }

    /// The field of a pattern that repeats every cell.
    fn pattern_at(&self, x: f32, y: f32) -> f32 {
        let cell = self.cell;
        let (u, v) = (within(x, cell), within(y, cell));
        match self.shape {
            Shape::Waves => within(y + 0.3 * cell * (TAU * x / (2.2 * cell)).sin(), cell).abs(),
            Shape::Chevrons => within(y + within(x, 3.0 * cell).abs(), cell * 1.3).abs() * 0.7,
            Shape::Ripples => within(length(x, y) + self.phase, cell).abs(),
            // Every other row is moved by half a cell.
            Shape::Dots => length(within(x + 0.5 * cell * odd_row(y, cell), cell), v),
            Shape::Squares => u.abs().max(v.abs()),
            Shape::Triangles => v.max(0.866 * u.abs() - 0.5 * v),
            Shape::Pluses => u.abs().min(v.abs()).max(u.abs().max(v.abs()) - 0.26 * cell),
            Shape::Arcs => {
                let wide = 2.0 * cell;
                let (column, row) = ((x / wide).round() as i32, (y / wide).round() as i32);
                let mirror = if (7 * column + 13 * row + 5 * column * row).rem_euclid(4) < 2 { 1.0 } else { -1.0 };
                let (u, v, half) = (within(x, wide) * mirror, within(y, wide), 0.5 * wide);
                let arc = |corner: f32| (length(u - corner, v - corner) - half).abs();
                arc(half).min(arc(-half))
            }
            _ => u.abs(),
        }
    }

    /// The value of the field on the form's edge if it is to cover the given share of the cover.
    pub fn edge(&self, share: f32) -> f32 {
        let [top, bottom] = self.window;
        let step = |i: usize| (i as f32 + 0.5) / SAMPLES as f32;
        let mut values: Vec<f32> = (0..SAMPLES * SAMPLES)
            .map(|i| self.at(step(i % SAMPLES) - 0.5, top + (bottom - top) * step(i / SAMPLES)))
            .collect();
        let rank = (values.len() as f32 * share / (bottom - top)) as usize;
        let rank = rank.min(values.len() - 1);
        *values.select_nth_unstable_by(rank, f32::total_cmp).1
    }
}

/// The distance from the origin. Quicker than `hypot`, and the same to the last bit on every system.
fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// The coordinate within its cell, from the cell's middle.
fn within(x: f32, cell: f32) -> f32 {
    x - cell * (x / cell).round()
}

/// 1 in every other row or column of cells, else 0.
fn odd_row(y: f32, cell: f32) -> f32 {
    ((y / cell).round() as i32).rem_euclid(2) as f32
}

/// The angle by which a form is turned: upright where it would fall over otherwise.
fn turn_of(shape: Shape, rng: &mut ChaCha8Rng) -> f32 {
    let any = rng.random_range(0.0..TAU);
    let eighths = rng.random_range(0..8) as f32 * TAU / 8.0;
    match shape {
        Shape::Triangle | Shape::Arch | Shape::Triangles => 0.0,
        Shape::HalfDisc | Shape::Square | Shape::Squares | Shape::Dots | Shape::Pluses | Shape::Arcs => eighths,
        _ => any,
    }
}

/// Discs of different sizes, one somewhere in each cell of a 9 x 9 grid that reaches beyond the cover.
fn scattered(rng: &mut ChaCha8Rng) -> Vec<[f32; 3]> {
    let mut place = |i: usize| (i as f32 - 4.0) * 0.19 + rng.random_range(-0.05..0.05);
    let centers: Vec<[f32; 2]> = (0..81).map(|i| [place(i % 9), place(i / 9)]).collect();
    centers.into_iter().map(|[x, y]| [x, y, rng.random_range(-0.03..0.03)]).collect()
}
