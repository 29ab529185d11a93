//! A target's figures in words, and their spread.

use super::{POPULARITY, Scale, Target};
use crate::evidence::Measure;
use crate::study::words::grouped;
use crate::study::{Descriptive, Histogram};

impl Target {
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
