//! What a study predicts: one measure of its tracks, and how it is counted.
//!
//! A track keeps the value that its source gave, in the measure's own unit; its `popularity` is that value as the
//! target counts it. Values of another measure than the target's are kept and predict nothing, so that two measures
//! are never mixed.

mod figures;

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use super::words::{capitalised, plural, thousands};
use super::{Study, StudyError};

/// Spotify's popularity, or a spreadsheet's column of that name: 0–100.
pub const POPULARITY: &str = "popularity";

/// Deezer's rank: 0 to about 1,000,000.
pub const DEEZER_RANK: &str = "Deezer rank";

const TARGET: &str = "target";

/// The longest name of a measure that is shown, in characters.
const LONGEST_NAME: usize = 40;

/// How a value is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// In its own unit.
    #[default]
    AsGiven,
    /// log10(1 + value): each step of 1 is ten times as much.
    Logarithm,
    /// The share of the study's tracks below it, in percent, ties in the middle.
    PercentRank,
}

impl Scale {
    /// In the order in which a person chooses.
    pub const ALL: [Self; 3] = [Self::AsGiven, Self::Logarithm, Self::PercentRank];

    /// The word for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::AsGiven => "As given",
            Self::Logarithm => "Logarithm",
            Self::PercentRank => "Percent rank",
        }
    }
}

/// What a study predicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Target {
    /// [`POPULARITY`], [`DEEZER_RANK`], or a column's name.
    pub measure: String,
    /// "points", "streams", …
    pub unit: String,
    pub scale: Scale,
    /// The years of release that count, both included; `None`: all, and those without a date.
    pub years: Option<(i32, i32)>,
}

impl Default for Target {
    fn default() -> Self {
        Self { measure: POPULARITY.to_owned(), unit: "points".to_owned(), scale: Scale::AsGiven, years: None }
    }
}

impl Target {
    /// Deezer's rank, as 0–100.
    pub fn deezer() -> Self {
        let measure = DEEZER_RANK.to_owned();
        Self { measure, unit: "percent rank".to_owned(), scale: Scale::PercentRank, years: None }
    }

    /// A measure as given. A column whose name is a plural, "Streams", is counted in them.
    pub fn of_measure(measure: &str) -> Self {
        let is_plural = measure.len() > 2 && measure.ends_with('s') && measure.chars().all(char::is_alphabetic);
        let unit = if is_plural { measure.to_lowercase() } else { String::new() };
        match measure {
            POPULARITY => Self::default(),
            DEEZER_RANK => Self::deezer(),
            other => Self { measure: other.to_owned(), unit, ..Self::default() },
        }
    }

    /// What is predicted, in a few words: "Popularity", "Deezer rank, percent rank".
    pub fn label(&self) -> String {
        capitalised(&self.counted_name())
    }

    /// What is predicted and how it is counted, within a sentence: "popularity", "Streams, log10".
    pub fn counted_name(&self) -> String {
        let name = self.name();
        match self.scale {
            Scale::AsGiven => name,
            Scale::Logarithm => format!("{name}, log10"),
            Scale::PercentRank => format!("{name}, percent rank"),
        }
    }

    /// What is predicted, at the beginning of a sentence: "Popularity", "Deezer rank", "Streams".
    pub fn heading(&self) -> String {
        capitalised(&self.name())
    }

    /// What is predicted, within a sentence: "popularity", "Deezer rank", "Streams".
    pub fn name(&self) -> String {
        shortened(&self.measure)
    }

    /// What a value counts as; `None` where it is not what is predicted, or where its rank is not known yet.
    pub(super) fn of(&self, measure: &str, value: Option<f64>, released: &str) -> Option<f64> {
        let value = value.filter(|_| self.counts(measure, released))?;
        match self.scale {
            Scale::AsGiven => Some(value),
            Scale::Logarithm => Some(value.max(0.0).ln_1p() / std::f64::consts::LN_10),
            Scale::PercentRank => None,
        }
    }

    fn counts(&self, measure: &str, released: &str) -> bool {
        let in_years = |(from, to): (i32, i32)| release_year(released).is_some_and(|year| (from..=to).contains(&year));
        measure == self.measure && self.years.is_none_or(in_years)
    }
}

fn shortened(measure: &str) -> String {
    if measure.chars().count() <= LONGEST_NAME {
        return measure.to_owned();
    }
    measure.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
}

/// The year that a date of release begins with or, in other notations, holds.
pub fn release_year(released: &str) -> Option<i32> {
    released.split(|mark: char| !mark.is_ascii_digit()).find(|part| part.len() == 4)?.parse().ok()
}

/// What a study makes of a target that an import comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// It predicts just that.
    Wholly,
    /// It predicts the same measure, counted in another way.
    InItsOwnWay,
    /// It predicts something else.
    Not,
}

impl Adopted {
    /// What a person should know of it.
    pub fn note(self, wanted: &Target) -> Option<String> {
        match self {
            Self::Wholly => None,
            Self::InItsOwnWay => Some(format!(
                "The study predicted {} before, and goes on counting it as it did. Change that under \"What is \
                 predicted\" in the Import panel.",
                wanted.measure
            )),
            Self::Not => Some(format!(
                "The study predicts something else than {}; two measures are never mixed. The tracks are kept and train \
                 nothing. Import them into a study of their own, or change what this one predicts.",
                wanted.measure
            )),
        }
    }
}

impl Study {
    /// What the study predicts.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn target(&self) -> Result<Target, StudyError> {
        let text = self.meta(TARGET)?;
        text.map_or_else(
            || Ok(Target::default()),
            |text| serde_json::from_str(&text).map_err(|error| StudyError::Unreadable(error.to_string())),
        )
    }

    /// Changes what the study predicts, and counts every track's value anew. Verdicts were about what it predicted
    /// before: they go.
    ///
    /// # Errors
    /// [`StudyError::HasRuns`] where runs have learned something else; where the file cannot be written.
    pub fn set_target(&mut self, target: &Target) -> Result<(), StudyError> {
        if !self.runs()?.is_empty() {
            return Err(StudyError::HasRuns);
        }
        let text = serde_json::to_string(target).map_err(|error| StudyError::Unreadable(error.to_string()))?;
        self.set_meta(TARGET, Some(&text))?;
        self.transaction(|transaction| transaction.execute("DELETE FROM verdict", []).map(|_| ()))?;
        self.count_anew(target)
    }

    /// `wanted` with its measure's name as the study writes it: letters in another case are no other measure, but for a
    /// number of its own that is called as Spotify's popularity is.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn spelled(&self, wanted: &Target) -> Result<Target, StudyError> {
        let name = wanted.measure.to_lowercase();
        let is_own = |measure: &String| name != POPULARITY && measure.to_lowercase() == name;
        let own = self.measures()?.into_iter().find(is_own);
        Ok(Target { measure: own.unwrap_or_else(|| wanted.measure.clone()), ..wanted.clone() })
    }

    /// Predicts `wanted`, where nothing else is to be predicted yet.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn adopt(&mut self, wanted: &Target) -> Result<Adopted, StudyError> {
        let current = self.target()?;
        if current.measure == wanted.measure {
            let is_same = current.scale == wanted.scale && current.unit == wanted.unit;
            return Ok(if is_same { Adopted::Wholly } else { Adopted::InItsOwnWay });
        }
        if !self.measures()?.is_empty() {
            return Ok(Adopted::Not);
        }
        self.set_target(&Target { years: wanted.years.or(current.years), ..wanted.clone() })?;
        Ok(Adopted::Wholly)
    }

    /// How many tracks with a value are not predicted because of their date, in words; `None` where there is none.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn not_in_years_note(&mut self) -> Result<Option<String>, StudyError> {
        let target = self.target()?;
        let Some((from, to)) = target.years else { return Ok(None) };
        let values = self.transaction(values)?;
        let ours = || values.iter().filter(|track| track.measure == target.measure);
        let outside = ours().filter(|track| !target.counts(&track.measure, &track.released)).count();
        let undated = ours().filter(|track| release_year(&track.released).is_none()).count();
        let verb = if outside == 1 { "was" } else { "were" };
        Ok((outside > 0).then(|| {
            format!(
                "{} {verb} not released in {from} to {to}, or have no date that can be read ({}); they train nothing.",
                plural(outside, "track", "tracks"),
                thousands(undated)
            )
        }))
    }

    /// Counts ranks anew after tracks were added; other scales do not depend on the other tracks.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn rank_anew(&mut self) -> Result<(), StudyError> {
        let target = self.target()?;
        if target.scale == Scale::PercentRank { self.count_anew(&target) } else { Ok(()) }
    }

    fn count_anew(&mut self, target: &Target) -> Result<(), StudyError> {
        self.transaction(|transaction| {
            let values = values(transaction)?;
            let mut ranked: Vec<f64> = values
                .iter()
                .filter(|track| target.counts(&track.measure, &track.released))
                .map(|track| track.value)
                .collect();
            ranked.sort_by(f64::total_cmp);
            transaction.execute("UPDATE track SET popularity = NULL", [])?;
            let mut update = transaction.prepare("UPDATE track SET popularity = ?2 WHERE id = ?1")?;
            for track in &values {
                let counted = match target.scale {
                    Scale::PercentRank if target.counts(&track.measure, &track.released) => {
                        Some(percent_rank(&ranked, track.value))
                    }
                    _ => target.of(&track.measure, Some(track.value), &track.released),
                };
                if counted.is_some() {
                    update.execute(params![track.id, counted])?;
                }
            }
            Ok(())
        })
    }

    /// The measures that tracks have values of, the most frequent first.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn measures(&self) -> Result<Vec<String>, StudyError> {
        self.connection
            .prepare("SELECT measure FROM track WHERE value IS NOT NULL GROUP BY measure ORDER BY count(*) DESC")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .map_err(|error| self.error(error))
    }
}

/// A track's value, as far as a target has to know it.
struct Value {
    id: i64,
    measure: String,
    released: String,
    value: f64,
}

fn values(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Value>> {
    transaction
        .prepare("SELECT id, measure, released, value FROM track WHERE value IS NOT NULL")?
        .query_map([], |row| {
            Ok(Value { id: row.get(0)?, measure: row.get(1)?, released: row.get(2)?, value: row.get(3)? })
        })?
        .collect()
}

/// The share of `sorted` below `value`, in percent, ties counted by half.
fn percent_rank(sorted: &[f64], value: f64) -> f64 {
    let below = sorted.partition_point(|other| *other < value);
    let up_to = sorted.partition_point(|other| *other <= value);
    100.0 * (below + up_to) as f64 / 2.0 / sorted.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_percent_with_ties_in_the_middle() {
        let sorted = [0.0, 100_000.0, 100_000.0, 900_000.0];
        assert_eq!(sorted.map(|value| percent_rank(&sorted, value)), [12.5, 50.0, 50.0, 87.5]);
    }

    #[test]
    fn figures_are_said_in_the_targets_own_words() {
        let popularity = Target::default();
        assert_eq!(popularity.name(), "popularity");
        assert_eq!(
            (popularity.figure(31.42), popularity.with_unit(31.42)),
            ("31.4".to_owned(), "31.4 points".to_owned())
        );
        assert_eq!(popularity.difference(11.826, 2), "11.83 points");
        assert_eq!(popularity.predicted(31.42), "Predicted popularity: 31.4");
        assert_eq!((popularity.figure(0.04), popularity.figure(f64::NAN)), ("0.0".to_owned(), "–".to_owned()));
        let streams = Target::of_measure("Streams");
        assert_eq!(streams.with_unit(12_300.4), "12,300 streams");
        assert_eq!(streams.difference(-1_240.0, 1), "-1,240 streams");
        let share = Target::of_measure("Skip rate");
        assert_eq!((share.figure(0.01234), share.difference(0.25, 1)), ("0.0123".to_owned(), "0.250".to_owned()));
        let logarithm = Target { scale: Scale::Logarithm, ..streams };
        assert_eq!(logarithm.with_unit(12_301_f64.log10()), "12,300 streams");
        assert_eq!(logarithm.difference(0.5, 2), "a factor of 3.16");
        assert_eq!(logarithm.short_difference(0.5, 2), "x 3.16");
        assert_eq!(Target::deezer().predicted(62.34), "Predicted Deezer rank: 62.3 of 100");
        assert_eq!(Target::deezer().difference(25.3, 1), "25.3 percentage points");
    }

    #[test]
    fn a_models_output_names_measure_unit_and_scale() {
        assert_eq!(Target::default().output_in_words(), "popularity, from 0 to 100");
        let streams = Target { unit: "plays".to_owned(), ..Target::of_measure("Streams") };
        assert_eq!(streams.output_in_words(), "Streams, in plays");
        let logarithm = Target { scale: Scale::Logarithm, ..streams };
        assert_eq!(logarithm.output_in_words(), "log10(1 + Streams), in plays before the logarithm");
        assert!(Target::deezer().output_in_words().starts_with("the percentage of the study's tracks"));
    }

    #[test]
    fn long_names_are_shortened() {
        let target = Target { measure: "ä".repeat(60), ..Target::default() };
        assert_eq!(target.name().chars().count(), LONGEST_NAME);
        assert!(target.label().ends_with('…'));
    }

    #[test]
    fn another_measure_or_year_predicts_nothing() {
        let target = Target { years: Some((1980, 2005)), ..Target::default() };
        assert_eq!(target.of(POPULARITY, Some(50.0), "1999-12-31"), Some(50.0));
        assert_eq!(target.of(POPULARITY, Some(50.0), "31/12/2006"), None);
        assert_eq!(target.of(POPULARITY, Some(50.0), ""), None);
        assert_eq!(Target::default().of(DEEZER_RANK, Some(50.0), ""), None);
        let streams = Target { measure: "Streams".to_owned(), scale: Scale::Logarithm, ..Target::default() };
        assert!((streams.of("Streams", Some(999.0), "").unwrap() - 3.0).abs() < 1e-12);
    }
}
