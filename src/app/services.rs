//! Playlists and the login at Spotify, as the import panel shows them.

use crate::sources::ImportRequest;
use crate::sources::services::KnownLogin;

/// What is being typed about playlists.
#[derive(Default)]
pub struct PlaylistForm {
    pub links: String,
    /// Whether Deezer is asked for dates of release too.
    pub with_dates: bool,
    /// What is to be imported once the person has read the services' terms.
    pub pending: Option<ImportRequest>,
    /// Whether a person was asked if downloaded covers are really to be forgotten.
    pub asks_to_forget: bool,
    pub client_id: String,
    /// An app's secret, until it is kept elsewhere.
    pub client_secret: String,
}

/// The login at Spotify.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpotifyLogin {
    /// `None` until it was looked up.
    pub known: Option<KnownLogin>,
    /// Whether it is being looked up.
    pub(super) is_looked_up: bool,
    /// A login under way.
    pub under: Option<LoginUnder>,
    /// How the last one ended.
    pub ended: Option<Result<String, String>>,
}

/// A login that waits for the person in the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginUnder {
    /// The address to open; empty until the listener is ready.
    pub address: String,
}
