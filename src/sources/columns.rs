//! Which column of a spreadsheet holds what.

use serde::{Deserialize, Serialize};

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Title,
    Popularity,
    Playlist,
    Cover,
    Artist,
    /// A track's address or number at its service.
    TrackId,
    Album,
    /// The date of release.
    Released,
    /// A playlist's id or address at its service.
    PlaylistUri,
    /// The web address of a cover.
    CoverUrl,
}

impl Column {
    /// Those that a person can choose, in the order of the mapping table.
    pub const CHOOSABLE: [Self; 4] = [Self::Title, Self::Popularity, Self::Playlist, Self::Cover];

    /// The word for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Popularity => "Popularity",
            Self::Playlist => "Playlist",
            Self::Cover => "Cover",
            Self::Artist => "Artist",
            Self::TrackId => "Track id",
            Self::Album => "Album",
            Self::Released => "Release date",
            Self::PlaylistUri => "Playlist id",
            Self::CoverUrl => "Cover address",
        }
    }

    /// Whether an import cannot do without it.
    pub fn is_required(self) -> bool {
        matches!(self, Self::Title | Self::Popularity | Self::Cover)
    }

    /// Names of such columns, most telling first, as [`normalised`].
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Title => &["trackname", "tracktitle", "songtitle", "songname", "title", "song", "name", "track"],
            Self::Popularity => &["popularity", "trackpopularity", "spotifypopularity", "popularityindex"],
            Self::Playlist => &["playlistname", "playlisttitle", "playlist"],
            Self::Cover => &[
                "key",
                "coverkey",
                "coverfile",
                "coverfilename",
                "cover",
                "filename",
                "file",
                "imagefile",
                "image",
                "artwork",
                "coverart",
                "albumart",
            ],
            Self::Artist => &["artistname(s)", "artistnames", "artistname", "artists", "artist"],
            Self::TrackId => &["trackuri", "spotifyuri", "trackid", "spotifytrackid", "spotifyid", "isrc"],
            Self::Album => &["albumname", "album", "albumtitle"],
            Self::Released => &["albumreleasedate", "releasedate", "albumdate", "date", "year", "releaseyear"],
            Self::PlaylistUri => &["playlisturi", "playlistid", "playlisturl"],
            Self::CoverUrl => &[
                "albumimageurl",
                "spotifytrackimg",
                "coverurl",
                "coverimageurl",
                "albumcoverurl",
                "artworkurl",
                "imageurl",
                "albumurl",
            ],
        }
    }
}

/// Columns of a track's sound, as [`normalised`].
const SOUND: [&str; 6] = ["mode", "tempo", "loudness", "danceability", "energy", "valence"];

/// A column's number, from 0, for each thing; `None` where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    pub title: Option<usize>,
    pub popularity: Option<usize>,
    pub playlist: Option<usize>,
    pub cover: Option<usize>,
    pub artist: Option<usize>,
    pub track_id: Option<usize>,
    pub album: Option<usize>,
    pub released: Option<usize>,
    pub playlist_uri: Option<usize>,
    /// Asked where `cover` is this very column, or the covers' folder holds none.
    pub cover_url: Option<usize>,
}

impl Mapping {
    /// Recognises columns by their names, without regard to case, byte-order mark, `?`, spaces and underscores.
    pub fn recognise(headers: &[String]) -> Self {
        // Files with a track's sound have its musical key in a column of this name.
        Self::recognise_with(headers, headers.iter().any(|header| SOUND.contains(&normalised(header).as_str())))
    }

    /// As [`Self::recognise`], also by what stands in the `cells` of a column that is called as musical keys are.
    pub(super) fn recognise_in<'a>(headers: &[String], cells: impl Fn(usize) -> Vec<&'a str>) -> Self {
        let mapping = Self::recognise(headers);
        let named_key = mapping.cover.filter(|place| headers.get(*place).is_some_and(|name| normalised(name) == "key"));
        match named_key {
            Some(place) if are_musical_keys(&cells(place)) => Self::recognise_with(headers, true),
            _ => mapping,
        }
    }

    /// `key_is_music`: whether a column `key` holds a track's musical key, and no cover's.
    fn recognise_with(headers: &[String], key_is_music: bool) -> Self {
        let headers: Vec<String> = headers.iter().map(|header| normalised(header)).collect();
        let find = |column: Column| {
            let names = column.names().iter().filter(|name| !(key_is_music && **name == "key"));
            names.into_iter().find_map(|name| headers.iter().position(|header| header == name))
        };
        Self {
            title: find(Column::Title),
            popularity: find(Column::Popularity),
            playlist: find(Column::Playlist),
            cover: find(Column::Cover).or_else(|| find(Column::CoverUrl)),
            artist: find(Column::Artist),
            track_id: find(Column::TrackId),
            album: find(Column::Album),
            released: find(Column::Released),
            playlist_uri: find(Column::PlaylistUri),
            cover_url: find(Column::CoverUrl),
        }
    }

    /// Changes the columns named in `text`, as `title=COL,popularity=COL,playlist=COL,cover=COL`.
    ///
    /// # Errors
    /// A sentence that names what was not understood, or which columns there are.
    pub fn with_named(mut self, text: &str, headers: &[String]) -> Result<Self, String> {
        for part in named_parts(text) {
            let (what, name) =
                part.split_once('=').ok_or_else(|| format!("\"{part}\" is not of the form title=COLUMN."))?;
            let column = Column::CHOOSABLE
                .into_iter()
                .find(|column| column.label().eq_ignore_ascii_case(what.trim()))
                .ok_or_else(|| format!("\"{what}\" is none of title, popularity, playlist, cover."))?;
            *self.of_mut(column) = Some(place_of(name, headers)?);
        }
        Ok(self)
    }

    /// With the values in the column named `name`.
    ///
    /// # Errors
    /// A sentence that says which columns there are.
    pub fn with_values_in(self, name: &str, headers: &[String]) -> Result<Self, String> {
        Ok(Self { popularity: Some(place_of(name, headers)?), ..self })
    }

    /// The number of the column that holds `column`.
    pub fn of(&self, column: Column) -> Option<usize> {
        match column {
            Column::Title => self.title,
            Column::Popularity => self.popularity,
            Column::Playlist => self.playlist,
            Column::Cover => self.cover,
            Column::Artist => self.artist,
            Column::TrackId => self.track_id,
            Column::Album => self.album,
            Column::Released => self.released,
            Column::PlaylistUri => self.playlist_uri,
            Column::CoverUrl => self.cover_url,
        }
    }

    /// The number of the column that holds `column`, to change it.
    pub fn of_mut(&mut self, column: Column) -> &mut Option<usize> {
        match column {
            Column::Title => &mut self.title,
            Column::Popularity => &mut self.popularity,
            Column::Playlist => &mut self.playlist,
            Column::Cover => &mut self.cover,
            Column::Artist => &mut self.artist,
            Column::TrackId => &mut self.track_id,
            Column::Album => &mut self.album,
            Column::Released => &mut self.released,
            Column::PlaylistUri => &mut self.playlist_uri,
            Column::CoverUrl => &mut self.cover_url,
        }
    }

    /// Whether the covers are at web addresses alone.
    pub fn has_web_covers(&self) -> bool {
        self.cover.is_some() && self.cover == self.cover_url
    }

    /// What an import cannot do without and has no column for.
    pub fn missing(&self) -> Vec<Column> {
        Column::CHOOSABLE.into_iter().filter(|column| column.is_required() && self.of(*column).is_none()).collect()
    }
}

/// The parts of `title=COL,popularity=COL`; what has no `=` goes on with a column's name that has a comma in it.
fn named_parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for piece in text.trim_end_matches([',', ' ']).split(',') {
        match parts.last_mut().filter(|_| !piece.contains('=')) {
            Some(part) => *part = format!("{part},{piece}"),
            None => parts.push(piece.to_owned()),
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Whether cells hold musical keys: "C# minor", or their numbers, of which there are twelve and one for "not known".
fn are_musical_keys(cells: &[&str]) -> bool {
    let is_number = |cell: &str| cell.parse::<f64>().is_ok_and(|key| (-1.0..=11.0).contains(&key));
    let is_named = |cell: &str| {
        let mut marks = cell.chars();
        let is_note = marks.next().is_some_and(|note| matches!(note, 'A'..='G'));
        let rest = marks.as_str().trim_start_matches(['#', 'b', '\u{266f}', '\u{266d}']).trim().to_lowercase();
        is_note && matches!(rest.as_str(), "" | "m" | "maj" | "min" | "major" | "minor")
    };
    let mut filled = cells.iter().filter(|cell| !cell.is_empty()).peekable();
    // Fewer rows may well have a cover called "1" each.
    cells.len() >= FEWEST_KEYS && filled.peek().is_some() && filled.all(|cell| is_number(cell) || is_named(cell))
}

/// Rows from which on a column of nothing but musical keys is taken for one.
const FEWEST_KEYS: usize = 25;

fn place_of(name: &str, headers: &[String]) -> Result<usize, String> {
    headers
        .iter()
        .position(|header| normalised(header) == normalised(name))
        .ok_or_else(|| format!("There is no column \"{name}\". There are: {}.", headers.join(", ")))
}

/// A header without what does not matter: case, byte-order mark, `?`, spaces and underscores.
pub(super) fn normalised(header: &str) -> String {
    header
        .chars()
        .filter(|mark| !matches!(mark, '\u{feff}' | '?' | '_') && !mark.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn the_seed_studys_columns() {
        let seed = headers(",track_name,popularity,album_url,playlist_uri,playlist_name,track_name_cleaned,key");
        let mapping = Mapping::recognise(&seed);
        assert_eq!((mapping.title, mapping.popularity), (Some(1), Some(2)));
        assert_eq!((mapping.playlist, mapping.cover), (Some(5), Some(7)));
        assert_eq!(mapping.missing(), []);
    }

    #[test]
    fn the_exports_that_analysts_have() {
        let telling = |header: &str| {
            let mapping = Mapping::recognise(&headers(header));
            let Mapping { title, popularity, cover, artist, track_id, released, .. } = mapping;
            ([title, popularity, cover, artist, track_id, released], mapping.missing())
        };
        let exportify =
            "Track URI,Track Name,Artist Name(s),Album Name,Album Release Date,Album Image URL,Popularity,ISRC";
        assert_eq!(telling(exportify), ([Some(1), Some(6), Some(5), Some(2), Some(0), Some(4)], vec![]));
        let chosic = "#,Song,Artist,Popularity,Album,Album Date,Spotify Track Id,Spotify Track Img";
        assert_eq!(telling(chosic), ([Some(1), Some(3), Some(7), Some(2), Some(6), Some(5)], vec![]));
        let exportify_net = "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,\
                             Explicit,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,\
                             Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature";
        assert_eq!(telling(exportify_net).1, [Column::Cover]);
        let newer = "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Genres";
        assert_eq!(telling(newer).1, [Column::Popularity, Column::Cover]);
        let kaggle = ",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,\
                      loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,\
                      track_genre";
        assert_eq!(telling(kaggle), ([Some(4), Some(5), None, Some(2), Some(1), None], vec![Column::Cover]));
        let top_10000 =
            "Track URI,Track Name,Artist Name(s),Album Image URL,Popularity,Danceability,Energy,Key,Loudness";
        assert_eq!(telling(top_10000).0[2], Some(3));
        let tune_my_music = "Track name,Artist name,Album,Playlist name,Type,ISRC";
        assert_eq!(telling(tune_my_music).1, [Column::Popularity, Column::Cover]);
        let soundiiz = "title;artist;album;isrc".replace(';', ",");
        assert_eq!(telling(&soundiiz).1, [Column::Popularity, Column::Cover]);
    }

    #[test]
    fn musical_keys_are_no_covers() {
        let there = headers("track_name,popularity,key,file");
        let cover = |cells: &[&'static str], rows: usize| {
            Mapping::recognise_in(&there, |_| cells.iter().copied().cycle().take(rows).collect()).cover
        };
        assert_eq!(cover(&["-1", "0", "11", ""], 40), Some(3));
        assert_eq!(cover(&["C", "F# minor", "B\u{266d}", "Am"], 40), Some(3));
        assert_eq!(cover(&["1", "2"], 5), Some(2), "a few covers by their numbers");
        assert_eq!(cover(&["1", "12"], 40), Some(2));
        assert_eq!(cover(&[""], 40), Some(2));
    }

    #[test]
    fn marks_and_case_do_not_matter() {
        let mapping = Mapping::recognise(&headers("\u{feff}Track Name?,POPULARITY,Cover File"));
        assert_eq!((mapping.title, mapping.popularity, mapping.cover), (Some(0), Some(1), Some(2)));
    }

    #[test]
    fn named_columns_win_and_mistakes_are_told() {
        let there = headers("Lied,Beliebtheit,Bild");
        let mapping = Mapping::default().with_named("title=lied,popularity=Beliebtheit,cover=Bild", &there).unwrap();
        assert_eq!(mapping.missing(), []);
        let there_too = ["Song, full".to_owned(), "Streams".to_owned()];
        let mapping = Mapping::default().with_named("title=Song, full,popularity=Streams", &there_too).unwrap();
        assert_eq!((mapping.title, mapping.popularity), (Some(0), Some(1)));
        assert!(Mapping::default().with_named("title=Song", &there).unwrap_err().contains("Beliebtheit"));
        assert!(Mapping::default().with_named("size=Bild", &there).is_err());
        assert!(Mapping::default().with_named("title", &there).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_looked_through(headers in proptest::collection::vec(".{0,12}", 0..12), text in ".{0,40}") {
            let mapping = Mapping::recognise(&headers);
            let places = Column::CHOOSABLE.into_iter().filter_map(|column| mapping.of(column));
            proptest::prop_assert!(places.into_iter().all(|place| place < headers.len()));
            let _ = (mapping.with_named(&text, &headers), mapping.with_values_in(&text, &headers));
        }
    }
}
