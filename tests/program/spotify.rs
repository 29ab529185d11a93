//! Playlists from Spotify, each answer that it is known to give played on this computer.

use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fake::{Answer, Asked, SECRET, Server, Shape, id, spotify_basics, spotify_env, spotify_page, spotify_track};
use super::support::{last_json, program, run, text};

/// A server that knows one playlist of `total` tracks in the new shape, but where `fault` answers.
fn serve(total: usize, fault: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> Server {
    Server::start(move |asked| {
        if let Some(answer) = fault(asked).or_else(|| spotify_basics(asked)) {
            return answer;
        }
        let port = port_of(asked);
        match asked.path().strip_prefix("/v1/playlists/").map(|rest| rest.split_once('/')) {
            Some(None) => Answer::Json(json!({"name": "Mine", "owner": {"id": "me"}, "snapshot_id": "one"})),
            Some(Some((_, "items"))) => {
                spotify_page(asked, Shape::New, total, |place| spotify_track("p", place, port, Some(1 + place % 100)))
            }
            _ => Answer::refused(404, "Not found."),
        }
    })
}

fn port_of(asked: &Asked) -> u16 {
    let host = asked.head.lines().find(|line| line.to_lowercase().starts_with("host:")).unwrap();
    host.rsplit(':').next().unwrap().trim().parse().unwrap()
}

fn import(server: &Server, study: &Path, links: &[&str]) -> Output {
    let mut program = program();
    program.args(["import", text(study), "--json", "--spotify"]).args(links);
    program.envs(spotify_env(server)).env("COVER_STUDY_LOG", "trace").output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Imports one playlist of 120 tracks through `fault`.
fn faulty(fault: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> (tempfile::TempDir, Server, Output) {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(120, fault);
    let output = import(&server, &folder.path().join("a.coverstudy"), &[&id("mine")]);
    (folder, server, output)
}

/// Imports a playlist that is refused, and returns what was said.
fn refused(status: u16, message: &'static str) -> String {
    let (folder, _, output) =
        faulty(move |asked| asked.path().starts_with("/v1/playlists").then(|| Answer::refused(status, message)));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    drop(folder);
    said(&output)
}

#[test]
fn three_playlists_with_every_fault_end_with_the_right_counts() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("a.coverstudy");
    let server = Server::start(|asked| {
        if asked.path() == "/image/64/40" && asked.before == 0 {
            return Answer::Cut(super::fake::cover(40, 64));
        }
        if let Some(answer) = spotify_basics(asked) {
            return answer;
        }
        let port = port_of(asked);
        let Some(rest) = asked.path().strip_prefix("/v1/playlists/") else { return Answer::refused(404, "Not found.") };
        let Some((playlist, contents)) = rest.split_once('/') else {
            return Answer::Json(json!({"name": format!("List {}", &rest[..1]), "snapshot_id": "s"}));
        };
        match (&playlist[..1], contents, asked.number("offset"), asked.before) {
            ("a", "items", Some(50), 0) => Answer::Whole(429, "Retry-After: 1\r\n", b"{}".to_vec()),
            ("a", "items", Some(100), 0 | 1) => Answer::refused(500, "Server error."),
            ("b", "items", Some(0), 0) => Answer::Hangup,
            ("b", "items", Some(150), 0) => Answer::Cut(vec![b' '; 4000]),
            ("b", "items", Some(200), 0) => Answer::Whole(200, "", b"{\"items\":[{\"item\":".to_vec()),
            // An old app: the new address is not there.
            ("c", "items", ..) => Answer::refused(404, "Service not found"),
            ("a", "items", ..) => spotify_page(asked, Shape::New, 350, |place| match place {
                7 | 99 => Value::Null,
                11 => json!({"type": "episode", "id": "e", "name": "Talk"}),
                13 => json!({"type": "track", "name": "Mine", "uri": "spotify:local:x", "is_local": true}),
                place => spotify_track("a", place, port, Some(1 + place % 100)),
            }),
            ("b", "items", ..) => spotify_page(asked, Shape::New, 350, |place| spotify_track("b", place, port, None)),
            ("c", "tracks", ..) => {
                spotify_page(asked, Shape::Old, 350, |place| spotify_track("c", place, port, Some(1 + place % 100)))
            }
            _ => Answer::refused(404, "Not found."),
        }
    });
    let links = [
        id("a"),
        format!("spotify:playlist:{}", id("b")),
        format!("https://open.spotify.com/playlist/{}?si=1", id("c")),
    ];
    let output = import(&server, &study, &links.each_ref().map(String::as_str));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let imported = last_json(&output);
    assert_eq!((&imported["tracks"], &imported["covers"]), (&json!(1046), &json!(1046)), "{}", imported["rejected"]);
    assert_eq!(imported["unique_covers"], 350, "the playlists share their covers");
    assert_eq!(imported["rejected"].as_array().unwrap().len(), 354, "four entries, and 350 without popularity");
    for word in ["entry 8: ", "entry 100: ", "podcast", "somebody's own computer", "Popularity is not given"] {
        let word = word.trim_end_matches(": ");
        assert!(imported["rejected"].to_string().contains(word), "{word}");
    }
    assert!(imported["notes"].to_string().contains("development mode"));
    let info = last_json(&run(&["info", text(&study)]));
    assert_eq!((&info["tracks"], &info["popularity"]["count"]), (&json!(1046), &json!(696)));
    assert_eq!(info["popularity"]["min"], 1.0, "what is missing is no 0");
    assert_eq!(info["playlists"].as_array().unwrap().len(), 3);
    assert!(
        server
            .asked()
            .iter()
            .all(|asked| !asked.target.starts_with("/image/") || asked.target.starts_with("/image/64/"))
    );

    let (csv, covers) = (folder.path().join("out.csv"), folder.path().join("out"));
    run(&["export", text(&study), "--tracks", text(&csv), "--covers", text(&covers)]);
    let csv = std::fs::read_to_string(&csv).unwrap();
    assert!(csv.contains(&id("c")) && csv.contains("/image/64/349"), "address and playlist are exported");
}

#[test]
fn no_secret_is_anywhere() {
    let (folder, _, output) = faulty(|asked| {
        // A service that repeats what it was sent.
        (asked.number("offset") == Some(100))
            .then(|| Answer::refused(418, &format!("Bad request with Bearer ACCESS-TOKEN-VALUE and {SECRET}")))
    });
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("status 418"), "{}", said(&output));
    let mut texts = vec![output.stdout, output.stderr];
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        texts.push(std::fs::read(entry.unwrap().path()).unwrap());
    }
    for text in texts {
        for secret in [SECRET, "ACCESS-TOKEN-VALUE"] {
            assert!(!text.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
        }
    }
}

#[test]
fn each_refusal_says_what_to_do() {
    assert!(refused(403, "Active premium subscription required for the owner of the app.").contains("Premium"));
    assert!(refused(403, "User not registered in the Developer Dashboard").contains("User Management"));
    assert!(refused(401, "Valid user authentication required").contains("Log in with your Spotify account"));
    assert!(refused(401, "The access token expired").contains("Log in again"));
    assert!(refused(403, "Forbidden").contains("playlist of your own"));
    assert!(refused(403, "Insufficient client scope").contains("Log in again"));
    assert!(refused(400, "Invalid base62 id").contains("link from Spotify again"));
    assert!(refused(404, "Resource not found").contains("does not serve this playlist"));
}

#[test]
fn a_login_of_an_app_that_is_not_accepted_is_told() {
    let (_folder, _, output) = faulty(|asked| {
        let body = br#"{"error":"invalid_client","error_description":"Invalid client secret"}"#;
        (asked.path() == "/api/token").then(|| Answer::Whole(400, "", body.to_vec()))
    });
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("does not accept this app"), "{}", said(&output));
}

#[test]
fn what_the_token_endpoint_repeats_is_not_shown() {
    // It is sent the secret in base64 in a header, and could repeat it in any coding.
    let (_folder, _, output) = faulty(|asked| {
        let echo = asked.head.clone() + SECRET;
        let body = serde_json::json!({"error": "invalid_request", "error_description": echo}).to_string();
        (asked.path() == "/api/token").then(|| Answer::Whole(400, "", body.into_bytes()))
    });
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("status 400"), "{said}");
    assert!(!said.contains("Basic") && !said.contains(SECRET) && !said.contains("Authorization"), "{said}");
}

#[test]
fn one_playlist_that_is_refused_does_not_end_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let server =
        serve(60, |asked| asked.path().contains("/editorial").then(|| Answer::refused(404, "Resource not found")));
    let output = import(&server, &folder.path().join("a.coverstudy"), &[&id("editorial"), &id("mine")]);
    let imported = last_json(&output);
    assert_eq!((imported["tracks"].as_u64(), imported["rejected"].as_array().unwrap().len()), (Some(60), 1));
}

#[test]
fn a_long_wait_ends_the_import_and_it_goes_on_later() {
    use std::sync::atomic::{AtomicBool, Ordering};
    static IS_BUSY: AtomicBool = AtomicBool::new(true);
    let (folder, server, output) = faulty(|asked| {
        (asked.number("offset") == Some(50) && IS_BUSY.load(Ordering::Relaxed))
            .then(|| Answer::Whole(429, "Retry-After: 79892\r\n", br#"{"error":{"reason":"QUOTA_EXCEEDED"}}"#.to_vec()))
    });
    let imported = last_json(&output);
    assert_eq!((output.status.code(), imported["tracks"].as_u64()), (Some(0), Some(50)));
    assert!(imported["unfinished"].as_str().unwrap().contains("22 hours 11 minutes"), "{imported}");
    IS_BUSY.store(false, Ordering::Relaxed);
    let output = import(&server, &folder.path().join("a.coverstudy"), &[&id("mine")]);
    let imported = last_json(&output);
    assert_eq!((imported["tracks"].as_u64(), imported["added"].as_u64()), (Some(120), Some(70)));
    assert_eq!(imported["unfinished"], Value::Null);
    let first_page = format!("/v1/playlists/{}/items?", id("mine"));
    let first = server
        .asked()
        .iter()
        .filter(|asked| asked.target.starts_with(&first_page) && asked.number("offset") == Some(0))
        .count();
    assert_eq!(first, 1, "what was read is not asked for again");
    assert_eq!(server.count("/image/"), 120);
}

#[test]
fn an_error_that_stays_ends_the_import_with_what_is_there() {
    let since = Instant::now();
    let (_folder, server, output) =
        faulty(|asked| (asked.number("offset") == Some(100)).then(|| Answer::refused(503, "")));
    let imported = last_json(&output);
    assert_eq!((output.status.code(), imported["tracks"].as_u64()), (Some(0), Some(100)));
    assert!(imported["unfinished"].as_str().unwrap().contains("status 503"));
    let tries = server.asked().iter().filter(|asked| asked.number("offset") == Some(100)).count();
    assert_eq!(tries, 5);
    assert!(since.elapsed() > Duration::from_secs(2), "the pauses grow");
}

/// What is whole is not asked for again by an import that goes on, and one page that cannot be read keeps no other playlist
/// from being read.
#[test]
fn an_import_that_goes_on_comes_to_the_others() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static DAY: AtomicUsize = AtomicUsize::new(1);
    let server = serve(60, |asked| {
        let of = |name: &str| asked.path().starts_with(&format!("/v1/playlists/{}", id(name)));
        match DAY.load(Ordering::Relaxed) {
            1 if of("third") => Some(Answer::Whole(429, "Retry-After: 79892\r\n", b"{}".to_vec())),
            _ if of("second") && asked.number("offset").is_some() => Some(Answer::Whole(200, "", b"<html>".to_vec())),
            _ => None,
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("a.coverstudy");
    let links = ["first", "second", "third"].map(id);
    let links = links.each_ref().map(String::as_str);
    let imported = last_json(&import(&server, &study, &links));
    assert_eq!(imported["tracks"], 60, "{imported}");
    assert!(imported["rejected"].to_string().contains("could not be read"), "{imported}");
    assert!(imported["unfinished"].as_str().unwrap().contains("22 hours"), "{imported}");
    DAY.store(2, Ordering::Relaxed);
    let imported = last_json(&import(&server, &study, &links));
    assert_eq!((&imported["tracks"], &imported["added"]), (&json!(120), &json!(60)), "{imported}");
    assert!(imported["notes"].to_string().contains("1 playlist was whole already"), "{imported}");
    assert!(imported["unfinished"].as_str().unwrap().contains("could not be read"), "{imported}");
    assert_eq!(server.count(&format!("/v1/playlists/{}/items", id("first"))), 2, "two pages, on the first day");
}

#[test]
fn pages_that_repeat_or_lead_elsewhere_end_a_playlist() {
    let (_folder, _, output) = faulty(|asked| {
        asked.path().ends_with("/items").then(|| {
            let first = Asked { target: asked.target.replace("offset=50", "offset=0"), ..asked.clone() };
            let port = port_of(asked);
            spotify_page(&first, Shape::New, 120, |place| spotify_track("p", place, port, Some(5)))
        })
    });
    let imported = last_json(&output);
    assert_eq!(imported["tracks"], 50);
    assert!(imported["rejected"].to_string().contains("same entries twice"), "{imported}");

    let elsewhere = Server::start(|_| Answer::Hangup);
    let address = elsewhere.address("v1/playlists/x/items?offset=50");
    let (_folder, _, output) = faulty(move |asked| {
        let port = port_of(asked);
        asked.path().ends_with("/items").then(|| {
            let items: Vec<Value> =
                (0..50).map(|place| json!({"item": spotify_track("p", place, port, Some(5))})).collect();
            Answer::Json(json!({"items": items, "total": 120, "next": address}))
        })
    });
    let imported = last_json(&output);
    assert_eq!(imported["tracks"], 50);
    assert!(imported["rejected"].to_string().contains("another host"), "{imported}");
    assert!(elsewhere.asked().is_empty(), "no other host is asked");
}

#[test]
fn a_token_that_ends_in_the_middle_is_renewed() {
    let (_folder, server, output) = faulty(|asked| {
        (asked.number("offset") == Some(50) && asked.before == 0)
            .then(|| Answer::refused(401, "The access token expired"))
    });
    assert_eq!(last_json(&output)["tracks"], 120, "{}", said(&output));
    assert_eq!(server.count("/api/token"), 2);
}

#[test]
fn zeros_are_looked_up_track_by_track() {
    let (folder, _, output) = faulty(|asked| {
        let port = port_of(asked);
        if asked.path().ends_with("/items") {
            return Some(spotify_page(asked, Shape::New, 20, |place| {
                spotify_track("p", place, port, Some(place % 2 * 30))
            }));
        }
        let track = asked.path().strip_prefix("/v1/tracks/")?;
        let place: usize = track.trim_start_matches('p').trim_matches(['t', '0']).parse().unwrap_or(0);
        Some(Answer::Json(spotify_track("p", place, port, Some(64))))
    });
    assert_eq!(last_json(&output)["tracks"], 20, "{}", said(&output));
    let info = last_json(&run(&["info", text(&folder.path().join("a.coverstudy"))]));
    assert_eq!((&info["popularity"]["min"], &info["popularity"]["max"]), (&json!(30.0), &json!(64.0)));
}

/// An app that gets no popularity is told 0 of every track.
#[test]
fn zeros_that_nothing_confirms_are_not_given() {
    for answers in [true, false] {
        let (folder, server, output) = faulty(move |asked| {
            let port = port_of(asked);
            if asked.path().ends_with("/items") {
                return Some(spotify_page(asked, Shape::New, 20, |place| spotify_track("p", place, port, Some(0))));
            }
            let is_track = answers && asked.path().starts_with("/v1/tracks/");
            is_track.then(|| Answer::Json(spotify_track("p", 1, port, None)))
        });
        let imported = last_json(&output);
        assert_eq!(imported["tracks"], 20, "{}", said(&output));
        assert!(imported["notes"].to_string().contains("Spotify gave no popularity for 20 tracks"), "{imported}");
        assert_eq!(server.count("/v1/tracks/"), 3);
        let info = last_json(&run(&["info", text(&folder.path().join("a.coverstudy"))]));
        assert_eq!(info["popularity"]["count"], 0, "{info}");
    }
}

#[test]
fn a_track_that_is_twice_in_a_playlist_is_told() {
    let (_folder, _, output) = faulty(|asked| {
        let port = port_of(asked);
        asked.path().ends_with("/items").then(|| {
            spotify_page(asked, Shape::New, 20, |place| spotify_track("p", place.min(18), port, Some(1 + place)))
        })
    });
    let imported = last_json(&output);
    assert_eq!(imported["tracks"], 19, "{}", said(&output));
    assert!(imported["notes"].to_string().contains("1 entry repeats a track of the same playlist"), "{imported}");
}

#[test]
fn zeros_that_cannot_be_looked_up_are_suspect() {
    let (_folder, server, output) = faulty(|asked| {
        let port = port_of(asked);
        asked
            .path()
            .ends_with("/items")
            .then(|| spotify_page(asked, Shape::New, 20, |place| spotify_track("p", place, port, Some(place % 2 * 30))))
    });
    assert!(last_json(&output)["notes"].to_string().contains("10 tracks have a value that may stand for"));
    assert_eq!(server.count("/v1/tracks/"), 3, "what fails is not asked for each track");
}

#[test]
fn covers_that_cannot_be_had_are_told_and_brought_later() {
    use std::sync::atomic::{AtomicBool, Ordering};
    static IS_WELL: AtomicBool = AtomicBool::new(false);
    let (folder, server, output) = faulty(|asked| {
        let number: usize = asked.path().strip_prefix("/image/64/")?.parse().unwrap();
        if IS_WELL.load(Ordering::Relaxed) {
            return None;
        }
        Some(match number {
            1 => Answer::Whole(404, "", Vec::new()),
            2 => Answer::Whole(200, "Content-Type: text/html\r\n", b"<p>Sign in</p>".to_vec()),
            3 => Answer::Cut(super::fake::cover(3, 64)),
            4 => Answer::Whole(302, "Location: http://192.168.0.1/cover.png\r\n", Vec::new()),
            5 => Answer::Whole(302, "Location: /image/64/6\r\n", Vec::new()),
            7 => Answer::Whole(302, "Location: /image/64/7\r\n", Vec::new()),
            8 => Answer::Whole(200, "Content-Type: image/png\r\n", vec![0; 21 << 20]),
            9 => Answer::Whole(200, "Content-Type: image/png\r\n", b"no picture".to_vec()),
            _ => return None,
        })
    });
    let imported = last_json(&output);
    assert_eq!((imported["tracks"].as_u64(), imported["covers"].as_u64()), (Some(120), Some(113)), "{imported}");
    let rejected = imported["rejected"].to_string();
    for word in
        ["status 404", "text/html", "not be downloaded whole", "public server", "without end", "larger than 20 MB"]
    {
        assert!(rejected.contains(word), "{word} in {rejected}");
    }
    assert_eq!(imported["rejected"].as_array().unwrap().len(), 7);
    IS_WELL.store(true, Ordering::Relaxed);
    let imported = last_json(&import(&server, &folder.path().join("a.coverstudy"), &[&id("mine")]));
    assert_eq!((imported["covers"].as_u64(), imported["added"].as_u64()), (Some(120), Some(0)));
}

#[test]
fn what_is_no_playlist_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(1, |_| None);
    let study = folder.path().join("a.coverstudy");
    let output = import(&server, &study, &["https://open.spotify.com/album/0000000000000000000000"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("a link to an album"), "{}", said(&output));
    assert!(!study.exists());
}

#[test]
fn a_login_that_is_taken_back_in_the_middle_ends_the_import_with_what_is_there() {
    let (_folder, _, output) = faulty(|asked| {
        if asked.path() == "/api/token" && asked.before > 0 {
            return Some(Answer::Whole(
                400,
                "",
                br#"{"error":"invalid_grant","error_description":"Revoked"}"#.to_vec(),
            ));
        }
        (asked.number("offset") == Some(50)).then(|| Answer::refused(401, "The access token expired"))
    });
    let imported = last_json(&output);
    assert_eq!((output.status.code(), &imported["tracks"]), (Some(0), &json!(50)), "{}", said(&output));
    assert!(imported["unfinished"].to_string().contains("no longer accepts the login"), "{imported}");
}

#[test]
fn an_old_app_that_may_not_use_the_new_address_uses_the_old_one() {
    let (_folder, _, output) = faulty(|asked| {
        let port = port_of(asked);
        if asked.path().ends_with("/items") {
            return Some(Answer::refused(403, "Forbidden"));
        }
        let is_old = asked.path().ends_with("/tracks");
        is_old.then(|| spotify_page(asked, Shape::Old, 120, |place| spotify_track("p", place, port, Some(7))))
    });
    let imported = last_json(&output);
    assert_eq!((&imported["tracks"], &imported["rejected"]), (&json!(120), &json!([])), "{}", said(&output));
}

#[cfg(unix)]
#[test]
fn a_countdown_can_be_cancelled() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    let server = serve(120, |asked| {
        let busy = || Answer::Whole(429, "Retry-After: 120\r\n", Vec::new());
        (asked.number("offset") == Some(50)).then(busy)
    });
    let study = folder.path().join("a.coverstudy");
    let mut program = program();
    program.args(["import", text(&study), "--json", "--spotify", &id("mine")]).envs(spotify_env(&server));
    let mut import = program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let words = BufReader::new(import.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(words.take_while(|line| !line.contains("Waiting 120 seconds")).count() < 100);
    let process = import.id().to_string();
    let since = Instant::now();
    std::process::Command::new("kill").args(["-INT", &process]).status().unwrap();
    assert_eq!(import.wait().unwrap().code(), Some(130));
    assert!(since.elapsed() < Duration::from_secs(20), "nobody waits for the service");
    assert_eq!(last_json(&run(&["info", text(&study)]))["tracks"], 50);
}

#[cfg(unix)]
#[test]
fn what_was_left_out_is_known_also_where_the_program_is_killed() {
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    let server = serve(120, |asked| match asked.number("offset") {
        Some(100) => {
            std::thread::sleep(Duration::from_secs(20));
            None
        }
        _ => {
            let port = port_of(asked);
            let entry = |place| if place == 7 { Value::Null } else { spotify_track("p", place, port, Some(9)) };
            asked.path().ends_with("/items").then(|| spotify_page(asked, Shape::New, 120, entry))
        }
    });
    let study = folder.path().join("a.coverstudy");
    let mut program = program();
    program.args(["import", text(&study), "--json", "--spotify", &id("mine")]).envs(spotify_env(&server));
    let mut import = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let since = Instant::now();
    while !server.asked().iter().any(|asked| asked.number("offset") == Some(100)) {
        assert!(since.elapsed() < Duration::from_secs(60), "the third page is asked for");
        std::thread::sleep(Duration::from_millis(20));
    }
    import.kill().unwrap();
    import.wait().unwrap();
    let (file, _) = cover_study::study::StudyFile::open(&study).unwrap();
    let rejected = file.connect().unwrap().rejected().unwrap();
    assert!(rejected.iter().any(|item| item.what.contains("entry 8")), "{rejected:?}");
}

#[test]
fn a_list_that_is_shorter_than_it_says_is_told() {
    let (_folder, _, output) = faulty(|asked| {
        let empty = || Answer::Json(json!({"items": [], "total": 120, "next": null}));
        (asked.number("offset") == Some(100)).then(empty)
    });
    let imported = last_json(&output);
    assert_eq!(imported["tracks"], 100);
    assert!(imported["rejected"].to_string().contains("has 120 entries, and sent 100"), "{imported}");
}
