//! Color spaces: Oklab, in which equal distances look equally different (Ottosson, *A perceptual color space for image
//! processing*, 2020), and the figures of sRGB that people name.

use std::sync::LazyLock;

/// Oklab's lightness (0–1), green–red and blue–yellow (both about -0.4–0.4).
pub(super) type Lab = [f64; 3];

/// sRGB's transfer function (IEC 61966-2-1) for each byte.
static LINEAR: LazyLock<[f64; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        let value = byte as f64 / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

/// An sRGB color in Oklab.
pub(super) fn oklab([red, green, blue]: [u8; 3]) -> Lab {
    let [r, g, b] = [red, green, blue].map(|byte| LINEAR[usize::from(byte)]);
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

/// Luma of an sRGB color by Rec. 709's weights, 0–1: how bright it is.
pub(super) fn luma([red, green, blue]: [u8; 3]) -> f64 {
    (0.2126 * f64::from(red) + 0.7152 * f64::from(green) + 0.0722 * f64::from(blue)) / 255.0
}

/// HSV's saturation, 0–1.
pub(super) fn saturation(rgb: [u8; 3]) -> f64 {
    let (low, high) = rgb.iter().fold((u8::MAX, 0), |(low, high), &value| (low.min(value), high.max(value)));
    if high == 0 { 0.0 } else { f64::from(high - low) / f64::from(high) }
}

/// The pixels of RGB bytes.
pub(super) fn pixels(rgb: &[u8]) -> impl Iterator<Item = [u8; 3]> {
    rgb.as_chunks::<3>().0.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oklab_of_known_colors() {
        // Ottosson's article: white is (1, 0, 0); sRGB red is (0.628, 0.225, 0.126).
        for (rgb, expected) in [([255; 3], [1.0, 0.0, 0.0]), ([255, 0, 0], [0.628, 0.225, 0.126]), ([0; 3], [0.0; 3])] {
            for (got, wanted) in oklab(rgb).iter().zip(expected) {
                assert!((got - wanted).abs() < 1e-3, "{rgb:?}: {:?}", oklab(rgb));
            }
        }
    }

    #[test]
    fn saturation_and_luma() {
        assert_eq!(saturation([0; 3]), 0.0);
        assert_eq!(saturation([255, 0, 0]), 1.0);
        assert!((luma([255; 3]) - 1.0).abs() < 1e-12);
    }
}
