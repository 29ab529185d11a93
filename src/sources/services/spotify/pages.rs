//! Spotify's answers, read by types of our own: what is missing stays missing.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::sources::services::{CoverVariant, Entry, Page, ServiceTrack, next_page, width_of};

/// What a playlist says of itself.
#[derive(Debug, Deserialize)]
pub(super) struct HeadJson {
    pub(super) name: Option<String>,
    pub(super) snapshot_id: Option<String>,
}

/// A page of a playlist, in the old shape and the new.
#[derive(Debug, Deserialize)]
pub(super) struct PageJson {
    items: Vec<Value>,
    next: Option<String>,
    total: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct EntryJson {
    is_local: Option<bool>,
    /// Since 2026.
    item: Option<TrackJson>,
    /// Before.
    track: Option<TrackJson>,
}

/// A track or an episode.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TrackJson {
    r#type: Option<String>,
    id: Option<String>,
    name: Option<String>,
    uri: Option<String>,
    is_local: Option<bool>,
    pub(super) popularity: Option<f64>,
    artists: Option<Vec<ArtistJson>>,
    album: Option<AlbumJson>,
}

#[derive(Debug, Deserialize)]
struct ArtistJson {
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AlbumJson {
    name: Option<String>,
    release_date: Option<String>,
    images: Option<Vec<ImageJson>>,
}

#[derive(Debug, Deserialize)]
struct ImageJson {
    url: Option<String>,
    width: Option<u32>,
}

impl PageJson {
    /// The page that began at `offset`, of an API at `base`.
    pub(super) fn page(self, base: &Url, offset: u64) -> Page {
        let count = self.items.len() as u64;
        let next = next_page(self.next.as_deref(), base, "offset", offset + count);
        let entries = self.items.into_iter().zip(offset..).map(|(value, place)| entry(value, place)).collect();
        Page { entries, total: self.total, next }
    }
}

fn entry(value: Value, place: u64) -> Entry {
    let what = |title: &str| match title {
        "" => format!("entry {}", place + 1),
        title => format!("entry {}, {title}", place + 1),
    };
    if value.is_null() {
        return Entry::LeftOut { what: what(""), reason: "The entry is empty: Spotify no longer has this track." };
    }
    let Ok(entry) = serde_json::from_value::<EntryJson>(value) else {
        return Entry::LeftOut { what: what(""), reason: "Spotify's answer for this entry cannot be understood." };
    };
    let Some(track) = entry.item.or(entry.track) else {
        return Entry::LeftOut { what: what(""), reason: "The entry is empty: Spotify no longer has this track." };
    };
    let title = track.name.clone().unwrap_or_default();
    if track.r#type.as_deref() == Some("episode") {
        let reason = "This is an episode of a podcast, which has no popularity. It was left out.";
        return Entry::LeftOut { what: what(&title), reason };
    }
    if entry.is_local == Some(true) || track.is_local == Some(true) {
        let reason = "This is a file from somebody's own computer, which Spotify knows nothing of. It was left out.";
        return Entry::LeftOut { what: what(&title), reason };
    }
    match track.into_track() {
        Some(track) => Entry::Track(track),
        None => Entry::LeftOut { what: what(&title), reason: "The entry has no id. It was left out." },
    }
}

impl TrackJson {
    pub(super) fn into_track(self) -> Option<ServiceTrack> {
        let id = self.id.filter(|id| !id.is_empty());
        let uri = self.uri.filter(|uri| !uri.is_empty()).or_else(|| Some(format!("spotify:track:{}", id?)))?;
        let album = self.album.unwrap_or_default();
        let is_possible = |value: &f64| (0.0..=100.0).contains(value);
        let value = self.popularity.filter(is_possible);
        Some(ServiceTrack {
            title: self.name.filter(|name| !name.is_empty()).unwrap_or_else(|| uri.clone()),
            id: uri,
            artist: names(self.artists.unwrap_or_default()),
            album: album.name.unwrap_or_default(),
            released: album.release_date.unwrap_or_default(),
            value,
            // Playlists say 0 of tracks that are not at 0 themselves.
            suspect: value == Some(0.0),
            impossible: self.popularity.filter(|value| !is_possible(value)),
            covers: album.images.unwrap_or_default().into_iter().filter_map(ImageJson::variant).collect(),
        })
    }
}

impl ImageJson {
    fn variant(self) -> Option<CoverVariant> {
        let url = self.url.filter(|url| !url.is_empty())?;
        Some(CoverVariant { width: self.width.or_else(|| width_of(&url)).unwrap_or(0), url })
    }
}

fn names(artists: Vec<ArtistJson>) -> String {
    artists.into_iter().filter_map(|artist| artist.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sources::services::Next;

    fn page(json: Value) -> Page {
        let base = Url::parse("https://api.spotify.com/v1/").unwrap();
        serde_json::from_value::<PageJson>(json).unwrap().page(&base, 50)
    }

    #[test]
    fn old_and_new_shapes_and_what_is_left_out() {
        let track = |popularity: Value| {
            json!({"type": "track", "id": "a", "name": "A", "uri": "spotify:track:a", "popularity": popularity,
                   "artists": [{"name": "X"}, {"name": "Y"}],
                   "album": {"name": "L", "release_date": "1999", "images": [{"url": "https://i/640", "width": 640}]}})
        };
        let page = page(json!({"items": [
            {"is_local": false, "item": track(json!(64))},
            {"is_local": false, "track": track(json!(0))},
            {"track": track(Value::Null)},
            null,
            {"is_local": false, "track": null},
            {"is_local": true, "track": {"type": "track", "name": "Mine", "uri": "spotify:local:x"}},
            {"item": {"type": "episode", "id": "e", "name": "Talk"}},
            {"item": 7},
        ], "next": "https://api.spotify.com/v1/playlists/x/items?offset=100&limit=50", "total": 58}));
        let tracks: Vec<&ServiceTrack> = page
            .entries
            .iter()
            .filter_map(|entry| if let Entry::Track(track) = entry { Some(track) } else { None })
            .collect();
        let values: Vec<_> = tracks.iter().map(|track| (track.value, track.suspect)).collect();
        assert_eq!(values, [(Some(64.0), false), (Some(0.0), true), (None, false)]);
        let odd = super::tests::page(json!({"items": [{"track": track(json!(101))}]}));
        assert!(
            matches!(&odd.entries[0], Entry::Track(track) if track.value.is_none() && track.impossible == Some(101.0))
        );
        assert_eq!((tracks[0].artist.as_str(), tracks[0].released.as_str()), ("X, Y", "1999"));
        assert_eq!((page.entries.len(), page.next), (8, Next::At(100)));
        let Entry::LeftOut { what, .. } = &page.entries[5] else { panic!("a local file is left out") };
        assert_eq!(what, "entry 56, Mine");
    }

    proptest::proptest! {
        #[test]
        fn no_answer_panics(text in "[\\[\\]{}:,\"a-z0-9. ]{0,80}", kind in 0..4) {
            let wrapped = match kind {
                0 => text.clone(),
                1 => format!("{{\"items\":[{text}]}}"),
                2 => format!("{{\"items\":[{{\"track\":{text}}}]}}"),
                _ => format!("{{\"items\":[{{\"item\":{{\"album\":{text}}}}}]}}"),
            };
            if let Ok(page) = serde_json::from_str::<PageJson>(&wrapped) {
                let _ = page.page(&Url::parse("https://api.spotify.com/v1/").unwrap(), 0);
            }
        }
    }
}
