//! Scored covers as textures: decoded from what the history keeps, a few a frame, and only so many of them kept.

use std::collections::{HashMap, VecDeque};

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::why;
use crate::app::ScoredPicture;
use crate::study::picture;

/// Pictures whose textures are kept, at most 240 pixels a side: 46 MB.
const KEPT: usize = 200;
/// Decoding one takes about a millisecond.
const DECODED_A_FRAME: usize = 3;

/// The textures of scored covers.
#[derive(Default)]
pub struct ScoredPictures {
    /// `None` where the kept picture cannot be decoded.
    plain: HashMap<u64, Option<TextureHandle>>,
    /// The oldest first.
    order: VecDeque<u64>,
    /// The one with what matters in it.
    explained: Option<(u64, TextureHandle)>,
    /// The frame, and how many were decoded in it.
    decoded: (u64, usize),
}

impl ScoredPictures {
    /// The picture of the cover `number`, once it is decoded.
    pub fn plain(&mut self, ctx: &Context, number: u64, scored: &ScoredPicture) -> Option<TextureHandle> {
        if let Some(texture) = self.plain.get(&number) {
            return texture.clone();
        }
        let frame = ctx.cumulative_pass_nr();
        if self.decoded.0 != frame {
            self.decoded = (frame, 0);
        }
        if self.decoded.1 == DECODED_A_FRAME {
            ctx.request_repaint();
            return None;
        }
        self.decoded.1 += 1;
        let texture = decode(scored).map(|(side, rgb)| load(ctx, "scored cover", side, &rgb));
        self.plain.insert(number, texture.clone());
        self.order.push_back(number);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.plain.remove(&oldest);
        }
        texture
    }

    /// The picture of the cover `number` in gray, with what raises and what lowers its score laid over it.
    pub fn explained(&mut self, ctx: &Context, number: u64, scored: &ScoredPicture) -> Option<TextureHandle> {
        if let Some((known, texture)) = &self.explained
            && *known == number
        {
            return Some(texture.clone());
        }
        let map = scored.why.as_ref()?.as_ref().ok().filter(|map| why::matters(map, &scored.score))?;
        let (side, rgb) = decode(scored)?;
        let texture = load(ctx, "explained cover", side, &why::laid_over(&rgb, side, map));
        self.explained = Some((number, texture.clone()));
        Some(texture)
    }
}

/// The side of the kept picture, and its RGB bytes.
fn decode(scored: &ScoredPicture) -> Option<(usize, Vec<u8>)> {
    let rgb = picture::decode(&scored.score.picture).ok()?.rgb;
    Some((rgb.width() as usize, rgb.into_raw())).filter(|(side, rgb)| side * side * 3 == rgb.len())
}

fn load(ctx: &Context, name: &str, side: usize, rgb: &[u8]) -> TextureHandle {
    ctx.load_texture(name, ColorImage::from_rgb([side, side], rgb), TextureOptions::LINEAR)
}
