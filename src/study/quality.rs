//! What about a study's data may mislead, and what can be done about it.

use std::collections::HashMap;

use super::{CoverId, Descriptive, PlaylistSummary, Scale, Target, Track, TrackId, plural};

/// Playlists of fewer tracks say little about a mean.
const SMALL_PLAYLIST: usize = 20;
/// Up to this many zeros are told of only where a service is known to mean something else by them.
const SOME_ZEROS: usize = 2;
/// Beyond this the mean lies far from most values (skewness, Fisher–Pearson).
const SKEWED: f64 = 1.0;

/// Something about the data that may mislead.
#[derive(Clone, Debug, PartialEq)]
pub struct Concern {
    /// What it is and why it matters.
    pub sentence: String,
    /// The tracks that it is about; none where it is about all.
    pub tracks: Vec<TrackId>,
    pub remedy: Option<Remedy>,
}

/// What can be done about a concern.
#[derive(Clone, Debug, PartialEq)]
pub enum Remedy {
    /// Leave these tracks out, in these words.
    Exclude(&'static str, Vec<TrackId>),
    /// Predict the logarithm of the value.
    Logarithm,
}

/// What may mislead in `tracks`; `alike` numbers the groups of covers that look the same, where they are known.
pub fn concerns(
    tracks: &[Track],
    playlists: &[PlaylistSummary],
    popularity: &Descriptive,
    target: &Target,
    alike: Option<&HashMap<CoverId, usize>>,
) -> Vec<Concern> {
    let counted: Vec<&Track> = tracks.iter().filter(|track| !track.is_excluded).collect();
    let found = [
        zeros(&counted),
        without(&counted, "no readable cover", |track| track.cover.is_none()),
        without(&counted, "no value of what is predicted", |track| track.popularity.is_none()),
        shared_covers(&counted),
        alike.and_then(|alike| similar_covers(&counted, alike)),
        small_playlists(&counted, playlists),
        skewed(&counted, popularity, target),
    ];
    found.into_iter().flatten().collect()
}

fn ids<'a>(tracks: impl IntoIterator<Item = &'a &'a Track>) -> Vec<TrackId> {
    tracks.into_iter().map(|track| track.id).collect()
}

/// Zeros that a service gave in place of a value, or that stand apart from all other values.
fn zeros(tracks: &[&Track]) -> Option<Concern> {
    let suspect = tracks.iter().filter(|track| track.suspect && track.popularity.is_some());
    let zeros = if stand_apart(tracks) {
        ids(tracks.iter().filter(|track| track.popularity.is_some() && track.value == Some(0.0)))
    } else {
        ids(suspect)
    };
    let sentence = format!(
        "{} a 0 that may mean \"not measured\": a model would learn it as if it were true.",
        if zeros.len() == 1 { "1 track has".to_owned() } else { plural(zeros.len(), "track", "tracks") + " have" }
    );
    (!zeros.is_empty()).then(|| Concern {
        sentence,
        remedy: Some(Remedy::Exclude("Exclude them", zeros.clone())),
        tracks: zeros,
    })
}

/// Whether there are more zeros than values in the whole range above them that is as wide as a tenth of what is between the
/// lowest and highest: a value that runs out toward 0 has neighbors there, one that is missing has none.
fn stand_apart(tracks: &[&Track]) -> bool {
    // As they were given: a logarithm or a rank leaves no room above 0 where others would lie.
    let values = || tracks.iter().filter(|track| track.popularity.is_some()).filter_map(|track| track.value);
    let zeros = values().filter(|value| *value == 0.0).count();
    let highest = values().fold(0.0, f64::max);
    let low = values().filter(|value| *value > 0.0 && *value <= highest / 10.0).count();
    values().all(|value| value >= 0.0) && zeros > SOME_ZEROS && zeros > 2 * low
}

fn without(tracks: &[&Track], what: &str, is_without: impl Fn(&Track) -> bool) -> Option<Concern> {
    let found = ids(tracks.iter().filter(|track| is_without(track)));
    let verb = if found.len() == 1 { "has" } else { "have" };
    let sentence = format!("{} {verb} {what}: no part in any model.", plural(found.len(), "track", "tracks"));
    (!found.is_empty()).then_some(Concern { sentence, tracks: found, remedy: None })
}

/// Tracks by what groups them, groups of one left out.
fn groups<K: std::hash::Hash + Eq>(tracks: &[&Track], key: impl Fn(&Track) -> Option<K>) -> Vec<Vec<TrackId>> {
    let mut groups: HashMap<K, Vec<TrackId>> = HashMap::new();
    for track in tracks.iter().filter(|track| track.is_usable()) {
        if let Some(key) = key(track) {
            groups.entry(key).or_default().push(track.id);
        }
    }
    let mut groups: Vec<Vec<TrackId>> = groups.into_values().filter(|group| group.len() > 1).collect();
    groups.sort();
    groups
}

fn all_but_one(groups: &[Vec<TrackId>]) -> Option<Remedy> {
    Some(Remedy::Exclude("Keep one track of each", groups.iter().flat_map(|group| &group[1..]).copied().collect()))
}

fn shared_covers(tracks: &[&Track]) -> Option<Concern> {
    let groups = groups(tracks, |track| track.cover);
    let tracks: Vec<TrackId> = groups.iter().flatten().copied().collect();
    let sentence = format!(
        "{} on several tracks, {} in all. A split by cover keeps each on one side; a split by track lets a model meet \
         test covers while it trains.",
        if groups.len() == 1 { "1 cover is".to_owned() } else { plural(groups.len(), "cover", "covers") + " are" },
        plural(tracks.len(), "track", "tracks")
    );
    (!groups.is_empty()).then(|| Concern { sentence, remedy: all_but_one(&groups), tracks })
}

fn similar_covers(tracks: &[&Track], alike: &HashMap<CoverId, usize>) -> Option<Concern> {
    // One track a cover: the same file on several tracks is a concern of its own.
    let mut seen = std::collections::HashSet::new();
    let one_each: Vec<&Track> =
        tracks.iter().copied().filter(|track| track.cover.is_some_and(|cover| seen.insert(cover))).collect();
    let groups = groups(&one_each, |track| alike.get(&track.cover?).copied());
    let tracks: Vec<TrackId> = groups.iter().flatten().copied().collect();
    let sentence = format!(
        "{} in {} look the same though their files differ, as the same art at two qualities does. Verdicts, and \
         runs that are split by cover, keep each group on one side.",
        plural(tracks.len(), "cover", "covers"),
        plural(groups.len(), "group", "groups")
    );
    (!groups.is_empty()).then(|| Concern { sentence, remedy: all_but_one(&groups), tracks })
}

fn small_playlists(tracks: &[&Track], playlists: &[PlaylistSummary]) -> Option<Concern> {
    let small: Vec<&str> = playlists
        .iter()
        .filter(|playlist| playlist.tracks < SMALL_PLAYLIST && !playlist.name.is_empty())
        .map(|playlist| playlist.name.as_str())
        .collect();
    // Where all are small, the study is one of albums or artists, and this is no news.
    if small.is_empty() || small.len() == playlists.len() {
        return None;
    }
    let names = if small.len() > 4 { format!("{}, …", small[..4].join(", ")) } else { small.join(", ") };
    let sentence = format!(
        "{} fewer than {SMALL_PLAYLIST} tracks ({names}): too few to tell a playlist's own popularity.",
        if small.len() == 1 {
            "1 playlist has".to_owned()
        } else {
            plural(small.len(), "playlist", "playlists") + " have"
        }
    );
    let tracks = ids(tracks.iter().filter(|track| small.contains(&track.playlist.as_str())));
    Some(Concern { sentence, remedy: Some(Remedy::Exclude("Exclude them", tracks.clone())), tracks })
}

fn skewed(tracks: &[&Track], popularity: &Descriptive, target: &Target) -> Option<Concern> {
    let (mean, std, median, max) = (popularity.mean?, popularity.std?, popularity.median?, popularity.max?);
    let values: Vec<f64> = tracks.iter().filter_map(|track| track.popularity).collect();
    let cubes: f64 = values.iter().map(|value| ((value - mean) / std).powi(3)).sum();
    let skewness = cubes / values.len() as f64;
    if skewness.is_nan() || skewness < SKEWED {
        return None;
    }
    let sentence = format!(
        "The values are skewed: half of them lie below {}, the highest is {}. A few very high ones then \
         decide what a model's error is.",
        target.figure(median),
        target.figure(max)
    );
    let remedy = (target.scale == Scale::AsGiven).then_some(Remedy::Logarithm);
    Some(Concern { sentence, tracks: Vec::new(), remedy })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(id: i64, cover: i64, value: f64, playlist: &str) -> Track {
        Track {
            id: TrackId(id),
            cover: Some(CoverId(cover)),
            value: Some(value),
            popularity: Some(value),
            playlist: playlist.to_owned(),
            ..Track::default()
        }
    }

    fn found(tracks: &[Track], playlists: &[PlaylistSummary]) -> Vec<Concern> {
        let values: Vec<f64> = tracks.iter().filter_map(|track| track.popularity).collect();
        let alike = HashMap::from([(CoverId(1), 0), (CoverId(2), 0), (CoverId(3), 1), (CoverId(4), 2)]);
        concerns(tracks, playlists, &Descriptive::of(&values), &Target::default(), Some(&alike))
    }

    #[test]
    fn shared_and_similar_covers_are_told_apart() {
        let tracks = [track(1, 1, 40.0, "a"), track(2, 1, 41.0, "a"), track(3, 2, 42.0, "a"), track(4, 3, 43.0, "a")];
        let [shared, similar] = found(&tracks, &[]).try_into().unwrap();
        assert_eq!(shared.tracks, [TrackId(1), TrackId(2)]);
        assert_eq!(shared.remedy, Some(Remedy::Exclude("Keep one track of each", vec![TrackId(2)])));
        assert_eq!(similar.tracks, [TrackId(1), TrackId(3)]);
        let mut excluded = tracks;
        excluded[1].is_excluded = true;
        excluded[2].is_excluded = true;
        assert_eq!(found(&excluded, &[]), [], "what is excluded is no concern any more");
    }

    #[test]
    fn suspect_zeros_missing_covers_and_small_playlists() {
        let mut tracks = [track(1, 1, 0.0, "small"), track(2, 3, 41.0, "large"), track(3, 4, 42.0, "large")];
        tracks[0].suspect = true;
        tracks[2].cover = None;
        let summary = |name: &str, tracks| PlaylistSummary { name: name.to_owned(), tracks, mean: None };
        let [zeros, coverless, small] =
            found(&tracks, &[summary("small", 1), summary("large", 200)]).try_into().unwrap();
        assert!(zeros.sentence.starts_with("1 track has a 0"), "{}", zeros.sentence);
        assert_eq!((coverless.tracks, coverless.remedy), (vec![TrackId(3)], None));
        assert!(small.sentence.contains("(small)"), "{}", small.sentence);
    }

    #[test]
    fn zeros_that_stand_apart_are_told_and_those_of_a_tail_are_not() {
        let tracks = |least: i64| -> Vec<Track> {
            let value = |id: i64| if id % 10 == 0 { 0.0 } else { (least + id % 60) as f64 };
            (0..200).map(|id| track(id, id + 10, value(id), "")).collect()
        };
        let [apart] = found(&tracks(20), &[]).try_into().unwrap();
        assert_eq!(apart.tracks.len(), 20);
        assert!(matches!(apart.remedy, Some(Remedy::Exclude(..))) && apart.sentence.starts_with("20 tracks have a 0"));
        assert_eq!(found(&tracks(1), &[]), []);
        let two: Vec<Track> =
            tracks(20).into_iter().filter(|track| track.value > Some(0.0) || track.id.0 < 20).collect();
        assert_eq!(found(&two, &[]), [], "two zeros are too few to tell");
    }

    #[test]
    fn streams_are_skewed_and_popularity_is_not() {
        let streams: Vec<Track> = (0..50).map(|id| track(id, id + 10, 1.3_f64.powi(id as i32), "")).collect();
        let [skewed] = found(&streams, &[]).try_into().unwrap();
        assert_eq!(skewed.remedy, Some(Remedy::Logarithm));
        let even: Vec<Track> = (0..50).map(|id| track(id, id + 10, id as f64, "")).collect();
        assert_eq!(found(&even, &[]), []);
    }
}
