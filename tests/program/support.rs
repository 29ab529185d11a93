//! What several tests share.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A small study's CSV and covers in `folder`: `count` rows whose covers are plain pictures, brighter where more
/// popular. Returns the CSV and the covers folder.
pub fn small_study(folder: &Path, count: usize) -> (PathBuf, PathBuf) {
    let covers = folder.join("covers");
    std::fs::create_dir_all(&covers).unwrap();
    let mut csv = String::from("title,popularity,playlist,cover\n");
    for index in 0..count {
        let popularity = (index * 37) % 101;
        csv += &format!("Track {index},{popularity},Playlist {},c{index}\n", index % 3);
        // Blocks, so that no two are alike.
        let picture = image::RgbImage::from_fn(24, 24, |x, y| {
            let block = ((index as u32 + 1) * (x / 8 + 3 * (y / 8) + 1)).wrapping_mul(2_654_435_761);
            image::Rgb([(popularity * 2) as u8, (block >> 24) as u8, (block >> 16) as u8])
        });
        picture.save(covers.join(format!("c{index}.png"))).unwrap();
    }
    let table = folder.join("tracks.csv");
    std::fs::write(&table, csv).unwrap();
    (table, covers)
}

/// The program, ready to be given its arguments.
pub fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_cover-study"));
    without_proxy_and_keyring(&mut program);
    program
}

/// Keeps the surroundings out of a test.
pub fn without_proxy_and_keyring(program: &mut Command) {
    // A proxy has no way to servers of this computer; the person's keyring is none of a test's business.
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        program.env_remove(name);
    }
    program.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
}

/// Runs a headless command with `--json`.
pub fn run(arguments: &[&str]) -> Output {
    program().args(arguments).arg("--json").output().unwrap()
}

/// The last line of a command's JSON.
pub fn last_json(output: &Output) -> serde_json::Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_else(|| panic!("no JSON; {}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_str(last).unwrap()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The seed study's folder; says loudly where it is absent.
pub fn seed_study(test: &str) -> Option<PathBuf> {
    let place = std::env::var_os("COVER_STUDY_SEED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seed_study"), PathBuf::from);
    if place.join("popularity_index.csv").is_file() {
        return Some(place);
    }
    eprintln!("LEFT OUT: {test} needs the seed study in {}", place.display());
    None
}
