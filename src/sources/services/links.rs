//! Playlist links as people paste them: web addresses, `spotify:` addresses and bare ids.

use std::collections::HashSet;

use crate::study::Rejected;

/// A service that playlists are imported from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceKind {
    Spotify,
    Deezer,
}

impl ServiceKind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spotify => "Spotify",
            Self::Deezer => "Deezer",
        }
    }
}

/// A playlist of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlaylistLink {
    pub service: ServiceKind,
    pub id: String,
}

impl PlaylistLink {
    /// One address for each playlist, however it was pasted.
    pub fn address(&self) -> String {
        match self.service {
            ServiceKind::Spotify => format!("spotify:playlist:{}", self.id),
            ServiceKind::Deezer => format!("https://www.deezer.com/playlist/{}", self.id),
        }
    }

    /// What a study keeps as the playlist's own: Spotify's bare id, as the 2022 study did, or Deezer's address.
    pub fn uri(&self) -> String {
        match self.service {
            ServiceKind::Spotify => self.id.clone(),
            ServiceKind::Deezer => self.address(),
        }
    }
}

/// What was found in a pasted text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Each playlist once, in the order given.
    pub playlists: Vec<PlaylistLink>,
    /// What is no playlist, or was given before, with a word on what to do.
    pub told: Vec<Rejected>,
}

impl Links {
    /// The services that the playlists are from.
    pub fn services(&self) -> HashSet<ServiceKind> {
        self.playlists.iter().map(|link| link.service).collect()
    }
}

/// Finds the playlists in `text`, links separated by spaces, commas or line breaks; with `only`, those of one service.
pub fn parse_links(text: &str, only: Option<ServiceKind>) -> Links {
    let mut links = Links::default();
    let mut seen = HashSet::new();
    let separators = |mark: char| mark.is_whitespace() || matches!(mark, ',' | ';' | '<' | '>' | '"');
    for part in text.split(separators).filter(|part| !part.is_empty()) {
        let mut tell = |reason: String| links.told.push(Rejected { what: part.to_owned(), reason });
        match parse(part) {
            Err(reason) => tell(reason),
            Ok(link) if only.is_some_and(|only| only != link.service) => {
                tell(format!("This is a playlist of {}. Import it from there.", link.service.name()));
            }
            Ok(link) if !seen.insert(link.clone()) => {
                tell("This playlist was given twice; it is imported once.".to_owned());
            }
            Ok(link) => links.playlists.push(link),
        }
    }
    links
}

fn parse(text: &str) -> Result<PlaylistLink, String> {
    let link = |service, id: &str| Ok(PlaylistLink { service, id: id.to_owned() });
    let (address, is_web) = bare_address(text);
    if is_spotify_id(address) {
        return link(ServiceKind::Spotify, address);
    }
    if is_deezer_id(address) {
        return link(ServiceKind::Deezer, address);
    }
    if let Some(rest) = address.strip_prefix("spotify:") {
        return of_parts(ServiceKind::Spotify, &rest.split(':').collect::<Vec<_>>());
    }
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let host = host.to_lowercase();
    let is_of = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    if is_of("spotify.com") {
        of_parts(ServiceKind::Spotify, &parts)
    } else if is_of("link.deezer.com")
        || is_of("deezer.page.link")
        || is_of("spotify.link")
        || is_of("spotify.app.link")
    {
        Err("This is a short link. Open it in the browser, then copy the long address from there.".to_owned())
    } else if is_of("deezer.com") {
        of_parts(ServiceKind::Deezer, &parts)
    } else if is_web {
        Err("This address is of neither Spotify nor Deezer. Paste the link of a playlist there.".to_owned())
    } else {
        Err("This is no playlist link. In Spotify or Deezer, open the playlist and choose Share, then Copy link."
            .to_owned())
    }
}

/// A link without what does not belong to it, and whether it is a web address.
fn bare_address(text: &str) -> (&str, bool) {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let text = &text[..end];
    let web = ["https://", "http://"]
        .into_iter()
        .find_map(|scheme| text.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)));
    (text[web.map_or(0, str::len)..].trim_end_matches('/'), web.is_some())
}

/// The playlist in the parts of an address, which may begin with a language, "user" and a name, or "embed".
fn of_parts(service: ServiceKind, parts: &[&str]) -> Result<PlaylistLink, String> {
    let is_id = match service {
        ServiceKind::Spotify => is_spotify_id,
        ServiceKind::Deezer => is_deezer_id,
    };
    if let Some(place) = parts.iter().position(|part| *part == "playlist") {
        return match parts.get(place + 1) {
            Some(id) if is_id(id) => Ok(PlaylistLink { service, id: (*id).to_owned() }),
            _ => Err("The playlist's id is cut off or mistyped. Copy the link again.".to_owned()),
        };
    }
    let others = ["track", "album", "artist", "show", "episode", "user", "profile", "collection"];
    match parts.iter().find(|part| others.contains(part)) {
        Some(other) => Err(format!(
            "This is a link to {} {other}, not to a playlist. In {}, put the tracks into a playlist, open it and choose \
             Share, then Copy link.",
            if other.starts_with(['a', 'e']) { "an" } else { "a" },
            service.name()
        )),
        None => Err(format!("This {} address names no playlist. Copy the link of a playlist.", service.name())),
    }
}

fn is_spotify_id(text: &str) -> bool {
    text.len() == 22 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_deezer_id(text: &str) -> bool {
    (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "37i9dQZF1DX7vZYLzFGQXc";

    #[test]
    fn every_way_to_name_a_playlist() {
        let spotify = [
            ID.to_owned(),
            format!("spotify:playlist:{ID}"),
            format!("spotify:user:somebody:playlist:{ID}"),
            format!("https://open.spotify.com/playlist/{ID}?si=0123456789abcdef"),
            format!("HTTPS://open.spotify.com/intl-de/playlist/{ID}/"),
            format!("open.spotify.com/user/somebody/playlist/{ID}#x"),
            format!("https://open.spotify.com/embed/playlist/{ID}"),
        ];
        for text in spotify {
            let links = parse_links(&text, None);
            assert_eq!(links.playlists, [PlaylistLink { service: ServiceKind::Spotify, id: ID.into() }], "{text}");
        }
        for text in ["908622995", "https://www.deezer.com/de/playlist/908622995", "deezer.com/playlist/908622995?x=1"] {
            let links = parse_links(text, None);
            assert_eq!(links.playlists, [PlaylistLink { service: ServiceKind::Deezer, id: "908622995".into() }]);
        }
    }

    #[test]
    fn the_rest_is_told_apart() {
        for (text, word) in [
            (format!("https://open.spotify.com/track/{ID}"), "a track"),
            (format!("spotify:album:{ID}"), "an album"),
            ("https://www.deezer.com/us/artist/27".to_owned(), "an artist"),
            ("https://open.spotify.com/playlist/short".to_owned(), "cut off"),
            ("https://link.deezer.com/s/abc".to_owned(), "short link"),
            ("https://example.com/playlist/1".to_owned(), "neither"),
            ("hello".to_owned(), "no playlist link"),
        ] {
            let links = parse_links(&text, None);
            assert!(links.playlists.is_empty() && links.told[0].reason.contains(word), "{text}: {links:?}");
        }
        let twice = parse_links(&format!("{ID}\nspotify:playlist:{ID}, 12345"), Some(ServiceKind::Spotify));
        assert_eq!((twice.playlists.len(), twice.told.len()), (1, 2));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(?s).{0,120}", tail in "[a-z0-9:/?#.]{0,40}") {
            let _ = parse_links(&text, None);
            let _ = parse_links(&format!("https://open.spotify.com/{tail}"), None);
            let _ = parse_links(&format!("spotify:{tail}"), None);
        }
    }
}
