//! The headless commands, from outside.

use super::support::{last_json, program, run, seed_study, small_study, text};
use serde_json::Value;

#[test]
fn from_a_folder_of_covers_to_a_scored_cover() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 60);
    let study = folder.path().join("small.coverstudy");
    let import = ["import", text(&study), "--csv", text(&table), "--covers", text(&covers)];

    let output = run(&import);
    assert_eq!(output.status.code(), Some(0));
    let imported = last_json(&output);
    assert_eq!((imported["tracks"].as_u64(), imported["added"].as_u64()), (Some(60), Some(60)));
    assert_eq!(last_json(&run(&import))["added"], 0, "importing again skips what is there");

    let info = last_json(&run(&["info", text(&study)]));
    assert_eq!(info["playlists"].as_array().unwrap().len(), 3);
    assert_eq!(info["popularity"]["count"], 60);

    let output = run(&["train", text(&study), "--preset", "quick", "--epochs", "3", "--image-size", "24"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let epochs: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|event: &Value| event["event"] == "epoch")
        .collect();
    assert_eq!(epochs.len(), 3);
    let finished = last_json(&output);
    assert_eq!((&finished["event"], &finished["model"]), (&"finished".into(), &"quick".into()));
    assert!(finished["rmse"].as_f64().unwrap() > 0.0);
    assert_eq!(finished["test_tracks"], 15);

    let results = last_json(&run(&["results", text(&study)]));
    assert_eq!(results["runs"][0]["status"], "finished");
    assert_eq!(results["runs"][0]["settings"]["image_size"], 24);

    let bad = folder.path().join("bad.jpg");
    std::fs::write(&bad, "no picture").unwrap();
    let output = run(&["score", text(&study), text(&covers.join("c1.png")), text(&bad)]);
    assert_eq!(output.status.code(), Some(1), "one of two covers failed");
    let done = last_json(&output);
    assert_eq!((done["scored"].as_u64(), done["failed"].as_u64()), (Some(1), Some(1)));

    let out = folder.path().join("predictions.csv");
    let run_name = finished["run"].as_str().unwrap();
    assert_eq!(run(&["export", text(&study), "--run", run_name, "--out", text(&out)]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&out).unwrap().lines().count(), 16);
    for model in ["model.onnx", "weights.safetensors"] {
        let out = folder.path().join(model);
        let written = last_json(&run(&["export", text(&study), "--run", run_name, "--out", text(&out)]));
        assert_eq!(written["bytes"], std::fs::metadata(&out).unwrap().len());
    }
    let other = run(&["export", text(&study), "--run", run_name, "--out", text(&folder.path().join("model.h5"))]);
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains(".onnx or .safetensors"));
}

#[test]
fn training_options_and_their_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 40);
    let study = folder.path().join("a.coverstudy");
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    let options = ["--flip", "--schedule", "cosine", "--dropout", "0.2", "--l2", "0.001", "--patience", "1"];
    let output = run(&[&["train", text(&study), "--epochs", "40", "--image-size", "24"], &options[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let first: Value = serde_json::from_str(String::from_utf8_lossy(&output.stdout).lines().next().unwrap()).unwrap();
    assert!(first["validation_mse"].is_number() && first["samples_per_second"].as_f64().unwrap() > 0.0, "{first}");
    let settings = &last_json(&run(&["results", text(&study)]))["runs"][0]["settings"];
    let found = ["patience", "flip", "schedule", "dropout", "l2"].map(|key| settings[key].to_string());
    assert_eq!(found, ["1", "true", "\"cosine\"", "0.2", "0.001"]);
    for wrong in [["--dropout", "1"], ["--l2", "-1"], ["--schedule", "linear"], ["--patience", "0"]] {
        assert_eq!(run(&["train", text(&study), wrong[0], wrong[1]]).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn exported_tracks_are_imported_again_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 20);
    let (first, second) = (folder.path().join("a.coverstudy"), folder.path().join("b.coverstudy"));
    run(&["import", text(&first), "--csv", text(&table), "--covers", text(&covers)]);
    let (csv, out) = (folder.path().join("out.csv"), folder.path().join("out"));
    let written = last_json(&run(&["export", text(&first), "--tracks", text(&csv), "--covers", text(&out)]));
    assert_eq!(written["bytes"], std::fs::metadata(&csv).unwrap().len());
    run(&["import", text(&second), "--csv", text(&csv), "--covers", text(&out)]);
    let info = |study| last_json(&run(&["info", text(study)]));
    assert_eq!(info(&first), info(&second));
    let lost = run(&["export", text(&first), "--tracks", text(&first), "--covers", text(&out)]);
    assert_eq!(lost.status.code(), Some(1), "a study is not written over");
    assert_eq!(info(&first), info(&second));
}

#[test]
fn wrong_usage_and_failures_have_their_own_status() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 20);
    let study = folder.path().join("a.coverstudy");
    let code = |arguments: &[&str]| run(arguments).status.code();
    assert_eq!(code(&["info", text(&study)]), Some(1), "there is no study yet");
    assert_eq!(code(&["train"]), Some(2));
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    assert_eq!(code(&["train", text(&study), "--preset", "model-9"]), Some(2));
    assert_eq!(code(&["train", text(&study), "--kernel-size", "40"]), Some(2));
    assert_eq!(code(&["train", text(&study), "--pool", "many"]), Some(2));
    assert_eq!(code(&["train", text(&study), "--layers", "1000000000"]), Some(2));
    assert_eq!(code(&["train", text(&study), "--threads", "100000"]), Some(2));
    let padding = run(&["train", text(&study), "--padding", "full"]);
    let said = String::from_utf8_lossy(&padding.stderr).into_owned();
    assert!(padding.status.code() == Some(2) && said.contains("Give \"valid\" or \"same\""), "{said}");
    assert_eq!(code(&["score", text(&study), text(&table)]), Some(1), "no model has been trained");
    assert_eq!(code(&["export", text(&study), "--run", "Nobody", "--out", "a.csv"]), Some(1));
    let results = last_json(&run(&["results", text(&study)]));
    assert_eq!(results["runs"].as_array().unwrap().len(), 0, "refused settings leave no run behind");
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 10);
    let study = folder.path().join("a.coverstudy");
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    let full = std::fs::File::create("/dev/full").unwrap();
    let output = program().args(["info", text(&study), "--json"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("could not be written"));
}

#[test]
fn a_start_without_a_display_names_what_is_missing() {
    let mut start = program();
    start.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    let output = start.arg("missing.coverstudy").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no display"));
}

#[test]
fn a_bare_start_without_a_display_goes_through_the_sample_study() {
    let mut start = program();
    start.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    let output = start.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("always guessing the mean: "), "{said}");
    assert!(said.contains("predicted popularity"), "{said}");
}

#[test]
fn the_planted_effect_is_found_and_the_shuffled_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let r2 = |study: &std::path::Path, seed: u32| {
        let finished = last_json(&run(&["train", text(study), "--preset", "quick", "--seed", &seed.to_string()]));
        finished["r2"].as_f64().unwrap()
    };
    let study = folder.path().join("sample.coverstudy");
    run(&["import", text(&study), "--sample"]);
    for seed in 1..=5 {
        let found = r2(&study, seed);
        assert!(found > 0.10, "seed {seed}: test R² {found}");
    }
    let shuffled = folder.path().join("shuffled.coverstudy");
    run(&["import", text(&shuffled), "--sample", "--shuffle-popularity", "1"]);
    for seed in 1..=5 {
        let found = r2(&shuffled, seed);
        assert!(found < 0.03, "seed {seed}: test R² {found} in shuffled popularity");
    }
}

#[test]
fn the_seed_studys_data() {
    let Some(seed) = seed_study("the_seed_studys_data") else { return };
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("seed.coverstudy");
    let (csv, covers) = (seed.join("popularity_index.csv"), seed.join("album_art_resized"));
    let imported = last_json(&run(&["import", text(&study), "--csv", text(&csv), "--covers", text(&covers)]));
    let number = |key: &str| imported[key].as_u64().unwrap();
    assert_eq!((number("tracks"), number("unique_covers"), number("grayscale")), (1859, 1770, 23));
    assert_eq!(imported["rejected"].as_array().unwrap().len(), 4);
    // Model 3 for three epochs: enough to see that it learns; all models and seeds are in benches/.
    let train = ["train", text(&study), "--preset", "model-3", "--split", "track", "--epochs", "3"];
    let finished = last_json(&run(&train));
    assert_eq!((finished["train_tracks"].as_u64(), finished["test_tracks"].as_u64()), (Some(1394), Some(465)));
    let ratio = finished["rmse"].as_f64().unwrap() / finished["mean_rmse"].as_f64().unwrap();
    assert!((0.9..1.3).contains(&ratio), "rmse / mean_rmse is {ratio}");
}

/// The same covers and the same order of tracks, whatever what is predicted is counted in.
#[test]
fn a_network_learns_in_any_unit() {
    let folder = tempfile::tempdir().unwrap();
    let sample = folder.path().join("sample.coverstudy");
    let (table, covers) = (folder.path().join("sample.csv"), folder.path().join("covers"));
    assert!(run(&["import", text(&sample), "--sample"]).status.success());
    assert!(run(&["export", text(&sample), "--tracks", text(&table), "--covers", text(&covers)]).status.success());
    let r2 = |measure: &str, of: fn(f64) -> f64| {
        let mut rows = csv::Reader::from_path(&table).unwrap();
        let headers = rows.headers().unwrap().clone();
        let place = headers.iter().position(|header| header == "popularity").unwrap();
        let path = folder.path().join(format!("{measure}.csv"));
        let mut writer = csv::Writer::from_path(&path).unwrap();
        writer.write_record(headers.iter().chain([measure])).unwrap();
        for row in rows.records() {
            let row = row.unwrap();
            let value = of(row[place].parse().unwrap()).to_string();
            writer.write_record(row.iter().chain([value.as_str()])).unwrap();
        }
        writer.flush().unwrap();
        let study = folder.path().join(format!("{measure}.coverstudy"));
        let wanted = ["--covers", text(&covers), "--target", measure];
        assert!(run(&[&["import", text(&study), "--csv", text(&path)], &wanted[..]].concat()).status.success());
        last_json(&run(&["train", text(&study), "--preset", "quick"]))["r2"].as_f64().unwrap()
    };
    let found = [r2("streams", |value| 500_000.0 + 10_000.0 * value), r2("share", |value| value / 1000.0)];
    assert!(found.iter().all(|r2| *r2 > 0.15), "{found:?}");
}
