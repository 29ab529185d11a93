//! The colors of the sample study's covers: as many warm palettes as cool ones, all of about equal lightness.
//!
//! The paper is always deep and the form always light. Were it the other way on some covers, brightness would drown
//! the planted effects for a network that has only a few hundred covers to learn from.

/// A color as red, green and blue, each 0 to 255, in sRGB.
pub type Rgb = [f32; 3];

/// The inks a cover is printed with.
#[derive(Clone, Copy)]
pub struct Palette {
    /// The ground.
    pub paper: Rgb,
    /// The form.
    pub ink: Rgb,
    /// What the form fades into.
    pub second: Rgb,
    /// Type and small marks.
    pub mark: Rgb,
}

const fn rgb(hex: u32) -> Rgb {
    [(hex >> 16 & 255) as f32, (hex >> 8 & 255) as f32, (hex & 255) as f32]
}

const fn palette(paper: u32, ink: u32, second: u32, mark: u32) -> Palette {
    Palette { paper: rgb(paper), ink: rgb(ink), second: rgb(second), mark: rgb(mark) }
}

/// Reds and browns under orange and yellow.
pub const WARM: [Palette; 10] = [
    palette(0x7A_1E2C, 0xF7_A08A, 0xFF_D9A0, 0xFF_F1E6),
    palette(0x8C_2A16, 0xFF_B38A, 0xFF_D98F, 0xFF_F0DC),
    palette(0x5C_1A1B, 0xF4_A259, 0xF4_DD7A, 0xFF_EFD2),
    palette(0x6B_2A0E, 0xF5_B83D, 0xFB_D27A, 0xFF_F3DA),
    palette(0x9A_3420, 0xFF_D089, 0xFF_B56C, 0xFF_F0DC),
    palette(0x8A_1538, 0xFF_9E9E, 0xFF_C9A3, 0xFF_EDE3),
    palette(0x70_301C, 0xF2_A65A, 0xF6_D9A8, 0xFF_F6E8),
    palette(0xA0_3A2A, 0xFF_C4A8, 0xFF_E3B8, 0xFF_F6EC),
    palette(0x4A_1C14, 0xFF_A05C, 0xFF_D27A, 0xFF_F0D0),
    palette(0x7B_2038, 0xF7_B08F, 0xFF_DDA8, 0xFF_F0E2),
];

/// Blues and violets under pale blue and turquoise.
pub const COOL: [Palette; 10] = [
    palette(0x14_326E, 0x8F_C8FF, 0xBF_E0FF, 0xF0_F6FF),
    palette(0x0F_3D66, 0x6F_C3E8, 0xB4_E3F0, 0xE9_F8FC),
    palette(0x0E_4A5C, 0x5F_D0D8, 0xB4_ECEC, 0xEA_F9F7),
    palette(0x2A_2A78, 0x9A_9DFA, 0xC9_CCFF, 0xEC_EBFF),
    palette(0x1B_3F8F, 0x8F_C0FF, 0xA9_DFF5, 0xEA_F5FF),
    palette(0x1F_2F5E, 0x7F_A8F5, 0xCA_E4FF, 0xF0_F6FF),
    palette(0x0C_3B5E, 0x4F_B8E8, 0xB4_E0EC, 0xEA_F6FA),
    palette(0x33_308A, 0xA7_A4FF, 0xD0_CCFF, 0xF0_EDFF),
    palette(0x12_435C, 0x6A_CBDC, 0xA8_E4F0, 0xEC_FAFC),
    palette(0x0B_2A6B, 0x7A_B2FF, 0xB0_D4FF, 0xED_F5FF),
];
