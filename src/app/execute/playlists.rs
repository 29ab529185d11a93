//! Importing playlists, logging in to their services, and forgetting what came from there.

use super::{App, Outcome};
use crate::app::services::LoginUnder;
use crate::app::state::ToastKind;
use crate::jobs::{Job, JobEvent, Stop};
use crate::sources::services::{
    KnownLogin, LoginSteps, Secret, forget_login, keep_app, log_in, open_browser, original_links, parse_links,
};
use crate::sources::{ImportRequest, PlaylistRequest};
use crate::study::{Edit, Target};

impl App {
    /// Imports something from the services, after the person has read their terms once.
    pub(super) fn import_live(&mut self, request: ImportRequest) {
        if self.state.settings.terms_read {
            self.import(request);
        } else {
            self.state.playlist_form.pending = Some(request);
        }
    }

    /// Imports the playlists in the form.
    pub(super) fn import_playlists(&mut self) {
        let form = &self.state.playlist_form;
        let links = parse_links(&form.links, None);
        if links.playlists.is_empty() {
            return;
        }
        self.import_live(ImportRequest::Playlists(PlaylistRequest {
            links: links.playlists,
            told: links.told,
            with_dates: form.with_dates,
            image_size: self.cover_size(),
        }));
    }

    pub(super) fn answer_terms(&mut self, agree: bool) {
        let pending = self.state.playlist_form.pending.take();
        if let Some(mut request) = pending.filter(|_| agree) {
            self.state.settings.terms_read = true;
            if let ImportRequest::Tables(request) = &mut request {
                request.terms_read = true;
            }
            self.import(request);
        }
    }

    pub(super) fn paste_original_playlists(&mut self) {
        let links = &mut self.state.playlist_form.links;
        if !links.is_empty() && !links.ends_with('\n') {
            links.push('\n');
        }
        links.push_str(&original_links());
    }

    /// Fills in the playlists whose import was interrupted, and imports them.
    pub(super) fn continue_playlists(&mut self) {
        let snapshot = self.state.study.as_ref().and_then(|study| study.snapshot.clone());
        let Some(snapshot) = snapshot else { return };
        let links: Vec<&str> = snapshot.unfinished.iter().map(|playlist| playlist.link.as_str()).collect();
        self.state.playlist_form.links = links.join("\n");
        self.import_playlists();
    }

    pub(super) fn look_up_login(&mut self) {
        let login = &mut self.state.spotify;
        if !std::mem::replace(&mut login.is_looked_up, true) {
            self.task("keyring", || Outcome::LoginKnown(KnownLogin::look_up()));
        }
    }

    pub(super) fn log_in_to_spotify(&mut self) {
        if self.login.is_some() {
            return;
        }
        let client_id = self.state.playlist_form.client_id.trim().to_owned();
        self.state.spotify.ended = None;
        self.state.spotify.under = Some(LoginUnder::default());
        self.login = Some(Job::start("login", self.wakers.prompt.clone(), move |wishes, tell| {
            let mut on_address = |address: &str| {
                open_browser(address);
                tell(address.to_owned());
            };
            log_in(&client_id, &mut LoginSteps { wishes, on_address: &mut on_address })
        }));
    }

    pub(super) fn cancel_login(&mut self) {
        if let Some(job) = &self.login {
            job.wishes().ask_stop(Stop::Asked);
        }
    }

    pub(super) fn drain_login(&mut self) {
        while let Some(event) = self.login.as_mut().and_then(Job::next_event) {
            let login = &mut self.state.spotify;
            let ended = match event {
                JobEvent::Update(address) => {
                    login.under = Some(LoginUnder { address });
                    continue;
                }
                JobEvent::Finished(kept) => {
                    login.known = Some(KnownLogin::User(self.state.playlist_form.client_id.trim().to_owned()));
                    Ok(format!("Logged in to Spotify. {}", kept.sentence()))
                }
                JobEvent::Failed(why) => Err(why),
            };
            login.under = None;
            login.ended = Some(ended);
            self.login = None;
        }
    }

    /// Keeps the credentials of an app with extended quota.
    pub(super) fn use_app(&mut self) {
        let form = &mut self.state.playlist_form;
        let client_id = form.client_id.trim().to_owned();
        let secret = Secret::new(std::mem::take(&mut form.client_secret).trim());
        self.task("keyring", move || {
            let kept = keep_app(&client_id, &secret);
            Outcome::AppKept(client_id, kept.sentence())
        });
    }

    pub(super) fn app_kept(&mut self, client_id: String, sentence: &str) {
        self.state.spotify.known = Some(KnownLogin::App(client_id));
        self.state.spotify.ended = Some(Ok(sentence.to_owned()));
    }

    pub(super) fn log_out_of_spotify(&mut self) {
        self.state.spotify.ended = None;
        self.task("keyring", || {
            forget_login();
            Outcome::LoginKnown(KnownLogin::look_up())
        });
    }

    pub(super) fn forget_covers(&mut self) {
        if !self.may_change_study() {
            return;
        }
        let Some(file) = self.file.clone() else { return };
        self.task("forget covers", move || {
            let forgotten = file.connect().and_then(|mut study| study.forget_downloaded_covers());
            Outcome::Changed(
                forgotten.map(|_| "The downloaded covers are forgotten.").map_err(|error| error.to_string()),
            )
        });
    }

    pub(super) fn set_target(&mut self, target: Target) {
        if !self.may_change_study() {
            return;
        }
        self.edit(Edit::SetTarget(Box::new(target)));
    }

    /// Whether the study may be changed as a whole now; says so otherwise.
    fn may_change_study(&mut self) -> bool {
        let is_free = self.import.is_none() && self.state.training.under.is_none();
        if !is_free {
            self.state
                .toast(ToastKind::Error, "Work on this study is under way. Stop it first, or wait until it has ended.");
        }
        is_free && self.can_write()
    }
}
