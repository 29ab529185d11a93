//! What a study predicts: one measure of its tracks, and how it is counted.
//!
//! A track keeps the value that its source gave, in the measure's own unit; its `popularity` is that value as the
//! target counts it. Values of another measure than the target's are kept and predict nothing, so that two measures
//! are never mixed.

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use super::words::{capitalised, grouped, plural, thousands};
use super::{Descriptive, Histogram, Study, StudyError};
use crate::evidence::Measure;

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
        let measure = self.heading();
        match self.scale {
            Scale::AsGiven => measure,
            Scale::Logarithm => format!("{measure}, log10"),
            Scale::PercentRank => format!("{measure}, percent rank"),
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

    /// Whether 0 is where its figures begin; of logarithms it is a value of 1, which is far below all there are.
    pub fn has_zero(&self) -> bool {
        self.scale != Scale::Logarithm
    }

    /// What the mean of its figures is: of logarithms it is no sum that is divided.
    pub fn mean_name(&self) -> &'static str {
        if self.scale == Scale::Logarithm { "geometric mean" } else { "mean" }
    }

    /// A figure that the target counts, as people say it: "31.4", "12,300" (logarithms undone), "62.3".
    pub fn figure(&self, counted: f64) -> String {
        match self.scale {
            Scale::AsGiven => self.number(counted, 1),
            Scale::Logarithm => self.number(10.0_f64.powf(counted) - 1.0, 0),
            Scale::PercentRank => self.number(counted, 1),
        }
    }

    /// The same with its unit: "31.4 points", "12,300 streams", "62.3 of 100".
    pub fn with_unit(&self, counted: f64) -> String {
        let figure = self.figure(counted);
        match self.scale {
            Scale::PercentRank => format!("{figure} of 100"),
            _ if self.unit.is_empty() => figure,
            _ => format!("{figure} {}", self.unit),
        }
    }

    /// The score of a cover: "Predicted popularity: 31.4", "Predicted Streams: 12,300 streams".
    pub fn predicted(&self, counted: f64) -> String {
        let said = if self.measure == POPULARITY { self.figure(counted) } else { self.with_unit(counted) };
        format!("Predicted {}: {said}", self.name())
    }

    /// A figure below a plot's axis, without decimals where it is large: "50", "12,300".
    pub fn tick(&self, counted: f64) -> String {
        match self.scale {
            Scale::AsGiven if self.measure != POPULARITY && counted.abs() < 10.0 => self.number(counted, 1),
            Scale::AsGiven => self.number(counted, 0),
            Scale::Logarithm => self.figure(counted),
            Scale::PercentRank => format!("{counted:.0}"),
        }
    }

    /// How far apart two figures are, an error among others: "11.83 points", "1,240 streams", "a factor of 3.21" of
    /// logarithms, "25.30 percentage points" of ranks.
    pub fn difference(&self, counted: f64, decimals: usize) -> String {
        match self.scale {
            Scale::AsGiven if self.unit.is_empty() => self.number(counted, decimals),
            Scale::AsGiven => format!("{} {}", self.number(counted, decimals), self.unit),
            Scale::Logarithm => format!("a factor of {:.decimals$}", 10.0_f64.powf(counted)),
            Scale::PercentRank => format!("{counted:.decimals$} percentage points"),
        }
    }

    /// The same for a table's column: "11.83", "1,240", "x 3.21".
    pub fn short_difference(&self, counted: f64, decimals: usize) -> String {
        match self.scale {
            Scale::AsGiven => self.number(counted, decimals),
            Scale::Logarithm => format!("x {:.decimals$}", 10.0_f64.powf(counted)),
            Scale::PercentRank => format!("{counted:.decimals$}"),
        }
    }

    /// Large numbers without decimals, small ones with three digits that say something; popularity always as asked for.
    fn number(&self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return "–".to_owned();
        }
        let size = value.abs();
        let is_small = size > 0.0 && size < 1.0 && self.scale == Scale::AsGiven && self.measure != POPULARITY;
        let wanted = if is_small { (2.0 - size.log10().floor()).min(9.0) as usize } else { 0 };
        grouped(value, decimals.max(wanted))
    }

    /// Whether its figures lie between 0 and 100 by their nature.
    pub fn is_hundred(&self) -> bool {
        self.measure == POPULARITY && self.scale != Scale::Logarithm || self.scale == Scale::PercentRank
    }

    /// What a model of it puts out, for those who use one elsewhere.
    pub fn output_in_words(&self) -> String {
        let Self { measure, unit, .. } = self;
        let unit = if unit.is_empty() { String::new() } else { format!(", in {unit}") };
        match self.scale {
            Scale::AsGiven if self.measure == POPULARITY => "popularity, from 0 to 100".to_owned(),
            Scale::AsGiven => format!("{measure}{unit}"),
            Scale::Logarithm => format!("log10(1 + {measure}){unit} before the logarithm"),
            Scale::PercentRank => {
                format!("the percentage of the study's tracks with a lower {measure}, ties counted half, from 0 to 100")
            }
        }
    }

    /// Whether its figures have marks between thousands, where `highest` of those that are counted.
    pub fn has_large_figures(&self, highest: f64) -> bool {
        match self.scale {
            Scale::AsGiven => highest >= 10_000.0,
            Scale::Logarithm => highest >= 4.0,
            Scale::PercentRank => false,
        }
    }

    /// How many tracks have which of its figures, from 0 or, where 0 is no beginning, from the lowest on.
    pub fn histogram(&self, values: impl IntoIterator<Item = f64>, described: &Descriptive, bins: usize) -> Histogram {
        let lowest = described.min.filter(|_| !self.has_zero()).unwrap_or(0.0);
        Histogram::between(values, lowest, self.scale_end(described.max), bins)
    }

    /// Where the scale of its figures ends, for plots: 100, or the highest of the study's own.
    pub fn scale_end(&self, highest: Option<f64>) -> f64 {
        highest.filter(|_| !self.is_hundred()).unwrap_or(100.0)
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

impl Measure for Target {
    fn name(&self) -> String {
        self.name()
    }

    fn average(&self) -> &'static str {
        if self.scale == Scale::Logarithm { self.mean_name() } else { "average" }
    }

    fn figure(&self, value: f64) -> String {
        self.figure(value)
    }

    fn difference(&self, value: f64, decimals: usize) -> String {
        self.difference(value, decimals)
    }

    fn short_difference(&self, value: f64, decimals: usize) -> String {
        self.short_difference(value, decimals)
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
