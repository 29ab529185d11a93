//! How long the map of what matters in a cover takes, and a frame's work in the Score panel of a study of 100,000 tracks:
//! `cargo bench --bench score`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cover_study::app::State;
use cover_study::jobs::{Scorer, Wishes, train_run};
use cover_study::nn::{Preset, TrainOptions};
use cover_study::sources::{ImportRequest, import, sample};
use cover_study::study::{NewTrack, POPULARITY, StudyFile, TrackCover, picture};
use cover_study::ui::Window;
use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

const MAPS: usize = 15;
const TRACKS: usize = 100_000;
const DRAFTS: usize = 60;
const FRAMES: usize = 300;
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);

type AnyError = Box<dyn std::error::Error>;

fn main() -> Result<(), AnyError> {
    // `cargo test --benches` only wants to see that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let study = folder.path().join("bench.coverstudy");
    let file = trained_study(&study)?;
    for preset in [Preset::Model4, Preset::Quick] {
        measure_maps(&file, preset)?;
    }
    add_tracks(&file)?;
    drop(file);
    let drafts = drafts(folder.path())?;
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .build_eframe(move |creation| Window::new(creation, Some(&study)));
    wait(&mut harness, |state| state.study.as_ref().is_some_and(|study| study.tracks() > TRACKS));
    harness.input_mut().dropped_files.push(Arc::new(Dropped(drafts)));
    wait(&mut harness, |state| state.scored.iter().filter(|cover| cover.done().is_some()).count() == DRAFTS);
    measure_frames(&mut harness, "while the covers are compared");
    wait(&mut harness, |state| {
        state.scored.iter().any(|cover| cover.done().is_some_and(|scored| scored.compared.is_some()))
    });
    measure_frames(&mut harness, "at rest");
    Ok(())
}

/// The sample study with a run of each preset that is measured, trained for a moment.
fn trained_study(path: &Path) -> Result<StudyFile, AnyError> {
    let file = StudyFile::create(path)?;
    import(&file, &ImportRequest::Sample { shuffle_popularity: None }, &Wishes::default(), &mut |_| {})?;
    for preset in [Preset::Quick, Preset::Model4] {
        let mut settings = preset.hyperparameters();
        settings.epochs = 1;
        let run = file.connect()?.add_run(preset.key(), preset.key(), &settings, 0)?;
        train_run(&file, run, TrainOptions::default(), &Wishes::default(), &mut |_| {})?;
    }
    Ok(file)
}

fn measure_maps(file: &StudyFile, preset: Preset) -> Result<(), AnyError> {
    let scorer = Scorer::load(&file.connect()?, Some(preset.key()))?;
    let mut milliseconds = Vec::with_capacity(MAPS);
    for index in 0..MAPS {
        let cover = picture::decode(&sample::cover_png(index))?.rgb;
        let began = Instant::now();
        let map = scorer.occlusion(&cover, || true)?;
        milliseconds.push(began.elapsed().as_secs_f64() * 1000.0);
        std::hint::black_box(map);
    }
    milliseconds.sort_by(f64::total_cmp);
    println!(
        "What matters in a cover, {} at 60x60: median {:.0} ms, longest {:.0} ms of {MAPS}",
        preset.key(),
        milliseconds[MAPS / 2],
        milliseconds[MAPS - 1]
    );
    Ok(())
}

/// Tracks that share the sample study's covers.
fn add_tracks(file: &StudyFile) -> Result<(), AnyError> {
    let mut study = file.connect()?;
    let covers: Vec<_> = study.tracks()?.into_iter().filter_map(|track| track.cover).collect();
    let tracks: Vec<NewTrack> = (0..TRACKS)
        .map(|index| NewTrack {
            title: format!("Track {index}"),
            playlist: format!("Playlist {}", index % 40),
            identity: format!("bench {index}"),
            measure: POPULARITY.to_owned(),
            value: Some((index * 37 % 101) as f64),
            cover: TrackCover::Known(covers[index % covers.len()]),
            ..NewTrack::default()
        })
        .collect();
    study.add_tracks(&tracks)?;
    Ok(())
}

fn drafts(folder: &Path) -> Result<PathBuf, AnyError> {
    let drafts = folder.join("drafts");
    std::fs::create_dir(&drafts)?;
    for index in 0..DRAFTS {
        std::fs::write(drafts.join(format!("draft {index}.png")), sample::cover_png(index))?;
    }
    Ok(drafts)
}

/// A folder as egui hands it over when it is dropped.
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

fn wait(harness: &mut Harness<'_, Window>, holds: impl Fn(&State) -> bool) {
    while !holds(harness.state().state()) {
        harness.step();
        std::thread::sleep(BETWEEN_FRAMES);
    }
    harness.step();
}

/// Logic, layout and tessellation; the pointer goes over the panel meanwhile, and every tenth frame sorts anew.
fn measure_frames(harness: &mut Harness<'_, Window>, when: &str) {
    let mut milliseconds: Vec<f64> = (0..FRAMES)
        .map(|frame| {
            harness.hover_at(egui::pos2(400.0 + frame as f32, 200.0 + frame as f32));
            if frame % 10 == 0 {
                harness.get_by_label("Sort by range").click();
            }
            let began = Instant::now();
            harness.step();
            let triangles = harness.ctx.tessellate(harness.output().shapes.clone(), 1.0);
            let took = began.elapsed();
            std::hint::black_box(triangles);
            std::thread::sleep(BETWEEN_FRAMES);
            took.as_secs_f64() * 1000.0
        })
        .collect();
    milliseconds.sort_by(f64::total_cmp);
    println!(
        "Score of a study of {TRACKS} tracks, {when}: median {:.1} ms, 99th percentile {:.1} ms of {FRAMES} frames",
        milliseconds[FRAMES / 2],
        milliseconds[FRAMES * 99 / 100]
    );
}
