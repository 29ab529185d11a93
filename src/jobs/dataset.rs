//! From a study's covers to the arrays that training takes.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Stop, TrainError, Wishes};
use crate::nn::{Dataset, Sample};
use crate::study::{CoverId, Split, SplitTrack, Study, picture};

/// Covers that are resized between two commits.
const BATCH_COVERS: usize = 128;

/// Resizes and caches the covers of the study that `image_size` has no pixels of yet; false where it was stopped.
pub(super) fn cache_pixels(
    study: &mut Study,
    image_size: usize,
    wishes: &Wishes,
    on_progress: &mut dyn FnMut(usize, usize),
) -> Result<bool, TrainError> {
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

/// The arrays of a split; each cover's pixels once, however many tracks share it.
pub(super) fn load(study: &Study, split: &Split, image_size: usize) -> Result<Dataset, TrainError> {
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
    let pixels = study.pixels_of(&covers, image_size)?;
    Ok(Dataset::new(image_size, Arc::from(pixels), train, test)?)
}
