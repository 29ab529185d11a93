//! Imports that go wrong in all the ways that spreadsheets and folders do.

use std::path::Path;

use super::support::{last_json, run, small_study, text};

fn import(folder: &Path, csv: &str, more: &[&str]) -> std::process::Output {
    let (_, covers) = small_study(folder, 6);
    let table = folder.join("given.csv");
    std::fs::write(&table, csv).unwrap();
    let study = folder.join("a.coverstudy");
    let arguments = [&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)], more].concat();
    run(&arguments)
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn missing_popularity_is_not_zero_and_bad_rows_have_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let csv = "title,popularity,playlist,cover\nA,50,P,c0\nB,,P,c1\nC,101,P,c2\nD,many,P,c3\nE,40,P,none\nF,0,P,c4\nG,10,P,c5\n";
    let output = import(folder.path(), csv, &[]);
    assert_eq!(output.status.code(), Some(0));
    let imported = last_json(&output);
    assert_eq!(imported["tracks"], 4, "A, B without popularity, F with a true 0, G");
    let rejected = imported["rejected"].to_string();
    for part in ["Line 3: B", "not given", "Line 4: C", "outside 0 to 100", "Line 5: D", "not a number", "Line 6: E"] {
        assert!(rejected.contains(part), "{part} in {rejected}");
    }
    let info = last_json(&run(&["info", text(&folder.path().join("a.coverstudy"))]));
    assert_eq!((info["tracks"].as_u64(), info["popularity"]["count"].as_u64()), (Some(4), Some(3)));
}

#[test]
fn a_column_of_zeros_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = import(folder.path(), "title,popularity,cover\nA,0,c0\nB,0,c1\n", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("Every popularity"), "{}", said(&output));
    assert!(!folder.path().join("a.coverstudy").exists(), "no empty study is left behind");
}

#[test]
fn unknown_columns_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let csv = "Lied;Beliebtheit;Bild\nA;12,5;c0\nB;70;c1.png\n";
    let output = import(folder.path(), csv, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no column that can be recognised as title or popularity. "));
    let wrong = import(folder.path(), csv, &["--map", "title=Song"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", said(&wrong));
    let output = import(folder.path(), csv, &["--map", "title=Lied,popularity=Beliebtheit,cover=Bild"]);
    assert_eq!(last_json(&output)["tracks"], 2);
    let info = last_json(&run(&["info", text(&folder.path().join("a.coverstudy"))]));
    assert_eq!(info["playlists"][0]["name"], "given", "without a column, the file's name is the playlist");
    assert_eq!(info["popularity"]["min"], 12.5);
}

#[test]
fn the_same_track_twice_in_a_playlist_is_one_and_in_two_playlists_two() {
    let folder = tempfile::tempdir().unwrap();
    let csv = "title,popularity,playlist,cover\nA,50,P,c0\nA,50,P,c0\nA,50,Q,c0\n";
    let imported = last_json(&import(folder.path(), csv, &[]));
    assert_eq!((imported["tracks"].as_u64(), imported["unique_covers"].as_u64()), (Some(2), Some(1)));
}

#[test]
fn a_bad_cover_keeps_its_track_and_can_be_brought_later() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 6);
    let study = folder.path().join("a.coverstudy");
    let whole = std::fs::read(covers.join("c2.png")).unwrap();
    std::fs::write(covers.join("c2.png"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(covers.join("c3.png"), "").unwrap();
    std::fs::write(covers.join("c4.png"), "text").unwrap();
    let arguments = ["import", text(&study), "--csv", text(&table), "--covers", text(&covers)];
    let imported = last_json(&run(&arguments));
    assert_eq!((imported["tracks"].as_u64(), imported["covers"].as_u64()), (Some(6), Some(3)));
    let told: Vec<&str> =
        imported["rejected"].as_array().unwrap().iter().map(|item| item["what"].as_str().unwrap()).collect();
    assert_eq!(told, ["c2.png", "c3.png", "c4.png"]);
    for name in ["c2.png", "c3.png", "c4.png"] {
        std::fs::write(covers.join(name), &whole).unwrap();
    }
    let imported = last_json(&run(&arguments));
    assert_eq!((imported["covers"].as_u64(), imported["added"].as_u64()), (Some(6), Some(0)));
}

#[test]
fn what_cannot_be_imported_at_all_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let header_only = import(folder.path(), "title,popularity,cover\n", &[]);
    assert!(said(&header_only).contains("no rows"), "{}", said(&header_only));
    let empty = import(folder.path(), "", &[]);
    assert!(said(&empty).contains("is empty"), "{}", said(&empty));
    let study = folder.path().join("b.coverstudy");
    let table = folder.path().join("given.csv");
    std::fs::write(&table, "title,popularity,cover\nA,1,c0\n").unwrap();
    let nowhere = run(&["import", text(&study), "--csv", text(&table), "--covers", "/nowhere"]);
    assert!(said(&nowhere).contains("covers folder /nowhere"), "{}", said(&nowhere));
    let missing = run(&["import", text(&study), "--csv", "/nowhere.csv"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("/nowhere.csv"));
}
