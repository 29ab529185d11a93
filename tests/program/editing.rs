//! Changing a study by hand in the window, and taking it back: tracks excluded, runs named, noted, deleted.

use cover_study::app::{Command, SortTracks, Step};
use cover_study::nn::Preset;
use cover_study::sources::sample;
use cover_study::study::{Edit, StudyFile};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::clicking::{Driver, own_data_folder};
use super::support::program;

/// A driver with the sample study, and two runs in it of which one is trained.
fn with_runs(folder: &std::path::Path) -> Driver {
    let path = folder.join("edited.coverstudy");
    let run = |words: &[&str]| assert!(program().args(words).output().unwrap().status.success(), "{words:?}");
    let study = path.to_str().unwrap();
    run(&["import", study, "--sample"]);
    run(&["train", study, "--preset", "quick", "--epochs", "2"]);
    let (file, _) = StudyFile::open(&path).unwrap();
    file.connect().unwrap().add_run("Model 3", "model-3", &Preset::Model3.hyperparameters(), 10).unwrap();
    drop(file);
    let mut driver = Driver::start(Some(path));
    driver.until("the study is read", 30, |state| {
        state.study.as_ref().is_some_and(|study| study.snapshot.is_some() && study.runs().len() == 2)
    });
    driver
}

#[test]
fn tracks_are_excluded_and_come_back() {
    let Some(folder) = own_data_folder("editing::tracks_are_excluded_and_come_back") else { return };
    let mut driver = with_runs(&folder);
    assert_eq!(driver.state().step, Step::Results, "a study with results is entered there");
    driver.click("Covers");
    driver.until("what may mislead is looked for", 30, |state| state.covers.concerns.is_some());
    let snapshot = driver.state().study.as_ref().unwrap().snapshot.clone().unwrap();
    let playlist = snapshot.playlists[0].name.clone();
    driver.edit_state(|state| {
        state.covers.filter.playlist = Some(playlist.clone());
        state.covers.filter.sort = SortTracks::Popularity;
    });
    driver.click("Mark all");
    driver.click("Exclude marked");
    let excluded = |driver: &Driver| driver.state().study.as_ref().unwrap().snapshot.as_ref().unwrap().excluded;
    let count = snapshot.playlists[0].tracks;
    driver.until("they are excluded", 20, move |state| {
        state.study.as_ref().is_some_and(|study| study.snapshot.as_ref().is_some_and(|now| now.excluded == count))
    });
    let now = driver.state().study.as_ref().unwrap().snapshot.clone().unwrap();
    assert_eq!(now.usable_tracks(), sample::TRACKS - count);
    assert!(now.playlists.iter().all(|other| other.name != playlist), "a playlist without tracks is not listed");
    assert!(now.has_changed_since(&now.runs[0]), "the trained run's data has changed");
    assert!(!now.has_changed_since(&now.runs[1]), "the other one has not begun");

    driver.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    driver.harness.step();
    driver.until("they are back", 20, |state| {
        state.study.as_ref().is_some_and(|study| study.snapshot.as_ref().is_some_and(|now| now.excluded == 0))
    });
    let now = driver.state().study.as_ref().unwrap().snapshot.clone().unwrap();
    assert!(!now.has_changed_since(&now.runs[0]));
    driver.harness.key_press_modifiers(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
    driver.harness.step();
    driver.until("they are excluded again", 20, |state| {
        state.study.as_ref().is_some_and(|study| study.snapshot.as_ref().is_some_and(|now| now.excluded > 0))
    });
    assert_eq!(excluded(&driver), count);
}

#[test]
fn the_keyboard_goes_through_the_covers() {
    let Some(folder) = own_data_folder("editing::the_keyboard_goes_through_the_covers") else { return };
    let mut driver = with_runs(&folder);
    driver.click("Covers");
    let titles: Vec<String> = {
        let study = driver.state().study.as_ref().unwrap();
        study.snapshot.as_ref().unwrap().tracks.iter().map(|track| track.title.clone()).collect()
    };
    driver.harness.get_by_role_and_label(Role::Button, &titles[0]).focus();
    // The grid takes the arrow keys from the second frame on.
    driver.harness.step();
    driver.harness.step();
    for key in [Key::ArrowRight, Key::ArrowDown, Key::Space, Key::End, Key::Home, Key::Enter] {
        driver.harness.key_press(key);
        driver.harness.step();
        driver.harness.step();
    }
    assert_eq!(driver.state().covers.marked.len(), 1);
    assert_eq!(driver.state().covers.cursor, Some(0));
    let first = driver.state().study.as_ref().unwrap().snapshot.as_ref().unwrap().tracks[0].id;
    assert_eq!(driver.state().covers.enlarged, Some(first));
    let focused = |driver: &Driver| {
        let node = driver.harness.root().children_recursive().find(|node| node.accesskit_node().is_focused())?;
        node.accesskit_node().label()
    };
    assert_eq!(focused(&driver).as_deref(), Some("Close"));
    driver.harness.key_press(Key::Escape);
    (0..5).for_each(|_| driver.harness.step());
    assert_eq!(driver.state().covers.enlarged, None);
    assert_eq!(focused(&driver), Some(titles[0].clone()), "the keyboard is where it was");
    driver.harness.key_press(Key::ArrowRight);
    (0..3).for_each(|_| driver.harness.step());
    assert_eq!(focused(&driver), Some(titles[1].clone()));
    driver.harness.key_press(Key::F1);
    driver.harness.step();
    driver.harness.step();
    assert!(driver.harness.query_by_label("Go to a step").is_some());
}

/// From a cover that was chosen at the top to one far below it, and back to the grid there.
#[test]
fn the_keyboard_comes_back_to_the_cover_that_was_reached_large() {
    let Some(folder) = own_data_folder("editing::the_keyboard_comes_back_to_the_cover_that_was_reached_large") else {
        return;
    };
    let mut driver = with_runs(&folder);
    driver.click("Covers");
    let tracks = driver.state().study.as_ref().unwrap().snapshot.as_ref().unwrap().tracks.clone();
    driver.edit_state(|state| state.covers.enlarged = Some(tracks[0].id));
    for _ in 0..60 {
        driver.harness.key_press(Key::ArrowRight);
        driver.harness.step();
    }
    assert_eq!(driver.state().covers.enlarged, Some(tracks[60].id));
    driver.harness.key_press(Key::Escape);
    (0..6).for_each(|_| driver.harness.step());
    let node = driver.harness.root().children_recursive().find(|node| node.accesskit_node().is_focused());
    assert_eq!(node.and_then(|node| node.accesskit_node().label()), Some(tracks[60].title.clone()));
    assert_eq!(driver.state().covers.comes_back_to, None, "the window is at rest again");
}

/// What lies under the pointer stays there while covers are marked.
#[test]
fn marking_moves_nothing_and_another_order_begins_at_its_first() {
    let name = "editing::marking_moves_nothing_and_another_order_begins_at_its_first";
    let Some(folder) = own_data_folder(name) else { return };
    let mut driver = with_runs(&folder);
    driver.click("Covers");
    let tracks = driver.state().study.as_ref().unwrap().snapshot.as_ref().unwrap().tracks.clone();
    let place = |driver: &Driver| driver.harness.get_by_role_and_label(Role::Button, &tracks[0].title).rect();
    let before = place(&driver);
    driver.edit_state(|state| state.covers.marked.extend([tracks[0].id]));
    assert!(driver.harness.query_by_label("Exclude marked").is_some());
    assert_eq!(place(&driver), before);

    // To the end, and then sorted: the most popular are seen.
    driver.harness.get_by_role_and_label(Role::Button, &tracks[0].title).focus();
    (0..2).for_each(|_| driver.harness.step());
    driver.harness.key_press(Key::End);
    (0..3).for_each(|_| driver.harness.step());
    assert!(driver.harness.query_by_role_and_label(Role::Button, &tracks[0].title).is_none());
    driver.edit_state(|state| {
        state.covers.filter.sort = SortTracks::Popularity;
        state.covers.filter.descending = true;
    });
    let most = tracks.iter().max_by(|one, other| one.popularity.partial_cmp(&other.popularity).unwrap()).unwrap();
    let seen = driver.harness.get_all_by_role(Role::Button).filter_map(|node| node.accesskit_node().label());
    let seen: Vec<String> = seen.collect();
    assert!(tracks.iter().any(|track| track.popularity == most.popularity && seen.contains(&track.title)), "{seen:?}");
}

#[test]
fn the_scatter_plot_is_walked_by_keyboard() {
    let Some(folder) = own_data_folder("editing::the_scatter_plot_is_walked_by_keyboard") else { return };
    let mut driver = with_runs(&folder);
    driver.until("predictions are shown", 20, |state| !state.results.predictions.is_empty());
    let plot = |driver: &Driver| driver.harness.query_by_label_contains("True against predicted popularity").is_some();
    assert!(plot(&driver));
    for _ in 0..60 {
        driver.harness.key_press(Key::Tab);
        (0..2).for_each(|_| driver.harness.step());
        let focused = driver.harness.root().children_recursive().find(|node| node.accesskit_node().is_focused());
        let label = focused.and_then(|node| node.accesskit_node().label());
        if label.is_some_and(|label| label.starts_with("True against predicted popularity")) {
            break;
        }
    }
    assert_eq!(driver.state().results.track, None);
    let mut walked = Vec::new();
    for _ in 0..3 {
        driver.harness.key_press(Key::ArrowRight);
        (0..2).for_each(|_| driver.harness.step());
        walked.push(driver.state().results.track.expect("a track is chosen"));
    }
    assert!(walked[0] != walked[1] && walked[1] != walked[2]);
}

#[test]
fn runs_are_named_noted_deleted_and_restored() {
    let Some(folder) = own_data_folder("editing::runs_are_named_noted_deleted_and_restored") else { return };
    let mut driver = with_runs(&folder);
    let quick = driver.state().study.as_ref().unwrap().runs()[0].id;
    driver.click("Give a star to Quick");
    driver.until("it has a star", 20, |state| state.study.as_ref().is_some_and(|study| study.runs()[0].is_starred));
    driver.execute(Command::Edit(Edit::RenameRun { run: quick, name: "Model 3".to_owned() }));
    driver.until("a taken name is told", 20, |state| {
        state.toasts.iter().any(|toast| toast.text.contains("another run called \"Model 3\""))
    });

    let name = driver.harness.get_by_role_and_label(Role::TextInput, "Run name");
    name.focus();
    name.type_text(" first");
    driver.harness.step();
    driver.harness.key_press(Key::Enter);
    driver.harness.step();
    driver.until("it is renamed", 20, |state| {
        state.study.as_ref().is_some_and(|study| study.runs()[0].name == "Quick first")
    });

    // Below what is seen of the panel.
    driver.harness.get_by_role_and_label(Role::Button, "Delete run").scroll_to_me();
    for _ in 0..30 {
        driver.harness.step();
    }
    driver.click("Delete run");
    driver.until("it is gone", 20, |state| state.study.as_ref().is_some_and(|study| study.runs().len() == 1));
    driver.click("Undo");
    driver.until("it is back", 20, |state| state.study.as_ref().is_some_and(|study| study.runs().len() == 2));
    driver.execute(Command::Edit(Edit::DeleteRuns { runs: vec![quick], deleted: true }));
    driver.until("it is gone again", 20, |state| state.study.as_ref().is_some_and(|study| study.runs().len() == 1));
    driver.execute(Command::PurgeDeletedRuns);
    driver.until("it is gone for good", 20, |state| {
        state.study.as_ref().is_some_and(|study| study.snapshot.as_ref().is_some_and(|now| now.deleted_runs.is_empty()))
    });
}

#[test]
fn plots_are_exported_and_copied() {
    use cover_study::app::{Chart, Copied, Format};
    use cover_study::study::Weights;
    let Some(folder) = own_data_folder("editing::plots_are_exported_and_copied") else { return };
    let mut driver = with_runs(&folder);
    let quick = driver.state().study.as_ref().unwrap().runs()[0].id;
    let charts =
        [Chart::Scatter(quick, Weights::Best), Chart::Residuals(quick, Weights::Last), Chart::Curves(vec![quick])];
    // Without a file chooser they go beside the study.
    let names = ["predictions", "residuals", "curves"];
    for (chart, name) in charts.into_iter().zip(names) {
        for (format, ending) in [(Format::Svg, "svg"), (Format::Png, "png")] {
            driver.execute(Command::ExportChart(chart.clone(), format));
            let path = folder.join(format!("{name}.{ending}"));
            driver.until("the plot is written", 30, |_| path.exists());
        }
        driver.execute(Command::CopyChart(chart));
        driver.until("the picture is copied", 30, |state| {
            state.toasts.iter().any(|toast| toast.text.starts_with("Copied"))
        });
    }
    let svg = std::fs::read_to_string(folder.join("curves.svg")).unwrap();
    assert!(svg.contains("Quick") && svg.contains("<polyline"), "{svg}");
    // The window takes it to the clipboard in its next frame.
    driver.harness.state_mut().execute(Command::CopyTable);
    assert!(
        matches!(driver.state().copied, Some(Copied::Text(ref text)) if text.starts_with("name\tsweep\tstarred\tmodel"))
    );
}
