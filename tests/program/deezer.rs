//! Playlists from Deezer, played on this computer.

use std::process::Output;

use serde_json::json;

use super::fake::{Answer, Asked, Server, picture};
use super::support::{last_json, program, run, text};

/// A server that knows a playlist of `total` tracks with short pages, but where `fault` answers.
fn serve(total: usize, fault: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> Server {
    Server::start(move |asked| {
        if let Some(answer) = fault(asked) {
            return answer;
        }
        let host = asked.head.lines().find(|line| line.to_lowercase().starts_with("host:")).unwrap();
        let base = format!("http://{}", host[5..].trim());
        let parts: Vec<&str> = asked.path().trim_matches('/').split('/').collect();
        match parts[..] {
            ["image", width, number] => picture(number.parse().unwrap(), width.parse().unwrap()),
            ["album", number] => Answer::Json(
                json!({"id": number, "release_date": format!("19{:02}-01-01", number.parse::<usize>().unwrap() % 100)}),
            ),
            ["playlist", "908"] => {
                Answer::Json(json!({"id": 908, "title": "Mine", "nb_tracks": total, "checksum": "c",
                                                       "creator": {"name": "me"}, "tracks": {"data": []}}))
            }
            ["playlist", "908", "tracks"] => {
                let from = asked.number("index").unwrap();
                // Pages are shorter than asked for.
                let to = total.min(from + 17);
                let rows: Vec<_> = (from..to)
                    .map(|place| {
                        let cover = |width: usize| format!("{base}/image/{width}/{place}");
                        json!({"id": 1000 + place, "readable": true, "title": format!("T {place}"), "rank": place * 10_000,
                               "artist": {"id": 1, "name": "A"},
                               "album": {"id": place, "title": "L", "cover_small": cover(56), "cover_medium": cover(250),
                                         "cover_big": cover(500), "cover_xl": cover(1000), "md5_image": "0"}})
                    })
                    .collect();
                let next = (to < total).then(|| format!("{base}{}?limit=100&index={to}", asked.path()));
                Answer::Json(json!({"data": rows, "total": total, "next": next}))
            }
            _ => Answer::Json(json!({"error": {"type": "DataException", "message": "no data", "code": 800}})),
        }
    })
}

fn import(server: &Server, study: &std::path::Path, more: &[&str]) -> Output {
    let mut program = program();
    program.args(["import", text(study), "--json", "--deezer"]).args(more);
    program.env("COVER_STUDY_DEEZER_API", server.address("").trim_end_matches('/')).output().unwrap()
}

#[test]
fn ranks_are_a_measure_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("a.coverstudy");
    let server = serve(40, |asked| {
        let quota = json!({"error": {"type": "Exception", "message": "Quota limit exceeded", "code": 4}});
        (asked.number("index") == Some(17) && asked.before == 0).then_some(Answer::Json(quota))
    });
    let output = import(&server, &study, &["https://www.deezer.com/en/playlist/908"]);
    let imported = last_json(&output);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!((imported["tracks"].as_u64(), imported["covers"].as_u64()), (Some(40), Some(40)));
    assert!(imported["notes"].to_string().contains("exactly 100,000"), "{imported}");
    assert_eq!(
        (server.count("/image/250/"), server.count("/image/")),
        (40, 40),
        "one size, the smallest that suffices"
    );
    let info = last_json(&run(&["info", text(&study)]));
    assert_eq!(
        (&info["popularity"]["count"], &info["popularity"]["mean"]),
        (&json!(40), &json!(50.0)),
        "percent ranks"
    );
    let (csv, covers) = (folder.path().join("out.csv"), folder.path().join("out"));
    run(&["export", text(&study), "--tracks", text(&csv), "--covers", text(&covers)]);
    assert!(std::fs::read_to_string(&csv).unwrap().contains("390000"), "ranks are exported as they are");
}

#[test]
fn two_measures_are_not_mixed() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = super::support::small_study(folder.path(), 20);
    let study = folder.path().join("a.coverstudy");
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    let imported = last_json(&import(&serve(10, |_| None), &study, &["908"]));
    assert_eq!(imported["tracks"], 30);
    assert!(imported["notes"].to_string().contains("never mixed"), "{imported}");
    let info = last_json(&run(&["info", text(&study)]));
    assert_eq!(info["popularity"]["count"], 20);
}

#[test]
fn years_come_where_asked_for_and_filter() {
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("a.coverstudy");
    let imported = import(&serve(60, |_| None), &study, &["908", "--release-dates", "--years", "1910-1929"]);
    assert_eq!(last_json(&imported)["tracks"], 60);
    assert_eq!(last_json(&run(&["info", text(&study)]))["popularity"]["count"], 20);
}

#[test]
fn a_playlist_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let output = import(&serve(1, |_| None), &folder.path().join("a.coverstudy"), &["1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(last_json(&output)["rejected"].to_string().contains("no such playlist"));
}

#[test]
fn faults_that_pass_are_gone_through() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(90, |asked| {
        let error = |code: u32| Answer::Json(json!({"error": {"type": "Exception", "message": "Busy", "code": code}}));
        match (asked.number("index"), asked.before) {
            (Some(0), 0) => Some(error(700)),
            (Some(17), 0 | 1) => Some(Answer::Whole(429, "Retry-After: 0\r\n", Vec::new())),
            (Some(34), 0) => Some(Answer::Whole(503, "", Vec::new())),
            (Some(51), 0) => Some(Answer::Hangup),
            (Some(68), 0) => Some(Answer::Cut(vec![b' '; 900])),
            (Some(85), 0) => Some(Answer::Whole(200, "", b"{\"data\":[{\"id\":".to_vec())),
            _ => None,
        }
    });
    let output = import(&server, &folder.path().join("a.coverstudy"), &["908"]);
    let imported = last_json(&output);
    assert_eq!((&imported["tracks"], &imported["unfinished"]), (&json!(90), &json!(null)), "{imported}");
    assert_eq!(imported["rejected"], json!([]));
}

#[test]
fn faults_that_stay_are_told_with_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let at_34 = |answer: fn() -> Answer| move |asked: &Asked| (asked.number("index") == Some(34)).then(answer);
    let broken = serve(90, at_34(|| Answer::Whole(502, "", Vec::new())));
    let imported = last_json(&import(&broken, &folder.path().join("a.coverstudy"), &["908"]));
    assert_eq!(imported["tracks"], 34);
    assert!(imported["unfinished"].to_string().contains("status 502"), "{imported}");

    let private = || Answer::Json(json!({"error": {"type": "OAuthException", "message": "Denied", "code": 300}}));
    let imported = last_json(&import(&serve(90, at_34(private)), &folder.path().join("b.coverstudy"), &["908"]));
    assert!(imported["rejected"].to_string().contains("private"), "{imported}");

    let ends_early = || Answer::Json(json!({"data": [], "total": 90, "next": null}));
    let imported = last_json(&import(&serve(90, at_34(ends_early)), &folder.path().join("c.coverstudy"), &["908"]));
    assert!(imported["rejected"].to_string().contains("has 90 entries, and sent 34"), "{imported}");
}
