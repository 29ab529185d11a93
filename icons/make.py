#!/usr/bin/env python3
"""Draws cover-study.svg in the sizes that desktops and the window ask for.

    pip install resvg-py
    python3 make.py
"""

from pathlib import Path

import resvg_py

SIZES = [16, 24, 32, 48, 64, 128, 256, 512]


def main() -> None:
    folder = Path(__file__).parent
    svg = (folder / "cover-study.svg").read_text()
    for size in SIZES:
        png = resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size)
        (folder / f"cover-study-{size}.png").write_bytes(bytes(png))


if __name__ == "__main__":
    main()
