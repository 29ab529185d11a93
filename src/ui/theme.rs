//! The tokens of the design, and how egui is told of them.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle,
    Theme, Ui, Visuals, vec2,
};

use crate::app::ThemeChoice;

/// Between parts of one thing.
pub const GAP: f32 = 8.0;
/// Between things.
pub const GAP_LARGE: f32 = 16.0;
/// Around a panel.
pub const MARGIN: f32 = 24.0;
/// Corners of controls.
pub const RADIUS_CONTROL: u8 = 6;
/// Corners of cards.
pub const RADIUS_CARD: u8 = 10;
/// Corners of covers.
pub const RADIUS_COVER: u8 = 2;
/// The height of buttons and fields.
pub const CONTROL_HEIGHT: f32 = 32.0;

/// The width of scroll bars.
pub const SCROLL_BAR: f32 = 8.0;
const THUMB_OPACITY: f32 = 0.55;

const CAPTION: f32 = 12.0;
const BODY: f32 = 14.0;
const STRONG: f32 = 16.0;
const TITLE: f32 = 20.0;
const BIG_NUMBER: f32 = 32.0;

/// The colors of one theme; data colors are Okabe and Ito's, which color-blind people tell apart.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    pub page: Color32,
    pub card: Color32,
    pub text: Color32,
    pub quiet: Color32,
    pub line: Color32,
    pub field: Color32,
    pub accent: Color32,
    pub on_accent: Color32,
    pub selected: Color32,
    pub success: Color32,
    pub warning: Color32,
    pub error: Color32,
    pub train: Color32,
    pub test: Color32,
    pub mean: Color32,
}

const fn rgb(value: u32) -> Color32 {
    Color32::from_rgb((value >> 16) as u8, (value >> 8) as u8, value as u8)
}

/// The light theme's colors.
pub const LIGHT: Palette = Palette {
    page: rgb(0xF6_F7F9),
    card: rgb(0xFF_FFFF),
    text: rgb(0x1B_1F24),
    quiet: rgb(0x5B_6570),
    line: rgb(0xDD_E1E6),
    field: rgb(0xF1_F3F6),
    accent: rgb(0x3D_5AFE),
    on_accent: rgb(0xFF_FFFF),
    selected: rgb(0xE7_EBFF),
    success: rgb(0x00_7A5A),
    warning: rgb(0x8F_5400),
    error: rgb(0xC6_2828),
    train: rgb(0x00_72B2),
    test: rgb(0xE6_9F00),
    mean: rgb(0x7A_838D),
};

const DARK: Palette = Palette {
    page: rgb(0x14_171B),
    card: rgb(0x1C_2026),
    text: rgb(0xE8_EBEF),
    quiet: rgb(0x9A_A4AF),
    line: rgb(0x30_363E),
    field: rgb(0x25_2A31),
    accent: rgb(0x8C_9EFF),
    on_accent: rgb(0x14_171B),
    selected: rgb(0x2A_3050),
    success: rgb(0x2F_C99A),
    warning: rgb(0xF0_A94A),
    error: rgb(0xFF_8A80),
    train: rgb(0x3D_A5DE),
    test: rgb(0xE6_9F00),
    mean: rgb(0x9A_A4AF),
};

/// Colors of further series, for runs that are drawn together.
pub const SERIES: [Color32; 6] =
    [rgb(0x00_72B2), rgb(0xE6_9F00), rgb(0x00_9E73), rgb(0xCC_79A7), rgb(0x56_B4E9), rgb(0xD5_5E00)];

/// The palette that `ui` draws with.
pub fn palette(ui: &Ui) -> Palette {
    if ui.visuals().dark_mode { DARK } else { LIGHT }
}

/// The text of big numbers: the score.
pub fn big_number() -> FontId {
    FontId::new(BIG_NUMBER, FontFamily::Name("semibold".into()))
}

/// Text that stands out from the body.
pub fn strong() -> FontId {
    FontId::new(STRONG, FontFamily::Name("semibold".into()))
}

/// Body text, semibold.
pub fn body_strong() -> FontId {
    FontId::new(BODY, FontFamily::Name("semibold".into()))
}

/// Small text.
pub fn caption() -> FontId {
    FontId::new(CAPTION, FontFamily::Proportional)
}

/// Small text, semibold.
pub fn caption_strong() -> FontId {
    FontId::new(CAPTION, FontFamily::Name("semibold".into()))
}

/// Gives egui the fonts and both themes; once, at the start.
pub fn install(ctx: &Context) {
    egui_extras::install_image_loaders(ctx);
    ctx.set_fonts(fonts());
    for (theme, palette) in [(Theme::Light, LIGHT), (Theme::Dark, DARK)] {
        ctx.style_mut_of(theme, |style| {
            style.visuals = visuals(theme, &palette);
            style.text_styles = text_styles();
            style.spacing.item_spacing = vec2(GAP, GAP);
            style.spacing.button_padding = vec2(12.0, 6.0);
            style.spacing.interact_size.y = CONTROL_HEIGHT;
            style.spacing.window_margin = Margin::same(16);
            style.spacing.menu_margin = Margin::same(8);
            style.spacing.combo_width = 120.0;
            style.spacing.scroll = scroll_style();
            style.animation_time = 0.12;
        });
    }
}

/// Thumbs without a track, in the color of the text, beside what they scroll.
fn scroll_style() -> egui::style::ScrollStyle {
    egui::style::ScrollStyle {
        floating: true,
        bar_width: SCROLL_BAR,
        floating_width: SCROLL_BAR,
        floating_allocated_width: SCROLL_BAR + 4.0,
        handle_min_length: 32.0,
        foreground_color: true,
        dormant_background_opacity: 0.0,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        dormant_handle_opacity: THUMB_OPACITY,
        active_handle_opacity: THUMB_OPACITY,
        interact_handle_opacity: 0.75,
        ..egui::style::ScrollStyle::floating()
    }
}

/// Follows the person's choice of theme.
pub fn apply_choice(ctx: &Context, choice: ThemeChoice) {
    let preference = match choice {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Light => egui::ThemePreference::Light,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
    };
    if ctx.options(|options| options.theme_preference) != preference {
        ctx.set_theme(preference);
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let regular = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
    let semibold = include_bytes!("../../assets/fonts/Inter-SemiBold.ttf");
    fonts.font_data.insert("inter".to_owned(), Arc::new(FontData::from_static(regular)));
    fonts.font_data.insert("inter semibold".to_owned(), Arc::new(FontData::from_static(semibold)));
    // The default fonts stay behind Inter for the signs that it lacks.
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| std::iter::once(first.to_owned()).chain(fallback.iter().cloned()).collect::<Vec<_>>();
    fonts.families.insert(FontFamily::Name("semibold".into()), family("inter semibold"));
    fonts.families.insert(FontFamily::Proportional, family("inter"));
    fonts
}

fn text_styles() -> std::collections::BTreeMap<TextStyle, FontId> {
    let semibold = FontFamily::Name("semibold".into());
    [
        (TextStyle::Small, FontId::new(CAPTION, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(BODY, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(BODY, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(BODY, FontFamily::Monospace)),
        (TextStyle::Heading, FontId::new(TITLE, semibold)),
    ]
    .into()
}

fn visuals(theme: Theme, palette: &Palette) -> Visuals {
    let mut visuals = if theme == Theme::Dark { Visuals::dark() } else { Visuals::light() };
    visuals.panel_fill = palette.page;
    visuals.window_fill = palette.card;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(RADIUS_CARD);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS_CONTROL);
    visuals.extreme_bg_color = palette.field;
    visuals.faint_bg_color = palette.page;
    visuals.weak_text_color = Some(palette.quiet);
    visuals.hyperlink_color = palette.text;
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.error;
    // Nothing moves while it is read, and a window at rest takes no processor time.
    visuals.text_cursor.blink = false;
    visuals.selection.bg_fill = palette.selected;
    visuals.selection.stroke = Stroke::new(1.0, palette.text);
    let radius = CornerRadius::same(RADIUS_CONTROL);
    let widgets = &mut visuals.widgets;
    for (widget, fill, line) in [
        (&mut widgets.noninteractive, palette.card, palette.line),
        (&mut widgets.inactive, palette.field, palette.line),
        (&mut widgets.hovered, palette.field, palette.quiet),
        (&mut widgets.active, palette.selected, palette.accent),
        (&mut widgets.open, palette.field, palette.quiet),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, line);
        widget.fg_stroke = Stroke::new(1.0, palette.text);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2's contrast of two colors.
    fn contrast(one: Color32, other: Color32) -> f64 {
        let luminance = |color: Color32| {
            let linear = |part: u8| {
                let part = f64::from(part) / 255.0;
                if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
        };
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    /// What is to be seen though it is no text: thumbs of scroll bars, rails of sliders, borders of boxes to tick.
    #[test]
    fn controls_stand_out_from_what_lies_behind_them() {
        for palette in [LIGHT, DARK] {
            for ground in [palette.page, palette.card] {
                let thumb = Color32::from_rgb(
                    egui::lerp(f32::from(ground.r())..=f32::from(palette.text.r()), THUMB_OPACITY) as u8,
                    egui::lerp(f32::from(ground.g())..=f32::from(palette.text.g()), THUMB_OPACITY) as u8,
                    egui::lerp(f32::from(ground.b())..=f32::from(palette.text.b()), THUMB_OPACITY) as u8,
                );
                for part in [thumb, palette.mean] {
                    assert!(contrast(part, ground) >= 3.0, "{part:?} on {ground:?}: {:.2}", contrast(part, ground));
                }
            }
        }
    }

    #[test]
    fn text_can_be_read_on_whatever_lies_behind_it() {
        for palette in [LIGHT, DARK] {
            let inks = [palette.text, palette.quiet, palette.success, palette.warning, palette.error];
            let grounds = [palette.page, palette.card, palette.field, palette.selected];
            let pairs = inks.into_iter().flat_map(|ink| grounds.map(|ground| (ink, ground)));
            for (ink, ground) in pairs.chain([(palette.on_accent, palette.accent)]) {
                assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}: {:.2}", contrast(ink, ground));
            }
        }
    }
}
