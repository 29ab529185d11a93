//! How often verdicts are right: 1,000 made-up studies without an effect, 200 with one of 5 %, and 200 of albums that
//! owe what their covers seem to say to their playlists.
//!
//! `cargo bench --bench simulations`; see `benches/README.md`. Seeds are 0, 1, 2, … and were fixed before the first run.

mod simulated;

use rayon::prelude::*;
use simulated::{albums, finds, judge, observations};

const SHUFFLES: u64 = 199;
const NULL_STUDIES: u64 = 1000;
const NULL_TRACKS: usize = 600;
const PLANTED_STUDIES: u64 = 200;
const PLANTED_TRACKS: usize = 1859;
const ALBUM_STUDIES: u64 = 200;
const ALBUMS: usize = 300;

fn main() {
    // `cargo test --benches` only wants to see that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let null: Vec<_> =
        (0..NULL_STUDIES).into_par_iter().map(|seed| judge(&observations(NULL_TRACKS, 0.0, seed), SHUFFLES)).collect();
    let share = |count: usize, of: usize| 100.0 * count as f64 / of as f64;
    let low = null.iter().filter(|verdict| verdict.p < 0.05).count();
    let found = null.iter().filter(|verdict| finds(verdict)).count();
    println!(
        "no effect, {NULL_TRACKS} tracks: p below 0.05 in {:.1} % of {NULL_STUDIES} studies, a finding in {:.1} %",
        share(low, null.len()),
        share(found, null.len())
    );
    let planted: Vec<_> = (0..PLANTED_STUDIES)
        .into_par_iter()
        .map(|seed| judge(&observations(PLANTED_TRACKS, 0.05, 1_000_000 + seed), SHUFFLES))
        .collect();
    let found = planted.iter().filter(|verdict| finds(verdict)).count();
    let mean = planted.iter().map(|verdict| verdict.rows[2].r2).sum::<f64>() / planted.len() as f64;
    println!(
        "planted 5 %, {PLANTED_TRACKS} tracks: found in {:.1} % of {PLANTED_STUDIES} studies; mean R² {mean:.3}",
        share(found, planted.len())
    );
    let of_playlists: Vec<_> = (0..ALBUM_STUDIES)
        .into_par_iter()
        .map(|seed| judge(&albums(ALBUMS, 0.0, true, 2_000_000 + seed), SHUFFLES))
        .collect();
    let low = of_playlists.iter().filter(|verdict| verdict.p < 0.05).count();
    let within = of_playlists.iter().filter(|verdict| verdict.p_within_playlist < 0.05).count();
    println!(
        "{ALBUMS} albums that owe all to their playlists: p below 0.05 in {:.1} % of {ALBUM_STUDIES} studies, within \
         playlists in {:.1} %",
        share(low, of_playlists.len()),
        share(within, of_playlists.len())
    );
}
