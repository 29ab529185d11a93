//! Vectors of floats, as wide as each instruction set has them.
//!
//! A value of a type that implements [`Simd`] proves that the processor has the instructions: only unsafe code can make
//! one, after asking the processor. All methods are inlined into functions that are compiled for them (`dispatch`).

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m128, __m256, __m512, _mm_add_ps, _mm_loadu_ps, _mm_mul_ps, _mm_set1_ps, _mm_storeu_ps, _mm256_add_ps,
    _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps,
    _mm512_loadu_ps, _mm512_set1_ps, _mm512_storeu_ps,
};

/// Arithmetic on vectors.
pub(super) trait Simd: Copy {
    /// Floats of a vector.
    const LANES: usize;
    type Vector: Copy;

    /// `value` in all lanes.
    fn splat(self, value: f32) -> Self::Vector;
    /// The first floats of a slice, which must have as many.
    fn load(self, floats: &[f32]) -> Self::Vector;
    /// Writes the first floats of a slice, which must have as many.
    fn store(self, vector: Self::Vector, floats: &mut [f32]);
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`, rounded once where there is an instruction for it.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
}

/// AVX-512 with all parts that `dispatch` names.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Avx512(());

/// AVX2 with FMA.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Avx2(());

/// What every processor of the architecture has: SSE2 on x86-64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Baseline;

#[cfg(target_arch = "x86_64")]
impl Avx512 {
    /// # Safety
    /// The processor must have AVX-512 F, BW, DQ and VL, AVX2 and FMA.
    pub(super) unsafe fn new() -> Self {
        Self(())
    }
}

#[cfg(target_arch = "x86_64")]
impl Avx2 {
    /// # Safety
    /// The processor must have AVX2 and FMA.
    pub(super) unsafe fn new() -> Self {
        Self(())
    }
}

/// Implements [`Simd`] with intrinsics.
#[cfg(target_arch = "x86_64")]
macro_rules! with_intrinsics {
    ($set:ty, $vector:ty, $lanes:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $mul_add:ident) => {
        impl Simd for $set {
            const LANES: usize = $lanes;
            type Vector = $vector;

            #[inline(always)]
            fn splat(self, value: f32) -> $vector {
                // SAFETY: `self` proves that the processor has the instruction.
                unsafe { $splat(value) }
            }

            #[inline(always)]
            fn load(self, floats: &[f32]) -> $vector {
                let floats: &[f32; $lanes] = floats.first_chunk().expect("a vector's worth of floats");
                // SAFETY: `self` proves that the processor has the instruction, which reads as many floats as there are.
                unsafe { $load(floats.as_ptr()) }
            }

            #[inline(always)]
            fn store(self, vector: $vector, floats: &mut [f32]) {
                let floats: &mut [f32; $lanes] = floats.first_chunk_mut().expect("room for a vector");
                // SAFETY: `self` proves that the processor has the instruction, which writes as many floats as there are.
                unsafe { $store(floats.as_mut_ptr(), vector) }
            }

            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves that the processor has the instruction.
                unsafe { $add(a, b) }
            }

            #[inline(always)]
            fn mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: `self` proves that the processor has the instruction.
                unsafe { $mul_add(a, b, c) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
with_intrinsics!(Avx512, __m512, 16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps);
#[cfg(target_arch = "x86_64")]
with_intrinsics!(Avx2, __m256, 8, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_fmadd_ps);

#[cfg(target_arch = "x86_64")]
with_intrinsics!(Baseline, __m128, 4, _mm_set1_ps, _mm_loadu_ps, _mm_storeu_ps, _mm_add_ps, multiply_then_add);

/// # Safety
/// The processor must have SSE2, which every x86-64 one has.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn multiply_then_add(a: __m128, b: __m128, c: __m128) -> __m128 {
    // SAFETY: as the caller promises.
    unsafe { _mm_add_ps(_mm_mul_ps(a, b), c) }
}

/// Arrays, which compilers turn into vectors.
#[cfg(not(target_arch = "x86_64"))]
impl Simd for Baseline {
    const LANES: usize = 4;
    type Vector = [f32; 4];

    #[inline(always)]
    fn splat(self, value: f32) -> [f32; 4] {
        [value; 4]
    }

    #[inline(always)]
    fn load(self, floats: &[f32]) -> [f32; 4] {
        *floats.first_chunk().expect("a vector's worth of floats")
    }

    #[inline(always)]
    fn store(self, vector: [f32; 4], floats: &mut [f32]) {
        floats[..4].copy_from_slice(&vector);
    }

    #[inline(always)]
    fn add(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
    }

    #[inline(always)]
    fn mul_add(self, a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
        [a[0] * b[0] + c[0], a[1] * b[1] + c[1], a[2] * b[2] + c[2], a[3] * b[3] + c[3]]
    }
}
