//! Weights and optimizer state as safetensors bytes.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::{Dtype, SafeTensors, View, serialize};

use super::shape::NetworkShape;

/// The name of the number of steps in an optimizer's state.
const STEP: &str = "step";

/// What a study stores after each epoch, to go on from there bit by bit.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    pub epochs_done: usize,
    /// Safetensors: `conv1.weight` (height, width, channels, filters), `conv1.bias`, …, `dense.weight`, `dense.bias`.
    pub weights: Vec<u8>,
    /// Safetensors: Adam's moments `NAME.m` and `NAME.v` of each weight NAME, and `step`, how many steps it has done.
    pub optimizer: Vec<u8>,
    /// The epoch with the lowest error so far, the first where several have it.
    pub best_epoch: usize,
    /// Its mean squared error: on the validation tracks where there are any, else on the test tracks.
    pub best_mse: f64,
    /// The weights after that epoch. From [`super::Trainer::checkpoint`], present exactly where the best epoch is the
    /// one just done; else what was stored at the best epoch still holds. [`super::Trainer::resume`] needs them,
    /// except where the best epoch is the last.
    pub best_weights: Option<Vec<u8>>,
}

/// Why bytes are not the weights, or not the optimizer state, of a network.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("The saved weights are damaged: {0}. Train the model again.")]
    Damaged(String),
    #[error("The saved weights lack \"{0}\". They belong to another network; train the model again.")]
    Missing(String),
    #[error(
        "The saved weights \"{name}\" have the shape {found:?} and not {expected:?}. They belong to another network."
    )]
    Shape { name: String, found: Vec<usize>, expected: Vec<usize> },
    #[error("The saved weights \"{0}\" are not 32-bit numbers.")]
    Type(String),
    #[error("The saved weights \"{0}\" hold values that are not finite. Train the model again.")]
    NotFinite(String),
}

/// A named array of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TensorName {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
}

impl TensorName {
    fn with_suffix(&self, suffix: &str) -> Self {
        Self { name: format!("{}.{suffix}", self.name), shape: self.shape.clone() }
    }
}

/// The names of a network's arrays: of each layer the weights, then the biases; the dense layer last.
pub(super) fn tensor_names(shape: &NetworkShape) -> Vec<TensorName> {
    let mut names = Vec::with_capacity(2 * shape.convs.len() + 2);
    for (index, conv) in shape.convs.iter().enumerate() {
        let layer = format!("conv{}", index + 1);
        let weight = vec![conv.kernel, conv.kernel, conv.in_channels, conv.filters];
        names.push(TensorName { name: format!("{layer}.weight"), shape: weight });
        names.push(TensorName { name: format!("{layer}.bias"), shape: vec![conv.filters] });
    }
    names.push(TensorName { name: "dense.weight".to_owned(), shape: vec![shape.features(), 1] });
    names.push(TensorName { name: "dense.bias".to_owned(), shape: vec![1] });
    names
}

/// Adam's moments of each array, and the number of steps done.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct OptimizerState {
    pub(super) step: u64,
    /// First and second moment, in the order of [`tensor_names`].
    pub(super) moments: Vec<[Vec<f32>; 2]>,
}

/// Writes a network's arrays, in the order of [`tensor_names`], with `metadata` in the header.
///
/// # Errors
/// Arrays whose lengths do not match their shapes.
pub(super) fn write_weights(
    shape: &NetworkShape,
    arrays: &[Vec<f32>],
    metadata: Option<HashMap<String, String>>,
) -> Result<Vec<u8>, WeightsError> {
    let items = tensor_names(shape).into_iter().zip(arrays);
    write(items.map(|(TensorName { name, shape }, array)| (name, Values::Floats(shape, array))).collect(), metadata)
}

/// Reads what [`write_weights`] wrote.
///
/// # Errors
/// Damaged bytes, or those of another network.
pub(super) fn read_weights(shape: &NetworkShape, bytes: &[u8]) -> Result<Vec<Vec<f32>>, WeightsError> {
    let file = parse(bytes)?;
    tensor_names(shape).iter().map(|name| read_floats(&file, name)).collect()
}

/// Writes an optimizer's state.
///
/// # Errors
/// Moments whose lengths do not match their shapes.
pub(super) fn write_optimizer(shape: &NetworkShape, state: &OptimizerState) -> Result<Vec<u8>, WeightsError> {
    let mut items = Vec::with_capacity(2 * state.moments.len() + 1);
    for (name, [first, second]) in tensor_names(shape).iter().zip(&state.moments) {
        items.push((name.with_suffix("m").name, Values::Floats(name.shape.clone(), first)));
        items.push((name.with_suffix("v").name, Values::Floats(name.shape.clone(), second)));
    }
    items.push((STEP.to_owned(), Values::Count(state.step)));
    write(items, None)
}

/// Reads what [`write_optimizer`] wrote.
///
/// # Errors
/// Damaged bytes, or those of another network.
pub(super) fn read_optimizer(shape: &NetworkShape, bytes: &[u8]) -> Result<OptimizerState, WeightsError> {
    let file = parse(bytes)?;
    let step = file.tensor(STEP).map_err(|_| WeightsError::Missing(STEP.to_owned()))?;
    let step: [u8; 8] = step.data().try_into().map_err(|_| WeightsError::Type(STEP.to_owned()))?;
    let moments = tensor_names(shape)
        .iter()
        .map(|name| Ok([read_floats(&file, &name.with_suffix("m"))?, read_floats(&file, &name.with_suffix("v"))?]))
        .collect::<Result<_, WeightsError>>()?;
    Ok(OptimizerState { step: u64::from_le_bytes(step), moments })
}

/// Values to write; their bytes are made when they are asked for, so that there is no second copy of all.
enum Values<'a> {
    Floats(Vec<usize>, &'a [f32]),
    Count(u64),
}

impl View for Values<'_> {
    fn dtype(&self) -> Dtype {
        match self {
            Self::Floats(..) => Dtype::F32,
            Self::Count(_) => Dtype::U64,
        }
    }

    fn shape(&self) -> &[usize] {
        match self {
            Self::Floats(shape, _) => shape,
            Self::Count(_) => &[1],
        }
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(match self {
            Self::Floats(_, values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Self::Count(value) => value.to_le_bytes().to_vec(),
        })
    }

    fn data_len(&self) -> usize {
        match self {
            Self::Floats(_, values) => size_of_val(*values),
            Self::Count(value) => size_of_val(value),
        }
    }
}

fn write(items: Vec<(String, Values<'_>)>, metadata: Option<HashMap<String, String>>) -> Result<Vec<u8>, WeightsError> {
    for (name, values) in &items {
        if values.shape().iter().product::<usize>() * values.dtype().bitsize() / 8 != values.data_len() {
            return Err(WeightsError::Damaged(format!("\"{name}\" has another length than its shape")));
        }
    }
    let has_metadata = metadata.is_some();
    let bytes = serialize(items, metadata).map_err(|error| WeightsError::Damaged(error.to_string()))?;
    if !has_metadata {
        return Ok(bytes);
    }
    ordered(&bytes).ok_or_else(|| WeightsError::Damaged("its header cannot be read".to_owned()))
}

/// A safetensors file with its header in the order of the names, so that the same weights are the same bytes: the
/// library writes metadata as a hash map gives it. The header is JSON behind its length, filled up with spaces to eight bytes.
fn ordered(bytes: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (header, data) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let header: BTreeMap<String, BTreeMap<String, serde_json::Value>> = serde_json::from_slice(header).ok()?;
    let mut text = serde_json::to_vec(&header).ok()?;
    text.resize(text.len().next_multiple_of(8), b' ');
    Some([&(text.len() as u64).to_le_bytes()[..], &text, data].concat())
}

fn parse(bytes: &[u8]) -> Result<SafeTensors<'_>, WeightsError> {
    SafeTensors::deserialize(bytes).map_err(|error| WeightsError::Damaged(error.to_string()))
}

fn read_floats(file: &SafeTensors<'_>, name: &TensorName) -> Result<Vec<f32>, WeightsError> {
    let tensor = file.tensor(&name.name).map_err(|_| WeightsError::Missing(name.name.clone()))?;
    if tensor.dtype() != Dtype::F32 {
        return Err(WeightsError::Type(name.name.clone()));
    }
    if tensor.shape() != name.shape {
        let (found, expected) = (tensor.shape().to_vec(), name.shape.clone());
        return Err(WeightsError::Shape { name: name.name.clone(), found, expected });
    }
    let (quads, _) = tensor.data().as_chunks::<4>();
    let values: Vec<f32> = quads.iter().map(|quad| f32::from_le_bytes(*quad)).collect();
    if values.iter().any(|value| !value.is_finite()) {
        return Err(WeightsError::NotFinite(name.name.clone()));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::super::Preset;
    use super::*;

    fn shape() -> NetworkShape {
        NetworkShape::of(&Preset::Quick.hyperparameters()).expect("a preset fits")
    }

    fn arrays(shape: &NetworkShape) -> Vec<Vec<f32>> {
        let array =
            |name: TensorName| (0..name.shape.iter().product()).map(|index| index as f32 * 0.37 - 5.0).collect();
        tensor_names(shape).into_iter().map(array).collect()
    }

    #[test]
    fn weights_come_back_bit_by_bit() {
        let (shape, arrays) = (shape(), arrays(&shape()));
        let bytes = write_weights(&shape, &arrays, None).expect("lengths fit");
        assert_eq!(read_weights(&shape, &bytes).expect("what was written"), arrays);
        assert_eq!(write_weights(&shape, &arrays, None).expect("lengths fit"), bytes, "writing is reproducible");
    }

    #[test]
    fn metadata_is_written_in_one_order() {
        let (shape, arrays) = (shape(), arrays(&shape()));
        let write = || {
            let entries =
                ["run", "settings", "scale", "layout", "resize"].map(|key| (key.to_owned(), "text".to_owned()));
            write_weights(&shape, &arrays, Some(entries.into())).expect("lengths fit")
        };
        let bytes = write();
        assert_eq!(read_weights(&shape, &bytes).expect("what was written"), arrays);
        assert!((0..5).all(|_| write() == bytes));
    }

    #[test]
    fn optimizer_comes_back_bit_by_bit() {
        let shape = shape();
        let moments = arrays(&shape).into_iter().map(|array| [array.clone(), array]).collect();
        let state = OptimizerState { step: 1234, moments };
        let bytes = write_optimizer(&shape, &state).expect("lengths fit");
        assert_eq!(read_optimizer(&shape, &bytes).expect("what was written"), state);
    }

    #[test]
    fn damaged_bytes_are_errors() {
        let (shape, arrays) = (shape(), arrays(&shape()));
        let bytes = write_weights(&shape, &arrays, None).expect("lengths fit");
        for len in [0, 4, 8, 100, bytes.len() - 1] {
            assert!(matches!(read_weights(&shape, &bytes[..len]), Err(WeightsError::Damaged(_))), "{len}");
        }
        let mut header = bytes.clone();
        header[10] ^= 0xff;
        assert!(read_weights(&shape, &header).is_err());
        let mut infinite = bytes;
        let end = infinite.len();
        infinite[end - 4..].copy_from_slice(&f32::INFINITY.to_le_bytes());
        assert!(matches!(read_weights(&shape, &infinite), Err(WeightsError::NotFinite(_))));
        assert!(matches!(read_optimizer(&shape, b"not safetensors"), Err(WeightsError::Damaged(_))));
    }

    #[test]
    fn another_networks_weights_are_errors() {
        let shape = shape();
        let bytes = write_weights(&shape, &arrays(&shape), None).expect("lengths fit");
        let mut hyper = Preset::Quick.hyperparameters();
        hyper.layers[1].filters = 8;
        let other = NetworkShape::of(&hyper).expect("fits");
        assert!(matches!(read_weights(&other, &bytes), Err(WeightsError::Shape { .. })));
        hyper = Preset::Quick.hyperparameters();
        hyper.set_layer_count(4);
        hyper.layers[3].kernel_size = 1;
        hyper.layers[3].pool = None;
        let other = NetworkShape::of(&hyper).expect("fits");
        assert!(matches!(read_weights(&other, &bytes), Err(WeightsError::Missing(_))));
    }
}
