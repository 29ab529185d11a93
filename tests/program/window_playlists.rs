//! Playlists through the window, in-process, with a service on this computer.

use std::sync::Mutex;

use cover_study::app::{Imported, State};
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use serde_json::json;

use super::clicking::{Driver, own_process};
use super::fake::{Answer, Server, Shape, id, spotify_basics, spotify_env, spotify_page, spotify_track};

/// Three playlists of 350 tracks; the service asks once to wait two seconds, fails once, and the second playlist has no
/// popularity.
fn serve() -> Server {
    let told_to_wait = Mutex::new(false);
    Server::start(move |asked| {
        if let Some(answer) = spotify_basics(asked) {
            return answer;
        }
        let port = asked.head.lines().find(|line| line.to_lowercase().starts_with("host:")).unwrap();
        let port = port.rsplit(':').next().unwrap().trim().parse().unwrap();
        let Some(rest) = asked.path().strip_prefix("/v1/playlists/") else { return Answer::refused(404, "Not found.") };
        let Some((playlist, _)) = rest.split_once('/') else {
            return Answer::Json(json!({"name": format!("List {}", &rest[..1]), "snapshot_id": "s"}));
        };
        match asked.number("offset") {
            Some(50) if !std::mem::replace(&mut *told_to_wait.lock().unwrap(), true) => {
                Answer::Whole(429, "Retry-After: 2\r\n", Vec::new())
            }
            Some(100) if asked.before == 0 => Answer::refused(500, "Server error."),
            Some(150) if asked.before == 0 => Answer::Hangup,
            _ => spotify_page(asked, Shape::New, 350, |place| match place {
                9 => serde_json::Value::Null,
                place => spotify_track(&playlist[..1], place, port, (playlist != id("b")).then_some(1 + place % 100)),
            }),
        }
    })
}

fn tracks(state: &State) -> usize {
    state.study.as_ref().map_or(0, cover_study::app::OpenStudy::tracks)
}

#[test]
fn three_playlists_through_the_window() {
    let mut server = None;
    let environment = || spotify_env(server.insert(serve())).into_iter().collect();
    let name = "window_playlists::three_playlists_through_the_window";
    if own_process(name, environment).is_none() {
        return;
    }
    let mut driver = Driver::start(None);
    driver.harness.step();
    driver.click("New study");
    driver.until("the study is open", 20, |state| state.study.as_ref().is_some_and(|study| study.snapshot.is_some()));
    let field = driver.harness.get_by_role_and_label(Role::MultilineTextInput, "Playlist links");
    field.focus();
    field.type_text(&format!("{} {} {}", id("a"), id("b"), id("c")));
    driver.harness.step();
    driver.harness.step();
    driver.click("Import playlists");
    assert!(driver.state().import.is_none(), "the terms come first");
    driver.click("Do not import");
    assert!(driver.state().import.is_none() && !driver.state().settings.terms_read);
    driver.click("Import playlists");
    driver.click("Agree and import");
    driver.until("the wait is counted down", 20, |state| {
        state.import.is_some_and(|import| import.progress.waiting_secs.is_some())
    });
    assert!(driver.harness.query_by_label_contains("Waiting before the next request").is_some());
    driver.until("all is imported", 60, |state| state.import.is_none() && tracks(state) == 3 * 349);
    let Some(Imported::Done(summary)) = &driver.state().imported else { panic!("the import failed") };
    assert_eq!((summary.counts.covers, summary.rejected.len()), (3 * 349, 3 + 349));
    assert!(driver.harness.query_by_label_contains("development mode").is_some());

    // It may be scrolled out of view.
    driver.harness.get_by_role_and_label(Role::Button, "Forget downloaded covers").click_accesskit();
    driver.harness.step();
    driver.harness.step();
    driver.harness.get_by_role_and_label(Role::Button, "Forget them for good").click_accesskit();
    driver.harness.step();
    driver.until("the covers are forgotten", 20, |state| {
        state
            .study
            .as_ref()
            .and_then(|study| study.snapshot.as_ref())
            .is_some_and(|snapshot| snapshot.counts.covers == 0)
    });
    assert_eq!(tracks(driver.state()), 3 * 349, "the tracks stay");

    driver.click("Import playlists");
    driver.until("an import is under way", 20, |state| state.import.is_some());
    driver.click("Cancel");
    driver.until("it is cancelled", 20, |state| state.import.is_none());
    assert!(matches!(&driver.state().imported, Some(Imported::Done(summary)) if summary.stopped));
}
