//! A study of 100,000 tracks: how long opening it takes, a frame's work while its covers are scrolled and sorted and its
//! runs sorted (logic, layout and tessellation; painting left out), and the memory that it takes.
//!
//! `cargo bench --bench large`; see `benches/README.md`.

use std::path::Path;
use std::time::{Duration, Instant};

use cover_study::app::{Command, RunColumn, SortTracks, State, Step};
use cover_study::jobs::Wishes;
use cover_study::nn::Preset;
use cover_study::sources::{ImportRequest, import, sample};
use cover_study::study::{NewRun, NewTrack, POPULARITY, StudyFile, TrackCover};
use cover_study::ui::Window;
use eframe::egui::{self, Event, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase};
use egui_kittest::Harness;

const TRACKS: usize = 100_000;
const RUNS: usize = 200;
const FRAMES: usize = 400;
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);
/// Fast: several screens of covers a second.
const SCROLLED_POINTS: f32 = 120.0;

type AnyError = Box<dyn std::error::Error>;

fn main() -> Result<(), AnyError> {
    // `cargo test --benches` only wants to see that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let study = folder.path().join("large.coverstudy");
    large_study(&study)?;
    let began = Instant::now();
    let path = study.clone();
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .build_eframe(move |creation| Window::new(creation, Some(&path)));
    wait(&mut harness, |state| state.study.as_ref().is_some_and(|study| study.tracks() >= TRACKS));
    println!("Opening: {:.2} s", began.elapsed().as_secs_f64());

    harness.state_mut().execute(Command::GoTo(Step::Covers));
    wait(&mut harness, |state| state.covers.concerns.is_some());
    measure(&mut harness, "Covers, scrolled", |harness, frame| {
        harness.hover_at(egui::pos2(500.0, 500.0));
        let down = if frame % 100 < 70 { -SCROLLED_POINTS } else { SCROLLED_POINTS };
        harness.input_mut().events.push(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: egui::vec2(0.0, down),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
    });
    measure(&mut harness, "Covers, sorted and searched", |harness, frame| {
        let filter = &mut harness.state_mut().state_mut().covers.filter;
        if frame % 10 == 0 {
            filter.sort = SortTracks::ALL[frame / 10 % SortTracks::ALL.len()];
            filter.text = ["", "track 7", "playlist 3"][frame / 10 % 3].to_owned();
        }
    });
    harness.state_mut().execute(Command::GoTo(Step::Results));
    measure(&mut harness, "Results of 200 runs, sorted", |harness, frame| {
        if frame % 10 == 0 {
            harness.state_mut().state_mut().results.sort_by = Some(RunColumn::ALL[frame / 10 % RunColumn::ALL.len()]);
        }
    });
    println!("Resident memory: {:.0} MiB", resident_mib()?);
    Ok(())
}

/// The sample study with 100,000 tracks that share its covers, and 200 runs.
fn large_study(path: &Path) -> Result<(), AnyError> {
    let file = StudyFile::create(path)?;
    import(&file, &ImportRequest::Sample { shuffle_popularity: None }, &Wishes::default(), &mut |_| {})?;
    let mut study = file.connect()?;
    let covers: Vec<_> = study.tracks()?.into_iter().filter_map(|track| track.cover).collect();
    assert_eq!(covers.len(), sample::TRACKS);
    let tracks: Vec<NewTrack> = (0..TRACKS)
        .map(|index| NewTrack {
            title: format!("Track {index}"),
            artist: format!("Artist {}", index % 9000),
            playlist: format!("Playlist {}", index % 40),
            identity: format!("bench {index}"),
            measure: POPULARITY.to_owned(),
            value: Some((index * 37 % 101) as f64),
            cover: TrackCover::Known(covers[index % covers.len()]),
            ..NewTrack::default()
        })
        .collect();
    study.add_tracks(&tracks)?;
    let run = NewRun {
        label: "Quick".to_owned(),
        model: "quick".to_owned(),
        settings: Preset::Quick.hyperparameters(),
        parameters: 14_465,
    };
    study.add_runs(&vec![run; RUNS], "")?;
    Ok(())
}

fn wait(harness: &mut Harness<'_, Window>, holds: impl Fn(&State) -> bool) {
    while !holds(harness.state().state()) {
        harness.step();
        std::thread::sleep(BETWEEN_FRAMES);
    }
    harness.step();
}

fn measure(harness: &mut Harness<'_, Window>, what: &str, mut before: impl FnMut(&mut Harness<'_, Window>, usize)) {
    let mut milliseconds: Vec<f64> = (0..FRAMES)
        .map(|frame| {
            before(harness, frame);
            let began = Instant::now();
            harness.step();
            let took = began.elapsed();
            std::thread::sleep(BETWEEN_FRAMES.saturating_sub(took));
            took.as_secs_f64() * 1000.0
        })
        .collect();
    milliseconds.sort_by(f64::total_cmp);
    let at = |share: f64| milliseconds[((FRAMES - 1) as f64 * share) as usize];
    println!("{what}: median {:.1} ms, 99th percentile {:.1} ms", at(0.5), at(0.99));
}

/// Of this process, as Linux tells it.
fn resident_mib() -> Result<f64, AnyError> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
    Ok(kib / 1024.0)
}
