//! A cover's dominant colors.

use super::kmeans::clusters;
use super::space::{oklab, pixels};

/// How many dominant colors a cover has at most.
const COLORS: usize = 3;
/// Bits a channel that are told apart before clustering: pixels of one such color are clustered as one, by their mean.
const BITS: u32 = 5;

/// In which space colors are clustered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Clustering {
    /// As people see differences.
    #[default]
    Oklab,
    /// RGB with each channel divided by its standard deviation within the cover, as the 2022 study did.
    WhitenedRgb,
}

/// One dominant color.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swatch {
    pub rgb: [u8; 3],
    /// The share of the cover's pixels, 0–1.
    pub share: f64,
}

/// One to three dominant colors, the largest share first.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Palette {
    pub swatches: Vec<Swatch>,
}

impl Palette {
    /// The dominant colors of RGB bytes.
    pub fn of(rgb: &[u8], clustering: Clustering) -> Self {
        let bins = bins(rgb);
        let scale = match clustering {
            Clustering::Oklab => [1.0; 3],
            Clustering::WhitenedRgb => deviations(&bins).map(|deviation| if deviation > 0.0 { deviation } else { 1.0 }),
        };
        let points: Vec<([f64; 3], f64)> = bins
            .iter()
            .map(|(mean, weight)| {
                let point = match clustering {
                    Clustering::Oklab => oklab(mean.map(|value| value.round() as u8)),
                    Clustering::WhitenedRgb => std::array::from_fn(|channel| mean[channel] / scale[channel]),
                };
                (point, *weight)
            })
            .collect();
        let total: f64 = bins.iter().map(|(_, weight)| weight).sum();
        let swatches = clusters(&points, COLORS)
            .into_iter()
            .map(|cluster| Swatch {
                rgb: match clustering {
                    // Back to bytes by the nearest color that the cover has: Oklab's means may lie outside sRGB.
                    Clustering::Oklab => nearest(&points, &bins, cluster.center),
                    Clustering::WhitenedRgb => {
                        std::array::from_fn(|channel| (cluster.center[channel] * scale[channel]).round() as u8)
                    }
                },
                share: cluster.weight / total,
            })
            .collect();
        Self { swatches }
    }
}

/// The different colors of a cover, each with its mean and the number of its pixels, in a fixed order.
fn bins(rgb: &[u8]) -> Vec<([f64; 3], f64)> {
    const SIDE: usize = 1 << BITS;
    let mut sums = vec![([0u64; 3], 0u64); SIDE * SIDE * SIDE];
    for pixel in pixels(rgb) {
        let place = pixel.iter().fold(0, |place, value| place * SIDE + usize::from(value >> (8 - BITS)));
        let (sum, count) = &mut sums[place];
        for (sum, value) in sum.iter_mut().zip(pixel) {
            *sum += u64::from(value);
        }
        *count += 1;
    }
    sums.into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(sum, count)| (sum.map(|value| value as f64 / count as f64), count as f64))
        .collect()
}

/// Standard deviation of each channel over the pixels.
fn deviations(bins: &[([f64; 3], f64)]) -> [f64; 3] {
    let total: f64 = bins.iter().map(|(_, weight)| weight).sum();
    std::array::from_fn(|channel| {
        let mean = bins.iter().map(|(mean, weight)| mean[channel] * weight).sum::<f64>() / total;
        let squares: f64 = bins.iter().map(|(value, weight)| (value[channel] - mean).powi(2) * weight).sum();
        (squares / total).sqrt()
    })
}

fn nearest(points: &[([f64; 3], f64)], bins: &[([f64; 3], f64)], center: [f64; 3]) -> [u8; 3] {
    let squared = |point: &[f64; 3]| point.iter().zip(center).map(|(one, other)| (one - other).powi(2)).sum::<f64>();
    let place = (0..points.len()).min_by(|&one, &other| squared(&points[one].0).total_cmp(&squared(&points[other].0)));
    place.map_or([0; 3], |place| bins[place].0.map(|value| value.round() as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(colors: &[([u8; 3], usize)]) -> Vec<u8> {
        colors.iter().flat_map(|(color, count)| std::iter::repeat_n(*color, *count)).flatten().collect()
    }

    #[test]
    fn flat_areas_are_found_with_their_shares() {
        let rgb = picture(&[([250, 10, 10], 500), ([5, 5, 5], 300), ([20, 30, 240], 200)]);
        for clustering in [Clustering::Oklab, Clustering::WhitenedRgb] {
            let palette = Palette::of(&rgb, clustering);
            let found: Vec<([u8; 3], f64)> = palette.swatches.iter().map(|swatch| (swatch.rgb, swatch.share)).collect();
            assert_eq!(found, [([250, 10, 10], 0.5), ([5, 5, 5], 0.3), ([20, 30, 240], 0.2)], "{clustering:?}");
        }
    }

    #[test]
    fn covers_with_fewer_colors_keep_those() {
        for clustering in [Clustering::Oklab, Clustering::WhitenedRgb] {
            assert_eq!(Palette::of(&picture(&[([9, 9, 9], 100)]), clustering).swatches.len(), 1);
            assert_eq!(Palette::of(&picture(&[([9, 9, 9], 100), ([200, 9, 9], 1)]), clustering).swatches.len(), 2);
            assert!(Palette::of(&[], clustering).swatches.is_empty());
        }
    }
}
