//! What is drawn: one file a panel. Panels read the state, push commands, and never wait.

mod about;
mod colors;
mod covers;
mod divided;
mod icons;
mod import;
mod job_bar;
mod marks;
mod modal;
mod model;
mod number_fields;
mod page;
mod plots;
mod rail;
mod results;
mod rows;
mod save_as;
mod score;
mod scroll_bars;
mod shortcuts;
mod start;
mod textures;
mod theme;
mod toasts;
mod training;
mod verdict;
mod widgets;
mod window;

pub use window::{OpenError, Window, has_opened, open};

use eframe::egui::Context;

use crate::app::{Command, CoverKey, State};
use crate::study::CoverId;
use textures::{CoverTextures, Textures};

/// What a panel draws with.
struct Panel<'a> {
    state: &'a mut State,
    commands: &'a mut Vec<Command>,
    textures: &'a mut Textures,
    /// Covers that are seen and not decoded yet.
    wanted: &'a mut Vec<CoverKey>,
}

impl Panel<'_> {
    /// A cover as tiles show it, where it has been decoded; else it is asked for. `Err` tells whether decoding failed.
    fn cover(&mut self, ctx: &Context, cover: CoverId) -> Result<CoverTextures, bool> {
        self.cover_as(ctx, CoverKey::tile(cover, self.state.preview_size))
    }

    /// A cover as `key` wants it.
    fn cover_as(&mut self, ctx: &Context, key: CoverKey) -> Result<CoverTextures, bool> {
        let found = match &mut self.state.study {
            Some(study) => self.textures.cover(ctx, study, key),
            None => Err(true),
        };
        if found.as_ref().is_err_and(|failed| !failed) {
            self.wanted.push(key);
        }
        found
    }

    fn push(&mut self, command: Command) {
        self.commands.push(command);
    }
}
