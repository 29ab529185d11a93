//! A cover's look in figures: brightness, contrast, saturation, how busy it is; and the whole vector that a linear
//! model reads. None of them knows where in the picture a color is.

use super::space::{luma, oklab, pixels, saturation};
use super::{Clustering, Palette};

/// How many figures [`color_features`] gives.
pub const COLOR_FEATURES: usize = 34;

const HUES: usize = 8;

/// What people say about a cover's look, each 0–100.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Look {
    /// Mean luma.
    pub brightness: f64,
    /// Mean saturation (HSV).
    pub saturation: f64,
    /// Twice the standard deviation of luma: 0 for a flat cover, 100 for half black and half white.
    pub contrast: f64,
    /// Mean strength of the edges (Sobel's gradient of luma).
    pub busyness: f64,
}

impl Look {
    /// The look of square RGB bytes.
    pub fn of(rgb: &[u8]) -> Self {
        let lumas: Vec<f64> = pixels(rgb).map(luma).collect();
        let (brightness, deviation) = mean_and_deviation(lumas.iter().copied());
        let (saturation, _) = mean_and_deviation(pixels(rgb).map(saturation));
        Self {
            brightness: 100.0 * brightness,
            saturation: 100.0 * saturation,
            contrast: 200.0 * deviation,
            busyness: 100.0 * edges(&lumas),
        }
    }
}

/// The figures of square RGB bytes that the color baseline reads.
pub fn color_features(rgb: &[u8]) -> [f64; COLOR_FEATURES] {
    let look = Look::of(rgb);
    let labs: Vec<[f64; 3]> = pixels(rgb).map(oklab).collect();
    let mut features = Vec::with_capacity(COLOR_FEATURES);
    features.extend([look.brightness, look.saturation, look.contrast, look.busyness, colorfulness(rgb)]);
    features.push(mean_and_deviation(pixels(rgb).map(saturation)).1);
    for channel in 0..3 {
        let (mean, deviation) = mean_and_deviation(labs.iter().map(|lab| lab[channel]));
        features.extend([mean, deviation]);
    }
    features.extend(hues(&labs));
    let palette = Palette::of(rgb, Clustering::Oklab);
    features.push(f64::from(palette.is_black_and_white()));
    for place in 0..3 {
        // A cover with fewer colors repeats its last one, with no share.
        let swatch = palette.swatches.get(place).or(palette.swatches.last());
        features.extend(swatch.map_or([0.0; 3], |swatch| oklab(swatch.rgb)));
        features.push(palette.swatches.get(place).map_or(0.0, |swatch| swatch.share));
    }
    features.push(palette.swatches.len() as f64);
    let mut array = [0.0; COLOR_FEATURES];
    array.copy_from_slice(&features);
    array
}

/// Mean and standard deviation; 0 where there is nothing.
fn mean_and_deviation(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        sum += value;
        squares += value * value;
    }
    if count == 0.0 {
        return (0.0, 0.0);
    }
    let mean: f64 = sum / count;
    (mean, (squares / count - mean * mean).max(0.0).sqrt())
}

/// Mean length of Sobel's gradient over the inner pixels of a square of lumas, 0–1.
fn edges(lumas: &[f64]) -> f64 {
    let side = lumas.len().isqrt();
    if side < 3 {
        return 0.0;
    }
    let at = |row: usize, column: usize| lumas[row * side + column];
    let mut sum = 0.0;
    for row in 1..side - 1 {
        for column in 1..side - 1 {
            let (above, below, before, after) = (row - 1, row + 1, column - 1, column + 1);
            let across = at(above, after) + 2.0 * at(row, after) + at(below, after)
                - at(above, before)
                - 2.0 * at(row, before)
                - at(below, before);
            let down = at(below, before) + 2.0 * at(below, column) + at(below, after)
                - at(above, before)
                - 2.0 * at(above, column)
                - at(above, after);
            sum += across.hypot(down) / 4.0;
        }
    }
    sum / ((side - 2) * (side - 2)) as f64
}

/// Hasler and Süsstrunk, *Measuring colourfulness in natural images*, 2003.
fn colorfulness(rgb: &[u8]) -> f64 {
    let red_green = |[red, green, _]: [u8; 3]| f64::from(red) - f64::from(green);
    let yellow_blue = |[red, green, blue]: [u8; 3]| (f64::from(red) + f64::from(green)) / 2.0 - f64::from(blue);
    let (one_mean, one_deviation) = mean_and_deviation(pixels(rgb).map(red_green));
    let (other_mean, other_deviation) = mean_and_deviation(pixels(rgb).map(yellow_blue));
    one_deviation.hypot(other_deviation) + 0.3 * one_mean.hypot(other_mean)
}

/// How much of the chroma lies in each eighth of the hue circle; all 0 for a gray cover.
fn hues(labs: &[[f64; 3]]) -> [f64; HUES] {
    let mut bins = [0.0; HUES];
    for [_, a, b] in labs {
        let turn = b.atan2(*a) / std::f64::consts::TAU + 0.5;
        bins[(turn * HUES as f64) as usize % HUES] += a.hypot(*b);
    }
    let total: f64 = bins.iter().sum();
    if total > 1e-9 { bins.map(|bin| bin / total) } else { [0.0; HUES] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(side: usize, color: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
        (0..side * side).flat_map(|place| color(place / side, place % side)).collect()
    }

    #[test]
    fn looks_of_simple_pictures() {
        let white = Look::of(&picture(60, |_, _| [255; 3]));
        assert!((white.brightness - 100.0).abs() < 1e-9 && white.saturation == 0.0);
        assert!(white.contrast < 1e-3 && white.busyness < 1e-9);
        let halves = Look::of(&picture(60, |row, _| if row < 30 { [0; 3] } else { [255; 3] }));
        assert!((halves.contrast - 100.0).abs() < 1e-6, "{halves:?}");
        let stripes = Look::of(&picture(60, |_, column| if column % 4 < 2 { [0; 3] } else { [255; 3] }));
        assert!(stripes.busyness > 10.0 * halves.busyness);
        assert_eq!(Look::of(&picture(60, |_, _| [255, 0, 0])).saturation, 100.0);
    }

    #[test]
    fn features_are_finite_for_every_picture() {
        for rgb in [picture(60, |_, _| [0; 3]), picture(60, |row, column| [row as u8, column as u8, 200]), Vec::new()] {
            assert!(color_features(&rgb).iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn features_do_not_know_where_a_color_is() {
        let one = picture(60, |row, _| if row < 30 { [200, 10, 10] } else { [10, 10, 200] });
        let other = picture(60, |row, _| if row < 30 { [10, 10, 200] } else { [200, 10, 10] });
        for (one, other) in color_features(&one).iter().zip(color_features(&other)) {
            assert!((one - other).abs() < 1e-9);
        }
    }
}
