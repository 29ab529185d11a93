//! What a cover's colors are: dominant colors with names, and figures such as brightness.
//!
//! All of it works on a cover's RGB bytes, row by row, as the study caches them.

mod features;
mod kmeans;
mod names;
mod palette;
mod space;

pub use features::{COLOR_FEATURES, Look, color_features};
pub use names::{ColorName, Naming};
pub use palette::{Clustering, Palette, Swatch};
