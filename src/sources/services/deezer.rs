//! Deezer: playlists without a login, at most 50 requests in 5 seconds, errors inside answers that look well.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{
    CoverVariant, Entry, Head, Loopback, Page, RequestError, Service, ServiceError, ServiceKind, ServiceTrack, Waits,
    agent, next_page, persist, retry_after,
};

/// What Deezer allows is 50 in 5 seconds; requests reach it later than they were made, some more than others.
const REQUESTS: usize = 50;
const WITHIN: Duration = Duration::from_millis(5200);

/// Entries asked for at once; pages may be shorter.
const PAGE_ENTRIES: &str = "100";

/// The longest answer that is read.
const LONGEST_ANSWER: u64 = 16 * 1024 * 1024;

/// The rank of tracks that Deezer seems not to have measured.
const UNMEASURED: [f64; 2] = [0.0, 100_000.0];

/// Playlists from Deezer.
pub struct Deezer {
    agent: ureq::Agent,
    base: Url,
    pace: Pace,
    with_dates: bool,
    /// Dates of release by album.
    released: HashMap<String, String>,
}

impl Deezer {
    /// Ready to ask; `with_dates` brings dates of release too, with one more request for each album.
    ///
    /// # Errors
    /// Where the base address in the environment is none.
    pub fn open(with_dates: bool) -> Result<Self, ServiceError> {
        let mut base = std::env::var("COVER_STUDY_DEEZER_API").unwrap_or_else(|_| "https://api.deezer.com/".to_owned());
        if !base.ends_with('/') {
            base.push('/');
        }
        let base = Url::parse(&base)
            .map_err(|_| ServiceError::Ends(format!("COVER_STUDY_DEEZER_API is no web address: {base}")))?;
        let agent = agent(Loopback::from_env());
        Ok(Self { agent, base, pace: Pace::default(), with_dates, released: HashMap::new() })
    }

    fn get<T: DeserializeOwned>(&mut self, path: &str, waits: &mut Waits<'_>) -> Result<T, RequestError> {
        let address = format!("{}{path}", self.base);
        persist(waits, || {
            self.pace.take().map_err(|wait| RequestError::Busy { wait: Some(wait) })?;
            let mut answer = self.agent.get(&address).call()?;
            let wait = answer.headers().get("retry-after").and_then(|text| retry_after(text.to_str().ok()?));
            let text = answer.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string()?;
            match answer.status().as_u16() {
                429 => return Err(RequestError::Busy { wait }),
                status @ 500.. => return Err(RequestError::Broken(status)),
                status @ 400.. => return Err(RequestError::Refused { status, message: String::new() }),
                _ => {}
            }
            read(&text)
        })
    }

    /// Brings the dates of the albums on a page.
    fn date(&mut self, track: &mut ServiceTrack, album: &str, waits: &mut Waits<'_>) -> Result<(), ServiceError> {
        if !self.released.contains_key(album) {
            let date = match self.get::<AlbumDateJson>(&format!("album/{album}"), waits) {
                Ok(json) => json.release_date.unwrap_or_default(),
                Err(RequestError::Refused { .. }) => String::new(),
                Err(error) => return Err(explain(&error)),
            };
            self.released.insert(album.to_owned(), date);
        }
        track.released.clone_from(&self.released[album]);
        Ok(())
    }
}

impl Service for Deezer {
    fn kind(&self) -> ServiceKind {
        ServiceKind::Deezer
    }

    fn head(&mut self, id: &str, waits: &mut Waits<'_>) -> Result<Head, ServiceError> {
        let head: HeadJson = self.get(&format!("playlist/{id}"), waits).map_err(|error| explain(&error))?;
        Ok(Head {
            name: head.title.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.to_owned()),
            version: head.checksum.unwrap_or_default(),
        })
    }

    fn page(&mut self, id: &str, offset: u64, waits: &mut Waits<'_>) -> Result<Page, ServiceError> {
        let path = format!("playlist/{id}/tracks?index={offset}&limit={PAGE_ENTRIES}");
        let json: PageJson = self.get(&path, waits).map_err(|error| explain(&error))?;
        let after = offset + json.data.len() as u64;
        let next = next_page(json.next.as_deref(), &self.base, "index", after);
        let mut entries = Vec::with_capacity(json.data.len());
        for (value, place) in json.data.into_iter().zip(offset + 1..) {
            let Some((mut track, album)) = serde_json::from_value::<RowJson>(value).ok().and_then(RowJson::into_track)
            else {
                let reason = "Deezer's answer for this entry cannot be understood.";
                entries.push(Entry::LeftOut { what: format!("entry {place}"), reason });
                continue;
            };
            if let Some(album) = album.filter(|_| self.with_dates) {
                self.date(&mut track, &album, waits)?;
            }
            entries.push(Entry::Track(track));
        }
        Ok(Page { entries, total: json.total, next })
    }
}

/// What an answer with HTTP status 200 says.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, RequestError> {
    let garbled = |_| RequestError::Garbled("it is not what was asked for".to_owned());
    let json: Value = serde_json::from_str(text).map_err(garbled)?;
    match json.get("error").filter(|error| error.is_object()) {
        Some(error) => Err(told(error)),
        None => serde_json::from_value(json).map_err(garbled),
    }
}

/// An error inside such an answer.
fn told(error: &Value) -> RequestError {
    let message = error["message"].as_str().unwrap_or_default().to_owned();
    match error["code"].as_i64() {
        Some(4) => RequestError::Busy { wait: None },
        Some(700) => RequestError::Broken(200),
        Some(800) => RequestError::Refused { status: 404, message },
        Some(200 | 300) => RequestError::Refused { status: 403, message },
        _ if error["type"] == "DataException" => RequestError::Refused { status: 404, message },
        _ => RequestError::Refused { status: 200, message },
    }
}

fn explain(error: &RequestError) -> ServiceError {
    match error {
        RequestError::Refused { status: 404, .. } => ServiceError::Playlist(
            "Deezer has no such playlist: it was deleted, or the link is mistyped. Copy the link again.".to_owned(),
        ),
        RequestError::Refused { status: 403, .. } => ServiceError::Playlist(
            "This playlist is private. Make it public in Deezer, or copy its tracks into a public one.".to_owned(),
        ),
        RequestError::Refused { .. } => ServiceError::Playlist(error.sentence(ServiceKind::Deezer.name())),
        other => ServiceError::of(other, ServiceKind::Deezer),
    }
}

/// When the last requests were made.
#[derive(Default)]
struct Pace {
    sent: VecDeque<Instant>,
}

impl Pace {
    /// Notes a request, or tells how long to wait before one is allowed.
    fn take(&mut self) -> Result<(), Duration> {
        let now = Instant::now();
        if self.sent.len() >= REQUESTS {
            let oldest = self.sent.front().map_or(WITHIN, |sent| now.duration_since(*sent));
            if oldest < WITHIN {
                return Err(WITHIN - oldest);
            }
            self.sent.pop_front();
        }
        self.sent.push_back(now);
        Ok(())
    }
}

#[derive(Deserialize)]
struct HeadJson {
    title: Option<String>,
    checksum: Option<String>,
}

#[derive(Deserialize)]
struct AlbumDateJson {
    release_date: Option<String>,
}

#[derive(Deserialize)]
struct PageJson {
    data: Vec<Value>,
    total: Option<u64>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct RowJson {
    id: Value,
    title: Option<String>,
    rank: Option<f64>,
    artist: Option<ArtistJson>,
    album: Option<AlbumJson>,
}

#[derive(Deserialize)]
struct ArtistJson {
    name: Option<String>,
}

#[derive(Deserialize)]
struct AlbumJson {
    id: Option<Value>,
    title: Option<String>,
    cover_small: Option<String>,
    cover_medium: Option<String>,
    cover_big: Option<String>,
    cover_xl: Option<String>,
    md5_image: Option<String>,
}

impl RowJson {
    /// The track, and its album's number.
    fn into_track(self) -> Option<(ServiceTrack, Option<String>)> {
        let id = number(&self.id)?;
        let value = self.rank.filter(|rank| *rank >= 0.0);
        let covers = self.album.as_ref().map(AlbumJson::covers).unwrap_or_default();
        let (album, album_id) =
            self.album.map_or((None, None), |album| (album.title, album.id.as_ref().and_then(number)));
        let track = ServiceTrack {
            title: self.title.filter(|title| !title.is_empty()).unwrap_or_else(|| id.clone()),
            id: format!("https://www.deezer.com/track/{id}"),
            artist: self.artist.and_then(|artist| artist.name).unwrap_or_default(),
            album: album.unwrap_or_default(),
            released: String::new(),
            value,
            suspect: value.is_some_and(|value| UNMEASURED.contains(&value)),
            impossible: self.rank.filter(|rank| *rank < 0.0),
            covers,
        };
        Some((track, album_id))
    }
}

impl AlbumJson {
    fn covers(&self) -> Vec<CoverVariant> {
        let given =
            [(56, &self.cover_small), (250, &self.cover_medium), (500, &self.cover_big), (1000, &self.cover_xl)];
        let address = |width: u32, given: &Option<String>| {
            // Without a picture's number in it, the address leads to a gray placeholder.
            given.clone().filter(|url| !url.is_empty() && !url.contains("/cover//")).or_else(|| {
                let is_number = |md5: &&String| md5.len() == 32 && md5.bytes().all(|byte| byte.is_ascii_hexdigit());
                let md5 = self.md5_image.as_ref().filter(is_number)?;
                let host = "https://cdn-images.dzcdn.net";
                Some(format!("{host}/images/cover/{md5}/{width}x{width}-000000-80-0-0.jpg"))
            })
        };
        given.into_iter().filter_map(|(width, url)| Some(CoverVariant { width, url: address(width, url)? })).collect()
    }
}

/// An id, which comes as a number or as text.
fn number(value: &Value) -> Option<String> {
    value.as_u64().map(|id| id.to_string()).or_else(|| value.as_str().filter(|id| !id.is_empty()).map(str::to_owned))
}

/// An answer of any kind, for the fuzz targets.
#[cfg(fuzzing)]
pub fn fuzz(text: &str) {
    let Ok(base) = Url::parse("https://api.deezer.com/") else { return };
    let _ = (read::<HeadJson>(text).is_ok(), read::<AlbumDateJson>(text).is_ok());
    let page = match read::<PageJson>(text) {
        Ok(page) => page,
        Err(error) => return drop(explain(&error)),
    };
    let _ = next_page(page.next.as_deref(), &base, "index", 0);
    for row in page.data {
        let _ = serde_json::from_value::<RowJson>(row).ok().and_then(RowJson::into_track);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_hide_inside_good_answers() {
        let quota = json!({"type": "Exception", "message": "Quota limit exceeded", "code": 4});
        assert_eq!(told(&quota), RequestError::Busy { wait: None });
        let absent = json!({"type": "DataException", "message": "no data", "code": 800});
        assert!(matches!(explain(&told(&absent)), ServiceError::Playlist(_)));
    }

    #[test]
    fn the_pace_is_kept() {
        let mut pace = Pace::default();
        assert!((0..REQUESTS).all(|_| pace.take().is_ok()));
        let wait = pace.take().unwrap_err();
        assert!(wait <= WITHIN && wait > WITHIN / 2, "{wait:?}");
    }

    #[test]
    fn rows_keep_what_is_given() {
        let row = json!({"id": 3135556, "readable": true, "title": "T", "rank": 100_000, "artist": {"id": 27, "name": "A"},
                         "album": {"id": 302_127, "title": "L", "md5_image": "2e018122cb56986277102d2041a592c8", "cover_medium": "https://x/250"}});
        let (track, album) = serde_json::from_value::<RowJson>(row).unwrap().into_track().unwrap();
        assert_eq!((track.value, track.suspect, album.as_deref()), (Some(100_000.0), true, Some("302127")));
        assert_eq!(track.covers[1], CoverVariant { width: 250, url: "https://x/250".into() });
        assert!(track.covers[3].url.ends_with("a592c8/1000x1000-000000-80-0-0.jpg"));
        let none =
            json!({"id": 1, "album": {"id": 2, "md5_image": "", "cover_xl": "https://x/images/cover//1000x1000.jpg"}});
        assert_eq!(serde_json::from_value::<RowJson>(none).unwrap().into_track().unwrap().0.covers, []);
        let bare: RowJson = serde_json::from_value(json!({"id": "7"})).unwrap();
        assert_eq!(bare.into_track().unwrap().0.value, None);
    }

    proptest::proptest! {
        #[test]
        fn no_answer_panics(text in ".{0,200}", id in 0_u64..1000, rank in -1e9_f64..1e9) {
            let _ = read::<PageJson>(&text).map_err(|error| explain(&error));
            let row = json!({"id": id, "title": text, "rank": rank, "album": {"id": text, "md5_image": text}});
            let track = serde_json::from_value::<RowJson>(row).ok().and_then(RowJson::into_track);
            proptest::prop_assert!(track.is_none_or(|(track, _)| track.value.is_none_or(|value| value >= 0.0)));
        }
    }
}
