//! What a study's figures are of, in words. Evidence itself knows figures only.

/// A study's measure.
pub trait Measure: std::fmt::Debug + Sync {
    /// Within a sentence: "popularity".
    fn name(&self) -> String;
    /// What its mean is called: "average", or "geometric mean" where logarithms are counted.
    fn average(&self) -> &'static str;
    /// A figure: "30.1".
    fn figure(&self, value: f64) -> String;
    /// How far figures are apart: "11.8 points".
    fn difference(&self, value: f64, decimals: usize) -> String;
    /// The same without its unit, for tables.
    fn short_difference(&self, value: f64, decimals: usize) -> String;
}
