//! Covers that are the same picture: the same file, or one that was scaled or compressed anew.

/// The side of the thumbnail that two pictures are compared by.
const SIDE: usize = 8;
/// Of 64 bits, how many two difference hashes of one picture may differ in.
const BITS_APART: u32 = 3;
/// How far apart, on average, the thumbnails' bytes may be.
const LEVELS_APART: f64 = 6.0;
/// Covers of equal 16 bits that are compared with each one: a bound, for thousands of flat covers that hash alike.
const COMPARED: usize = 200;

/// What a cover is recognised by.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    /// A difference hash: whether each of 8 rows of 9 means of luma rises (Krawetz, *Kind of like that*, 2013).
    hash: u64,
    thumbnail: [u8; SIDE * SIDE * 3],
}

impl Fingerprint {
    /// The fingerprint of square RGB bytes, at least 9 pixels a side.
    pub fn of(rgb: &[u8]) -> Self {
        let side = (rgb.len() / 3).isqrt();
        let mean = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>, channel: usize| {
            let count = (rows.len() * columns.len()).max(1);
            let sum: usize = rows
                .flat_map(|row| {
                    columns.clone().map(move |column| usize::from(rgb[(row * side + column) * 3 + channel]))
                })
                .sum();
            sum as f64 / count as f64
        };
        let part = |index: usize, parts: usize| index * side / parts..(index + 1) * side / parts;
        let luma = |row: usize, column: usize| {
            let at = |channel| mean(part(row, SIDE), part(column, SIDE + 1), channel);
            0.2126 * at(0) + 0.7152 * at(1) + 0.0722 * at(2)
        };
        let mut hash = 0;
        for row in 0..SIDE {
            for column in 0..SIDE {
                hash = hash << 1 | u64::from(luma(row, column + 1) > luma(row, column));
            }
        }
        let thumbnail = std::array::from_fn(|place| {
            let (pixel, channel) = (place / 3, place % 3);
            mean(part(pixel / SIDE, SIDE), part(pixel % SIDE, SIDE), channel).round() as u8
        });
        Self { hash, thumbnail }
    }

    /// How far apart two pictures look: the mean difference of their thumbnails' bytes, 0–255.
    pub fn distance(&self, other: &Self) -> f64 {
        let pairs = self.thumbnail.iter().zip(&other.thumbnail);
        let sum: u32 = pairs.map(|(one, other)| u32::from(one.abs_diff(*other))).sum();
        f64::from(sum) / self.thumbnail.len() as f64
    }

    /// Whether two fingerprints are of one picture, as far as can be told.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.hash ^ other.hash).count_ones() <= BITS_APART && self.distance(other) <= LEVELS_APART
    }
}

/// The group of each cover, from 0: covers that are alike, directly or over others, have the same.
pub fn groups_of_alike(prints: &[Fingerprint]) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..prints.len()).collect();
    // Hashes at most 3 bits apart agree in at least one of four 16-bit parts.
    for part in 0..4 {
        let key = |cover: usize| (prints[cover].hash >> (16 * part)) as u16;
        let mut order: Vec<usize> = (0..prints.len()).collect();
        order.sort_by_key(|&cover| (key(cover), prints[cover].hash, cover));
        for (place, &cover) in order.iter().enumerate() {
            let alike = order[place + 1..].iter().take(COMPARED).take_while(|&&other| key(other) == key(cover));
            for &other in alike {
                if prints[cover].is_like(&prints[other]) {
                    let (one, two) = (root(&mut parents, cover), root(&mut parents, other));
                    parents[one.max(two)] = one.min(two);
                }
            }
        }
    }
    let mut numbers = std::collections::HashMap::new();
    (0..prints.len())
        .map(|cover| {
            let next = numbers.len();
            *numbers.entry(root(&mut parents, cover)).or_insert(next)
        })
        .collect()
}

fn root(parents: &mut [usize], mut cover: usize) -> usize {
    while parents[cover] != cover {
        parents[cover] = parents[parents[cover]];
        cover = parents[cover];
    }
    cover
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

    #[test]
    fn flat_covers_of_different_colors_are_different() {
        let flat = |value: u8| Fingerprint::of(&[value; 60 * 60 * 3]);
        assert!(!flat(0).is_like(&flat(200)));
        assert!(flat(100).is_like(&flat(101)));
    }
}
