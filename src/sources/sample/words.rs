//! The names in the sample study, none of which is a real playlist's, track's or artist's.

/// The playlists, and how far each lies above or below the study's mean, in standard deviations of that effect.
pub const PLAYLISTS: [(&str, f64); 8] = [
    ("Night drive", 1.2),
    ("Acoustic morning", -0.4),
    ("Rooftop disco", 1.5),
    ("Rainy day piano", -1.2),
    ("Garage sundown", 0.4),
    ("Slow tide", -0.8),
    ("Neon arcade", 0.7),
    ("Desert radio", -1.4),
];

/// First words of a title.
pub const FIRST: [&str; 24] = [
    "Paper", "Golden", "Quiet", "Electric", "Hollow", "Velvet", "Northern", "Faded", "Silver", "Broken", "Distant",
    "Midnight", "Open", "Burning", "Glass", "Salt", "Early", "Wooden", "Second", "Borrowed", "Tidal", "Empty", "Amber",
    "Restless",
];

/// Last words of a title. Each goes with each of [`FIRST`]: 480 titles.
pub const LAST: [&str; 20] = [
    "lanterns",
    "harbor",
    "letters",
    "mirrors",
    "gardens",
    "motel",
    "signals",
    "rivers",
    "summer",
    "windows",
    "echoes",
    "skyline",
    "horses",
    "cinema",
    "orchards",
    "highway",
    "weather",
    "parade",
    "balcony",
    "satellites",
];
