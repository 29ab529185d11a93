//! Model and Training in the window: own presets, sweeps, the queue, a second window.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use cover_study::app::{Expected, State, Step};
use cover_study::study::{RunStatus, StudyFile};
use cover_study::ui::Window;
use eframe::App as _;
use eframe::egui::{self, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::clicking::{Driver, own_process};
use super::support::{run, small_study, text};

/// What the system would keep for the program between two starts.
#[derive(Default)]
struct Kept(Mutex<std::collections::HashMap<String, String>>);

impl eframe::Storage for Kept {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.lock().unwrap().insert(key.to_owned(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.lock().unwrap().remove(key);
    }

    fn flush(&mut self) {}
}

/// A study of 60 small covers.
fn study_of(folder: &Path) -> PathBuf {
    let (table, covers) = small_study(folder, 60);
    let study = folder.join("a.coverstudy");
    assert!(run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]).status.success());
    study
}

fn start_with(study: PathBuf, kept: &'static Kept) -> Driver {
    let harness = Harness::builder().with_size(egui::vec2(1280.0, 1400.0)).build_eframe(move |creation| {
        creation.storage = Some(kept);
        Window::new(creation, Some(&study))
    });
    let mut driver = Driver { harness };
    driver
        .until("the study is open", 30, |state| state.study.as_ref().is_some_and(|study| study.usable_tracks() == 60));
    driver
}

fn start(study: PathBuf) -> Driver {
    start_with(study, Box::leak(Box::default()))
}

/// Types into the field called `name`, over what it holds.
fn fill(driver: &mut Driver, name: &str, text: &str) {
    let field = driver.harness.get_by_role_and_label(Role::TextInput, name);
    field.click();
    driver.harness.step();
    driver.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    driver.harness.step();
    driver.harness.get_by_role_and_label(Role::TextInput, name).type_text(text);
    driver.harness.step();
    driver.harness.step();
}

/// Chooses `option` in the combo box called `name`.
fn choose(driver: &mut Driver, name: &str, option: &str) {
    driver.harness.get_by_role_and_label(Role::ComboBox, name).click();
    driver.harness.step();
    driver.harness.step();
    let item = driver.harness.get_all_by_label(option).last().unwrap();
    // In a long list it may be further down than is seen.
    item.click_accesskit();
    driver.harness.step();
    driver.harness.step();
}

/// Types a number over the one in the field called `name`.
fn set_number(driver: &mut Driver, name: &str, value: usize) {
    driver.harness.get_by_role_and_label(Role::SpinButton, name).focus();
    driver.harness.step();
    driver.harness.step();
    driver.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    driver.harness.step();
    driver.harness.event(egui::Event::Text(value.to_string()));
    driver.harness.step();
    driver.harness.key_press(egui::Key::Enter);
    driver.harness.step();
    driver.harness.step();
}

fn statuses(state: &State) -> Vec<RunStatus> {
    state.study.as_ref().map_or_else(Vec::new, |study| study.runs().iter().map(|run| run.status).collect())
}

#[test]
fn a_sweep_is_queued_whole_and_trained_to_its_end() {
    let Some(folder) = own_process("models::a_sweep_is_queued_whole_and_trained_to_its_end", Vec::new) else { return };
    let mut driver = start(study_of(&folder));
    driver.click("Model");
    set_number(&mut driver, "Epochs", 1);
    choose(&mut driver, "Sweep setting 1", "Filters");
    fill(&mut driver, "Sweep values 1", "4, 8");
    choose(&mut driver, "Sweep setting 2", "Kernel size");
    fill(&mut driver, "Sweep values 2", "3, 11");
    assert!(driver.harness.query_by_label_contains("2 combinations cannot work").is_some());
    choose(&mut driver, "Sweep setting 2", "Seed");
    fill(&mut driver, "Sweep values 2", "1-2");
    driver.until("the sweep's time is known", 120, |state| {
        let tracks = state.study.as_ref().unwrap().usable_tracks();
        let known = |run: &cover_study::study::NewRun| {
            matches!(state.estimates.of(&run.settings, 0, tracks), Expected::Secs(secs) if secs > 0.0)
        };
        state.model.expand_sweep(tracks).runs.iter().all(known)
    });
    assert!(driver.harness.query_by_label_contains("4 runs, together").is_some());
    driver.click("Queue sweep");
    assert_eq!(driver.state().step, Step::Training);
    driver.until("all four are trained", 120, |state| statuses(state) == [RunStatus::Finished; 4]);
    let study = driver.state().study.as_ref().unwrap();
    let swept: Vec<_> = study.runs().iter().map(|run| (run.sweep.as_str(), run.epochs_done())).collect();
    assert_eq!(swept, [("filters, seed", 1); 4]);
    assert_eq!(study.runs()[3].name, "Quick, filters 8, seed 2");

    // A copy with a seed that the sweep has not tried.
    driver.click("Train with another seed");
    driver.until("it is trained", 60, |state| statuses(state) == [RunStatus::Finished; 5]);
    assert_eq!(driver.state().study.as_ref().unwrap().runs()[4].settings.seed, 3);
}

#[test]
fn waiting_runs_are_moved_and_taken_out() {
    let Some(folder) = own_process("models::waiting_runs_are_moved_and_taken_out", Vec::new) else { return };
    let mut driver = start(study_of(&folder));
    driver.click("Model");
    set_number(&mut driver, "Epochs", 1000);
    driver.click("Train");
    driver.until("it trains", 60, |state| state.training.under.as_ref().is_some_and(|under| under.epoch > 0));
    for _ in 0..3 {
        driver.click("Model");
        let waiting = driver.state().training.queue.len();
        driver.click("Train");
        driver.until("one more waits", 20, |state| state.training.queue.len() == waiting + 1);
    }
    let queue = |driver: &Driver| driver.state().training.queue.iter().map(|run| run.0).collect::<Vec<_>>();
    driver.until("the runs are read", 20, |state| statuses(state).len() == 4);
    assert_eq!(queue(&driver), [2, 3, 4]);
    driver.click("Move Quick (4) up");
    assert_eq!(queue(&driver), [2, 4, 3]);
    driver.click("Move Quick (2) down");
    assert_eq!(queue(&driver), [4, 2, 3]);
    driver.click("Take Quick (2) out");
    assert_eq!(queue(&driver), [4, 3]);
    driver.click("Take all out");
    driver.click("Stop");
    driver.until("it is stopped", 20, |state| state.training.under.is_none() && state.training.queue.is_empty());
    driver.until("all wait to be resumed", 20, |state| !statuses(state).contains(&RunStatus::Running));
    driver.click("Delete Quick (2)");
    driver.until("it is gone", 20, |state| statuses(state).len() == 3);
    driver.click("Resume all");
    driver.until("they go on", 20, |state| state.training.under.is_some() && state.training.queue.len() == 2);
}

#[test]
fn an_own_preset_is_there_after_a_restart() {
    let name = "models::an_own_preset_is_there_after_a_restart";
    let Some(folder) = own_process(name, Vec::new) else { return };
    let (study, kept): (_, &'static Kept) = (study_of(&folder), Box::leak(Box::default()));
    let mut driver = start_with(study.clone(), kept);
    driver.click("Model");
    set_number(&mut driver, "Filters", 12);
    driver.click("Save as preset…");
    fill(&mut driver, "Preset name", "Model 3");
    driver.click("Save preset");
    assert!(driver.state().settings.presets.is_empty(), "the fixed presets stay as they are");
    fill(&mut driver, "Preset name", "Narrow");
    driver.click("Save preset");
    let mut storage = Kept::default();
    driver.harness.state_mut().save(&mut storage);
    *kept.0.lock().unwrap() = storage.0.into_inner().unwrap();
    drop(driver);

    let mut driver = start_with(study, kept);
    driver.click("Model");
    assert_eq!(driver.state().model.settings.layers[0].filters, 16);
    driver.click("Narrow");
    assert!(driver.state().model.settings.layers.iter().all(|layer| layer.filters == 12));
    driver.click("Train");
    driver.until("it is called after its preset", 60, |state| {
        state.study.as_ref().is_some_and(|study| study.runs().iter().any(|run| run.name == "Narrow"))
    });
    driver.click("Model");
    driver.click("Delete preset");
    assert!(driver.state().settings.presets.is_empty());
    assert_eq!(driver.state().model.settings.layers[0].filters, 12, "the settings stay");
}

/// Another window that reads the study follows a training, and offers nothing that it cannot do.
#[test]
fn a_training_in_another_window_is_followed() {
    let Some(folder) = own_process("models::a_training_in_another_window_is_followed", Vec::new) else { return };
    let study = study_of(&folder);
    let (file, _) = StudyFile::open(&study).unwrap();
    let mut writer = file.connect().unwrap();
    let settings = cover_study::nn::Preset::Quick.hyperparameters();
    let training = writer.add_run("Quick", "quick", &settings, 1).unwrap();
    writer.set_run_status(training, RunStatus::Running, None).unwrap();
    let mut driver = start(study);
    driver.click("Training");
    assert!(driver.harness.query_by_label_contains("Quick is training in another window").is_some());
    assert!(driver.harness.query_by_role_and_label(Role::Button, "Resume").is_none());
    assert!(driver.harness.query_by_role_and_label(Role::Button, "Resume Quick").is_none());
    writer.set_run_status(training, RunStatus::Paused, None).unwrap();
    driver.until("the pause is seen", 20, |state| statuses(state) == [RunStatus::Paused]);
    assert!(driver.harness.query_by_label_contains("Quick is paused in another window").is_some());
}
