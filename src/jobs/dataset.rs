//! From a study's covers to the arrays that training takes.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::{Stop, TrainError, Wishes};
use crate::nn::{Dataset, LARGEST_KEPT_IMAGE, PictureSource, Sample};
use crate::study::{CoverId, Split, SplitTrack, Study, StudyFile, picture};

/// Covers that are resized between two commits.
const BATCH_COVERS: usize = 128;

/// Resizes and caches the covers of the study that `image_size` has no pixels of yet; false where it was stopped.
/// Large ones are not cached.
pub(super) fn cache_pixels(
    study: &mut Study,
    image_size: usize,
    wishes: &Wishes,
    on_progress: &mut dyn FnMut(usize, usize),
) -> Result<bool, TrainError> {
    if image_size > LARGEST_KEPT_IMAGE {
        return Ok(true);
    }
    let covers = study.covers_without_pixels(image_size)?;
    for (index, batch) in covers.chunks(BATCH_COVERS).enumerate() {
        if wishes.stop() != Stop::No {
            return Ok(false);
        }
        on_progress(index * BATCH_COVERS, covers.len());
        let files = batch
            .iter()
            .map(|&cover| Ok((cover, study.cover_bytes(cover)?)))
            .collect::<Result<Vec<_>, TrainError>>()?;
        let resized = files
            .into_par_iter()
            .map(|(cover, bytes)| {
                let decoded = picture::decode(&bytes)?;
                Ok((cover, picture::resize(&decoded.rgb, image_size as u32)?))
            })
            .collect::<Result<Vec<_>, TrainError>>()?;
        study.cache_pixels(image_size, &resized)?;
    }
    Ok(true)
}

/// The tracks of a split with their covers, each cover once, however many tracks share it.
pub(super) fn load(file: &StudyFile, study: &Study, split: &Split, image_size: usize) -> Result<Dataset, TrainError> {
    let mut covers: Vec<CoverId> = Vec::new();
    let mut place: HashMap<CoverId, usize> = HashMap::new();
    let mut samples = |tracks: &[SplitTrack]| -> Vec<Sample> {
        tracks
            .iter()
            .map(|track| {
                let picture = *place.entry(track.cover).or_insert_with(|| {
                    covers.push(track.cover);
                    covers.len() - 1
                });
                Sample { picture, target: track.popularity as f32 }
            })
            .collect()
    };
    let (train, test) = (samples(&split.train), samples(&split.test));
    of_covers(file, study, covers, image_size, (train, test))
}

/// Training and test tracks, each referring to one of `covers` by its place. Large covers stay in the study and are
/// decoded whenever they are needed.
pub(super) fn of_covers(
    file: &StudyFile,
    study: &Study,
    covers: Vec<CoverId>,
    image_size: usize,
    (train, test): (Vec<Sample>, Vec<Sample>),
) -> Result<Dataset, TrainError> {
    if image_size > LARGEST_KEPT_IMAGE {
        let stored = StoredCovers { study: Mutex::new(file.connect()?), covers, image_size };
        return Ok(Dataset::from_source(image_size, Arc::new(stored), train, test)?);
    }
    let pixels = study.pixels_of(&covers, image_size)?;
    Ok(Dataset::new(image_size, Arc::from(pixels), train, test)?)
}

/// Covers that are decoded from the study whenever they are needed.
struct StoredCovers {
    study: Mutex<Study>,
    covers: Vec<CoverId>,
    image_size: usize,
}

impl fmt::Debug for StoredCovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} covers at {} pixels", self.covers.len(), self.image_size)
    }
}

impl PictureSource for StoredCovers {
    fn count(&self) -> usize {
        self.covers.len()
    }

    fn read(&self, picture: usize, rgb: &mut [u8]) -> Result<(), String> {
        // A panic elsewhere leaves no statement half executed.
        let bytes = self.study.lock().unwrap_or_else(PoisonError::into_inner).cover_bytes(self.covers[picture]);
        let bytes = bytes.map_err(|error| error.to_string())?;
        let decoded = picture::decode(&bytes).map_err(|error| error.to_string())?;
        let pixels = picture::resize(&decoded.rgb, self.image_size as u32).map_err(|error| error.to_string())?;
        rgb.copy_from_slice(&pixels);
        Ok(())
    }
}
