//! The icons, one family, drawn in the color they are asked for.

use eframe::egui::{Color32, Image, ImageSource, Rect, Ui, Vec2, include_image};

use crate::app::Step;

macro_rules! icons {
    ($($name:ident = $file:literal),* $(,)?) => {
        /// An icon of `assets/icons`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Icon { $($name),* }

        impl Icon {
            fn source(self) -> ImageSource<'static> {
                match self { $(Self::$name => include_image!(concat!("../../assets/icons/", $file, ".svg"))),* }
            }
        }
    };
}

icons! {
    Alert = "alert",
    ArrowDown = "arrow-down",
    ArrowUp = "arrow-up",
    Check = "circle-check",
    Colors = "colors",
    Covers = "covers",
    Disc = "disc",
    Empty = "circle",
    Folded = "chevron-right",
    Help = "help",
    Import = "import",
    Info = "info",
    Model = "model",
    Moon = "moon",
    Monitor = "monitor",
    Results = "results",
    Pause = "pause",
    Running = "loader",
    Score = "score",
    Star = "star",
    StarFilled = "star-filled",
    Sun = "sun",
    Training = "training",
    Tick = "check",
    Trash = "trash",
    Unfolded = "chevron-down",
    Verdict = "verdict",
    Close = "x",
}

impl Icon {
    /// The icon of a step.
    pub fn of(step: Step) -> Self {
        match step {
            Step::Import => Self::Import,
            Step::Covers => Self::Covers,
            Step::Colors => Self::Colors,
            Step::Model => Self::Model,
            Step::Training => Self::Training,
            Step::Results => Self::Results,
            Step::Verdict => Self::Verdict,
            Step::Score => Self::Score,
        }
    }

    /// As a widget of `size` points.
    pub fn image(self, size: f32, color: Color32) -> Image<'static> {
        Image::new(self.source()).fit_to_exact_size(Vec2::splat(size)).tint(color)
    }

    /// Paints it into `rect`.
    pub fn paint(self, ui: &Ui, rect: Rect, color: Color32) {
        self.image(rect.height(), color).paint_at(ui, rect);
    }
}
