//! Study files that are damaged, foreign, newer, read-only or in use: each is told apart, and none is harmed.

use std::path::Path;

use super::support::{last_json, run, small_study, text};
use cover_study::study::{Access, StudyError, StudyFile};

fn made(folder: &Path) -> std::path::PathBuf {
    let (table, covers) = small_study(folder, 30);
    let study = folder.join("a.coverstudy");
    let output = run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    study
}

#[test]
fn what_is_no_study_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.coverstudy");
    for contents in [&b""[..], b"hello", b"SQLite format 3\0 and then nothing of the kind"] {
        std::fs::write(&path, contents).unwrap();
        let error = StudyFile::open(&path).unwrap_err();
        assert!(matches!(error, StudyError::NotAStudy(_) | StudyError::Damaged { .. }), "{error:?}");
        assert_eq!(std::fs::read(&path).unwrap(), contents);
    }
    let other = rusqlite::Connection::open(folder.path().join("b.coverstudy")).unwrap();
    other.execute_batch("CREATE TABLE a (b)").unwrap();
    drop(other);
    assert!(matches!(StudyFile::open(&folder.path().join("b.coverstudy")), Err(StudyError::NotAStudy(_))));
    assert!(matches!(StudyFile::open(&folder.path().join("c.coverstudy")), Err(StudyError::Missing(_))));
    assert!(matches!(StudyFile::create(&path), Err(StudyError::Exists(_))));
}

#[test]
fn a_damaged_study_is_told_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let study = made(folder.path());
    let mut bytes = std::fs::read(&study).unwrap();
    for byte in &mut bytes[4096..] {
        *byte = byte.wrapping_mul(31).wrapping_add(7);
    }
    std::fs::write(&study, &bytes).unwrap();
    let error = StudyFile::open(&study).unwrap_err();
    assert!(matches!(error, StudyError::Damaged { .. }), "{error:?}");
    assert!(matches!(StudyFile::open_reader(&study), Err(StudyError::Damaged { .. })));
    assert_eq!(std::fs::read(&study).unwrap(), bytes);
    // Cut in the middle, as by a copy that was broken off.
    let whole = made(&folder.path().join("again"));
    let bytes = std::fs::read(&whole).unwrap();
    std::fs::write(&whole, &bytes[..bytes.len() / 2]).unwrap();
    assert!(StudyFile::open(&whole).is_err());
}

#[test]
fn a_newer_study_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let study = made(folder.path());
    rusqlite::Connection::open(&study).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = StudyFile::open(&study).unwrap_err();
    assert!(matches!(error, StudyError::NewerVersion { found: 99, .. }));
    assert!(error.to_string().contains("newer version of Cover Study"));
}

#[test]
fn a_read_only_study_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let study = made(folder.path());
    let mut permissions = std::fs::metadata(&study).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&study, permissions).unwrap();
    assert!(matches!(StudyFile::open(&study), Err(StudyError::ReadOnly(_))));
    let reader = StudyFile::open_reader(&study).unwrap();
    assert_eq!(reader.access(), Access::Read);
    assert_eq!(reader.connect().unwrap().counts().unwrap().tracks, 30);
}

#[test]
fn readers_go_on_while_one_writes_and_a_second_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let study = made(folder.path());
    let (_writer, _) = StudyFile::open(&study).unwrap();
    assert!(matches!(StudyFile::open(&study), Err(StudyError::InUse(_))));
    assert_eq!(last_json(&run(&["info", text(&study)]))["tracks"], 30);
    let refused = run(&["train", text(&study)]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another window"));
}

#[test]
fn a_copy_is_whole_and_replaces_only_when_complete() {
    let folder = tempfile::tempdir().unwrap();
    let study = made(folder.path());
    let copy = folder.path().join("copy.coverstudy");
    std::fs::write(&copy, "something older").unwrap();
    let (file, _) = StudyFile::open(&study).unwrap();
    file.save_copy(&copy).unwrap();
    let (copied, _) = StudyFile::open(&copy).unwrap();
    assert_eq!(copied.connect().unwrap().tracks().unwrap(), file.connect().unwrap().tracks().unwrap());
    assert!(matches!(file.save_copy(Path::new("/nowhere/at/all.coverstudy")), Err(StudyError::NoFolder(_))));
    assert!(matches!(StudyFile::create(Path::new("/nowhere/at/all.coverstudy")), Err(StudyError::NoFolder(_))));
}

#[test]
fn nothing_stays_beside_a_study_that_was_only_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let study = made(folder.path());
    let arguments: [&[&str]; 4] = [
        &["info", text(&study)],
        &["results", text(&study)],
        &["score", text(&study), text(&study)],
        &["train", text(&study), "--resume", "nobody"],
    ];
    for arguments in arguments {
        run(arguments);
        let mut names: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["a.coverstudy", "covers", "tracks.csv"], "after {arguments:?}");
    }
}

#[test]
fn a_study_that_is_moved_while_it_is_open_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path());
    let (file, _) = StudyFile::open(&path).unwrap();
    let open = file.connect().unwrap();
    let moved = folder.path().join("moved.coverstudy");
    std::fs::rename(&path, &moved).unwrap();
    assert!(matches!(file.connect(), Err(StudyError::Gone(_))));
    assert!(!path.exists(), "no empty study is made in its place");
    drop((open, file));
    assert_eq!(StudyFile::open(&moved).unwrap().0.connect().unwrap().counts().unwrap().tracks, 30);
}
