//! The Score panel: a folder of drafts, covers side by side, the history in the study.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cover_study::app::Scored;
use cover_study::jobs::{Wishes, train_run};
use cover_study::nn::{Preset, TrainOptions};
use cover_study::sources::{ImportRequest, import, sample};
use cover_study::study::StudyFile;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::clicking::{Driver, own_process};

const DRAFTS: usize = 3;

/// The sample study with a run that was trained for a moment.
pub fn trained_study(path: &Path) {
    let file = StudyFile::create(path).unwrap();
    import(&file, &ImportRequest::Sample { shuffle_popularity: None }, &Wishes::default(), &mut |_| {}).unwrap();
    let settings = cover_study::nn::Hyperparameters { epochs: 1, ..Preset::Quick.hyperparameters() };
    let run = file.connect().unwrap().add_run("Quick", "quick", &settings, 0).unwrap();
    train_run(&file, run, TrainOptions::default(), &Wishes::default(), &mut |_| {}).unwrap();
}

/// A folder of drafts, one of which is no picture.
fn drafts(folder: &Path) -> PathBuf {
    let drafts = folder.join("drafts");
    std::fs::create_dir(&drafts).unwrap();
    for index in 0..DRAFTS {
        std::fs::write(drafts.join(format!("draft {index}.png")), sample::cover_png(index)).unwrap();
    }
    std::fs::write(drafts.join("draft x.png"), "no picture").unwrap();
    drafts
}

fn scores(driver: &Driver) -> Vec<(String, f64)> {
    let covers = driver.state().scored.iter();
    covers.filter_map(|cover| Some((cover.name(), cover.done()?.score.prediction))).collect()
}

/// The rows as they are listed, from the top.
fn rows(driver: &Driver) -> Vec<String> {
    let mut names: Vec<(f32, String)> = driver
        .harness
        .query_all_by_role(Role::CheckBox)
        .filter_map(|node| {
            let name = node.accesskit_node().label()?.strip_prefix("Compare ")?.to_owned();
            Some((node.rect().top(), name))
        })
        .collect();
    names.sort_by(|one, other| one.0.total_cmp(&other.0));
    names.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn a_folder_of_drafts_is_a_table_that_the_study_keeps() {
    let name = "score_panel::a_folder_of_drafts_is_a_table_that_the_study_keeps";
    let Some(folder) = own_process(name, Vec::new) else { return };
    let study = folder.join("a.coverstudy");
    trained_study(&study);
    let mut driver = Driver::start(Some(study.clone()));
    driver.until("the study is read", 20, |state| {
        state.study.as_ref().is_some_and(|study| study.tested_runs().count() == 1)
    });
    driver.drop_file(drafts(&folder));
    driver.until("the drafts are scored and kept", 30, |state| {
        let kept = state.scored.iter().filter_map(|cover| cover.done()).filter(|scored| scored.score.id != 0).count();
        let failed = state.scored.iter().filter(|cover| matches!(cover.state, Scored::Failed(_))).count();
        (kept, failed) == (DRAFTS, 1)
    });
    assert_eq!(rows(&driver), ["draft 0.png", "draft 1.png", "draft 2.png", "draft x.png"]);
    driver.click("Sort by score, points");
    let mut by_score = scores(&driver);
    by_score.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut expected: Vec<String> = by_score.iter().map(|(name, _)| name.clone()).collect();
    expected.push("draft x.png".to_owned());
    assert_eq!(rows(&driver), expected, "the highest first, what has no score last");

    side_by_side(&mut driver);
    export(&mut driver, &folder, &expected);
    take_out_and_undo(&mut driver);
    drop(driver);

    let mut again = Driver::start(Some(study));
    again.until("the history is read", 20, |state| state.scored.len() == DRAFTS);
    let mut kept = scores(&again);
    kept.sort_by(|one, other| other.1.total_cmp(&one.1));
    assert_eq!(kept, by_score);
    again.click("Score");
    again.until("the shown cover is compared", 30, |state| {
        state.scored.first().and_then(|cover| cover.done()).is_some_and(|scored| matches!(scored.compared, Some(Ok(_))))
    });
    assert!(again.harness.query_by_label_contains("Predicted popularity: ").is_some());
    // The drafts are the study's own covers.
    assert!(again.harness.query_by_label_contains("The study has this picture").is_some());
}

fn side_by_side(driver: &mut Driver) {
    for name in ["Compare draft 0.png", "Compare draft 2.png"] {
        driver.harness.get_by_role_and_label(Role::CheckBox, name).click();
        driver.harness.step();
        driver.harness.step();
    }
    driver.click("Compare");
    for name in ["Predicted popularity of draft 0.png: ", "Predicted popularity of draft 2.png: "] {
        assert!(driver.harness.query_by_label_contains(name).is_some(), "{name}");
    }
    let said = ["The difference is smaller than", "The difference is larger than", "no better than guessing the mean"];
    assert!(said.iter().any(|words| driver.harness.query_by_label_contains(words).is_some()));
    driver.click("Back to one cover");
    assert!(driver.harness.query_by_label_contains("Predicted popularity: ").is_some());
}

/// Without a file chooser, the table goes beside the study.
fn export(driver: &mut Driver, folder: &Path, expected: &[String]) {
    driver.click("Export scores");
    let file = folder.join("scores.csv");
    for _ in 0..200 {
        if file.exists() {
            break;
        }
        driver.harness.step();
        std::thread::sleep(Duration::from_millis(20));
    }
    let text = std::fs::read_to_string(file).unwrap();
    let covers: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(covers.len(), expected.len());
    for (cover, name) in covers.iter().zip(expected) {
        assert!(cover.ends_with(name.as_str()), "{cover} is not {name}");
    }
}

fn take_out_and_undo(driver: &mut Driver) {
    driver.click("Take out draft 1.png");
    driver.until("one is taken out", 10, |state| !state.scored.iter().any(|cover| cover.name() == "draft 1.png"));
    driver.click("Undo");
    driver.until("it is back", 10, |state| state.scored.iter().any(|cover| cover.name() == "draft 1.png"));
    driver.click("Take out draft x.png");
    assert_eq!(driver.state().scored.len(), DRAFTS, "what has no score is not in the history");
}
