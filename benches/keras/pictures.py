"""Writes generated pictures: pictures.py FOLDER COUNT SIZE makes covers/*.png, tracks.csv and arrays.npz."""
import csv
import pathlib
import sys

import numpy as np
from PIL import Image

folder, count, size = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
random = np.random.default_rng(1)
(folder / "covers").mkdir()
pictures = np.empty((count, size, size, 3), np.uint8)
popularity = random.normal(30, 12, count).clip(0, 100).astype(int)
with open(folder / "tracks.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["title", "popularity", "playlist", "cover"])
    for index in range(count):
        blocks = Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        blocks = np.asarray(blocks.resize((size, size), Image.BICUBIC))
        pictures[index] = (blocks + random.normal(0, 12, blocks.shape)).clip(0, 255)
        Image.fromarray(pictures[index]).save(folder / "covers" / f"c{index}.png", compress_level=1)
        table.writerow([f"Track {index}", popularity[index], "Generated", f"c{index}"])
np.savez(folder / "arrays.npz", pictures=pictures, popularity=popularity.astype(np.float32))
