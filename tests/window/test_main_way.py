#!/usr/bin/python3
"""The whole way on the real program, under Xvfb: the sample study, a training run, its results, real X11 drops.

    /usr/bin/python3 test_main_way.py target/release/cover-study

Controls are found by their accessible names. Pictures of each stage go to target/window-shots/; where something is
not as expected, `failed.png` shows the window at that moment. Needs the driver (COVER_STUDY_TOOLS, ../shared/tools).
"""

import os
import pathlib
import re
import shutil
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = os.environ.get("COVER_STUDY_TOOLS", str(ROOT.parent / "shared" / "tools"))
SHOTS = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "window-shots"
STEPS = ["Import", "Covers", "Colors", "Model", "Training", "Results", "Verdict", "Score"]
IDLE_CPU_LIMIT_PERCENT = 5

IMPORT_LIMIT_SECS = 60
TRAINING_LIMIT_SECS = 300
DROP_LIMIT_SECS = 15


def wait_until(what, predicate, limit_secs):
    """The predicate's first true value; fails with `what` after the limit."""
    end = time.time() + limit_secs
    while True:
        got = predicate()
        if got:
            return got
        if time.time() > end:
            raise AssertionError(f"not within {limit_secs} s: {what}")
        time.sleep(0.2)


def shown(window, text):
    """What holds `text`, if anything does. The page may change between its listing and the reading of a field: then
    the next look tells."""
    try:
        return window.shown(text)
    except window.GLib.Error:
        return None


def step(window, name):
    """The step's control on the rail, which comes first of all that carry its name."""
    controls = [node for _, node in window.nodes() if node["name"] == name and "Action" in node["ifaces"]]
    return controls[0] if controls else None


def stands(window, name, word):
    """Whether the step can be entered and its description tells that it is, say, `done`."""
    control = step(window, name)
    return control and "enabled" in control["states"] and word in control["description"]


def go(window, binary):
    wait_until("the start page", lambda: shown(window, "Open sample study"), 30)
    missing = [name for name in STEPS if not step(window, name)]
    assert not missing, f"steps that are not on the rail: {missing}"
    assert "enabled" not in step(window, "Results")["states"], "Results can be entered without a study"
    window.shot(str(SHOTS / "1-start.png"))

    window.click("Open sample study")
    wait_until("the sample study is imported", lambda: stands(window, "Import", "done"), IMPORT_LIMIT_SECS)
    window.shot(str(SHOTS / "2-imported.png"))

    window.click("Model")
    wait_until("the model page", lambda: shown(window, "Train") and shown(window, "Quick"), 10)
    window.shot(str(SHOTS / "3-model.png"))
    window.click("Train")
    wait_until("the training begins", lambda: stands(window, "Training", "running"), 30)
    window.shot(str(SHOTS / "4-training.png"))
    ended = lambda: stands(window, "Training", "done") and stands(window, "Results", "done")
    wait_until("the training ends", ended, TRAINING_LIMIT_SECS)

    window.click("Results")
    wait_until("the results", lambda: shown(window, "Export table") and shown(window, "mean"), 10)
    window.shot(str(SHOTS / "5-results.png"))


def drop(window, folder):
    cover = folder / "a cover.jpg"
    shutil.copy(ROOT / "tests" / "golden" / "pictures" / "420.jpg", cover)
    assert window.drop(str(cover)), "the window does not take the drop of a picture"
    name = wait_until("the score", lambda: shown(window, "Predicted popularity: "), DROP_LIMIT_SECS)
    assert re.search(r"Predicted popularity: -?\d+\.\d", name), name
    window.shot(str(SHOTS / "6-scored.png"))

    no_picture = folder / "letter.jpg"
    no_picture.write_text("Dear all, this is a text.\n")
    assert window.drop(str(no_picture)), "the window does not take the drop of a file that is no picture"
    wait_until("why the letter has no score", lambda: shown(window, "not a picture"), DROP_LIMIT_SECS)
    assert shown(window, "Predicted popularity: "), "the earlier score is gone"
    window.shot(str(SHOTS / "7-no-picture.png"))


def rest(window):
    def idle():
        idle.percent = window.stats(3)["idle_cpu_pct"]
        return idle.percent <= IDLE_CPU_LIMIT_PERCENT

    wait_until(f"at most {IDLE_CPU_LIMIT_PERCENT} % of a core when nothing happens", idle, 20)
    return idle.percent


def main(binary):
    sys.path.insert(0, TOOLS)
    try:
        from drive import Session
    except ImportError as error:
        sys.exit(f"The driver at {TOOLS} cannot be used: {error}")
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="cover-study-") as home:
        folders = {"HOME": "", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}
        env = {variable: os.path.join(home, folder) for variable, folder in folders.items()}
        with Session([os.path.abspath(binary)], env=env) as window:
            window.window()
            try:
                go(window, binary)
                drop(window, pathlib.Path(home))
                percent = rest(window)
                assert window.app.poll() is None, "the program has ended"
            except BaseException:
                if window.app.poll() is None:
                    window.shot(str(SHOTS / "failed.png"))
                    print([node["name"] for _, node in window.nodes() if node["name"]], file=sys.stderr)
                print(f"exit status {window.app.poll()}", *(line for _, line in window.lines), sep="\n", file=sys.stderr)
                raise
    print(f"The whole way is gone; idle at {percent} % of a core. Pictures: {SHOTS}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
