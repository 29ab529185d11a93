//! A network that learns: from a batch of pictures to the loss, to gradients, to a step of Adam.

use std::sync::Arc;

use dfdx::losses::mse_loss;
use dfdx::prelude::{AsArray as _, Cache as _, TryAdd as _, TryMatMul as _, TryMul as _};
use dfdx::shapes::{Axis, HasShape as _, Shape};
use dfdx::tensor::{Cpu, CpuError, Gradients, PutTape as _, SplitTape as _, Tensor, TensorFromVec as _};
use dfdx::tensor_ops::{Backward as _, BroadcastTo as _};
use rand::{Rng, RngExt as _};

use super::adam::{self, Moments};
use super::checkpoint::OptimizerState;
use super::conv_op::{Biases, ConvStack, Recorded, Values, Weights, floats, take_zeros};
use super::feed::Pictures;
use super::hyper::CheckedHyperparameters;
use super::kernels::{self, Isa};
use super::linear_head::{Input, LinearHead};
use super::memory;
use super::shape::{IMAGE_CHANNELS, NetworkShape};
use super::target_unit::TargetUnit;

/// A network's weights with what they are trained by. It computes on the rayon pool that it is called in.
#[derive(Debug)]
pub(super) struct Learner {
    isa: Isa,
    /// Used by this training alone: two threads sharing its cache of buffers could race into a panic.
    dev: Cpu,
    /// The convolutions, where there are any before the head.
    convs: Option<Arc<ConvStack>>,
    /// Where the last convolution is linear: it and the dense layer at once.
    head: Option<Arc<LinearHead>>,
    /// The dense one last.
    layers: Vec<Layer>,
    /// Pictures that are put through at a time; their gradients are summed.
    micro_batch: usize,
    l2: f64,
    dropout: f64,
    /// Steps of Adam done.
    steps: u64,
    /// What its weights and gradients are in; all that goes in and out is in units of the study.
    unit: TargetUnit,
}

/// A layer's weights and biases.
#[derive(Debug)]
struct Layer {
    weights: Weights,
    biases: Biases,
    moments: [Moments; 2],
}

impl Learner {
    /// `arrays` and the optimizer's moments in the order of [`super::checkpoint::tensor_names`].
    pub(super) fn new(
        hyper: &CheckedHyperparameters,
        isa: Isa,
        arrays: &[Vec<f32>],
        optimizer: &OptimizerState,
        unit: TargetUnit,
    ) -> Result<Self, CpuError> {
        let (settings, shape) = (hyper.get(), hyper.shape());
        let dev = Cpu::default();
        dev.try_enable_cache()?;
        let pairs = arrays.as_chunks::<2>().0.iter().zip(optimizer.moments.as_chunks::<2>().0);
        let dense = arrays.len() / 2 - 1;
        let size = |layer: usize| if layer == dense { unit.size } else { 1.0 };
        let layers = pairs
            .enumerate()
            .map(|(layer, (arrays, moments))| Layer::new(&dev, arrays, moments, size(layer)))
            .collect::<Result<_, _>>()?;
        // Dropout silences other inputs of the dense layer for each picture.
        let linear_end = shape.linear_end().filter(|_| settings.dropout == 0.0);
        let convs = &shape.convs[..shape.convs.len() - usize::from(linear_end.is_some())];
        Ok(Self {
            isa,
            dev,
            convs: (!convs.is_empty()).then(|| Arc::new(ConvStack::new(convs, isa))),
            head: linear_end.map(|&conv| Arc::new(LinearHead::new(conv, isa))),
            layers,
            micro_batch: memory::micro_batch(hyper),
            l2: settings.l2,
            dropout: settings.dropout,
            steps: optimizer.step,
            unit,
        })
    }

    /// One step of Adam at `learning_rate`; returns the batch's mean squared error before it. `silence` draws what
    /// dropout silences.
    pub(super) fn step(
        &mut self,
        learning_rate: f64,
        pictures: &Pictures,
        targets: &[f32],
        silence: &mut impl Rng,
    ) -> Result<f32, CpuError> {
        self.steps += 1;
        let points: Vec<f32> = targets.iter().map(|target| target / self.unit.size).collect();
        let (loss, mut gradients) = self.loss_and_gradients(pictures, &points, silence)?;
        for Layer { weights, biases, moments: [of_weights, of_biases] } in &mut self.layers {
            if self.l2 > 0.0 {
                add_penalty(self.l2, weights, gradients.get_or_alloc_mut(weights)?);
            }
            adam::update(learning_rate, self.steps, weights, of_weights, &mut gradients)?;
            adam::update(learning_rate, self.steps, biases, of_biases, &mut gradients)?;
        }
        Ok(loss * self.unit.size * self.unit.size)
    }

    /// The mean squared error of a batch, and the gradients of all weights, summed over its micro-batches.
    fn loss_and_gradients(
        &self,
        pictures: &Pictures,
        targets: &[f32],
        silence: &mut impl Rng,
    ) -> Result<(f32, Gradients<f32, Cpu>), CpuError> {
        let mut total: Option<(f32, Gradients<f32, Cpu>)> = None;
        for (index, part) in targets.chunks(self.micro_batch).enumerate() {
            let pictures = match part.len() == targets.len() {
                true => pictures.clone(),
                false => pictures.part(index * self.micro_batch, part.len()),
            };
            let share = part.len() as f32 / targets.len() as f32;
            let (loss, mut gradients) = self.part(pictures, part, share, silence)?;
            total = Some(match total {
                None => (loss, gradients),
                Some((sum, mut sums)) => {
                    for layer in &self.layers {
                        add_gradient(&layer.weights, &mut sums, &mut gradients)?;
                        add_gradient(&layer.biases, &mut sums, &mut gradients)?;
                    }
                    (sum + loss, sums)
                }
            });
        }
        total.ok_or(CpuError::WrongNumElements)
    }

    /// The mean squared error of a micro-batch times its share of the batch, and the gradients of all weights.
    fn part(
        &self,
        pictures: Pictures,
        targets: &[f32],
        share: f32,
        silence: &mut impl Rng,
    ) -> Result<(f32, Gradients<f32, Cpu>), CpuError> {
        let mut wanted = take_zeros(&self.dev, targets.len())?;
        wanted.copy_from_slice(targets);
        let targets: Values = self.dev.try_tensor_from_vec(wanted, (targets.len(), 1))?;
        let (answers, tape) = self.answers(pictures, silence)?;
        let loss = mse_loss(answers.put_tape(tape), targets).try_mul(share)?;
        Ok((loss.array(), loss.try_backward()?))
    }

    /// One answer a picture.
    fn answers(&self, pictures: Pictures, silence: &mut impl Rng) -> Result<(Values, Recorded), CpuError> {
        let (dev, mut tape, batch) = (&self.dev, Recorded::default(), pictures.count());
        let behind = 1 + usize::from(self.head.is_some());
        let input = match &self.convs {
            None => Input::Pictures(pictures),
            Some(op) => {
                let parameters = self.layers[..self.layers.len() - behind].iter().map(Layer::parameters).collect();
                Input::Values(op.forward(dev, pictures, parameters, &mut tape)?)
            }
        };
        if let (Some(head), [.., conv, dense]) = (&self.head, self.layers.as_slice()) {
            let answers = head.forward(dev, input, conv.parameters(), dense.parameters(), &mut tape)?;
            return Ok((answers, tape));
        }
        let [.., dense] = self.layers.as_slice() else { return Err(CpuError::WrongNumElements) };
        let mut features = match input {
            Input::Values(values) => values,
            Input::Pictures(pictures) => flatten(dev, self.isa, &pictures)?,
        };
        if self.dropout > 0.0 {
            let mask = dropout_mask(dev, self.dropout, *features.shape(), silence)?;
            (features, tape) = features.put_tape(tape).try_mul(mask)?.split_tape();
        }
        let sums = features.put_tape(tape).try_matmul(dense.weights.clone())?;
        let bias = dense.biases.retaped::<Recorded>().try_broadcast_like::<_, Axis<0>>(&(batch, 1))?;
        Ok(sums.try_add(bias)?.split_tape())
    }

    /// The kernels in use.
    pub(super) fn isa(&self) -> Isa {
        self.isa
    }

    /// Steps of Adam done.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Weights and biases in the order of [`super::checkpoint::tensor_names`].
    pub(super) fn arrays(&self) -> Vec<Vec<f32>> {
        let layers = self.layers.iter();
        let mut arrays: Vec<Vec<f32>> =
            layers.flat_map(|layer| [floats(&layer.weights), floats(&layer.biases)]).collect();
        self.unit.restore(&mut arrays);
        arrays
    }

    /// Adam's moments, in the order of [`super::checkpoint::tensor_names`].
    pub(super) fn moments(&self) -> impl Iterator<Item = &Moments> {
        self.layers.iter().flat_map(|layer| &layer.moments)
    }

    /// Forgets buffers of sizes that are not used again soon.
    pub(super) fn empty_cache(&self) -> Result<(), CpuError> {
        self.dev.try_empty_cache()
    }
}

impl Drop for Learner {
    /// Gives the cached buffers back, which dfdx would leak; those dropped hereafter are freed at once.
    fn drop(&mut self) {
        if let Err(error) = self.dev.try_disable_cache() {
            tracing::warn!("the engine's buffers could not be freed: {error}");
        }
    }
}

impl Layer {
    /// `arrays` are its weights and biases times `size`.
    fn new(
        dev: &Cpu,
        [weights, biases]: &[Vec<f32>; 2],
        moments: &[[Vec<f32>; 2]; 2],
        size: f32,
    ) -> Result<Self, CpuError> {
        let [of_weights, of_biases] = moments;
        let own = |values: &[f32]| values.iter().map(|value| value / size).collect::<Vec<f32>>();
        Ok(Self {
            weights: dev.try_tensor_from_vec(own(weights), (weights.len() / biases.len(), biases.len()))?,
            biases: dev.try_tensor_from_vec(own(biases), (biases.len(),))?,
            moments: [Moments::restore(dev, of_weights)?, Moments::restore(dev, of_biases)?],
        })
    }

    fn parameters(&self) -> (Weights, Biases) {
        (self.weights.clone(), self.biases.clone())
    }
}

/// Glorot and Bengio (2010): uniform within ± sqrt(6 / (fan in + fan out)); biases are 0.
pub(super) fn first_weights(shape: &NetworkShape, generator: &mut impl Rng) -> Vec<Vec<f32>> {
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

/// Keras's L2 adds `λ Σ w²` to the loss, hence `2 λ w` to the gradient.
fn add_penalty(l2: f64, weights: &Weights, gradient: &mut [f32]) {
    let factor = (2.0 * l2) as f32;
    gradient.iter_mut().zip(floats(weights)).for_each(|(value, weight)| *value += factor * weight);
}

/// Adds a parameter's gradient of one micro-batch to the sum over those before.
fn add_gradient<S: Shape>(
    parameter: &Tensor<S, f32, Cpu>,
    sums: &mut Gradients<f32, Cpu>,
    gradients: &mut Gradients<f32, Cpu>,
) -> Result<(), CpuError> {
    let gradient = gradients.get_or_alloc_mut(parameter)?;
    sums.get_or_alloc_mut(parameter)?.iter_mut().zip(gradient.iter()).for_each(|(sum, value)| *sum += value);
    Ok(())
}

/// Srivastava et al. (2014), inverted as in Keras: what is kept is scaled up, so that the expected value stays.
fn dropout_mask(dev: &Cpu, share: f64, shape: (usize, usize), generator: &mut impl Rng) -> Result<Values, CpuError> {
    let kept = (1.0 / (1.0 - share)) as f32;
    let mask = (0..shape.0 * shape.1).map(|_| if generator.random_bool(share) { 0.0 } else { kept });
    // In a buffer of the device's, as one allocated here would stay in its cache, step after step.
    let mut floats = take_zeros(dev, shape.0 * shape.1)?;
    floats.iter_mut().zip(mask).for_each(|(float, value)| *float = value);
    dev.try_tensor_from_vec(floats, shape)
}

/// Pictures as the dense layer takes them where there is no convolution.
fn flatten(dev: &Cpu, isa: Isa, pictures: &Pictures) -> Result<Values, CpuError> {
    let (batch, len) = (pictures.count(), pictures.image_size * pictures.image_size * IMAGE_CHANNELS);
    let mut floats = take_zeros(dev, batch * len)?;
    for (index, floats) in floats.chunks_exact_mut(len).enumerate() {
        kernels::scale_pixels(isa, pictures.bytes(index), floats);
    }
    dev.try_tensor_from_vec(floats, (batch, len))
}

#[cfg(test)]
mod gradient_tests;
