//! Popularity by dominant color, and by black-and-white against color.

use super::colors::{ColorName, Look, Naming, Palette};
use super::interval::{Interval, correlation, correlation_interval, mean_interval};
use super::permutation::{Exchange, Exchanges, p_value};

/// Below this many tracks a group's mean says little.
const FEW: usize = 20;
const SHUFFLES: u64 = 999;

/// The tracks of one kind of cover.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColorGroup {
    pub n: usize,
    /// Mean popularity; not a number where there is no track.
    pub mean: f64,
    /// Its 95 % interval, bootstrapped over covers.
    pub interval: Interval,
}

impl ColorGroup {
    /// Whether there are too few tracks to read much into the mean.
    pub fn is_small(&self) -> bool {
        self.n < FEW
    }

    /// The tracks in `rows`; `groups` has one number for each track, the same where covers are alike.
    pub fn of(rows: &[usize], popularity: &[f64], groups: &[usize]) -> Self {
        let mean = rows.iter().map(|&row| popularity[row]).sum::<f64>() / rows.len() as f64;
        let interval = mean_interval(rows.iter().map(|&row| (groups[row], popularity[row])));
        // One cover alone has no spread.
        let covers = rows.iter().map(|&row| groups[row]).collect::<std::collections::BTreeSet<_>>().len();
        let interval = if covers > 1 { interval } else { Interval { low: f64::NAN, high: f64::NAN } };
        Self { n: rows.len(), mean, interval }
    }
}

/// What the colors of covers say about popularity.
#[derive(Clone, Debug, PartialEq)]
pub struct ColorTable {
    /// By the name of the dominant color; only names that occur, the most frequent first.
    pub by_color: Vec<(ColorName, ColorGroup)>,
    pub black_and_white: ColorGroup,
    pub color: ColorGroup,
    /// How often shuffled popularity differs as much between the dominant colors.
    pub p: f64,
    /// The same for black-and-white against color.
    pub p_black_and_white: f64,
}

impl ColorTable {
    /// Compares rows by the palettes of their covers. `palettes` has one for each row.
    pub fn of(palettes: &[&Palette], naming: Naming, popularity: &[f64], groups: &[usize]) -> Self {
        let names: Vec<Option<ColorName>> = palettes.iter().map(|palette| palette.dominant(naming)).collect();
        let rows_where =
            |holds: &dyn Fn(usize) -> bool| -> Vec<usize> { (0..popularity.len()).filter(|&row| holds(row)).collect() };
        let mut by_color: Vec<(ColorName, ColorGroup)> = naming
            .names()
            .iter()
            .map(|name| (*name, ColorGroup::of(&rows_where(&|row| names[row] == Some(*name)), popularity, groups)))
            .filter(|(_, group)| group.n > 0)
            .collect();
        by_color.sort_by_key(|(_, group)| std::cmp::Reverse(group.n));
        let is_gray: Vec<bool> = palettes.iter().map(|palette| palette.is_black_and_white()).collect();
        let kinds: Vec<usize> = names
            .iter()
            .map(|name| by_color.iter().position(|(known, _)| Some(*known) == *name).unwrap_or(by_color.len()))
            .collect();
        let two_kinds: Vec<usize> = is_gray.iter().map(|&gray| usize::from(gray)).collect();
        Self {
            p: difference_p(&kinds, popularity, groups),
            p_black_and_white: difference_p(&two_kinds, popularity, groups),
            black_and_white: ColorGroup::of(&rows_where(&|row| is_gray[row]), popularity, groups),
            color: ColorGroup::of(&rows_where(&|row| !is_gray[row]), popularity, groups),
            by_color,
        }
    }
}

/// The permutation p of the spread of popularity between kinds of rows (one-way analysis of variance).
fn difference_p(kinds: &[usize], popularity: &[f64], groups: &[usize]) -> f64 {
    let count = kinds.iter().max().map_or(0, |last| last + 1);
    let mut sizes = vec![0.0; count];
    for &kind in kinds {
        sizes[kind] += 1.0;
    }
    if sizes.iter().filter(|size| **size > 0.0).count() < 2 {
        return f64::NAN;
    }
    // The total spread is the same in every shuffle, so the spread between kinds orders them as F does.
    let between = |order: &[usize]| -> f64 {
        let mut sums = vec![0.0; count];
        for (&kind, &from) in kinds.iter().zip(order) {
            sums[kind] += popularity[from];
        }
        sums.iter().zip(&sizes).filter(|(_, size)| **size > 0.0).map(|(sum, size)| sum * sum / size).sum()
    };
    let same: Vec<usize> = (0..kinds.len()).collect();
    let exchanges = Exchanges::new(groups, &vec![0; kinds.len()], Exchange::All);
    let shuffles: Vec<f64> = (0..SHUFFLES).map(|seed| between(&exchanges.shuffled(seed))).collect();
    // Sums in another order round differently.
    p_value(between(&same) * (1.0 - 1e-12), &shuffles)
}

/// One figure of the covers' look against popularity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LookFinding {
    pub name: &'static str,
    /// Pearson's correlation; not a number where nothing varies.
    pub correlation: f64,
    pub interval: Interval,
}

/// A figure's name, and how to read it off.
type NamedFigure = (&'static str, fn(&Look) -> f64);

/// How brightness, saturation, contrast and busyness go with popularity.
pub fn look_findings(looks: &[Look], popularity: &[f64], groups: &[usize]) -> [LookFinding; 4] {
    let figures: [NamedFigure; 4] = [
        ("brightness", |look| look.brightness),
        ("saturation", |look| look.saturation),
        ("contrast", |look| look.contrast),
        ("busyness", |look| look.busyness),
    ];
    figures.map(|(name, figure)| {
        let pairs = || looks.iter().map(figure).zip(popularity.iter().copied());
        LookFinding {
            name,
            correlation: correlation(pairs()),
            interval: correlation_interval(groups.iter().zip(pairs()).map(|(group, (x, y))| (*group, x, y))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::colors::Swatch;
    use super::*;

    fn palette(rgb: [u8; 3]) -> Palette {
        Palette { swatches: vec![Swatch { rgb, share: 1.0 }] }
    }

    #[test]
    fn a_color_that_matters_is_told_and_one_that_does_not_is_not() {
        let (red, blue, black) = (palette([255, 0, 0]), palette([0, 0, 255]), palette([0, 0, 0]));
        let palettes: Vec<&Palette> = (0..120).map(|row| [&red, &blue, &black][row % 3]).collect();
        let groups: Vec<usize> = (0..120).collect();
        let matters: Vec<f64> = (0..120).map(|row| if row % 3 == 0 { 60.0 } else { 30.0 } + (row % 7) as f64).collect();
        let table = ColorTable::of(&palettes, Naming::Eight, &matters, &groups);
        assert_eq!(table.p, 0.001);
        assert_eq!((table.black_and_white.n, table.color.n), (40, 80));
        let (_, red) = table.by_color.iter().find(|(name, _)| name.name == "red").unwrap();
        assert!(red.interval.low < red.mean && red.mean < red.interval.high && !red.is_small());
        let noise: Vec<f64> = (0..120).map(|row| (row * 7919 % 101) as f64).collect();
        assert!(ColorTable::of(&palettes, Naming::Eight, &noise, &groups).p > 0.05);
    }

    #[test]
    fn one_kind_alone_has_no_p() {
        let red = palette([255, 0, 0]);
        let table = ColorTable::of(&[&red, &red], Naming::Eight, &[1.0, 2.0], &[0, 0]);
        assert!(table.p.is_nan() && table.by_color[0].1.interval.low.is_nan());
        assert_eq!(table.black_and_white.n, 0);
    }
}
