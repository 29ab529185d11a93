//! How long a frame's work takes while a model trains on all cores (logic, layout and tessellation; painting left out),
//! and how long a dropped cover waits for its score.
//!
//! `cargo bench --bench frames`; see `benches/README.md`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cover_study::app::{Scored, State, Step};
use cover_study::jobs::{Wishes, train_run};
use cover_study::nn::{Preset, TrainOptions};
use cover_study::sources::{ImportRequest, import, sample};
use cover_study::study::StudyFile;
use cover_study::ui::Window;
use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

const FRAMES: usize = 300;
const DROPS: usize = 50;
/// As a screen of 60 Hz asks for them.
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);
/// So that training goes on to the end of the last panel.
const QUEUED_RUNS: usize = 8;

type AnyError = Box<dyn std::error::Error>;

fn main() -> Result<(), AnyError> {
    // `cargo test --benches` only wants to see that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let study = folder.path().join("bench.coverstudy");
    trained_study(&study)?;
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .build_eframe(move |creation| Window::new(creation, Some(&study)));
    wait(&mut harness, |state| state.study.as_ref().is_some_and(|study| study.tracks() == sample::TRACKS));

    let covers = covers(folder.path())?;
    measure_drops(&mut harness, "at rest", &covers);
    for _ in 0..QUEUED_RUNS {
        press(&mut harness, "Model");
        press(&mut harness, "Model 4");
        press(&mut harness, "Train");
    }
    wait(&mut harness, |state| state.training.under.as_ref().is_some_and(|under| under.epoch > 0));
    for step in [Step::Training, Step::Covers, Step::Model, Step::Results] {
        press(&mut harness, step.label());
        measure(&mut harness, step.label());
    }
    measure_drops(&mut harness, "while a model trains", &covers);
    Ok(())
}

/// The sample study with a run that can score.
fn trained_study(path: &Path) -> Result<(), AnyError> {
    let file = StudyFile::create(path)?;
    import(&file, &ImportRequest::Sample { shuffle_popularity: None }, &Wishes::default(), &mut |_| {})?;
    let mut settings = Preset::Quick.hyperparameters();
    settings.epochs = 1;
    let run = file.connect()?.add_run("Quick", "quick", &settings, 0)?;
    train_run(&file, run, TrainOptions::default(), &Wishes::default(), &mut |_| {})?;
    Ok(())
}

/// Covers as people have them: JPEGs of 640x640 with the detail of a photograph.
fn covers(folder: &Path) -> Result<Vec<PathBuf>, AnyError> {
    (0..DROPS)
        .map(|index| {
            let small = image::load_from_memory(&sample::cover_png(index))?;
            let mut large = small.resize_exact(640, 640, image::imageops::FilterType::CatmullRom).to_rgb8();
            for (place, value) in large.iter_mut().enumerate() {
                *value = value.wrapping_add((place.wrapping_mul(2_654_435_761) >> 13) as u8 % 24);
            }
            let path = folder.join(format!("draft {index}.jpg"));
            large.save(&path)?;
            Ok(path)
        })
        .collect()
}

/// A file as egui hands it over when it is dropped.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// From the frame that is handed the drop to the end of the one that shows the score.
fn measure_drops(harness: &mut Harness<'_, Window>, when: &str, covers: &[PathBuf]) {
    let mut milliseconds: Vec<f64> = covers
        .iter()
        .map(|cover| {
            let scored = harness.state().state().scored.len();
            let began = Instant::now();
            harness.input_mut().dropped_files.push(Arc::new(Dropped(cover.clone())));
            harness.step();
            let is_scored = |state: &State| {
                state.scored.len() > scored && state.scored.iter().all(|cover| matches!(cover.state, Scored::Done(_)))
            };
            while !is_scored(harness.state().state()) {
                std::thread::sleep(Duration::from_millis(1));
                harness.step();
            }
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    milliseconds.sort_by(f64::total_cmp);
    println!(
        "Score of a dropped cover, {when}: median {:.0} ms, longest {:.0} ms of {} drops",
        milliseconds[milliseconds.len() / 2],
        milliseconds.last().copied().unwrap_or(f64::NAN),
        milliseconds.len()
    );
}

fn press(harness: &mut Harness<'_, Window>, name: &str) {
    harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click();
    harness.step();
    harness.step();
}

fn wait(harness: &mut Harness<'_, Window>, holds: impl Fn(&State) -> bool) {
    while !holds(harness.state().state()) {
        harness.step();
        std::thread::sleep(BETWEEN_FRAMES);
    }
    harness.step();
}

fn measure(harness: &mut Harness<'_, Window>, name: &str) {
    let mut milliseconds: Vec<f64> = (0..FRAMES)
        .map(|_| {
            let began = Instant::now();
            harness.step();
            let shapes = harness.output().shapes.clone();
            let triangles = harness.ctx.tessellate(shapes, 1.0);
            let took = began.elapsed();
            std::hint::black_box(triangles);
            std::thread::sleep(BETWEEN_FRAMES);
            took.as_secs_f64() * 1000.0
        })
        .collect();
    milliseconds.sort_by(f64::total_cmp);
    let training = harness.state().state().training.under.is_some();
    println!(
        "{name}: median {:.1} ms, 99th percentile {:.1} ms of {FRAMES} frames (training goes on: {training})",
        milliseconds[FRAMES / 2],
        milliseconds[FRAMES * 99 / 100]
    );
}
