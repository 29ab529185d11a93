//! A network as an ONNX model: operators of opset 13, IR version 7, which every runtime since 2021 reads.
//!
//! The messages are those of ONNX's `onnx.proto`, with the fields that such a network needs. Pictures come in as ONNX
//! has them, channels first; the dense layer's weights are put in that order here.

use prost::Message as _;

use super::kernels::ConvGeometry;
use super::network::Network;
use super::shape::IMAGE_CHANNELS;

/// The version of the operators.
pub const ONNX_OPSET: i64 = 13;
/// The version of the file's format that belongs to it.
const IR_VERSION: i64 = 7;
/// `TensorProto.DataType.FLOAT`.
const FLOAT: i32 = 1;
/// `AttributeProto.AttributeType.INTS`.
const INTS: i32 = 7;

#[derive(Clone, PartialEq, prost::Message)]
struct ModelProto {
    #[prost(int64, tag = "1")]
    ir_version: i64,
    #[prost(string, tag = "2")]
    producer_name: String,
    #[prost(string, tag = "3")]
    producer_version: String,
    #[prost(message, optional, tag = "7")]
    graph: Option<GraphProto>,
    #[prost(message, repeated, tag = "8")]
    opset_import: Vec<OperatorSetIdProto>,
    #[prost(message, repeated, tag = "14")]
    metadata_props: Vec<StringStringEntryProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OperatorSetIdProto {
    #[prost(string, tag = "1")]
    domain: String,
    #[prost(int64, tag = "2")]
    version: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct StringStringEntryProto {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct GraphProto {
    #[prost(message, repeated, tag = "1")]
    node: Vec<NodeProto>,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<TensorProto>,
    #[prost(message, repeated, tag = "11")]
    input: Vec<ValueInfoProto>,
    #[prost(message, repeated, tag = "12")]
    output: Vec<ValueInfoProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct NodeProto {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    output: Vec<String>,
    #[prost(string, tag = "3")]
    name: String,
    #[prost(string, tag = "4")]
    op_type: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<AttributeProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct AttributeProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    ints: Vec<i64>,
    #[prost(int32, tag = "20")]
    r#type: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TensorProto {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(string, tag = "8")]
    name: String,
    /// Little-endian.
    #[prost(bytes = "vec", tag = "9")]
    raw_data: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ValueInfoProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    r#type: Option<TypeProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TypeProto {
    #[prost(message, optional, tag = "1")]
    tensor_type: Option<TensorTypeProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TensorTypeProto {
    #[prost(int32, tag = "1")]
    elem_type: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<TensorShapeProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TensorShapeProto {
    #[prost(message, repeated, tag = "1")]
    dim: Vec<DimensionProto>,
}

/// `dim_param` where the size is left open, else `dim_value`.
#[derive(Clone, PartialEq, prost::Message)]
struct DimensionProto {
    #[prost(int64, optional, tag = "1")]
    dim_value: Option<i64>,
    #[prost(string, optional, tag = "2")]
    dim_param: Option<String>,
}

impl Network {
    /// The network as an ONNX file's bytes. In goes `cover`, pictures x 3 x side x side, RGB from 0 to 1; out comes
    /// `popularity`, pictures x 1. `metadata` is kept with the model.
    pub fn to_onnx(&self, metadata: impl IntoIterator<Item = (String, String)>) -> Vec<u8> {
        let (shape, (pairs, _)) = (self.shape(), self.arrays().as_chunks::<2>());
        let mut graph = GraphBuilder::default();
        let mut values = "cover".to_owned();
        for (index, (conv, [kernel, biases])) in shape.convs.iter().zip(pairs).enumerate() {
            values = graph.convolution(&format!("conv{}", index + 1), conv, kernel, biases, &values);
        }
        let (size, channels) =
            shape.convs.last().map_or((shape.image_size, IMAGE_CHANNELS), |conv| (conv.out_size, conv.filters));
        if let [.., [dense, bias]] = pairs {
            graph.node("Flatten", &[&values], "features", vec![]);
            graph.tensor("dense.weight", &[size * size * channels, 1], channels_first(dense, channels).into_iter());
            graph.tensor("dense.bias", &[1], bias.iter().copied());
            graph.node("Gemm", &["features", "dense.weight", "dense.bias"], "popularity", vec![]);
        }
        let side = shape.image_size;
        ModelProto {
            ir_version: IR_VERSION,
            producer_name: env!("CARGO_PKG_NAME").to_owned(),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            graph: Some(GraphProto {
                node: graph.nodes,
                name: "cover_popularity".to_owned(),
                initializer: graph.tensors,
                input: vec![value_info("cover", &[IMAGE_CHANNELS, side, side])],
                output: vec![value_info("popularity", &[1])],
            }),
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: ONNX_OPSET }],
            metadata_props: metadata.into_iter().map(|(key, value)| StringStringEntryProto { key, value }).collect(),
        }
        .encode_to_vec()
    }
}

#[derive(Default)]
struct GraphBuilder {
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
}

impl GraphBuilder {
    fn node(&mut self, op_type: &str, input: &[&str], output: &str, attribute: Vec<AttributeProto>) {
        self.nodes.push(NodeProto {
            input: input.iter().map(|&name| name.to_owned()).collect(),
            output: vec![output.to_owned()],
            name: output.to_owned(),
            op_type: op_type.to_owned(),
            attribute,
        });
    }

    fn tensor(&mut self, name: &str, dims: &[usize], values: impl Iterator<Item = f32>) {
        self.tensors.push(TensorProto {
            dims: dims.iter().map(|&dim| dim as i64).collect(),
            data_type: FLOAT,
            name: name.to_owned(),
            raw_data: values.flat_map(f32::to_le_bytes).collect(),
        });
    }

    /// Adds a layer that reads `input`; returns the name of what comes out.
    fn convolution(&mut self, name: &str, conv: &ConvGeometry, kernel: &[f32], biases: &[f32], input: &str) -> String {
        let (weight, bias) = (format!("{name}.weight"), format!("{name}.bias"));
        let (side, channels, filters) = (conv.kernel, conv.in_channels, conv.filters);
        // ONNX has filters, channels, rows, columns.
        let oihw = (0..filters).flat_map(|filter| {
            (0..channels).flat_map(move |channel| {
                (0..side * side).map(move |place| kernel[(place * channels + channel) * filters + filter])
            })
        });
        self.tensor(&weight, &[filters, channels, side, side], oihw);
        self.tensor(&bias, &[filters], biases.iter().copied());
        let (before, after) = (conv.pad_before, conv.pad_total - conv.pad_before);
        let pads = ints("pads", &[before, before, after, after]);
        let mut out = format!("{name}.sums");
        self.node("Conv", &[input, &weight, &bias], &out, vec![ints("kernel_shape", &[side, side]), pads]);
        if conv.relu {
            let sums = std::mem::replace(&mut out, format!("{name}.relu"));
            self.node("Relu", &[&sums], &out, vec![]);
        }
        if conv.pool > 1 {
            let active = std::mem::replace(&mut out, format!("{name}.pool"));
            let window = [conv.pool, conv.pool];
            self.node("MaxPool", &[&active], &out, vec![ints("kernel_shape", &window), ints("strides", &window)]);
        }
        out
    }
}

fn ints(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto { name: name.to_owned(), ints: values.iter().map(|&value| value as i64).collect(), r#type: INTS }
}

/// Any number of values of the given sizes.
fn value_info(name: &str, sizes: &[usize]) -> ValueInfoProto {
    let open = DimensionProto { dim_value: None, dim_param: Some("pictures".to_owned()) };
    let fixed = sizes.iter().map(|&size| DimensionProto { dim_value: Some(size as i64), dim_param: None });
    let shape = TensorShapeProto { dim: std::iter::once(open).chain(fixed).collect() };
    let tensor_type = TensorTypeProto { elem_type: FLOAT, shape: Some(shape) };
    ValueInfoProto { name: name.to_owned(), r#type: Some(TypeProto { tensor_type: Some(tensor_type) }) }
}

/// From rows, columns, channels to channels, rows, columns.
fn channels_first(values: &[f32], channels: usize) -> Vec<f32> {
    (0..channels).flat_map(|channel| values.iter().skip(channel).step_by(channels).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_come_first() {
        assert_eq!(channels_first(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
