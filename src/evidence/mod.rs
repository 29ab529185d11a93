//! What the figures of a run are worth: intervals that take chance into account.

mod interval;

pub use interval::mean_lower_bound;
