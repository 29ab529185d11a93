#!/usr/bin/env python3
"""Exported models in onnxruntime, and exported weights in numpy, against the program's own predictions.

tests/export/test_models.py PROGRAM     needs the packages onnxruntime, safetensors, numpy and Pillow
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime
from PIL import Image
from safetensors import safe_open

TRACKS, SIZE = 440, 32  # 110 of them to test on
# Every other cover is larger than what the network sees: whoever uses a model has to resize it as the metadata says. Pillow
# rounds one value in some hundreds to the next level, which a network may see.
LARGER, OFF_BY_ROUNDING = 45, 1e-2
# Name of the preset, and what is changed in it.
RUNS = [
    ("quick", []),
    ("model-2", []),
    ("model-3", ["--dropout", "0.3"]),
    ("model-4", ["--filters", "37"]),
    ("model-5", ["--kernel-size", "4", "--padding", "same", "--activation", "relu", "--pool", "3"]),
    ("quick", ["--layers", "0"]),
    ("quick", ["--layers", "6", "--kernel-size", "3", "--pool", "none", "--filters", "5"]),
]


def run(program, *arguments):
    out = subprocess.run([program, *arguments, "--json"], check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def make_study(program, folder):
    random, pictures = np.random.default_rng(1), {}
    (folder / "covers").mkdir()
    with open(folder / "tracks.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["title", "popularity", "playlist", "cover"])
        for index in range(TRACKS):
            side = LARGER if index % 2 else SIZE
            cover = Image.fromarray(random.integers(0, 256, (side, side, 3), dtype=np.uint8))
            cover.save(folder / "covers" / f"c{index}.png")
            pictures[f"c{index}"] = np.asarray(cover.resize((SIZE, SIZE)))
            table.writerow([f"Track {index}", int(random.integers(0, 101)), "Generated", f"c{index}"])
    study = folder / "study.coverstudy"
    run(program, "import", study, "--csv", folder / "tracks.csv", "--covers", folder / "covers")
    return study, pictures


def check_onnx(file, covers, expected, is_larger):
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: covers.transpose(0, 3, 1, 2)})[0][:, 0]
    off = np.abs(found - expected) / max(1, np.abs(expected).max())
    furthest = off[~is_larger].max()
    assert furthest <= 1e-4, f"onnxruntime is {furthest} off"
    assert off[is_larger].max() <= OFF_BY_ROUNDING, f"onnxruntime is {off[is_larger].max()} off on resized covers"
    metadata = session.get_modelmeta().custom_metadata_map
    assert {"resize", "scale", "channels", "input", "settings", "decode", "target", "unit"} <= metadata.keys(), metadata
    assert metadata["output"] == "popularity, from 0 to 100", metadata
    return furthest


def check_weights(file, finished):
    with safe_open(file, "np") as weights:
        sizes = [weights.get_tensor(name).size for name in weights.keys()]
        metadata = weights.metadata()
    assert sum(sizes) == finished["parameters"], sizes
    assert json.loads(metadata["settings"])["image_size"] == SIZE and "resize" in metadata, metadata


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        study, pictures = make_study(program, folder)
        for number, (preset, changes) in enumerate(RUNS):
            finished = run(program, "train", study, "--preset", preset, "--image-size", str(SIZE), "--epochs", "2",
                           *changes)
            files = [folder / f"{number}.{ending}" for ending in ("onnx", "safetensors", "csv")]
            for file in files:
                written = run(program, "export", study, "--run", finished["run"], "--out", file)
                assert written["bytes"] == file.stat().st_size, written
            with open(files[2], newline="") as table:
                rows = list(csv.DictReader(table))
            assert len(rows) == TRACKS // 4, len(rows)
            covers = np.stack([pictures[row["key"]] for row in rows]).astype(np.float32) / 255
            is_larger = np.array([int(row["key"][1:]) % 2 == 1 for row in rows])
            assert (~is_larger).sum() >= 40 and is_larger.sum() >= 40, is_larger
            furthest = check_onnx(files[0], covers, np.array([float(row["predicted"]) for row in rows]), is_larger)
            check_weights(files[1], finished)
            print(f"{preset} {' '.join(changes)}: {(~is_larger).sum()} pictures as they are, at most {furthest:.1e} off")


if __name__ == "__main__":
    main()
