//! The login at Spotify as it is kept: in the environment for headless use, or in the vault.

use rspotify::Token;
use serde::{Deserialize, Serialize};

use crate::sources::services::vault::{self, Kept, Secret};

const NAME: &str = "spotify";

/// What a session is opened with: an app's secret, or a user's token. It has no `Debug`, so that nothing shows it.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) client_id: String,
    pub(super) secret: Option<String>,
    pub(super) token: Option<Token>,
}

/// The credentials of the environment, where both are set; else what the vault has.
pub(super) fn find() -> Option<Stored> {
    let given = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let (Some(client_id), Some(secret)) = (given("COVER_STUDY_SPOTIFY_ID"), given("COVER_STUDY_SPOTIFY_SECRET")) {
        return Some(Stored { client_id, secret: Some(secret), token: None });
    }
    serde_json::from_str(vault::find(NAME)?.expose()).ok()
}

pub(super) fn keep(stored: &Stored) -> Kept {
    // Plain texts always become JSON.
    let text = serde_json::to_string(stored).unwrap_or_default();
    vault::keep(NAME, &Secret::new(text))
}

pub(super) fn forget() {
    vault::forget(NAME);
}
