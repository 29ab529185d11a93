//! Covers as textures: made once, and only so many of them kept.

use std::collections::{HashMap, VecDeque};

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::score::ScoredPictures;
use crate::app::OpenStudy;
use crate::study::CoverId;

/// Covers whose textures are kept: some screens full, at most 100 MB.
const KEPT: usize = 400;

/// A cover as it is and as a network sees it.
#[derive(Clone)]
pub struct CoverTextures {
    pub original: TextureHandle,
    pub network: TextureHandle,
}

/// The textures of the open study's covers, and of those that were scored.
#[derive(Default)]
pub struct Textures {
    covers: HashMap<(CoverId, usize), CoverTextures>,
    order: VecDeque<(CoverId, usize)>,
    pub scored: ScoredPictures,
}

impl Textures {
    /// The textures of a cover, where it has been read; else `Err` with whether reading it failed.
    pub fn cover(
        &mut self,
        ctx: &Context,
        study: &mut OpenStudy,
        key: (CoverId, usize),
    ) -> Result<CoverTextures, bool> {
        if let Some(textures) = self.covers.get(&key) {
            return Ok(textures.clone());
        }
        match study.covers.get(&key) {
            None => Err(false),
            Some(Err(_)) => Err(true),
            Some(Ok(view)) => {
                let make = |size: usize, bytes: &[u8], options| {
                    ctx.load_texture(format!("cover {}", key.0.0), ColorImage::from_rgb([size, size], bytes), options)
                };
                let textures = CoverTextures {
                    original: make(view.original_size, &view.original, TextureOptions::LINEAR),
                    network: make(view.network_size, &view.network, TextureOptions::NEAREST),
                };
                // The texture holds the pixels from now on.
                study.covers.remove(&key);
                self.keep(key, textures.clone());
                Ok(textures)
            }
        }
    }

    fn keep(&mut self, key: (CoverId, usize), textures: CoverTextures) {
        self.covers.insert(key, textures);
        self.order.push_back(key);
        while self.order.len() > KEPT {
            if let Some(oldest) = self.order.pop_front() {
                self.covers.remove(&oldest);
            }
        }
    }

    /// Forgets everything: another study was opened.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
