//! The engine against what Keras computed: tests/golden/keras/generate.py wrote the files and says what is in them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use safetensors::{Dtype, SafeTensors};

use super::*;
use crate::nn::Hyperparameters;
use crate::nn::checkpoint::tensor_names;
use crate::nn::kernels::Isa;

/// Pictures in pictures.safetensors, their side, and how many are to train on.
const PICTURES: usize = 48;
const SIDE: usize = 32;
const TRAIN: usize = 40;

fn read(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/keras").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn floats(file: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let tensor = file.tensor(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(tensor.dtype(), Dtype::F32, "{name}");
    tensor.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

struct Case {
    name: &'static str,
    hyper: CheckedHyperparameters,
    batches: Vec<Vec<usize>>,
    bytes: Vec<u8>,
}

impl Case {
    fn read(name: &'static str) -> Self {
        let bytes = read(&format!("{name}.safetensors"));
        let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
        let metadata: &HashMap<String, String> = metadata.metadata().as_ref().unwrap();
        let settings: Hyperparameters = serde_json::from_str(&metadata["settings"]).unwrap();
        let batches = serde_json::from_str(&metadata["batches"]).unwrap();
        Self { name, hyper: settings.check().unwrap(), batches, bytes }
    }

    fn arrays(&self, which: &str) -> Vec<Vec<f32>> {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        tensor_names(self.hyper.shape()).iter().map(|name| floats(&file, &format!("{which}.{}", name.name))).collect()
    }

    /// The top left corner of all pictures, and their targets.
    fn data(&self) -> (Vec<Vec<u8>>, Vec<f32>) {
        let bytes = read("pictures.safetensors");
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let size = self.hyper.get().image_size;
        let all = file.tensor("pictures").unwrap();
        assert_eq!(all.shape(), [PICTURES, SIDE, SIDE, 3]);
        let corner = |picture: &[u8]| -> Vec<u8> {
            picture.chunks_exact(SIDE * 3).take(size).flat_map(|row| row[..size * 3].to_vec()).collect()
        };
        (all.data().chunks_exact(SIDE * SIDE * 3).map(corner).collect(), floats(&file, "targets"))
    }

    /// Trains as Keras did and compares the losses, the weights and the predictions.
    fn compare(&self, isa: Isa) {
        let name = format!("{}, {}", self.name, isa.name());
        let (pictures, targets) = self.data();
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        let first = self.arrays("first");
        let moments = first.iter().map(|array| [vec![0.0; array.len()], vec![0.0; array.len()]]).collect();
        let mut learner =
            Learner::new(&self.hyper, isa, &first, &OptimizerState { step: 0, moments }, TargetUnit::POINT).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let (settings, steps) = (self.hyper.get(), self.batches.len());
        for (step, (batch, expected)) in self.batches.iter().zip(floats(&file, "losses")).enumerate() {
            let pixels = batch.iter().flat_map(|&picture| pictures[picture].clone()).collect();
            let batch_pictures = Pictures { pixels: Arc::new(pixels), image_size: settings.image_size };
            let sample = |&picture: &usize| Sample { picture, target: targets[picture] };
            let picks: Vec<Pick> = batch.iter().map(|picture| Pick::from(&sample(picture))).collect();
            let loss = train_step(&self.hyper, steps, &pool, &mut learner, (&picks, &batch_pictures)).unwrap();
            assert!((loss - expected).abs() <= 1e-4 * expected, "{name}: loss {loss}, {expected} at step {step}");
        }
        let names = tensor_names(self.hyper.shape());
        for ((found, expected), tensor) in learner.arrays().iter().zip(self.arrays("last")).zip(&names) {
            let distance = relative_distance(found, &expected);
            assert!(distance <= 1e-3, "{name}: {} is off by {distance}", tensor.name);
        }
        let network = Network::new(self.hyper.shape().clone(), learner.arrays());
        let tests: Vec<&[u8]> = pictures[TRAIN..].iter().map(Vec::as_slice).collect();
        let found = network.prepare(isa).predict(&tests);
        for (found, expected) in found.iter().zip(floats(&file, "predictions")) {
            assert!((found - expected).abs() <= 1e-4 * expected.abs(), "{name}: predicts {found}, {expected}");
        }
    }
}

/// In the L2 norm.
fn relative_distance(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let pairs = || found.iter().zip(expected).map(|(&found, &expected)| (f64::from(found), f64::from(expected)));
    norm(&mut pairs().map(|(found, expected)| found - expected)) / norm(&mut pairs().map(|(_, expected)| expected))
}

const CASES: [&str; 17] = [
    "model_2",
    "model_3",
    "model_4",
    "model_5",
    "no_layers",
    "six_layers",
    "one_filter",
    "filters_37",
    "same_even_kernel",
    "even_kernels",
    "pool_3",
    "pool_4_kernel_11",
    "no_pool_relu",
    "batch_of_one",
    "ties",
    "l2",
    "cosine",
];

fn compare_all(kernels: Kernels) {
    let Ok(isa) = kernels.resolve() else {
        eprintln!("left out: this processor cannot run the {kernels} kernels");
        return;
    };
    for name in CASES {
        Case::read(name).compare(isa);
    }
}

#[test]
fn as_keras_with_the_avx512_kernels() {
    compare_all(Kernels::Avx512);
}

#[test]
fn as_keras_with_the_avx2_kernels() {
    compare_all(Kernels::Avx2);
}

#[test]
fn as_keras_with_the_portable_kernels() {
    compare_all(Kernels::Portable);
}

/// Stops after the epoch at which Keras's `EarlyStopping` does.
#[test]
fn patience_ends_as_keras_does() {
    #[derive(serde::Deserialize)]
    struct Case {
        patience: usize,
        errors: Vec<f64>,
        /// From 1; 0 is never.
        stopped: usize,
    }
    let cases: Vec<Case> = serde_json::from_slice(&read("early_stopping.json")).unwrap();
    for Case { patience, errors, stopped } in cases {
        let mut best = (0, f64::INFINITY);
        let end = errors.iter().zip(1..).find(|&(&error, epoch)| {
            if error < best.1 {
                best = (epoch, error);
            }
            is_out_of_patience(Some(patience), best.0, epoch)
        });
        assert_eq!(end.map_or(0, |(_, epoch)| epoch), stopped, "patience {patience}: {errors:?}");
    }
}

#[test]
fn flips_as_keras_does() {
    let bytes = read("flip.safetensors");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let (picture, expected) = (file.tensor("picture").unwrap(), file.tensor("flipped").unwrap());
    let samples = vec![Sample { picture: 0, target: 1.0 }; 2];
    let data = Dataset::new(SIDE, Arc::from(picture.data()), samples.clone(), samples).unwrap();
    let picks = [Pick { flip: true, ..Pick::from(&data.train()[0]) }];
    let mut seen = Vec::new();
    let end = each_batch(&data, &picks, 1, |_, pictures| {
        seen.extend_from_slice(pictures.bytes(0));
        Ok::<_, FeedError>(ControlFlow::Continue(()))
    });
    assert!(end.unwrap().is_continue());
    assert_eq!(seen, expected.data());
}
