//! The arithmetic of convolution layers, one picture at a time, for three instruction sets chosen at run time.
//!
//! Pictures are NHWC, weights HWIO. The loops are written once, on the vectors of `simd`; `lanes` has the sizes of the
//! tiles that fill each instruction set's registers, and `dispatch` compiles all for each instruction set.
//!
//! A convolution is the product of a matrix of pixels (one row for each window, never written out) with one of filters.
//! `pack` lays the filters out in panels as wide as a tile, and the micro-kernel in `forward` keeps a tile of sums in
//! registers while it goes along a panel: Goto and van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, 2008,
//! on windows read where they lie (Chellapilla, Puri and Simard, *High Performance Convolutional Neural Networks for
//! Document Processing*, 2006, without their copy of them). `dense` sums weight gradients by the same tiles; `sparse` goes
//! back through pooling only where a gradient came from.

mod dense;
#[expect(unsafe_code, reason = "the one place that calls functions compiled for a processor it has looked at")]
mod dispatch;
mod entries;
mod forward;
mod lanes;
mod pack;
#[expect(unsafe_code, reason = "the one place that uses instructions by name")]
mod simd;
mod sparse;
mod vector;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use super::aligned::Aligned;
pub use super::shape::ConvGeometry;
pub use dense::DenseRow;
pub use dispatch::{
    Isa, add_scaled, add_scaled_pixels, dot, dot_pixels, forward, input_gradient_sparse, scale_pixels,
    weight_gradient_dense, weight_gradient_sparse,
};
pub use entries::Entries;
pub use forward::Forward;
pub use pack::{Packed, pack_filters, pack_flipped, transpose};

/// Filters are padded with zeros to a multiple of this; also the floats that inputs need beyond their end.
pub const LANES: usize = 16;

/// The arg-max of an output that passes no gradient on, since relu cut it off.
pub const DEAD: u8 = u8::MAX;

/// The gradient of a pooled layer's output, of one picture.
pub struct Pooled<'a> {
    pub geometry: &'a ConvGeometry,
    /// Rows, columns, filters.
    pub gradient: &'a [f32],
    /// Which place of its pooling window each output came from, or [`DEAD`].
    pub arg_max: &'a [u8],
    /// Space to work in.
    pub entries: &'a mut Entries,
}

/// Which kernels are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kernels {
    /// The fastest that the processor can run.
    #[default]
    Auto,
    /// AVX-512, on x86-64.
    Avx512,
    /// AVX2 and FMA, on x86-64.
    Avx2,
    /// What every processor of the architecture can run.
    Portable,
}

/// A word that names no kernels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" names no kernels. There are: auto, avx512, avx2, portable.")]
pub struct UnknownKernels(String);

/// Kernels that this processor cannot run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This processor cannot run the {0} kernels. Use auto, which takes the fastest that it can run.")]
pub struct UnsupportedKernels(Kernels);

impl Kernels {
    /// Those with a fixed instruction set, the fastest first.
    pub const FIXED: [Self; 3] = [Self::Avx512, Self::Avx2, Self::Portable];

    /// The instruction set to use on this processor.
    ///
    /// # Errors
    /// One that this processor lacks.
    pub fn resolve(self) -> Result<Isa, UnsupportedKernels> {
        match self {
            Self::Auto => Ok(Isa::best()),
            Self::Avx512 => Isa::avx512().ok_or(UnsupportedKernels(self)),
            Self::Avx2 => Isa::avx2().ok_or(UnsupportedKernels(self)),
            Self::Portable => Ok(Isa::portable()),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Portable => "portable",
        }
    }
}

impl fmt::Display for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kernels {
    type Err = UnknownKernels;

    fn from_str(text: &str) -> Result<Self, UnknownKernels> {
        [Self::Auto, Self::Avx512, Self::Avx2, Self::Portable]
            .into_iter()
            .find(|kernels| kernels.name() == text)
            .ok_or_else(|| UnknownKernels(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for word in ["auto", "avx512", "avx2", "portable"] {
            let kernels: Kernels = word.parse().expect("a known word");
            assert_eq!(kernels.to_string(), word);
            assert_eq!(serde_json::to_string(&kernels).expect("plain data"), format!("\"{word}\""));
        }
        assert!("AVX2".parse::<Kernels>().is_err());
    }

    #[test]
    fn auto_is_the_fastest_that_runs() {
        let fastest = Kernels::FIXED.into_iter().find_map(|kernels| kernels.resolve().ok());
        assert_eq!(Some(Isa::best()), fastest);
        assert_eq!(Kernels::Portable.resolve().map(Isa::name), Ok("portable"));
    }
}
