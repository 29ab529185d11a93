//! The settings of a network and its training, each with its "?" and what is wrong at it.

use eframe::egui::{RichText, Ui};

use crate::app::ModelForm;
use crate::nn::{self, Activation, Field, Padding, Problem, SplitBy};
use crate::ui::icons::Icon;
use crate::ui::number_fields::spin;
use crate::ui::theme::palette;
use crate::ui::widgets::{card, choice, help, notice};

/// A row of a settings card: the control, its "?", and what is wrong at it.
pub(super) fn row(
    ui: &mut Ui,
    problems: &[Problem],
    field: Field,
    term: &str,
    text: &str,
    control: impl FnOnce(&mut Ui),
) {
    ui.horizontal(|ui| {
        control(ui);
        help(ui, term, text);
    });
    if let Some(problem) = ModelForm::problem_at(problems, field) {
        notice(ui, Icon::Alert, palette(ui).error, problem);
    }
}

/// The convolution layers, all alike or each by itself.
pub(super) fn layers_card(ui: &mut Ui, form: &mut ModelForm, problems: &[Problem]) {
    card(ui, "Convolution layers", |ui| {
        let mut count = form.settings.layers.len();
        row(
            ui,
            problems,
            Field::Layers,
            "a convolution layer",
            "A layer that looks for small patterns everywhere in the picture. More layers see larger shapes.",
            |ui| {
                if spin(ui, "Convolution layers", &mut count, nn::LAYERS, 0.05, false).changed() {
                    form.settings.set_layer_count(count);
                }
            },
        );
        if form.settings.layers.is_empty() {
            ui.label(RichText::new("Without a layer the network weighs each pixel directly.").color(palette(ui).quiet));
            return;
        }
        shared_numbers(ui, form, problems);
        shared_choices(ui, form, problems);
        super::layers::draw(ui, form);
    });
}

fn shared_numbers(ui: &mut Ui, form: &mut ModelForm, problems: &[Problem]) {
    let first = form.settings.layers[0];
    let (filters, kernel, pool) =
        (form.shared(|layer| layer.filters), form.shared(|layer| layer.kernel_size), form.shared(|layer| layer.pool));
    let mut value = filters.unwrap_or(first.filters);
    row(
        ui,
        problems,
        Field::Filters,
        "a filter",
        "One pattern that a layer looks for. More filters can tell more patterns apart, and take longer.",
        |ui| {
            if spin(ui, "Filters", &mut value, nn::FILTERS, 0.5, filters.is_none()).changed() {
                form.set_all(|layer| layer.filters = value);
            }
        },
    );
    let mut value = kernel.unwrap_or(first.kernel_size);
    row(
        ui,
        problems,
        Field::KernelSize,
        "the kernel size",
        "How many pixels wide and high a pattern is. 3 is usual.",
        |ui| {
            if spin(ui, "Kernel size", &mut value, nn::KERNEL_SIZES, 0.05, kernel.is_none()).changed() {
                form.set_all(|layer| layer.kernel_size = value);
            }
        },
    );
    // Pooling over one pixel is no pooling.
    let mut value = pool.unwrap_or(first.pool).unwrap_or(1);
    row(
        ui,
        problems,
        Field::PoolSize,
        "pooling",
        "After a layer, only the strongest answer in each square of this many pixels is kept. 1 keeps all: no pooling.",
        |ui| {
            if spin(ui, "Pool size", &mut value, 1..=*nn::POOL_SIZES.end(), 0.05, pool.is_none()).changed() {
                form.set_all(|layer| layer.pool = (value > 1).then_some(value));
            }
        },
    );
}

fn shared_choices(ui: &mut Ui, form: &mut ModelForm, problems: &[Problem]) {
    let padding = form.shared(|layer| layer.padding);
    let words = [(Padding::Valid, "valid"), (Padding::Same, "same")];
    let shown = |current: Option<usize>, words: [&'static str; 2]| current.map_or("mixed", |place| words[place]);
    row(
        ui,
        problems,
        Field::Padding,
        "padding",
        "Valid: patterns lie wholly inside the picture, which shrinks a little. Same: the edge is filled with black, and the size stays.",
        |ui| {
            let text = shown(padding.map(|value| value as usize), ["valid", "same"]);
            if let Some(value) = choice(ui, "Padding", text, padding, &words) {
                form.set_all(|layer| layer.padding = value);
            }
        },
    );
    let activation = form.shared(|layer| layer.activation);
    let words = [(Activation::Linear, "linear"), (Activation::Relu, "relu")];
    row(
        ui,
        problems,
        Field::Activation,
        "the activation",
        "What happens to a layer's answers. Linear leaves them; relu sets negative ones to 0, so that layers can do more together than one alone.",
        |ui| {
            let text = shown(activation.map(|value| value as usize), ["linear", "relu"]);
            if let Some(value) = choice(ui, "Activation", text, activation, &words) {
                form.set_all(|layer| layer.activation = value);
            }
        },
    );
}

/// How the network is trained.
pub(super) fn training_card(ui: &mut Ui, form: &mut ModelForm, problems: &[Problem]) {
    let settings = &mut form.settings;
    card(ui, "Training", |ui| {
        row(
            ui,
            problems,
            Field::Epochs,
            "an epoch",
            "One pass over all training tracks. Too few and nothing is learned; too many and the covers are learned by heart.",
            |ui| {
                spin(ui, "Epochs", &mut settings.epochs, nn::EPOCHS, 0.1, false);
            },
        );
        row(
            ui,
            problems,
            Field::BatchSize,
            "the batch size",
            "How many covers are looked at before the weights are changed once. 32 is usual.",
            |ui| {
                spin(ui, "Batch size", &mut settings.batch_size, nn::BATCH_SIZES, 0.2, false);
            },
        );
        row(
            ui,
            problems,
            Field::LearningRate,
            "the learning rate",
            "How far the weights move at each change. 0.001 is usual; lower it where training jumps about.",
            |ui| {
                spin(ui, "Learning rate", &mut settings.learning_rate, 0.000_001..=1.0, 0.000_1, false);
            },
        );
        row(
            ui,
            problems,
            Field::ImageSize,
            "the image size",
            "Pixels a side that each cover is shrunk to. Larger ones show more and take longer.",
            |ui| {
                spin(ui, "Image size", &mut settings.image_size, nn::IMAGE_SIZES, 0.5, false);
            },
        );
        row(
            ui,
            problems,
            Field::TestShare,
            "the test share",
            "The share of tracks that is kept aside to test the model on. It never trains on them.",
            |ui| {
                spin(ui, "Test share", &mut settings.test_share, nn::TEST_SHARES, 0.005, false);
            },
        );
        row(
            ui,
            problems,
            Field::Seed,
            "the seed",
            "The number that all chance comes from: the same seed gives the same run again.",
            |ui| {
                spin(ui, "Seed", &mut settings.seed, 0..=u64::from(u32::MAX), 0.1, false);
            },
        );
        row(
            ui,
            &[],
            Field::Seed,
            "the split",
            "By cover, tracks that share a cover stay together, so that no cover is trained and tested on. By track is how the 2022 study did it.",
            |ui| {
                let words = [(SplitBy::Cover, "by cover"), (SplitBy::Track, "by track")];
                let shown = if settings.split == SplitBy::Cover { "by cover" } else { "by track" };
                if let Some(value) = choice(ui, "Split", shown, Some(settings.split), &words) {
                    settings.split = value;
                }
            },
        );
    });
}
