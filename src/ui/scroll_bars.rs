//! Names for scroll bars, which egui gives none: a screen reader would only say that something is there.

use eframe::egui::accesskit::{Orientation, Role};
use eframe::egui::{Context, FullOutput, Plugin};

/// Names all scroll bars of a frame before it is handed on.
pub struct NamedScrollBars;

impl Plugin for NamedScrollBars {
    fn debug_name(&self) -> &'static str {
        "named scroll bars"
    }

    fn output_hook(&mut self, _ctx: &Context, output: &mut FullOutput) {
        let nodes = output.platform_output.accesskit_update.iter_mut().flat_map(|update| &mut update.nodes);
        for (_, node) in nodes.filter(|(_, node)| node.role() == Role::ScrollBar && node.label().is_none()) {
            let is_sideways = node.orientation() == Some(Orientation::Horizontal);
            node.set_label(if is_sideways { "Scroll to the side" } else { "Scroll" });
        }
    }
}
