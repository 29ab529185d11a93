//! What the services' terms say, for the person to decide before the first import from one.

/// In plain words, one paragraph each.
pub const TERMS: [&str; 3] = [
    "Spotify's developer terms forbid training a machine-learning model on Spotify's content, covers included, and allow \
     keeping it only for a while. Deezer's terms allow use that is not commercial. Whether your study is within them is \
     for you, or your label's lawyers, to decide.",
    "Your own catalogue is the safe way: a spreadsheet with a folder of covers that your label owns.",
    "Playlists are asked for only when you import them. A study can be told afterwards to forget every cover that it \
     downloaded.",
];
