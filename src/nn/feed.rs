//! Pictures on their way to the network: read, and mirrored where wanted, one batch ahead of their use.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use super::data::{DataError, Dataset, Sample};
use super::shape::IMAGE_CHANNELS;

/// A batch of pictures, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Pictures {
    /// RGB bytes.
    pub(super) pixels: Arc<Vec<u8>>,
    /// The side of a picture.
    pub(super) image_size: usize,
}

impl Pictures {
    /// How many.
    pub(super) fn count(&self) -> usize {
        self.pixels.len() / self.picture_len()
    }

    /// The RGB bytes of the picture `index`.
    pub(super) fn bytes(&self, index: usize) -> &[u8] {
        &self.pixels[index * self.picture_len()..][..self.picture_len()]
    }

    /// `count` pictures from `first` on.
    pub(super) fn part(&self, first: usize, count: usize) -> Self {
        let pixels = self.pixels[first * self.picture_len()..][..count * self.picture_len()].to_vec();
        Self { pixels: Arc::new(pixels), image_size: self.image_size }
    }

    fn picture_len(&self) -> usize {
        self.image_size * self.image_size * IMAGE_CHANNELS
    }
}

/// A track to read the picture of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pick {
    pub(super) sample: Sample,
    /// Left and right are exchanged.
    pub(super) flip: bool,
}

impl From<&Sample> for Pick {
    fn from(sample: &Sample) -> Self {
        Self { sample: *sample, flip: false }
    }
}

/// Why a batch did not come.
#[derive(Debug, thiserror::Error)]
pub(super) enum FeedError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("the thread that reads covers could not be started: {0}")]
    Thread(#[from] io::Error),
}

/// Calls `work` with the pictures of each batch of `batch_size` picks in turn, until it breaks. While it works, the next
/// batch is read.
pub(super) fn each_batch<E: From<FeedError>>(
    data: &Dataset,
    picks: &[Pick],
    batch_size: usize,
    mut work: impl FnMut(&[Pick], Pictures) -> Result<ControlFlow<()>, E>,
) -> Result<ControlFlow<()>, E> {
    let batches = || picks.chunks(batch_size);
    thread::scope(|scope| {
        let (send, receive) = sync_channel(1);
        let read_all = move || {
            // Nobody listens any longer where `work` broke off.
            let _ = batches().try_for_each(|batch| send.send(read(data, batch)));
        };
        thread::Builder::new().name("read-ahead".to_owned()).spawn_scoped(scope, read_all).map_err(FeedError::from)?;
        for (batch, pictures) in batches().zip(receive) {
            if work(batch, pictures.map_err(FeedError::from)?)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    })
}

fn read(data: &Dataset, batch: &[Pick]) -> Result<Pictures, DataError> {
    let image_size = data.image_size();
    let mut pixels = vec![0; batch.len() * image_size * image_size * IMAGE_CHANNELS];
    for (pick, rgb) in batch.iter().zip(pixels.chunks_exact_mut(image_size * image_size * IMAGE_CHANNELS)) {
        data.read(pick.sample, rgb)?;
        if pick.flip {
            mirror(rgb, image_size);
        }
    }
    Ok(Pictures { pixels: Arc::new(pixels), image_size })
}

/// Exchanges left and right.
fn mirror(rgb: &mut [u8], image_size: usize) {
    for row in rgb.chunks_exact_mut(image_size * IMAGE_CHANNELS) {
        row.as_chunks_mut::<IMAGE_CHANNELS>().0.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Dataset {
        let pixels: Vec<u8> = (0..3 * 1200_usize).map(|index| (index % 251) as u8).collect();
        let samples = (0..3).map(|picture| Sample { picture, target: 1.0 }).collect::<Vec<_>>();
        Dataset::new(20, Arc::from(pixels), samples.clone(), samples).expect("three pictures")
    }

    #[test]
    fn batches_come_in_order_until_the_work_breaks() {
        let data = data();
        let picks: Vec<Pick> = [2, 0, 1, 1, 2].map(|index| Pick::from(&data.train()[index])).to_vec();
        let mut seen = Vec::new();
        let end = each_batch(&data, &picks, 2, |batch, pictures| {
            seen.push((batch.len(), pictures.count(), pictures.bytes(0)[0]));
            Ok::<_, FeedError>(if seen.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        assert!(end.expect("from memory").is_break());
        assert_eq!(seen, [(2, 2, (2400 % 251) as u8), (2, 2, (1200 % 251) as u8)]);
    }

    #[test]
    fn a_mirrored_picture_mirrors_back() {
        let data = data();
        let pick = |flip| [Pick { flip, ..Pick::from(&data.train()[1]) }];
        let (plain, flipped) = (read(&data, &pick(false)).expect("there"), read(&data, &pick(true)).expect("there"));
        assert_eq!(flipped.bytes(0)[..3], plain.bytes(0)[57..60]);
        let mut back = flipped.bytes(0).to_vec();
        mirror(&mut back, 20);
        assert_eq!(back, plain.bytes(0));
    }
}
