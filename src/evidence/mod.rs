//! What figures are worth: baselines on the same folds, intervals and tests that take chance into account, and the
//! verdict in words. Nothing here knows of files or networks.

pub mod colors;

mod baselines;
mod calibration;
mod carrier;
mod color_groups;
mod compare;
mod controls;
mod folds;
mod interval;
mod measure;
mod observations;
mod other_targets;
mod permutation;
mod ridge;
mod similar;
mod subsets;
mod text;
mod verdict;
mod words;

pub use baselines::{Baseline, ColorModel};
pub use color_groups::{ByChance, ColorGroup, ColorTable, LookFinding, Looks, bar_ends, look_findings};
pub use compare::{benjamini_hochberg, nadeau_bengio};
pub use controls::{Control, brightness_target, controls, network_control};
pub use interval::{INTERVAL_SEED, Interval, correlation, correlation_interval, mean_interval, mean_lower_bound};
pub use measure::Measure;
pub use observations::{FOLDS, Fold, FoldedTargets, Observations, Target};
pub use other_targets::OtherTarget;
pub use permutation::{Exchange, Exchanges, p_value};
pub use similar::{Fingerprint, groups_of_alike};
pub use subsets::{PartBy, Parts, Subset, subsets};
pub use text::predict_with_penalty;
pub use verdict::{Answer, Network, Row, SHUFFLES, SIGNIFICANCE, Verdict, VerdictInput, verdict};
pub use words::{p_in_words, predictor_in_words, signed_thousandths, thousandths};
