//! Which playlists the tracks of spreadsheets are in.

use super::spreadsheets::{import, import_text, info, list_of};
use super::support::{last_json, run, small_study, text};

#[test]
fn several_files_are_several_playlists() {
    let folder = tempfile::tempdir().unwrap();
    let (_, covers) = small_study(folder.path(), 4);
    let mut arguments =
        vec!["import".to_owned(), text(&folder.path().join("a.coverstudy")).to_owned(), "--csv".to_owned()];
    for name in ["Monday", "Tuesday"] {
        let table = folder.path().join(format!("{name}.csv"));
        std::fs::write(&table, "title,popularity,cover\nA,10,c0\nB,20,c1\n").unwrap();
        arguments.push(text(&table).to_owned());
    }
    arguments.extend(["--covers".to_owned(), text(&covers).to_owned()]);
    let imported = last_json(&run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(imported["tracks"], 4);
    assert_eq!(imported["rejected"].as_array().unwrap().len(), 2, "c2 and c3 have no row in either");
    assert_eq!(info(folder.path())["playlists"].as_array().unwrap().len(), 2);
}

#[test]
fn files_of_one_name_are_told_apart_by_their_folders() {
    let folder = tempfile::tempdir().unwrap();
    let (_, covers) = small_study(folder.path(), 2);
    let tables = ["May", "June"].map(|name| {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        let path = folder.path().join(name).join("tracks.csv");
        std::fs::write(&path, "title,popularity,cover\nA,10,c0\nB,20,c1\n").unwrap();
        path
    });
    let study = folder.path().join("a.coverstudy");
    let imported =
        run(&["import", text(&study), "--csv", text(&tables[0]), text(&tables[1]), "--covers", text(&covers)]);
    assert_eq!(last_json(&imported)["tracks"], 4);
    let names = info(folder.path())["playlists"].to_string();
    assert!(names.contains("May/tracks") && names.contains("June/tracks"), "{names}");
}

#[test]
fn playlists_of_one_name_are_told_apart_by_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let table =
        "title,popularity,cover,playlist name,playlist uri\nA,10,c0,Hits,one\nA,20,c0,Hits,two\nB,30,c1,Hits,one\n";
    let imported = import_text(folder.path(), table, &[]);
    assert_eq!(imported["tracks"], 3, "{imported}");
    assert!(imported["notes"].to_string().contains("told apart"), "{imported}");
    let names = info(folder.path())["playlists"].to_string();
    assert!(names.contains("\"Hits\"") && names.contains("\"Hits (2)\""), "{names}");
    let again = import_text(folder.path(), table, &[]);
    assert_eq!((&again["tracks"], &again["added"]), (&3.into(), &0.into()), "{again}");
}

#[test]
fn a_playlist_beside_all_of_its_tracks_is_that_of_each() {
    let folder = tempfile::tempdir().unwrap();
    let (_, covers) = small_study(folder.path(), 4);
    let path = list_of(folder.path(), ["Title", "Cover", "Popularity", "Playlist"], 4, |sheet| {
        sheet.write_column(1, 2, [10, 11, 12, 13]).unwrap();
        sheet.merge_range(1, 3, 3, 3, "Old hits", &rust_xlsxwriter::Format::new()).unwrap();
        sheet.write(4, 3, "New").unwrap();
    });
    let imported = last_json(&import(folder.path(), &path, &["--covers", text(&covers)]));
    assert_eq!(imported["tracks"], 4, "{imported}");
    let playlists = info(folder.path())["playlists"].clone();
    let counts: Vec<_> = playlists.as_array().unwrap().iter().map(|list| list["tracks"].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 3], "{playlists}");
}
