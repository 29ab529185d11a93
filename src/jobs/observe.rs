//! From a study to what its verdicts are reached from.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use crate::evidence::colors::color_features;
use crate::evidence::{Fingerprint, Observations, PartBy, Parts, groups_of_alike};
use crate::study::{CoverId, DEFAULT_IMAGE_SIZE, Study, StudyError, Track, TrackId, release_year};

/// Covers that are read at a time.
const BATCH_COVERS: usize = 512;

/// A study's tracks that have popularity and cover, as rows.
#[derive(Clone, Debug)]
pub struct Observed {
    pub rows: Observations,
    /// The track of each row.
    pub tracks: Vec<TrackId>,
    /// The playlists by their numbers in `rows`.
    pub playlists: Vec<String>,
    /// Each row's year of release, where it is known.
    pub years: Vec<Option<i32>>,
    /// The covers by their numbers in `rows`.
    pub covers: Vec<CoverId>,
    /// BLAKE3 of all that a network's fit depends on, its settings left out.
    pub digest: [u8; 32],
}

/// Up to this many different years are parts of their own; more are told by decade.
const MOST_YEARS: usize = 12;

impl Observed {
    /// The parts of the study that a verdict looks into: playlists, and years of release where any is known.
    pub fn divisions(&self) -> Vec<Parts> {
        let part_of = self.rows.playlists.iter().map(|&playlist| Some(playlist)).collect();
        let by_playlist = Parts { by: PartBy::Playlist, names: self.playlists.clone(), part_of };
        std::iter::once(by_playlist).chain(by_year(&self.years)).collect()
    }
}

fn by_year(years: &[Option<i32>]) -> Option<Parts> {
    let different = |step: i32| -> Vec<i32> {
        years.iter().flatten().map(|year| year - year % step).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let step = if different(1).len() <= MOST_YEARS { 1 } else { 10 };
    let starts = different(step);
    let part_of =
        years.iter().map(|year| year.and_then(|year| starts.binary_search(&(year - year % step)).ok())).collect();
    let name = |start: &i32| if step == 1 { start.to_string() } else { format!("{start}s") };
    let names: Vec<String> = starts.iter().map(name).collect();
    (!names.is_empty()).then_some(Parts { by: PartBy::Year, names, part_of })
}

/// Reads the study's usable tracks with the figures of their covers.
///
/// # Errors
/// Where the file cannot be read.
pub fn observe(study: &Study) -> Result<Observed, StudyError> {
    let tracks: Vec<Track> = study.tracks()?.into_iter().filter(Track::is_usable).collect();
    let mut covers = Numbers::default();
    let mut playlists = Numbers::default();
    let mut rows = Observations::default();
    for track in &tracks {
        let (Some(popularity), Some(cover)) = (track.popularity, track.cover) else { continue };
        rows.popularity.push(popularity);
        rows.titles.push(track.title.clone());
        rows.covers.push(covers.of(cover));
        rows.playlists.push(playlists.of(track.playlist.clone()));
    }
    let read = of_covers(study, &covers.items, |rgb| (color_features(rgb), Fingerprint::of(rgb)))?;
    let (features, prints): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    let group_of = groups_of_alike(&prints);
    rows.groups = rows.covers.iter().map(|&cover| group_of[cover]).collect();
    rows.features = features;
    let digest = digest(&rows);
    let years = tracks.iter().map(|track| release_year(&track.released)).collect();
    let tracks = tracks.into_iter().map(|track| track.id).collect();
    Ok(Observed { rows, tracks, playlists: playlists.items, years, covers: covers.items, digest })
}

/// The study's usable covers, each with what it is recognised by.
///
/// # Errors
/// Where the file cannot be read.
pub fn fingerprints(study: &Study) -> Result<Vec<(CoverId, Fingerprint)>, StudyError> {
    let mut covers: Vec<CoverId> =
        study.tracks()?.iter().filter(|track| track.is_usable()).filter_map(|track| track.cover).collect();
    covers.sort_unstable();
    covers.dedup();
    let prints = of_covers(study, &covers, Fingerprint::of)?;
    Ok(covers.into_iter().zip(prints).collect())
}

/// The group of each usable cover: those of one group look the same.
///
/// # Errors
/// Where the file cannot be read.
pub fn alike(study: &Study) -> Result<HashMap<CoverId, usize>, StudyError> {
    let (covers, prints): (Vec<_>, Vec<_>) = fingerprints(study)?.into_iter().unzip();
    Ok(covers.into_iter().zip(groups_of_alike(&prints)).collect())
}

/// What `of` makes of each cover's pixels, on all cores.
pub(super) fn of_covers<T: Send>(
    study: &Study,
    covers: &[CoverId],
    of: impl Fn(&[u8]) -> T + Sync,
) -> Result<Vec<T>, StudyError> {
    let mut all = Vec::with_capacity(covers.len());
    for batch in covers.chunks(BATCH_COVERS) {
        let pixels = study.pixels_of(batch, DEFAULT_IMAGE_SIZE)?;
        all.par_extend(pixels.par_chunks_exact(DEFAULT_IMAGE_SIZE * DEFAULT_IMAGE_SIZE * 3).map(&of));
    }
    Ok(all)
}

/// Things numbered in the order in which they are met.
struct Numbers<T> {
    items: Vec<T>,
    places: HashMap<T, usize>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { items: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Numbers<T> {
    fn of(&mut self, item: T) -> usize {
        *self.places.entry(item.clone()).or_insert_with(|| {
            self.items.push(item);
            self.items.len() - 1
        })
    }
}

fn digest(rows: &Observations) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for row in 0..rows.len() {
        hasher.update(&rows.popularity[row].to_le_bytes());
        for number in [rows.playlists[row], rows.groups[row], rows.covers[row]] {
            hasher.update(&(number as u64).to_le_bytes());
        }
    }
    for value in rows.features.iter().flatten() {
        hasher.update(&value.to_le_bytes());
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_years_are_told_by_decade() {
        let few = by_year(&[Some(1999), None, Some(1985), Some(1999)]).unwrap();
        assert_eq!(few.names, ["1985", "1999"]);
        assert_eq!(few.part_of, [Some(1), None, Some(0), Some(1)]);
        let many = by_year(&(1985..2005).map(Some).collect::<Vec<_>>()).unwrap();
        assert_eq!(many.names, ["1980s", "1990s", "2000s"]);
        assert_eq!((many.part_of[0], many.part_of[19]), (Some(0), Some(2)));
        assert_eq!(by_year(&[None]), None);
    }
}
