//! A session with Spotify's web API: rspotify authenticates, and its raw request brings the text of an answer.

use std::collections::HashMap;
use std::sync::PoisonError;

use rspotify::http::HttpError;
use rspotify::prelude::BaseClient;
use rspotify::{AuthCodePkceSpotify, ClientCredsSpotify, ClientError, Config, Credentials, OAuth, Token};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::stored::{self, Stored};
use crate::sources::services::{RequestError, ServiceError, Waits, persist, retry_after};

/// What an answer without a usable token is told as.
pub(super) const LOGIN_ENDED: &str = "invalid_grant";

/// What any other refusal of a token is told as.
pub(super) const APP_REFUSED: &str = "invalid_client";

/// The longest text of a service's own that is shown.
const LONGEST_MESSAGE: usize = 200;

/// Who asks.
enum Client {
    /// Somebody who has logged in.
    User(AuthCodePkceSpotify),
    /// The app itself, which needs extended quota to be given contents of playlists.
    App(ClientCredsSpotify),
}

/// An authenticated session.
pub(super) struct Session {
    client: Client,
}

/// rspotify's settings, with base addresses as the environment sets them in tests.
pub(super) fn config() -> Config {
    let mut config = Config { token_refreshing: false, ..Config::default() };
    if let Ok(base) = std::env::var("COVER_STUDY_SPOTIFY_API") {
        config.api_base_url = base;
    }
    if let Ok(base) = std::env::var("COVER_STUDY_SPOTIFY_AUTH") {
        config.auth_base_url = base;
    }
    config
}

impl Session {
    /// With the credentials of the environment or those that were kept.
    pub(super) fn open() -> Result<Self, ServiceError> {
        let client = match stored::find() {
            Some(Stored { client_id, secret: Some(secret), .. }) => {
                Client::App(ClientCredsSpotify::with_config(Credentials::new(&client_id, &secret), config()))
            }
            Some(Stored { client_id, token: Some(token), .. }) => {
                Client::User(AuthCodePkceSpotify::from_token_with_config(
                    token,
                    Credentials::new_pkce(&client_id),
                    OAuth::default(),
                    config(),
                ))
            }
            _ => {
                return Err(ServiceError::Ends(
                    "Nobody is logged in to Spotify. Log in first: in the Import panel, or with \"cover-study login \
                     spotify --client-id ID\"."
                        .to_owned(),
                ));
            }
        };
        Ok(Self { client })
    }

    /// Asks for `path`, again where that helps, and reads the answer.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        waits: &mut Waits<'_>,
    ) -> Result<T, RequestError> {
        let parameters: HashMap<&str, &str> = parameters.iter().copied().collect();
        let mut renewed = false;
        persist(waits, || {
            if self.is_expired() {
                self.renew()?;
            }
            let mut answer = self.request(path, &parameters);
            // A token may end before its time.
            if matches!(&answer, Err(RequestError::Refused { status: 401, message }) if !is_no_user(message))
                && !renewed
            {
                renewed = true;
                self.renew()?;
                answer = self.request(path, &parameters);
            }
            serde_json::from_str(&answer?).map_err(|error| RequestError::Garbled(garbled(&error)))
        })
    }

    fn request(&self, path: &str, parameters: &HashMap<&str, &str>) -> Result<String, RequestError> {
        let answer = match &self.client {
            Client::User(client) => client.api_get(path, parameters),
            Client::App(client) => client.api_get(path, parameters),
        };
        answer.map_err(|error| self.without_secrets(request_error(error)))
    }

    fn is_expired(&self) -> bool {
        self.token().is_none_or(|token| token.is_expired())
    }

    fn token(&self) -> Option<Token> {
        let token = match &self.client {
            Client::User(client) => client.get_token(),
            Client::App(client) => client.get_token(),
        };
        token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gets a new token and keeps it.
    fn renew(&self) -> Result<(), RequestError> {
        match &self.client {
            Client::App(client) => client.request_token().map_err(|error| token_refusal(request_error(error))),
            Client::User(client) => {
                let old = self.token();
                let ended = || RequestError::Refused { status: 401, message: LOGIN_ENDED.to_owned() };
                let mut token =
                    client.refetch_token().map_err(|error| token_refusal(request_error(error)))?.ok_or_else(ended)?;
                // A refresh may come without a new refresh token: then the old one goes on.
                token.refresh_token = token.refresh_token.or_else(|| old?.refresh_token);
                stored::keep(&Stored { client_id: client.creds.id.clone(), secret: None, token: Some(token.clone()) });
                *client.get_token().lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
                Ok(())
            }
        }
    }

    /// A service may repeat in its own words what it was sent; of all secrets, the API is sent the token alone.
    fn without_secrets(&self, error: RequestError) -> RequestError {
        let RequestError::Refused { status, mut message } = error else { return error };
        let secret = match &self.client {
            Client::User(_) => None,
            Client::App(client) => client.creds.secret.clone(),
        };
        let token = self.token();
        let (access, refresh) = token.map_or((None, None), |token| (Some(token.access_token), token.refresh_token));
        for secret in [secret, access, refresh].into_iter().flatten().filter(|secret| !secret.is_empty()) {
            message = message.replace(&secret, "…");
        }
        RequestError::Refused { status, message: message.chars().take(LONGEST_MESSAGE).collect() }
    }
}

/// A refusal of the token endpoint without its own words, which may repeat, in any coding, the secret it was sent.
fn token_refusal(error: RequestError) -> RequestError {
    let RequestError::Refused { status, message } = error else { return error };
    let code = if message == LOGIN_ENDED { LOGIN_ENDED } else { APP_REFUSED };
    RequestError::Refused { status, message: code.to_owned() }
}

/// Whether a refusal means that an app alone does not suffice.
pub(super) fn is_no_user(message: &str) -> bool {
    message.to_lowercase().contains("user authentication required")
}

/// What rspotify's error means, without the request that it was about.
pub(super) fn request_error(error: ClientError) -> RequestError {
    match error {
        ClientError::Http(error) => match *error {
            HttpError::StatusCode(response) => {
                let status = response.status();
                let wait = response.header("retry-after").and_then(retry_after);
                match status {
                    429 => RequestError::Busy { wait },
                    500.. => RequestError::Broken(status),
                    _ => {
                        RequestError::Refused { status, message: message(&response.into_string().unwrap_or_default()) }
                    }
                }
            }
            HttpError::Transport(error) if error.kind().to_string() == "Dns Failed" => RequestError::UnknownHost,
            HttpError::Transport(error) => RequestError::Dropped(error.kind().to_string()),
            HttpError::Io(error) => RequestError::Dropped(error.kind().to_string()),
        },
        ClientError::ParseJson(error) => RequestError::Garbled(garbled(&error)),
        ClientError::InvalidToken => RequestError::Refused { status: 401, message: LOGIN_ENDED.to_owned() },
        _ => RequestError::Dropped("the request could not be made".to_owned()),
    }
}

/// Why JSON cannot be read, without what it says.
fn garbled(error: &serde_json::Error) -> String {
    let why = match error.classify() {
        serde_json::error::Category::Eof => "it ends in the middle",
        serde_json::error::Category::Data => "it is not what was asked for",
        _ => "it is not JSON",
    };
    why.to_owned()
}

/// The service's own words in a refusal.
pub(super) fn message(body: &str) -> String {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    let places = [&json["error"]["message"], &json["error_description"], &json["error"], &json["message"]];
    let told = places.into_iter().find_map(Value::as_str);
    // These are told by their code, whatever the words beside it.
    if let Some(code) = [LOGIN_ENDED, APP_REFUSED].into_iter().find(|code| json["error"].as_str() == Some(*code)) {
        return code.to_owned();
    }
    told.unwrap_or(if json.is_null() { body.trim() } else { "" }).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_read_in_every_shape() {
        assert_eq!(message(r#"{"error":{"status":403,"message":"No"}}"#), "No");
        assert_eq!(message(r#"{"error":"invalid_grant","error_description":"revoked"}"#), LOGIN_ENDED);
        assert_eq!(message(r#"{"error":"invalid_client","error_description":"Invalid client"}"#), APP_REFUSED);
        assert_eq!(
            message("User not registered in the Developer Dashboard"),
            "User not registered in the Developer Dashboard"
        );
        assert_eq!(message("{}"), "");
    }
}
