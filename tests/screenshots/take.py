#!/usr/bin/python3
"""Takes a picture of every panel, light and dark, at each size, to be looked at one by one.

    /usr/bin/python3 tests/screenshots/take.py target/release/cover-study FOLDER [--study FILE] [--only PANEL,…]
                                               [--sizes 1024x700,…] [--themes light,dark]

Without a study, the sample study is made, trained and judged first, headless. The pictures are called
FOLDER/SIZE-THEME-PANEL.png; 1920x1080@2 is that size at 200 %. Needs the driver (COVER_STUDY_TOOLS, ../shared/tools)
and the Debian packages that tests/run installs.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, os.environ.get("COVER_STUDY_TOOLS", str(ROOT.parent / "shared" / "tools")))
import drive  # noqa: E402

PANELS = ["Start", "Import", "Covers", "Colors", "Model", "Training", "Results", "Verdict", "Score"]
SIZES = ["1024x700", "1280x800", "1920x1080", "1920x1080@2"]
THEMES = ["light", "dark"]
SETTLE_SECS = 1.5


def make_study(program, folder):
    """The sample study with two runs, a verdict and a scored cover."""
    study = folder / "Sample study.coverstudy"
    run = lambda *words: subprocess.run([program, *map(str, words)], check=True, capture_output=True)
    run("import", study, "--sample")
    run("train", study, "--preset", "quick")
    run("train", study, "--preset", "model-3", "--epochs", 4)
    run("verdict", study, "--quick")
    return study


def look(window, name):
    """Clicks what is called `name`; where the page has just changed, once more."""
    for _ in range(3):
        try:
            return window.click(name)
        except window.GLib.Error:
            time.sleep(0.3)
    raise AssertionError(f"there is no {name}")


def choose_theme(window, theme):
    """Narrow windows have the themes in the Help menu."""
    name = f"{theme.capitalize()} theme"
    try:
        look(window, name)
    except LookupError:
        look(window, "Help")
        time.sleep(0.5)
        look(window, name)


def fill_screen(window, size):
    """Makes the window as large as the screen, which no window manager does here."""
    window.x("windowmove", window.window(), "0", "0")
    window.x("windowsize", window.window(), *size.split("x"))


def take(program, study, folder, size, theme, panels):
    place, _, scale = size.partition("@")
    with tempfile.TemporaryDirectory() as home:
        names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
        env = {name: home for name in names} | {"WINIT_X11_SCALE_FACTOR": scale or "1"}
        shot = lambda panel: window.shot(str(folder / f"{size}-{theme}-{panel.lower()}.png"), settle=SETTLE_SECS)
        if "Start" in panels:
            with drive.Session([program], size=place, env=env) as window:
                window.wait_text("Open sample study", 30)
                fill_screen(window, place)
                choose_theme(window, theme)
                shot("Start")
        with drive.Session([program, str(study)], size=place, env=env) as window:
            window.wait_text("Results", 30)
            fill_screen(window, place)
            time.sleep(2)
            choose_theme(window, theme)
            for panel in panels:
                if panel == "Start":
                    continue
                look(window, panel)
                if panel == "Score":
                    window.drop(str(ROOT / "tests" / "golden" / "pictures" / "420.jpg"))
                    time.sleep(1)
                time.sleep(1)
                shot(panel)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", type=pathlib.Path)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--study", type=pathlib.Path)
    arguments.add_argument("--only", default=",".join(PANELS))
    arguments.add_argument("--sizes", default=",".join(SIZES))
    arguments.add_argument("--themes", default=",".join(THEMES))
    given = arguments.parse_args()
    program = str(given.program.resolve())
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        study = given.study or make_study(program, pathlib.Path(temporary))
        for size in given.sizes.split(","):
            for theme in given.themes.split(","):
                take(program, study, given.folder, size, theme, given.only.split(","))
    print(f"{len(list(given.folder.glob('*.png')))} pictures in {given.folder}")


if __name__ == "__main__":
    main()
