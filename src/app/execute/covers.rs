//! The covers panel: decoding what is seen, and looking for what may mislead.

use std::collections::HashMap;
use std::sync::Arc;

use super::{App, Outcome};
use crate::app::cover_loader::{CoverKey, CoverLoader};
use crate::jobs::alike;
use crate::study::{Concern, CoverId, StudyError, concerns};

/// What may mislead, and the groups of covers that look the same, with the number of covers that were compared.
pub(super) type Misleading = (Vec<Concern>, (usize, Arc<HashMap<CoverId, usize>>));

impl App {
    /// Asks for the covers that are seen now and not decoded yet, as pictures for the screen.
    pub fn want_covers(&mut self, keys: Vec<CoverKey>) {
        if let Some(loader) = &self.covers {
            loader.want(keys);
        }
    }

    pub(super) fn drain_covers(&mut self) {
        while let Some((key, view)) = self.covers.as_ref().and_then(CoverLoader::next_loaded) {
            if let Some(study) = &mut self.state.study {
                study.covers.insert(key, view);
            }
        }
    }

    pub(super) fn look_for_concerns(&mut self) {
        let snapshot = self.state.study.as_ref().and_then(|study| study.snapshot.clone());
        let (Some(file), Some(snapshot)) = (self.file.clone(), snapshot) else { return };
        self.state.covers.looked_at = Some(Arc::clone(&snapshot));
        let covers = snapshot.counts.unique_covers;
        let known = self.state.covers.alike.clone().filter(|(compared, _)| *compared == covers);
        self.task("data quality", move || {
            let found = || -> Result<Misleading, StudyError> {
                let (compared, alike) = match known {
                    Some(known) => known,
                    None => (covers, Arc::new(alike(&file.connect()?)?)),
                };
                let concerns = concerns(
                    &snapshot.tracks,
                    &snapshot.playlists,
                    &snapshot.popularity,
                    &snapshot.target,
                    Some(&alike),
                );
                Ok((concerns, (compared, alike)))
            };
            Outcome::Concerns(found().map_err(|error| error.to_string()))
        });
    }

    pub(super) fn take_concerns(&mut self, found: Result<Misleading, String>) {
        match found {
            // Of a study that has been left meanwhile, nobody wants to know.
            _ if self.state.covers.looked_at.is_none() => {}
            Ok((concerns, alike)) => {
                self.state.covers.concerns = Some(concerns);
                self.state.covers.alike = Some(alike);
            }
            Err(error) => tracing::warn!(%error, "the data could not be looked through"),
        }
    }
}
