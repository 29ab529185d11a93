//! Pictures of what should not change by accident; `UPDATE_SNAPSHOTS=1 cargo test snapshots` takes them anew, after
//! which they are to be looked at. They need a graphics driver, be it one in software (`mesa-vulkan-drivers`).

use cover_study::app::{Overlay, Step, ThemeChoice};
use cover_study::sources::sample;
use eframe::egui::vec2;
use egui_kittest::SnapshotOptions;

use super::clicking::{Driver, own_data_folder};

/// Pixels at the edges of letters that graphics drivers may draw otherwise.
const MOST_OTHER_PIXELS: usize = 300;

fn look(driver: &mut Driver, theme: ThemeChoice, name: &str) {
    driver.edit_state(|state| {
        state.settings.theme = theme;
        state.toasts.clear();
    });
    for _ in 0..20 {
        driver.harness.step();
    }
    let options = SnapshotOptions::new().max_failed_pixels(MOST_OTHER_PIXELS).output_path("tests/snapshots");
    driver.harness.snapshot_options(name, &options);
}

#[test]
fn panels_look_as_they_did() {
    let Some(_folder) = own_data_folder("snapshots::panels_look_as_they_did") else { return };
    let mut driver = Driver::start(None);
    driver.harness.set_size(vec2(1024.0, 700.0));
    driver.harness.step();
    if let Err(error) = driver.harness.render() {
        eprintln!("!!! Nothing can draw here, so no panel is compared with its picture: {error}");
        return;
    }
    look(&mut driver, ThemeChoice::Light, "start-light");
    look(&mut driver, ThemeChoice::Dark, "start-dark");
    driver.click("Open sample study");
    driver.until("the sample is imported", 60, |state| {
        state.import.is_none() && state.study.as_ref().is_some_and(|study| study.tracks() == sample::TRACKS)
    });
    driver.edit_state(|state| state.overlay = Some(Overlay::Shortcuts));
    look(&mut driver, ThemeChoice::Light, "keys-light");
    driver.edit_state(|state| state.overlay = None);
    for (step, theme, name) in [
        (Step::Colors, ThemeChoice::Light, "colors-light"),
        (Step::Results, ThemeChoice::Dark, "results-empty-dark"),
        (Step::Verdict, ThemeChoice::Light, "verdict-empty-light"),
        (Step::Score, ThemeChoice::Dark, "score-empty-dark"),
    ] {
        driver.edit_state(|state| state.step = step);
        if step == Step::Colors {
            driver.until("the colors are found", 60, |state| matches!(state.colors.found, Some(Ok(_))));
        }
        look(&mut driver, theme, name);
    }
}
