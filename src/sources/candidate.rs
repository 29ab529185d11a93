//! A track that is to be imported, and how its cover comes into the study: found or downloaded, decoded, resized.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use rayon::prelude::*;

use super::download::{Downloader, Downloads};
use super::import::ImportError;
use super::sample;
use crate::jobs::Wishes;
use crate::study::{CoverId, DEFAULT_IMAGE_SIZE, NewCover, NewTrack, Rejected, Study, TrackCover, picture};

/// A track whose cover is still to be read.
pub(super) struct Candidate {
    /// All but its cover.
    pub(super) track: NewTrack,
    /// `None`: there is none, which was told already.
    pub(super) picture: Option<PictureAt>,
}

/// Where a cover's bytes are.
pub(super) enum PictureAt {
    File(PathBuf),
    Sample(usize),
    Web(String),
}

/// What came of a batch.
#[derive(Default)]
pub(super) struct Brought {
    /// Tracks that are new.
    pub(super) added: usize,
    /// Covers that could not be had.
    pub(super) rejected: Vec<Rejected>,
    /// Whether all tracks were brought.
    pub(super) is_whole: bool,
}

/// Brings a batch of tracks with their covers into the study, in one transaction; where `wishes` ends the downloads, those
/// tracks whose covers are there.
pub(super) fn bring(
    study: &mut Study,
    mut batch: Vec<Candidate>,
    downloader: &Downloader,
    wishes: &Wishes,
) -> Result<Brought, ImportError> {
    let mut known: HashMap<String, CoverId> = HashMap::new();
    let mut wanted = Vec::new();
    let mut seen = HashSet::new();
    for address in batch.iter().filter_map(|candidate| candidate.picture.as_ref()?.address()) {
        if seen.insert(address) {
            match study.cover_from(address)? {
                Some(cover) => drop(known.insert(address.to_owned(), cover)),
                None => wanted.push(address.to_owned()),
            }
        }
    }
    let downloads = downloader.fetch(wanted, wishes);
    let count = batch.len();
    batch.retain(|candidate| {
        let address = candidate.picture.as_ref().and_then(PictureAt::address);
        address.is_none_or(|address| known.contains_key(address) || downloads.contains_key(address))
    });
    let is_whole = batch.len() == count;
    let read: Vec<(NewTrack, Option<Rejected>)> =
        batch.into_par_iter().map(|candidate| candidate.read(&known, &downloads)).collect();
    let (tracks, rejected): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    let added = study.add_tracks(&tracks)?;
    Ok(Brought { added, rejected: rejected.into_iter().flatten().collect(), is_whole })
}

impl Candidate {
    /// The track with its cover; where that fails, without it, and why.
    fn read(self, known: &HashMap<String, CoverId>, downloads: &Downloads) -> (NewTrack, Option<Rejected>) {
        let mut track = self.track;
        let Some(picture) = self.picture else { return (track, None) };
        if let Some(cover) = picture.address().and_then(|address| known.get(address)) {
            track.cover = TrackCover::Known(*cover);
            return (track, None);
        }
        match picture.read(downloads) {
            Ok(cover) => {
                track.cover = TrackCover::New(cover);
                (track, None)
            }
            Err(reason) => {
                let what = picture.name().unwrap_or_else(|| format!("{}: {}", track.playlist, track.title));
                (track, Some(Rejected { what, reason }))
            }
        }
    }
}

impl PictureAt {
    fn address(&self) -> Option<&str> {
        match self {
            Self::Web(address) => Some(address),
            _ => None,
        }
    }

    /// What a person calls it; an address is nobody's name for a cover.
    fn name(&self) -> Option<String> {
        match self {
            Self::File(path) => Some(path.file_name().unwrap_or_default().to_string_lossy().into_owned()),
            Self::Sample(index) => Some(sample::label(*index).key),
            Self::Web(_) => None,
        }
    }

    /// The cover, decoded and resized, or the reason why not.
    fn read(&self, downloads: &Downloads) -> Result<NewCover, String> {
        let bytes = match self {
            Self::File(path) => picture::read_file(path).map_err(|error| error.to_string())?,
            Self::Sample(index) => sample::cover_png(*index),
            Self::Web(address) => {
                downloads.get(address).cloned().unwrap_or_else(|| Err("The cover was not downloaded.".to_owned()))?
            }
        };
        let decoded = picture::decode(&bytes).map_err(|error| error.to_string())?;
        let pixels = picture::resize(&decoded.rgb, DEFAULT_IMAGE_SIZE as u32).map_err(|error| error.to_string())?;
        Ok(NewCover {
            hash: *blake3::hash(&bytes).as_bytes(),
            format: decoded.format,
            width: decoded.rgb.width(),
            height: decoded.rgb.height(),
            grayscale: decoded.grayscale,
            downloaded: self.address().is_some(),
            image_size: DEFAULT_IMAGE_SIZE,
            pixels,
            bytes,
        })
    }
}
