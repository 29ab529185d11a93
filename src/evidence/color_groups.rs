//! Popularity by dominant color, and by black-and-white against color.

use rayon::prelude::*;

use super::colors::{ColorName, Look, Naming, Palette};
use super::interval::{Interval, correlation, correlation_interval, mean_interval};
use super::permutation::{Exchange, Exchanges, p_value};
use super::verdict::SIGNIFICANCE;

/// Below this many different covers a group's mean says little; and below as many tracks a correlation.
const FEW: usize = 20;
const SHUFFLES: u64 = 999;

/// The tracks of one kind of cover.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColorGroup {
    /// Tracks.
    pub n: usize,
    /// Different pictures of theirs.
    pub covers: usize,
    /// Mean popularity; not a number where there is no track.
    pub mean: f64,
    /// Its 95 % interval, bootstrapped over covers.
    pub interval: Interval,
}

impl ColorGroup {
    /// Whether there are too few covers to read much into the mean, of however many tracks they are.
    pub fn is_small(&self) -> bool {
        self.covers < FEW
    }

    /// The tracks in `rows`; `groups` has one number for each track, the same where covers are alike.
    pub fn of(rows: &[usize], popularity: &[f64], groups: &[usize]) -> Self {
        let mean = rows.iter().map(|&row| popularity[row]).sum::<f64>() / rows.len() as f64;
        let interval = mean_interval(rows.iter().map(|&row| (groups[row], popularity[row])));
        // One cover alone has no spread.
        let covers = rows.iter().map(|&row| groups[row]).collect::<std::collections::BTreeSet<_>>().len();
        let interval = if covers > 1 { interval } else { Interval { low: f64::NAN, high: f64::NAN } };
        Self { n: rows.len(), covers, mean, interval }
    }
}

/// Where bars of the groups' means begin and end, intervals among them: at 0 or below, or, where 0 is no beginning, as of
/// logarithms, a little below the lowest.
pub fn bar_ends<'a>(groups: impl Iterator<Item = &'a ColorGroup>, has_zero: bool) -> (f64, f64) {
    let ends = groups.flat_map(|group| [group.mean, group.interval.low, group.interval.high]);
    let (low, high) = ends
        .filter(|end| end.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| (low.min(end), high.max(end)));
    let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
    if has_zero {
        return (1.02 * low.min(0.0), 1.02 * high.max(f64::MIN_POSITIVE));
    }
    let margin = 0.1 * (high - low).max(f64::MIN_POSITIVE);
    (low - margin, high + margin)
}

/// What the colors of covers say about popularity.
#[derive(Clone, Debug, PartialEq)]
pub struct ColorTable {
    /// By the name of the dominant color; only names that occur, the most frequent first.
    pub by_color: Vec<(ColorName, ColorGroup)>,
    pub black_and_white: ColorGroup,
    pub color: ColorGroup,
    /// Between the dominant colors.
    pub colors_by_chance: ByChance,
    /// Between black-and-white and color.
    pub gray_by_chance: ByChance,
}

/// How often shuffled popularity differs as much between kinds of covers; not a number where nothing can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ByChance {
    pub p: f64,
    /// The same where it is only shuffled within playlists, so that what goes with a playlist counts for nothing.
    pub p_within_playlist: f64,
}

impl ByChance {
    fn of(kinds: &[usize], popularity: &[f64], groups: &[usize], playlists: &[usize]) -> Self {
        let p = |exchange| difference_p(kinds, popularity, &Exchanges::new(groups, playlists, exchange));
        Self { p: p(Exchange::All), p_within_playlist: p(Exchange::WithinPlaylist) }
    }

    /// A sentence; `do_as_much` says what shuffled figures do now and then.
    fn words(&self, do_as_much: &str) -> String {
        let Self { p, p_within_playlist: within } = *self;
        if p.is_nan() {
            return "There is only one kind, so nothing can be compared.".to_owned();
        }
        let only = if p < SIGNIFICANCE { "only " } else { "" };
        let seen = format!("Shuffled figures {do_as_much} in {only}{} of cases (p {p:.3})", percentage(p));
        match within {
            _ if p >= SIGNIFICANCE => format!("{seen}."),
            _ if within.is_nan() => {
                format!("{seen}; within playlists too few covers can change places for a test.")
            }
            _ if within < SIGNIFICANCE => format!(
                "{seen}, and where they are shuffled within playlists in {} (p {within:.3}).",
                percentage(within)
            ),
            _ => format!(
                "{seen}, but where they are shuffled within playlists in {} (p {within:.3}): it may go with the playlists.",
                percentage(within)
            ),
        }
    }
}

fn percentage(share: f64) -> String {
    if share < 0.1 { format!("{:.1} %", 100.0 * share) } else { format!("{:.0} %", 100.0 * share) }
}

impl ColorTable {
    /// Compares rows by the palettes of their covers. `palettes` has one for each row.
    pub fn of(
        palettes: &[&Palette],
        naming: Naming,
        popularity: &[f64],
        (groups, playlists): (&[usize], &[usize]),
    ) -> Self {
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
            colors_by_chance: ByChance::of(&kinds, popularity, groups, playlists),
            gray_by_chance: ByChance::of(&two_kinds, popularity, groups, playlists),
            black_and_white: ColorGroup::of(&rows_where(&|row| is_gray[row]), popularity, groups),
            color: ColorGroup::of(&rows_where(&|row| !is_gray[row]), popularity, groups),
            by_color,
        }
    }

    /// How often chance does as much as the dominant colors, in a sentence.
    pub fn colors_words(&self) -> String {
        self.colors_by_chance.words("differ as much between the colors")
    }

    /// How often chance does as much as black-and-white against color, in a sentence.
    pub fn gray_words(&self) -> String {
        self.gray_by_chance.words("differ as much between the two")
    }

    /// What the colors say, in one sentence; `what` is the measure, as within a sentence.
    pub fn sentence(&self, what: &str) -> String {
        let ByChance { p, p_within_playlist: within } = self.colors_by_chance;
        if p.is_nan() {
            "All covers have the same dominant color: there is nothing to compare.".to_owned()
        } else if p >= SIGNIFICANCE {
            format!("Dominant colors do not differ in {what} by more than chance would (p {p:.3}).")
        } else if within >= SIGNIFICANCE {
            format!(
                "Dominant colors differ in {what} (p {p:.3}), but within playlists no more than chance is seen \
                 (p {within:.3}): it may be that some colors go with some playlists."
            )
        } else {
            format!(
                "Dominant colors differ in {what} by more than chance (p {p:.3}); whether that is of use is the \
                 verdict's question."
            )
        }
    }
}

/// The permutation p of the spread of popularity between kinds of rows (one-way analysis of variance).
fn difference_p(kinds: &[usize], popularity: &[f64], exchanges: &Exchanges) -> f64 {
    let count = kinds.iter().max().map_or(0, |last| last + 1);
    let mut sizes = vec![0.0; count];
    for &kind in kinds {
        sizes[kind] += 1.0;
    }
    if sizes.iter().filter(|size| **size > 0.0).count() < 2 || !exchanges.can_exchange() {
        return f64::NAN;
    }
    // The share of the spread that lies between kinds; it orders shuffles as F does.
    let between = |values: &[f64]| -> f64 {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let (mut sums, mut total) = (vec![0.0; count], 0.0);
        for (&kind, value) in kinds.iter().zip(values) {
            sums[kind] += value - mean;
            total += (value - mean).powi(2);
        }
        let between = sums.iter().zip(&sizes).filter(|(_, size)| **size > 0.0).map(|(sum, size)| sum * sum / size);
        between.sum::<f64>() / total
    };
    let of_shuffle = |seed| between(&exchanges.shuffle(popularity, seed));
    let shuffles: Vec<f64> = (0..SHUFFLES).into_par_iter().map(of_shuffle).collect();
    // Sums in another order round differently.
    p_value(between(popularity) * (1.0 - 1e-12), &shuffles)
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

/// How the looks of covers go with popularity.
#[derive(Clone, Debug, PartialEq)]
pub struct Looks {
    pub findings: [LookFinding; 4],
    /// How often the largest of the correlations comes about, up or down: of four, one is easily off by chance.
    pub by_chance: ByChance,
}

impl Looks {
    /// How often chance does as much, in a sentence.
    pub fn words(&self) -> String {
        if self.by_chance.p.is_nan() {
            return "There are too few tracks, or no differences, to compare.".to_owned();
        }
        self.by_chance.words("reach the largest of the four correlations")
    }
}

/// How brightness, saturation, contrast and busyness go with popularity; not numbers where there are too few tracks.
pub fn look_findings(looks: &[Look], popularity: &[f64], (groups, playlists): (&[usize], &[usize])) -> Looks {
    let figures: [NamedFigure; 4] = [
        ("brightness", |look| look.brightness),
        ("saturation", |look| look.saturation),
        ("contrast", |look| look.contrast),
        ("busyness", |look| look.busyness),
    ];
    let is_enough = popularity.len() >= FEW;
    let correlation_in =
        |figure: fn(&Look) -> f64, values: &[f64]| correlation(looks.iter().map(figure).zip(values.iter().copied()));
    let findings = figures.map(|(name, figure)| {
        let pairs = || groups.iter().zip(looks.iter().map(figure).zip(popularity.iter().copied()));
        let none = Interval { low: f64::NAN, high: f64::NAN };
        LookFinding {
            name,
            correlation: if is_enough { correlation_in(figure, popularity) } else { f64::NAN },
            interval: if is_enough {
                correlation_interval(pairs().map(|(group, (x, y))| (*group, x, y)))
            } else {
                none
            },
        }
    });
    let largest = |values: &[f64]| -> f64 {
        figures.iter().map(|(_, figure)| correlation_in(*figure, values).abs()).fold(f64::NAN, f64::max)
    };
    let p = |exchange| {
        let exchanges = Exchanges::new(groups, playlists, exchange);
        let seen = largest(popularity);
        if !is_enough || seen.is_nan() || !exchanges.can_exchange() {
            return f64::NAN;
        }
        let of_shuffle = |seed| largest(&exchanges.shuffle(popularity, seed));
        p_value(seen, &(0..SHUFFLES).into_par_iter().map(of_shuffle).collect::<Vec<_>>())
    };
    Looks { findings, by_chance: ByChance { p: p(Exchange::All), p_within_playlist: p(Exchange::WithinPlaylist) } }
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
        let playlists = vec![0; 120];
        let matters: Vec<f64> = (0..120).map(|row| if row % 3 == 0 { 60.0 } else { 30.0 } + (row % 7) as f64).collect();
        let table = ColorTable::of(&palettes, Naming::Eight, &matters, (&groups, &playlists));
        assert_eq!(table.colors_by_chance, ByChance { p: 0.001, p_within_playlist: 0.001 });
        assert_eq!((table.black_and_white.n, table.color.n), (40, 80));
        let (_, red) = table.by_color.iter().find(|(name, _)| name.name == "red").unwrap();
        assert!(red.interval.low < red.mean && red.mean < red.interval.high && !red.is_small());
        let noise: Vec<f64> = (0..120).map(|row| (row * 7919 % 101) as f64).collect();
        assert!(ColorTable::of(&palettes, Naming::Eight, &noise, (&groups, &playlists)).colors_by_chance.p > 0.05);
    }

    #[test]
    fn colors_that_go_with_playlists_say_nothing_within_them() {
        let (red, blue) = (palette([255, 0, 0]), palette([0, 0, 255]));
        // Nine of ten red covers are in the playlist that does well.
        let is_red = |row: usize| row.is_multiple_of(2);
        let playlists: Vec<usize> = (0..400).map(|row| usize::from(is_red(row) ^ row.is_multiple_of(10))).collect();
        let palettes: Vec<&Palette> = (0..400).map(|row| if is_red(row) { &red } else { &blue }).collect();
        let groups: Vec<usize> = (0..400).collect();
        let popularity: Vec<f64> =
            (0..400).map(|row| 30.0 * playlists[row] as f64 + (row * 7919 % 101) as f64).collect();
        let table = ColorTable::of(&palettes, Naming::Eight, &popularity, (&groups, &playlists));
        let ByChance { p, p_within_playlist } = table.colors_by_chance;
        assert!(p < 0.01 && p_within_playlist > 0.05, "{p} and {p_within_playlist}");
        assert!(table.sentence("popularity").ends_with("that some colors go with some playlists."));
        assert!(table.colors_words().ends_with("it may go with the playlists."));
    }

    #[test]
    fn one_kind_alone_has_no_p() {
        let red = palette([255, 0, 0]);
        let table = ColorTable::of(&[&red, &red], Naming::Eight, &[1.0, 2.0], (&[0, 0], &[0, 0]));
        assert!(table.colors_by_chance.p.is_nan() && table.by_color[0].1.interval.low.is_nan());
        assert_eq!(table.black_and_white.n, 0);
    }
}
