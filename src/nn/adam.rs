//! Adam with Keras's defaults, on dfdx's update.

use dfdx::shapes::Shape;
use dfdx::tensor::{Cpu, CpuError, Gradients, Storage, Tensor};
use dfdx::tensor_ops::AdamConfig;

const BETAS: [f64; 2] = [0.9, 0.999];
/// Keras's; it is added before the correction of the second moment's bias.
const EPSILON: f64 = 1e-7;

/// dfdx's buffer of floats.
pub(super) type Buffer = <Cpu as Storage<f32>>::Vec;

/// Adam's moments of one array.
#[derive(Debug)]
pub(super) struct Moments {
    first: Buffer,
    second: Buffer,
}

impl Moments {
    /// Of an array of `len` numbers, before the first step.
    pub(super) fn zeros(dev: &Cpu, len: usize) -> Result<Self, CpuError> {
        Ok(Self { first: dev.try_alloc_len(len)?, second: dev.try_alloc_len(len)? })
    }

    /// From a checkpoint.
    pub(super) fn restore(dev: &Cpu, [first, second]: &[Vec<f32>; 2]) -> Result<Self, CpuError> {
        let mut moments = Self::zeros(dev, first.len())?;
        moments.first.clone_from_slice(first);
        moments.second.clone_from_slice(second);
        Ok(moments)
    }

    /// For a checkpoint.
    pub(super) fn save(&self) -> [Vec<f32>; 2] {
        [self.first.to_vec(), self.second.to_vec()]
    }
}

/// Adam's settings at step `step`, from 1.
///
/// dfdx adds epsilon after the correction of the bias: `m̂ / (sqrt(v / c) + ε)`, with `c = 1 - β₂^t`. Keras adds it
/// before, `m̂ sqrt(c) / (sqrt(v) + ε)`, which is the same with dfdx's ε at Keras's `ε / sqrt(c)`.
fn config(learning_rate: f64, step: i32) -> AdamConfig {
    let correction = 1.0 - BETAS[1].powi(step);
    AdamConfig { lr: learning_rate, betas: BETAS, eps: EPSILON / correction.sqrt(), weight_decay: None }
}

/// Moves `parameter` against its gradient. `step` counts from 1.
pub(super) fn update<S: Shape>(
    learning_rate: f64,
    step: u64,
    parameter: &mut Tensor<S, f32, Cpu>,
    moments: &mut Moments,
    gradients: &mut Gradients<f32, Cpu>,
) -> Result<(), CpuError> {
    // Beyond 2^31 steps the corrections have long been 1.
    let step = i32::try_from(step).unwrap_or(i32::MAX);
    let gradient = gradients.get_or_alloc_mut(parameter)?;
    config(learning_rate, step).try_update(step, parameter, &mut moments.first, &mut moments.second, gradient)
}

#[cfg(test)]
mod tests {
    use dfdx::tensor::TensorFromVec as _;

    use super::*;

    /// Keras's `Adam.update_step`, in f64.
    fn keras(gradients: &[f64], learning_rate: f64) -> f64 {
        let (mut value, mut first, mut second) = (0.5, 0.0, 0.0);
        for (index, gradient) in gradients.iter().enumerate() {
            let step = index as i32 + 1;
            let alpha = learning_rate * (1.0 - BETAS[1].powi(step)).sqrt() / (1.0 - BETAS[0].powi(step));
            first += (gradient - first) * (1.0 - BETAS[0]);
            second += (gradient * gradient - second) * (1.0 - BETAS[1]);
            value -= first * alpha / (second.sqrt() + EPSILON);
        }
        value
    }

    /// Gradients as small as epsilon show where it is added.
    #[test]
    fn steps_as_keras_does() {
        for scale in [1.0, 1e-3, 1e-6, 1e-7] {
            let steps: Vec<f64> = (0..40).map(|index| scale * (1.0 + f64::from(index % 7) - 2.0)).collect();
            let dev = Cpu::default();
            let mut parameter = dev.tensor_from_vec(vec![0.5_f32], (1,));
            let mut moments = Moments::zeros(&dev, 1).expect("one float");
            for (index, &step) in steps.iter().enumerate() {
                let mut gradients = Gradients::leaky();
                gradients.get_or_alloc_mut(&parameter).expect("one float")[0] = step as f32;
                update(0.01, index as u64 + 1, &mut parameter, &mut moments, &mut gradients).expect("one float");
            }
            let (found, expected) = (f64::from(parameter.as_vec()[0]), keras(&steps, 0.01));
            assert!((found - expected).abs() < 2e-5 * (expected - 0.5).abs(), "{scale}: {found} {expected}");
        }
    }
}
