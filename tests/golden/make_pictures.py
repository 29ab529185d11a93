#!/usr/bin/env python3
"""Draws the pictures of every kind that covers come in, and what Pillow makes of them at a few image sizes.

    pip install pillow==12.3.0 numpy; python3 make_pictures.py

Writes `pictures/NAME` and, beside it, `pictures/NAME.SIZE.png`: the file opened, turned upright as its EXIF data says,
converted to RGB and resized to SIZE x SIZE by `Image.resize` (bicubic). `tests/pictures.rs` holds the program to them.
The pictures are drawn by code from fixed seeds. Up to Pillow 12 (the 2022 study had 9) the horizontal pass always
comes first; 13 begins with the vertical one where a picture is tall, which gives slightly other levels there.
"""

import io
import math
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageOps

OUT = pathlib.Path(__file__).parent / "pictures"
SIZE = 60


def cover(width, height, seed):
    """A gradient with discs, stripes and a little grain: smooth parts, edges and detail."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    corners = random.uniform(0, 255, (3, 3))
    ground = corners[0] + (corners[1] - corners[0]) * x[..., None] + (corners[2] - corners[0]) * y[..., None]
    image = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        center, radius = random.uniform(0, 1, 2) * (width, height), random.uniform(0.05, 0.25) * min(width, height)
        color = tuple(int(level) for level in random.integers(0, 256, 3))
        draw.ellipse([*(center - radius), *(center + radius)], fill=color)
    for line in range(0, height // 4, 5):
        draw.line([(0, line), (width * math.cos(line), line)], fill=(250, 240, 20), width=2)
    grain = random.normal(0, 4, (height, width, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def save(name, image, sizes=(SIZE,), expected=None, **options):
    """Writes the file, and its resizes: of the file as Pillow reads it, or of `expected`."""
    encoded = io.BytesIO()
    image.save(encoded, **options)
    (OUT / name).write_bytes(encoded.getvalue())
    read = expected or ImageOps.exif_transpose(Image.open(OUT / name)).convert("RGB")
    for size in sizes:
        read.resize((size, size)).save(OUT / f"{name}.{size}.png", optimize=True)


def jpegs():
    save("444.jpg", cover(160, 160, 1), (SIZE, 20, 200), format="JPEG", quality=92, subsampling=0)
    save("420.jpg", cover(240, 240, 2), (SIZE, 20), format="JPEG", quality=85, subsampling=2)
    save("422-wide.jpg", cover(203, 77, 3), format="JPEG", quality=80, subsampling=1)
    save("420-odd.jpg", cover(101, 149, 4), format="JPEG", quality=90, subsampling=2)
    save("small.jpg", cover(23, 19, 5), format="JPEG", quality=90)
    save("progressive.jpg", cover(180, 180, 6), format="JPEG", quality=85, progressive=True)
    save("progressive-tall.jpg", cover(75, 171, 7), format="JPEG", quality=85, progressive=True, subsampling=0)
    save("gray.jpg", cover(130, 130, 8).convert("L"), format="JPEG", quality=88)
    save("gray-progressive.jpg", cover(97, 61, 9).convert("L"), format="JPEG", quality=88, progressive=True)
    save("cmyk.jpg", cover(120, 120, 10).convert("CMYK"), format="JPEG", quality=88)
    save_ycck("ycck.jpg", "cmyk.jpg")
    save("restarts.jpg", cover(150, 90, 11), format="JPEG", quality=85, restart_marker_blocks=3)
    save("optimized.jpg", cover(140, 140, 12), format="JPEG", quality=70, optimize=True)
    # What is flat to its end takes few bits: no decoder may take its last blocks for missing ones.
    save("flat.jpg", Image.new("RGB", (64, 64), (200, 30, 90)), format="JPEG", quality=75)
    save("flat-gray.jpg", Image.new("L", (8, 8), 77), format="JPEG", quality=75)
    for orientation in range(2, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"exif-{orientation}.jpg", cover(96, 64, 20 + orientation), format="JPEG", quality=85, exif=exif)


def save_ycck(name, cmyk):
    """Pillow does not write YCCK: another color transform in the Adobe segment makes the same samples mean that."""
    data = bytearray((OUT / cmyk).read_bytes())
    transform = data.index(b"Adobe") + 11
    data[transform] = 2
    (OUT / name).write_bytes(data)
    Image.open(OUT / name).convert("RGB").resize((SIZE, SIZE)).save(OUT / f"{name}.{SIZE}.png", optimize=True)


def pngs():
    base = cover(90, 70, 30)
    alpha = Image.fromarray(np.tile(np.linspace(0, 255, 90).astype(np.uint8), (70, 1)))
    with_alpha = base.copy()
    with_alpha.putalpha(alpha)
    save("rgb.png", base, (SIZE, 200), format="PNG")
    save("gray.png", base.convert("L"), format="PNG")
    save("bilevel.png", base.convert("1"), format="PNG")
    save("palette.png", base.quantize(64), format="PNG")
    save("palette-16.png", base.quantize(16), format="PNG", bits=4)
    save("palette-transparent.png", base.quantize(32), format="PNG", transparency=3)
    save("alpha.png", with_alpha, format="PNG")
    save("gray-alpha.png", with_alpha.convert("LA"), format="PNG")
    # Pillow clips 16-bit gray to 255 where it is converted; expected is its upper byte, as in every viewer.
    levels = np.asarray(base.convert("L")).astype(np.uint16) * 257
    save("gray-16.png", Image.fromarray(levels), expected=base.convert("RGB").convert("L").convert("RGB"), format="PNG")
    save_rgb_16("rgb-16.png", base)
    exif = Image.Exif()
    exif[0x0112] = 6
    save("exif-6.png", cover(50, 30, 31), format="PNG", exif=exif)


def save_rgb_16(name, image):
    """Pillow reads PNG with 16 bits a channel but does not write it."""
    import struct
    import zlib

    levels = np.asarray(image).astype(">u2") * 257
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in levels)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", image.width, image.height, 16, 2, 0, 0, 0)
    png = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    (OUT / name).write_bytes(b"\x89PNG\r\n\x1a\n" + png)
    Image.open(OUT / name).convert("RGB").resize((SIZE, SIZE)).save(OUT / f"{name}.{SIZE}.png", optimize=True)


def others():
    base = cover(110, 80, 40)
    with_alpha = base.copy()
    with_alpha.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 110).astype(np.uint8), (80, 1))))
    save("lossy.webp", base, format="WEBP", quality=85)
    save("lossless.webp", base, format="WEBP", lossless=True)
    save("lossy-alpha.webp", with_alpha, format="WEBP", quality=85, exact=True)
    save("lossless-alpha.webp", with_alpha, format="WEBP", lossless=True, exact=True)
    exif = Image.Exif()
    exif[0x0112] = 8
    save("exif-8.webp", cover(60, 40, 41), format="WEBP", quality=85, exif=exif)
    save("still.gif", base.quantize(64), format="GIF")
    save("transparent.gif", base.quantize(32), format="GIF", transparency=5)
    frames = [cover(64, 48, seed).quantize(32) for seed in (42, 43)]
    save("animated.gif", frames[0], format="GIF", save_all=True, append_images=frames[1:], duration=100)
    save("rgb.bmp", cover(61, 40, 44), format="BMP")
    save("palette.bmp", base.quantize(16), format="BMP")
    save("gray.bmp", cover(50, 50, 45).convert("L"), format="BMP")


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    jpegs()
    pngs()
    others()
    print(sum(file.stat().st_size for file in OUT.iterdir()), "bytes")
