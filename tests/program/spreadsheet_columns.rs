//! Which columns of spreadsheets are read, and what is said where that is not plain.

use serde_json::json;

use super::spreadsheets::{import, import_text, info, list_of};
use super::support::{small_study, text};

#[test]
fn covers_are_found_by_the_column_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let imported = import_text(folder.path(), "track_name,popularity,track_id\nA,10,c0\nB,20,c1\nC,30,other\n", &[]);
    assert_eq!((&imported["tracks"], &imported["covers"]), (&json!(2), &json!(2)), "{imported}");

    let folder = tempfile::tempdir().unwrap();
    let (_, covers) = small_study(folder.path(), 2);
    let path = folder.path().join("list.csv");
    std::fs::write(&path, "track_name,popularity,track_id\nA,10,x\nB,20,y\n").unwrap();
    let output = import(folder.path(), &path, &["--covers", text(&covers)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no column that names pictures in") && said.contains("track id"), "{said}");
}

#[test]
fn musical_keys_are_no_covers() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..30).map(|row| format!("Title {row},{},{},c{}\n", 10 + row, row % 12, row % 6)).collect();
    let imported = import_text(folder.path(), &format!("title,popularity,key,file\n{rows}"), &[]);
    assert_eq!((&imported["tracks"], &imported["covers"]), (&json!(30), &json!(30)), "{imported}");
}

#[test]
fn columns_that_are_called_alike_are_told_and_empty_rows_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let table = "title,popularity,cover,Popularity\nA,10,c0,99\nB,20,c1,98\n,,,\n , ,,\n";
    let imported = import_text(folder.path(), table, &[]);
    assert!(imported["notes"].to_string().contains("several columns called popularity"), "{imported}");
    assert!(!imported["rejected"].to_string().contains("Line"), "{imported}");
    assert_eq!(info(folder.path())["popularity"]["max"], 20.0);
}

#[test]
fn one_measure_is_one_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    import_text(folder.path(), "title,Streams,cover\nA,1.2M,c0\nB,€300,c1\n", &["--target", "Streams"]);
    let imported = import_text(folder.path(), "title,streams,cover\nC,9K,c2\n", &["--target", "streams"]);
    assert_eq!(imported["tracks"], 3, "{imported}");
    let values = info(folder.path())["popularity"].clone();
    assert_eq!(
        (&values["count"], &values["max"], &values["min"]),
        (&json!(3), &json!(1.2e6), &json!(300.0)),
        "{values}"
    );
}

#[test]
fn formulas_without_values_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (_, covers) = small_study(folder.path(), 2);
    let path = list_of(folder.path(), ["title", "cover", "popularity"], 2, |sheet| {
        sheet
            .write_column(1, 2, [rust_xlsxwriter::Formula::new("=5+5"), rust_xlsxwriter::Formula::new("=5+6")])
            .unwrap();
    });
    let output = import(folder.path(), &path, &["--covers", text(&covers)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("hold formulas"), "{said}");
}
