//! How often verdicts are right: 1,000 made-up studies without an effect, and 200 with one of 5 %.
//!
//! `cargo bench --bench simulations`; see `benches/README.md`. Seeds are 0, 1, 2, … and were fixed before the first run.

mod simulated;

use rayon::prelude::*;
use simulated::{finds, judge, observations};

const SHUFFLES: u64 = 199;
const NULL_STUDIES: u64 = 1000;
const NULL_TRACKS: usize = 600;
const PLANTED_STUDIES: u64 = 200;
const PLANTED_TRACKS: usize = 1859;

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
}
