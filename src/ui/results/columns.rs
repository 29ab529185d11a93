//! The columns of the table: their headings, what they say of a run, and how runs are sorted by them.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::app::RunColumn;
use crate::evidence::thousandths;
use crate::study::{RunFigures, RunId, RunRecord, grouped, thousands};
use crate::ui::widgets::clock;

/// The words above a column.
pub(super) fn heading(column: RunColumn) -> &'static str {
    match column {
        RunColumn::Name => "Name",
        RunColumn::Differs => "What differs",
        RunColumn::Note => "Note",
        RunColumn::Parameters => "Parameters",
        RunColumn::Epochs => "Epochs",
        RunColumn::Seconds => "Time",
        RunColumn::Rmse => "RMSE",
        RunColumn::Mae => "MAE",
        RunColumn::R2 => "R²",
        RunColumn::Difference => "vs mean",
        RunColumn::BestRmse => "Best RMSE",
        RunColumn::BestMae => "Best MAE",
        RunColumn::BestR2 => "Best R²",
    }
}

/// The width of a column with figures, in points; `None` for words, which share what is left. Errors in thousands or
/// millions of what is predicted `are_large`.
pub(super) fn width(column: RunColumn, are_large: bool) -> Option<f32> {
    let is_error = matches!(
        column,
        RunColumn::Rmse | RunColumn::Mae | RunColumn::Difference | RunColumn::BestRmse | RunColumn::BestMae
    );
    match column {
        _ if is_error && are_large => Some(84.0),
        RunColumn::Name | RunColumn::Differs | RunColumn::Note => None,
        RunColumn::Parameters => Some(70.0),
        RunColumn::Epochs => Some(66.0),
        RunColumn::R2 => Some(52.0),
        RunColumn::Seconds | RunColumn::Rmse | RunColumn::Mae => Some(48.0),
        RunColumn::Difference | RunColumn::BestR2 => Some(56.0),
        RunColumn::BestRmse | RunColumn::BestMae => Some(64.0),
    }
}

/// Whether runs can be sorted by it.
pub(super) fn is_sortable(column: RunColumn) -> bool {
    column != RunColumn::Differs
}

/// In the unit of what is predicted.
pub(super) fn points(value: f64) -> String {
    grouped(value, 2)
}

/// R² with as many digits as there is room for; of a run that came apart it is only told that it is far below 0.
fn explained(r2: f64) -> String {
    if r2 < -99.0 { "< -99".to_owned() } else { thousandths(r2) }
}

/// What a column with figures says of a run.
pub(super) fn text(column: RunColumn, run: &RunRecord) -> String {
    let of =
        |figures: Option<RunFigures>, words: fn(RunFigures) -> String| figures.map_or_else(|| "–".to_owned(), words);
    let (last, best) = (run.figures, run.best_figures);
    match column {
        RunColumn::Name => run.name.clone(),
        RunColumn::Differs => String::new(),
        RunColumn::Note => run.note.clone(),
        RunColumn::Parameters => thousands(run.parameters),
        RunColumn::Epochs => match run.best_epoch {
            Some(best) => format!("{best}, {}", run.epochs_done()),
            None => run.epochs_done().to_string(),
        },
        RunColumn::Seconds => clock(run.seconds()),
        RunColumn::Rmse => of(last, |figures| points(figures.rmse)),
        RunColumn::Mae => of(last, |figures| points(figures.mae)),
        RunColumn::R2 => of(last, |figures| explained(figures.r2)),
        RunColumn::Difference => {
            let signed = |value: f64| format!("{}{}", if value < 0.0 { "" } else { "+" }, points(value));
            run.difference_to_mean().map_or_else(|| "–".to_owned(), signed)
        }
        RunColumn::BestRmse => of(best, |figures| points(figures.rmse)),
        RunColumn::BestMae => of(best, |figures| points(figures.mae)),
        RunColumn::BestR2 => of(best, |figures| explained(figures.r2)),
    }
}

fn figure(column: RunColumn, run: &RunRecord) -> Option<f64> {
    match column {
        RunColumn::Name | RunColumn::Differs | RunColumn::Note => None,
        RunColumn::Parameters => Some(run.parameters as f64),
        RunColumn::Epochs => Some(run.epochs_done() as f64),
        RunColumn::Seconds => Some(run.seconds()),
        RunColumn::Rmse => run.figures.map(|figures| figures.rmse),
        RunColumn::Mae => run.figures.map(|figures| figures.mae),
        RunColumn::R2 => run.figures.map(|figures| figures.r2),
        RunColumn::Difference => run.difference_to_mean(),
        RunColumn::BestRmse => run.best_figures.map(|figures| figures.rmse),
        RunColumn::BestMae => run.best_figures.map(|figures| figures.mae),
        RunColumn::BestR2 => run.best_figures.map(|figures| figures.r2),
    }
}

/// The runs in the order of a column. Without one, those in `first` come first.
pub(super) fn sorted<'a>(
    runs: &'a [RunRecord],
    by: Option<RunColumn>,
    descending: bool,
    first: &BTreeSet<RunId>,
) -> Vec<&'a RunRecord> {
    let mut runs: Vec<&RunRecord> = runs.iter().collect();
    runs.sort_by(|one, other| {
        let order = match by {
            None => return first.contains(&other.id).cmp(&first.contains(&one.id)),
            Some(RunColumn::Name | RunColumn::Differs | RunColumn::Note) => one.name.cmp(&other.name),
            // Runs without the figure come last, whichever way the others go.
            Some(column) => match (figure(column, one), figure(column, other)) {
                (Some(one), Some(other)) => one.total_cmp(&other),
                (one, other) => return other.is_some().cmp(&one.is_some()),
            },
        };
        if descending { order.reverse() } else { order }
    });
    runs
}

/// Of two RMSEs, which is lower; none is higher than any.
pub(super) fn by_rmse(one: &RunRecord, other: &RunRecord) -> Ordering {
    let rmse = |run: &RunRecord| run.figures.map_or(f64::INFINITY, |figures| figures.rmse);
    rmse(one).total_cmp(&rmse(other))
}
