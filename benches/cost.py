#!/usr/bin/env python3
"""Seconds an epoch over image size, filters, tracks and threads, beside what the arithmetic alone predicts.

benches/cost.py PROGRAM [--quick]     needs the packages numpy and Pillow
Model 3 on generated pictures, one thing changed at a time. The model: seconds = a · arithmetic + b · tracks, where the
arithmetic is the forward pass of training and test pictures plus, behind pooling, a quarter of twice the forward pass
of the training pictures; a and b come from least squares over all rows.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).parent
BASE = {"image": 60, "filters": 64, "tracks": 1859, "threads": 2}
CHANGES = [{}, {"threads": 1}, *({"image": image, "tracks": 500} for image in (30, 60, 120, 240, 640)),
           *({"filters": filters} for filters in (16, 32, 128, 256)),
           *({"tracks": tracks} for tracks in (500, 10_000, 100_000))]


def study(program, folder, tracks, size):
    """Pictures are drawn small: the program resizes them."""
    place = folder / f"{tracks}-{size}"
    if not place.exists():
        place.mkdir()
        subprocess.run([sys.executable, HERE / "keras" / "pictures.py", place, str(tracks), str(size)], check=True)
        subprocess.run([program, "import", place / "study.coverstudy", "--csv", place / "tracks.csv", "--covers",
                        place / "covers"], check=True, stdout=subprocess.DEVNULL)
    return place / "study.coverstudy"


def seconds(program, file, row):
    """The second epoch's: the first one also reads the pictures."""
    out = subprocess.run([program, "train", file, "--preset", "model-3", "--split", "track", "--epochs", "2",
                          "--image-size", str(row["image"]), "--filters", str(row["filters"]), "--threads",
                          str(row["threads"]), "--json"], check=True, capture_output=True, text=True).stdout
    return [event["seconds"] for event in map(json.loads, out.splitlines()) if event["event"] == "epoch"][-1]


def arithmetic(row):
    """Floating-point operations of an epoch, over the threads."""
    size, channels, forward = row["image"], 3, 0
    for _ in range(2):
        size = (size - 2) // 2
        forward += 2 * (2 * size) ** 2 * 9 * channels * row["filters"]
        channels = row["filters"]
    return forward * row["tracks"] * (1 + 0.75 * 2 / 4) / row["threads"]


def main():
    program, changes = sys.argv[1], [change for change in CHANGES if "--quick" not in sys.argv
                                     or change.get("tracks", 0) <= 10_000 and change.get("image", 0) < 640]
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for change in changes:
            row = BASE | change
            row["seconds"] = seconds(program, study(program, pathlib.Path(name), row["tracks"], 60), row)
            rows.append(row)
    terms = np.array([[arithmetic(row), row["tracks"] / row["threads"]] for row in rows])
    measured = np.array([row["seconds"] for row in rows])
    # Relative errors count, so that small epochs weigh as much as large ones.
    factors, *_ = np.linalg.lstsq(terms / measured[:, None], np.ones(len(rows)), rcond=None)
    print(f"{1e-9 / factors[0]:.0f} GFLOP/s a thread, and {1e6 * factors[1]:.0f} µs a track and thread")
    print("| image | filters | tracks | threads | seconds an epoch | model |\n| --- | --- | --- | --- | --- | --- |")
    for row, predicted in zip(rows, terms @ factors):
        print("| " + " | ".join(str(row[key]) for key in BASE) + f" | {row['seconds']:.2f} | {predicted:.2f} |")


if __name__ == "__main__":
    main()
