//! What a network is trained and tested on.

use std::sync::Arc;

use super::shape::IMAGE_CHANNELS;

/// The fewest tracks to train on.
const FEWEST_TRAIN: usize = 2;
/// The fewest tracks to test on.
const FEWEST_TEST: usize = 1;

/// Pictures with the targets of the tracks that they belong to; several tracks may share a picture.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The side of the pictures, in pixels.
    image_size: usize,
    /// RGB bytes, picture after picture, row after row.
    pixels: Arc<[u8]>,
    train: Vec<Sample>,
    test: Vec<Sample>,
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
        let pictures = pixels.len() / picture_len;
        for sample in train.iter().chain(&test) {
            if sample.picture >= pictures {
                return Err(DataError::Picture { picture: sample.picture, pictures });
            }
            if !sample.target.is_finite() {
                return Err(DataError::Target(sample.target));
            }
        }
        if train.len() < FEWEST_TRAIN {
            return Err(DataError::TooFewTrain(train.len()));
        }
        if test.len() < FEWEST_TEST {
            return Err(DataError::NoTest);
        }
        Ok(Self { image_size, pixels, train, test })
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

    /// The RGB bytes of all pictures.
    pub(super) fn pixels(&self) -> Arc<[u8]> {
        Arc::clone(&self.pixels)
    }

    /// The RGB bytes of a track's picture.
    pub(super) fn picture(&self, sample: Sample) -> &[u8] {
        let len = self.image_size * self.image_size * IMAGE_CHANNELS;
        &self.pixels[sample.picture * len..][..len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(bytes: usize, train: &[(usize, f32)], test: &[(usize, f32)]) -> Result<Dataset, DataError> {
        let samples =
            |list: &[(usize, f32)]| list.iter().map(|&(picture, target)| Sample { picture, target }).collect();
        Dataset::new(20, Arc::from(vec![7; bytes]), samples(train), samples(test))
    }

    #[test]
    fn pictures_may_be_shared() {
        let data = new(1200, &[(0, 1.0), (0, 2.0)], &[(0, 3.0)]).expect("one picture, three tracks");
        assert_eq!(data.picture(data.test()[0]).len(), 1200);
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
