//! Which tracks train a model and which test it.

use std::collections::HashMap;

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use rusqlite::params;

use super::{CoverId, Study, StudyError, Track, TrackId};
use crate::nn::SplitBy;

/// A track's place in a split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitTrack {
    pub track: TrackId,
    pub cover: CoverId,
    /// 0–100.
    pub popularity: f64,
}

/// The training and the test tracks of a run, in the order in which training sees them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    pub train: Vec<SplitTrack>,
    pub test: Vec<SplitTrack>,
}

impl Split {
    /// Splits the usable tracks at random: `test_share` of them, rounded up, become test tracks. By cover, tracks
    /// that share one, or have covers that `alike` gives the same number, stay on the same side; the share is then met as
    /// nearly as the covers allow.
    pub fn draw(tracks: &[Track], by: SplitBy, test_share: f64, seed: u64, alike: &HashMap<CoverId, usize>) -> Self {
        let usable: Vec<SplitTrack> = tracks.iter().filter_map(SplitTrack::of).collect();
        let wanted = (test_share * usable.len() as f64).ceil() as usize;
        let mut groups = grouped(usable, by, alike);
        groups.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let mut split = Self::default();
        for group in groups {
            let side = if split.test.len() + group.len() <= wanted { &mut split.test } else { &mut split.train };
            side.extend(group);
        }
        split
    }
}

impl SplitTrack {
    /// `None` where the track takes no part.
    pub fn of(track: &Track) -> Option<Self> {
        if track.is_excluded {
            return None;
        }
        Some(Self { track: track.id, cover: track.cover?, popularity: track.popularity? })
    }
}

/// [`data_mark`] of a study's tracks.
pub fn tracks_mark(tracks: &[Track]) -> [u8; 32] {
    data_mark(&tracks.iter().filter_map(SplitTrack::of).collect::<Vec<_>>())
}

/// What tells whether a run was split from the tracks that the study has now: BLAKE3 over each usable track's number, its
/// cover and its popularity, whatever their order.
pub fn data_mark<'a>(tracks: impl IntoIterator<Item = &'a SplitTrack>) -> [u8; 32] {
    let mut tracks: Vec<&SplitTrack> = tracks.into_iter().collect();
    tracks.sort_by_key(|track| track.track);
    let mut hasher = blake3::Hasher::new();
    for track in tracks {
        hasher.update(&track.track.0.to_le_bytes());
        hasher.update(&track.cover.0.to_le_bytes());
        hasher.update(&track.popularity.to_le_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Tracks that have to stay together, in the order of their first track.
fn grouped(tracks: Vec<SplitTrack>, by: SplitBy, alike: &HashMap<CoverId, usize>) -> Vec<Vec<SplitTrack>> {
    /// What tracks that stay together have in common.
    #[derive(PartialEq, Eq, Hash)]
    enum Picture {
        Alike(usize),
        Of(CoverId),
    }
    let mut groups: Vec<Vec<SplitTrack>> = Vec::with_capacity(tracks.len());
    let mut group_of: HashMap<Picture, usize> = HashMap::new();
    for track in tracks {
        let picture = alike.get(&track.cover).map_or(Picture::Of(track.cover), |group| Picture::Alike(*group));
        let place = match by {
            SplitBy::Track => groups.len(),
            SplitBy::Cover => *group_of.entry(picture).or_insert(groups.len()),
        };
        match groups.get_mut(place) {
            Some(group) => group.push(track),
            None => groups.push(vec![track]),
        }
    }
    groups
}

impl Study {
    /// Draws the split for these settings from the tracks as they are now and keeps it, as [`Split::draw`] does. Returns its
    /// number.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn draw_split(
        &mut self,
        by: SplitBy,
        test_share: f64,
        seed: u64,
        alike: &HashMap<CoverId, usize>,
    ) -> Result<(i64, Split), StudyError> {
        let split = Split::draw(&self.tracks()?, by, test_share, seed, alike);
        let split_by = match by {
            SplitBy::Cover => "cover",
            SplitBy::Track => "track",
        };
        let id = self.transaction(|transaction| {
            transaction.execute(
                "INSERT INTO split (split_by, test_share, seed) VALUES (?1, ?2, ?3)",
                params![split_by, test_share, seed.cast_signed()],
            )?;
            let id = transaction.last_insert_rowid();
            let mut statement = transaction
                .prepare("INSERT INTO split_track (split_id, position, track_id, test) VALUES (?1, ?2, ?3, ?4)")?;
            let train = split.train.iter().map(|track| (track, false));
            let test = split.test.iter().map(|track| (track, true));
            for (position, (track, is_test)) in train.chain(test).enumerate() {
                statement.execute(params![id, position as i64, track.track.0, is_test])?;
            }
            Ok(id)
        })?;
        Ok((id, split))
    }

    /// A split that was kept, its tracks in the same order.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn split(&self, id: i64) -> Result<Split, StudyError> {
        let rows: Vec<(Option<SplitTrack>, bool)> = self
            .connection
            .prepare(
                "SELECT track.id, cover_id, popularity, test FROM split_track JOIN track ON track.id = track_id
                 WHERE split_id = ?1 ORDER BY position",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([id], |row| {
                        let track = TrackId(row.get(0)?);
                        let (cover, popularity): (Option<i64>, Option<f64>) = (row.get(1)?, row.get(2)?);
                        let track = cover.map(CoverId).zip(popularity).map(|(cover, popularity)| SplitTrack {
                            track,
                            cover,
                            popularity,
                        });
                        Ok((track, row.get(3)?))
                    })?
                    .collect()
            })
            .map_err(|error| self.error(error))?;
        let (test, train): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, is_test)| *is_test);
        let tracks = |rows: Vec<(Option<SplitTrack>, bool)>| {
            rows.into_iter().map(|(track, _)| track).collect::<Option<Vec<_>>>().ok_or_else(|| {
                StudyError::NotFound(
                    "The study has forgotten covers of this run's tracks. Import them again, or train a new run."
                        .to_owned(),
                )
            })
        };
        Ok(Split { train: tracks(train)?, test: tracks(test)? })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// `count` tracks of which each pair shares a cover.
    fn paired(count: i64) -> Vec<Track> {
        (0..count)
            .map(|index| Track {
                id: TrackId(index),
                popularity: Some(index as f64),
                cover: Some(CoverId(index / 2)),
                ..Track::default()
            })
            .collect()
    }

    #[test]
    fn by_cover_no_cover_is_on_both_sides() {
        let split = Split::draw(&paired(200), SplitBy::Cover, 0.25, 1, &HashMap::new());
        let covers = |side: &[SplitTrack]| side.iter().map(|track| track.cover).collect::<HashSet<_>>();
        assert!(covers(&split.train).is_disjoint(&covers(&split.test)));
        assert_eq!((split.train.len(), split.test.len()), (150, 50));
    }

    /// Copies in other files, by the numbers that tell which covers look the same.
    #[test]
    fn by_cover_copies_stay_together() {
        let tracks = paired(200);
        let alike: HashMap<CoverId, usize> =
            tracks.iter().filter_map(|track| track.cover).map(|cover| (cover, (cover.0 / 2) as usize)).collect();
        let split = Split::draw(&tracks, SplitBy::Cover, 0.25, 1, &alike);
        let pictures = |side: &[SplitTrack]| side.iter().map(|track| track.cover.0 / 2).collect::<HashSet<_>>();
        assert!(pictures(&split.train).is_disjoint(&pictures(&split.test)));
        assert_eq!(split.train.len() + split.test.len(), 200);
    }

    #[test]
    fn by_track_the_share_is_rounded_up_as_in_the_study() {
        let split = Split::draw(&paired(1859), SplitBy::Track, 0.25, 1, &HashMap::new());
        assert_eq!((split.train.len(), split.test.len()), (1394, 465));
        let covers: HashSet<_> = split.train.iter().map(|track| track.cover).collect();
        assert!(split.test.iter().any(|track| covers.contains(&track.cover)), "a plain split separates pairs");
    }

    #[test]
    fn the_seed_decides() {
        let draw = |seed| Split::draw(&paired(50), SplitBy::Cover, 0.3, seed, &HashMap::new());
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn tracks_without_popularity_or_cover_or_excluded_take_no_part() {
        let mut tracks = paired(10);
        tracks[0].popularity = None;
        tracks[1].cover = None;
        tracks[2].is_excluded = true;
        let split = Split::draw(&tracks, SplitBy::Track, 0.25, 1, &HashMap::new());
        assert_eq!(split.train.len() + split.test.len(), 7);
    }
}
