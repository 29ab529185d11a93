#!/usr/bin/env python3
"""Copies the program's icons from Lucide, in white, so that egui can tint them.

    npm pack lucide-static@1.62.0 && tar xzf lucide-static-1.62.0.tgz
    python3 make.py package
"""

import re
import shutil
import sys
from pathlib import Path

# The name in the program, and Lucide's name.
ICONS = {
    # The eight steps on the rail
    "import": "folder-input",
    "covers": "layout-grid",
    "colors": "palette",
    "model": "layers",
    "training": "activity",
    "results": "chart-scatter",
    "verdict": "scale",
    "score": "gauge",
    # States
    "alert": "triangle-alert",
    "check": "check",
    "circle": "circle",
    "circle-check": "circle-check",
    "circle-dot": "circle-dot",
    "circle-x": "circle-x",
    "info": "info",
    "loader": "loader-circle",
    "lock": "lock",
    # Actions
    "arrow-down": "arrow-down",
    "arrow-right": "arrow-right",
    "arrow-up": "arrow-up",
    "chevron-down": "chevron-down",
    "chevron-right": "chevron-right",
    "arrow-down": "arrow-down",
    "arrow-up": "arrow-up",
    "copy": "copy",
    "download": "download",
    "file-plus": "file-plus",
    "filter": "list-filter",
    "folder-open": "folder-open",
    "help": "circle-question-mark",
    "keyboard": "keyboard",
    "pause": "pause",
    "pencil": "pencil",
    "play": "play",
    "plus": "plus",
    "redo": "redo-2",
    "refresh": "refresh-cw",
    "save": "save",
    "search": "search",
    "settings": "sliders-horizontal",
    "star": "star",
    "star-filled": "star",
    "stop": "square",
    "trash": "trash-2",
    "undo": "undo-2",
    "upload": "upload",
    "x": "x",
    # Themes
    "monitor": "monitor",
    "moon": "moon",
    "sun": "sun",
    # Things
    "chart": "chart-line",
    "cpu": "cpu",
    "disc": "disc-3",
    "image": "image",
    "link": "link",
    "music": "music",
    "sparkles": "sparkles",
    "spreadsheet": "file-spreadsheet",
    "table": "table-2",
    "target": "target",
}


def main() -> None:
    source = Path(sys.argv[1])
    target = Path(__file__).parent
    for name, lucide in ICONS.items():
        svg = (source / "icons" / f"{lucide}.svg").read_text()
        svg = re.sub(r"\s*class=\"[^\"]*\"", "", svg.replace("currentColor", "#ffffff"))
        if name.endswith("-filled"):
            svg = svg.replace('fill="none"', 'fill="#ffffff"')
        (target / f"{name}.svg").write_text(svg)
    shutil.copy(source / "LICENSE", target / "LICENSE")


if __name__ == "__main__":
    main()
