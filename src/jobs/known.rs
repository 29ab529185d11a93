//! What a scored cover is compared with: the study's covers by how they look, and their tracks by color.

use std::collections::HashMap;

use rayon::prelude::*;

use super::observe::of_covers;
use crate::evidence::colors::{Clustering, ColorName, Naming, Palette};
use crate::evidence::{ColorGroup, Fingerprint, groups_of_alike};
use crate::study::{CoverId, Descriptive, ImportCounts, Study, StudyError, Track, quantile};

/// A cover of the study that looks like another.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbor {
    pub cover: CoverId,
    /// Of the first of its tracks.
    pub title: String,
    /// How many tracks have it.
    pub tracks: usize,
    /// The mean of these tracks, as the study counts what it predicts.
    pub popularity: f64,
    /// Whether it is the same picture, also in another file.
    pub is_same: bool,
}

/// One of a cover's dominant colors, with the study's tracks whose covers it dominates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedColor {
    pub rgb: [u8; 3],
    /// Of the cover's pixels, 0–1.
    pub share: f64,
    pub name: ColorName,
    pub tracks: ColorGroup,
}

/// The study's usable covers, each read once.
pub struct KnownCovers {
    /// What the study held when they were read.
    held: Held,
    covers: Vec<(Neighbor, Fingerprint)>,
    /// What nearly all of them are nearer than to the one that looks most like them.
    usual_distance: f64,
    by_color: HashMap<&'static str, ColorGroup>,
}

/// Of the study's own covers, this share has a nearer neighbor than a cover that is called unlike them.
pub const USUAL_SHARE: f64 = 0.99;
/// Covers whose nearest neighbors are looked for to tell that, and how few tell nothing.
const ASKED: usize = 400;
const FEWEST_ASKED: usize = 50;

/// What changes whenever tracks are added, counted anew, excluded or included.
type Held = (ImportCounts, Descriptive);

fn held(study: &Study) -> Result<Held, StudyError> {
    Ok((study.counts()?, study.popularity()?))
}

impl KnownCovers {
    /// Reads the covers of all usable tracks, on all cores.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(study: &Study) -> Result<Self, StudyError> {
        let held = held(study)?;
        let tracks: Vec<Track> = study.tracks()?.into_iter().filter(Track::is_usable).collect();
        let (mut covers, mut places) = (Vec::<Neighbor>::new(), HashMap::new());
        let mut rows = Vec::with_capacity(tracks.len());
        for track in tracks {
            let (Some(cover), Some(popularity)) = (track.cover, track.popularity) else { continue };
            let place = *places.entry(cover).or_insert_with(|| {
                covers.push(Neighbor { cover, title: track.title, tracks: 0, popularity: 0.0, is_same: false });
                covers.len() - 1
            });
            let known = &mut covers[place];
            known.tracks += 1;
            known.popularity += (popularity - known.popularity) / known.tracks as f64;
            rows.push((place, popularity));
        }
        let ids: Vec<CoverId> = covers.iter().map(|known| known.cover).collect();
        let look = |rgb: &[u8]| (Fingerprint::of(rgb), Palette::of(rgb, CLUSTERING).dominant(NAMING));
        let (prints, colors): (Vec<Fingerprint>, Vec<_>) = of_covers(study, &ids, look)?.into_iter().unzip();
        let by_color = by_color(&rows, &colors, &groups_of_alike(&prints));
        let usual_distance = usual_distance(&prints);
        Ok(Self { held, covers: covers.into_iter().zip(prints).collect(), usual_distance, by_color })
    }

    /// Whether the study still holds what it held when they were read.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn is_current(&self, study: &Study) -> Result<bool, StudyError> {
        Ok(self.held == held(study)?)
    }

    /// The `count` covers that look most like a picture, the nearest first.
    pub fn nearest(&self, print: &Fingerprint, count: usize) -> Vec<Neighbor> {
        let mut by_distance: Vec<(f64, &(Neighbor, Fingerprint))> =
            self.covers.iter().map(|known| (print.distance(&known.1), known)).collect();
        by_distance.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.0.cover.cmp(&other.1.0.cover)));
        let seen =
            |(known, other): &(Neighbor, Fingerprint)| Neighbor { is_same: print.is_like(other), ..known.clone() };
        by_distance.into_iter().take(count).map(|(_, known)| seen(known)).collect()
    }

    /// Whether a picture looks less like any of the covers than nearly all of them look like another one.
    pub fn is_unlike(&self, print: &Fingerprint) -> bool {
        let distances = self.covers.iter().map(|(_, known)| print.distance(known));
        distances.fold(f64::INFINITY, f64::min) > self.usual_distance
    }

    /// The dominant colors of a picture's RGB bytes, told apart and named as the colors panel does at first.
    pub fn colors_of(&self, rgb: &[u8]) -> Vec<SharedColor> {
        let shared = |swatch: &crate::evidence::colors::Swatch| {
            let name = NAMING.of(swatch.rgb);
            let tracks = self.by_color.get(name.name).copied().unwrap_or_else(|| ColorGroup::of(&[], &[], &[]));
            SharedColor { rgb: swatch.rgb, share: swatch.share, name, tracks }
        };
        let mut colors: Vec<SharedColor> = Vec::new();
        // Shades of one name are told together.
        for color in Palette::of(rgb, CLUSTERING).swatches.iter().map(shared) {
            match colors.iter_mut().find(|other| other.name == color.name) {
                Some(other) => other.share += color.share,
                None => colors.push(color),
            }
        }
        colors
    }
}

const CLUSTERING: Clustering = Clustering::Oklab;
const NAMING: Naming = Naming::Eight;

/// The distance to the nearest other picture below which [`USUAL_SHARE`] of pictures lie, from some of them that are spread
/// over all; infinite where they are too few.
fn usual_distance(prints: &[Fingerprint]) -> f64 {
    if prints.len() < FEWEST_ASKED {
        return f64::INFINITY;
    }
    let asked: Vec<&Fingerprint> = prints.iter().step_by(prints.len().div_ceil(ASKED)).collect();
    let nearest = |print: &&Fingerprint| {
        let others = prints.iter().filter(|other| !print.is_like(other));
        others.map(|other| print.distance(other)).fold(f64::INFINITY, f64::min)
    };
    let mut distances: Vec<f64> = asked.par_iter().map(nearest).collect();
    distances.sort_by(f64::total_cmp);
    quantile(&distances, USUAL_SHARE).unwrap_or(f64::INFINITY)
}

/// The tracks of each dominant color; `rows` are each track's cover and popularity.
fn by_color(rows: &[(usize, f64)], colors: &[Option<ColorName>], alike: &[usize]) -> HashMap<&'static str, ColorGroup> {
    let popularity: Vec<f64> = rows.iter().map(|(_, popularity)| *popularity).collect();
    let groups: Vec<usize> = rows.iter().map(|(cover, _)| alike[*cover]).collect();
    let mut members: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (row, (cover, _)) in rows.iter().enumerate() {
        if let Some(color) = colors[*cover] {
            members.entry(color.name).or_default().push(row);
        }
    }
    members.into_iter().map(|(name, rows)| (name, ColorGroup::of(&rows, &popularity, &groups))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture in one color from its top to its middle, in another below.
    fn print(top: [u8; 3], bottom: [u8; 3]) -> Fingerprint {
        let rows = (0..16).flat_map(|row| std::iter::repeat_n(if row < 8 { top } else { bottom }, 16));
        Fingerprint::of(&rows.flatten().collect::<Vec<u8>>())
    }

    #[test]
    fn a_picture_far_from_all_others_is_unlike_them() {
        let known = |index: usize| print([40 + index as u8, 60, 80], [90, 2 * index as u8, 70]);
        let prints: Vec<Fingerprint> = (0..60).map(known).collect();
        let usual = usual_distance(&prints);
        let nearest =
            |print: &Fingerprint| prints.iter().map(|known| print.distance(known)).fold(f64::INFINITY, f64::min);
        assert!(nearest(&print([70, 61, 80], [91, 61, 70])) < usual);
        assert!(nearest(&print([255, 255, 0], [0, 0, 255])) > usual);
        assert_eq!(usual_distance(&prints[..FEWEST_ASKED - 1]), f64::INFINITY, "too few tell nothing");
    }
}
