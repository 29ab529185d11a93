//! Training: epochs of shuffled batches, each a step of Adam on the mean squared error.

use std::ops::ControlFlow;
use std::sync::Arc;

use dfdx::losses::mse_loss;
use dfdx::prelude::{AsArray as _, Cache as _, TryAdd as _, TryMatMul as _};
use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, CpuError, Gradients, PutTape as _, TensorFromVec as _};
use dfdx::tensor_ops::{Backward as _, BroadcastTo as _};
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::adam::{self, Moments};
use super::checkpoint::{self, Checkpoint, OptimizerState, WeightsError};
use super::conv_op::{Biases, ConvOp, Input, Pictures, Recorded, Values, Weights, floats, take_zeros};
use super::data::{DataError, Dataset, Sample};
use super::hyper::CheckedHyperparameters;
use super::kernels::{self, Isa, Kernels, UnsupportedKernels};
use super::metrics;
use super::network::Network;
use super::shape::NetworkShape;

/// How to train; none of it changes what a network learns, except that kernels round differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrainOptions {
    /// Threads to compute on; 0 is one a core.
    pub threads: usize,
    pub kernels: Kernels,
}

/// What an epoch came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochFigures {
    /// From 1.
    pub epoch: usize,
    /// Mean squared error over the epoch's batches, each measured before its step and weighted by its size, as Keras
    /// prints it.
    pub train_mse: f64,
    /// Mean squared error on the test tracks after the epoch.
    pub test_mse: f64,
}

/// Why a training cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(
        "The training error in epoch {epoch} is no longer a finite number. Lower the learning rate and train again."
    )]
    NotFinite { epoch: usize },
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Kernels(#[from] UnsupportedKernels),
    #[error("The saved state of epoch {0} lacks the weights of its best epoch. Train the run anew.")]
    NoBestWeights(usize),
    #[error("This training was stopped in the middle of an epoch; resume it from its last finished one.")]
    Abandoned,
    #[error("The threads to train on could not be started: {0}. Close other programs and try again.")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    #[error("There is not enough memory to train this network. Lower the image size, the filters or the batch size.")]
    OutOfMemory,
    #[error("The engine failed: {0}.")]
    Engine(String),
}

impl From<CpuError> for TrainError {
    fn from(error: CpuError) -> Self {
        match error {
            CpuError::OutOfMemory => Self::OutOfMemory,
            CpuError::WrongNumElements => Self::Engine(error.to_string()),
        }
    }
}

/// A network in training. It is [`Send`]: it can be built on one thread and trained on another.
#[derive(Debug)]
pub struct Trainer {
    shape: NetworkShape,
    learning_rate: f64,
    batch_size: usize,
    seed: u64,
    data: Dataset,
    isa: Isa,
    pool: rayon::ThreadPool,
    /// Used by this training alone: two threads sharing its cache of buffers could race into a panic.
    dev: Cpu,
    layers: Vec<Layer>,
    /// Steps of Adam done.
    steps: u64,
    epochs_done: usize,
    test_predictions: Vec<f32>,
    best: Best,
    is_abandoned: bool,
}

/// A layer's weights and biases; the last is the dense one and has no operation.
#[derive(Debug)]
struct Layer {
    op: Option<Arc<ConvOp>>,
    weights: Weights,
    biases: Biases,
    moments: [Moments; 2],
}

/// The epoch with the lowest test error.
#[derive(Debug)]
struct Best {
    epoch: usize,
    test_mse: f64,
    test_predictions: Vec<f32>,
}

impl Trainer {
    /// A new network: weights Glorot-uniform from the seed, biases 0, as Keras's.
    ///
    /// # Errors
    /// Pictures of another size than the network's, kernels that this processor lacks, or threads that cannot start.
    pub fn new(hyper: &CheckedHyperparameters, data: Dataset, options: TrainOptions) -> Result<Self, TrainError> {
        let arrays = first_weights(hyper.shape(), hyper.get().seed);
        let moments = arrays.iter().map(|array| [vec![0.0; array.len()], vec![0.0; array.len()]]).collect();
        Self::build(hyper, data, options, &arrays, &OptimizerState { step: 0, moments })
    }

    /// The network of a checkpoint; it goes on exactly as the training that the checkpoint is of would have.
    ///
    /// # Errors
    /// As [`Self::new`], and a checkpoint that is damaged or of another network.
    pub fn resume(
        hyper: &CheckedHyperparameters,
        data: Dataset,
        options: TrainOptions,
        checkpoint: &Checkpoint,
    ) -> Result<Self, TrainError> {
        let shape = hyper.shape();
        let arrays = checkpoint::read_weights(shape, &checkpoint.weights)?;
        let optimizer = checkpoint::read_optimizer(shape, &checkpoint.optimizer)?;
        let best_arrays = match &checkpoint.best_weights {
            Some(bytes) => checkpoint::read_weights(shape, bytes)?,
            None if checkpoint.best_epoch == checkpoint.epochs_done => arrays.clone(),
            None => return Err(TrainError::NoBestWeights(checkpoint.epochs_done)),
        };
        let mut trainer = Self::build(hyper, data, options, &arrays, &optimizer)?;
        trainer.epochs_done = checkpoint.epochs_done;
        trainer.test_predictions = trainer.predict_test(arrays);
        trainer.best = Best {
            epoch: checkpoint.best_epoch,
            test_mse: checkpoint.best_test_mse,
            test_predictions: trainer.predict_test(best_arrays),
        };
        Ok(trainer)
    }

    fn build(
        hyper: &CheckedHyperparameters,
        data: Dataset,
        options: TrainOptions,
        arrays: &[Vec<f32>],
        optimizer: &OptimizerState,
    ) -> Result<Self, TrainError> {
        let (settings, shape) = (hyper.get(), hyper.shape());
        if data.image_size() != settings.image_size {
            let error = DataError::ImageSize { pictures: data.image_size(), network: settings.image_size };
            return Err(error.into());
        }
        let isa = options.kernels.resolve()?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .thread_name(|index| format!("train-{index}"))
            .build()?;
        let dev = Cpu::default();
        dev.try_enable_cache()?;
        let layers = build_layers(&dev, isa, shape, arrays, &optimizer.moments)?;
        Ok(Self {
            shape: shape.clone(),
            learning_rate: settings.learning_rate,
            batch_size: settings.batch_size,
            seed: settings.seed,
            data,
            isa,
            pool,
            dev,
            layers,
            steps: optimizer.step,
            epochs_done: 0,
            test_predictions: Vec::new(),
            best: Best { epoch: 0, test_mse: f64::INFINITY, test_predictions: Vec::new() },
            is_abandoned: false,
        })
    }

    /// Epochs that are finished.
    pub fn epochs_done(&self) -> usize {
        self.epochs_done
    }

    /// The kernels in use: "avx512", "avx2" or "portable".
    pub fn kernels(&self) -> &'static str {
        self.isa.name()
    }

    /// Runs the next epoch. `on_step` is called before each batch with its number, from 0, and how many there are;
    /// breaking abandons the epoch: the result is `None`, and the caller goes on from its last checkpoint. What the
    /// trainer tells of finished epochs still holds then, but its weights are those of the middle of an epoch.
    ///
    /// # Errors
    /// [`TrainError::NotFinite`] where training has come apart, [`TrainError::Abandoned`] after an abandoned epoch.
    pub fn run_epoch(
        &mut self,
        on_step: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Option<EpochFigures>, TrainError> {
        if self.is_abandoned {
            return Err(TrainError::Abandoned);
        }
        let epoch = self.epochs_done + 1;
        let order = self.shuffled(epoch);
        let steps = order.len().div_ceil(self.batch_size);
        let mut squared_errors = 0.0;
        self.is_abandoned = true;
        for (step, batch) in order.chunks(self.batch_size).enumerate() {
            if on_step(step, steps).is_break() {
                return Ok(None);
            }
            let is_short = batch.len() < self.batch_size;
            // Buffers of whole batches are of no use to the short one, nor its own to the next epoch.
            if is_short {
                self.dev.try_empty_cache()?;
            }
            let loss = self.step(batch)?;
            if is_short {
                self.dev.try_empty_cache()?;
            }
            if !loss.is_finite() {
                return Err(TrainError::NotFinite { epoch });
            }
            squared_errors += f64::from(loss) * batch.len() as f64;
        }
        self.is_abandoned = false;
        self.finish_epoch(squared_errors / order.len() as f64).map(Some)
    }

    /// The training tracks in the order of `epoch`. It comes from the seed and the epoch alone, so that a resumed run
    /// needs no state of a random generator.
    fn shuffled(&self, epoch: usize) -> Vec<Sample> {
        let mut order = self.data.train().to_vec();
        order.shuffle(&mut generator(self.seed, epoch as u64));
        order
    }

    /// One step of Adam; returns the batch's mean squared error before it.
    fn step(&mut self, batch: &[Sample]) -> Result<f32, TrainError> {
        self.steps += 1;
        let Self { pool, dev, layers, data, isa, learning_rate, steps, .. } = self;
        let image_size = data.image_size();
        let pictures =
            Pictures { pixels: data.pixels(), places: batch.iter().map(|sample| sample.picture).collect(), image_size };
        let targets: Vec<f32> = batch.iter().map(|sample| sample.target).collect();
        // On the pool, since dfdx asks for the number of threads of the pool that it is called in.
        pool.install(|| {
            let (loss, mut gradients) = loss_and_gradients(dev, *isa, layers, pictures, targets)?;
            for layer in layers {
                let Layer { weights, biases, moments: [of_weights, of_biases], .. } = layer;
                adam::update(*learning_rate, *steps, weights, of_weights, &mut gradients)?;
                adam::update(*learning_rate, *steps, biases, of_biases, &mut gradients)?;
            }
            Ok(loss)
        })
    }

    fn finish_epoch(&mut self, train_mse: f64) -> Result<EpochFigures, TrainError> {
        let epoch = self.epochs_done + 1;
        let predictions = self.predict_test(self.arrays());
        let truth: Vec<f64> = self.data.test().iter().map(|sample| f64::from(sample.target)).collect();
        let predicted: Vec<f64> = predictions.iter().copied().map(f64::from).collect();
        let test_mse = metrics::mse(&truth, &predicted);
        if !test_mse.is_finite() {
            self.is_abandoned = true;
            return Err(TrainError::NotFinite { epoch });
        }
        self.epochs_done = epoch;
        if self.best.epoch == 0 || test_mse < self.best.test_mse {
            self.best = Best { epoch, test_mse, test_predictions: predictions.clone() };
        }
        self.test_predictions = predictions;
        Ok(EpochFigures { epoch, train_mse, test_mse })
    }

    fn predict_test(&self, arrays: Vec<Vec<f32>>) -> Vec<f32> {
        let network = Network::new(self.shape.clone(), arrays);
        let pictures: Vec<&[u8]> = self.data.test().iter().map(|&sample| self.data.picture(sample)).collect();
        self.pool.install(|| network.predict_pictures(&pictures, self.isa))
    }

    /// Weights and biases in the order of [`checkpoint::tensor_names`].
    fn arrays(&self) -> Vec<Vec<f32>> {
        self.layers.iter().flat_map(|layer| [floats(&layer.weights), floats(&layer.biases)]).collect()
    }

    /// The state after the last epoch; not to be taken after an abandoned one.
    pub fn checkpoint(&self) -> Checkpoint {
        const FITS: &str = "arrays have the lengths that the network's shape gives";
        let weights = checkpoint::write_weights(&self.shape, &self.arrays()).expect(FITS);
        let moments = self.layers.iter().flat_map(|layer| layer.moments.each_ref().map(Moments::save)).collect();
        let state = OptimizerState { step: self.steps, moments };
        Checkpoint {
            epochs_done: self.epochs_done,
            best_weights: (self.best.epoch == self.epochs_done).then(|| weights.clone()),
            weights,
            optimizer: checkpoint::write_optimizer(&self.shape, &state).expect(FITS),
            best_epoch: self.best.epoch,
            best_test_mse: self.best.test_mse,
        }
    }

    /// The epoch with the lowest test error, the first where several have it; 0 before the first.
    pub fn best_epoch(&self) -> usize {
        self.best.epoch
    }

    /// Predictions for the test tracks after the last finished epoch, in the order of the dataset; empty before the
    /// first.
    pub fn test_predictions(&self) -> &[f32] {
        &self.test_predictions
    }

    /// Predictions for the test tracks after the best epoch.
    pub fn best_test_predictions(&self) -> &[f32] {
        &self.best.test_predictions
    }
}

impl Drop for Trainer {
    /// Gives the cached buffers back, which dfdx would leak; those dropped hereafter are freed at once.
    fn drop(&mut self) {
        if let Err(error) = self.dev.try_disable_cache() {
            tracing::warn!("the engine's buffers could not be freed: {error}");
        }
    }
}

/// The generator of one purpose: stream 0 for the first weights, stream n for the order of epoch n.
fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    generator
}

/// Glorot and Bengio (2010): uniform within ± sqrt(6 / (fan in + fan out)); biases are 0.
fn first_weights(shape: &NetworkShape, seed: u64) -> Vec<Vec<f32>> {
    let mut generator = generator(seed, 0);
    let mut uniform = |len: usize, fans: usize| -> Vec<f32> {
        let limit = (6.0 / fans as f64).sqrt() as f32;
        (0..len).map(|_| generator.random_range(-limit..limit)).collect()
    };
    let mut arrays = Vec::with_capacity(2 * shape.convs.len() + 2);
    for conv in &shape.convs {
        let fans = conv.kernel * conv.kernel * (conv.in_channels + conv.filters);
        arrays.push(uniform(conv.weights_len(), fans));
        arrays.push(vec![0.0; conv.filters]);
    }
    arrays.push(uniform(shape.features(), shape.features() + 1));
    arrays.push(vec![0.0]);
    arrays
}

/// `arrays` and `moments` in the order of [`checkpoint::tensor_names`].
fn build_layers(
    dev: &Cpu,
    isa: Isa,
    shape: &NetworkShape,
    arrays: &[Vec<f32>],
    moments: &[[Vec<f32>; 2]],
) -> Result<Vec<Layer>, CpuError> {
    let ops = shape.convs.iter().map(|&conv| Some(Arc::new(ConvOp::new(conv, isa)))).chain([None]);
    let pairs = arrays.as_chunks::<2>().0.iter().zip(moments.as_chunks::<2>().0);
    let mut layers = Vec::with_capacity(shape.convs.len() + 1);
    for (op, ([weights, biases], [of_weights, of_biases])) in ops.zip(pairs) {
        layers.push(Layer {
            op,
            weights: dev.try_tensor_from_vec(weights.clone(), (weights.len() / biases.len(), biases.len()))?,
            biases: dev.try_tensor_from_vec(biases.clone(), (biases.len(),))?,
            moments: [Moments::restore(dev, of_weights)?, Moments::restore(dev, of_biases)?],
        });
    }
    Ok(layers)
}

/// The mean squared error of a batch, and the gradients of all weights.
fn loss_and_gradients(
    dev: &Cpu,
    isa: Isa,
    layers: &[Layer],
    pictures: Pictures,
    targets: Vec<f32>,
) -> Result<(f32, Gradients<f32, Cpu>), CpuError> {
    let batch = targets.len();
    let targets: Values = dev.try_tensor_from_vec(targets, (batch, 1))?;
    let mut tape = Recorded::default();
    let mut values: Option<Values> = None;
    for layer in layers {
        let parameters = (&layer.weights, &layer.biases);
        match &layer.op {
            Some(op) => {
                let input = values.take().map_or_else(|| Input::Pictures(pictures.clone()), Input::Values);
                values = Some(op.forward(dev, input, parameters, &mut tape)?);
            }
            None => {
                let features = match values.take() {
                    Some(values) => values,
                    None => flatten(dev, isa, &pictures)?,
                };
                let sums = features.put_tape(tape).try_matmul(layer.weights.clone())?;
                let bias = layer.biases.retaped::<Recorded>().try_broadcast_like::<_, Axis<0>>(&(batch, 1))?;
                let loss = mse_loss(sums.try_add(bias)?, targets);
                return Ok((loss.array(), loss.try_backward()?));
            }
        }
    }
    Err(CpuError::WrongNumElements)
}

/// Pictures as the dense layer takes them where there is no convolution.
fn flatten(dev: &Cpu, isa: Isa, pictures: &Pictures) -> Result<Values, CpuError> {
    let batch = pictures.places.len();
    let len = pictures.image_size * pictures.image_size * super::shape::IMAGE_CHANNELS;
    let mut floats = take_zeros(dev, batch * len)?;
    for (index, floats) in floats.chunks_exact_mut(len).enumerate() {
        kernels::scale_pixels(isa, pictures.bytes(index), floats);
    }
    dev.try_tensor_from_vec(floats, (batch, len))
}

#[cfg(test)]
mod gradient_tests;
