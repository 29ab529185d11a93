//! Pictures: from the bytes of a cover's file to the pixels that a network sees.
//!
//! Every cover, imported or dropped on the window, goes the same way: [`read_file`], [`decode`], [`resize`]. A file
//! is judged by its content, not by its name's ending, and one that is not whole is refused: decoders commonly fill
//! what is missing with gray, and a model would learn from that gray.

mod jpeg;
mod whole;

use std::fs::File;
use std::io::{Cursor, Read as _};
use std::path::Path;

use fast_image_resize as fir;
use fir::images::{TypedImage, TypedImageRef};
use fir::pixels::U8x3;
use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, Limits, RgbImage};

use super::words::why;

/// The most pixels a picture may have, looked up in its header before anything is decoded.
pub const MAX_PIXELS: u64 = 50_000_000;

/// The most bytes a picture's file may have.
pub const MAX_BYTES: u64 = 64 << 20;

/// A decoded cover: turned upright as its EXIF data says, 8 bits a channel.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Row by row from the top left. Transparency is dropped, as Pillow's `convert("RGB")` does.
    pub rgb: RgbImage,
    /// Whether the file has a single color channel (beside transparency).
    pub grayscale: bool,
    /// "JPEG", "PNG", "WebP", "GIF" or "BMP".
    pub format: &'static str,
}

/// Why a file gives no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file has no bytes.
    #[error("The file is empty. Copy or download it again.")]
    Empty,
    /// The content is of no format that can be read.
    #[error("This is not a picture that can be read: a JPEG, PNG, WebP, GIF or BMP file is needed.")]
    NotAPicture,
    /// The file ends within the picture.
    #[error("The picture is cut off: the file ends before the picture does. Copy or download it again.")]
    Truncated,
    /// More than [`MAX_PIXELS`].
    #[error("The picture is too large: {width} x {height} pixels, the limit is {} million pixels. Make it smaller.", MAX_PIXELS / 1_000_000)]
    TooLarge {
        /// In pixels, as the header says.
        width: u32,
        /// In pixels, as the header says.
        height: u32,
    },
    /// More than [`MAX_BYTES`].
    #[error("The file is too large: the limit is {} MiB. Save the picture smaller.", MAX_BYTES >> 20)]
    TooManyBytes,
    /// All of it is transparent.
    #[error("Nothing of the picture can be seen: it is transparent everywhere. Save it again with its colors.")]
    Invisible,
    /// The picture contradicts its format.
    #[error("The picture is damaged ({0}). Copy or download it again.")]
    Damaged(String),
    /// A kind of picture within a known format that is not read.
    #[error("This kind of picture cannot be read ({0}). Save it again as an ordinary JPEG or PNG.")]
    Unsupported(String),
    /// The file could not be read from the disk.
    #[error("The file could not be read: {0}.")]
    Unreadable(String),
}

impl From<ImageError> for PictureError {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Self::Truncated,
            ImageError::Unsupported(error) => Self::Unsupported(plain(&error)),
            ImageError::Limits(_) => Self::Unsupported("it needs too much memory".to_owned()),
            error => Self::Damaged(plain(&error)),
        }
    }
}

/// An error of a decoder without the full stop that the sentence around it brings.
fn plain(error: &dyn std::fmt::Display) -> String {
    error.to_string().trim_end_matches(['.', '\n', ' ']).to_owned()
}

/// Reads a picture's file, unless it is larger than [`MAX_BYTES`].
///
/// # Errors
/// [`PictureError::TooManyBytes`], [`PictureError::Unreadable`].
pub fn read_file(path: &Path) -> Result<Vec<u8>, PictureError> {
    let unreadable = |error: std::io::Error| PictureError::Unreadable(why(&error));
    // A pipe or a device may never end, and may keep whoever opens it waiting.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(PictureError::Unreadable("it is no ordinary file".to_owned()));
    }
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large, also one that is still growing.
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES { Err(PictureError::TooManyBytes) } else { Ok(bytes) }
}

/// Decodes a whole JPEG, PNG, WebP, GIF (its first frame) or BMP file.
///
/// # Errors
/// Each [`PictureError`] but `Unreadable`.
pub fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(PictureError::TooManyBytes);
    }
    match Format::of(bytes).ok_or(PictureError::NotAPicture)? {
        Format::Jpeg => jpeg::decode(bytes),
        Format::Png => {
            whole::png(bytes)?;
            decode_with(PngDecoder::with_limits(Cursor::new(bytes), Limits::default())?, "PNG")
        }
        Format::WebP => {
            whole::webp(bytes)?;
            decode_with(WebPDecoder::new(Cursor::new(bytes))?, "WebP")
        }
        Format::Gif => {
            whole::gif(bytes)?;
            decode_with(GifDecoder::new(Cursor::new(bytes))?, "GIF")
        }
        Format::Bmp => {
            whole::bmp(bytes)?;
            decode_with(BmpDecoder::new(Cursor::new(bytes))?, "BMP")
        }
    }
}

enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
}

impl Format {
    /// By the signature at the start; a file cut within its signature counts as what it begins like.
    fn of(bytes: &[u8]) -> Option<Self> {
        let begins = |signature: &[u8]| {
            let common = signature.len().min(bytes.len());
            common >= 2 && bytes[..common] == signature[..common]
        };
        if begins(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if begins(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if begins(b"GIF87a") || begins(b"GIF89a") {
            Some(Self::Gif)
        } else if begins(b"RIFF") && b"WEBP".starts_with(bytes.get(8..12.min(bytes.len())).unwrap_or_default()) {
            Some(Self::WebP)
        } else if whole::is_bmp(bytes) {
            Some(Self::Bmp)
        } else {
            None
        }
    }
}

fn decode_with(mut decoder: impl ImageDecoder, format: &'static str) -> Result<Picture, PictureError> {
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    decoder.set_limits(Limits::default())?;
    let grayscale = is_grayscale(decoder.original_color_type());
    // Unreadable EXIF data is no reason to refuse the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if is_invisible(&picture) {
        return Err(PictureError::Invisible);
    }
    picture.apply_orientation(orientation);
    Ok(Picture { rgb: picture.into_rgb8(), grayscale, format })
}

/// Whether nothing of it can be seen: its colors are leftovers of a program then, and no cover.
fn is_invisible(picture: &DynamicImage) -> bool {
    match picture {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().all(|pixel| pixel[3] == 0),
        DynamicImage::ImageLumaA8(pixels) => pixels.pixels().all(|pixel| pixel[1] == 0),
        DynamicImage::ImageRgba16(pixels) => pixels.pixels().all(|pixel| pixel[3] == 0),
        DynamicImage::ImageLumaA16(pixels) => pixels.pixels().all(|pixel| pixel[1] == 0),
        _ => false,
    }
}

fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged("it has no pixels".to_owned()));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge { width, height });
    }
    Ok(())
}

fn is_grayscale(color: ExtendedColorType) -> bool {
    use ExtendedColorType::{L1, L2, L4, L8, L16, La1, La2, La4, La8, La16};
    matches!(color, L1 | L2 | L4 | L8 | L16 | La1 | La2 | La4 | La8 | La16)
}

/// The picture at `image_size` x `image_size` pixels: RGB bytes row by row, `image_size`² · 3 of them.
///
/// As Pillow's `Image.resize((n, n))`: bicubic (a = -0.5), antialiased; the aspect is not kept, as in the 2022 study.
///
/// # Errors
/// [`PictureError::Damaged`] where the picture has no pixels.
pub fn resize(picture: &RgbImage, image_size: u32) -> Result<Vec<u8>, PictureError> {
    check_size(picture.width(), picture.height())?;
    // A pass of its own for each direction, the horizontal one first as in Pillow (up to version 12): in between, what
    // a sharp edge overshoots is clipped to 8 bits, so that the other order gives other levels.
    let (width, height) = picture.dimensions();
    // A picture of a few columns and millions of rows must not be widened before it is shortened.
    let between = if u64::from(image_size) * u64::from(height) <= MAX_PIXELS {
        (image_size, height)
    } else {
        (width, image_size)
    };
    let halfway = convolve((width, height), picture.as_raw(), between)?;
    convolve(between, &halfway, (image_size, image_size))
}

/// RGB bytes of `from` (width, height) pixels, resized to those of `to`.
fn convolve(from: (u32, u32), rgb: &[u8], to: (u32, u32)) -> Result<Vec<u8>, PictureError> {
    let failed = |error: &dyn std::fmt::Display| PictureError::Damaged(plain(error));
    // Typed, because the untyped call compiles the resizer for every pixel type there is.
    let source = TypedImageRef::<U8x3>::from_buffer(from.0, from.1, rgb).map_err(|error| failed(&error))?;
    let mut bytes = vec![0; to.0 as usize * to.1 as usize * 3];
    let mut resized = TypedImage::<U8x3>::from_buffer(to.0, to.1, &mut bytes).map_err(|error| failed(&error))?;
    // Catmull-Rom is the cubic with a = -0.5; it widens with the scale, hence antialiases.
    let options =
        fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::CatmullRom)).use_alpha(false);
    fir::Resizer::new().resize_typed(&source, &mut resized, &options).map_err(|error| failed(&error))?;
    Ok(bytes)
}
