//! What the colors of a study's covers say about popularity.

use rayon::prelude::*;

use super::observe::{observe, of_covers};
use crate::evidence::colors::{Clustering, Look, Naming, Palette};
use crate::evidence::{ColorTable, Looks, look_findings};
use crate::study::{CoverId, Study, StudyError};

/// The colors of all covers, and what they say.
#[derive(Clone, Debug)]
pub struct ColorFindings {
    pub table: ColorTable,
    pub looks: Looks,
    /// Mean popularity of all tracks that were compared.
    pub mean: f64,
    /// Every different cover with its dominant colors.
    pub palettes: Vec<(CoverId, Palette)>,
}

/// Looks at the colors of the study's usable tracks.
///
/// # Errors
/// Where the file cannot be read.
pub fn find_colors(study: &Study, clustering: Clustering, naming: Naming) -> Result<ColorFindings, StudyError> {
    let observed = observe(study)?;
    let rows = &observed.rows;
    let read = of_covers(study, &observed.covers, |rgb| (Look::of(rgb), Palette::of(rgb, clustering)))?;
    let palettes: Vec<&Palette> = rows.covers.iter().map(|&cover| &read[cover].1).collect();
    let looks: Vec<Look> = rows.covers.iter().map(|&cover| read[cover].0).collect();
    let (table, looks) = rayon::join(
        || ColorTable::of(&palettes, naming, &rows.popularity, (&rows.groups, &rows.playlists)),
        || look_findings(&looks, &rows.popularity, (&rows.groups, &rows.playlists)),
    );
    let mean = rows.popularity.par_iter().sum::<f64>() / rows.len() as f64;
    let palettes = observed.covers.iter().copied().zip(read.into_iter().map(|(_, palette)| palette)).collect();
    Ok(ColorFindings { table, looks, mean, palettes })
}
