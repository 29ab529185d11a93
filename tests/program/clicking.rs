//! The whole way through the window, in-process: from the sample study to a scored drop.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cover_study::app::{Command, Scored, State, Step};
use cover_study::sources::sample;
use cover_study::ui::Window;
use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::support::without_proxy_and_keyring;

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

pub struct Driver {
    pub harness: Harness<'static, Window>,
}

impl Driver {
    /// Starts the program with a data folder of its own.
    pub fn start(study: Option<PathBuf>) -> Self {
        let harness = Harness::builder()
            .with_size(egui::vec2(1280.0, 800.0))
            .build_eframe(move |creation| Window::new(creation, study.as_deref()));
        Self { harness }
    }

    pub fn state(&self) -> &State {
        self.harness.state().state()
    }

    /// Steps until `holds`; where it does not in time, keeps a picture and fails.
    pub fn until(&mut self, what: &str, seconds: u64, holds: impl Fn(&State) -> bool) {
        let end = Instant::now() + Duration::from_secs(seconds);
        while !holds(self.state()) {
            if Instant::now() > end {
                let path = std::env::temp_dir().join("cover-study-timed-out.png");
                let kept = self.harness.render().map(|picture| picture.save(&path).is_ok());
                panic!("timed out waiting until {what}; picture in {}: {kept:?}", path.display());
            }
            self.harness.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.harness.step();
        self.harness.step();
    }

    pub fn click(&mut self, name: &str) {
        self.harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click();
        self.harness.step();
        self.harness.step();
    }

    /// Changes the state as a control would that is drawn elsewhere.
    pub fn edit_state(&mut self, change: impl FnOnce(&mut State)) {
        change(self.harness.state_mut().state_mut());
        self.harness.step();
        self.harness.step();
    }

    /// Asks for what no single button stands for.
    pub fn execute(&mut self, command: Command) {
        self.harness.state_mut().execute(command);
        self.harness.step();
    }

    pub fn drop_file(&mut self, path: PathBuf) {
        self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path)));
        self.harness.step();
    }
}

/// Runs the test called `name` again in a process of its own whose data folder is temporary, so that it leaves the
/// person's own studies alone. `Some(folder)` in that process, `None` in the first one once the other has passed.
pub fn own_data_folder(name: &str) -> Option<PathBuf> {
    own_process(name, Vec::new)
}

/// As [`own_data_folder`], with an environment that the first process makes.
pub fn own_process(name: &str, environment: impl FnOnce() -> Vec<(&'static str, String)>) -> Option<PathBuf> {
    const FOLDER: &str = "COVER_STUDY_TEST_FOLDER";
    if let Some(folder) = std::env::var_os(FOLDER) {
        return Some(folder.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let mut again = std::process::Command::new(this);
    without_proxy_and_keyring(&mut again);
    let status = again
        .args(["--exact", name, "--nocapture"])
        .envs(environment())
        .env(FOLDER, folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .status()
        .unwrap();
    assert!(status.success(), "{name} failed in its own process");
    None
}

#[test]
fn from_the_sample_study_to_a_scored_drop() {
    let Some(folder) = own_data_folder("clicking::from_the_sample_study_to_a_scored_drop") else { return };
    let mut driver = Driver::start(None);
    driver.harness.step();
    driver.click("Open sample study");
    driver.until("the sample is imported", 60, |state| {
        state.import.is_none() && state.study.as_ref().is_some_and(|study| study.tracks() == sample::TRACKS)
    });

    driver.click("Next: look at the covers");
    assert_eq!(driver.state().step, Step::Covers);
    driver.click("Colors");
    driver.until("the colors are found", 60, |state| matches!(state.colors.found, Some(Ok(_))));
    assert!(driver.harness.query_by_label_contains("Dominant colors differ in popularity").is_some());
    driver.click("Model");
    change_one_layer(&mut driver);
    driver.click("Train");
    assert_eq!(driver.state().step, Step::Training);
    driver.until("Quick is trained", 120, |state| {
        state.training.under.is_none() && state.study.as_ref().is_some_and(|study| study.tested_runs().count() == 1)
    });

    driver.click("Next: compare the results");
    driver.until("predictions are read", 20, |state| state.results.predictions.values().any(Option::is_some));
    assert!(driver.harness.query_by_label_contains("beats always guessing the mean").is_some());

    reach_a_verdict(&mut driver);

    let cover = folder.join("draft.png");
    std::fs::write(&cover, sample::cover_png(3)).unwrap();
    driver.drop_file(cover);
    driver.until("the cover is scored", 20, |state| {
        matches!(state.scored.first().map(|cover| &cover.state), Some(Scored::Done(_)))
    });
    assert_eq!(driver.state().step, Step::Score);
    assert!(driver.harness.query_by_label_contains("Predicted popularity: ").is_some());
    driver.until("the nearest covers are found", 20, |state| match state.scored.first().map(|cover| &cover.state) {
        Some(Scored::Done(scored)) => scored.compared.as_ref().is_some_and(|compared| {
            compared.as_ref().is_ok_and(|compared| compared.nearest.len() == 6 && !compared.colors.is_empty())
        }),
        _ => false,
    });

    let bad = folder.join("bad.jpg");
    std::fs::write(&bad, "no picture").unwrap();
    driver.drop_file(bad);
    driver.until("the bad file is told", 20, |state| {
        matches!(state.scored.first().map(|cover| &cover.state), Some(Scored::Failed(_)))
    });
}

fn reach_a_verdict(driver: &mut Driver) {
    driver.click("Verdict");
    driver.click("Quick verdict");
    driver.until("a verdict is reached", 180, |state| {
        let snapshot = state.study.as_ref().and_then(|study| study.snapshot.as_ref());
        state.verdict.under.is_none() && snapshot.is_some_and(|snapshot| !snapshot.verdicts.is_empty())
    });
    assert!(driver.harness.query_by_label_contains("Covers say something useful about popularity here.").is_some());
    // It may be below the window's edge.
    driver.harness.get_by_role_and_label(egui::accesskit::Role::Button, "Run controls").click_accesskit();
    driver.harness.step();
    driver.until("the controls are run", 60, |state| matches!(state.verdict.controls, Some(Ok(_))));
    look_at_an_earlier_verdict(driver);
}

/// Every verdict is kept, and can be looked at again.
fn look_at_an_earlier_verdict(driver: &mut Driver) {
    driver.click("Quick verdict");
    driver.until("another verdict is reached", 180, |state| {
        let snapshot = state.study.as_ref().and_then(|study| study.snapshot.as_ref());
        state.verdict.under.is_none() && snapshot.is_some_and(|snapshot| snapshot.verdicts.len() == 2)
    });
    let shown = |driver: &Driver| driver.state().shown_verdict().map(|(place, _)| place);
    assert_eq!(shown(driver), Some(1), "the latest one");
    driver.harness.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Shown").click();
    (0..3).for_each(|_| driver.harness.step());
    driver.harness.get_by_label("1. Quick verdict: useful").click();
    (0..3).for_each(|_| driver.harness.step());
    assert_eq!(shown(driver), Some(0));
}

/// Changes the second of Quick's layers alone, sees it told as mixed, and goes back to Quick.
fn change_one_layer(driver: &mut Driver) {
    use egui::accesskit::Role;
    driver.harness.get_by_role_and_label(Role::CheckBox, "Each layer by itself").click_accesskit();
    driver.harness.step();
    driver.harness.step();
    let pool = driver.harness.get_by_role_and_label(Role::SpinButton, "Pool size of layer 2");
    pool.focus();
    driver.harness.step();
    driver.harness.key_press(egui::Key::ArrowUp);
    driver.harness.step();
    driver.harness.step();
    let pools: Vec<_> = driver.state().model.settings.layers.iter().map(|layer| layer.pool).collect();
    assert_eq!(pools, [Some(2), Some(3), Some(2)]);
    let shared = driver.harness.get_by_role_and_label(Role::SpinButton, "Pool size");
    assert_eq!(shared.value().as_deref(), Some("mixed"));
    driver.click("Quick");
    let pools: Vec<_> = driver.state().model.settings.layers.iter().map(|layer| layer.pool).collect();
    assert_eq!(pools, [Some(2); 3]);
}

#[test]
fn what_is_not_built_or_not_ready_says_so() {
    let mut driver = Driver::start(None);
    driver.harness.step();
    for step in Step::ALL {
        let blocked = driver.state().blocked(step);
        assert!(blocked.is_some(), "{} can be entered without a study", step.label());
        driver.harness.get_by_role_and_label(egui::accesskit::Role::Button, step.label());
    }
    driver.click("Covers");
    assert_eq!(driver.state().step, Step::Import, "a step that cannot be entered is not");
    let missing = Path::new("/nowhere/missing.coverstudy").to_path_buf();
    let mut driver = Driver::start(Some(missing));
    driver.until("it is said that there is no such study", 10, |state| state.open_error.is_some());
}
