//! JPEG files, decoded only where they are whole.
//!
//! The decoder fills what a cut file lacks with gray. Two things here prevent that: a walk over the file's segments
//! up to its end marker, and bits before that marker which no code word matches, so that a decoder that is still
//! short of data when the picture ends fails instead of inventing it.

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::{Picture, PictureError, check_size, plain};

/// The longest side that the format can express.
const MAX_SIDE: usize = 65_535;

/// No Huffman code word consists of ones only (ITU-T T.81, C.2); each 0xFF is followed by its stuffed 0.
///
/// Long enough to outlast a code word's 16 bits, its value's and those of a preceding end-of-band run.
const UNDECODABLE: [u8; 24] =
    [0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0];

mod marker {
    pub const TEM: u8 = 0x01;
    pub const SOF2: u8 = 0xc2;
    pub const RST0: u8 = 0xd0;
    pub const RST7: u8 = 0xd7;
    pub const SOI: u8 = 0xd8;
    pub const EOI: u8 = 0xd9;
    pub const SOS: u8 = 0xda;
}

pub(super) fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    let guarded = Outline::of(bytes)?.guarded(bytes);
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(MAX_SIDE)
        .set_max_height(MAX_SIDE)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(guarded.as_slice()), options);
    decoder.decode_headers().map_err(refused)?;
    let headerless = || PictureError::Damaged("its header is missing".to_owned());
    let (width, height) = decoder.dimensions().ok_or_else(headerless)?;
    let (width, height) = (width as u32, height as u32);
    check_size(width, height)?;
    let grayscale = decoder.info().ok_or_else(headerless)?.components == 1;
    if grayscale {
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::Luma));
    }
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let samples = decoder.decode().map_err(refused)?;
    let decoded = if grayscale {
        GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8)
    } else {
        RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8)
    };
    let mut picture = decoded.ok_or_else(headerless)?;
    picture.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(Picture { rgb: picture.into_rgb8(), grayscale, format: "JPEG" })
}

fn refused(error: DecodeErrors) -> PictureError {
    match error {
        DecodeErrors::Unsupported(_) => {
            PictureError::Unsupported("a JPEG that is lossless or arithmetically coded".to_owned())
        }
        // The end marker is there, as the walk has shown; what comes before it is too short.
        DecodeErrors::ExhaustedData => PictureError::Truncated,
        error => PictureError::Damaged(plain(&error)),
    }
}

/// What the walk over a file's segments finds.
struct Outline {
    /// Where the end marker begins, in bytes.
    end: usize,
    progressive: bool,
    scans: usize,
}

impl Outline {
    /// Walks over the segments and scans up to the end marker; thumbnails lie within a segment and are passed over
    /// with it, what follows the end marker is not looked at.
    fn of(bytes: &[u8]) -> Result<Self, PictureError> {
        let mut at = 2;
        let mut outline = Self { end: 0, progressive: false, scans: 0 };
        loop {
            let (marker, start) = next_marker(bytes, at)?;
            at = start + 2;
            match marker {
                marker::EOI => {
                    outline.end = start;
                    return Ok(outline);
                }
                marker::TEM | marker::SOI | marker::RST0..=marker::RST7 => continue,
                marker::SOF2 => outline.progressive = true,
                marker::SOS => outline.scans += 1,
                _ => {}
            }
            let length = bytes.get(at..at + 2).ok_or(PictureError::Truncated)?;
            at += usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
        }
    }

    /// The picture up to its end, the undecodable bits before the end marker.
    fn guarded(&self, bytes: &[u8]) -> Vec<u8> {
        let mut guarded = Vec::with_capacity(self.end + UNDECODABLE.len() + 2);
        guarded.extend_from_slice(&bytes[..self.end]);
        // The decoder insists on the marker right behind the first of a progressive picture's scans.
        if !(self.progressive && self.scans < 2) {
            guarded.extend_from_slice(&UNDECODABLE);
        }
        guarded.extend_from_slice(&[0xff, marker::EOI]);
        guarded
    }
}

/// The next marker from `at` on and where its last 0xFF stands; entropy-coded data is passed over.
fn next_marker(bytes: &[u8], mut at: usize) -> Result<(u8, usize), PictureError> {
    loop {
        let rest = bytes.get(at..).ok_or(PictureError::Truncated)?;
        at += rest.iter().position(|&byte| byte == 0xff).ok_or(PictureError::Truncated)?;
        match *bytes.get(at + 1).ok_or(PictureError::Truncated)? {
            0 => at += 2,
            0xff => at += 1,
            marker => return Ok((marker, at)),
        }
    }
}
