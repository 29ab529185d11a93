//! Covers that are the same picture: the same file, or one that was scaled, compressed anew or cropped by a hair.
//!
//! Two pictures are compared by thumbnails of 8x8 pixels, whose means hardly move when a file is written anew. They are
//! the same where the thumbnails differ by a small share of what there is to see in them. Of 1,771 covers of the 2022
//! study no two differ by less than 0.40 of it; 155 of them and their copies at a JPEG quality of 40, of 64 pixels, or
//! without the outer 1.5 %, differ by at most 0.18, 0.18 and 0.24 (`benches/similar_covers.py`).

use std::collections::HashMap;
use std::f32::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::ops::{Range, RangeInclusive};

use rayon::prelude::*;

/// The side of the thumbnail that two pictures are compared by.
const SIDE: usize = 8;
const THUMBNAIL_LEN: usize = SIDE * SIDE * 3;
/// The largest difference of one picture's thumbnails, as a share of their contrast.
const LARGEST_SHARE: f32 = 0.25;
/// Levels added to the contrast, for flat pictures: compression moves them by a level or two.
const FLAT_CONTRAST: f32 = 6.0;
/// The side of a cell of [`Leaders`], in levels.
const CELL: f32 = 16.0;

/// What a cover is recognised by.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    thumbnail: [u8; THUMBNAIL_LEN],
    coarse: Coarse,
}

/// What most pictures are told apart by in no time. Two pictures differ in each of these figures by at most their distance.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Coarse {
    /// The standard deviation of the thumbnail's bytes around the mean of their channel.
    contrast: f32,
    /// The thumbnail's part along each of [`COARSE`].
    parts: [f32; COARSE.len()],
}

impl Coarse {
    /// How far two pictures may be apart and still be the same.
    fn reach(&self, other: &Self) -> f32 {
        LARGEST_SHARE * (self.contrast.max(other.contrast) + FLAT_CONTRAST)
    }

    /// Whether two pictures may be the same.
    fn may_be_like(&self, other: &Self) -> bool {
        let reach = self.reach(other);
        (self.contrast - other.contrast).abs() <= reach
            && self.parts.iter().zip(&other.parts).all(|(one, other)| (one - other).abs() <= reach)
    }

    fn cell(&self) -> [i32; 3] {
        std::array::from_fn(|place| cell_at(self.parts[place]))
    }

    /// The cells in which everything lies that this could be like: contrasts differ by at most the distance `d`, so that
    /// `d <= share (contrast + d + flat)`.
    fn reachable_cells(&self) -> [RangeInclusive<i32>; 3] {
        let reach = LARGEST_SHARE / (1.0 - LARGEST_SHARE) * (self.contrast + FLAT_CONTRAST);
        std::array::from_fn(|place| cell_at(self.parts[place] - reach)..=cell_at(self.parts[place] + reach))
    }
}

fn cell_at(level: f32) -> i32 {
    (level / CELL).floor() as i32
}

/// Orthogonal pictures, each with a mean square of 1: their value at a row, a column and a channel.
const COARSE: [fn(usize, usize, usize) -> f32; 6] = [
    |_, _, _| 1.0,
    |row, _, _| half(row),
    |_, column, _| half(column),
    |row, column, _| half(row) * half(column),
    // Red against blue, and both against green.
    |_, _, channel| [1.224_745, 0.0, -1.224_745][channel],
    |_, _, channel| [FRAC_1_SQRT_2, -SQRT_2, FRAC_1_SQRT_2][channel],
];

/// 1 in the first half of a thumbnail's rows or columns, -1 in the second.
fn half(place: usize) -> f32 {
    if place < SIDE / 2 { 1.0 } else { -1.0 }
}

impl Fingerprint {
    /// The fingerprint of square RGB bytes, at least 8 pixels a side.
    pub fn of(rgb: &[u8]) -> Self {
        let side = (rgb.len() / 3).isqrt();
        let part = |index: usize| index * side / SIDE..(index + 1) * side / SIDE;
        let thumbnail: [u8; THUMBNAIL_LEN] = std::array::from_fn(|place| {
            let (pixel, channel) = (place / 3, place % 3);
            mean(rgb, side, part(pixel / SIDE), part(pixel % SIDE), channel).round() as u8
        });
        let along = |picture: &fn(usize, usize, usize) -> f32| {
            let product = |(place, &byte): (usize, &u8)| {
                f32::from(byte) * picture(place / 3 / SIDE, place / 3 % SIDE, place % 3) / THUMBNAIL_LEN as f32
            };
            thumbnail.iter().enumerate().map(product).sum::<f32>()
        };
        let parts = COARSE.map(|picture| along(&picture));
        let of_channel = |channel: usize| thumbnail.iter().skip(channel).step_by(3).map(|&byte| f32::from(byte));
        let means: [f32; 3] = std::array::from_fn(|channel| of_channel(channel).sum::<f32>() / (SIDE * SIDE) as f32);
        let square = |(place, &byte): (usize, &u8)| (f32::from(byte) - means[place % 3]).powi(2);
        let squares: f32 = thumbnail.iter().enumerate().map(square).sum();
        let contrast = (squares / THUMBNAIL_LEN as f32).sqrt();
        Self { thumbnail, coarse: Coarse { contrast, parts } }
    }

    /// How far apart two pictures look: the root of the mean squared difference of their thumbnails' bytes, 0–255.
    pub fn distance(&self, other: &Self) -> f64 {
        let squares: u32 = self.squares(other).sum();
        (f64::from(squares) / THUMBNAIL_LEN as f64).sqrt()
    }

    /// Whether another picture is the same, as far as can be told.
    pub fn is_like(&self, other: &Self) -> bool {
        if !self.coarse.may_be_like(&other.coarse) {
            return false;
        }
        let most = self.coarse.reach(&other.coarse).powi(2) * THUMBNAIL_LEN as f32;
        // Most pairs have come too far apart after a row or two.
        let mut so_far = self.squares(other).scan(0, |sum, squares| {
            *sum += squares;
            Some(*sum)
        });
        so_far.all(|squares| squares as f32 <= most)
    }

    /// The sum of squared differences in each row.
    fn squares(&self, other: &Self) -> impl Iterator<Item = u32> {
        let rows = self.thumbnail.chunks_exact(3 * SIDE).zip(other.thumbnail.chunks_exact(3 * SIDE));
        rows.map(|(one, other)| one.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2)).sum())
    }
}

fn mean(rgb: &[u8], side: usize, rows: Range<usize>, columns: Range<usize>, channel: usize) -> f32 {
    let count = (rows.len() * columns.len()).max(1);
    let bytes =
        rows.flat_map(|row| columns.clone().map(move |column| u32::from(rgb[(row * side + column) * 3 + channel])));
    bytes.sum::<u32>() as f32 / count as f32
}

/// The group of each cover, from 0: that of the first cover that it is like, if there is one. Likeness is not handed on,
/// or a series of covers that change by a shade each would be one picture.
pub fn groups_of_alike(prints: &[Fingerprint]) -> Vec<usize> {
    let mut leaders = Leaders::default();
    let mut groups = Vec::with_capacity(prints.len());
    for block in prints.chunks(BLOCK) {
        let known: Vec<Option<usize>> = block.par_iter().map(|print| leaders.group_of(print)).collect();
        // Those that lead from here on have higher numbers than those before, so that they are asked last.
        let mut new: Vec<&Fingerprint> = Vec::new();
        for (print, known) in block.iter().zip(known) {
            let among_new = || new.iter().position(|leader| print.is_like(leader)).map(|place| leaders.count + place);
            let group = known.or_else(among_new);
            groups.push(group.unwrap_or(leaders.count + new.len()));
            if group.is_none() {
                new.push(print);
            }
        }
        new.into_iter().for_each(|print| leaders.add(print));
    }
    groups
}

/// Covers that are compared with the groups before them at a time, on all cores.
const BLOCK: usize = 1024;

/// The first covers of all groups.
#[derive(Default)]
struct Leaders<'a> {
    count: usize,
    /// With the numbers of their groups.
    cells: HashMap<[i32; 3], Vec<(usize, Coarse, &'a Fingerprint)>>,
}

impl<'a> Leaders<'a> {
    fn add(&mut self, print: &'a Fingerprint) {
        self.cells.entry(print.coarse.cell()).or_default().push((self.count, print.coarse, print));
        self.count += 1;
    }

    /// The first group that a cover is in.
    fn group_of(&self, print: &Fingerprint) -> Option<usize> {
        let [one, two, three] = print.coarse.reachable_cells();
        let cells = one.flat_map(|one| {
            let three = three.clone();
            two.clone().flat_map(move |two| three.clone().map(move |three| [one, two, three]))
        });
        let near = cells.filter_map(|cell| self.cells.get(&cell)).flatten();
        let alike = near.filter(|(_, coarse, leader)| print.coarse.may_be_like(coarse) && print.is_like(leader));
        alike.map(|(group, ..)| *group).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(seed: usize, noise: usize) -> Vec<u8> {
        (0..60 * 60 * 3)
            .map(|place| {
                let (row, column) = (place / 180 / 12, place / 3 % 60 / 12);
                let block = (row * 5 + column + seed * 31) * 2_654_435_761 % 251;
                (block + place * 7919 % (noise + 1)) as u8
            })
            .collect()
    }

    #[test]
    fn compressed_anew_is_alike_and_another_is_not() {
        let prints: Vec<Fingerprint> = [picture(1, 0), picture(1, 4), picture(2, 0), picture(3, 0), picture(2, 3)]
            .iter()
            .map(|rgb| Fingerprint::of(rgb))
            .collect();
        assert_eq!(groups_of_alike(&prints), [0, 0, 1, 2, 1]);
    }

    /// What is looked for in cells is what comparing each with each finds.
    #[test]
    fn copies_among_many_are_found() {
        let prints: Vec<Fingerprint> =
            (0..3000).map(|place| Fingerprint::of(&picture(place / 2 * 7, 3 * (place % 2)))).collect();
        let mut leaders: Vec<&Fingerprint> = Vec::new();
        let expected: Vec<usize> = prints
            .iter()
            .map(|print| {
                leaders.iter().position(|leader| print.is_like(leader)).unwrap_or_else(|| {
                    leaders.push(print);
                    leaders.len() - 1
                })
            })
            .collect();
        assert_eq!(groups_of_alike(&prints), expected);
        assert!(leaders.len() > 20 && expected.chunks(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn a_series_of_shades_is_not_one_picture() {
        let shades: Vec<Fingerprint> = (0..100).map(|shade| Fingerprint::of(&[2 * shade; 60 * 60 * 3])).collect();
        assert!(groups_of_alike(&shades).iter().max() > Some(&40));
    }

    #[test]
    fn flat_covers_of_different_colors_are_different() {
        let groups = |values: &[u8]| {
            groups_of_alike(&values.iter().map(|&value| Fingerprint::of(&[value; 60 * 60 * 3])).collect::<Vec<_>>())
        };
        assert_eq!(groups(&[0, 200, 100, 101, 110]), [0, 1, 2, 2, 3]);
    }

    #[test]
    fn the_coarse_pictures_are_orthonormal() {
        for (one, picture) in COARSE.iter().enumerate() {
            for (two, other) in COARSE.iter().enumerate() {
                let places = (0..THUMBNAIL_LEN).map(|place| (place / 3 / SIDE, place / 3 % SIDE, place % 3));
                let product: f32 = places
                    .map(|(row, column, channel)| picture(row, column, channel) * other(row, column, channel))
                    .sum();
                let expected = if one == two { THUMBNAIL_LEN as f32 } else { 0.0 };
                assert!((product - expected).abs() < 0.01, "{one} and {two}: {product}");
            }
        }
    }
}
