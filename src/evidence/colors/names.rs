//! Names for colors.

use super::space::oklab;
use super::{Palette, Swatch};

/// A color's name, with a color that stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColorName {
    pub name: &'static str,
    pub rgb: [u8; 3],
}

const fn named(name: &'static str, rgb: [u8; 3]) -> ColorName {
    ColorName { name, rgb }
}

/// The eight corners of the RGB cube, which the 2022 study named.
const EIGHT: [ColorName; 8] = [
    named("black", [0, 0, 0]),
    named("white", [255, 255, 255]),
    named("red", [255, 0, 0]),
    named("lime", [0, 255, 0]),
    named("blue", [0, 0, 255]),
    named("yellow", [255, 255, 0]),
    named("cyan", [0, 255, 255]),
    named("magenta", [255, 0, 255]),
];

/// Names that people use for the colors of covers.
const FINE: [ColorName; 17] = [
    named("black", [12, 12, 14]),
    named("dark gray", [70, 70, 72]),
    named("gray", [140, 140, 142]),
    named("light gray", [200, 200, 202]),
    named("white", [250, 250, 250]),
    named("red", [200, 30, 35]),
    named("orange", [235, 130, 35]),
    named("yellow", [240, 215, 50]),
    named("green", [60, 150, 65]),
    named("teal", [20, 130, 130]),
    named("sky blue", [120, 185, 230]),
    named("blue", [40, 85, 190]),
    named("navy", [25, 30, 80]),
    named("purple", [115, 55, 150]),
    named("pink", [235, 140, 175]),
    named("brown", [110, 70, 40]),
    named("beige", [220, 195, 160]),
];

/// Which names colors get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Naming {
    /// The 2022 study's eight, by the Manhattan distance in RGB as there.
    #[default]
    Eight,
    /// Seventeen that people use, by the distance in Oklab.
    Fine,
}

impl Naming {
    /// All names, in a fixed order.
    pub fn names(self) -> &'static [ColorName] {
        match self {
            Self::Eight => &EIGHT,
            Self::Fine => &FINE,
        }
    }

    /// The name nearest to a color.
    pub fn of(self, rgb: [u8; 3]) -> ColorName {
        let distance = |name: &&ColorName| match self {
            Self::Eight => rgb.iter().zip(name.rgb).map(|(one, other)| f64::from(one.abs_diff(other))).sum::<f64>(),
            Self::Fine => oklab(rgb).iter().zip(oklab(name.rgb)).map(|(one, other)| (one - other).powi(2)).sum::<f64>(),
        };
        *self.names().iter().min_by(|one, other| distance(one).total_cmp(&distance(other))).unwrap_or(&EIGHT[0])
    }
}

impl Palette {
    /// The name of the color with the largest share; `None` for a cover without pixels.
    pub fn dominant(&self, naming: Naming) -> Option<ColorName> {
        self.swatches.first().map(|swatch| naming.of(swatch.rgb))
    }

    /// Whether all dominant colors are nearest to black or white, which is how the 2022 study told black-and-white
    /// covers.
    pub fn is_black_and_white(&self) -> bool {
        let is_gray = |swatch: &Swatch| matches!(Naming::Eight.of(swatch.rgb).name, "black" | "white");
        self.swatches.iter().all(is_gray)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names() {
        assert_eq!(Naming::Eight.of([250, 20, 10]).name, "red");
        assert_eq!(Naming::Eight.of([90, 90, 90]).name, "black");
        assert_eq!(Naming::Fine.of([90, 90, 90]).name, "dark gray");
        for naming in [Naming::Eight, Naming::Fine] {
            for name in naming.names() {
                assert_eq!(naming.of(name.rgb), *name);
            }
        }
    }

    #[test]
    fn black_and_white_means_all_colors() {
        let swatch = |rgb| Swatch { rgb, share: 0.3 };
        let gray = Palette { swatches: vec![swatch([10, 10, 10]), swatch([230, 230, 230])] };
        assert!(gray.is_black_and_white());
        let red = Palette { swatches: vec![swatch([10, 10, 10]), swatch([230, 20, 20])] };
        assert!(!red.is_black_and_white());
    }
}
