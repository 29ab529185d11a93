//! Spotify: playlists through its web API, in the shapes of before and after 2026.

mod login;
mod pages;
mod session;
mod stored;

use url::Url;

pub use login::{KnownLogin, LoginError, LoginSteps, REDIRECT_ADDRESS, forget_login, keep_app, log_in};
use pages::{HeadJson, PageJson, TrackJson};
use session::{APP_REFUSED, LOGIN_ENDED, Session, config, is_no_user};

use super::{Entry, Head, Page, RequestError, Service, ServiceError, ServiceKind, ServiceTrack, Waits};

/// Entries asked for at once; more are refused.
const PAGE_ENTRIES: &str = "50";

/// Single tracks that cannot be looked up before none is any more.
const FAILED_LOOKUPS: u32 = 3;

/// The two addresses of a playlist's contents.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contents {
    /// Since 2026.
    Items,
    /// Before.
    Tracks,
}

impl Contents {
    fn path(self, id: &str) -> String {
        let word = if self == Self::Items { "items" } else { "tracks" };
        format!("playlists/{id}/{word}")
    }

    fn other(self) -> Self {
        if self == Self::Items { Self::Tracks } else { Self::Items }
    }
}

/// Playlists from Spotify.
pub struct Spotify {
    session: Session,
    base: Url,
    contents: Contents,
    failed_lookups: u32,
    /// Whether any track had a popularity above 0: an app that gets none is told 0 of all.
    gets_popularity: bool,
}

impl Spotify {
    /// With the login that is kept.
    ///
    /// # Errors
    /// Where nobody is logged in.
    pub fn open() -> Result<Self, ServiceError> {
        let mut base = config().api_base_url;
        if !base.ends_with('/') {
            base.push('/');
        }
        let base = Url::parse(&base)
            .map_err(|_| ServiceError::Ends(format!("COVER_STUDY_SPOTIFY_API is no web address: {base}")))?;
        Ok(Self {
            session: Session::open()?,
            base,
            contents: Contents::Items,
            failed_lookups: 0,
            gets_popularity: false,
        })
    }

    fn page_json(&self, id: &str, offset: u64, waits: &mut Waits<'_>) -> Result<PageJson, RequestError> {
        let parameters = [("limit", PAGE_ENTRIES), ("offset", &offset.to_string())];
        self.session.get(&self.contents.path(id), &parameters, waits)
    }

    /// A page by the address that works, which depends on the app's age.
    fn contents(&mut self, id: &str, offset: u64, waits: &mut Waits<'_>) -> Result<PageJson, ServiceError> {
        let first = match self.page_json(id, offset, waits) {
            Ok(page) => return Ok(page),
            Err(error) if may_be_the_address(&error) => error,
            Err(error) => return Err(explain(&error)),
        };
        self.contents = self.contents.other();
        self.page_json(id, offset, waits).map_err(|second| {
            // That there is no such address says less than why the other one refused.
            let says_less = matches!(second, RequestError::Refused { status: 404 | 410, .. });
            self.contents = self.contents.other();
            explain(if says_less { &first } else { &second })
        })
    }

    /// Asks for a track by itself where its playlist says 0, which may stand for "not measured". Where the track's own
    /// answer has no popularity, or nobody answers and every other track is at 0 too, it is not given.
    fn look_up(&mut self, track: &mut ServiceTrack, waits: &mut Waits<'_>) -> Result<(), ServiceError> {
        if !track.suspect {
            return Ok(());
        }
        if self.failed_lookups >= FAILED_LOOKUPS {
            self.unanswered(track);
            return Ok(());
        }
        let Some(id) = track.id.strip_prefix("spotify:track:") else { return Ok(()) };
        match self.session.get::<TrackJson>(&format!("tracks/{id}"), &[], waits) {
            Ok(TrackJson { popularity: Some(value), .. }) if (0.0..=100.0).contains(&value) => {
                self.failed_lookups = 0;
                self.gets_popularity |= value > 0.0;
                track.value = Some(value);
                track.suspect = false;
            }
            Ok(_) => {
                self.failed_lookups += 1;
                not_given(track);
            }
            Err(RequestError::Refused { .. }) => {
                self.failed_lookups += 1;
                self.unanswered(track);
            }
            Err(error) => return Err(explain(&error)),
        }
        Ok(())
    }

    /// A zero that nothing confirms.
    fn unanswered(&self, track: &mut ServiceTrack) {
        if !self.gets_popularity {
            not_given(track);
        }
    }
}

impl Service for Spotify {
    fn kind(&self) -> ServiceKind {
        ServiceKind::Spotify
    }

    fn head(&mut self, id: &str, waits: &mut Waits<'_>) -> Result<Head, ServiceError> {
        let parameters = [("fields", "name,owner.id,snapshot_id")];
        let head: HeadJson =
            self.session.get(&format!("playlists/{id}"), &parameters, waits).map_err(|error| explain(&error))?;
        Ok(Head {
            name: head.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.to_owned()),
            version: head.snapshot_id.unwrap_or_default(),
        })
    }

    fn page(&mut self, id: &str, offset: u64, waits: &mut Waits<'_>) -> Result<Page, ServiceError> {
        let mut page = self.contents(id, offset, waits)?.page(&self.base, offset);
        let is_above_0 = |entry: &Entry| matches!(entry, Entry::Track(track) if track.value > Some(0.0));
        self.gets_popularity |= page.entries.iter().any(is_above_0);
        for entry in &mut page.entries {
            if let Entry::Track(track) = entry {
                self.look_up(track, waits)?;
            }
        }
        Ok(page)
    }
}

fn not_given(track: &mut ServiceTrack) {
    track.value = None;
    track.suspect = false;
}

/// Whether another address of the same contents may do.
fn may_be_the_address(error: &RequestError) -> bool {
    matches!(error, RequestError::Refused { status: 403 | 404 | 410, message } if refusal(message).is_none())
}

/// What to do about a refusal that Spotify explains itself.
fn refusal(message: &str) -> Option<&'static str> {
    let message = message.to_lowercase();
    let known = [
        (
            "premium subscription required",
            "Spotify asks that the account which owns the app has Premium. Subscribe with that account, or log in with the \
             client id of an app whose owner has Premium.",
        ),
        (
            "not registered in the developer dashboard",
            "Your Spotify account is not among the app's users. In Spotify's developer dashboard, open the app, choose User \
             Management, and add the name and e-mail address of your account; five users are allowed. Then import again.",
        ),
    ];
    known.into_iter().find(|(words, _)| message.contains(words)).map(|(_, what_to_do)| what_to_do)
}

/// What a failed request means, in words for the person.
fn explain(error: &RequestError) -> ServiceError {
    let RequestError::Refused { status, message } = error else { return ServiceError::of(error, ServiceKind::Spotify) };
    if let Some(what_to_do) = refusal(message) {
        return ServiceError::Ends(what_to_do.to_owned());
    }
    match status {
        _ if is_no_user(message) => ServiceError::Ends(
            "Spotify shows what is in a playlist only to a user who has logged in; this app's credentials alone do not \
             suffice. Log in with your Spotify account, then import again."
                .to_owned(),
        ),
        _ if message == APP_REFUSED => ServiceError::Ends(format!(
            "Spotify does not accept this app (status {status}). Copy its client id and, where it has one, its secret \
             again from the app's settings in Spotify's developer dashboard, log in, then import again."
        )),
        401 => ServiceError::Ends(login_ended()),
        400 if message == LOGIN_ENDED => ServiceError::Ends(login_ended()),
        403 if message.to_lowercase().contains("insufficient client scope") => ServiceError::Ends(
            "The login does not allow reading playlists: Spotify says that a permission (scope) is missing. Log in again \
             and agree to what Spotify asks, then import again."
                .to_owned(),
        ),
        400 => ServiceError::Playlist(
            "Spotify does not understand the playlist's id. Copy the playlist's link from Spotify again.".to_owned(),
        ),
        403 => ServiceError::Playlist(
            "Spotify lets this app read only playlists that the logged-in account owns or helps to keep. Copy its tracks \
             into a playlist of your own, and import that."
                .to_owned(),
        ),
        404 | 410 => ServiceError::Playlist(
            "Spotify does not serve this playlist: it was deleted, is private, or is one of Spotify's own, which apps no \
             longer get. Copy its tracks into a playlist of your own, and import that."
                .to_owned(),
        ),
        _ => ServiceError::of(error, ServiceKind::Spotify),
    }
}

fn login_ended() -> String {
    "Spotify no longer accepts the login; one ends after six months, or when it is taken back. Log in again, then import \
     again: it goes on where it stopped."
        .to_owned()
}

/// An answer of any kind, for the fuzz targets.
#[cfg(fuzzing)]
pub fn fuzz_answers(text: &str) {
    let Ok(base) = Url::parse("https://api.spotify.com/v1/") else { return };
    let _ = (session::message(text), serde_json::from_str::<HeadJson>(text).is_ok());
    let _ = serde_json::from_str::<TrackJson>(text).map(TrackJson::into_track);
    let _ = serde_json::from_str::<PageJson>(text).map(|page| page.page(&base, 0));
}

/// What a connection to the login's listener says, for the fuzz targets.
#[cfg(fuzzing)]
pub fn fuzz_login(head: &[u8]) {
    let _ = login::code_in(head, &super::Secret::new("state"));
}
