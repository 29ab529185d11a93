#!/usr/bin/env python3
"""Model 1 on generated covers of 640x640: seconds an epoch and peak memory. Needs the packages numpy and Pillow.

benches/model_1.py PROGRAM [EPOCHS] [OPTION…]     options as `train` takes them, e.g. --threads 2
The covers, JPEGs as streaming services deliver them, go to a folder that is removed at the end.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

TRACKS, SIZE = 1859, 640  # of which 1,394 are trained on


def cover(random):
    """Blurred blocks with some grain: as much detail as a photograph has."""
    blocks = Image.fromarray(random.integers(0, 256, (10, 10, 3), dtype=np.uint8)).resize((SIZE, SIZE), Image.BICUBIC)
    grain = random.normal(0, 12, (SIZE // 2, SIZE // 2, 1)).repeat(2, 0).repeat(2, 1)
    return Image.fromarray((np.asarray(blocks) + grain).clip(0, 255).astype(np.uint8))


def make_study(program, folder):
    random, covers = np.random.default_rng(1), folder / "covers"
    covers.mkdir()
    with open(folder / "tracks.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["title", "popularity", "playlist", "cover"])
        for index in range(TRACKS):
            cover(random).save(covers / f"c{index}.jpg", quality=85)
            table.writerow([f"Track {index}", int(np.clip(random.normal(30, 12), 0, 100)), "Generated", f"c{index}"])
    study = folder / "large.coverstudy"
    subprocess.run([program, "import", study, "--csv", folder / "tracks.csv", "--covers", covers], check=True,
                   stdout=subprocess.DEVNULL)
    return study


def main():
    program, epochs, options = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "3", sys.argv[3:]
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(program, pathlib.Path(folder))
        arguments = [program, "train", study, "--preset", "model-1", "--split", "track", "--epochs", epochs, *options]
        process = subprocess.Popen([*arguments, "--json"], stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "epoch":
                print(f"epoch {event['epoch']}: {event['seconds']:.1f} s, test MSE {event['test_mse']:.1f}", flush=True)
        _, status, usage = os.wait4(process.pid, 0)
        print(f"{event['train_tracks']} covers of {SIZE}x{SIZE}, {event['parameters']} weights, {event['kernels']}; "
              f"peak memory {usage.ru_maxrss / 1024:.0f} MiB")
        sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
