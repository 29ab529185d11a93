//! A study's figures in words, the same on the screen and in the terminal.

use super::{RunFigures, RunRecord, Target};

/// "1 track", "1,859 tracks".
pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

/// A whole number with separators between thousands.
pub fn thousands(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The run with the lowest RMSE on its test tracks.
pub fn best_run(runs: &[RunRecord]) -> Option<(&RunRecord, RunFigures)> {
    runs.iter().filter_map(|run| Some((run, run.figures?))).min_by(by_rmse)
}

fn by_rmse((_, one): &(&RunRecord, RunFigures), (_, other): &(&RunRecord, RunFigures)) -> std::cmp::Ordering {
    one.rmse.total_cmp(&other.rmse)
}

/// Whether any run beats always guessing the mean, in one sentence; `target` is what they predict.
pub fn results_sentence(runs: &[RunRecord], target: &Target) -> String {
    let off_by = |rmse: f64| target.difference(rmse, 2);
    let Some((best, figures)) = best_run(runs) else {
        return "No run has been tested yet.".to_owned();
    };
    let beating = runs.iter().filter(|run| run.beats_mean() == Some(true)).filter_map(|run| Some((run, run.figures?)));
    match (beating.min_by(by_rmse), best.mean_rmse()) {
        (Some((run, figures)), _) => format!(
            "{} beats always guessing the mean: off by {} instead of {} on the test tracks.",
            run.name,
            off_by(figures.rmse),
            off_by(run.mean_rmse().unwrap_or(f64::NAN))
        ),
        (None, Some(mean)) if figures.rmse < mean => format!(
            "No run beats always guessing the mean for certain: {} is off by {} instead of {}, which on {} \
             alone may be chance; the verdict tests every track.",
            best.name,
            off_by(figures.rmse),
            off_by(mean),
            plural(best.test_tracks.unwrap_or(0), "test track", "test tracks")
        ),
        (None, Some(mean)) => format!(
            "No run beats always guessing the mean: that is off by {}, the best run, {}, by {}.",
            off_by(mean),
            best.name,
            off_by(figures.rmse)
        ),
        (None, None) => "No run beats always guessing the mean.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        assert_eq!(plural(1, "track", "tracks"), "1 track");
        assert_eq!(plural(1859, "track", "tracks"), "1,859 tracks");
        assert_eq!(thousands(100), "100");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
