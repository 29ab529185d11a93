//! The verdict: every predictor on the same folds, tests against chance, controls, and the rule that turns them into
//! one of five answers. *Detectable* and *useful* are two questions.

use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};

use super::baselines::{Baseline, ColorModel};
use super::calibration::calibrated;
use super::carrier::{Carrier, carrier};
use super::compare::nadeau_bengio;
use super::controls::{Control, controls};
use super::interval::{R2Row, r2_interval, r2_of};
use super::measure::Measure;
use super::observations::{FOLDS, FoldedTargets, Observations, Target};
use super::other_targets::{OtherTarget, other_targets};
use super::permutation::{Exchange, Exchanges, p_value};
use super::subsets::{Parts, Subset, subsets};
use super::words::{self, MOST_NAMED, thousandths};

/// Shuffles of the predictors that are fitted in no time.
pub const SHUFFLES: u64 = 999;
/// Fewer different pictures cannot tell anything.
pub(super) const FEWEST_PICTURES: usize = 200;
/// Less than this R² is of no use.
pub(super) const DETECTABLE_AT_MOST: f64 = 0.02;
/// With fewer shuffles than this, the lowest p there can be is one that is read as a figure.
const FEW_SHUFFLES: usize = 100;
/// Below it, p counts as more than chance.
pub const SIGNIFICANCE: f64 = 0.05;

/// The five answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    #[serde(rename = "cannot tell")]
    CannotTell,
    #[serde(rename = "no evidence")]
    NoEvidence,
    Detectable,
    Weak,
    Useful,
}

impl Answer {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CannotTell => "cannot tell",
            Self::NoEvidence => "no evidence",
            Self::Detectable => "detectable",
            Self::Weak => "weak",
            Self::Useful => "useful",
        }
    }
}

/// What a network predicted for rows that it was not trained on.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    pub name: String,
    /// For each repeat of cross-validation, the prediction for each row.
    pub passes: Vec<Vec<f64>>,
    /// The same of the first repeat, trained on shuffled targets: shuffle `s` by [`Exchanges::shuffle`] with seed `s`.
    /// Empty where that was not done; then its predictions are kept and the truth is shuffled.
    pub shuffled_passes: Vec<Vec<f64>>,
}

/// What a verdict is reached from.
#[derive(Clone, Copy, Debug)]
pub struct VerdictInput<'a> {
    pub observations: &'a Observations,
    /// What the observations' values are of.
    pub measure: &'a dyn Measure,
    pub target: Target,
    /// Repeats of cross-validation: 1 or more.
    pub repeats: usize,
    pub networks: &'a [Network],
    /// How many settings of networks have been tried in the study.
    pub settings_tried: usize,
    /// Shuffles of the predictors that are fitted in no time; [`SHUFFLES`] but in simulations.
    pub shuffles: u64,
    /// The networks' own controls; see [`super::network_control`].
    pub network_controls: &'a [Control],
    /// The parts in which the deciding predictor is looked at on its own.
    pub divisions: &'a [Parts],
}

/// One predictor's figures, pooled over all rows, each predicted by a fit that had not seen it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub predictor: String,
    /// Whether it sees the cover and nothing else.
    #[serde(default)]
    pub sees_only_cover: bool,
    /// In points of the target.
    #[serde(deserialize_with = "number")]
    pub rmse: f64,
    #[serde(deserialize_with = "number")]
    pub r2: f64,
    #[serde(deserialize_with = "number")]
    pub r2_low: f64,
    #[serde(deserialize_with = "number")]
    pub r2_high: f64,
    /// How often chance does as well; not a number for the mean.
    #[serde(deserialize_with = "number")]
    pub p: f64,
    /// The same where popularity is only shuffled within playlists.
    #[serde(deserialize_with = "number")]
    pub p_within_playlist: f64,
    /// Nadeau and Bengio's p of the difference in squared error to the deciding predictor; not a number for itself.
    #[serde(deserialize_with = "number", default = "nan")]
    pub p_against_deciding: f64,
}

/// The answer, and all that it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    #[serde(rename = "verdict")]
    pub answer: Answer,
    /// Two plain sentences.
    pub sentence: String,
    /// Of which part of the study it holds, where not of all; empty otherwise.
    #[serde(default)]
    pub caution: String,
    /// What would change it, and what it does not say.
    pub limits: String,
    pub target: Target,
    /// The predictor that sees only the cover and does best.
    pub deciding: String,
    /// p of the best of all predictors that see only the cover, against the best in each shuffle.
    #[serde(deserialize_with = "number")]
    pub p: f64,
    /// How many shuffles that is against: below 1 in as many and one, p cannot fall. 0 where that is not known.
    #[serde(default)]
    pub shuffles: usize,
    #[serde(deserialize_with = "number")]
    pub p_within_playlist: f64,
    pub rows: Vec<Row>,
    pub controls: Vec<Control>,
    pub settings_tried: usize,
    pub tracks: usize,
    pub pictures: usize,
    pub repeats: usize,
    /// The deciding predictor within each playlist and, where dates are known, year of release.
    pub subsets: Vec<Subset>,
    /// Tells the data that it was reached on from others: the digits of a hash. Empty where that is not known.
    #[serde(default)]
    pub data: String,
    /// The runs whose settings took part; none: the preset Quick, which may have the name of a run.
    #[serde(default)]
    pub runs: Vec<String>,
    /// What the colors of covers say about the other targets.
    #[serde(default)]
    pub other_targets: Vec<OtherTarget>,
    /// The only parts of the study that a finding is about.
    #[serde(default)]
    pub carried_by: Option<Carrier>,
}

impl Verdict {
    /// Whether it says that there is something.
    pub fn is_finding(&self) -> bool {
        matches!(self.answer, Answer::Detectable | Answer::Weak | Answer::Useful)
    }

    /// The deciding p; that it cannot be lower is said where so few shuffles are all there are.
    pub fn p_in_words(&self) -> String {
        let p = thousandths(self.p);
        let is_lowest = self.shuffles > 0 && self.shuffles < FEW_SHUFFLES && self.p * (1 + self.shuffles) as f64 <= 1.0;
        if is_lowest { format!("{p}, as low as {} shuffles can make it", self.shuffles) } else { p }
    }

    /// In which parts of the study the deciding predictor holds; nothing where there are no parts.
    pub fn parts_sentence(&self) -> Option<String> {
        let holding: Vec<String> = self
            .subsets
            .iter()
            .filter(|part| part.holds)
            .map(|part| format!("{} (r {:+.2}, {} tracks)", part.name, part.correlation, part.n))
            .collect();
        let (some, all) = (holding.len(), self.subsets.len());
        let which = if (1..=MOST_NAMED).contains(&some) { format!(": {}", holding.join(", ")) } else { String::new() };
        (all > 1).then(|| {
            format!(
                "What the best predictor from covers says goes with the truth in {some} of {all} parts of the study, their \
                 number taken into account{which}."
            )
        })
    }

    /// How thorough it is, in a word.
    pub fn kind(&self) -> &'static str {
        if self.repeats > 1 { "Full verdict" } else { "Quick verdict" }
    }

    /// Whether another target would change the answer, as far as the colors of covers tell; nothing where no other can
    /// be asked about. `name` is that of the measure.
    pub fn other_targets_sentence(&self, name: &str) -> Option<String> {
        words::other_targets(self, name)
    }
}

/// JSON has no word for what is not a number.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

fn nan() -> f64 {
    f64::NAN
}

/// Reaches the verdict; `None` where `goes_on` said to stop. Calls `goes_on` between pieces of work.
pub fn verdict(input: VerdictInput<'_>, goes_on: &(dyn Fn() -> bool + Sync)) -> Option<Verdict> {
    let passes = (0..input.repeats.max(1)).map(|repeat| Pass::new(&input, repeat)).collect::<Vec<_>>();
    let first = passes.first()?;
    let nulls = Nulls::draw(&input, first, goes_on)?;
    let mut rows: Vec<Row> = nulls.columns.iter().map(|column| row(&input, &passes, column)).collect();
    let deciding = (0..rows.len())
        .filter(|&place| rows[place].sees_only_cover)
        .max_by(|&one, &other| rows[one].r2.total_cmp(&rows[other].r2))?;
    compare_with_deciding(&mut rows, deciding, &passes);
    if !goes_on() {
        return None;
    }
    let (p, shuffles, p_within_playlist) = nulls.p_of_best(first);
    let controls = controls(input.observations).into_iter().map(|control| control.beside_finding(&rows[deciding], p));
    let controls: Vec<Control> = controls.chain(input.network_controls.iter().cloned()).collect();
    let other_targets = other_targets(&input, &controls, goes_on)?;
    let observations = input.observations;
    let answer = answer_of(&controls, observations.pictures(), &rows[deciding], p, p_within_playlist);
    let mut verdict = Verdict {
        answer,
        sentence: String::new(),
        caution: String::new(),
        limits: String::new(),
        target: input.target,
        deciding: rows[deciding].predictor.clone(),
        p,
        shuffles,
        p_within_playlist,
        subsets: subsets(input.divisions, &observations.groups, &first.truth, first.own_words(deciding)),
        rows,
        controls,
        settings_tried: input.settings_tried,
        tracks: observations.len(),
        pictures: observations.pictures(),
        repeats: passes.len(),
        data: String::new(),
        runs: Vec::new(),
        other_targets,
        carried_by: None,
    };
    if verdict.is_finding() {
        let of_rows = (observations.groups.as_slice(), first.truth.as_slice(), first.own_words(deciding));
        verdict.carried_by = carrier(input.divisions, &verdict.subsets, of_rows);
    }
    verdict.sentence = words::sentence(&verdict, observations, input.measure);
    verdict.caution = words::caution(&verdict);
    verdict.limits = words::limits(&verdict, observations, input.measure);
    Some(verdict)
}

/// One repeat of cross-validation: its folds, and what every predictor says of each row.
pub(super) struct Pass {
    fold_of: Vec<usize>,
    truth: Vec<f64>,
    colors: ColorModel,
    /// The baselines, then the networks, these drawn toward the mean by [`calibrated`].
    predicted: Vec<Vec<f64>>,
    /// What the networks said themselves.
    raw: Vec<Vec<f64>>,
}

impl Pass {
    pub(super) fn new(input: &VerdictInput<'_>, repeat: usize) -> Self {
        let observations = input.observations;
        let fold_of = observations.folds(repeat);
        let targets = input.target.of(&observations.popularity, &observations.playlists, &fold_of);
        let colors = ColorModel::new(observations, &targets);
        let baselines: Vec<Vec<f64>> =
            Baseline::ALL.par_iter().map(|baseline| baseline.out_of_fold(observations, &targets, &colors)).collect();
        let raw: Vec<Vec<f64>> =
            input.networks.iter().filter_map(|network| network.passes.get(repeat).cloned()).collect();
        let truth = targets.truth();
        let networks = raw.iter().map(|predicted| calibrated(predicted, &truth, &fold_of));
        let predicted = baselines.into_iter().chain(networks).collect();
        Self { truth, predicted, raw, fold_of, colors }
    }

    /// What a predictor says itself.
    fn own_words(&self, place: usize) -> &[f64] {
        place.checked_sub(Baseline::ALL.len()).map_or(&self.predicted[place], |network| &self.raw[network])
    }
}

/// A predictor and what it scores where there is nothing to be found.
pub(super) struct Column {
    place: usize,
    pub(super) name: String,
    sees_only_cover: bool,
    /// R² of each shuffle.
    shuffled: Vec<f64>,
    shuffled_within: Vec<f64>,
}

/// What chance alone scores.
pub(super) struct Nulls {
    pub(super) columns: Vec<Column>,
}

impl Nulls {
    pub(super) fn draw(input: &VerdictInput<'_>, pass: &Pass, goes_on: &(dyn Fn() -> bool + Sync)) -> Option<Self> {
        let observations = input.observations;
        let exchanges = |exchange| Exchanges::new(&observations.groups, &observations.playlists, exchange);
        let within_playlists = exchanges(Exchange::WithinPlaylist);
        let refits = input.networks.iter().map(|network| network.shuffled_passes.len()).min().unwrap_or(0);
        let count = input.shuffles.max(refits as u64);
        let all = shuffles(input, pass, &exchanges(Exchange::of(input.target)), count, refits, goes_on)?;
        // Where too few covers can change places, nothing can be tested; and a single playlist is the whole study.
        let is_asked = input.target != Target::Popularity || observations.has_playlists();
        let count = if is_asked && within_playlists.can_exchange() { input.shuffles } else { 0 };
        let within = shuffles(input, pass, &within_playlists, count, 0, goes_on)?;
        // Networks were trained on the first ones only; so the best of all is looked for in those.
        let of_networks = if refits > 0 { refits } else { all.len() };
        let names = Baseline::ALL.map(|baseline| baseline.label().to_owned());
        let networks = input.networks.iter().map(|network| network.name.clone());
        let columns = names
            .into_iter()
            .chain(networks)
            .enumerate()
            .map(|(place, name)| Column {
                place,
                name,
                sees_only_cover: Baseline::ALL.get(place).is_none_or(|baseline| *baseline == Baseline::Colors),
                shuffled: all
                    .iter()
                    .map(|shuffle| shuffle[place])
                    .take(if place < Baseline::ALL.len() { all.len() } else { of_networks })
                    .collect(),
                shuffled_within: within.iter().map(|shuffle| shuffle[place]).collect(),
            })
            .collect();
        Some(Self { columns })
    }

    /// p of the best predictor that sees only the cover against the best of them in each shuffle, so that trying many
    /// makes no finding.
    ///
    /// Among all tracks, with the number of shuffles; then within playlists.
    fn p_of_best(&self, pass: &Pass) -> (f64, usize, f64) {
        let covers: Vec<&Column> = self.columns.iter().filter(|column| column.sees_only_cover).collect();
        // Of the repeat that was shuffled, not the mean of all.
        let of_pass = |column: &&Column| r2(&pass.truth, &pass.predicted[column.place]);
        let seen = covers.iter().map(of_pass).fold(f64::NEG_INFINITY, f64::max);
        let best = |of: fn(&Column) -> &Vec<f64>| -> Vec<f64> {
            let count = covers.iter().map(|column| of(column).len()).min().unwrap_or(0);
            (0..count)
                .map(|shuffle| covers.iter().map(|column| of(column)[shuffle]).fold(f64::NEG_INFINITY, f64::max))
                .collect()
        };
        let all = best(|column| &column.shuffled);
        (p_value(seen, &all), all.len(), p_value(seen, &best(|column| &column.shuffled_within)))
    }
}

/// R² of every predictor on each shuffle: the color model is fitted anew; the others keep their predictions while the
/// truth is shuffled, or are given as they were trained on the shuffled targets, of which there are `refits`.
fn shuffles(
    input: &VerdictInput<'_>,
    pass: &Pass,
    exchanges: &Exchanges,
    count: u64,
    refits: usize,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Vec<f64>>> {
    let observations = input.observations;
    (0..count)
        .into_par_iter()
        .map(|seed| {
            if !goes_on() {
                return None;
            }
            let targets = shuffled_targets(input, pass, exchanges, seed);
            let truth = targets.truth();
            let of = |place: usize, predicted: &Vec<f64>| match place.checked_sub(Baseline::ALL.len()) {
                None if Baseline::ALL[place] == Baseline::Colors => r2(&truth, &pass.colors.out_of_fold(&targets)),
                None => r2(&truth, predicted),
                Some(network) => {
                    let refitted =
                        input.networks[network].shuffled_passes.get(seed as usize).filter(|_| (seed as usize) < refits);
                    r2(&truth, &calibrated(refitted.unwrap_or(&pass.raw[network]), &truth, &pass.fold_of))
                }
            };
            debug_assert_eq!(truth.len(), observations.len());
            Some(pass.predicted.iter().enumerate().map(|(place, predicted)| of(place, predicted)).collect())
        })
        .collect()
}

fn shuffled_targets(input: &VerdictInput<'_>, pass: &Pass, exchanges: &Exchanges, seed: u64) -> FoldedTargets {
    let popularity = exchanges.shuffle(&input.observations.popularity, seed);
    input.target.of(&popularity, &input.observations.playlists, &pass.fold_of)
}

/// 1 - SSE / SST over all rows at once.
pub(super) fn r2(truth: &[f64], predicted: &[f64]) -> f64 {
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let total: f64 = truth.iter().map(|value| (value - mean).powi(2)).sum();
    let left: f64 = truth.iter().zip(predicted).map(|(truth, predicted)| (truth - predicted).powi(2)).sum();
    1.0 - left / total
}

pub(super) fn row(input: &VerdictInput<'_>, passes: &[Pass], column: &Column) -> Row {
    let squared = |pass: &Pass, row: usize| (pass.truth[row] - pass.predicted[column.place][row]).powi(2);
    let rows = input.observations.len();
    let repeats = passes.len() as f64;
    let errors: Vec<f64> =
        (0..rows).map(|row| passes.iter().map(|pass| squared(pass, row)).sum::<f64>() / repeats).collect();
    // From their middle: sums of squares of large numbers that lie close together would round away.
    let middle = passes[0].truth.iter().sum::<f64>() / rows as f64;
    let truths = |row: usize| passes.iter().map(move |pass| pass.truth[row] - middle);
    let terms: Vec<R2Row> = (0..rows)
        .map(|row| R2Row {
            truth: truths(row).sum::<f64>() / repeats,
            truth_squared: truths(row).map(|truth| truth * truth).sum::<f64>() / repeats,
            squared_error: errors[row],
        })
        .collect();
    let interval = r2_interval((0..rows).map(|row| (input.observations.groups[row], terms[row])));
    let is_mean = column.place == 0;
    let of_first = r2(&passes[0].truth, &passes[0].predicted[column.place]);
    let p = |shuffled: &[f64]| if is_mean { f64::NAN } else { p_value(of_first, shuffled) };
    Row {
        predictor: column.name.clone(),
        sees_only_cover: column.sees_only_cover,
        rmse: (errors.iter().sum::<f64>() / rows as f64).sqrt(),
        r2: r2_of(&terms),
        r2_low: interval.low,
        r2_high: interval.high,
        p: p(&column.shuffled),
        p_within_playlist: p(&column.shuffled_within),
        p_against_deciding: f64::NAN,
    }
}

/// Whether each predictor's error differs from the deciding one's by more than the luck of the folds.
fn compare_with_deciding(rows: &mut [Row], deciding: usize, passes: &[Pass]) {
    let error = |pass: &Pass, place: usize, fold: usize| -> f64 {
        let rows: Vec<usize> = (0..pass.truth.len()).filter(|&row| pass.fold_of[row] == fold).collect();
        let sum: f64 = rows.iter().map(|&row| (pass.truth[row] - pass.predicted[place][row]).powi(2)).sum();
        sum / rows.len().max(1) as f64
    };
    for place in (0..rows.len()).filter(|&place| place != deciding) {
        let differences: Vec<f64> = passes
            .iter()
            .flat_map(|pass| (0..FOLDS).map(move |fold| error(pass, place, fold) - error(pass, deciding, fold)))
            .collect();
        rows[place].p_against_deciding = nadeau_bengio(&differences, 1.0 / (FOLDS - 1) as f64);
    }
}

/// The first rule that fits, from the top; `pictures` is how many different ones there are.
pub(super) fn answer_of(controls: &[Control], pictures: usize, deciding: &Row, p: f64, p_within: f64) -> Answer {
    if controls.iter().any(|control| !control.passed) || pictures < FEWEST_PICTURES {
        Answer::CannotTell
    } else if p.is_nan() || p >= SIGNIFICANCE || deciding.r2_low.is_nan() || deciding.r2_low <= 0.0 {
        Answer::NoEvidence
    } else if deciding.r2 < DETECTABLE_AT_MOST || p_within >= SIGNIFICANCE {
        Answer::Detectable
    } else if deciding.r2 < 0.10 {
        Answer::Weak
    } else {
        Answer::Useful
    }
}
