//! Spreadsheets as other programs write them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::json;

use super::fake::{Answer, Server, cover, picture};
use super::support::{last_json, program, run, small_study, text};

pub fn import(folder: &Path, table: &Path, more: &[&str]) -> Output {
    let study = folder.join("a.coverstudy");
    run(&[&["import", text(&study), "--csv", text(table)], more].concat())
}

pub fn info(folder: &Path) -> serde_json::Value {
    last_json(&run(&["info", text(&folder.join("a.coverstudy"))]))
}

fn workbook(folder: &Path) -> PathBuf {
    let path = folder.join("My list.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "Made with care").unwrap();
    let sheet = book.add_worksheet();
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    for (column, header) in ["Song", "Popularity", "Cover", "Release Date", "Streams"].iter().enumerate() {
        sheet.write(2, column as u16, *header).unwrap();
    }
    for row in 0..6_u32 {
        sheet.write(3 + row, 0, format!("Title {row}")).unwrap();
        sheet.write(3 + row, 1, 10.5 + f64::from(row)).unwrap();
        sheet.write(3 + row, 2, format!("c{row}.png")).unwrap();
        let date = rust_xlsxwriter::ExcelDateTime::from_ymd(1998 + row as u16, 2, 28).unwrap();
        sheet.write_with_format(3 + row, 3, &date, &day).unwrap();
        sheet.write(3 + row, 4, 10_u32.pow(row)).unwrap();
    }
    // A stray cell in the last corner: a sheet of everything between would need hundreds of gigabytes.
    sheet.write(1_048_575, 16_383, "stray").unwrap();
    sheet.write(1_048_575, 1, " ").unwrap();
    book.save(&path).unwrap();
    path
}

/// Imports [`workbook`] with its covers, and returns what came of it.
fn import_workbook(folder: &Path, more: &[&str]) -> serde_json::Value {
    let (_, covers) = small_study(folder, 6);
    let table = workbook(folder);
    last_json(&import(folder, &table, &[&["--covers", text(&covers)], more].concat()))
}

#[test]
fn excel_files_are_read_whichever_sheet_has_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let imported = import_workbook(folder.path(), &["--years", "1998-2000"]);
    assert_eq!((&imported["tracks"], &imported["covers"]), (&json!(6), &json!(6)), "{imported}");
    let info = info(folder.path());
    assert_eq!(
        (&info["popularity"]["count"], &info["popularity"]["max"]),
        (&json!(3), &json!(12.5)),
        "the years filter"
    );
    assert_eq!(info["playlists"][0]["name"], "My list");
}

#[test]
fn any_number_can_be_the_target() {
    let folder = tempfile::tempdir().unwrap();
    let more = ["--target", "Streams", "--unit", "plays", "--scale", "logarithm"];
    let imported = import_workbook(folder.path(), &more);
    assert_eq!(imported["tracks"], 6, "{imported}");
    let max = info(folder.path())["popularity"]["max"].as_f64().unwrap();
    assert!((max - 100_001_f64.log10()).abs() < 1e-9, "{max}");
}

#[test]
fn what_is_predicted_is_called_by_its_name_and_unit_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 60);
    let rows = std::fs::read_to_string(&table).unwrap();
    let rows = rows.replacen("popularity", "Streams", 1).replacen("cover", "cover,Release Date", 1);
    let dated = rows.lines().enumerate().map(|(line, row)| match row.split(',').collect::<Vec<_>>()[..] {
        [title, streams, playlist, cover] if line > 0 => {
            let streams = 1000 * streams.parse::<u32>().unwrap();
            format!("{title},{streams},{playlist},{cover},{}-01-01\n", 1970 + line % 30)
        }
        _ => format!("{row}\n"),
    });
    std::fs::write(&table, dated.collect::<String>()).unwrap();
    import(folder.path(), &table, &["--covers", text(&covers), "--target", "Streams"]);
    let study = folder.path().join("a.coverstudy");
    run(&["train", text(&study), "--epochs", "1", "--image-size", "20", "--layers", "1", "--filters", "2"]);

    let said = |arguments: &[&str]| String::from_utf8(run(arguments).stderr).unwrap();
    let verdict = run(&["verdict", text(&study), "--run", "Quick"]);
    let out = folder.path().join("report.html");
    run(&["report", text(&study), "--out", text(&out)]);
    let texts = [
        said(&["info", text(&study)]),
        said(&["results", text(&study)]),
        said(&["score", text(&study), text(&covers.join("c1.png"))]),
        said(&["colors", text(&study)]),
        String::from_utf8(verdict.stderr.clone()).unwrap(),
        std::fs::read_to_string(&out).unwrap(),
    ];
    for text in texts {
        assert!(text.contains("Streams") || text.contains("streams"), "{text}");
        let lower = text.to_lowercase();
        // Two predictors and controls have it in their names.
        let lower = lower.replace("shuffled popularity", "");
        assert!(!lower.contains("popularity") && !lower.contains(" points"), "{text}");
    }
    let subsets = last_json(&verdict)["subsets"].as_array().unwrap().clone();
    let decades: Vec<&str> =
        subsets.iter().filter(|part| part["by"] == "year").map(|part| part["name"].as_str().unwrap()).collect();
    assert_eq!(decades, ["1970s", "1980s", "1990s"]);
}

#[test]
fn opendocument_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (_, covers) = small_study(folder.path(), 6);
    let path = folder.path().join("list.ods");
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: [&str; 3]| format!("<table:table-row>{}</table:table-row>", cells.map(cell).concat());
    let rows = [row(["Lied", "popularity", "cover"]), row(["A", "12,5", "c0"]), row(["B", "70", "c1"])].concat();
    let namespaces = ["office", "table", "text"]
        .map(|name| format!("xmlns:{name}=\"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0\""))
        .join(" ");
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content {namespaces}><office:body><office:spreadsheet>\
         <table:table table:name=\"Eins\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        (
            "META-INF/manifest.xml",
            "<?xml version=\"1.0\"?><manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>",
        ),
        ("content.xml", content.as_str()),
    ] {
        archive.start_file(name, stored).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    let output = import(folder.path(), &path, &["--covers", text(&covers), "--map", "title=Lied"]);
    assert_eq!(last_json(&output)["tracks"], 2, "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(info(folder.path())["popularity"]["min"], 12.5);
}

#[test]
fn covers_at_web_addresses_are_downloaded() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|asked| match asked.path() {
        "/gone.jpg" => Answer::Whole(404, "", Vec::new()),
        path => picture(path.len(), 64),
    });
    let table = folder.path().join("Summer hits.csv");
    let mut csv = String::from(
        "Track URI,Track Name,Artist Name(s),Album Name,Album Release Date,Album Image URL,Popularity,ISRC\n",
    );
    for row in 0..9 {
        let address = server.address(if row == 3 { "gone.jpg" } else { "cover.jpg" });
        csv += &format!(
            "spotify:track:{row},Song {row},\"A, B\",Album,1999-01-0{},{address},{},X{row}\n",
            row + 1,
            row * 10
        );
    }
    std::fs::write(&table, csv).unwrap();
    let study = folder.path().join("a.coverstudy");
    let output = program()
        .args(["import", text(&study), "--csv", text(&table), "--json"])
        .env("COVER_STUDY_DEEZER_API", server.address(""))
        .output()
        .unwrap();
    let imported = last_json(&output);
    assert_eq!((&imported["tracks"], &imported["covers"]), (&json!(9), &json!(8)), "{imported}");
    assert!(imported["rejected"].to_string().contains("status 404"));
    assert_eq!(server.count("/cover.jpg"), 1, "each address is asked once");
    assert_eq!(info(folder.path())["playlists"][0]["name"], "Summer hits");
    let terms = "Spotify's developer terms forbid";
    assert!(String::from_utf8_lossy(&output.stderr).contains(terms), "told before covers are downloaded");
    let again = run(&["import", text(&study), "--csv", text(&table)]);
    assert!(!String::from_utf8_lossy(&again.stderr).contains(terms), "once for each study");

    let (csv, covers) = (folder.path().join("out.csv"), folder.path().join("out"));
    let written = last_json(&run(&["export", text(&study), "--tracks", text(&csv), "--covers", text(&covers)]));
    assert_eq!((&written["tracks"], &written["without_cover"]), (&json!(9), &json!(1)), "{written}");
    let third = folder.path().join("c.coverstudy");
    let back = last_json(&run(&["import", text(&third), "--csv", text(&csv), "--covers", text(&covers)]));
    assert_eq!((&back["tracks"], &back["covers"]), (&json!(8), &json!(8)), "{back}");
    assert!(back["rejected"].to_string().contains("Song 3"), "{back}");
    // Without the environment of the tests, this computer's own addresses are not asked.
    let second = folder.path().join("b.coverstudy");
    let refused = last_json(&run(&["import", text(&second), "--csv", text(&table)]));
    assert!(refused["rejected"].to_string().contains("not a https address of a public server"), "{refused}");
}

#[test]
fn lists_without_popularity_or_covers_are_told_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    small_study(folder.path(), 2);
    for (header, words) in [
        (
            "Track name,Artist name,Album,Playlist name,Type,ISRC",
            "popularity or cover. Lists from TuneMyMusic or Soundiiz",
        ),
        ("title;artist;album;isrc", "popularity or cover. Lists from TuneMyMusic or Soundiiz"),
        ("Track URI,Track Name,Album Name,Artist Name(s),Release Date,Popularity", "as cover. Choose the column"),
        ("Track Name,Album Image URL", "as popularity. Choose the column"),
    ] {
        let table = folder.path().join("list.csv");
        std::fs::write(&table, format!("{header}\na,b,c\n")).unwrap();
        let output = import(folder.path(), &table, &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(words), "{header}: {said}");
        assert!(!folder.path().join("a.coverstudy").exists());
    }
}

#[test]
fn errors_of_the_system_are_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let (table, _) = small_study(folder.path(), 2);
    let missing = folder.path().join("missing.csv");
    for output in [
        import(folder.path(), &missing, &[]),
        import(folder.path(), folder.path(), &[]),
        import(folder.path(), &table, &["--covers", text(&missing)]),
        import(&missing, &table, &[]),
    ] {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && !said.contains("os error") && said.contains("."), "{said}");
    }
    assert!(String::from_utf8_lossy(&import(folder.path(), &missing, &[]).stderr).contains("it is not there"));
}

#[test]
fn encodings_and_separators_make_no_difference() {
    let plain = "title;popularity;playlist;cover\nÄther;12,5;Übersee;c0\n\"Zwei\nZeilen\";70;Übersee;c1.png\n";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(plain.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let windows = encoding_rs::WINDOWS_1252.encode(plain).0.into_owned();
    let marked = [b"\xef\xbb\xbf", plain.as_bytes()].concat();
    let named = format!("sep=;\r\n{}", plain.replace('\n', "\r\n")).into_bytes();
    for bytes in [plain.as_bytes().to_vec(), plain.replace(';', "\t").into_bytes(), utf16, windows, marked, named] {
        let folder = tempfile::tempdir().unwrap();
        let (_, covers) = small_study(folder.path(), 2);
        let table = folder.path().join("list.csv");
        std::fs::write(&table, &bytes).unwrap();
        let imported = last_json(&import(folder.path(), &table, &["--covers", text(&covers)]));
        assert_eq!(imported["tracks"], 2, "{imported}");
        let info = info(folder.path());
        assert_eq!((&info["playlists"][0]["name"], &info["popularity"]["min"]), (&json!("Übersee"), &json!(12.5)));
    }
}

/// A workbook of `count` tracks under these headers: titles, covers c0, c1, …, and what `fill` writes.
pub fn list_of<const N: usize>(
    folder: &Path,
    headers: [&str; N],
    count: u32,
    fill: impl Fn(&mut rust_xlsxwriter::Worksheet),
) -> PathBuf {
    let path = folder.join("list.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, headers).unwrap();
    for row in 0..count {
        sheet.write_row(1 + row, 0, [format!("Title {row}"), format!("c{row}.png")]).unwrap();
    }
    fill(sheet);
    book.save(&path).unwrap();
    path
}

/// Imports a spreadsheet of this text, with covers c0 to c5, and returns what came of it.
pub fn import_text(folder: &Path, table: &str, more: &[&str]) -> serde_json::Value {
    let (_, covers) = small_study(folder, 6);
    let path = folder.join("list.csv");
    std::fs::write(&path, table).unwrap();
    last_json(&import(folder, &path, &[&["--covers", text(&covers)], more].concat()))
}

#[test]
fn numbers_are_read_as_their_column_writes_them() {
    let max = |table: &str, more: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let imported = import_text(folder.path(), table, &[&["--target", "Plays"], more].concat());
        (info(folder.path())["popularity"]["max"].as_f64().unwrap(), imported["notes"].to_string())
    };
    let open = "title,Plays,cover\nA,1.234,c0\nB,12.345,c1\n";
    let (read, notes) = max(open, &[]);
    assert!(read == 12.345 && notes.contains("can be read in two ways"), "{read} {notes}");
    assert_eq!(max(open, &["--decimal-mark", "comma"]), (12_345.0, "[]".to_owned()));
    assert_eq!(max(&open.replace(',', ";"), &[]).0, 12_345.0, "a list with ; is written with decimal commas");
    assert_eq!(max("title,Plays,cover\nA,1.234,c0\nB,1.234.567,c1\n", &[]), (1_234_567.0, "[]".to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let imported = import_text(folder.path(), "title,Plays,cover\nA,01.02.2020,c0\nB,7,c1\n", &["--target", "Plays"]);
    assert!(imported["rejected"].to_string().contains("is not a number"), "a date is none: {imported}");
}

#[test]
fn what_may_be_read_wrongly_is_told() {
    let notes = |table: &str| {
        let folder = tempfile::tempdir().unwrap();
        import_text(folder.path(), table, &[])["notes"].to_string()
    };
    let shares = notes("title,popularity,cover\nA,0.45,c0\nB,1,c1\n");
    assert!(shares.contains("between 0 and 1"), "{shares}");
    let slipped = notes("cover,popularity,title\nc0,45,5,A\nc1,30,B\n");
    assert!(slipped.contains("1 row has more cells than the header") && slipped.contains("line 2"), "{slipped}");
    let repeated = notes("title,popularity,cover,track id\nA,10,c0,1\nA,30,c0,1\nA,10,c1,1\n");
    assert!(repeated.contains("2 rows repeat a track of the same playlist with another value or cover"), "{repeated}");
    assert_eq!(notes("title,popularity,cover\nA,45,c0\nB,1,c1\n"), "[]");

    // Letters that were guessed.
    let folder = tempfile::tempdir().unwrap();
    let (_, covers) = small_study(folder.path(), 1);
    let path = folder.path().join("old.csv");
    std::fs::write(&path, b"title,popularity,cover\nCaf\xe9,45,c0\n").unwrap();
    let imported = last_json(&import(folder.path(), &path, &["--covers", text(&covers)]));
    assert!(imported["notes"].to_string().contains("were guessed"), "{imported}");
}

#[test]
fn a_cover_that_is_named_anew_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let table = "title,popularity,cover,track id\nA,10,c0,1\nB,20,c1,2\n";
    import_text(folder.path(), table, &[]);
    let again = import_text(folder.path(), table, &[]);
    assert_eq!(again["notes"].to_string(), "[]");
    let swapped = import_text(folder.path(), &table.replace("c0", "c9").replace("c1", "c0").replace("c9", "c1"), &[]);
    assert!(swapped["notes"].to_string().contains("2 rows name another cover than the study has"), "{swapped}");
}

#[test]
fn a_column_without_a_number_is_told_before_anything_starts() {
    for (cells, word) in [(["", ""], "is empty in every row"), (["high", "$"], "such as \\\"high\\\"")] {
        let folder = tempfile::tempdir().unwrap();
        let (_, covers) = small_study(folder.path(), 2);
        let path = folder.path().join("list.csv");
        std::fs::write(&path, format!("title,popularity,cover\nA,{},c0\nB,{},c1\n", cells[0], cells[1])).unwrap();
        let output = import(folder.path(), &path, &["--covers", text(&covers)]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() == Some(1) && said.contains(&word.replace("\\\"", "\"")), "{said}");
        assert!(!said.contains("rejected\":[{"), "no row was looked at: {said}");
    }
}

/// A workbook's number can be read in one way only, whatever its column's texts say.
#[test]
fn numbers_in_a_workbook_are_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (_, covers) = small_study(folder.path(), 4);
    let path = list_of(folder.path(), ["title", "cover", "Streams"], 4, |sheet| {
        sheet.write(1, 2, 1.234).unwrap();
        sheet.write(2, 2, 12.125).unwrap();
        sheet.write(3, 2, "7,5").unwrap();
        sheet.write(4, 2, "8,25").unwrap();
    });
    let imported = last_json(&import(folder.path(), &path, &["--covers", text(&covers), "--target", "Streams"]));
    assert_eq!(imported["notes"].to_string(), "[]", "{imported}");
    let values = info(folder.path())["popularity"].clone();
    assert_eq!((&values["min"], &values["max"]), (&json!(1.234), &json!(12.125)), "{values}");
}

#[test]
fn rows_that_change_nothing_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let table =
        "title,popularity,cover,track id\nA,10,c0,1\nA,10,c0,1\nB,20,c1,n/a\nC,30,c2,n/a\nD,40,c3,9\nE,50,c4,9\n";
    let imported = import_text(folder.path(), table, &[]);
    assert_eq!(imported["tracks"], 5, "songs that share an id, or have none, are not one: {imported}");
    assert!(imported["notes"].to_string().contains("1 row repeats a track"), "{imported}");
    let imported = import_text(folder.path(), &table.replace("B,20", "B,25"), &[]);
    assert_eq!((&imported["tracks"], &imported["added"]), (&json!(5), &json!(0)));
    let notes = imported["notes"].to_string();
    assert!(notes.contains("1 row says another value") && notes.contains("\\\"B\\\" in \\\"list\\\""), "{notes}");
    assert_eq!(info(folder.path())["popularity"]["min"], 10.0);
}

#[test]
fn what_was_not_read_or_not_predicted_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let imported = import_workbook(folder.path(), &["--years", "1998-2000"]);
    let notes = imported["notes"].to_string();
    assert!(notes.contains("further sheets, which were not read: Sheet1"), "{notes}");
    assert!(notes.contains("3 tracks were not released in 1998 to 2000"), "{notes}");

    let folder = tempfile::tempdir().unwrap();
    let table = "title;Plays, all;cover\nA;-10;c0\nB;20;c1\n";
    let imported = import_text(folder.path(), table, &["--target", "Plays, all", "--scale", "logarithm"]);
    let notes = imported["notes"].to_string();
    assert!(notes.contains("1 value is negative and counts as 0"), "{notes}");
    let imported = import_text(folder.path(), table, &["--target", "Plays, all"]);
    assert!(imported["notes"].to_string().contains("goes on counting it as it did"), "{imported}");
}

#[test]
fn a_picture_beside_the_list_does_not_hide_its_addresses() {
    let server = Server::start(|asked| match asked.path() {
        "/c0.png" => picture(0, 64),
        _ => Answer::refused(404, "Not found."),
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("logo.png"), cover(1, 64)).unwrap();
    let table = folder.path().join("list.csv");
    let address = server.address("c0.png");
    std::fs::write(&table, format!("title,popularity,cover,cover url\nA,10,first,{address}\n")).unwrap();
    let mut program = program();
    program.args(["import", text(&folder.path().join("a.coverstudy")), "--json", "--csv", text(&table)]);
    let output = program.env("COVER_STUDY_DEEZER_API", server.address("")).output().unwrap();
    assert_eq!(last_json(&output)["covers"], 1, "{}", String::from_utf8_lossy(&output.stderr));
    // One that a row names does not hide those of the others.
    std::fs::write(&table, format!("title,popularity,cover,cover url\nA,10,logo,\nB,20,none,{address}\n")).unwrap();
    let mut program = super::support::program();
    program.args(["import", text(&folder.path().join("b.coverstudy")), "--json", "--csv", text(&table)]);
    let output = program.env("COVER_STUDY_DEEZER_API", server.address("")).output().unwrap();
    assert_eq!(last_json(&output)["covers"], 2, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn artists_and_dates_survive_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let table = "title,popularity,cover,artist,release date\nSame,10,c0,One,1999\nSame,20,c0,Two,2001\n";
    import_text(folder.path(), table, &[]);
    let (csv, out) = (folder.path().join("out.csv"), folder.path().join("out"));
    run(&["export", text(&folder.path().join("a.coverstudy")), "--tracks", text(&csv), "--covers", text(&out)]);
    let again = folder.path().join("again.coverstudy");
    let imported = last_json(&run(&["import", text(&again), "--csv", text(&csv), "--covers", text(&out)]));
    assert_eq!(imported["tracks"], 2, "songs of one title and cover by two artists: {imported}");
    assert!(std::fs::read_to_string(&csv).unwrap().contains(",One,1999"));
}
