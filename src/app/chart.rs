//! Plots that can be taken along.

use std::path::Path;

use crate::report::{Plot, curves_plot, residuals_plot, scatter_plot};
use crate::study::{RunId, RunRecord, Study, StudyError, Track, Weights, residuals_by_playlist, write_file};

/// Which plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chart {
    Scatter(RunId, Weights),
    Residuals(RunId, Weights),
    Curves(Vec<RunId>),
}

/// As what it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Png,
    Svg,
    Csv,
}

/// A picture for the clipboard: its width and height in pixels, and RGBA bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

impl Chart {
    /// The name that its file has until the person gives another.
    pub(super) fn file_name(&self, format: Format) -> &'static str {
        match (self, format) {
            (Self::Scatter(..), Format::Png) => "predictions.png",
            (Self::Scatter(..), Format::Svg) => "predictions.svg",
            (Self::Scatter(..), Format::Csv) => "predictions-plot.csv",
            (Self::Residuals(..), Format::Png) => "residuals.png",
            (Self::Residuals(..), Format::Svg) => "residuals.svg",
            (Self::Residuals(..), Format::Csv) => "residuals.csv",
            (Self::Curves(_), Format::Png) => "curves.png",
            (Self::Curves(_), Format::Svg) => "curves.svg",
            (Self::Curves(_), Format::Csv) => "curves.csv",
        }
    }

    fn plot(&self, study: &Study) -> Result<Plot, StudyError> {
        let target = study.target()?;
        match self {
            Self::Scatter(run, weights) => {
                Ok(scatter_plot(&study.run(*run)?, &study.predictions(*run)?, *weights, &target))
            }
            Self::Residuals(run, weights) => {
                let tracks: Vec<Track> = study.tracks()?;
                let playlists = tracks.iter().map(|track| (track.id, track.playlist.as_str())).collect();
                let residuals = residuals_by_playlist(&study.predictions(*run)?, *weights, &playlists);
                Ok(residuals_plot(&study.run(*run)?, &residuals, &target))
            }
            Self::Curves(runs) => {
                let runs = runs.iter().map(|run| study.run(*run)).collect::<Result<Vec<RunRecord>, _>>()?;
                Ok(curves_plot(&runs.iter().collect::<Vec<_>>()))
            }
        }
    }

    /// Writes the plot to `path`. Returns the file's size in bytes.
    pub(super) fn write(&self, study: &Study, format: Format, path: &Path) -> Result<u64, StudyError> {
        let plot = self.plot(study)?;
        let bytes = match format {
            Format::Svg => plot.to_svg().into_bytes(),
            Format::Png => plot.to_png().map_err(StudyError::NotFound)?,
            Format::Csv => plot.to_csv().map_err(|error| StudyError::Unreadable(error.to_string()))?,
        };
        write_file(path, &bytes)
    }

    /// The plot as a picture.
    pub(super) fn picture(&self, study: &Study) -> Result<Picture, String> {
        let plot = self.plot(study).map_err(|error| error.to_string())?;
        let (width, height, rgba) = plot.to_rgba()?;
        Ok(Picture { width, height, rgba })
    }
}
