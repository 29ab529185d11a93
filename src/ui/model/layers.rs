//! The convolution layers one by one, for networks whose layers differ.

use eframe::egui::{self, RichText, Ui, vec2};

use crate::app::ModelForm;
use crate::nn::{self, Activation, ConvLayer, Padding};
use crate::ui::number_fields::cell_spin;
use crate::ui::theme::{self, GAP, palette};
use crate::ui::widgets::{cell_choice, tick};

const HEADINGS: [&str; 6] = ["Layer", "Filters", "Kernel", "Pool", "Padding", "Activation"];

/// A switch and, while it is on, a line for each layer.
pub fn draw(ui: &mut Ui, form: &mut ModelForm) {
    ui.add_space(GAP);
    tick(ui, &mut form.shows_each_layer, "Each layer by itself");
    if !form.shows_each_layer {
        return;
    }
    egui::Grid::new("each layer").num_columns(HEADINGS.len()).spacing(vec2(GAP, GAP)).show(ui, |ui| {
        for heading in HEADINGS {
            ui.label(RichText::new(heading).font(theme::caption()).color(palette(ui).quiet));
        }
        ui.end_row();
        for (place, layer) in form.settings.layers.iter_mut().enumerate() {
            line(ui, place + 1, layer);
            ui.end_row();
        }
    });
}

/// One layer's settings; `number` counts from 1.
fn line(ui: &mut Ui, number: usize, layer: &mut ConvLayer) {
    let of = |what: &str| format!("{what} of layer {number}");
    ui.label(number.to_string());
    cell_spin(ui, &of("Filters"), &mut layer.filters, nn::FILTERS, 0.5);
    cell_spin(ui, &of("Kernel size"), &mut layer.kernel_size, nn::KERNEL_SIZES, 0.05);
    // Pooling over one pixel is no pooling.
    let mut pool = layer.pool.unwrap_or(1);
    if cell_spin(ui, &of("Pool size"), &mut pool, 1..=*nn::POOL_SIZES.end(), 0.05).changed() {
        layer.pool = (pool > 1).then_some(pool);
    }
    let paddings = [(Padding::Valid, "valid"), (Padding::Same, "same")];
    if let Some(padding) = cell_choice(ui, &of("Padding"), layer.padding, &paddings) {
        layer.padding = padding;
    }
    let activations = [(Activation::Linear, "linear"), (Activation::Relu, "relu")];
    if let Some(activation) = cell_choice(ui, &of("Activation"), layer.activation, &activations) {
        layer.activation = activation;
    }
}
