//! About the program: its version, and the licences of what it is made of.

use eframe::egui::{self, Context, RichText, ScrollArea};

use super::Panel;
use super::icons::Icon;
use super::modal;
use super::theme::{self, GAP, GAP_LARGE, palette};
use super::widgets::icon_button;
use crate::app::Overlay;

/// What of the window's height the list of licences leaves, in points.
const AROUND: f32 = 120.0;
const NAME: &str = "about";

const OWN: &str = include_str!("../../LICENSE");
const FONTS: &str = include_str!("../../assets/fonts/OFL.txt");
const ICONS: &str = include_str!("../../assets/icons/LICENSE");
const CRATES: &str = include_str!("../../assets/licences.txt");

/// Draws the box where it was asked for.
pub(super) fn overlay(ctx: &Context, panel: &mut Panel<'_>) {
    if panel.state.overlay != Some(Overlay::About) {
        return;
    }
    let shown = modal::modal(ctx, NAME).show(ctx, |ui| {
        ui.set_width(modal::width_for(ctx, 560.0));
        let mut close = false;
        ui.horizontal(|ui| {
            ui.add(Icon::Disc.image(24.0, palette(ui).accent));
            ui.label(RichText::new(concat!("Cover Study ", env!("CARGO_PKG_VERSION"))).font(theme::strong()));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                modal::take_focus(ui, NAME);
                close = icon_button(ui, Icon::Close, "Close", None);
            });
        });
        ui.add_space(GAP);
        ui.label(env!("CARGO_PKG_DESCRIPTION"));
        ui.add_space(GAP_LARGE);
        ScrollArea::vertical()
            .max_height(modal::height_beside(ctx, AROUND).min(320.0))
            .auto_shrink([false, true])
            .show(ui, |ui| {
                let parts = [
                    ("Licence of the program", OWN),
                    ("Licence of the font Inter", FONTS),
                    ("Licence of the icons", ICONS),
                    ("Everything in the program, with its licence", CRATES),
                ];
                for (title, text) in parts {
                    egui::CollapsingHeader::new(title).show(ui, |ui| {
                        ui.label(RichText::new(text).font(theme::caption()).color(palette(ui).quiet));
                    });
                }
            });
        close
    });
    if shown.should_close() || shown.inner {
        panel.state.overlay = None;
        modal::give_focus_back(ctx, NAME);
    }
}
