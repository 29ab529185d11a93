//! kill -9 at random moments: the study opens, is sound, and holds all that was told to be finished.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::support::{last_json, program, run, small_study, text};
use cover_study::study::{RunStatus, StudyFile};
use rand::{RngExt as _, SeedableRng as _};

const KILLS: usize = 20;

/// Opens a study that was left by a killed program, and lets SQLite and the covers' hashes vouch for it.
fn check_sound(study: &Path) -> usize {
    let database = rusqlite::Connection::open(study).unwrap();
    let said: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(said, "ok");
    let broken: i64 =
        database.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
    assert_eq!(broken, 0);
    let mut covers = database.prepare("SELECT hash, bytes FROM cover").unwrap();
    let rows = covers.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    for row in rows {
        let (hash, bytes): (Vec<u8>, Vec<u8>) = row.unwrap();
        assert_eq!(hash, blake3::hash(&bytes).as_bytes());
    }
    let bare: i64 = database
        .query_row("SELECT count(*) FROM cover WHERE id NOT IN (SELECT cover_id FROM pixels)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(bare, 0, "each cover came with its pixels");
    database.query_row("SELECT count(*) FROM track WHERE cover_id IS NOT NULL", [], |row| row.get::<_, i64>(0)).unwrap()
        as usize
}

fn start(arguments: &[&str]) -> Child {
    program().args(arguments).arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn during_import() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 1200);
    let study = folder.path().join("killed.coverstudy");
    let arguments = ["import", text(&study), "--csv", text(&table), "--covers", text(&covers)];
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let mut before = 0;
    for round in 0..KILLS {
        if before == 1200 {
            // All there: begin anew, so that each kill meets an import under way.
            std::fs::remove_file(&study).unwrap();
            before = 0;
        }
        let mut import = start(&arguments);
        std::thread::sleep(Duration::from_millis(random.random_range(5..120)));
        import.kill().unwrap();
        import.wait().unwrap();
        if study.exists() {
            drop(StudyFile::open(&study).unwrap());
            let now = check_sound(&study);
            assert!(now >= before, "round {round}: {now} tracks after {before}");
            before = now;
        }
    }
    let imported = last_json(&run(&arguments));
    assert_eq!(imported["tracks"], 1200, "the next import brings the rest");
    assert_eq!(check_sound(&study), 1200);
}

#[test]
fn during_training() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 120);
    let study = folder.path().join("killed.coverstudy");
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(2);
    let train =
        ["train", text(&study), "--preset", "quick", "--epochs", "1000", "--image-size", "24", "--filters", "16"];
    let resume = ["train", text(&study), "--resume", "Quick"];
    let mut told = 0;
    for round in 0..KILLS {
        let mut training = start(if round == 0 { &train } else { &resume });
        let (sender, events) = mpsc::channel();
        let output = training.stdout.take().unwrap();
        let reader = std::thread::Builder::new()
            .spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
                    sender.send(event["epoch"].as_u64().unwrap_or(0)).unwrap();
                }
            })
            .unwrap();
        // The first epoch shows that the run is there to be resumed.
        let first = events.recv_timeout(Duration::from_secs(60)).unwrap();
        assert_eq!(first, told + 1, "round {round} goes on after the last saved epoch");
        std::thread::sleep(Duration::from_millis(random.random_range(0..150)));
        training.kill().unwrap();
        training.wait().unwrap();
        reader.join().unwrap();
        let last_told = events.try_iter().last().unwrap_or(first);
        let looked_at = last_json(&run(&["results", text(&study)]));
        assert_eq!(looked_at["runs"][0]["status"], "interrupted", "a reader does not take the dead for living");
        check_sound(&study);
        let (file, recovered) = StudyFile::open(&study).unwrap();
        assert_eq!(recovered.runs, ["Quick"], "what was interrupted is told");
        let record = file.connect().unwrap().run_named("Quick").unwrap();
        assert_eq!(record.status, RunStatus::Interrupted);
        let saved = record.epochs_done() as u64;
        assert!(saved >= last_told && saved <= last_told + 1, "told {last_told}, saved {saved}");
        assert_eq!(record.epochs.len() as u64, saved, "no epoch is missing");
        told = saved;
    }
}

/// A run's weights and predictions as an export writes them.
fn exported(folder: &Path, study: &Path) -> [Vec<u8>; 2] {
    ["weights.safetensors", "predictions.csv"].map(|name| {
        let out = folder.join(name);
        assert_eq!(run(&["export", text(study), "--run", "Quick", "--out", text(&out)]).status.code(), Some(0));
        std::fs::read(out).unwrap()
    })
}

/// Trains until `epochs` are told, then ends the program by `signal`.
#[cfg(unix)]
fn train_until(arguments: &[&str], epochs: usize, signal: &str) {
    let mut training = start(arguments);
    let lines = BufReader::new(training.stdout.take().unwrap()).lines();
    assert_eq!(lines.take(epochs).filter(Result::is_ok).count(), epochs);
    let process = training.id().to_string();
    assert!(std::process::Command::new("kill").args([signal, &process]).status().unwrap().success());
    training.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn a_run_that_was_killed_and_interrupted_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 120);
    let options = ["--epochs", "12", "--image-size", "24", "--filters", "4", "--dropout", "0.2", "--flip"];
    let [whole, broken] = ["whole", "broken"].map(|name| {
        let study = folder.path().join(name).with_extension("coverstudy");
        run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
        study
    });
    run(&[&["train", text(&whole)], &options[..]].concat());
    let resume = ["train", text(&broken), "--resume", "Quick"];
    train_until(&[&["train", text(&broken)], &options[..]].concat(), 2, "-KILL");
    train_until(&resume, 3, "-INT");
    train_until(&resume, 2, "-KILL");
    let finished = last_json(&run(&resume));
    assert_eq!((&finished["event"], &finished["epochs_done"]), (&"finished".into(), &12.into()), "{finished}");
    assert_eq!(exported(folder.path(), &whole), exported(folder.path(), &broken));
}
