//! Whether another target would change the answer: the colors of covers, which are fitted in no time, are asked about
//! each of the others.

use serde::{Deserialize, Serialize};

use super::baselines::Baseline;
use super::controls::Control;
use super::observations::Target;
use super::verdict::{Answer, Nulls, Pass, VerdictInput, answer_of, number, row};

/// What the colors of covers say about another target than the verdict's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OtherTarget {
    pub target: Target,
    #[serde(rename = "verdict")]
    pub answer: Answer,
    #[serde(deserialize_with = "number")]
    pub r2: f64,
    #[serde(deserialize_with = "number")]
    pub p: f64,
    #[serde(deserialize_with = "number")]
    pub p_within_playlist: f64,
}

/// Asks the colors about all other targets that these tracks can be asked about; `None` where `goes_on` said to stop.
pub(super) fn other_targets(
    input: &VerdictInput<'_>,
    controls: &[Control],
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<OtherTarget>> {
    Target::ALL
        .into_iter()
        .filter(|target| *target != input.target && input.observations.can_be_asked(*target))
        // Within a single playlist they are the same question.
        .filter(|_| input.observations.has_playlists())
        .map(|target| by_colors(&VerdictInput { target, repeats: 1, networks: &[], ..*input }, controls, goes_on))
        .collect()
}

fn by_colors(
    input: &VerdictInput<'_>,
    controls: &[Control],
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Option<OtherTarget> {
    let pass = Pass::new(input, 0);
    let nulls = Nulls::draw(input, &pass, goes_on)?;
    let colors = nulls.columns.iter().find(|column| column.name == Baseline::Colors.label())?;
    let row = row(input, &[pass], colors);
    let pictures = input.observations.pictures();
    let answer = answer_of(controls, pictures, &row, row.p, row.p_within_playlist);
    Some(OtherTarget { target: input.target, answer, r2: row.r2, p: row.p, p_within_playlist: row.p_within_playlist })
}
