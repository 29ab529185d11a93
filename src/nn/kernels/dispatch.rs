//! The kernels compiled for each instruction set, and the choice at run time.
//!
//! Unsafe are the calls of functions that were compiled for instructions which the processor must have. That a
//! [`Level`]'s value exists proves that it has them: each constructor asks the processor first.

use super::dense::{self, DenseRow};
use super::forward::{self, Forward};
use super::lanes::InstructionSet;
use super::simd::Baseline;
#[cfg(target_arch = "x86_64")]
use super::simd::{Avx2, Avx512};
use super::{Pooled, sparse, vector};

/// An instruction set that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Level);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    Portable(Baseline),
}

impl Isa {
    /// The fastest.
    pub fn best() -> Self {
        Self::avx512().or_else(Self::avx2).unwrap_or_else(Self::portable)
    }

    /// AVX-512, where the processor has it.
    #[cfg(target_arch = "x86_64")]
    pub fn avx512() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && Self::avx2().is_some();
        // SAFETY: the processor has just said that it has all of them.
        found.then(|| Self(Level::Avx512(unsafe { Avx512::new() })))
    }

    /// AVX2 with FMA, where the processor has them.
    #[cfg(target_arch = "x86_64")]
    pub fn avx2() -> Option<Self> {
        let found = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        // SAFETY: the processor has just said that it has both.
        found.then(|| Self(Level::Avx2(unsafe { Avx2::new() })))
    }

    /// This architecture has no AVX-512.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn avx512() -> Option<Self> {
        None
    }

    /// This architecture has no AVX2.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn avx2() -> Option<Self> {
        None
    }

    /// What every processor of this architecture has.
    pub fn portable() -> Self {
        Self(Level::Portable(Baseline))
    }

    /// "avx512", "avx2" or "portable".
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512(_) => "avx512",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2(_) => "avx2",
            Level::Portable(_) => "portable",
        }
    }

    /// Filters that are computed together.
    pub(super) fn width(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512(_) => Avx512::WIDTH,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2(_) => Avx2::WIDTH,
            Level::Portable(_) => Baseline::WIDTH,
        }
    }
}

/// Defines a function that runs a kernel as it was compiled for `isa`.
macro_rules! dispatch {
    ($(#[$doc:meta])* $name:ident = $($kernel:ident)::+ ($($arg:ident: $type:ty),*) $(-> $output:ty)?) => {
        $(#[$doc])*
        pub fn $name(isa: Isa, $($arg: $type),*) $(-> $output)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
            fn avx512(simd: Avx512, $($arg: $type),*) $(-> $output)? {
                $($kernel)::+(simd, $($arg),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2(simd: Avx2, $($arg: $type),*) $(-> $output)? {
                $($kernel)::+(simd, $($arg),*)
            }
            match isa.0 {
                // SAFETY: `simd` proves that the processor has all these features.
                #[cfg(target_arch = "x86_64")]
                Level::Avx512(simd) => unsafe { avx512(simd, $($arg),*) },
                // SAFETY: `simd` proves that the processor has both features.
                #[cfg(target_arch = "x86_64")]
                Level::Avx2(simd) => unsafe { avx2(simd, $($arg),*) },
                Level::Portable(simd) => $($kernel)::+(simd, $($arg),*),
            }
        }
    };
}

dispatch!(
    /// Convolution, bias, activation and max-pooling of one picture.
    forward = forward::forward(call: Forward<'_>)
);
dispatch!(
    /// Adds the gradient of an unpooled layer's weights that comes from one row of one picture.
    weight_gradient_dense = dense::weight_gradient_dense(call: DenseRow<'_>)
);
dispatch!(
    /// Adds the gradient of a pooled layer's weights that comes from one picture to `sums`, each filter's kernel in one
    /// piece, its rows padded, and that of the biases to `bias`. `input` is the picture with its padding and
    /// [`super::LANES`] floats beyond its end.
    weight_gradient_sparse =
        sparse::weight_gradient_sparse(call: Pooled<'_>, input: &[f32], sums: &mut [f32], bias: &mut [f32])
);
dispatch!(
    /// Adds the gradient of a pooled layer's input to `into`, one picture with its padding and [`super::LANES`] floats
    /// beyond its end. `weights` are those of [`super::transpose`].
    input_gradient_sparse =
        sparse::input_gradient_sparse(call: Pooled<'_>, weights: &[f32], into: &mut [f32])
);
dispatch!(
    /// The sum of products.
    dot = vector::dot(values: &[f32], weights: &[f32]) -> f32
);
dispatch!(
    /// The sum of products of pixels from 0 to 255 with weights.
    dot_pixels = vector::dot(pixels: &[u8], weights: &[f32]) -> f32
);
dispatch!(
    /// Adds values times a factor to sums.
    add_scaled = vector::add_scaled(values: &[f32], factor: f32, sums: &mut [f32])
);
dispatch!(
    /// Adds pixels from 0 to 255 times a factor to sums.
    add_scaled_pixels = vector::add_scaled(pixels: &[u8], factor: f32, sums: &mut [f32])
);
dispatch!(
    /// Pixels from 0 to 255 as floats from 0 to 1.
    scale_pixels = vector::scale_pixels(pixels: &[u8], floats: &mut [f32])
);
