//! Training: epochs of shuffled batches, each a step of Adam on the mean squared error.

use std::ops::ControlFlow;

use dfdx::tensor::CpuError;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;

use super::checkpoint::{self, Checkpoint, OptimizerState, WeightsError};
use super::data::{DataError, Dataset, Sample};
use super::feed::{FeedError, Pick, Pictures, each_batch};
use super::hyper::{CheckedHyperparameters, Schedule};
use super::kernels::{Kernels, UnsupportedKernels};
use super::learner::{Learner, first_weights};
use super::network::Network;
use super::random::{Purpose, generator};
use super::target_unit::TargetUnit;
use super::{adam, metrics};

/// The share of the training pictures that early stopping holds out.
const VALIDATION_SHARE: f64 = 0.1;

/// Pictures that are predicted for together.
const PREDICTED_TOGETHER: usize = 32;

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
    /// Mean squared error after the epoch on the tracks that early stopping holds out, where there is early stopping.
    pub validation_mse: Option<f64>,
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

impl From<FeedError> for TrainError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Data(error) => Self::Data(error),
            FeedError::Thread(_) => Self::Engine(error.to_string()),
        }
    }
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
    hyper: CheckedHyperparameters,
    data: Dataset,
    pool: rayon::ThreadPool,
    learner: Learner,
    epochs_done: usize,
    test_predictions: Vec<f32>,
    best: Best,
    is_abandoned: bool,
}

/// The epoch with the lowest error: on the validation tracks where there are any, else on the test tracks.
#[derive(Debug)]
struct Best {
    epoch: usize,
    mse: f64,
    test_predictions: Vec<f32>,
}

impl Trainer {
    /// A new network: weights Glorot-uniform from the seed, biases 0, as Keras's, in the unit that its targets are learned
    /// in.
    ///
    /// # Errors
    /// Pictures of another size than the network's, kernels that this processor lacks, or threads that cannot start.
    pub fn new(hyper: &CheckedHyperparameters, data: Dataset, options: TrainOptions) -> Result<Self, TrainError> {
        let mut arrays = first_weights(hyper.shape(), &mut generator(hyper.get().seed, Purpose::FirstWeights));
        let unit = TargetUnit::of(data.train());
        unit.restore(&mut arrays);
        if let Some(bias) = arrays.last_mut() {
            bias.fill(unit.first_answer);
        }
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
            _ if checkpoint.best_epoch == checkpoint.epochs_done => None,
            Some(bytes) => Some(checkpoint::read_weights(shape, bytes)?),
            None => return Err(TrainError::NoBestWeights(checkpoint.epochs_done)),
        };
        let mut trainer = Self::build(hyper, data, options, &arrays, &optimizer)?;
        drop(optimizer);
        trainer.epochs_done = checkpoint.epochs_done;
        let mut goes_on = || ControlFlow::Continue(());
        let mut predict = |arrays| trainer.predict(arrays, trainer.data.test(), &mut goes_on);
        let last = predict(arrays)?.unwrap_or_default();
        let of_best = match best_arrays {
            Some(arrays) => predict(arrays)?.unwrap_or_default(),
            None => last.clone(),
        };
        trainer.best = Best { epoch: checkpoint.best_epoch, mse: checkpoint.best_mse, test_predictions: of_best };
        trainer.test_predictions = last;
        Ok(trainer)
    }

    fn build(
        hyper: &CheckedHyperparameters,
        mut data: Dataset,
        options: TrainOptions,
        arrays: &[Vec<f32>],
        optimizer: &OptimizerState,
    ) -> Result<Self, TrainError> {
        let settings = hyper.get();
        if data.image_size() != settings.image_size {
            let error = DataError::ImageSize { pictures: data.image_size(), network: settings.image_size };
            return Err(error.into());
        }
        let unit = TargetUnit::of(data.train());
        if settings.patience.is_some() {
            data.hold_out(VALIDATION_SHARE, &mut generator(settings.seed, Purpose::Validation))?;
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .thread_name(|index| format!("train-{index}"))
            .build()?;
        Ok(Self {
            hyper: hyper.clone(),
            data,
            pool,
            learner: Learner::new(hyper, options.kernels.resolve()?, arrays, optimizer, unit)?,
            epochs_done: 0,
            test_predictions: Vec::new(),
            best: Best { epoch: 0, mse: f64::INFINITY, test_predictions: Vec::new() },
            is_abandoned: false,
        })
    }

    /// Epochs that are finished.
    pub fn epochs_done(&self) -> usize {
        self.epochs_done
    }

    /// Pictures that an epoch trains on.
    pub fn train_len(&self) -> usize {
        self.data.train().len()
    }

    /// Whether there is nothing left to train: the last epoch is done, or early stopping has waited long enough.
    pub fn is_done(&self) -> bool {
        let settings = self.hyper.get();
        self.epochs_done >= settings.epochs || is_out_of_patience(settings.patience, self.best.epoch, self.epochs_done)
    }

    /// The kernels in use: "avx512", "avx2" or "portable".
    pub fn kernels(&self) -> &'static str {
        self.learner.isa().name()
    }

    /// Runs the next epoch. `on_step` is called before each batch with its number, from 0, and how many there are, and
    /// with that number twice between pieces of the test pass; breaking abandons the epoch: the result is `None`, and
    /// the caller goes on from its last checkpoint. What the trainer tells of finished epochs still holds then, but
    /// its weights are those of the middle of an epoch.
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
        let picks = picks(&self.hyper, &self.data, epoch);
        let batch_size = self.hyper.get().batch_size;
        let steps = picks.len().div_ceil(batch_size);
        let (mut step, mut squared_errors) = (0, 0.0);
        let Self { data, hyper, pool, learner, .. } = self;
        self.is_abandoned = true;
        let end = each_batch(data, &picks, batch_size, |batch, pictures| {
            if on_step(step, steps).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            step += 1;
            let loss = train_step(hyper, steps, pool, learner, (batch, &pictures))?;
            if !loss.is_finite() {
                return Err(TrainError::NotFinite { epoch });
            }
            squared_errors += f64::from(loss) * batch.len() as f64;
            Ok(ControlFlow::Continue(()))
        })?;
        if end.is_break() {
            return Ok(None);
        }
        self.finish_epoch(squared_errors / picks.len() as f64, &mut || on_step(steps, steps))
    }

    fn finish_epoch(
        &mut self,
        train_mse: f64,
        goes_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<EpochFigures>, TrainError> {
        let epoch = self.epochs_done + 1;
        let test = self.data.test();
        let samples = [test, self.data.validation()].concat();
        let Some(mut predictions) = self.predict(self.learner.arrays(), &samples, goes_on)? else { return Ok(None) };
        let of_validation = predictions.split_off(test.len());
        let test_mse = mse(test, &predictions);
        let validation_mse = (!of_validation.is_empty()).then(|| mse(self.data.validation(), &of_validation));
        let deciding = validation_mse.unwrap_or(test_mse);
        if !(test_mse.is_finite() && deciding.is_finite()) {
            return Err(TrainError::NotFinite { epoch });
        }
        self.is_abandoned = false;
        self.epochs_done = epoch;
        if self.best.epoch == 0 || deciding < self.best.mse {
            self.best = Best { epoch, mse: deciding, test_predictions: predictions.clone() };
        }
        self.test_predictions = predictions;
        Ok(Some(EpochFigures { epoch, train_mse, validation_mse, test_mse }))
    }

    /// Predicts with weights in the order of [`checkpoint::tensor_names`]; `None` where `goes_on`, which is asked now and
    /// then, says no.
    fn predict(
        &self,
        arrays: Vec<Vec<f32>>,
        samples: &[Sample],
        goes_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Vec<f32>>, TrainError> {
        let network = Network::new(self.hyper.shape().clone(), arrays);
        let prepared = self.pool.install(|| network.prepare(self.learner.isa()));
        let picks: Vec<Pick> = samples.iter().map(Pick::from).collect();
        let mut predictions = Vec::with_capacity(samples.len());
        let each = |_: &[Pick], pictures: Pictures| -> Result<_, FeedError> {
            let bytes: Vec<&[u8]> = (0..pictures.count()).map(|index| pictures.bytes(index)).collect();
            predictions.extend(self.pool.install(|| prepared.predict(&bytes)));
            Ok(goes_on())
        };
        let _ = each_batch(&self.data, &picks, PREDICTED_TOGETHER, each)?;
        // Whoever says no after the last piece gets what is done.
        Ok((predictions.len() == samples.len()).then_some(predictions))
    }

    /// The state after the last epoch; not to be taken after an abandoned one.
    pub fn checkpoint(&self) -> Checkpoint {
        const FITS: &str = "arrays have the lengths that the network's shape gives";
        let weights = checkpoint::write_weights(self.hyper.shape(), &self.learner.arrays(), None).expect(FITS);
        let moments = self.learner.moments().map(adam::Moments::save).collect();
        let state = OptimizerState { step: self.learner.steps(), moments };
        Checkpoint {
            epochs_done: self.epochs_done,
            best_weights: (self.best.epoch == self.epochs_done).then(|| weights.clone()),
            weights,
            optimizer: checkpoint::write_optimizer(self.hyper.shape(), &state).expect(FITS),
            best_epoch: self.best.epoch,
            best_mse: self.best.mse,
        }
    }

    /// The epoch with the lowest error, the first where several have it, 0 before the first: on the validation tracks
    /// where there are any, else on the test tracks.
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

/// The training tracks in the order of `epoch`, from 1.
fn picks(hyper: &CheckedHyperparameters, data: &Dataset, epoch: usize) -> Vec<Pick> {
    let settings = hyper.get();
    let mut order = data.train().to_vec();
    order.shuffle(&mut generator(settings.seed, Purpose::Order(epoch)));
    let mut flips = generator(settings.seed, Purpose::Flips(epoch));
    order.into_iter().map(|sample| Pick { sample, flip: settings.flip && flips.random() }).collect()
}

/// One step; returns the batch's mean squared error before it. An epoch has `steps` of them.
fn train_step(
    hyper: &CheckedHyperparameters,
    steps: usize,
    pool: &rayon::ThreadPool,
    learner: &mut Learner,
    (batch, pictures): (&[Pick], &Pictures),
) -> Result<f32, TrainError> {
    let settings = hyper.get();
    let rate = learning_rate(settings.schedule, settings.learning_rate, learner.steps(), steps * settings.epochs);
    let targets: Vec<f32> = batch.iter().map(|pick| pick.sample.target).collect();
    let mut silence = generator(settings.seed, Purpose::Dropout(learner.steps() + 1));
    let is_short = batch.len() < settings.batch_size;
    // Buffers of whole batches are of no use to the short one, nor its own to the next epoch.
    if is_short {
        learner.empty_cache()?;
    }
    // On the pool, since dfdx asks for the number of threads of the pool that it is called in.
    let loss = pool.install(|| learner.step(rate, pictures, &targets, &mut silence))?;
    if is_short {
        learner.empty_cache()?;
    }
    Ok(loss)
}

/// Whether early stopping ends a training after `epoch`, where the lowest error was that of `best_epoch`; both from 1.
fn is_out_of_patience(patience: Option<usize>, best_epoch: usize, epoch: usize) -> bool {
    patience.is_some_and(|patience| epoch >= best_epoch + patience)
}

/// The learning rate after `done` of `all` steps. The cosine is Loshchilov and Hutter's (2017), without restarts.
fn learning_rate(schedule: Schedule, first: f64, done: u64, all: usize) -> f64 {
    match schedule {
        Schedule::Constant => first,
        Schedule::Cosine => {
            let share = (done as f64 / all as f64).min(1.0);
            first * 0.5 * (1.0 + (std::f64::consts::PI * share).cos())
        }
    }
}

fn mse(samples: &[Sample], predicted: &[f32]) -> f64 {
    let truth: Vec<f64> = samples.iter().map(|sample| f64::from(sample.target)).collect();
    let predicted: Vec<f64> = predicted.iter().copied().map(f64::from).collect();
    metrics::mse(&truth, &predicted)
}

#[cfg(test)]
mod golden_tests;
