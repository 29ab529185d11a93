//! Panels in narrow windows, as with large text on a small screen: nothing lies beyond the window's edge, where only a scroll
//! bar would lead.

use cover_study::app::{Command, Step};
use cover_study::sources::sample;
use cover_study::study::Edit;
use eframe::egui::accesskit::Role;
use eframe::egui::{Vec2, vec2};
use egui_kittest::kittest::NodeT as _;

use super::clicking::{Driver, own_data_folder};
use super::score_panel::trained_study;
use super::support::{run, text};

/// 1024x700 at 150 %, 1280x800 at 200 %, and 1024x700 at 200 %, in points.
const SIZES: [Vec2; 3] = [vec2(683.0, 467.0), vec2(640.0, 400.0), vec2(512.0, 350.0)];

/// Beside a panel's contents, where its scroll bar has room.
const MARGIN: f32 = 23.0;

/// What reaches over the right edge of the panel, but for the figures of the table of runs, whose columns the person
/// chooses: it scrolls by itself.
fn beyond(driver: &Driver) -> Vec<String> {
    let edge = driver.harness.ctx.content_rect().right() - MARGIN;
    let is_results = driver.state().step == Step::Results;
    let is_in_table =
        |name: &str| is_results && (name.starts_with("Sort by ") || !name.chars().any(char::is_alphabetic));
    driver
        .harness
        .root()
        .children_recursive()
        .filter(|node| node.accesskit_node().role() != Role::ScrollBar)
        .filter_map(|node| Some((node.accesskit_node().bounding_box()?, node)))
        .filter(|(bounds, _)| bounds.x1 > f64::from(edge) && bounds.x1 > bounds.x0 && bounds.y1 > bounds.y0)
        .map(|(bounds, node)| {
            let node = node.accesskit_node();
            let name = node.label().or(node.value()).unwrap_or_default();
            (format!("{:?} \"{name}\" from {:.0} to {:.0}", node.role(), bounds.x0, bounds.x1), name)
        })
        .filter(|(_, name)| !name.is_empty() && !is_in_table(name))
        .map(|(told, _)| told)
        .collect()
}

#[test]
fn nothing_lies_beyond_the_edge_of_a_narrow_window() {
    let Some(folder) = own_data_folder("narrow::nothing_lies_beyond_the_edge_of_a_narrow_window") else { return };
    let study = folder.join("a.coverstudy");
    trained_study(&study);
    let reached = run(&["verdict", text(&study), "--quick"]);
    assert!(reached.status.success(), "{}", String::from_utf8_lossy(&reached.stderr));
    assert!(run(&["train", text(&study), "--preset", "quick", "--epochs", "1"]).status.success());
    let mut driver = Driver::start(Some(study));
    driver.until("the study is read", 20, |state| {
        state.study.as_ref().is_some_and(|study| study.tested_runs().count() == 2)
    });
    let name = "Quick, filters 16, seed 1, dropout 0.2, learning rate 0.0005".to_owned();
    let first = driver.state().study.as_ref().unwrap().runs()[0].id;
    driver.execute(Command::Edit(Edit::RenameRun { run: first, name }));
    driver.until("it is renamed", 10, |state| {
        state.study.as_ref().is_some_and(|study| study.runs()[0].name.starts_with("Quick, filters"))
    });
    let cover = folder.join("a draft with a name that is rather long for a narrow window.png");
    std::fs::write(&cover, sample::cover_png(3)).unwrap();
    driver.drop_file(cover);
    driver.until("the cover is compared", 30, |state| {
        state.scored.first().and_then(|cover| cover.done()).is_some_and(|scored| matches!(scored.compared, Some(Ok(_))))
    });
    let mut all = Vec::new();
    for size in SIZES {
        driver.harness.set_size(size);
        for step in Step::ALL {
            // Not all of the rail is seen in the lowest window.
            driver.execute(Command::GoTo(step));
            (0..10).for_each(|_| {
                driver.harness.step();
                std::thread::sleep(std::time::Duration::from_millis(20));
            });
            assert_eq!(driver.state().step, step);
            let found = beyond(&driver);
            all.extend(found.into_iter().map(|told| format!("{} at {size}: {told}", step.label())));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
