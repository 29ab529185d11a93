//! What a network is trained and tested on.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use rand::Rng;
use rand::seq::SliceRandom as _;

use super::shape::IMAGE_CHANNELS;

/// The fewest tracks to train on.
const FEWEST_TRAIN: usize = 2;
/// The fewest tracks to test on.
const FEWEST_TEST: usize = 1;

/// Where pictures come from, when they are needed: from memory, or decoded anew each time.
pub trait PictureSource: fmt::Debug + Send + Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// Fills `rgb` with a picture's RGB bytes, row after row.
    ///
    /// # Errors
    /// Why it cannot be read, as a sentence.
    fn read(&self, picture: usize, rgb: &mut [u8]) -> Result<(), String>;
}

/// Pictures with the targets of the tracks that they belong to; several tracks may share a picture.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The side of the pictures, in pixels.
    image_size: usize,
    source: Arc<dyn PictureSource>,
    train: Vec<Sample>,
    validation: Vec<Sample>,
    test: Vec<Sample>,
}

/// Pictures that are in memory, one after the other.
#[derive(Debug)]
struct InMemory {
    picture_len: usize,
    pixels: Arc<[u8]>,
}

impl PictureSource for InMemory {
    fn count(&self) -> usize {
        self.pixels.len() / self.picture_len
    }

    fn read(&self, picture: usize, rgb: &mut [u8]) -> Result<(), String> {
        rgb.copy_from_slice(&self.pixels[picture * self.picture_len..][..self.picture_len]);
        Ok(())
    }
}

/// One track: its picture, from 0, and what is to be predicted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    pub picture: usize,
    pub target: f32,
}

/// Why pictures and tracks do not make a dataset.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DataError {
    #[error("The pixels are not whole pictures of {image_size}x{image_size}: {bytes} bytes.")]
    Pixels { image_size: usize, bytes: usize },
    #[error("A track refers to picture {picture}, but there are only {pictures}.")]
    Picture { picture: usize, pictures: usize },
    #[error("A track's popularity is not a number: {0}.")]
    Target(f32),
    #[error("There are {0} tracks to train on; at least {FEWEST_TRAIN} are needed. Import more tracks.")]
    TooFewTrain(usize),
    #[error("There are no tracks to test on. Import more tracks, or raise the test share.")]
    NoTest,
    #[error("The pictures are {pictures}x{pictures}, but the network is for {network}x{network}.")]
    ImageSize { pictures: usize, network: usize },
    #[error("{0}")]
    Unreadable(String),
}

impl Dataset {
    /// Puts pictures and tracks together. `pixels` are RGB bytes, `image_size`² of them a picture, row after row.
    ///
    /// # Errors
    /// Pixels that are no whole pictures, a track whose picture does not exist or whose target is not finite, or
    /// fewer than two training tracks or one test track.
    pub fn new(image_size: usize, pixels: Arc<[u8]>, train: Vec<Sample>, test: Vec<Sample>) -> Result<Self, DataError> {
        let picture_len = image_size * image_size * IMAGE_CHANNELS;
        if picture_len == 0 || !pixels.len().is_multiple_of(picture_len) {
            return Err(DataError::Pixels { image_size, bytes: pixels.len() });
        }
        Self::from_source(image_size, Arc::new(InMemory { picture_len, pixels }), train, test)
    }

    /// Puts the pictures of a source and tracks together. It gives `image_size`² · 3 bytes a picture.
    ///
    /// # Errors
    /// A track whose picture does not exist or whose target is not finite, or fewer than two training tracks or one
    /// test track.
    pub fn from_source(
        image_size: usize,
        source: Arc<dyn PictureSource>,
        train: Vec<Sample>,
        test: Vec<Sample>,
    ) -> Result<Self, DataError> {
        let pictures = source.count();
        for sample in train.iter().chain(&test) {
            if sample.picture >= pictures {
                return Err(DataError::Picture { picture: sample.picture, pictures });
            }
            if !sample.target.is_finite() {
                return Err(DataError::Target(sample.target));
            }
        }
        check_train(train.len())?;
        if test.len() < FEWEST_TEST {
            return Err(DataError::NoTest);
        }
        Ok(Self { image_size, source, train, validation: Vec::new(), test })
    }

    /// Takes the tracks of a `share` of the training pictures, at least one, out of training and keeps them for
    /// validation. By picture, since tracks that share one would give the answer away.
    pub(super) fn hold_out(&mut self, share: f64, generator: &mut impl Rng) -> Result<(), DataError> {
        let mut pictures: Vec<usize> = self.train.iter().map(|sample| sample.picture).collect();
        pictures.sort_unstable();
        pictures.dedup();
        pictures.shuffle(generator);
        pictures.truncate(((pictures.len() as f64 * share).round() as usize).max(1));
        let held: HashSet<usize> = pictures.into_iter().collect();
        let (validation, train) = self.train.iter().partition(|sample| held.contains(&sample.picture));
        (self.validation, self.train) = (validation, train);
        check_train(self.train.len())
    }

    /// The side of the pictures, in pixels.
    pub fn image_size(&self) -> usize {
        self.image_size
    }

    /// Training tracks.
    pub fn train(&self) -> &[Sample] {
        &self.train
    }

    /// Test tracks.
    pub fn test(&self) -> &[Sample] {
        &self.test
    }

    /// Tracks that are held out of training to tell when it no longer helps; none without early stopping.
    pub(super) fn validation(&self) -> &[Sample] {
        &self.validation
    }

    /// Fills `rgb` with the RGB bytes of a track's picture.
    pub(super) fn read(&self, sample: Sample, rgb: &mut [u8]) -> Result<(), DataError> {
        self.source.read(sample.picture, rgb).map_err(DataError::Unreadable)
    }
}

fn check_train(tracks: usize) -> Result<(), DataError> {
    if tracks < FEWEST_TRAIN { Err(DataError::TooFewTrain(tracks)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn new(bytes: usize, train: &[(usize, f32)], test: &[(usize, f32)]) -> Result<Dataset, DataError> {
        let samples =
            |list: &[(usize, f32)]| list.iter().map(|&(picture, target)| Sample { picture, target }).collect();
        Dataset::new(20, Arc::from(vec![7; bytes]), samples(train), samples(test))
    }

    #[test]
    fn pictures_may_be_shared() {
        let data = new(1200, &[(0, 1.0), (0, 2.0)], &[(0, 3.0)]).expect("one picture, three tracks");
        let mut rgb = [0; 1200];
        data.read(data.test()[0], &mut rgb).expect("from memory");
        assert_eq!(rgb, [7; 1200]);
    }

    #[test]
    fn tracks_that_share_a_picture_are_held_out_together() {
        let train: Vec<(usize, f32)> = (0..60).map(|index| (index / 3, index as f32)).collect();
        let mut data = new(20 * 1200, &train, &[(0, 1.0)]).expect("20 pictures, 60 tracks");
        let generator = || ChaCha8Rng::seed_from_u64(5);
        data.hold_out(0.1, &mut generator()).expect("enough are left");
        assert_eq!((data.train().len(), data.validation().len()), (54, 6));
        let held: HashSet<usize> = data.validation().iter().map(|sample| sample.picture).collect();
        assert_eq!(held.len(), 2);
        assert!(data.train().iter().all(|sample| !held.contains(&sample.picture)));
        let mut few = new(1200, &[(0, 1.0), (0, 2.0)], &[(0, 3.0)]).expect("one picture");
        assert_eq!(few.hold_out(0.1, &mut generator()), Err(DataError::TooFewTrain(0)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let fine: &[(usize, f32)] = &[(0, 1.0), (1, 2.0)];
        assert_eq!(new(2399, fine, fine).err(), Some(DataError::Pixels { image_size: 20, bytes: 2399 }));
        assert_eq!(new(2400, fine, &[(2, 1.0)]).err(), Some(DataError::Picture { picture: 2, pictures: 2 }));
        assert!(matches!(new(2400, &[(0, f32::NAN), (1, 1.0)], fine).err(), Some(DataError::Target(_))));
        assert_eq!(new(2400, &fine[..1], fine).err(), Some(DataError::TooFewTrain(1)));
        assert_eq!(new(2400, fine, &[]).err(), Some(DataError::NoTest));
    }
}
