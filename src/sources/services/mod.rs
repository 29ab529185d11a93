//! Playlists from Spotify and Deezer: what an import asks of a service, and what it gets.

mod browser;
mod deezer;
mod links;
mod original;
mod public;
mod request;
mod spotify;
mod terms;
mod variants;
mod vault;

use url::Url;

pub use browser::open_browser;
pub use deezer::Deezer;
pub use links::{Links, PlaylistLink, ServiceKind, parse_links};
pub use original::{ORIGINAL_PLAYLISTS, original_links};
pub use request::Waits;
pub(super) use request::{Loopback, RequestError, agent, is_loopback, persist, retry_after};
pub use spotify::{KnownLogin, LoginError, LoginSteps, REDIRECT_ADDRESS, Spotify, forget_login, keep_app, log_in};
pub use terms::TERMS;
pub(super) use variants::{at_width, choose, fitting_width, width_of};
pub use vault::{Kept, Secret};
#[cfg(fuzzing)]
pub use {
    deezer::fuzz as fuzz_deezer,
    spotify::{fuzz_answers as fuzz_spotify, fuzz_login},
};

/// Where playlists come from.
pub trait Service {
    /// Which one it is.
    fn kind(&self) -> ServiceKind;

    /// A playlist's name and state.
    ///
    /// # Errors
    /// Why the playlist, or the whole import, cannot go on.
    fn head(&mut self, id: &str, waits: &mut Waits<'_>) -> Result<Head, ServiceError>;

    /// The entries of a playlist from `offset` on, as many as come in one answer.
    ///
    /// # Errors
    /// As [`Self::head`].
    fn page(&mut self, id: &str, offset: u64, waits: &mut Waits<'_>) -> Result<Page, ServiceError>;
}

/// What a playlist is called, and in which state it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub name: String,
    /// Another one after the playlist has changed; empty where the service does not tell.
    pub version: String,
}

/// Some entries of a playlist.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// Entries that the whole playlist has, where the service tells.
    pub total: Option<u64>,
    pub next: Next,
}

/// What a playlist holds at one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Track(ServiceTrack),
    /// Nothing that a study can use, and why.
    LeftOut {
        what: String,
        reason: &'static str,
    },
}

/// Where a playlist goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    End,
    At(u64),
    /// On another host, which is not followed.
    Elsewhere(String),
}

/// Where a list goes on after a page, as the `address` of the next one says; `after` where its `parameter` is missing.
/// Only the place is taken from it: pages are always asked for at `base`.
fn next_page(address: Option<&str>, base: &Url, parameter: &str, after: u64) -> Next {
    let Some(address) = address.filter(|address| !address.is_empty()) else { return Next::End };
    let Ok(url) = base.join(address) else { return Next::Elsewhere(address.chars().take(60).collect()) };
    if (url.host(), url.port()) != (base.host(), base.port()) {
        return Next::Elsewhere(url.host_str().unwrap_or("another host").to_owned());
    }
    let place = url.query_pairs().find(|(name, _)| name == parameter).and_then(|(_, value)| value.parse().ok());
    Next::At(place.unwrap_or(after))
}

/// A track as a service tells of it; texts are empty and values `None` where it does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceTrack {
    /// Its number or address at the service.
    pub id: String,
    pub title: String,
    pub artist: String,
    pub album: String,
    /// A year, a month or a day.
    pub released: String,
    /// In the service's own measure.
    pub value: Option<f64>,
    /// Whether `value` may stand for "not measured".
    pub suspect: bool,
    /// A value that its measure cannot have, and that is not taken.
    pub impossible: Option<f64>,
    /// The same cover at several sizes.
    pub covers: Vec<CoverVariant>,
}

/// A cover at one of its sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverVariant {
    /// In pixels; 0 where the service does not tell.
    pub width: u32,
    pub url: String,
}

/// Why a service did not bring a playlist, in words for the person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// This playlist cannot be had; others may.
    #[error("{0}")]
    Playlist(String),
    /// The rest of this playlist cannot be had now, and is asked for again by a later import; others may be had.
    #[error("{0}")]
    Later(String),
    /// Nothing more can be had now. What was imported stays, and a later import goes on from there.
    #[error("{0}")]
    Ends(String),
    /// The person, or the end of the program, asked to stop.
    #[error("Stopped.")]
    Stopped,
}

impl ServiceError {
    /// What a request that failed means for an import.
    fn of(error: &RequestError, service: ServiceKind) -> Self {
        match error {
            RequestError::Stopped => Self::Stopped,
            // It may be of one page only.
            RequestError::Broken(_) | RequestError::Garbled(_) => Self::Later(error.sentence(service.name())),
            other => Self::Ends(other.sentence(service.name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_page_on_another_host_is_not_followed() {
        let base = Url::parse("https://api.spotify.com/v1/").unwrap();
        let next = |address| next_page(Some(address), &base, "offset", 50);
        assert_eq!(next("https://evil.example/v1/x?offset=100"), Next::Elsewhere("evil.example".to_owned()));
        assert_eq!(next("https://api.spotify.com:8443/v1/x"), Next::Elsewhere("api.spotify.com".to_owned()));
        assert_eq!(next("https://api.spotify.com/v1/x?offset=100&limit=50"), Next::At(100));
        assert_eq!(next("/v1/x"), Next::At(50));
        assert_eq!(next_page(None, &base, "offset", 50), Next::End);
    }
}
