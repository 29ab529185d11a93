//! Pictures against Pillow's golden values (`golden/make_pictures.py`), and files that are cut, damaged or no picture.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use cover_study::study::picture::{self, MAX_BYTES, PictureError};
use proptest::prelude::*;

/// In levels of 255, on average over a resized picture; the study's import allows 2.
const TOLERANCE: f64 = 1.0;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/pictures")
}

/// The input files by name.
fn pictures() -> BTreeMap<String, Vec<u8>> {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| expected_of(name).is_none())
        .map(|name| (name.clone(), std::fs::read(folder().join(name)).unwrap()))
        .collect()
}

/// For `NAME.SIZE.png`, NAME and SIZE.
fn expected_of(name: &str) -> Option<(&str, u32)> {
    let (input, size) = name.strip_suffix(".png")?.rsplit_once('.')?;
    Some((input, size.parse().ok()?))
}

fn picture_named(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

#[test]
fn decoding_and_resizing_matches_pillow() {
    let mut compared = 0;
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some((input, size)) = expected_of(&name) else { continue };
        let expected = image::open(folder().join(&name)).unwrap().into_rgb8().into_raw();
        let decoded = picture::decode(&picture_named(input)).unwrap_or_else(|error| panic!("{input}: {error}"));
        let resized = picture::resize(&decoded.rgb, size).unwrap();
        assert_eq!(resized.len(), expected.len(), "{input}");
        let sum: f64 = resized.iter().zip(&expected).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
        let mean = sum / expected.len() as f64;
        println!("{mean:.3} {name}");
        if mean > TOLERANCE {
            failures.push(format!("{name}: {mean:.2} levels"));
        }
        compared += 1;
    }
    assert!(compared >= 48, "only {compared} golden values were found");
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_format_and_a_single_channel_are_told_by_the_content() {
    for (name, bytes) in pictures() {
        let decoded = picture::decode(&bytes).unwrap();
        let format = match name.rsplit_once('.').unwrap().1 {
            "jpg" => "JPEG",
            "png" => "PNG",
            "webp" => "WebP",
            "gif" => "GIF",
            _ => "BMP",
        };
        assert_eq!(decoded.format, format, "{name}");
        let single_channel = ["gray.jpg", "gray-progressive.jpg", "flat-gray.jpg", "gray.png", "gray-alpha.png"];
        let single_channel =
            single_channel.contains(&name.as_str()) || ["gray-16.png", "bilevel.png"].contains(&&*name);
        assert_eq!(decoded.grayscale, single_channel, "{name}");
    }
}

#[test]
fn exif_turns_the_picture_upright() {
    let size_of = |name| picture::decode(&picture_named(name)).unwrap().rgb.dimensions();
    assert_eq!(size_of("exif-3.jpg"), (96, 64));
    assert_eq!(size_of("exif-6.jpg"), (64, 96));
    assert_eq!(size_of("exif-8.webp"), (40, 60));
    assert_eq!(size_of("exif-6.png"), (30, 50));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for (name, bytes) in pictures() {
        // Each byte of the small ones, and of the others' beginning and end.
        let step = bytes.len() / 400 + 1;
        let near_an_end = |length: usize| length < 700 || length + 300 > bytes.len();
        for length in (1..bytes.len()).filter(|&length| length % step == 0 || near_an_end(length)) {
            match picture::decode(&bytes[..length]) {
                Err(PictureError::Truncated) => {}
                Err(PictureError::NotAPicture) if length < 16 => {}
                Err(error) => panic!("{name} cut after {length} of {} bytes: {error}", bytes.len()),
                Ok(_) => panic!("{name} cut after {length} of {} bytes is accepted", bytes.len()),
            }
        }
    }
}

#[test]
fn a_jpeg_cut_and_closed_again_is_refused() {
    for name in ["444.jpg", "420.jpg", "420-odd.jpg", "cmyk.jpg", "gray.jpg", "optimized.jpg", "exif-6.jpg"] {
        let bytes = picture_named(name);
        let data = bytes.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap() + 14;
        // The last few bytes can be padding.
        for length in (data..bytes.len() - 8).step_by(bytes.len() / 150 + 1) {
            if bytes[length - 1] == 0xff {
                continue;
            }
            let closed = [&bytes[..length], &[0xff, 0xd9]].concat();
            assert!(picture::decode(&closed).is_err(), "{name} closed after {length} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn what_follows_the_picture_does_not_matter() {
    for (name, mut bytes) in pictures() {
        let whole = picture::decode(&bytes).unwrap().rgb;
        bytes.extend_from_slice(b"trailing bytes \xff\xd8\xff\xda\xff");
        let followed = picture::decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(whole == followed.rgb, "{name}");
    }
}

#[test]
fn an_embedded_thumbnail_is_passed_over() {
    let (picture, thumbnail) = (picture_named("420.jpg"), picture_named("small.jpg"));
    let length = u16::try_from(thumbnail.len() + 2).unwrap().to_be_bytes();
    let with_thumbnail = [&picture[..2], &[0xff, 0xec], &length, &thumbnail, &picture[2..]].concat();
    let decoded = picture::decode(&with_thumbnail).unwrap();
    assert_eq!(decoded.rgb.dimensions(), (240, 240));
    // Cut behind the thumbnail's end marker, but before the picture's.
    assert_eq!(picture::decode(&with_thumbnail[..with_thumbnail.len() / 2]).unwrap_err(), PictureError::Truncated);
}

#[test]
fn what_is_no_picture_is_told() {
    assert_eq!(picture::decode(b"").unwrap_err(), PictureError::Empty);
    for text in
        ["Just a text that is named cover.jpg\n", "<!DOCTYPE html><html></html>", "BM is short for many words.", "x"]
    {
        assert_eq!(picture::decode(text.as_bytes()).unwrap_err(), PictureError::NotAPicture, "{text}");
    }
    let too_long = vec![0xff; MAX_BYTES as usize + 1];
    assert_eq!(picture::decode(&too_long).unwrap_err(), PictureError::TooManyBytes);
    assert!(matches!(picture::read_file(&folder().join("no such file")), Err(PictureError::Unreadable(_))));
}

#[test]
fn a_picture_that_is_too_large_is_refused_by_its_header() {
    let mut jpeg = picture_named("420.jpg");
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let too_large = |side| PictureError::TooLarge { width: side, height: side };
    assert_eq!(picture::decode(&jpeg).unwrap_err(), too_large(65_535));

    let mut gif = picture_named("still.gif");
    gif[6..10].copy_from_slice(&[0xff; 4]);
    assert_eq!(picture::decode(&gif).unwrap_err(), too_large(65_535));

    let mut bmp = picture_named("rgb.bmp");
    bmp[18..26].copy_from_slice(&[0x60, 0xea, 0, 0, 0x60, 0xea, 0, 0]);
    assert_eq!(picture::decode(&bmp).unwrap_err(), too_large(60_000));

    let side = 10_000_u32;
    let mut png = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut png);
    let pixels = vec![0; (side * side) as usize];
    image::ImageEncoder::write_image(encoder, &pixels, side, side, image::ExtendedColorType::L8).unwrap();
    assert_eq!(picture::decode(&png).unwrap_err(), too_large(side));
}

#[test]
fn any_image_size_is_served() {
    let decoded = picture::decode(&picture_named("422-wide.jpg")).unwrap();
    for size in [1, 20, 60, 640] {
        assert_eq!(picture::resize(&decoded.rgb, size).unwrap().len(), (size * size * 3) as usize);
    }
    let point = image::RgbImage::from_pixel(1, 1, image::Rgb([9, 8, 7]));
    assert!(picture::resize(&point, 20).unwrap().chunks(3).all(|pixel| pixel == [9, 8, 7]));
    let thread = image::RgbImage::from_pixel(1, 3_000_000, image::Rgb([9, 8, 7]));
    assert!(picture::resize(&thread, 640).unwrap().chunks(3).all(|pixel| pixel == [9, 8, 7]));
    assert!(picture::resize(&image::RgbImage::new(0, 5), 20).is_err());
}

/// How many random files each property is tried on.
fn cases() -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig { cases: wanted.unwrap_or(2_000), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn random_bytes_never_panic(start in 0_usize..8, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let signatures: [&[u8]; 8] = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF", b"\xff\xd8\xff\xda", b"GIF87a"];
        let _ = picture::decode(&[signatures[start], &bytes].concat());
    }

    #[test]
    fn flipped_bits_never_panic(
        which in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8, any::<bool>()), 1..8),
    ) {
        let pictures = pictures();
        let (_, bytes) = pictures.iter().nth(which.index(pictures.len())).unwrap();
        let mut bytes = bytes.clone();
        for (place, bit, in_header) in flips {
            let within = if in_header { bytes.len().min(700) } else { bytes.len() };
            bytes[place.index(within)] ^= 1 << bit;
        }
        if let Ok(decoded) = picture::decode(&bytes) {
            picture::resize(&decoded.rgb, 20).unwrap();
        }
    }
}
