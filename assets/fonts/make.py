#!/usr/bin/env python3
"""Makes the program's two fonts from Inter 4.1.

    npm pack inter-ui@4.1.1 && tar xzf inter-ui-4.1.1.tgz
    pip install fonttools brotli
    python3 make.py package/web

What is changed, and why:
- The digits 0-9 are mapped to Inter's tabular figures, because egui cannot ask for the `tnum` feature and
  numbers in a table have to stand under one another. All ten are equally wide, kerning included.
- Only the scripts below are kept. Titles in any other script fall back to the system's fonts.
- Only the OpenType features that spell a text right are kept. `calt` would turn "3x3" into "3×3" and "->" into
  an arrow, which is not what was written.
- Hinting and the names of the glyphs are left out, so that each file stays below 200 kB.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

STYLES = ["Regular", "SemiBold"]
DIGITS = "zero one two three four five six seven eight nine".split()
LIMIT_BYTES = 200_000

# First and last code point of each block that is kept.
BLOCKS = [
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x017F),  # Latin-1, Latin Extended-A
    (0x0180, 0x024F),  # Latin Extended-B
    (0x02B0, 0x02FF),  # Modifier letters
    (0x0300, 0x036F),  # Combining marks
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x045F),  # Cyrillic: Slavic languages
    (0x0490, 0x04FF),  # Cyrillic: further languages
    (0x1E00, 0x1EFF),  # Latin Extended Additional, with Vietnamese
    (0x2000, 0x206F),  # Punctuation
    (0x2070, 0x209F),  # Superscripts and subscripts
    (0x20A0, 0x20BF),  # Currency
    (0x2113, 0x2122),  # Litre, numero, trade mark
    (0x2190, 0x21FF),  # Arrows
    (0x2200, 0x22FF),  # Mathematical operators
    (0x25A0, 0x25FF),  # Geometric shapes
    (0x2713, 0x2717),  # Check marks and crosses
]
FEATURES = ["ccmp", "kern", "locl", "mark", "mkmk"]


def make_digits_tabular(font: TTFont) -> set[str]:
    """Maps 0-9 to the tabular figures; returns the names of those glyphs."""
    for table in font["cmap"].tables:
        for offset, name in enumerate(DIGITS):
            table.cmap[ord("0") + offset] = name + ".tf"
    glyphs = {name + ".tf" for name in DIGITS}
    widths = {font["hmtx"][glyph][0] for glyph in glyphs}
    assert len(widths) == 1, f"the figures are not equally wide: {widths}"
    return glyphs


def subset(font: TTFont) -> None:
    """Keeps BLOCKS and FEATURES."""
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 16, 17]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[c for first, last in BLOCKS for c in range(first, last + 1)])
    subsetter.subset(font)


def describe(font: TTFont) -> None:
    """Says in the font's own version string that it was modified."""
    for record in font["name"].names:
        if record.nameID == 5:
            record.string = record.toUnicode() + "; subset, tabular figures by default"


def main() -> None:
    source = Path(sys.argv[1])
    for style in STYLES:
        font = TTFont(source / f"Inter-{style}.woff2", recalcTimestamp=False)
        font.flavor = None
        make_digits_tabular(font)
        subset(font)
        describe(font)
        target = Path(__file__).parent / f"Inter-{style}.ttf"
        font.save(target)
        size = target.stat().st_size
        print(f"{target.name}: {size} bytes, {font['maxp'].numGlyphs} glyphs")
        assert size < LIMIT_BYTES, f"{target.name} is larger than {LIMIT_BYTES} bytes"


if __name__ == "__main__":
    main()
