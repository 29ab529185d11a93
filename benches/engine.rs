//! The convolution's kernels and a whole step, on one thread.
//!
//! `cargo bench --bench engine`: first the share of the processor's peak that the forward pass of Model 3 reaches, with
//! the peak measured in turn; then each kernel by itself.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cover_study::nn::kernels::{
    Aligned, ConvGeometry, DenseRow, Entries, Forward, Isa, LANES, Packed, Pooled, forward, input_gradient_sparse,
    pack_filters, transpose, weight_gradient_dense, weight_gradient_sparse,
};
use cover_study::nn::{Dataset, Kernels, Preset, Sample, TrainOptions, Trainer};
use criterion::{Criterion, Throughput};

/// A 3x3 layer of 64 filters, linear, as in the 2022 study's models.
fn layer(in_size: usize, in_channels: usize, pool: usize) -> ConvGeometry {
    let out_size = (in_size - 2) / pool;
    ConvGeometry {
        in_size,
        in_channels,
        filters: 64,
        kernel: 3,
        pad_before: 0,
        pad_total: 0,
        relu: false,
        pool,
        out_size,
    }
}

/// Both layers of Model 3.
fn model_3() -> [ConvGeometry; 2] {
    [layer(60, 3, 2), layer(29, 64, 2)]
}

/// Floating-point operations of a layer's forward pass.
fn forward_flops(geometry: &ConvGeometry) -> u64 {
    (2 * geometry.conv_size().pow(2) * geometry.weights_len()) as u64
}

/// Numbers between -1 and 1, aligned as in a training.
fn floats(len: usize) -> Aligned {
    let mut floats = Aligned::zeros(len);
    floats.iter_mut().enumerate().for_each(|(index, float)| *float = (index as f32 * 0.73).sin());
    floats
}

/// What a layer's kernels work on.
struct Work {
    geometry: ConvGeometry,
    isa: Isa,
    input: Aligned,
    weights: Aligned,
    packed: Packed,
    out: Vec<f32>,
    arg_max: Vec<u8>,
    rows: Vec<f32>,
}

impl Work {
    fn new(geometry: ConvGeometry, isa: Isa) -> Self {
        let weights = floats(geometry.weights_len());
        Self {
            geometry,
            isa,
            input: floats(geometry.in_len() + LANES),
            packed: pack_filters(isa, &geometry, &weights, &vec![0.1; geometry.filters]),
            weights,
            out: vec![0.0; geometry.out_len()],
            arg_max: vec![0; geometry.out_len()],
            rows: Vec::new(),
        }
    }

    fn forward(&mut self) {
        let Self { geometry, isa, input, packed, out, arg_max, rows, .. } = self;
        let arg_max = (geometry.pool > 1).then_some(arg_max.as_mut_slice());
        forward(*isa, Forward { geometry, input, packed, out, arg_max, rows });
    }
}

/// Multiplications and additions that wait for nothing: as fast as the processor can.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "the one way to call a function that is compiled for an instruction set")]
fn peak(isa: Isa, rounds: u64) -> u64 {
    use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_set1_ps, _mm512_fmadd_ps, _mm512_set1_ps};
    const SUMS: usize = 12;
    #[target_feature(enable = "avx512f")]
    fn wide(rounds: u64) {
        let (factor, summand) = (_mm512_set1_ps(black_box(0.999)), _mm512_set1_ps(black_box(0.001)));
        let mut sums = [summand; SUMS];
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, factor, summand);
            }
        }
        black_box(sums);
    }
    #[target_feature(enable = "avx2,fma")]
    fn narrow(rounds: u64) {
        let (factor, summand) = (_mm256_set1_ps(black_box(0.999)), _mm256_set1_ps(black_box(0.001)));
        let mut sums = [summand; SUMS];
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(*sum, factor, summand);
            }
        }
        black_box(sums);
    }
    match isa.name() {
        // SAFETY: there is an `Isa` of this name only where the processor has the instructions.
        "avx512" => unsafe { wide(rounds) },
        // SAFETY: likewise.
        "avx2" => unsafe { narrow(rounds) },
        _ => return 0,
    }
    rounds * SUMS as u64 * 2 * if isa.name() == "avx512" { 16 } else { 8 }
}

/// Prints how close the forward pass of Model 3 comes to the peak.
#[cfg(target_arch = "x86_64")]
fn print_share_of_peak(isa: Isa) {
    const ROUNDS: usize = 200;
    let mut layers = model_3().map(|geometry| Work::new(geometry, isa));
    let flops: u64 = model_3().iter().map(forward_flops).sum();
    let mut shares = Vec::with_capacity(ROUNDS);
    let mut peaks = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let peak_flops = peak(isa, 100_000);
        let peak = peak_flops as f64 / began.elapsed().as_secs_f64();
        let began = Instant::now();
        layers.iter_mut().for_each(Work::forward);
        shares.push(flops as f64 / began.elapsed().as_secs_f64() / peak);
        peaks.push(peak / 1e9);
    }
    shares.sort_by(f64::total_cmp);
    peaks.sort_by(f64::total_cmp);
    println!(
        "{}: the forward pass of Model 3 runs at {:.0} % of the peak of {:.0} GFLOP/s (medians of {ROUNDS})",
        isa.name(),
        100.0 * shares[ROUNDS / 2],
        peaks[ROUNDS / 2]
    );
}

fn kernels(criterion: &mut Criterion, isa: Isa) {
    for (name, geometry) in [("conv1", layer(60, 3, 2)), ("conv2", layer(29, 64, 2))] {
        let mut work = Work::new(geometry, isa);
        let mut group = criterion.benchmark_group(format!("{}/{name}", isa.name()));
        group.throughput(Throughput::Elements(forward_flops(&geometry)));
        group.bench_function("forward", |bencher| bencher.iter(|| work.forward()));
        work.forward();
        let (gradient, mut entries) = (floats(work.out.len()), Entries::default());
        let mut sums = Aligned::zeros(geometry.filters * geometry.kernel * geometry.padded_kernel_row());
        let mut bias = vec![0.0; geometry.filters];
        group.bench_function("weight gradient", |bencher| {
            bencher.iter(|| {
                weight_gradient_sparse(
                    isa,
                    Pooled { geometry: &geometry, gradient: &gradient, arg_max: &work.arg_max, entries: &mut entries },
                    &work.input,
                    &mut sums,
                    &mut bias,
                )
            });
        });
        let transposed = transpose(&geometry, &work.weights);
        let mut into = Aligned::zeros(geometry.in_len() + LANES);
        group.bench_function("input gradient", |bencher| {
            bencher.iter(|| {
                input_gradient_sparse(
                    isa,
                    Pooled { geometry: &geometry, gradient: &gradient, arg_max: &work.arg_max, entries: &mut entries },
                    &transposed,
                    &mut into,
                )
            });
        });
    }
    let geometry = layer(29, 64, 1);
    let (work, mut sums) = (Work::new(geometry, isa), Aligned::zeros(geometry.weights_len()));
    let gradient = floats(geometry.out_size * geometry.filters);
    criterion.bench_function(&format!("{}/unpooled/weight gradient of a row", isa.name()), |bencher| {
        bencher.iter(|| {
            let call = DenseRow { geometry: &geometry, input: &work.input, gradient: &gradient, sums: &mut sums };
            weight_gradient_dense(isa, call);
        });
    });
}

/// An epoch of one step of 32 pictures, with the test pass on one.
fn step(criterion: &mut Criterion, kernels: Kernels) {
    let hyper = Preset::Model3.hyperparameters().check().expect("a preset");
    let pixels: Vec<u8> = (0..33 * 60 * 60 * 3_usize).map(|index| (index % 251) as u8).collect();
    let sample = |picture| Sample { picture, target: picture as f32 };
    let data = Dataset::new(60, Arc::from(pixels), (0..32).map(sample).collect(), vec![sample(32)]);
    let options = TrainOptions { threads: 1, kernels };
    let mut trainer = Trainer::new(&hyper, data.expect("33 pictures"), options).expect("it begins");
    criterion.bench_function(&format!("{kernels}/step of Model 3"), |bencher| {
        bencher.iter(|| trainer.run_epoch(&mut |_, _| ControlFlow::Continue(())).expect("it stays finite"));
    });
}

fn main() {
    let available = || Kernels::FIXED.into_iter().filter_map(|kernels| Some((kernels, kernels.resolve().ok()?)));
    #[cfg(target_arch = "x86_64")]
    for (_, isa) in available().filter(|(kernels, _)| *kernels != Kernels::Portable) {
        print_share_of_peak(isa);
    }
    let mut criterion = Criterion::default()
        .configure_from_args()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    for (word, isa) in available() {
        kernels(&mut criterion, isa);
        step(&mut criterion, word);
    }
    criterion.final_summary();
}
