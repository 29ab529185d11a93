//! Model: the network's hyperparameters, what comes of them, and what cannot work.

use eframe::egui::{self, Align, Layout, RichText, Ui};

use super::Panel;
use super::icons::Icon;
use super::theme::{self, GAP, GAP_LARGE, palette};
use super::widgets::{card, choice, figure, focus_ring, halves, help, notice, page, primary, right_aligned, spin};
use crate::app::{Command, ModelForm};
use crate::nn::{self, Activation, Field, Hyperparameters, Padding, Preset, Problem, SplitBy};
use crate::study::{plural, thousands};

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let tracks = panel.state.study.as_ref().map_or(0, crate::app::OpenStudy::usable_tracks);
    let checked = panel.state.model.check();
    let problems: Vec<Problem> = match &checked {
        Ok(checked) => {
            let available = nn::available_memory_bytes().unwrap_or(u64::MAX);
            checked.get().check_memory(tracks, available).err().into_iter().collect()
        }
        Err(problems) => problems.clone(),
    };
    let blocked = if let Some(why) = panel.state.read_only() {
        Some(why)
    } else if tracks < 8 {
        Some("Import at least 8 tracks with popularity and cover first.")
    } else if problems.is_empty() {
        None
    } else {
        Some("These settings cannot work; see what is said beside them.")
    };
    let sentence = format!(
        "Choose a network, then train it on {}. Quick is a good first choice.",
        plural(tracks, "track", "tracks")
    );
    let (mut train, mut next) = (false, false);
    page(
        ui,
        "Model",
        &sentence,
        |ui| train = primary(ui, "Train", blocked),
        |ui| {
            presets(ui, &mut panel.state.model);
            ui.add_space(GAP);
            halves(
                ui,
                &mut panel.state.model,
                |ui, form| {
                    layers_card(ui, form, &problems);
                    training_card(ui, form, &problems);
                },
                |ui, form| {
                    let totals = checked.as_ref().ok();
                    let totals = totals.map(|checked| (checked.parameters(), checked.memory_bytes(tracks)));
                    network_card(ui, &form.settings, totals);
                    others(ui, &problems);
                    super::options::draw(ui, &mut form.settings, &problems);
                },
            );
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                next = super::widgets::secondary(ui, "Next: train this model", blocked);
            });
        },
    );
    if train || next {
        panel.push(Command::Train);
    }
}

fn presets(ui: &mut Ui, form: &mut ModelForm) {
    ui.horizontal_wrapped(|ui| {
        for preset in Preset::ALL {
            let is_chosen = form.preset == preset;
            let button =
                egui::Button::new(preset.label()).selected(is_chosen).min_size(egui::vec2(84.0, theme::CONTROL_HEIGHT));
            let response = ui.add(button).on_hover_text(preset.description());
            super::widgets::describe(ui, &response, preset.description());
            focus_ring(ui, &response);
            if response.clicked() {
                form.choose(preset);
            }
        }
    });
    ui.label(RichText::new(form.preset.description()).font(theme::caption()).color(palette(ui).quiet));
}

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

fn layers_card(ui: &mut Ui, form: &mut ModelForm, problems: &[Problem]) {
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

fn training_card(ui: &mut Ui, form: &mut ModelForm, problems: &[Problem]) {
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

/// The layers with what comes out of each.
fn network_card(ui: &mut Ui, settings: &Hyperparameters, totals: Option<(usize, u64)>) {
    let quiet = palette(ui).quiet;
    card(ui, "The network", |ui| {
        egui::Grid::new("network").num_columns(3).striped(true).spacing([GAP_LARGE, GAP]).show(ui, |ui| {
            let heading = |text: &str| RichText::new(text).font(theme::caption()).color(quiet);
            ui.label(heading("Layer"));
            right_aligned(ui, 110.0, heading("Output"));
            right_aligned(ui, 90.0, heading("Parameters"));
            ui.end_row();
            let size = settings.image_size;
            line(ui, "Cover", &format!("{size} x {size} x 3"), 0);
            for shape in nn::shapes(settings) {
                let output = if shape.height == 1 && shape.width == 1 {
                    thousands(shape.channels)
                } else {
                    format!("{} x {} x {}", shape.height, shape.width, shape.channels)
                };
                line(ui, &shape.name, &output, shape.parameters);
            }
        });
        ui.add_space(GAP);
        if let Some((parameters, bytes)) = totals {
            ui.horizontal(|ui| {
                figure(ui, "Parameters", &thousands(parameters));
                ui.add_space(GAP_LARGE);
                figure(ui, "Memory, about", &megabytes(bytes));
            });
        }
    });
}

fn line(ui: &mut Ui, name: &str, output: &str, parameters: usize) {
    ui.label(name);
    right_aligned(ui, 110.0, output);
    let text = if parameters == 0 { "–".to_owned() } else { thousands(parameters) };
    right_aligned(ui, 90.0, text);
    ui.end_row();
}

fn megabytes(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1_000_000.0;
    if megabytes < 1000.0 { format!("{megabytes:.0} MB") } else { format!("{:.1} GB", megabytes / 1000.0) }
}

/// What is wrong, but at no single field.
fn others(ui: &mut Ui, problems: &[Problem]) {
    for problem in problems.iter().filter(|problem| problem.field == Field::Memory) {
        notice(ui, Icon::Alert, palette(ui).error, problem.message.as_str());
    }
}
