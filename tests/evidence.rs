//! How often verdicts are right, in short; `benches/simulations.rs` is the long run.

#[path = "../benches/simulated/mod.rs"]
mod simulated;

use cover_study::evidence::Answer;
use simulated::{finds, judge, observations};

#[test]
fn nothing_is_seldom_found_where_there_is_nothing() {
    let verdicts: Vec<_> = (0..60).map(|seed| judge(&observations(300, 0.0, seed), 39)).collect();
    let low = verdicts.iter().filter(|verdict| verdict.p < 0.05).count();
    // At 5 %, more than 8 of 60 happens once in a thousand times; the seeds are fixed.
    assert!(low <= 8, "p was below 0.05 in {low} of 60 studies without an effect");
    assert!(verdicts.iter().filter(|verdict| finds(verdict)).count() <= low);
}

#[test]
fn a_planted_effect_is_found() {
    let found = (0..5).filter(|seed| finds(&judge(&observations(1500, 0.08, 1000 + seed), 99))).count();
    assert!(found >= 4, "found in {found} of 5 studies");
    let strong = judge(&observations(800, 0.25, 7), 99);
    assert_eq!(strong.answer, Answer::Useful, "{}", strong.sentence);
    assert!(strong.sentence.starts_with("Covers say something useful about popularity here. Guessing the average"));
}

#[test]
fn too_few_pictures_cannot_tell() {
    let few = judge(&observations(120, 0.0, 3), 39);
    assert_eq!(few.answer, Answer::CannotTell);
    assert!(few.sentence.contains("cannot tell"), "{}", few.sentence);
}
