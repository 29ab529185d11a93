//! Every panel with the keyboard and for a screen reader: each control has a name, and Tab comes round to all that are
//! seen, bringing into view what is not.

use std::collections::HashSet;

use cover_study::app::Step;
use cover_study::sources::sample;
use eframe::egui::accesskit::Role;
use eframe::egui::{Id, Key};
use egui_kittest::kittest::NodeT as _;

use super::clicking::{Driver, own_data_folder};

/// Roles of what a person acts on.
const CONTROLS: [Role; 9] = [
    Role::Button,
    Role::CheckBox,
    Role::ComboBox,
    Role::TextInput,
    Role::SpinButton,
    Role::Slider,
    Role::RadioButton,
    Role::Link,
    Role::ScrollBar,
];
/// More presses of Tab than any panel has stops.
const MOST_STOPS: usize = 400;

/// What controls of the window have no name, by their roles.
fn nameless(driver: &Driver) -> Vec<String> {
    let is_nameless = |label: Option<String>| label.is_none_or(|label| label.trim().is_empty());
    driver
        .harness
        .root()
        .children_recursive()
        .filter(|node| CONTROLS.contains(&node.accesskit_node().role()))
        .filter(|node| is_nameless(node.accesskit_node().label()))
        .map(|node| format!("{:?} at {:?}", node.accesskit_node().role(), node.rect()))
        .collect()
}

fn focused_name(driver: &Driver) -> Option<String> {
    let node = driver.harness.root().children_recursive().find(|node| node.accesskit_node().is_focused())?;
    node.accesskit_node().label()
}

/// The stops of Tab until it comes round; fails where it does not, or stays where it is.
fn stops(driver: &mut Driver) -> usize {
    let focused = |driver: &Driver| driver.harness.ctx.memory(eframe::egui::Memory::focused);
    let mut seen: HashSet<Id> = HashSet::new();
    for _ in 0..MOST_STOPS {
        let before = focused(driver);
        driver.harness.key_press(Key::Tab);
        driver.harness.step();
        driver.harness.step();
        let now = focused(driver);
        assert!(now.is_none() || now != before, "Tab stays at {now:?}");
        driver.harness.step();
        let ctx = &driver.harness.ctx;
        if let Some(response) = now.and_then(|now| ctx.read_response(now)) {
            let (screen, rect) = (ctx.content_rect(), response.rect);
            assert!(screen.intersects(rect), "{:?} at {rect:?} has the keyboard and is not seen", focused_name(driver));
        }
        if let Some(now) = now
            && !seen.insert(now)
        {
            return seen.len();
        }
    }
    panic!("Tab does not come round within {MOST_STOPS} presses");
}

#[test]
fn every_control_has_a_name_and_tab_comes_round() {
    let Some(_folder) = own_data_folder("accessible::every_control_has_a_name_and_tab_comes_round") else { return };
    let mut driver = Driver::start(None);
    driver.harness.step();
    assert_eq!(nameless(&driver), Vec::<String>::new(), "on the start page");
    assert!(stops(&mut driver) > 3);
    driver.click("Open sample study");
    driver.until("the sample is imported", 60, |state| {
        state.import.is_none() && state.study.as_ref().is_some_and(|study| study.tracks() == sample::TRACKS)
    });
    driver.edit_state(|state| state.model.settings.epochs = 1);
    driver.click("Model");
    driver.click("Train");
    driver.until("it is trained", 120, |state| {
        state.training.under.is_none() && state.study.as_ref().is_some_and(|study| study.tested_runs().count() == 1)
    });
    for step in Step::ALL {
        driver.click(step.label());
        assert_eq!(driver.state().step, step);
        for _ in 0..20 {
            driver.harness.step();
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(nameless(&driver), Vec::<String>::new(), "in {}", step.label());
        let stops = stops(&mut driver);
        assert!(stops > Step::ALL.len(), "{} has {stops} stops", step.label());
    }
}
