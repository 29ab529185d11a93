//! Convolutional networks that look at a cover and answer with one number: hyperparameters, kernels, training, metrics.
//!
//! The way through this floor: [`Hyperparameters`] are anything one can type; [`Hyperparameters::check`] turns them
//! into [`CheckedHyperparameters`] or says in words what cannot work; only checked ones reach a [`Trainer`], which
//! also takes a [`Dataset`] of pictures and targets. Each epoch yields [`EpochFigures`] and a [`Checkpoint`]; from its
//! weights comes a [`Network`], which predicts.
//!
//! Tensors, tape, loss and the Adam step are dfdx's; all convolutions with their activations and poolings are one
//! operation on its tape (`conv_op`), computed by the functions of `kernels`; a linear convolution at the end is one
//! with the dense layer (`linear_head`).

mod adam;
mod aligned;
mod checkpoint;
mod conv_op;
mod data;
mod feed;
mod hyper;
pub mod kernels;
mod learner;
mod linear_head;
mod memory;
pub mod metrics;
mod network;
mod onnx;
mod presets;
mod random;
mod shape;
mod target_unit;
mod train;
mod words;

pub use checkpoint::{Checkpoint, WeightsError};
pub use data::{DataError, Dataset, PictureSource, Sample};
pub use hyper::{
    Activation, BATCH_SIZES, CheckedHyperparameters, ConvLayer, DROPOUTS, EPOCHS, FILTERS, Field, Hyperparameters,
    IMAGE_SIZES, KERNEL_SIZES, L2_STRENGTHS, LAYERS, LEARNING_RATES, PATIENCES, POOL_SIZES, Padding, Problem, Schedule,
    SplitBy, TEST_SHARES,
};
pub use kernels::{Isa, Kernels, UnknownKernels, UnsupportedKernels};
pub use memory::{LARGEST_KEPT_IMAGE, available_memory_bytes};
pub use network::Network;
pub use onnx::ONNX_OPSET;
pub use presets::{CUSTOM, Preset};
pub use shape::{LayerShape, shapes};
pub use train::{EpochFigures, TrainError, TrainOptions, Trainer};
pub use words::{SETTINGS_PARTS, settings_parts};
