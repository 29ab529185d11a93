//! Made-up tracks with a known effect of the picture, for finding out how often a verdict is right.

use std::sync::LazyLock;

use cover_study::evidence::colors::COLOR_FEATURES;
use cover_study::evidence::{Answer, Observations, Target, Verdict, VerdictInput, verdict};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// What the values are of.
static POPULARITY: LazyLock<cover_study::study::Target> = LazyLock::new(cover_study::study::Target::default);

const PLAYLISTS: usize = 12;
/// The share of tracks whose cover is that of the track before.
const SHARED: f64 = 0.05;
/// The share of the variance that the playlist explains.
const OF_PLAYLIST: f64 = 0.25;

/// `tracks` tracks; `effect` is the share of popularity's variance that the figures of the cover explain.
pub fn observations(tracks: usize, effect: f64, seed: u64) -> Observations {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let direction: [f64; COLOR_FEATURES] = std::array::from_fn(|_| normal(&mut random));
    let length = direction.iter().map(|value| value * value).sum::<f64>().sqrt();
    let of_playlist: Vec<f64> = (0..PLAYLISTS).map(|_| normal(&mut random)).collect();
    let mut made = Observations::default();
    for row in 0..tracks {
        if row == 0 || random.random::<f64>() >= SHARED {
            made.features.push(std::array::from_fn(|_| normal(&mut random)));
        }
        let cover = made.features.len() - 1;
        let playlist = random.random_range(0..PLAYLISTS);
        let signal: f64 = made.features[cover].iter().zip(direction).map(|(value, way)| value * way / length).sum();
        let noise = (1.0 - effect - OF_PLAYLIST).sqrt() * normal(&mut random);
        let value = effect.sqrt() * signal + OF_PLAYLIST.sqrt() * of_playlist[playlist] + noise;
        made.popularity.push(30.0 + 12.0 * value);
        made.playlists.push(playlist);
        made.covers.push(cover);
        made.groups.push(cover);
        made.titles.push(format!("Track {row}"));
    }
    made
}

/// The most tracks of an album, and the share of the variance that its tracks have in common beside the cover's.
const MOST_TRACKS: usize = 6;
const OF_ALBUM: f64 = 0.3;

/// `albums` albums of one to six tracks with one cover each, over all playlists; `effect` as in [`observations`].
/// Where `leaning`, albums whose cover has much of the first figure are rather in the playlists that do well.
pub fn albums(albums: usize, effect: f64, leaning: bool, seed: u64) -> Observations {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut made = Observations::default();
    for cover in 0..albums {
        let figures: [f64; COLOR_FEATURES] = std::array::from_fn(|_| normal(&mut random));
        let of_album = OF_ALBUM.sqrt() * normal(&mut random);
        for _ in 0..random.random_range(1..=MOST_TRACKS) {
            let leans = leaning && random.random::<f64>() < 0.6;
            let best = if leans { (PLAYLISTS / 2) * usize::from(figures[0] > 0.0) } else { 0 };
            let playlist = best + random.random_range(0..if leans { PLAYLISTS / 2 } else { PLAYLISTS });
            let of_playlist = if playlist < PLAYLISTS / 2 { -1.0 } else { 1.0 };
            let noise = (1.0 - effect - OF_PLAYLIST - OF_ALBUM).sqrt() * normal(&mut random);
            let value = effect.sqrt() * figures[0] + OF_PLAYLIST.sqrt() * of_playlist + of_album + noise;
            made.titles.push(format!("Track {}", made.popularity.len()));
            made.popularity.push(30.0 + 12.0 * value);
            made.playlists.push(playlist);
            made.covers.push(cover);
            made.groups.push(cover);
        }
        made.features.push(figures);
    }
    made
}

/// A standard normal number (Box and Muller, 1958).
fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (one, other): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - one).ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

/// The verdict on made-up tracks, by the predictors that are fitted in no time.
pub fn judge(observations: &Observations, shuffles: u64) -> Verdict {
    verdict(input(observations, shuffles), &|| true).expect("nobody asks to stop")
}

/// What [`judge`] asks.
pub fn input(observations: &Observations, shuffles: u64) -> VerdictInput<'_> {
    VerdictInput {
        observations,
        measure: &*POPULARITY,
        target: Target::Popularity,
        repeats: 1,
        networks: &[],
        settings_tried: 0,
        shuffles,
        divisions: &[],
        network_controls: &[],
    }
}

/// Whether a verdict says that there is something.
pub fn finds(verdict: &Verdict) -> bool {
    !matches!(verdict.answer, Answer::NoEvidence | Answer::CannotTell)
}
