//! How panels use their room: the lines between parts, number fields and their limits, narrow windows.

use cover_study::app::{Command, Step};
use cover_study::sources::sample;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::clicking::{Driver, own_data_folder};

fn with_sample() -> Driver {
    let mut driver = Driver::start(None);
    driver.harness.step();
    driver.click("Open sample study");
    driver.until("the sample is imported", 60, |state| {
        state.import.is_none() && state.study.as_ref().is_some_and(|study| study.tracks() == sample::TRACKS)
    });
    driver
}

#[test]
fn the_line_between_two_parts_is_moved_and_stays() {
    let Some(_folder) = own_data_folder("layout::the_line_between_two_parts_is_moved_and_stays") else { return };
    let mut driver = with_sample();
    driver.click("Covers");
    let share = |driver: &Driver| driver.state().settings.shares.get(&Step::Covers).copied();
    let line = || "Line between covers and figures";
    let before = driver.harness.get_by_role_and_label(Role::Splitter, line()).rect();
    assert_eq!(share(&driver), None);
    driver.harness.drag_at(before.center());
    driver.harness.step();
    driver.harness.hover_at(before.center() - vec2(60.0, 0.0));
    driver.harness.step();
    driver.harness.drop_at(before.center() - vec2(60.0, 0.0));
    (0..3).for_each(|_| driver.harness.step());
    let after = driver.harness.get_by_role_and_label(Role::Splitter, line()).rect();
    assert!((before.left() - after.left() - 60.0).abs() < 2.0, "{before} {after}");
    let dragged = share(&driver).unwrap();
    driver.harness.get_by_role_and_label(Role::Splitter, line()).focus();
    driver.harness.step();
    driver.harness.step();
    driver.harness.key_press(Key::ArrowRight);
    driver.harness.step();
    assert!(share(&driver).unwrap() > dragged);
    driver.click("Model");
    driver.click("Covers");
    assert!(share(&driver).unwrap() > dragged, "it is remembered");
    driver.harness.get_by_role_and_label(Role::Splitter, line()).focus();
    driver.harness.step();
    driver.harness.step();
    driver.harness.key_press(Key::Home);
    driver.harness.step();
    assert_eq!(share(&driver), None);
}

#[test]
fn a_number_field_tells_its_limits_and_shows_what_it_holds() {
    let Some(_folder) = own_data_folder("layout::a_number_field_tells_its_limits_and_shows_what_it_holds") else {
        return;
    };
    let mut driver = with_sample();
    driver.click("Model");
    let field = |driver: &Driver| {
        let node = driver.harness.get_by_role_and_label(Role::SpinButton, "Epochs");
        (node.accesskit_node().description(), driver.state().model.settings.epochs)
    };
    let enter = |driver: &mut Driver, text: &str| {
        driver.harness.get_by_role_and_label(Role::SpinButton, "Epochs").focus();
        (0..2).for_each(|_| driver.harness.step());
        let node = driver.harness.root().children_recursive().find(|node| node.accesskit_node().is_focused()).unwrap();
        driver.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        node.type_text(text);
        driver.harness.step();
        driver.harness.key_press(Key::Enter);
        (0..4).for_each(|_| driver.harness.step());
    };
    enter(&mut driver, "99999");
    assert_eq!(field(&driver), (Some("Only 1 to 1,000.".to_owned()), 1000));
    let shown = driver.harness.root().children_recursive().find(|node| node.accesskit_node().is_focused()).unwrap();
    assert_eq!(shown.value().as_deref(), Some("1000"), "the keyboard is still there, and the text is what holds");
    enter(&mut driver, "many");
    assert_eq!(field(&driver), (Some("Only 1 to 1,000.".to_owned()), 1000), "what is no number changes nothing");
    enter(&mut driver, "12");
    assert_eq!(field(&driver), (None, 12));
}

#[test]
fn a_narrow_window_has_all_steps_and_no_words_in_the_rail() {
    let Some(_folder) = own_data_folder("layout::a_narrow_window_has_all_steps_and_no_words_in_the_rail") else {
        return;
    };
    let mut driver = with_sample();
    driver.harness.set_size(vec2(640.0, 400.0));
    (0..3).for_each(|_| driver.harness.step());
    for step in Step::ALL {
        let node = driver.harness.get_by_role_and_label(Role::Button, step.label());
        assert!(node.rect().right() < 60.0, "{}", step.label());
    }
    driver.click("Model");
    assert_eq!(driver.state().step, Step::Model);
    driver.click("Study");
    assert!(driver.harness.query_by_label_contains("Save as…").is_some());
}

#[test]
fn a_study_is_closed_and_another_one_opened() {
    let Some(folder) = own_data_folder("layout::a_study_is_closed_and_another_one_opened") else { return };
    let mut driver = with_sample();
    let path = driver.state().study.as_ref().unwrap().path.clone();
    let copy = folder.join("copy.coverstudy");
    driver.harness.key_press_modifiers(Modifiers::COMMAND, Key::W);
    (0..3).for_each(|_| driver.harness.step());
    assert!(driver.state().study.is_none());
    assert!(driver.harness.query_by_label("Open sample study").is_some(), "the start page");
    std::fs::copy(&path, &copy).unwrap();
    driver.execute(Command::OpenStudy(copy));
    driver.until("the copy is open", 20, |state| {
        state.study.as_ref().is_some_and(|study| study.name == "copy" && study.tracks() == sample::TRACKS)
    });
}

#[test]
fn a_question_mark_that_is_pressed_stays_open() {
    let Some(_folder) = own_data_folder("layout::a_question_mark_that_is_pressed_stays_open") else { return };
    let mut driver = with_sample();
    driver.click("Model");
    let said = |driver: &Driver| driver.harness.query_by_label_contains("One pass over all training tracks").is_some();
    assert!(!said(&driver));
    driver.click("What is an epoch?");
    (0..3).for_each(|_| driver.harness.step());
    assert!(said(&driver));
    driver.harness.key_press(Key::Escape);
    (0..3).for_each(|_| driver.harness.step());
    assert!(!said(&driver));
}
