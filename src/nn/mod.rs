//! Convolutional networks that look at a cover and answer with one number: hyperparameters, kernels, training, metrics.
//!
//! The way through this floor: [`Hyperparameters`] are anything one can type; [`Hyperparameters::check`] turns them
//! into [`CheckedHyperparameters`] or says in words what cannot work; only checked ones reach a [`Trainer`], which
//! also takes a [`Dataset`] of pictures and targets. Each epoch yields [`EpochFigures`] and a [`Checkpoint`]; from its
//! weights comes a [`Network`], which predicts.
//!
//! Tensors, tape, loss and the Adam step are dfdx's; convolution, activation and pooling are one fused operation on
//! its tape (`conv_op`), computed by the functions of `kernels`.

mod adam;
mod aligned;
mod checkpoint;
mod conv_op;
mod data;
mod hyper;
mod kernels;
mod memory;
pub mod metrics;
mod network;
mod presets;
mod shape;
mod train;

pub use checkpoint::{Checkpoint, WeightsError};
pub use data::{DataError, Dataset, Sample};
pub use hyper::{
    Activation, BATCH_SIZES, CheckedHyperparameters, ConvLayer, EPOCHS, FILTERS, Field, Hyperparameters, IMAGE_SIZES,
    KERNEL_SIZES, LAYERS, LEARNING_RATES, POOL_SIZES, Padding, Problem, SplitBy, TEST_SHARES,
};
pub use kernels::{Isa, Kernels, UnknownKernels, UnsupportedKernels};
pub use memory::{ENGINE_LIMIT_BYTES, available_memory_bytes};
pub use network::Network;
pub use presets::Preset;
pub use shape::{LayerShape, shapes};
pub use train::{EpochFigures, TrainError, TrainOptions, Trainer};
