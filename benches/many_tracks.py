#!/usr/bin/env python3
"""Imports spreadsheets of many rows: seconds and peak memory of import and of reading the study.

benches/many_tracks.py PROGRAM [TRACKS ROWS]

TRACKS rows have one of 1,000 covers; then ROWS rows hold the same tracks over and over, as lists by genre do.
"""
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib


def png(seed, side=64):
    """A picture of its own, as a PNG file."""
    pixels = random.Random(seed).randbytes(side * 3)
    raw = b"".join(b"\0" + pixels for _ in range(side))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def run(*arguments):
    """Runs the program; returns seconds and peak memory in MiB."""
    since = time.time()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{arguments} ended with {status}")
    return time.time() - since, usage.ru_maxrss / 1024


def table(path, rows, tracks):
    with open(path, "w", encoding="utf-8") as file:
        file.write("track_id,artists,album_name,track_name,popularity,playlist_name,cover,release_date\n")
        for row in range(rows):
            track = row % tracks
            file.write(f'{track:022d},"Artist {track % 9000}; Guest","Album, No. {track // 9}",Track number {track},'
                       f"{track * 7 % 101},Playlist {track % 50},c{track % 1000}.png,{1960 + track % 60}-01-01\n")


def main():
    program = sys.argv[1]
    tracks, rows = (int(text) for text in (sys.argv[2:4] or ("100000", "1000000")))
    with tempfile.TemporaryDirectory() as folder:
        covers = os.path.join(folder, "covers")
        os.mkdir(covers)
        for number in range(1000):
            with open(os.path.join(covers, f"c{number}.png"), "wb") as file:
                file.write(png(number))
        study = os.path.join(folder, "many.coverstudy")
        for count in (tracks, rows):
            path = os.path.join(folder, "tracks.csv")
            table(path, count, tracks)
            size = os.path.getsize(path) / 2**20
            seconds, peak = run(program, "import", study, "--csv", path, "--covers", covers)
            print(f"import of {count:,} rows ({size:.0f} MiB): {seconds:.1f} s, peak {peak:.0f} MiB")
        seconds, peak = run(program, "info", study)
        print(f"info: {seconds:.1f} s, peak {peak:.0f} MiB; study {os.path.getsize(study) / 2**20:.0f} MiB")


main()
