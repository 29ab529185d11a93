//! Colors, verdicts, plans and reports, from outside.

use std::path::{Path, PathBuf};

use cover_study::study::{Edit, StudyFile};

use super::support::{last_json, run, seed_study, small_study, text};

/// The sample study, or the sample with shuffled popularity.
fn sample(folder: &Path, shuffle: Option<&str>) -> PathBuf {
    let study = folder.join("sample.coverstudy");
    let mut arguments = vec!["import", text(&study), "--sample"];
    if let Some(seed) = shuffle {
        arguments.extend(["--shuffle-popularity", seed]);
    }
    assert!(run(&arguments).status.success());
    study
}

#[test]
fn the_samples_verdict_is_useful_and_its_report_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let study = sample(folder.path(), None);
    let output = run(&["verdict", text(&study), "--quick"]);
    let verdict = last_json(&output);
    assert_eq!(verdict["verdict"], "useful", "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!((&verdict["deciding"], &verdict["target"]), (&"Quick".into(), &"popularity".into()));
    let predictors: Vec<&str> =
        verdict["rows"].as_array().unwrap().iter().map(|row| row["predictor"].as_str().unwrap()).collect();
    assert_eq!(predictors, ["mean", "playlist", "colors", "track name", "playlist + colors", "Quick"]);
    assert!(verdict["controls"].as_array().unwrap().iter().all(|control| control["passed"] == true));
    assert_eq!(verdict["controls"][3]["name"], "brightness as target, Quick", "networks are asked too");
    assert_eq!(verdict["settings_tried"], 1);

    let out = folder.path().join("report.html");
    let written = last_json(&run(&["report", text(&study), "--out", text(&out)]));
    assert_eq!(written["bytes"], std::fs::metadata(&out).unwrap().len());
    let page = std::fs::read_to_string(&out).unwrap();
    assert!(page.contains(verdict["sentence"].as_str().unwrap()));
    assert!(page.contains("What this does not say") && page.contains("<svg"));
    assert!(!page.contains("http://") && !page.contains("https://"), "the report is self-contained");

    const CHANGED: &str = "Since this verdict, tracks were excluded";
    assert!(!page.contains(CHANGED));
    let (file, _) = StudyFile::open(&study).unwrap();
    let mut open = file.connect().unwrap();
    let first = open.tracks().unwrap()[0].id;
    open.edit(&Edit::Exclude { tracks: vec![first], excluded: true }).unwrap();
    drop((open, file));
    run(&["report", text(&study), "--out", text(&out)]);
    assert!(std::fs::read_to_string(&out).unwrap().contains(CHANGED), "the verdict is about other tracks");
}

#[test]
fn shuffled_popularity_gives_no_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let study = sample(folder.path(), Some("1"));
    assert_eq!(last_json(&run(&["verdict", text(&study)]))["verdict"], "no evidence");
}

#[test]
fn small_studies_and_wrong_targets_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 12);
    let study = folder.path().join("a.coverstudy");
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    let output = run(&["verdict", text(&study)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Only 12 tracks"));
    assert_eq!(run(&["verdict", text(&study), "--target", "fame"]).status.code(), Some(2));
    assert_eq!(run(&["verdict", text(&study), "--run", "Nobody"]).status.code(), Some(1));
    let colors = last_json(&run(&["colors", text(&study)]));
    assert_eq!(colors["by_color"].as_array().unwrap().iter().map(|row| row["n"].as_u64().unwrap()).sum::<u64>(), 12);
}

#[test]
fn tracks_that_share_one_cover_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 30);
    let text_of = std::fs::read_to_string(&table).unwrap();
    let cover = text_of.lines().nth(1).unwrap().split(',').nth(3).unwrap().to_owned();
    let rows = text_of.lines().enumerate().map(|(line, row)| match row.split(',').collect::<Vec<_>>()[..] {
        [title, popularity, playlist, _] if line > 0 => format!("{title},{popularity},{playlist},{cover}\n"),
        _ => format!("{row}\n"),
    });
    std::fs::write(&table, rows.collect::<String>()).unwrap();
    let study = folder.path().join("a.coverstudy");
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    let output = run(&["verdict", text(&study)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("only 1 different cover"));
}

/// Where popularity and the looks of covers both go with the playlist, covers say nothing of their own.
#[test]
fn what_the_playlist_says_already_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let covers = folder.path().join("covers");
    std::fs::create_dir(&covers).unwrap();
    let mut rows = "title,popularity,playlist,cover\n".to_owned();
    for track in 0..240_u32 {
        let list = track % 4;
        // Blocks that have nothing to do with anything, in the playlist's shade.
        let block = |x: u32, y: u32| (track * 64 + y / 3 * 8 + x / 3).wrapping_mul(2_654_435_761) >> 20;
        let picture = image::RgbImage::from_fn(24, 24, |x, y| image::Rgb([(60 * list + block(x, y) % 40) as u8; 3]));
        picture.save(covers.join(format!("c{track}.png"))).unwrap();
        rows += &format!("Track {track},{},List {list},c{track}\n", 10 + 20 * list + (track / 4 * 7) % 15);
    }
    let table = folder.path().join("tracks.csv");
    std::fs::write(&table, rows).unwrap();
    let study = folder.path().join("a.coverstudy");
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    let verdict = last_json(&run(&["verdict", text(&study)]));
    assert_eq!(verdict["verdict"], "detectable", "{verdict:#}");
    let sentence = verdict["sentence"].as_str().unwrap();
    assert!(sentence.contains("nothing that their playlists do not say already"), "{sentence}");
    assert!(verdict["limits"].as_str().unwrap().contains("Playlists alone explain"), "{verdict:#}");
    let colors = last_json(&run(&["colors", text(&study)]));
    assert!(colors["p"].as_f64() < Some(0.05) && colors["p_within_playlist"].as_f64() > Some(0.05), "{colors:#}");
}

#[test]
fn tracks_that_are_alike_by_the_target_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 30);
    let text_of = std::fs::read_to_string(&table).unwrap();
    // Each track in a playlist of its own: every rank is the same.
    let rows = text_of.lines().enumerate().map(|(line, row)| match row.split(',').collect::<Vec<_>>()[..] {
        [title, popularity, _, cover] if line > 0 => format!("{title},{popularity},Own {line},{cover}\n"),
        _ => format!("{row}\n"),
    });
    std::fs::write(&table, rows.collect::<String>()).unwrap();
    let study = folder.path().join("a.coverstudy");
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    let output = run(&["verdict", text(&study), "--target", "rank-in-playlist"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("all tracks are alike"));
    let output = run(&["verdict", text(&study), "--target", "within-playlist"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Nothing can be compared within playlists"));
}

#[test]
fn units_done_elsewhere_give_the_same_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let (table, covers) = small_study(folder.path(), 60);
    let study = folder.path().join("a.coverstudy");
    run(&["import", text(&study), "--csv", text(&table), "--covers", text(&covers)]);
    run(&["train", text(&study), "--epochs", "2", "--image-size", "20", "--layers", "1", "--filters", "4"]);
    let plan = folder.path().join("plan");
    let planned = last_json(&run(&["verdict", text(&study), "--run", "Quick", "--plan", text(&plan)]));
    assert_eq!(planned["units"], 6, "five folds and a control");

    let fit = |number: &str| run(&["fit", text(&plan), number]);
    for number in ["4", "0", "2", "3", "5"] {
        assert!(fit(number).status.success());
    }
    let bits = |number: usize| {
        let text = std::fs::read(plan.join("fits").join(format!("{number}.json"))).unwrap();
        serde_json::from_slice::<serde_json::Value>(&text).unwrap()["predictions"].clone()
    };
    // A plan that is written once more keeps what is done; another one does not take its place.
    let again = last_json(&run(&["verdict", text(&study), "--run", "Quick", "--plan", text(&plan)]));
    assert_eq!((&again["units"], &again["done"]), (&6.into(), &5.into()));
    let other = run(&["verdict", text(&study), "--full", "--run", "Quick", "--plan", text(&plan)]);
    assert_eq!(other.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&other.stderr).contains("5 results of other work"));
    let first = bits(2);
    assert!(fit("2").status.success());
    assert_eq!(bits(2), first, "done twice, the same bits");
    assert_eq!(fit("6").status.code(), Some(2), "the plan has six units");

    let path = plan.join("fits/3.json");
    let damaged = std::fs::read_to_string(&path).unwrap().replacen("\"predictions\":[1", "\"predictions\":[2", 1);
    std::fs::write(&path, damaged).unwrap();
    // Which networks it is about is in the plan.
    let collect = || run(&["verdict", text(&study), "--collect", text(&plan)]);
    let output = collect();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("not done yet: 1.") && said.contains("do them again: 3."), "{said}");

    assert!(fit("1").status.success() && fit("3").status.success());
    let collected = last_json(&collect());
    let here = folder.path().join("b.coverstudy");
    run(&["import", text(&here), "--csv", text(&table), "--covers", text(&covers)]);
    run(&["train", text(&here), "--epochs", "2", "--image-size", "20", "--layers", "1", "--filters", "4"]);
    let at_once = last_json(&run(&["verdict", text(&here), "--run", "Quick"]));
    assert_eq!(collected["rows"], at_once["rows"]);
}

#[test]
fn the_seed_studys_covers_predict_nothing_and_its_playlists_do() {
    let Some(seed) = seed_study("the_seed_studys_covers_predict_nothing_and_its_playlists_do") else { return };
    let folder = tempfile::tempdir().unwrap();
    let study = folder.path().join("seed.coverstudy");
    let (csv, covers) = (seed.join("popularity_index.csv"), seed.join("album_art_resized"));
    run(&["import", text(&study), "--csv", text(&csv), "--covers", text(&covers)]);
    let verdict = last_json(&run(&["verdict", text(&study)]));
    assert_eq!(verdict["verdict"], "no evidence");
    let r2 = |name: &str| {
        let rows = verdict["rows"].as_array().unwrap();
        rows.iter().find(|row| row["predictor"] == name).unwrap()["r2"].as_f64().unwrap()
    };
    assert!((0.275..=0.295).contains(&r2("playlist")), "{}", r2("playlist"));
    assert!(r2("colors").abs() < 0.02, "{}", r2("colors"));
    assert!((0.0..=0.04).contains(&r2("track name")), "{}", r2("track name"));
}
