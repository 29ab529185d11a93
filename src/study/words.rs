//! A study's figures in words, the same on the screen and in the terminal.

use super::{RunFigures, RunRecord, Target};

/// "1 track", "1,859 tracks".
pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

/// "233 tracks", or "233 tracks with 14 covers" where several share one.
pub fn tracks_with_covers(tracks: usize, covers: usize) -> String {
    let words = plural(tracks, "track", "tracks");
    if covers < tracks { format!("{words} with {}", plural(covers, "cover", "covers")) } else { words }
}

/// Words with a capital letter at their beginning.
pub fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What names are sorted by, so that "Rock 2" comes before "Rock 10", and capitals among small letters.
pub fn name_order(name: &str) -> String {
    /// Digits that a number is filled up to.
    const DIGITS: usize = 20;
    let (mut key, mut number) = (String::with_capacity(name.len() + DIGITS), String::new());
    let end_number = |key: &mut String, number: &mut String| {
        if !number.is_empty() {
            key.push_str(&format!("{:0>DIGITS$}", number.trim_start_matches('0')));
            number.clear();
        }
    };
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_digit() {
            number.push(letter);
        } else {
            end_number(&mut key, &mut number);
            key.push(letter);
        }
    }
    end_number(&mut key, &mut number);
    key
}

/// Why the operating system refused, in words for people.
pub fn why(error: &std::io::Error) -> String {
    use std::io::ErrorKind as Kind;
    let known = match error.kind() {
        Kind::NotFound => "it is not there",
        Kind::PermissionDenied => "this account may not read or change it",
        Kind::IsADirectory => "it is a folder",
        Kind::NotADirectory => "what should be a folder on the way is a file",
        Kind::AlreadyExists => "it is there already",
        Kind::StorageFull | Kind::QuotaExceeded => "the disk is full",
        Kind::ReadOnlyFilesystem => "the disk is read-only",
        Kind::InvalidFilename => "the name is too long, or has signs that are not allowed",
        Kind::ResourceBusy | Kind::ExecutableFileBusy => "another program is using it",
        Kind::TimedOut | Kind::NetworkUnreachable | Kind::HostUnreachable => "the network drive does not answer",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    // The number that systems put behind their words says nothing to people.
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().trim_end_matches('.').to_lowercase()
}

/// A number with `decimals`, or where it is large without them and with marks between thousands: "11.83", "140,660".
pub fn grouped(value: f64, decimals: usize) -> String {
    let size = value.abs();
    if (1000.0..1e15).contains(&size) {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", thousands(size.round() as usize));
    }
    format!("{value:.decimals$}")
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
            "{} beats always guessing the mean: off by {} instead of {} on the test tracks.{}",
            run.name,
            off_by(figures.rmse),
            off_by(run.mean_rmse().unwrap_or(f64::NAN)),
            best_of_many(runs.iter().filter(|run| run.figures.is_some()).count())
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

/// Of more runs than this, the best one is partly the luckiest.
const FEW_RUNS: usize = 5;

fn best_of_many(tested: usize) -> String {
    if tested <= FEW_RUNS {
        return String::new();
    }
    format!(
        " It was chosen of {tested} runs: of so many, some do well by luck alone. The verdict tests that on all tracks."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_have_no_numbers() {
        let missing = std::fs::read("/nowhere/at/all").unwrap_err();
        assert_eq!(why(&missing), "it is not there");
        assert!(!why(&std::io::Error::from_raw_os_error(5)).contains("os error"));
    }

    #[test]
    fn names_are_sorted_by_their_numbers() {
        let mut names = ["Rock 10", "rock 9", "Rock", "10 best", "Rock 010b", "9 best", "Äther"];
        names.sort_by_cached_key(|name| name_order(name));
        assert_eq!(names, ["9 best", "10 best", "Rock", "rock 9", "Rock 10", "Rock 010b", "Äther"]);
    }

    #[test]
    fn numbers_in_words() {
        assert_eq!(plural(1, "track", "tracks"), "1 track");
        assert_eq!(plural(1859, "track", "tracks"), "1,859 tracks");
        assert_eq!(thousands(100), "100");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
