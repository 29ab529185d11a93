//! The plots of a study's runs, for other programs.

use super::plot::{COLORS, Marks, Plot, Series};
use crate::study::{PlaylistResidual, Prediction, RunRecord, Target, Weights};

/// Rows of fewer test tracks are gray.
pub const FEW: usize = 20;
const GRAY: &str = "#8A929C";
/// Up to this many epochs are shown whole.
pub const SHORT_EPOCHS: usize = 4;
/// The highest error of longer runs, in that of always guessing the mean.
const TIMES_THE_MEAN: f64 = 1.6;
const MEAN: &str = "Always guess the mean";

/// True against predicted values of a run's test tracks.
pub fn scatter_plot(run: &RunRecord, predictions: &[Prediction], weights: Weights, target: &Target) -> Plot {
    let points = predictions.iter().map(|item| [item.truth, item.by(weights)]).collect();
    Plot {
        title: format!("{}: true against predicted", run.name),
        x_label: format!("True {}", target.counted_name()),
        y_label: format!("Predicted {}", target.counted_name()),
        series: vec![Series {
            name: "Test tracks".to_owned(),
            color: COLORS[0],
            dash: "none",
            is_quiet: false,
            marks: Marks::Points(points),
        }],
        line: run.baseline.map(|baseline| (MEAN.to_owned(), baseline.train_mean)),
        diagonal: true,
        highest: None,
        is_counted: false,
    }
}

/// More curves than this cannot be told apart by how they are drawn.
pub const TOLD_APART: usize = 18;

/// The test error of runs, epoch by epoch. Of many, only the best is told apart.
pub fn curves_plot(runs: &[&RunRecord]) -> Plot {
    // Colors come round again with another way of drawing.
    let looks = ["none", "7 4", "2 3"].into_iter().cycle().flat_map(|dash| COLORS.map(|color| (color, dash)));
    let are_many = runs.len() > TOLD_APART;
    let best = runs.iter().filter_map(|run| Some((run.id, run.figures?.rmse)));
    let best = best.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(run, _)| run);
    let series = runs.iter().zip(looks).map(|(run, (color, dash))| {
        let points = run.epochs.iter().map(|epoch| [epoch.epoch as f64, epoch.test_mse]).collect();
        let is_quiet = are_many && Some(run.id) != best;
        let (color, dash) = match (are_many, is_quiet) {
            (false, _) => (color, dash),
            (true, true) => (GRAY, "none"),
            (true, false) => (COLORS[0], "none"),
        };
        Series { name: run.name.clone(), color, dash, is_quiet, marks: Marks::Line(points) }
    });
    let mean_rmse = runs.iter().find_map(|run| run.mean_rmse());
    let highest = Some(highest_shown(runs));
    Plot {
        title: "Test error by epoch".to_owned(),
        x_label: "Epoch".to_owned(),
        y_label: "Mean squared error on the test tracks".to_owned(),
        series: series.collect(),
        line: mean_rmse.map(|rmse| (MEAN.to_owned(), rmse * rmse)),
        diagonal: false,
        highest,
        is_counted: true,
    }
}

/// The highest test error worth showing: the first epochs start from random weights, far above all that follows, and would
/// flatten it. A short run has no later ones.
pub fn highest_shown(runs: &[&RunRecord]) -> f64 {
    let highest = runs.iter().flat_map(|run| &run.epochs).map(|epoch| epoch.test_mse).fold(0.0, f64::max);
    let mean_mse = runs.iter().find_map(|run| run.mean_rmse()).map(|rmse| rmse * rmse);
    let is_short = runs.iter().any(|run| run.epochs.len() <= SHORT_EPOCHS);
    let shown = match mean_mse {
        Some(mse) if is_short => highest.max(mse),
        Some(mse) => highest.clamp(mse, TIMES_THE_MEAN * mse),
        None => highest,
    };
    shown.max(1.0)
}

/// How far a run is off, by playlist.
pub fn residuals_plot(run: &RunRecord, residuals: &[PlaylistResidual], target: &Target) -> Plot {
    let rows = residuals.iter().map(|one| {
        let name = if one.playlist.is_empty() { "(none)" } else { &one.playlist };
        let row = (name.to_owned(), [one.mean, one.low, one.high]);
        let color = if one.tracks < FEW { GRAY } else { COLORS[0] };
        Series { name: run.name.clone(), color, dash: "none", is_quiet: false, marks: Marks::Rows(vec![row]) }
    });
    Plot {
        title: format!("{}: predicted less true, by playlist", run.name),
        x_label: format!("Predicted less true {}; gray: fewer than {FEW} test tracks", target.name()),
        y_label: String::new(),
        series: rows.collect(),
        line: Some(("No difference".to_owned(), 0.0)),
        diagonal: false,
        highest: None,
        is_counted: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Preset;
    use crate::study::{RunFigures, RunId, StudyFile};

    #[test]
    fn of_many_runs_only_the_best_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let mut study = StudyFile::create(&folder.path().join("a.coverstudy")).unwrap().connect().unwrap();
        let added = study.add_run("Run", "quick", &Preset::Quick.hyperparameters(), 0).unwrap();
        let queued = study.run(added).unwrap();
        let run = |id: i64| RunRecord {
            id: RunId(id),
            name: format!("Run {id}"),
            figures: Some(RunFigures { rmse: 20.0 - id as f64 % 7.0, mae: 1.0, r2: 0.0 }),
            ..queued.clone()
        };
        let named = |count: i64| -> Vec<String> {
            let runs: Vec<RunRecord> = (1..=count).map(run).collect();
            let plot = curves_plot(&runs.iter().collect::<Vec<_>>());
            assert_eq!(plot.series.len(), runs.len());
            plot.series.into_iter().filter(|series| !series.is_quiet).map(|series| series.name).collect()
        };
        assert_eq!(named(18).len(), 18);
        assert_eq!(named(19), ["Run 6"]);
    }
}
