//! Whether a file holds all of its picture, told from its outline alone: decoders stop reading where the pixels end
//! or fill up what is missing.

use super::PictureError;

/// Every chunk up to and with the final one is there.
pub(super) fn png(bytes: &[u8]) -> Result<(), PictureError> {
    const SIGNATURE: usize = 8;
    // Length and kind before a chunk's data, its checksum after it.
    const AROUND: usize = 12;
    let mut at = SIGNATURE;
    loop {
        let chunk = bytes.get(at..).ok_or(PictureError::Truncated)?;
        let length = u32_be(chunk)? as usize;
        let is_last = chunk.get(4..8) == Some(b"IEND");
        at = at.checked_add(AROUND).and_then(|at| at.checked_add(length)).ok_or(PictureError::Truncated)?;
        if at > bytes.len() {
            return Err(PictureError::Truncated);
        }
        if is_last {
            return Ok(());
        }
    }
}

/// The file is as long as its RIFF header says.
pub(super) fn webp(bytes: &[u8]) -> Result<(), PictureError> {
    const HEADER: u64 = 8;
    let length = u64::from(u32_le(bytes, 4)?) + HEADER;
    if bytes.len() < 12 || (bytes.len() as u64) < length { Err(PictureError::Truncated) } else { Ok(()) }
}

/// Every block up to the trailer is there.
pub(super) fn gif(bytes: &[u8]) -> Result<(), PictureError> {
    const HEADER: usize = 13;
    const IMAGE_HEADER: usize = 10;
    let mut at = HEADER + color_table(byte(bytes, 10)?);
    loop {
        at = match byte(bytes, at)? {
            b'!' => end_of_sub_blocks(bytes, at + 2)?,
            b',' => {
                let table = color_table(byte(bytes, at + IMAGE_HEADER - 1)?);
                // After the table, a byte with the size of the first code.
                end_of_sub_blocks(bytes, at + IMAGE_HEADER + table + 1)?
            }
            b';' => return Ok(()),
            _ => return Err(PictureError::Damaged("an unknown block in a GIF".to_owned())),
        };
    }
}

/// The bytes of the color table that a GIF's flags announce.
fn color_table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn end_of_sub_blocks(bytes: &[u8], mut at: usize) -> Result<usize, PictureError> {
    loop {
        let length = usize::from(byte(bytes, at)?);
        at += 1 + length;
        if length == 0 {
            return Ok(at);
        }
    }
}

const BMP_FILE_HEADER: usize = 14;

/// "BM" alone begins many a text: the second header's size has to be one that exists, as far as the file goes.
pub(super) fn is_bmp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"BM")
        && match u32_le(bytes, BMP_FILE_HEADER) {
            Ok(size) => matches!(size, 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124),
            Err(_) => bytes.get(6..10).is_some_and(|reserved| reserved == [0; 4]),
        }
}

/// The file is as long as its header says; some programs leave that at 0.
pub(super) fn bmp(bytes: &[u8]) -> Result<(), PictureError> {
    if (bytes.len() as u64) < u64::from(u32_le(bytes, 2)?) { Err(PictureError::Truncated) } else { Ok(()) }
}

fn byte(bytes: &[u8], at: usize) -> Result<u8, PictureError> {
    bytes.get(at).copied().ok_or(PictureError::Truncated)
}

fn u32_be(bytes: &[u8]) -> Result<u32, PictureError> {
    bytes.first_chunk().map(|four| u32::from_be_bytes(*four)).ok_or(PictureError::Truncated)
}

fn u32_le(bytes: &[u8], at: usize) -> Result<u32, PictureError> {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk()).ok_or(PictureError::Truncated)?;
    Ok(u32::from_le_bytes(*four))
}
