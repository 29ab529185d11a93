//! Where credentials are kept: the system's keyring or, without one, this process's memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The name under which the keyring lists what this program keeps.
const KEYRING_SERVICE: &str = "cover-study";

/// A text that is never shown: not in errors, not in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who has to send it.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}

/// Where a secret went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    InKeyring,
    /// The system has no keyring: it is forgotten when the program ends.
    ThisSession,
}

impl Kept {
    /// What that means, for the person.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::InKeyring => "The login is kept in the system's keyring.",
            Self::ThisSession => {
                "This system has no keyring that can be used, so the login is kept only until the program ends."
            }
        }
    }
}

/// What the keyring could not take, for as long as the process lives.
static SESSION: Mutex<Option<HashMap<String, Secret>>> = Mutex::new(None);

fn with_session<T>(work: impl FnOnce(&mut HashMap<String, Secret>) -> T) -> T {
    let mut session = SESSION.lock().unwrap_or_else(PoisonError::into_inner);
    work(session.get_or_insert_default())
}

/// Keeps `secret` under `name`, replacing what was there.
pub(super) fn keep(name: &str, secret: &Secret) -> Kept {
    let kept = keyring::Entry::new(KEYRING_SERVICE, name).and_then(|entry| entry.set_password(secret.expose()));
    match kept {
        Ok(()) => {
            with_session(|session| session.remove(name));
            Kept::InKeyring
        }
        Err(error) => {
            tracing::info!(reason = reason(&error), "no keyring");
            with_session(|session| session.insert(name.to_owned(), secret.clone()));
            Kept::ThisSession
        }
    }
}

/// What was kept under `name`.
pub(super) fn find(name: &str) -> Option<Secret> {
    if let Some(secret) = with_session(|session| session.get(name).cloned()) {
        return Some(secret);
    }
    match keyring::Entry::new(KEYRING_SERVICE, name).and_then(|entry| entry.get_password()) {
        Ok(text) => Some(Secret(text)),
        Err(error) => {
            tracing::info!(reason = reason(&error), "nothing from the keyring");
            None
        }
    }
}

/// Forgets what was kept under `name`.
pub(super) fn forget(name: &str) {
    with_session(|session| session.remove(name));
    if let Err(error) = keyring::Entry::new(KEYRING_SERVICE, name).and_then(|entry| entry.delete_credential()) {
        tracing::info!(reason = reason(&error), "nothing to take out of the keyring");
    }
}

/// The kind of an error alone: some carry the secret itself.
fn reason(error: &keyring::Error) -> &'static str {
    match error {
        keyring::Error::NoEntry => "no such entry",
        keyring::Error::NoStorageAccess(_) => "no access",
        keyring::Error::PlatformFailure(_) => "the system's error",
        keyring::Error::NoDefaultStore => "no keyring",
        _ => "another error",
    }
}
