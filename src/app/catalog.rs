//! The tracks as the covers panel looks them up: sorted and searchable, prepared away from the screen's thread.

use crate::study::{Track, name_order};

/// By what tracks are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortTracks {
    #[default]
    Imported,
    Title,
    Popularity,
    Playlist,
}

impl SortTracks {
    /// In the order in which a person chooses.
    pub const ALL: [Self; 4] = [Self::Imported, Self::Title, Self::Popularity, Self::Playlist];
}

/// Places of the tracks in each order, and what of them is searched.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    by_title: Vec<usize>,
    by_popularity: Vec<usize>,
    by_playlist: Vec<usize>,
    /// Title, artist, album and playlist in lower case.
    texts: Vec<String>,
}

impl Catalog {
    /// Sorts `tracks` by all that they can be sorted by.
    pub fn of(tracks: &[Track]) -> Self {
        let lower = |text: &str| text.to_lowercase();
        let mut by_title: Vec<usize> = (0..tracks.len()).collect();
        let mut by_popularity = by_title.clone();
        by_title.sort_by_cached_key(|&place| name_order(&tracks[place].title));
        let mut by_playlist = by_title.clone();
        by_playlist.sort_by_cached_key(|&place| name_order(&tracks[place].playlist));
        // What has no value comes first, and so last where the highest are first.
        let value = |place: usize| tracks[place].popularity.or(tracks[place].value).unwrap_or(f64::NEG_INFINITY);
        by_popularity.sort_by(|&one, &other| value(one).total_cmp(&value(other)));
        let texts = tracks
            .iter()
            .map(|track| lower(&[&*track.title, &track.artist, &track.album, &track.playlist].join("\n")))
            .collect();
        Self { by_title, by_popularity, by_playlist, texts }
    }

    /// The places of the tracks that `accept` takes and whose words hold `text`, sorted.
    pub fn find(&self, sort: SortTracks, descending: bool, text: &str, accept: impl Fn(usize) -> bool) -> Vec<usize> {
        let wanted = text.trim().to_lowercase();
        let holds = |&place: &usize| accept(place) && (wanted.is_empty() || self.texts[place].contains(&wanted));
        let sorted = match sort {
            SortTracks::Imported => None,
            SortTracks::Title => Some(&self.by_title),
            SortTracks::Popularity => Some(&self.by_popularity),
            SortTracks::Playlist => Some(&self.by_playlist),
        };
        let mut found: Vec<usize> = match sorted {
            None => (0..self.texts.len()).filter(holds).collect(),
            Some(order) => order.iter().copied().filter(holds).collect(),
        };
        if descending {
            found.reverse();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_by_any_word_and_sorted() {
        let track = |title: &str, playlist: &str, popularity: Option<f64>| Track {
            title: title.to_owned(),
            playlist: playlist.to_owned(),
            popularity,
            ..Track::default()
        };
        let tracks = [
            track("b", "Rock", Some(1.0)),
            track("Ä", "Jazz", None),
            track("C", "rock", Some(9.0)),
            track("a", "", None),
        ];
        let catalog = Catalog::of(&tracks);
        let find = |sort, descending, text: &str| catalog.find(sort, descending, text, |_| true);
        assert_eq!(find(SortTracks::Imported, false, " ROCK "), [0, 2]);
        assert_eq!(find(SortTracks::Imported, false, "ä"), [1]);
        assert_eq!(find(SortTracks::Title, false, ""), [3, 0, 2, 1]);
        assert_eq!(find(SortTracks::Playlist, false, ""), [3, 1, 0, 2]);
        assert_eq!(find(SortTracks::Popularity, true, "")[..2], [2, 0]);
        assert_eq!(catalog.find(SortTracks::Title, false, "", |place| place > 1), [3, 2]);
    }
}
