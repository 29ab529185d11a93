//! The plots of a study's runs, for other programs.

use super::plot::{COLORS, Marks, Plot, Series};
use crate::study::{PlaylistResidual, Prediction, RunRecord, Target, Weights};

/// Rows of fewer test tracks are gray.
pub const FEW: usize = 20;
const GRAY: &str = "#8A929C";
/// The highest error worth showing, in that of always guessing the mean.
const TIMES_THE_MEAN: f64 = 1.6;
const MEAN: &str = "Always guess the mean";

/// True against predicted values of a run's test tracks.
pub fn scatter_plot(run: &RunRecord, predictions: &[Prediction], weights: Weights, target: &Target) -> Plot {
    let points = predictions.iter().map(|item| [item.truth, item.by(weights)]).collect();
    Plot {
        title: format!("{}: true against predicted", run.name),
        x_label: format!("True {}", target.name()),
        y_label: format!("Predicted {}", target.name()),
        series: vec![Series {
            name: "Test tracks".to_owned(),
            color: COLORS[0],
            dash: "none",
            marks: Marks::Points(points),
        }],
        line: run.baseline.map(|baseline| (MEAN.to_owned(), baseline.train_mean)),
        diagonal: true,
        highest: None,
    }
}

/// The test error of runs, epoch by epoch.
pub fn curves_plot(runs: &[&RunRecord]) -> Plot {
    // Colors come round again with another way of drawing.
    let looks = ["none", "7 4", "2 3"].into_iter().cycle().flat_map(|dash| COLORS.map(|color| (color, dash)));
    let series = runs.iter().zip(looks).map(|(run, (color, dash))| {
        let points = run.epochs.iter().map(|epoch| [epoch.epoch as f64, epoch.test_mse]).collect();
        Series { name: run.name.clone(), color, dash, marks: Marks::Line(points) }
    });
    let mean_rmse = runs.iter().find_map(|run| run.mean_rmse());
    // The first epochs start from random weights, far above all that follows.
    let last = runs.iter().filter_map(|run| run.epochs.last()).map(|epoch| epoch.test_mse).fold(0.0, f64::max);
    let highest = mean_rmse.map(|rmse| (TIMES_THE_MEAN * rmse * rmse).max(last));
    Plot {
        title: "Test error by epoch".to_owned(),
        x_label: "Epoch".to_owned(),
        y_label: "Mean squared error on the test tracks".to_owned(),
        series: series.collect(),
        line: mean_rmse.map(|rmse| (MEAN.to_owned(), rmse * rmse)),
        diagonal: false,
        highest,
    }
}

/// How far a run is off, by playlist.
pub fn residuals_plot(run: &RunRecord, residuals: &[PlaylistResidual], target: &Target) -> Plot {
    let rows = residuals.iter().map(|one| {
        let name = if one.playlist.is_empty() { "(none)" } else { &one.playlist };
        let row = (name.to_owned(), [one.mean, one.low, one.high]);
        let color = if one.tracks < FEW { GRAY } else { COLORS[0] };
        Series { name: run.name.clone(), color, dash: "none", marks: Marks::Rows(vec![row]) }
    });
    Plot {
        title: format!("{}: predicted less true, by playlist", run.name),
        x_label: format!("Predicted less true {}; gray: fewer than {FEW} test tracks", target.name()),
        y_label: String::new(),
        series: rows.collect(),
        line: Some(("No difference".to_owned(), 0.0)),
        diagonal: false,
        highest: None,
    }
}
