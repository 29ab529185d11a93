//! What a scored cover is compared with: the study's covers by how they look, and their tracks by color.

use std::collections::HashMap;

use super::observe::of_covers;
use crate::evidence::colors::{Clustering, ColorName, Naming, Palette};
use crate::evidence::{ColorGroup, Fingerprint, groups_of_alike};
use crate::study::{CoverId, Descriptive, ImportCounts, Study, StudyError, Track};

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
    by_color: HashMap<&'static str, ColorGroup>,
}

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
        Ok(Self { held, covers: covers.into_iter().zip(prints).collect(), by_color })
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
