//! Importing playlists from a service, page by page; each page is on disk before the next one is asked for, so that
//! an import that is interrupted goes on where it stopped.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::candidate::{Candidate, PictureAt, bring};
use super::download::Downloader;
use super::import::{ImportError, ImportProgress, ImportSummary};
use super::plain::plain;
use super::services::{
    Deezer, Entry, Head, Next, Page, PlaylistLink, Service, ServiceError, ServiceKind, ServiceTrack, Spotify, Waits,
    choose,
};
use crate::jobs::{Stop, Wishes};
use crate::study::{
    Adopted, DEEZER_RANK, KnownTrack, NewTrack, POPULARITY, Rejected, Study, Target, UnfinishedPlaylist, plural,
};

/// Empty pages in a row that are taken for short ones; more have no end.
const EMPTY_PAGES: u32 = 3;

/// Playlists to import.
#[derive(Clone, Debug)]
pub struct PlaylistRequest {
    pub links: Vec<PlaylistLink>,
    /// What was wrong with other links.
    pub told: Vec<Rejected>,
    /// Whether dates of release are asked for where a playlist does not tell them.
    pub with_dates: bool,
    /// The image size that the covers should suffice for, in pixels a side.
    pub image_size: u32,
}

impl PlaylistRequest {
    /// The playlists, in words.
    pub(super) fn name(&self) -> String {
        plural(self.links.len(), "playlist", "playlists")
    }

    /// What tells an import of these playlists from others.
    fn source(&self) -> String {
        self.links.iter().map(PlaylistLink::address).collect::<Vec<_>>().join(" ")
    }
}

/// Imports the playlists into `study`.
pub(super) fn import(
    study: &mut Study,
    request: &PlaylistRequest,
    wishes: &Wishes,
    tell: &mut dyn FnMut(ImportProgress),
) -> Result<ImportSummary, ImportError> {
    let mut run = Run {
        known: study.known_tracks()?,
        seen: HashSet::new(),
        study,
        request,
        wishes,
        downloader: Downloader::new(),
        teller: Teller { progress: ImportProgress::default(), tell },
        rejected: request.told.clone(),
        added: 0,
        repeated: 0,
        small_covers: 0,
        not_given: 0,
        suspect: 0,
        finished: HashSet::new(),
        later: None,
        counts: true,
    };
    let ended = run.all();
    let mut notes = run.notes();
    let (added, rejected, later) = (run.added, std::mem::take(&mut run.rejected), run.later.take());
    study.rank_anew()?;
    notes.extend(study.not_in_years_note()?);
    study.add_rejected(&request.source(), &rejected)?;
    let counts = study.counts()?;
    let (stopped, unfinished) = match ended {
        Ok(()) if counts.tracks > 0 => (false, later),
        Ok(()) => match later {
            Some(reason) => return Err(ServiceError::Later(reason).into()),
            None => (false, None),
        },
        Err(ImportError::Service(ServiceError::Stopped)) => (true, None),
        Err(ImportError::Service(error)) if counts.tracks > 0 => (false, Some(error.to_string())),
        Err(error) => return Err(error),
    };
    Ok(ImportSummary { counts, added, rejected, stopped, unfinished, notes })
}

/// Tells of progress, and of waits within it.
struct Teller<'a> {
    progress: ImportProgress,
    tell: &'a mut dyn FnMut(ImportProgress),
}

impl Teller<'_> {
    fn wait(&mut self, seconds_left: Option<u64>) {
        self.progress.waiting_secs = seconds_left;
        (self.tell)(self.progress);
    }
}

/// An import of playlists under way.
struct Run<'a> {
    study: &'a mut Study,
    request: &'a PlaylistRequest,
    wishes: &'a Wishes,
    downloader: Downloader,
    teller: Teller<'a>,
    known: HashMap<(String, String), KnownTrack>,
    /// Tracks that were brought already, as `known` has them.
    seen: HashSet<(String, String)>,
    rejected: Vec<Rejected>,
    added: usize,
    /// Entries of a track that its playlist has had already.
    repeated: usize,
    /// Covers that are smaller than wanted, or of unknown size.
    small_covers: usize,
    /// Tracks without a value.
    not_given: usize,
    /// Tracks with a value that may stand for "not measured".
    suspect: usize,
    /// Playlists that the import which this one goes on with had brought to their end.
    finished: HashSet<String>,
    /// Why the rest of a playlist could not be had now.
    later: Option<String>,
    /// Whether the values are what the study predicts.
    counts: bool,
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), ImportError> {
        self.begin()?;
        let mut playlists_left = (self.request.links.len() - self.finished.len()).saturating_sub(1);
        for kind in [ServiceKind::Spotify, ServiceKind::Deezer] {
            let is_wanted = |link: &&PlaylistLink| link.service == kind && !self.finished.contains(&link.address());
            let links: Vec<&PlaylistLink> = self.request.links.iter().filter(is_wanted).collect();
            if links.is_empty() {
                continue;
            }
            let mut service: Box<dyn Service> = match kind {
                ServiceKind::Spotify => Box::new(Spotify::open()?),
                ServiceKind::Deezer => Box::new(Deezer::open(self.request.with_dates)?),
            };
            self.counts &= self.study.adopt(&target(kind))? != Adopted::Not;
            for link in links {
                self.teller.progress.playlists_left = playlists_left;
                playlists_left = playlists_left.saturating_sub(1);
                self.playlist(service.as_mut(), link)?;
            }
        }
        Ok(())
    }

    /// Notes all playlists as unfinished, so that those that are never reached are not forgotten. What an import of the
    /// same playlists left out is told anew, but where this one goes on with it: then those that are whole already are not
    /// asked for again, or a service that answers little a day would never come to the others.
    fn begin(&mut self) -> Result<(), ImportError> {
        let begun = self.study.unfinished_playlists()?;
        let is_begun = |link: &PlaylistLink| begun.iter().any(|begun| begun.link == link.address());
        if self.request.links.iter().any(is_begun) {
            let known: HashSet<String> = self.study.playlist_uris()?.into_iter().map(|(_, uri)| uri).collect();
            let is_whole = |link: &&PlaylistLink| !is_begun(link) && known.contains(&link.uri());
            self.finished = self.request.links.iter().filter(is_whole).map(PlaylistLink::address).collect();
        } else {
            self.study.set_rejected(&self.request.source(), &[])?;
        }
        for link in &self.request.links {
            let link = link.address();
            if begun.iter().all(|other| other.link != link) && !self.finished.contains(&link) {
                self.study.set_unfinished(&UnfinishedPlaylist { link, version: String::new(), next_offset: 0 })?;
            }
        }
        Ok(())
    }

    /// One playlist; that it cannot be had is told and ends nothing else.
    fn playlist(&mut self, service: &mut dyn Service, link: &PlaylistLink) -> Result<(), ImportError> {
        if self.wishes.stop() != Stop::No {
            return Err(ServiceError::Stopped.into());
        }
        let head = self.ask(|waits| service.head(&link.id, waits));
        let result = match head {
            Ok(head) => self.pages(service, link, &head),
            Err(error) => Err(error.into()),
        };
        match result {
            Err(ImportError::Service(ServiceError::Playlist(reason))) => {
                self.rejected.push(Rejected { what: link.address(), reason });
                self.study.set_finished(&link.address())?;
                Ok(())
            }
            // The second playlist in which this happens is no accident of one page.
            Err(ImportError::Service(ServiceError::Later(reason))) if self.later.is_none() => {
                self.rejected.push(Rejected { what: link.address(), reason: reason.clone() });
                self.later = Some(reason);
                Ok(())
            }
            other => other,
        }
    }

    fn ask<T>(&mut self, request: impl FnOnce(&mut Waits<'_>) -> Result<T, ServiceError>) -> Result<T, ServiceError> {
        let teller = &mut self.teller;
        request(&mut Waits { wishes: self.wishes, on_wait: &mut |left| teller.wait(left) })
    }

    /// The pages of a playlist, from where an earlier import stopped.
    fn pages(&mut self, service: &mut dyn Service, link: &PlaylistLink, head: &Head) -> Result<(), ImportError> {
        let name = self.study.playlist_name(&link.uri(), &plain(&head.name))?;
        let mut place = self.place(link, head)?;
        let before = self.teller.progress.total;
        let (mut seen, mut empty) = (HashSet::new(), 0);
        self.teller.progress.done += usize::try_from(place.next_offset).unwrap_or(0);
        let mut sent = place.next_offset;
        loop {
            let page = self.ask(|waits| service.page(&link.id, place.next_offset, waits))?;
            sent += page.entries.len() as u64;
            let total = page.total.unwrap_or(sent).max(sent);
            self.teller.progress.total = before + usize::try_from(total).unwrap_or(0);
            let is_repeated = !page.entries.is_empty() && !seen.insert(fingerprint(&page));
            let next = page.next.clone();
            empty = if page.entries.is_empty() { empty + 1 } else { 0 };
            if !is_repeated {
                self.take(page, link, &name)?;
            }
            match next {
                _ if is_repeated => self.broken_off(&name, service, "sent the same entries twice"),
                Next::At(offset) if offset <= place.next_offset => {
                    self.broken_off(&name, service, "went back to its beginning")
                }
                Next::At(_) if empty >= EMPTY_PAGES => {
                    self.broken_off(&name, service, "sent one empty page after the other")
                }
                Next::Elsewhere(host) => self.broken_off(&name, service, &format!("points to another host ({host})")),
                Next::At(offset) => {
                    place.next_offset = offset;
                    self.study.set_unfinished(&place)?;
                    continue;
                }
                Next::End if sent < total => self.too_short(&name, service, sent, total),
                Next::End if sent == 0 => {
                    let reason = format!("{} sent no entries: the playlist is empty.", service.kind().name());
                    self.rejected.push(Rejected { what: name, reason });
                }
                Next::End => {}
            }
            self.study.set_finished(&place.link)?;
            return Ok(());
        }
    }

    /// Where to begin: where an earlier import of the same playlist stopped, if it has not changed since.
    fn place(&self, link: &PlaylistLink, head: &Head) -> Result<UnfinishedPlaylist, ImportError> {
        let begun = self.study.unfinished_playlists()?.into_iter().find(|begun| begun.link == link.address());
        let same = begun.filter(|begun| begun.version == head.version && !head.version.is_empty());
        Ok(same.unwrap_or_else(|| UnfinishedPlaylist {
            link: link.address(),
            version: head.version.clone(),
            next_offset: 0,
        }))
    }

    fn too_short(&mut self, name: &str, service: &dyn Service, sent: u64, total: u64) {
        let service = service.kind().name();
        let reason = format!("{service} says that the playlist has {total} entries, and sent {sent}.");
        self.rejected.push(Rejected { what: name.to_owned(), reason });
    }

    fn broken_off(&mut self, name: &str, service: &dyn Service, what: &str) {
        let reason = format!(
            "The list at {} {what}, so the rest of the playlist was not asked for. Import it again later.",
            service.kind().name()
        );
        self.rejected.push(Rejected { what: name.to_owned(), reason });
    }

    /// Brings a page's tracks into the study.
    fn take(&mut self, page: Page, link: &PlaylistLink, name: &str) -> Result<(), ImportError> {
        let (count, known_rejected) = (page.entries.len(), self.rejected.len());
        let mut batch = Vec::with_capacity(count);
        for entry in page.entries {
            match entry {
                Entry::LeftOut { what, reason } => {
                    let what = format!("{name}: {}", plain(&what));
                    self.rejected.push(Rejected { what, reason: reason.to_owned() });
                }
                Entry::Track(mut track) => {
                    for words in [&mut track.title, &mut track.artist, &mut track.album] {
                        *words = plain(words);
                    }
                    batch.extend(self.candidate(track, link, name)?);
                }
            }
        }
        let brought = bring(self.study, batch, &self.downloader, self.wishes)?;
        self.study.rank_anew()?;
        self.added += brought.added;
        self.rejected.extend(brought.rejected);
        // What was left out is on disk with the page, should the program end before the import does.
        self.study.add_rejected(&self.request.source(), &self.rejected[known_rejected..])?;
        let progress = &mut self.teller.progress;
        progress.done += count;
        progress.rejected = self.rejected.len();
        progress.bytes = self.downloader.bytes();
        self.teller.wait(None);
        if brought.is_whole { Ok(()) } else { Err(ServiceError::Stopped.into()) }
    }

    /// A service's track as the study keeps it; `None` where it is there already and lacks nothing.
    fn candidate(
        &mut self,
        track: ServiceTrack,
        link: &PlaylistLink,
        name: &str,
    ) -> Result<Option<Candidate>, ImportError> {
        let key = (name.to_owned(), track.id.clone());
        let is_whole = self.known.get(&key).is_some_and(|known| known.is_whole);
        if !self.seen.insert(key) {
            self.repeated += 1;
            return Ok(None);
        }
        if is_whole {
            return Ok(None);
        }
        let wanted = self.study.cover_width(self.request.image_size)?;
        let cover = choose(&track.covers, wanted).cloned();
        if let Some(cover) = &cover {
            self.small_covers += usize::from(cover.width < self.request.image_size);
            // What one track lacks is no measure for the others.
            if cover.width >= wanted {
                self.study.keep_cover_width(cover.width)?;
            }
        }
        self.not_given += usize::from(track.value.is_none() && track.impossible.is_none());
        self.suspect += usize::from(track.suspect);
        let reasons = [
            no_value(&track, link.service),
            (track.value.is_some() && !self.counts).then(|| {
                let predicted = value_words(link.service);
                format!("The study predicts something else than {predicted}. The track is kept, but trains nothing.")
            }),
            cover.is_none().then(|| "No cover is given. The track is kept, but trains nothing.".to_owned()),
        ];
        let what = format!("{name}: {}", track.title);
        let rejected = reasons.into_iter().flatten().map(|reason| Rejected { what: what.clone(), reason });
        self.rejected.extend(rejected);
        let cover_url = cover.map(|cover| cover.url).unwrap_or_default();
        Ok(Some(Candidate {
            picture: (!cover_url.is_empty()).then(|| PictureAt::Web(cover_url.clone())),
            track: NewTrack {
                key: format!("{}_{name}", track.title),
                title: track.title,
                artist: track.artist,
                album: track.album,
                released: track.released,
                playlist: name.to_owned(),
                playlist_uri: link.uri(),
                identity: track.id,
                measure: measure(link.service).to_owned(),
                value: track.value,
                suspect: track.suspect,
                cover_url,
                ..NewTrack::default()
            },
        }))
    }

    /// What the person should know of the whole.
    fn notes(&self) -> Vec<String> {
        let has = |kind| self.request.links.iter().any(|link| link.service == kind);
        let mut notes = Vec::new();
        if self.not_given > 0 && has(ServiceKind::Spotify) {
            notes.push(format!(
                "Spotify gave no popularity for {}: apps in development mode no longer get it. Use an app with extended \
                 quota, a spreadsheet with popularity, or import from Deezer into another study.",
                plural(self.not_given, "track", "tracks")
            ));
        }
        if self.suspect > 0 {
            let which = if has(ServiceKind::Deezer) { "0 or, at Deezer, exactly 100,000" } else { "0" };
            notes.push(format!(
                "{} a value that may stand for \"not measured\": {which}. Importing again looks at {} anew.",
                plural(self.suspect, "track has", "tracks have"),
                if self.suspect == 1 { "it" } else { "them" }
            ));
        }
        if !self.finished.is_empty() {
            let playlists = plural(self.finished.len(), "playlist was", "playlists were");
            notes.push(format!(
                "{playlists} whole already and not asked for again; import once more to bring what is new in them."
            ));
        }
        if self.repeated > 0 {
            let entries = plural(self.repeated, "entry repeats", "entries repeat");
            notes.push(format!("{entries} a track of the same playlist; each is taken once."));
        }
        if self.small_covers > 0 {
            let covers = plural(self.small_covers, "cover is", "covers are");
            notes.push(format!(
                "{covers} smaller than the {} pixels a side that were asked for, or of unknown size, and will be enlarged.",
                self.request.image_size
            ));
        }
        if !self.counts {
            notes.push(
                "The study predicts something else than what these playlists measure; two measures are never mixed. The \
                 tracks are kept and train nothing. Import them into a study of their own, or change what this one predicts."
                    .to_owned(),
            );
        }
        notes
    }
}

/// Why a track has no value, where it has none.
fn no_value(track: &ServiceTrack, kind: ServiceKind) -> Option<String> {
    let word = value_word(kind);
    match (track.value, track.impossible) {
        (Some(_), _) => None,
        (None, Some(value)) => {
            let value = if value.abs() < 1e9 { value.to_string() } else { format!("{value:e}") };
            Some(format!("{word} cannot be {value}. The track is kept, but trains nothing."))
        }
        (None, None) => Some(format!("{word} is not given. The track is kept, but trains nothing.")),
    }
}

fn target(kind: ServiceKind) -> Target {
    match kind {
        ServiceKind::Spotify => Target::default(),
        ServiceKind::Deezer => Target::deezer(),
    }
}

fn measure(kind: ServiceKind) -> &'static str {
    match kind {
        ServiceKind::Spotify => POPULARITY,
        ServiceKind::Deezer => DEEZER_RANK,
    }
}

/// At the beginning of a sentence.
fn value_word(kind: ServiceKind) -> &'static str {
    match kind {
        ServiceKind::Spotify => "Popularity",
        ServiceKind::Deezer => "The rank at Deezer",
    }
}

fn value_words(kind: ServiceKind) -> &'static str {
    match kind {
        ServiceKind::Spotify => "Spotify's popularity",
        ServiceKind::Deezer => "the rank at Deezer",
    }
}

/// What tells a page from others.
fn fingerprint(page: &Page) -> u64 {
    let mut hasher = DefaultHasher::new();
    for entry in &page.entries {
        match entry {
            Entry::Track(track) => track.id.hash(&mut hasher),
            Entry::LeftOut { what, .. } => what.hash(&mut hasher),
        }
    }
    hasher.finish()
}
