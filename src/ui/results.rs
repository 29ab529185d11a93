//! Results: the runs against always guessing the mean.

use eframe::egui::{self, Align, Color32, CornerRadius, Image, Layout, RichText, Sense, Ui, vec2};
use egui_extras::{Column, TableBuilder};

use super::Panel;
use super::icons::Icon;
use super::plots;
use super::theme::{self, GAP, GAP_LARGE, palette};
use super::widgets::{card, clock, empty, figure, halves, help, next, page, primary, secondary};
use crate::app::{Command, SortBy, Step};
use crate::nn::{Activation, ConvLayer, Hyperparameters, Padding, Schedule, SplitBy};
use crate::study::{RunFigures, RunId, RunRecord, TrackId, best_run, results_sentence, thousands};

const ROW: f32 = 30.0;
/// Where there is less room, the table scrolls sideways.
const TABLE_WIDTH: f32 = 960.0;
const HEADINGS: [(&str, Option<SortBy>); 12] = [
    ("Name", Some(SortBy::Name)),
    ("What differs", None),
    ("Parameters", Some(SortBy::Parameters)),
    ("Epochs", Some(SortBy::Epochs)),
    ("Time", Some(SortBy::Seconds)),
    ("RMSE", Some(SortBy::Rmse)),
    ("MAE", Some(SortBy::Mae)),
    ("R²", Some(SortBy::R2)),
    ("vs mean", Some(SortBy::Difference)),
    ("Best RMSE", Some(SortBy::BestRmse)),
    ("Best MAE", Some(SortBy::BestMae)),
    ("Best R²", Some(SortBy::BestR2)),
];
/// Widths of the columns with figures, from Parameters on, in points.
const WIDTHS: [f32; 10] = [76.0, 52.0, 48.0, 48.0, 48.0, 52.0, 56.0, 70.0, 64.0, 56.0];

/// Draws the panel.
pub fn draw(ui: &mut Ui, panel: &mut Panel<'_>) {
    let runs: Vec<RunRecord> = panel.state.study.as_ref().map_or(Vec::new(), |study| study.runs().to_vec());
    let tested: Vec<&RunRecord> = runs.iter().filter(|run| run.figures.is_some()).collect();
    let sentence = results_sentence(&runs, &panel.state.target());
    let blocked = tested.is_empty().then_some("No run has been tested yet.");
    let mut export = false;
    page(
        ui,
        "Results",
        &sentence,
        |ui| export = primary(ui, "Export table", blocked),
        |ui| {
            if runs.is_empty() {
                empty(ui, Icon::Results, "No run yet. Choose a model and train it.");
                return;
            }
            card(ui, "", |ui| {
                egui::ScrollArea::horizontal().id_salt("wide table").show(ui, |ui| {
                    ui.set_min_width(TABLE_WIDTH);
                    table(ui, panel, &runs);
                });
                notes(ui);
            });
            halves(
                ui,
                panel,
                |ui, panel| scatter_card(ui, panel, &tested),
                |ui, panel| curves_card(ui, panel, &tested),
            );
            next(ui, panel, "score a cover", Step::Score);
        },
    );
    if export {
        panel.push(Command::ExportTable);
    }
}

fn table(ui: &mut Ui, panel: &mut Panel<'_>, runs: &[RunRecord]) {
    let differs = differences(runs);
    let of_run = |run: &RunRecord| runs.iter().position(|other| other.id == run.id).map_or("", |place| &differs[place]);
    let order: Vec<(&RunRecord, &str)> = sorted(runs, panel.state.results.sort_by, panel.state.results.descending)
        .into_iter()
        .map(|run| (run, of_run(run)))
        .collect();
    let quiet = palette(ui).quiet;
    let baseline = Baseline::of(runs);
    let height = ROW * (order.len() as f32 + 2.0).min(9.0) + GAP;
    let mut builder = TableBuilder::new(ui)
        .id_salt("results table")
        .striped(false)
        // Rows are chosen by their names; with the mouse, anywhere. Only the names are stops for the keyboard.
        .sense(Sense::CLICK)
        .cell_layout(Layout::right_to_left(Align::Center))
        .max_scroll_height(height)
        .column(Column::initial(170.0).at_least(150.0).clip(true))
        .column(Column::remainder().at_least(120.0).clip(true));
    for width in WIDTHS {
        builder = builder.column(Column::exact(width));
    }
    builder
        .header(ROW, |mut header| {
            for (place, (text, sort_by)) in HEADINGS.into_iter().enumerate() {
                header.col(|ui| heading(ui, panel, place, text, sort_by));
            }
        })
        .body(|mut body| {
            body.row(ROW, |mut row| {
                for place in 0..HEADINGS.len() {
                    row.col(|ui| baseline.cell(ui, place, quiet));
                }
            });
            for (run, differs) in order {
                body.row(ROW, |mut row| {
                    row.set_selected(panel.state.results.shown == Some(run.id));
                    for place in 0..HEADINGS.len() {
                        row.col(|ui| cell(ui, panel, run, differs, place));
                    }
                    if row.response().clicked() {
                        panel.commands.push(Command::LoadPredictions(run.id));
                    }
                });
            }
        });
}

/// What the pinned first row shows: always guessing the mean, as the run with the lowest error is compared with it.
struct Baseline {
    figures: Option<RunFigures>,
    /// On which tracks, where runs were tested on different ones.
    tracks: String,
}

impl Baseline {
    fn of(runs: &[RunRecord]) -> Self {
        let best = best_run(runs).map(|(run, _)| run);
        let shown = best.or_else(|| runs.iter().rfind(|run| run.baseline.is_some()));
        let baseline = shown.and_then(|run| run.baseline);
        let differ = runs.iter().any(|run| run.baseline.is_some() && run.baseline != baseline);
        let tracks =
            shown.filter(|_| differ).map_or_else(String::new, |run| format!("on the test tracks of {}", run.name));
        let figures = baseline.map(|baseline| baseline.figures);
        Self { figures, tracks }
    }

    fn cell(&self, ui: &mut Ui, place: usize, quiet: Color32) {
        let text = |text: &str| RichText::new(text).color(quiet);
        let figure = match (place, self.figures) {
            (0, _) => return left(ui, text("Always guess the mean")),
            (1, _) => return left(ui, text(&self.tracks)),
            (5, Some(figures)) => points(figures.rmse),
            (6, Some(figures)) => points(figures.mae),
            (7, Some(figures)) => share(figures.r2),
            _ => return,
        };
        ui.add(egui::Label::new(text(&figure)).selectable(false));
    }
}

/// Popularity points.
fn points(value: f64) -> String {
    format!("{value:.2}")
}

/// R²; a dash where there is none.
fn share(value: f64) -> String {
    if value.is_nan() { "–".to_owned() } else { format!("{value:.3}") }
}

fn heading(ui: &mut Ui, panel: &mut Panel<'_>, place: usize, text: &str, sort_by: Option<SortBy>) {
    let results = &mut panel.state.results;
    let arrow = match sort_by {
        Some(by) if by == results.sort_by => {
            if results.descending {
                " ▾"
            } else {
                " ▴"
            }
        }
        _ => "",
    };
    let label = RichText::new(format!("{text}{arrow}")).font(theme::caption()).color(palette(ui).quiet);
    let mut draw = |ui: &mut Ui| {
        let Some(by) = sort_by else {
            ui.label(label.clone());
            return;
        };
        let response = ui.add(egui::Button::new(label.clone()).frame(false));
        super::widgets::name(ui, &response, &format!("Sort by {text}"));
        super::widgets::focus_ring(ui, &response);
        if response.clicked() {
            results.descending = results.sort_by == by && !results.descending;
            results.sort_by = by;
        }
    };
    if place < 2 {
        ui.with_layout(Layout::left_to_right(Align::Center), draw);
    } else {
        draw(ui);
    }
}

fn left(ui: &mut Ui, text: RichText) {
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add(egui::Label::new(text).truncate().selectable(false));
    });
}

fn cell(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRecord, differs: &str, place: usize) {
    let figures = run.figures;
    let dash = || "–".to_owned();
    let text = match place {
        0 => {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| name_cell(ui, panel, run));
            return;
        }
        1 => {
            let response = ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let words = RichText::new(differs).color(palette(ui).quiet);
                ui.add(egui::Label::new(words).truncate().selectable(false).show_tooltip_when_elided(false))
            });
            response.inner.on_hover_text(settings_parts(&run.settings).join("\n"));
            return;
        }
        2 => thousands(run.parameters),
        3 => match run.best_epoch {
            Some(best) => format!("{best}, {}", run.epochs_done()),
            None => run.epochs_done().to_string(),
        },
        4 => clock(run.seconds()),
        5 => figures.map_or_else(dash, |figures| points(figures.rmse)),
        6 => figures.map_or_else(dash, |figures| points(figures.mae)),
        7 => figures.map_or_else(dash, |figures| share(figures.r2)),
        8 => run.difference_to_mean().map_or_else(dash, |difference| format!("{difference:+.2}")),
        9 => run.best_figures.map_or_else(|| run.status.as_str().to_owned(), |figures| points(figures.rmse)),
        10 => run.best_figures.map_or_else(dash, |figures| points(figures.mae)),
        _ => run.best_figures.map_or_else(dash, |figures| share(figures.r2)),
    };
    ui.add(egui::Label::new(text).selectable(false));
}

fn name_cell(ui: &mut Ui, panel: &mut Panel<'_>, run: &RunRecord) {
    let mut is_drawn = panel.state.results.selected.contains(&run.id);
    let response = ui.add(egui::Checkbox::without_text(&mut is_drawn));
    super::widgets::name(ui, &response, &format!("Draw the curve of {}", run.name));
    if response.changed() {
        if is_drawn {
            panel.state.results.selected.insert(run.id);
        } else {
            panel.state.results.selected.remove(&run.id);
        }
    }
    let button = egui::Button::new(RichText::new(&run.name).font(theme::body_strong())).frame(false).truncate();
    let response = ui.add(button).on_hover_text("Show its predictions below");
    super::widgets::focus_ring(ui, &response);
    if response.clicked() {
        panel.push(Command::LoadPredictions(run.id));
    }
}

/// How many kinds of settings a run has.
const PARTS: usize = 9;

/// The settings of a run, each in words of its own.
fn settings_parts(settings: &Hyperparameters) -> [String; PARTS] {
    let split = match settings.split {
        SplitBy::Cover => "by cover",
        SplitBy::Track => "by track",
    };
    [
        // The shortest first: the name tells most of the network already.
        format!("seed {}", settings.seed),
        split.to_owned(),
        format!("{:.0} % for testing", 100.0 * settings.test_share),
        format!("{} px", settings.image_size),
        format!("rate {}", settings.learning_rate),
        format!("batch {}", settings.batch_size),
        format!("{} epochs", settings.epochs),
        options_words(settings),
        network_words(&settings.layers),
    ]
}

/// The training options that are on; empty where none is.
fn options_words(settings: &Hyperparameters) -> String {
    let mut words = Vec::new();
    words.extend(settings.patience.map(|patience| format!("patience {patience}")));
    words.extend(settings.flip.then(|| "flips".to_owned()));
    words.extend((settings.schedule == Schedule::Cosine).then(|| "cosine".to_owned()));
    words.extend((settings.dropout > 0.0).then(|| format!("dropout {}", settings.dropout)));
    words.extend((settings.l2 > 0.0).then(|| format!("L2 {}", settings.l2)));
    words.join(" ")
}

/// The layers, equal ones that follow each other counted.
fn network_words(layers: &[ConvLayer]) -> String {
    let words = |layer: &ConvLayer| {
        let pool = layer.pool.map_or_else(String::new, |pool| format!(" pool {pool}"));
        let activation = match layer.activation {
            Activation::Linear => "linear",
            Activation::Relu => "relu",
        };
        let padding = match layer.padding {
            Padding::Valid => "",
            Padding::Same => " same",
        };
        format!("{}·{k}x{k} {activation}{padding}{pool}", layer.filters, k = layer.kernel_size)
    };
    let parts: Vec<String> = layers
        .chunk_by(|one, other| one == other)
        .map(|same| {
            let times = if same.len() > 1 { format!("{} x ", same.len()) } else { String::new() };
            format!("{times}{}", words(&same[0]))
        })
        .collect();
    if parts.is_empty() { "no layers".to_owned() } else { parts.join(" + ") }
}

/// What tells the runs apart: for each of them, those settings in which any two differ.
fn differences(runs: &[RunRecord]) -> Vec<String> {
    let parts: Vec<[String; PARTS]> = runs.iter().map(|run| settings_parts(&run.settings)).collect();
    let differs: Vec<bool> = (0..PARTS).map(|place| parts.iter().any(|part| part[place] != parts[0][place])).collect();
    let words = |part: &[String; PARTS]| -> String {
        let of_place = |place: &usize| differs[*place] || !differs.contains(&true);
        let shown = (0..PARTS).filter(of_place).map(|place| part[place].as_str());
        shown.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
    };
    parts.iter().map(words).collect()
}

fn sorted(runs: &[RunRecord], by: SortBy, descending: bool) -> Vec<&RunRecord> {
    let key = |run: &RunRecord| -> Option<f64> {
        match by {
            SortBy::Made | SortBy::Name => Some(run.id.0 as f64),
            SortBy::Parameters => Some(run.parameters as f64),
            SortBy::Epochs => Some(run.epochs_done() as f64),
            SortBy::Seconds => Some(run.seconds()),
            SortBy::Rmse => run.figures.map(|figures| figures.rmse),
            SortBy::Mae => run.figures.map(|figures| figures.mae),
            SortBy::R2 => run.figures.map(|figures| figures.r2),
            SortBy::Difference => run.difference_to_mean(),
            SortBy::BestRmse => run.best_figures.map(|figures| figures.rmse),
            SortBy::BestMae => run.best_figures.map(|figures| figures.mae),
            SortBy::BestR2 => run.best_figures.map(|figures| figures.r2),
        }
    };
    let mut runs: Vec<&RunRecord> = runs.iter().collect();
    runs.sort_by(|one, other| {
        let order = if by == SortBy::Name {
            one.name.cmp(&other.name)
        } else {
            // Runs without the figure come last, whichever way the others go.
            match (key(one), key(other)) {
                (Some(one), Some(other)) => one.total_cmp(&other),
                (one, other) => return other.is_some().cmp(&one.is_some()),
            }
        };
        if descending { order.reverse() } else { order }
    });
    runs
}

fn notes(ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        let quiet = palette(ui).quiet;
        let text = "Figures are the last epoch's, on the test tracks; beside them the best epoch's. Epochs: best, last.";
        ui.label(RichText::new(text).font(theme::caption()).color(quiet));
        help(ui, "R²", "The share of the spread in popularity that the predictions explain, computed once over all test tracks. 0 is no better than the mean; below 0 is worse.");
        ui.label(RichText::new("Choosing the best epoch by the test tracks flatters.").font(theme::caption()).color(quiet));
    });
}

fn scatter_card(ui: &mut Ui, panel: &mut Panel<'_>, tested: &[&RunRecord]) {
    card(ui, "True against predicted", |ui| {
        let shown: Option<RunId> = panel.state.results.shown;
        let Some(run) = tested.iter().find(|run| Some(run.id) == shown).or(tested.last()) else {
            empty(ui, Icon::Results, "Drawn once a run has been tested.");
            return;
        };
        let Some(predictions) = panel.state.results.predictions.get(&run.id).filter(|list| !list.is_empty()) else {
            panel.push(Command::LoadPredictions(run.id));
            ui.add_space(200.0);
            return;
        };
        let Some(snapshot) = panel.state.study.as_ref().and_then(|study| study.snapshot.as_ref()) else { return };
        ui.horizontal(|ui| {
            ui.label(RichText::new(&run.name).color(palette(ui).quiet));
            if secondary(ui, "Export predictions", None) {
                panel.commands.push(Command::ExportPredictions(run.id));
            }
        });
        let chosen = panel.state.results.track;
        let place = predictions.iter().position(|item| Some(item.track) == chosen);
        if let Some(place) = plots::scatter(ui, predictions, run, snapshot, place) {
            panel.state.results.track = predictions.get(place).map(|item| item.track);
        }
        let item = chosen.and_then(|track| predictions.iter().find(|item| item.track == track)).copied();
        match item {
            Some(item) => chosen_track(ui, panel, item.track, item.truth, item.predicted),
            None => {
                let text = "Click a point to see its cover and track.";
                ui.label(RichText::new(text).font(theme::caption()).color(palette(ui).quiet));
            }
        }
    });
}

fn chosen_track(ui: &mut Ui, panel: &mut Panel<'_>, id: TrackId, truth: f64, predicted: f64) {
    let size = panel.state.preview_size;
    let Some(study) = panel.state.study.as_mut() else { return };
    let Some(track) = study.snapshot.as_ref().and_then(|snapshot| snapshot.track(id)).cloned() else {
        return;
    };
    ui.horizontal(|ui| {
        if let Some(cover) = track.cover {
            match panel.textures.cover(ui.ctx(), study, (cover, size)) {
                Ok(textures) => {
                    let radius = CornerRadius::same(theme::RADIUS_COVER);
                    ui.add(
                        Image::new(&textures.original)
                            .fit_to_exact_size(vec2(64.0, 64.0))
                            .corner_radius(radius)
                            .alt_text(&track.title),
                    );
                }
                Err(failed) => {
                    if !failed {
                        panel.wanted.push((cover, size));
                    }
                    ui.allocate_space(vec2(64.0, 64.0));
                }
            }
        }
        ui.vertical(|ui| {
            ui.label(RichText::new(&track.title).font(theme::body_strong()));
            ui.label(RichText::new(&track.playlist).color(palette(ui).quiet));
        });
        ui.add_space(GAP_LARGE);
        figure(ui, "True", &format!("{truth:.0}"));
        figure(ui, "Predicted", &format!("{predicted:.1}"));
    });
}

fn curves_card(ui: &mut Ui, panel: &Panel<'_>, tested: &[&RunRecord]) {
    card(ui, "Test error by epoch", |ui| {
        let selected = &panel.state.results.selected;
        let drawn: Vec<&RunRecord> = tested.iter().copied().filter(|run| selected.contains(&run.id)).collect();
        if drawn.is_empty() {
            empty(ui, Icon::Training, "Tick runs in the table to draw their curves together.");
        } else {
            plots::curves(ui, &drawn);
        }
    });
}
