//! Playlists of one name, told apart by their ids.

use std::collections::{BTreeMap, HashMap};

use crate::study::{NewTrack, Study, StudyError, plural};

/// Which playlist each name belongs to.
pub(super) struct PlaylistNames {
    /// The id by the name under which the study holds the playlist; without those that have none.
    ids: HashMap<String, String>,
    /// Names that were given to further playlists, by the name that they share.
    given: BTreeMap<String, Vec<String>>,
}

/// Playlists that have one name, at most: more ids are hardly those of playlists, and tell none apart.
const MOST_ALIKE: usize = 50;

impl PlaylistNames {
    /// Those that the study has.
    pub(super) fn of(study: &Study) -> Result<Self, StudyError> {
        let ids = study.playlist_uris()?.into_iter().map(|(name, uri)| (name, id_of(&uri).to_owned())).collect();
        Ok(Self { ids, given: BTreeMap::new() })
    }

    /// Gives a track's playlist a name of its own, where another playlist has the one that it comes with.
    pub(super) fn settle(&mut self, track: &mut NewTrack) {
        let id = id_of(&track.playlist_uri);
        if id.is_empty() {
            return;
        }
        let names = (1..=MOST_ALIKE).map(|number| match number {
            1 => track.playlist.clone(),
            number => format!("{} ({number})", track.playlist),
        });
        for name in names {
            match self.ids.get(&name) {
                Some(other) if other != id => continue,
                Some(_) => {}
                None => drop(self.ids.insert(name.clone(), id.to_owned())),
            }
            if name != track.playlist {
                let given = self.given.entry(std::mem::take(&mut track.playlist)).or_default();
                if !given.contains(&name) {
                    given.push(name.clone());
                }
                track.playlist = name;
            }
            return;
        }
    }

    /// What a person should know of it.
    pub(super) fn note(&self) -> Option<String> {
        let (shared, given) = self.given.first_key_value()?;
        let others = match self.given.len() - 1 {
            0 => String::new(),
            others => format!(" {} shared in the same way.", plural(others, "more name is", "more names are")),
        };
        let given = given.join(", ");
        Some(format!(
            "Several playlists are called \"{shared}\"; by their ids they are told apart: the others became {given}.{others}"
        ))
    }
}

/// The id within an address at a service: they are written in several ways.
fn id_of(uri: &str) -> &str {
    let uri = uri.split(['?', '#']).next().unwrap_or(uri);
    uri.trim_end_matches('/').rsplit([':', '/']).next().unwrap_or(uri).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_is_one_playlist_however_it_is_written() {
        for uri in ["37i9dQ", "spotify:playlist:37i9dQ", "https://open.spotify.com/playlist/37i9dQ?si=1"] {
            assert_eq!(id_of(uri), "37i9dQ");
        }
        assert_eq!(id_of(""), "");
    }

    #[test]
    fn playlists_of_one_name_are_told_apart() {
        let ids = HashMap::from([("Hits".to_owned(), "a".to_owned())]);
        let mut names = PlaylistNames { ids, given: BTreeMap::new() };
        let mut settled = |playlist: &str, uri: &str| {
            let mut track =
                NewTrack { playlist: playlist.to_owned(), playlist_uri: uri.to_owned(), ..NewTrack::default() };
            names.settle(&mut track);
            track.playlist
        };
        let tracks = [("Hits", "x:a"), ("Hits", "b"), ("Hits", ""), ("Hits", "c"), ("Hits", "b"), ("New", "b")];
        let found = tracks.map(|(playlist, uri)| settled(playlist, uri));
        assert_eq!(found, ["Hits", "Hits (2)", "Hits", "Hits (3)", "Hits (2)", "New"]);
        assert!(names.note().is_some_and(|note| note.ends_with("became Hits (2), Hits (3).")));
    }
}
