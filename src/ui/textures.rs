//! Covers as textures: made once, and only so many of them kept.

use std::collections::{HashMap, VecDeque};

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::score::ScoredPictures;
use crate::app::{CoverKey, CoverView, OpenStudy};

/// The textures that are kept, in bytes: some screens full.
const KEPT_BYTES: usize = 96 << 20;

/// A cover as it is and as a network sees it.
#[derive(Clone)]
pub struct CoverTextures {
    pub original: TextureHandle,
    pub network: TextureHandle,
}

/// The textures of the open study's covers, and of those that were scored.
#[derive(Default)]
pub struct Textures {
    covers: HashMap<CoverKey, CoverTextures>,
    /// The oldest first, each with its size in bytes.
    order: VecDeque<(CoverKey, usize)>,
    bytes: usize,
    pub scored: ScoredPictures,
}

impl Textures {
    /// The textures of a cover, where it has been decoded; else `Err` with whether that failed.
    pub fn cover(&mut self, ctx: &Context, study: &mut OpenStudy, key: CoverKey) -> Result<CoverTextures, bool> {
        if let Some(textures) = self.covers.get(&key) {
            return Ok(textures.clone());
        }
        match study.covers.get(&key) {
            None => Err(false),
            Some(Err(_)) => Err(true),
            Some(Ok(_)) => {
                self.take_decoded(ctx, study);
                self.covers.get(&key).cloned().ok_or(false)
            }
        }
    }

    /// Makes textures of all covers that have been decoded: they hold the pixels from now on.
    pub fn take_decoded(&mut self, ctx: &Context, study: &mut OpenStudy) {
        let decoded: Vec<CoverKey> =
            study.covers.iter().filter(|(_, view)| view.is_ok()).map(|(key, _)| *key).collect();
        for key in decoded {
            if let Some(Ok(view)) = study.covers.remove(&key) {
                self.keep(ctx, key, &view);
            }
        }
    }

    fn keep(&mut self, ctx: &Context, key: CoverKey, view: &CoverView) {
        let make = |size: usize, bytes: &[u8], options| {
            ctx.load_texture(format!("cover {}", key.cover.0), ColorImage::from_rgb([size, size], bytes), options)
        };
        let textures = CoverTextures {
            original: make(view.original_size, &view.original, TextureOptions::LINEAR),
            network: make(view.network_size, &view.network, TextureOptions::NEAREST),
        };
        let bytes = 4 * (view.original_size.pow(2) + view.network_size.pow(2));
        if self.covers.insert(key, textures).is_none() {
            self.order.push_back((key, bytes));
            self.bytes += bytes;
        }
        while self.bytes > KEPT_BYTES && self.order.len() > 1 {
            if let Some((oldest, bytes)) = self.order.pop_front() {
                self.covers.remove(&oldest);
                self.bytes -= bytes;
            }
        }
    }

    /// Forgets everything: another study was opened.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
