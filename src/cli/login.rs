//! `login`.

use anyhow::Result;
use serde_json::json;

use super::args::{LoginArgs, LoginService};
use super::{Exit, Output};
use crate::jobs::Wishes;
use crate::sources::services::{Kept, LoginError, LoginSteps, log_in, open_browser};

pub(super) fn run(args: &LoginArgs, output: &Output, wishes: &Wishes) -> Result<Exit> {
    let LoginService::Spotify = args.service;
    match spotify(&args.client_id, !args.no_browser, output, wishes) {
        Ok(kept) => {
            output.event(&json!({"event": "logged in", "service": "spotify", "kept": kept == Kept::InKeyring}));
            if kept == Kept::ThisSession {
                output.say(
                    "Give the client id to an import as COVER_STUDY_SPOTIFY_ID, and it logs in by itself; or log in \
                     and import in the window.",
                );
            }
            Ok(Exit::Done)
        }
        Err(LoginError::Cancelled) => Ok(Exit::Interrupted),
        Err(error @ LoginError::NoClientId) => {
            output.fail(&error.into());
            Ok(Exit::WrongUsage)
        }
        Err(error) => Err(error.into()),
    }
}

/// Logs in, with the address to open told before.
pub(super) fn spotify(client_id: &str, browser: bool, output: &Output, wishes: &Wishes) -> Result<Kept, LoginError> {
    let mut on_address = |address: &str| {
        output.event(&json!({"event": "open", "address": address}));
        let is_opening = browser && open_browser(address);
        let what = if is_opening { "Your browser opens. If it does not, open" } else { "Open" };
        output.say(format_args!("{what} this address and choose Agree:\n{address}"));
    };
    let kept = log_in(client_id, &mut LoginSteps { wishes, on_address: &mut on_address })?;
    output.say(format_args!("Logged in. {}", kept.sentence()));
    Ok(kept)
}
