//! What comes out of each layer.

use super::hyper::{Activation, ConvLayer, Field, Hyperparameters, Padding, Problem};
use super::kernels::LANES;

/// Color channels of a picture.
pub(super) const IMAGE_CHANNELS: usize = 3;

/// What comes out of a layer, and what it learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerShape {
    /// "Convolution 1", …, "Flatten", "Dense".
    pub name: String,
    /// After pooling.
    pub height: usize,
    /// After pooling.
    pub width: usize,
    pub channels: usize,
    /// How many numbers of this layer training changes.
    pub parameters: usize,
}

/// Output shapes as far as they can be computed, for a live display: up to the first layer that does not fit.
pub fn shapes(hyper: &Hyperparameters) -> Vec<LayerShape> {
    let (convs, problem) = geometries(hyper);
    let shape = NetworkShape { image_size: hyper.image_size, convs };
    match problem {
        None => shape.layer_shapes(),
        Some(_) => shape.conv_shapes(),
    }
}

/// The sum over all layers.
pub(super) fn total_parameters(shapes: &[LayerShape]) -> usize {
    shapes.iter().map(|shape| shape.parameters).sum()
}

/// One convolution layer's sizes, in pixels, channels and filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvGeometry {
    /// Height and width of what comes in; pictures are square.
    pub in_size: usize,
    pub in_channels: usize,
    pub filters: usize,
    /// The side of the kernel.
    pub kernel: usize,
    /// Zeros before the first row and column.
    pub pad_before: usize,
    /// Zeros before and after together.
    pub pad_total: usize,
    pub relu: bool,
    /// The side of the pooling window; 1 is no pooling.
    pub pool: usize,
    /// After pooling.
    pub out_size: usize,
}

impl ConvGeometry {
    fn of(layer: &ConvLayer, in_size: usize, in_channels: usize, index: usize) -> Result<Self, Problem> {
        let kernel = layer.kernel_size;
        let pad_total = if layer.padding == Padding::Same { kernel.saturating_sub(1) } else { 0 };
        let padded = in_size + pad_total;
        let number = index + 1;
        if kernel == 0 || kernel > padded {
            let message = format!(
                "Layer {number}: a kernel of {kernel} does not fit into the {in_size}x{in_size} that is left. \
                 Use a smaller kernel or fewer layers."
            );
            return Err(Problem::new(Field::KernelSize, Some(index), message));
        }
        let conv_size = padded - kernel + 1;
        let pool = layer.pool.unwrap_or(1);
        if pool == 0 || pool > conv_size {
            let message = format!(
                "Layer {number}: pooling by {pool} leaves nothing of the {conv_size}x{conv_size} that it gets. \
                 Use a smaller pool size, no pooling or fewer layers."
            );
            return Err(Problem::new(Field::PoolSize, Some(index), message));
        }
        Ok(Self {
            in_size,
            in_channels,
            filters: layer.filters,
            kernel,
            pad_before: pad_total / 2,
            pad_total,
            relu: layer.activation == Activation::Relu,
            pool,
            out_size: conv_size / pool,
        })
    }

    /// Height and width with the zeros around.
    pub fn padded_size(&self) -> usize {
        self.in_size + self.pad_total
    }

    /// Rows and columns of the convolution that pooling looks at; those it would drop are left out.
    pub fn conv_size(&self) -> usize {
        self.out_size * self.pool
    }

    /// Numbers that come in for one picture.
    pub fn in_len(&self) -> usize {
        self.in_size * self.in_size * self.in_channels
    }

    /// Numbers that come out for one picture.
    pub fn out_len(&self) -> usize {
        self.out_size * self.out_size * self.filters
    }

    /// Numbers in one filter's kernel.
    pub fn patch_len(&self) -> usize {
        self.kernel * self.kernel * self.in_channels
    }

    /// Numbers in a row of one filter's kernel.
    pub fn kernel_row(&self) -> usize {
        self.kernel * self.in_channels
    }

    /// The same where rows are padded to whole vectors.
    pub fn padded_kernel_row(&self) -> usize {
        self.kernel_row().next_multiple_of(LANES)
    }

    /// Numbers in the kernels of all filters.
    pub fn weights_len(&self) -> usize {
        self.patch_len() * self.filters
    }
}

/// The sizes of a whole network.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NetworkShape {
    pub(super) image_size: usize,
    pub(super) convs: Vec<ConvGeometry>,
}

impl NetworkShape {
    pub(super) fn of(hyper: &Hyperparameters) -> Result<Self, Problem> {
        let (convs, problem) = geometries(hyper);
        problem.map_or(Ok(Self { image_size: hyper.image_size, convs }), Err)
    }

    /// Bytes of one picture.
    pub(super) fn picture_len(&self) -> usize {
        self.image_size * self.image_size * IMAGE_CHANNELS
    }

    /// Numbers that the dense layer gets for one picture.
    pub(super) fn features(&self) -> usize {
        self.convs.last().map_or_else(|| self.picture_len(), ConvGeometry::out_len)
    }

    /// The last convolution, where it and the dense layer together are one linear map.
    pub(super) fn linear_end(&self) -> Option<&ConvGeometry> {
        self.convs.last().filter(|conv| !conv.relu && conv.pool == 1)
    }

    pub(super) fn layer_shapes(&self) -> Vec<LayerShape> {
        let mut shapes = self.conv_shapes();
        let features = self.features();
        let flat = |name: &str, channels, parameters| LayerShape {
            name: name.to_owned(),
            height: 1,
            width: 1,
            channels,
            parameters,
        };
        shapes.push(flat("Flatten", features, 0));
        shapes.push(flat("Dense", 1, features + 1));
        shapes
    }

    fn conv_shapes(&self) -> Vec<LayerShape> {
        let shape = |(index, conv): (usize, &ConvGeometry)| LayerShape {
            name: format!("Convolution {}", index + 1),
            height: conv.out_size,
            width: conv.out_size,
            channels: conv.filters,
            parameters: conv.weights_len() + conv.filters,
        };
        self.convs.iter().enumerate().map(shape).collect()
    }
}

/// The layers up to the first that does not fit, and why it does not.
fn geometries(hyper: &Hyperparameters) -> (Vec<ConvGeometry>, Option<Problem>) {
    let mut convs = Vec::with_capacity(hyper.layers.len());
    let (mut size, mut channels) = (hyper.image_size, IMAGE_CHANNELS);
    for (index, layer) in hyper.layers.iter().enumerate() {
        match ConvGeometry::of(layer, size, channels, index) {
            Ok(conv) => {
                (size, channels) = (conv.out_size, conv.filters);
                convs.push(conv);
            }
            Err(problem) => return (convs, Some(problem)),
        }
    }
    (convs, None)
}

#[cfg(test)]
mod tests {
    use super::super::Preset;
    use super::*;

    /// As `model.summary()` of the 2022 study's notebook counts them.
    #[test]
    fn parameters_of_the_presets() {
        let parameters = |preset: Preset| total_parameters(&shapes(&preset.hyperparameters()));
        assert_eq!(parameters(Preset::Model1), 1_792 + 638 * 638 * 64 + 1);
        assert_eq!(parameters(Preset::Model2), 1_792 + 58 * 58 * 64 + 1);
        assert_eq!(parameters(Preset::Model3), 1_792 + 36_928 + 13 * 13 * 64 + 1);
        assert_eq!(parameters(Preset::Model4), 1_792 + 2 * 36_928 + 5 * 5 * 64 + 1);
        assert_eq!(parameters(Preset::Model5), 1_792 + 36_928 + 13 * 13 * 64 + 1);
    }

    #[test]
    fn names_and_sizes() {
        let shapes = shapes(&Preset::Model3.hyperparameters());
        let lines: Vec<String> =
            shapes.iter().map(|s| format!("{} {}x{}x{}", s.name, s.height, s.width, s.channels)).collect();
        assert_eq!(lines, ["Convolution 1 29x29x64", "Convolution 2 13x13x64", "Flatten 1x1x10816", "Dense 1x1x1"]);
    }

    #[test]
    fn same_padding_keeps_the_size_and_puts_the_odd_zero_after() {
        let mut hyper = Preset::Model2.hyperparameters();
        hyper.layers[0].padding = Padding::Same;
        hyper.layers[0].kernel_size = 4;
        let shape = NetworkShape::of(&hyper).expect("fits");
        let conv = shape.convs[0];
        assert_eq!((conv.out_size, conv.pad_before, conv.pad_total), (60, 1, 3));
    }

    #[test]
    fn shapes_stop_at_the_first_problem() {
        let mut hyper = Preset::Model4.hyperparameters();
        hyper.image_size = 20;
        hyper.layers[2].kernel_size = 5;
        let names: Vec<String> = shapes(&hyper).into_iter().map(|shape| shape.name).collect();
        assert_eq!(names, ["Convolution 1", "Convolution 2"]);
    }
}
