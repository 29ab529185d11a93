//! The playlists of the 2022 study.

/// Their ids at Spotify, and their names; the last one had none.
pub const ORIGINAL_PLAYLISTS: [(&str, &str); 24] = [
    ("37i9dQZF1DXbDSHGzTpRHX", "2019"),
    ("37i9dQZF1DX4Xz5lDbaehp", "2021"),
    ("37i9dQZF1DWWjGdmeTyeJ6", "All Genres"),
    ("37i9dQZF1DX5R53BjnKBjk", "Brasil"),
    ("37i9dQZF1DWYUfsq4hxHWP", "Country"),
    ("37i9dQZF1DX6bBjHfdRnza", "Dance"),
    ("5CweKpXcP6I3p95u8zgIyb", "EDM"),
    ("37i9dQZF1DWVhn3qoy98w6", "España"),
    ("37i9dQZF1DX8C585qnMYHP", "Experimental"),
    ("37i9dQZF1DXdS3lvGe1GrT", "Folk"),
    ("37i9dQZF1DX2ddCYH6QIK5", "GSA"),
    ("37i9dQZF1DWW4igXXl2Qkp", "Hip-Hop"),
    ("37i9dQZF1DX7AqyNZFu97s", "IE"),
    ("37i9dQZF1DWT0upuUFtT7o", "Indie"),
    ("37i9dQZF1DX0KBgD4Jf5tY", "Italia"),
    ("37i9dQZF1DXcWL5K0oNHcG", "Jazz"),
    ("37i9dQZF1DX7vZYLzFGQXc", "Korea"),
    ("37i9dQZF1DXagUeYbNSnOA", "Latin"),
    ("37i9dQZF1DX8pdK1PVpBQz", "NZ"),
    ("37i9dQZF1DX3u9TSHqpdJC", "Pop"),
    ("37i9dQZF1DWUFAJPVM3HTX", "R&B"),
    ("37i9dQZF1DX78toxP7mOaJ", "Rock"),
    ("37i9dQZF1DX34s4fg4Zx3Z", "Vietnam"),
    ("37i9dQZF1DX5C8ObEZ48JQ", ""),
];

/// Their links, to be pasted.
pub fn original_links() -> String {
    ORIGINAL_PLAYLISTS.map(|(id, _)| format!("spotify:playlist:{id}")).join("\n")
}
