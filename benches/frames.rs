//! How long a frame's work takes while a model trains on all cores: logic, layout and tessellation; painting left out.
//!
//! `cargo bench --bench frames`; see `benches/README.md`.

use std::time::{Duration, Instant};

use cover_study::app::Step;
use cover_study::sources::sample;
use cover_study::ui::Window;
use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

const FRAMES: usize = 300;
/// So that training goes on to the end of the last panel.
const QUEUED_RUNS: usize = 8;
/// As a screen of 60 Hz asks for them.
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo test --benches` only wants to see that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let mut harness =
        Harness::builder().with_size(egui::vec2(1280.0, 800.0)).build_eframe(|creation| Window::new(creation, None));
    harness.step();
    press(&mut harness, "Open sample study");
    wait(&mut harness, |state| state.study.as_ref().is_some_and(|study| study.tracks() == sample::TRACKS));
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
    let path = harness.state().state().study.as_ref().map(|study| study.path.clone());
    drop(harness);
    if let Some(path) = path {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

fn press(harness: &mut Harness<'_, Window>, name: &str) {
    harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click();
    harness.step();
    harness.step();
}

fn wait(harness: &mut Harness<'_, Window>, holds: impl Fn(&cover_study::app::State) -> bool) {
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
