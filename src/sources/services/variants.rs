//! The sizes in which services have a cover.

use super::CoverVariant;

/// Cover addresses of Spotify, each with its width in pixels: the part before the picture's own number.
const SPOTIFY_SIZES: [(u32, &str); 3] =
    [(64, "ab67616d00004851"), (300, "ab67616d00001e02"), (640, "ab67616d0000b273")];

/// The width of the cover at an address of Spotify's; `None` at others.
pub fn width_of(address: &str) -> Option<u32> {
    SPOTIFY_SIZES.iter().find(|(_, part)| address.contains(&format!("/image/{part}"))).map(|(width, _)| *width)
}

/// The smallest variant that is at least `width` pixels wide; the largest where none is, of those of unknown width the
/// first.
pub fn choose(variants: &[CoverVariant], width: u32) -> Option<&CoverVariant> {
    variants
        .iter()
        .filter(|variant| variant.width >= width)
        .min_by_key(|variant| variant.width)
        .or_else(|| variants.iter().rev().max_by_key(|variant| variant.width))
}

/// The width of Spotify's smallest covers that are at least `width` wide.
pub fn fitting_width(width: u32) -> u32 {
    SPOTIFY_SIZES.iter().find(|(own, _)| *own >= width).unwrap_or(&SPOTIFY_SIZES[2]).0
}

/// A Spotify cover's address at the smallest size that is at least `width`; other addresses as they are.
pub fn at_width(address: &str, width: u32) -> String {
    let fitting = SPOTIFY_SIZES.iter().find(|(own, _)| *own >= width).unwrap_or(&SPOTIFY_SIZES[2]).1;
    match SPOTIFY_SIZES.iter().find(|(_, part)| address.contains(&format!("/image/{part}"))) {
        Some((_, part)) => address.replacen(part, fitting, 1),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_variant_that_suffices() {
        let variants = [640, 300, 64].map(|width| CoverVariant { width, url: width.to_string() });
        let chosen = |width| choose(&variants, width).map(|variant| variant.width);
        assert_eq!([60, 64, 65, 300, 1000].map(chosen), [64, 64, 300, 300, 640].map(Some));
        assert_eq!(choose(&[], 60), None);
        let seed = "https://i.scdn.co/image/ab67616d0000b273e5b0e926272b00540be8b443";
        assert_eq!(at_width(seed, 60), "https://i.scdn.co/image/ab67616d00004851e5b0e926272b00540be8b443");
        assert_eq!(at_width(seed, 400), seed);
        assert_eq!(at_width("https://example.com/a.jpg", 60), "https://example.com/a.jpg");
    }

    proptest::proptest! {
        #[test]
        fn any_address_has_one_at_a_width(address in ".{0,80}", width in 0_u32..2000) {
            let at = at_width(&address, width);
            proptest::prop_assert_eq!(at_width(&at, width), at);
        }
    }
}
