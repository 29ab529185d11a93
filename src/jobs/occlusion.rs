//! Which parts of a cover raise its score and which lower it: the score again and again, each time with another square
//! of the cover painted over.
//!
//! The paint is the cover's own mean color. Against it, a part has an effect by being there, not by the cover being
//! brighter or darker than others, and a plain cover, in which no part stands out, has no effects at all.

use crate::nn::{Kernels, Network};

/// A square's side is this share of the cover's.
const SQUARES_A_SIDE: usize = 5;
/// Squares in a row that overlap; their effects are averaged where they do.
const PLACES: usize = 17;
/// The same for pictures over [`LARGE`] pixels a side, each of which takes a network long.
const PLACES_LARGE: usize = 9;
const LARGE: usize = 160;
/// Painted pictures that are made and predicted at a time.
const BATCH: usize = 34;

/// How much each part of a cover adds to its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Occlusion {
    /// Of the map, in pixels.
    pub side: usize,
    /// For each pixel, row by row, how much the score falls when what is there is painted over, in what the study
    /// predicts: above 0 where it raises the score.
    pub effects: Vec<f32>,
}

/// A ninth of a cover.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    pub name: &'static str,
    /// The mean of its effects.
    pub effect: f64,
}

const REGIONS: [&str; 9] = [
    "upper left",
    "upper middle",
    "upper right",
    "middle left",
    "center",
    "middle right",
    "lower left",
    "lower middle",
    "lower right",
];

impl Occlusion {
    /// Looks at `pixels`, RGB bytes of the network's image size. `go_on` is asked between batches; `None` where it said
    /// no, or where there are no pixels.
    pub fn of(network: &Network, pixels: &[u8], go_on: impl FnMut() -> bool) -> Option<Self> {
        Self::by(pixels, |pictures| network.predict(pictures, Kernels::Auto), go_on)
    }

    /// `predict` answers for pictures one after the other.
    fn by(pixels: &[u8], predict: impl Fn(&[u8]) -> Vec<f32>, mut go_on: impl FnMut() -> bool) -> Option<Self> {
        let side = (pixels.len() / 3).isqrt();
        let whole = *predict(pixels).first()?;
        let paint = mean_color(pixels);
        let squares = squares(side);
        let mut sums = vec![(0.0_f32, 0_u16); side * side];
        for batch in squares.chunks(BATCH) {
            if !go_on() {
                return None;
            }
            let painted: Vec<u8> = batch.iter().flat_map(|square| square.painted(pixels, side, paint)).collect();
            for (square, score) in batch.iter().zip(predict(&painted)) {
                for place in square.places(side) {
                    let (sum, count) = &mut sums[place];
                    *sum += whole - score;
                    *count += 1;
                }
            }
        }
        let effects = sums.into_iter().map(|(sum, count)| sum / f32::from(count.max(1))).collect();
        Some(Self { side, effects })
    }

    /// The largest effect, whichever way it goes.
    pub fn largest(&self) -> f64 {
        self.effects.iter().fold(0.0, |largest, effect| f64::from(effect.abs()).max(largest))
    }

    /// The nine regions from the upper left on, row by row.
    pub fn regions(&self) -> [Region; 9] {
        std::array::from_fn(|place| {
            let part = |third: usize| third * self.side / 3..(third + 1) * self.side / 3;
            let effects = part(place / 3)
                .flat_map(|row| part(place % 3).map(move |column| row * self.side + column))
                .map(|place| f64::from(self.effects[place]));
            let (sum, count) = effects.fold((0.0, 0), |(sum, count), effect| (sum + effect, count + 1));
            Region { name: REGIONS[place], effect: sum / f64::from(count.max(1)) }
        })
    }
}

/// A square of a picture.
#[derive(Clone, Copy)]
struct Square {
    row: usize,
    column: usize,
    side: usize,
}

impl Square {
    /// Where its pixels are in a picture of `side`.
    fn places(self, side: usize) -> impl Iterator<Item = usize> {
        (self.row..self.row + self.side)
            .flat_map(move |row| (self.column..self.column + self.side).map(move |column| row * side + column))
    }

    /// The picture with the square painted over.
    fn painted(self, pixels: &[u8], side: usize, paint: [u8; 3]) -> Vec<u8> {
        let mut painted = pixels.to_vec();
        for place in self.places(side) {
            painted[3 * place..3 * place + 3].copy_from_slice(&paint);
        }
        painted
    }
}

/// All squares of a picture, evenly spread from edge to edge.
fn squares(side: usize) -> Vec<Square> {
    let square = side.div_ceil(SQUARES_A_SIDE);
    let last = if side > LARGE { PLACES_LARGE } else { PLACES } - 1;
    let start = |place: usize| place * (side - square) / last;
    (0..=last)
        .flat_map(|row| (0..=last).map(move |column| (row, column)))
        .map(|(row, column)| Square { row: start(row), column: start(column), side: square })
        .collect()
}

fn mean_color(pixels: &[u8]) -> [u8; 3] {
    let pixels = pixels.as_chunks::<3>().0;
    let mut sums = [0_u64; 3];
    for pixel in pixels {
        sums.iter_mut().zip(pixel).for_each(|(sum, level)| *sum += u64::from(*level));
    }
    sums.map(|sum| (sum / pixels.len().max(1) as u64) as u8)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::nn::{Hyperparameters, Preset};

    const SIDE: usize = 60;

    /// Gray, with a white square in the upper left and one in the lower right.
    fn picture() -> Vec<u8> {
        let is_white = |row: usize, column: usize| {
            let inside = |value: usize, from: usize| (from..from + 15).contains(&value);
            (inside(row, 3) && inside(column, 3)) || (inside(row, 42) && inside(column, 42))
        };
        (0..SIDE * SIDE).flat_map(|place| [if is_white(place / SIDE, place % SIDE) { 255 } else { 60 }; 3]).collect()
    }

    /// A network without convolutions that likes light in the upper left and dislikes it in the lower right.
    fn network() -> Network {
        let settings =
            Hyperparameters { layers: Vec::new(), image_size: SIDE, ..Preset::Quick.hyperparameters() }.check();
        let weight = |place: usize| match (place / SIDE * 2 / SIDE, place % SIDE * 2 / SIDE) {
            (0, 0) => 0.01_f32,
            (1, 1) => -0.02,
            _ => 0.0,
        };
        let floats = |values: Vec<f32>| values.into_iter().flat_map(f32::to_le_bytes).collect::<Vec<u8>>();
        let weights = floats((0..SIDE * SIDE).flat_map(|place| [weight(place); 3]).collect());
        let bias = floats(vec![40.0]);
        let view = |shape: Vec<usize>, bytes| {
            safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape, bytes).expect("as long as its shape")
        };
        let tensors = HashMap::from([
            ("dense.weight", view(vec![SIDE * SIDE * 3, 1], &weights)),
            ("dense.bias", view(vec![1], &bias)),
        ]);
        let bytes = safetensors::serialize(tensors, None).expect("two arrays");
        Network::from_safetensors(&settings.expect("without convolutions"), &bytes).expect("its own arrays")
    }

    #[test]
    fn the_region_that_matters_lights_up_with_its_sign() {
        let found = Occlusion::of(&network(), &picture(), || true).expect("nobody stops it");
        let effect = |row: usize, column: usize| found.effects[row * SIDE + column];
        assert!(effect(10, 10) > 0.5, "light in the upper left raises the score: {}", effect(10, 10));
        assert!(effect(49, 49) < -1.0, "light in the lower right lowers it: {}", effect(49, 49));
        assert!(effect(10, 49).abs() < 1e-3, "what the network does not look at has no effect: {}", effect(10, 49));
        let regions = found.regions();
        let by_effect = |one: &&Region, other: &&Region| one.effect.total_cmp(&other.effect);
        assert_eq!(regions.iter().max_by(by_effect).map(|region| region.name), Some("upper left"));
        assert_eq!(regions.iter().min_by(by_effect).map(|region| region.name), Some("lower right"));
        assert!((found.largest() - f64::from(-effect(49, 49))).abs() < 0.5, "{}", found.largest());
    }

    #[test]
    fn a_plain_cover_has_no_effects() {
        let found = Occlusion::of(&network(), &[90; SIDE * SIDE * 3], || true).expect("nobody stops it");
        assert!(found.largest() < 1e-4);
    }

    #[test]
    fn an_effect_is_what_the_score_loses() {
        // The answer is the number of white pixels: painting over the whole of a white square loses just those.
        let count = |picture: &[u8]| picture.chunks_exact(3).filter(|pixel| pixel[0] == 255).count() as f32;
        let predict = |pictures: &[u8]| pictures.chunks_exact(SIDE * SIDE * 3).map(count).collect();
        let found = Occlusion::by(&picture(), predict, || true).expect("nobody stops it");
        assert!((found.largest() - 144.0).abs() < 1.0, "a square of 12 pixels a side: {}", found.largest());
        assert!(found.effects.iter().all(|effect| *effect >= 0.0));
    }

    #[test]
    fn every_pixel_is_covered_and_nothing_beyond() {
        for side in [20, 23, 60, 159, 640] {
            let mut covered = vec![false; side * side];
            squares(side).into_iter().flat_map(|square| square.places(side)).for_each(|place| covered[place] = true);
            assert!(covered.iter().all(|covered| *covered), "{side}");
        }
    }

    #[test]
    fn it_ends_when_asked() {
        let mut left = 3;
        let stop = || {
            left -= 1;
            left > 0
        };
        assert!(Occlusion::of(&network(), &picture(), stop).is_none());
    }
}
