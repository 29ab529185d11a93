//! The engine's loss and gradients against finite differences of a plain f64 network.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::nn::conv_op::{pad_pixels, pad_values};
use crate::nn::random::{Purpose, generator};
use crate::nn::{Activation, ConvLayer, Hyperparameters, Kernels, Padding, Preset};

/// A network in f64, as one would write it down.
struct Reference<'a> {
    shape: &'a NetworkShape,
    arrays: Vec<Vec<f64>>,
    /// What dropout multiplies each picture's features with.
    masks: Vec<Vec<f64>>,
}

impl Reference<'_> {
    /// What layer `layer` gets for each picture.
    fn inputs(&self, layer: usize, pictures: &Pictures) -> Vec<Vec<f64>> {
        let input = |index| {
            let values = pictures.bytes(index).iter().map(|&pixel| f64::from(pixel) / 255.0).collect();
            self.layers(0..layer, values)
        };
        (0..pictures.count()).map(input).collect()
    }

    fn layers(&self, layers: std::ops::Range<usize>, values: Vec<f64>) -> Vec<f64> {
        layers.fold(values, |values, layer| {
            convolve(&self.shape.convs[layer], &values, &self.arrays[2 * layer], &self.arrays[2 * layer + 1])
        })
    }

    /// The loss from layer `layer` on, which gets `inputs`.
    fn loss(&self, layer: usize, inputs: &[Vec<f64>], targets: &[f32]) -> f64 {
        let [.., dense, bias] = self.arrays.as_slice() else { panic!("a network has a dense layer") };
        let error = |((input, mask), &target): ((&Vec<f64>, &Vec<f64>), &f32)| {
            let values = self.layers(layer..self.shape.convs.len(), input.clone());
            let sum: f64 =
                values.iter().zip(mask).zip(dense).map(|((value, kept), weight)| value * kept * weight).sum();
            (sum + bias[0] - f64::from(target)).powi(2)
        };
        inputs.iter().zip(&self.masks).zip(targets).map(error).sum::<f64>() / targets.len() as f64
    }
}

fn convolve(conv: &kernels::ConvGeometry, input: &[f64], weights: &[f64], bias: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(conv.out_len());
    for window in 0..conv.out_size * conv.out_size {
        let (y, x) = (window / conv.out_size * conv.pool, window % conv.out_size * conv.pool);
        let places = (0..conv.pool * conv.pool)
            .map(|place| convolve_at(conv, input, weights, bias, y + place / conv.pool, x + place % conv.pool));
        let largest = |mut best: Vec<f64>, values: Vec<f64>| {
            best.iter_mut().zip(values).for_each(|(best, value)| *best = best.max(value));
            best
        };
        out.extend(places.fold(vec![f64::NEG_INFINITY; conv.filters], largest));
    }
    out
}

/// All filters at one place, after the activation.
fn convolve_at(
    conv: &kernels::ConvGeometry,
    input: &[f64],
    weights: &[f64],
    bias: &[f64],
    y: usize,
    x: usize,
) -> Vec<f64> {
    let size = conv.in_size as isize;
    let mut sums = bias.to_vec();
    for place in 0..conv.kernel * conv.kernel {
        let row = (y + place / conv.kernel) as isize - conv.pad_before as isize;
        let column = (x + place % conv.kernel) as isize - conv.pad_before as isize;
        if !(0..size).contains(&row) || !(0..size).contains(&column) {
            continue;
        }
        let pixel = &input[(row * size + column) as usize * conv.in_channels..][..conv.in_channels];
        for (channel, value) in pixel.iter().enumerate() {
            let weights = &weights[(place * conv.in_channels + channel) * conv.filters..][..conv.filters];
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
        }
    }
    if conv.relu {
        sums.iter_mut().for_each(|sum| *sum = sum.max(0.0));
    }
    sums
}

/// filters, kernel size, pool; 0 is no pooling.
type Layers<'a> = &'a [(usize, usize, usize)];

fn network(image_size: usize, padding: Padding, activation: Activation, layers: Layers<'_>) -> Hyperparameters {
    let layer = |&(filters, kernel_size, pool): &(usize, usize, usize)| ConvLayer {
        filters,
        kernel_size,
        padding,
        activation,
        pool: (pool > 0).then_some(pool),
    };
    Hyperparameters { layers: layers.iter().map(layer).collect(), image_size, ..Preset::Quick.hyperparameters() }
}

fn networks() -> Vec<Hyperparameters> {
    use Activation::{Linear, Relu};
    use Padding::{Same, Valid};
    vec![
        network(20, Valid, Linear, &[]),
        network(20, Valid, Linear, &[(7, 3, 0)]),
        network(22, Same, Linear, &[(21, 4, 2), (64, 5, 0)]),
        network(20, Valid, Relu, &[(7, 3, 0)]),
        network(21, Same, Relu, &[(16, 4, 0), (5, 3, 0)]),
        network(24, Valid, Linear, &[(64, 3, 2), (64, 3, 2)]),
        network(29, Valid, Relu, &[(10, 3, 3), (37, 5, 2), (20, 2, 0)]),
        network(26, Same, Relu, &[(17, 2, 2), (33, 4, 3), (48, 1, 4)]),
        network(23, Same, Linear, &[(3, 11, 4), (80, 3, 0), (9, 3, 2)]),
        network(20, Valid, Relu, &[(32, 1, 0), (18, 6, 4), (1, 3, 0)]),
        network(40, Valid, Relu, &[(4, 3, 2), (8, 3, 0), (12, 3, 2), (6, 2, 0), (5, 2, 0), (70, 2, 0)]),
        // Many filters and long rows: the widest tiles.
        network(60, Valid, Relu, &[(64, 5, 2), (8, 5, 2)]),
        network(24, Valid, Linear, &[(160, 5, 2), (16, 3, 0)]),
        network(20, Same, Relu, &[(512, 3, 4), (6, 3, 0)]),
        Hyperparameters { dropout: 0.4, ..network(24, Valid, Relu, &[(16, 3, 2), (20, 3, 0)]) },
        Hyperparameters { dropout: 0.5, ..network(20, Valid, Linear, &[(9, 3, 0)]) },
    ]
}

fn batch(image_size: usize, count: usize, generator: &mut ChaCha8Rng) -> (Pictures, Vec<f32>) {
    let len = image_size * image_size * 3;
    let pixels: Vec<u8> = (0..count * len).map(|_| generator.random()).collect();
    let pictures = Pictures { pixels: Arc::new(pixels), image_size };
    (pictures, (0..count).map(|_| generator.random_range(0.0..3.0)).collect())
}

fn generator_of(seed: u64) -> ChaCha8Rng {
    generator(seed, Purpose::FirstWeights)
}

/// Weights with biases that are not 0, so that relu and pooling see them.
fn weights(shape: &NetworkShape, generator: &mut ChaCha8Rng) -> Vec<Vec<f32>> {
    let mut arrays = first_weights(shape, &mut generator_of(7));
    for bias in arrays.iter_mut().skip(1).step_by(2) {
        bias.iter_mut().for_each(|bias| *bias = generator.random_range(-0.1..0.1));
    }
    arrays
}

/// The engine's loss and gradients, put through `micro_batch` pictures at a time where that is given.
fn engine(
    isa: Isa,
    hyper: &Hyperparameters,
    arrays: &[Vec<f32>],
    (pictures, targets): (&Pictures, &[f32]),
    micro_batch: Option<usize>,
) -> (f64, Vec<Vec<f32>>) {
    let moments = arrays.iter().map(|array| [vec![0.0; array.len()], vec![0.0; array.len()]]).collect();
    let checked = hyper.check().expect("the network fits");
    let optimizer = OptimizerState { step: 0, moments };
    let mut learner = Learner::new(&checked, isa, arrays, &optimizer, TargetUnit::POINT).expect("arrays fit the shape");
    learner.micro_batch = micro_batch.unwrap_or(learner.micro_batch);
    let (loss, gradients) =
        learner.loss_and_gradients(pictures, targets, &mut generator_of(1)).expect("it fits into memory");
    let layers = learner.layers.iter();
    let gradients =
        layers.flat_map(|layer| [floats(&gradients.get(&layer.weights)), floats(&gradients.get(&layer.biases))]);
    (f64::from(loss), gradients.collect())
}

/// What [`engine`] multiplies the features with, by picture.
fn masks(hyper: &Hyperparameters, count: usize, features: usize) -> Vec<Vec<f64>> {
    if hyper.dropout == 0.0 {
        return vec![vec![1.0; features]; count];
    }
    let mask = dropout_mask(&Cpu::default(), hyper.dropout, (count, features), &mut generator_of(1));
    let factors: Vec<f64> = floats(&mask.expect("it fits into memory")).into_iter().map(f64::from).collect();
    factors.chunks_exact(features).map(<[f64]>::to_vec).collect()
}

/// Central differences of the reference's loss at some elements of each array; the distance to the engine's gradient
/// is measured by the largest gradient of the array.
fn compare(hyper: &Hyperparameters, isa: Isa, count: usize, micro_batch: Option<usize>) {
    const STEP: f64 = 1e-6;
    const ELEMENTS: usize = 8;
    let shape = NetworkShape::of(hyper).expect("the network fits");
    let mut generator = generator_of(count as u64);
    let (pictures, targets) = batch(hyper.image_size, count, &mut generator);
    let arrays = weights(&shape, &mut generator);
    let mut reference = Reference {
        shape: &shape,
        arrays: arrays.iter().map(|array| array.iter().copied().map(f64::from).collect()).collect(),
        masks: masks(hyper, count, shape.features()),
    };
    let (loss, gradients) = engine(isa, hyper, &arrays, (&pictures, &targets), micro_batch);
    let expected = reference.loss(0, &reference.inputs(0, &pictures), &targets);
    assert!((loss - expected).abs() < 1e-5 * expected, "loss {loss}, expected {expected}");
    for (array, gradient) in gradients.iter().enumerate() {
        let largest = gradient.iter().fold(0.0_f64, |largest, value| largest.max(f64::from(value.abs())));
        let layer = array / 2;
        let inputs = reference.inputs(layer, &pictures);
        for _ in 0..ELEMENTS {
            let element = generator.random_range(0..gradient.len());
            let middle = reference.arrays[array][element];
            let mut loss_at = |value| {
                reference.arrays[array][element] = value;
                reference.loss(layer, &inputs, &targets)
            };
            let expected = (loss_at(middle + STEP) - loss_at(middle - STEP)) / (2.0 * STEP);
            loss_at(middle);
            let found = f64::from(gradient[element]);
            assert!(
                (found - expected).abs() < 1e-5 * largest.max(1e-3),
                "{} {:?}, array {array}, element {element}: {found}, expected {expected}, largest {largest}",
                isa.name(),
                hyper.layers
            );
        }
    }
}

fn compare_all(kernels: Kernels) {
    let Ok(isa) = kernels.resolve() else {
        eprintln!("left out: this processor cannot run the {kernels} kernels");
        return;
    };
    for hyper in networks() {
        compare(&hyper, isa, 3, None);
    }
    compare(&networks()[6], isa, 11, None);
    compare(&networks()[4], isa, 5, Some(2));
}

#[test]
fn gradients_of_the_avx512_kernels() {
    compare_all(Kernels::Avx512);
}

#[test]
fn gradients_of_the_avx2_kernels() {
    compare_all(Kernels::Avx2);
}

#[test]
fn gradients_of_the_portable_kernels() {
    compare_all(Kernels::Portable);
}

fn any_network() -> impl Strategy<Value = Hyperparameters> {
    let filters = prop_oneof![8 => 1_usize..=70, 1 => 71_usize..=512];
    let layer = (filters, 1_usize..=11, prop_oneof![Just(0), 2_usize..=4]);
    let padding = prop_oneof![Just(Padding::Valid), Just(Padding::Same)];
    let activation = prop_oneof![Just(Activation::Linear), Just(Activation::Relu)];
    (proptest::collection::vec(layer, 0..=6), 20_usize..=48, padding, activation)
        .prop_map(|(layers, image_size, padding, activation)| network(image_size, padding, activation, &layers))
}

/// Where the gradient of each value that an activation or a pooling puts out goes.
fn routes(isa: Isa, shape: &NetworkShape, arrays: &[Vec<f32>], pictures: &Pictures) -> Vec<u8> {
    let (pairs, _) = arrays.as_chunks::<2>();
    let mut routes = Vec::new();
    for index in 0..pictures.count() {
        let mut values = Vec::new();
        for (layer, (geometry, [weights, biases])) in shape.convs.iter().zip(pairs).enumerate() {
            let mut input = vec![0.0; geometry.padded_size().pow(2) * geometry.in_channels + kernels::LANES];
            match layer {
                0 => pad_pixels(isa, geometry, pictures.bytes(index), &mut input),
                _ => pad_values(geometry, &values, &mut input),
            }
            let mut out = vec![0.0; geometry.out_len()];
            let mut arg_max = vec![0; geometry.out_len()];
            kernels::forward(
                isa,
                kernels::Forward {
                    geometry,
                    input: &input,
                    packed: &kernels::pack_filters(isa, geometry, weights, biases),
                    out: &mut out,
                    arg_max: (geometry.relu || geometry.pool > 1).then_some(&mut arg_max),
                    rows: &mut Vec::new(),
                },
            );
            routes.append(&mut arg_max);
            values = out;
        }
    }
    routes
}

/// The distance of two arrays over the length of the second.
fn relative_distance(found: &[f32], expected: &[f32]) -> f64 {
    let square = |value: f32| f64::from(value).powi(2);
    let distance: f64 = found.iter().zip(expected).map(|(found, expected)| square(found - expected)).sum();
    let length: f64 = expected.iter().map(|expected| square(*expected)).sum();
    (distance / length.max(1e-30)).sqrt()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60, rng_seed: RngSeed::Fixed(2), max_global_rejects: 4000, ..ProptestConfig::default()
    })]

    /// Of whatever the model panel offers, where no two values are so nearly equal that kernels which round differently
    /// choose another maximum: that happens once in a million windows, and is a gradient as right as the other.
    #[test]
    fn all_kernels_give_the_same_loss_and_gradients(hyper in any_network(), count in 1_usize..=5) {
        let checked = hyper.check();
        prop_assume!(checked.is_ok());
        let shape = NetworkShape::of(&hyper).expect("the network fits");
        let mut generator = generator_of(count as u64);
        let (pictures, targets) = batch(hyper.image_size, count, &mut generator);
        let arrays = weights(&shape, &mut generator);
        let isas: Vec<Isa> = Kernels::FIXED.into_iter().filter_map(|kernels| kernels.resolve().ok()).collect();
        let all_routes: Vec<_> = isas.iter().map(|isa| routes(*isa, &shape, &arrays, &pictures)).collect();
        prop_assume!(all_routes.iter().all(|routes| routes == &all_routes[0]));
        let results: Vec<_> =
            isas.into_iter().map(|isa| engine(isa, &hyper, &arrays, (&pictures, &targets), None)).collect();
        let (expected_loss, expected) = results.last().expect("portable kernels run everywhere");
        for (loss, gradients) in &results {
            prop_assert!((loss - expected_loss).abs() <= 1e-4 * expected_loss, "{loss}, {expected_loss}");
            for (array, (found, expected)) in gradients.iter().zip(expected).enumerate() {
                let distance = relative_distance(found, expected);
                prop_assert!(distance <= 1e-4, "array {array}: {distance}");
            }
        }
    }
}

/// A picture of one color: all places of a window are equal, and the first gets the gradient, as in TensorFlow. What
/// the others would get lies elsewhere in a same-padded picture's border.
#[test]
fn the_first_of_equal_maxima_gets_the_gradient() {
    let hyper = network(20, Padding::Valid, Activation::Linear, &[(16, 1, 2), (1, 10, 0)]);
    let shape = NetworkShape::of(&hyper).expect("the network fits");
    let mut arg_max = vec![9_u8; shape.convs[0].out_len()];
    let mut out = vec![0.0; shape.convs[0].out_len()];
    for kernels in Kernels::FIXED {
        let Ok(isa) = kernels.resolve() else { continue };
        let weights = &first_weights(&shape, &mut generator_of(1))[0];
        let packed = kernels::pack_filters(isa, &shape.convs[0], weights, &[0.5; 16]);
        let call = kernels::Forward {
            geometry: &shape.convs[0],
            input: &vec![0.25; shape.convs[0].in_len() + kernels::LANES],
            packed: &packed,
            out: &mut out,
            arg_max: Some(&mut arg_max),
            rows: &mut Vec::new(),
        };
        kernels::forward(isa, call);
        assert!(arg_max.iter().all(|&place| place == 0));
    }
}

/// As `keras.layers.Dropout`: what is kept is divided by the share of what is kept, so that the expected value stays.
#[test]
fn dropout_keeps_the_expected_value() {
    let dev = Cpu::default();
    for share in [0.1, 0.5, 0.9] {
        let mask = floats(&dropout_mask(&dev, share, (100, 1000), &mut generator_of(3)).expect("it fits into memory"));
        let kept = (1.0 / (1.0 - share)) as f32;
        assert!(mask.iter().all(|&factor| factor == 0.0 || factor == kept));
        let mean = mask.iter().copied().map(f64::from).sum::<f64>() / mask.len() as f64;
        // Its standard deviation is at most 3 / sqrt(100,000).
        assert!((mean - 1.0).abs() < 0.04, "{share}: {mean}");
    }
}
