#!/usr/bin/env python3
"""How far apart covers are, and copies of them: what the bound in src/evidence/similar.rs rests on.

benches/similar_covers.py COVERS ORIGINALS

Needs the packages numpy and Pillow. COVERS is a folder of different covers, ORIGINALS one of large ones that are copied. A
difference is that of 8x8 thumbnails (root mean square) as a share of their contrast, six levels added.
"""
import io
import pathlib
import sys

import numpy as np
from PIL import Image

FLAT_CONTRAST = 6.0


def pictures(folder):
    """Each different picture once."""
    opened = (Image.open(path).convert("RGB") for path in sorted(pathlib.Path(folder).glob("*.jpg")))
    return list({picture.tobytes(): picture for picture in opened}.values())


def thumbnails(pictures):
    small = np.array([np.asarray(picture.resize((64, 64), Image.BOX), float) for picture in pictures])
    return small.reshape(-1, 8, 8, 8, 8, 3).mean((2, 4)).round().reshape(-1, 64, 3)


def contrast(thumbnail):
    return np.sqrt(((thumbnail - thumbnail.mean(-2, keepdims=True)) ** 2).mean((-1, -2)))


def differences(one, other):
    apart = np.sqrt(((one - other) ** 2).mean((-1, -2)))
    return apart / (np.maximum(contrast(one), contrast(other)) + FLAT_CONTRAST)


def compressed(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def scaled(picture, side, quality):
    return compressed(picture.resize((side, side), Image.LANCZOS), quality)


def cropped(picture, share):
    edge = int(picture.width * share)
    return picture.crop((edge, edge, picture.width - edge, picture.height - edge))


COPIES = {
    "300 px, JPEG 85": lambda picture: scaled(picture, 300, 85),
    "full size, JPEG 40": lambda picture: compressed(picture, 40),
    "64 px, JPEG 75": lambda picture: scaled(picture, 64, 75),
    "60 px, JPEG 75": lambda picture: scaled(picture, 60, 75),
    "90 px, JPEG 30": lambda picture: scaled(picture, 90, 30),
    "without the outer 1.5 %": lambda picture: cropped(picture, 0.015),
    "without the outer 3 %": lambda picture: cropped(picture, 0.03),
}


def main():
    covers, originals = thumbnails(pictures(sys.argv[1])), pictures(sys.argv[2])
    nearest = min(differences(cover, covers[place + 1:]).min() for place, cover in enumerate(covers[:-1]))
    print(f"{len(covers)} different covers: at least {nearest:.2f}")
    before = thumbnails(originals)
    for name, copy in COPIES.items():
        found = differences(before, thumbnails([copy(picture) for picture in originals]))
        print(f"{len(originals)} copies, {name}: at most {found.max():.2f}, 99 % of them {np.percentile(found, 99):.2f}")


main()
