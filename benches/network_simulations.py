#!/usr/bin/env python3
"""How often verdicts with a network are right: made-up studies of drawn covers, with and without an effect of the cover.

benches/network_simulations.py PROGRAM [--null 40] [--planted 10] [--effect brightness|layout]

Needs the packages numpy and Pillow. Each study goes the way of an analyst: a spreadsheet and a folder of covers, `import`,
`verdict --quick`. Where there is an effect, it explains 5 % of popularity's variance: the brightness of the cover, or that
one half of it is brighter than the other, which no color figure sees, so that a network has to find it. A quarter is the
playlist's, as in `simulations.rs`. Seeds are 0, 1, 2, … and were fixed before the first run.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

NULL_TRACKS, PLANTED_TRACKS = 600, 1859
EFFECT, OF_PLAYLIST, PLAYLISTS = 0.05, 0.25, 12
SIZE, BLOCKS = 60, 6
FINDINGS = {"detectable", "weak", "useful"}


def standard(values):
    return (values - values.mean()) / values.std()


def make_study(program, folder, tracks, effect, kind, seed):
    """Imports covers of smooth blocks, and popularity with the wanted share of the cover's."""
    random, covers = np.random.default_rng(seed), folder / "covers"
    covers.mkdir()
    blocks = random.integers(0, 256, (tracks, BLOCKS, BLOCKS, 3), dtype=np.uint8)
    for index, block in enumerate(blocks):
        Image.fromarray(block).resize((SIZE, SIZE), Image.BICUBIC).save(covers / f"c{index}.png", compress_level=1)
    halves = blocks.mean(axis=(2, 3))
    upper, lower = halves[:, :BLOCKS // 2].mean(axis=1), halves[:, BLOCKS // 2:].mean(axis=1)
    signal = standard(upper - lower if kind == "layout" else upper + lower)
    playlist = random.integers(0, PLAYLISTS, tracks)
    of_playlist, noise = standard(random.normal(size=PLAYLISTS)[playlist]), standard(random.normal(size=tracks))
    value = effect ** 0.5 * signal + OF_PLAYLIST ** 0.5 * of_playlist + (1 - effect - OF_PLAYLIST) ** 0.5 * noise
    with open(folder / "tracks.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["title", "popularity", "playlist", "cover"])
        for index in range(tracks):
            popularity = float(np.clip(40 + 12 * value[index], 0, 100))
            table.writerow([f"Track {index}", round(popularity), f"Playlist {playlist[index]}", f"c{index}"])
    study = folder / "made.coverstudy"
    subprocess.run([program, "import", study, "--csv", folder / "tracks.csv", "--covers", covers], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return study


def judge(program, tracks, effect, kind, seed):
    """The verdict, and the network's row of it."""
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(program, pathlib.Path(folder), tracks, effect, kind, seed)
        out = subprocess.run([program, "verdict", study, "--quick", "--json"], check=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True).stdout
    verdict = json.loads(out.splitlines()[-1])
    network = verdict["rows"][-1]
    assert network["predictor"] == "Quick", network
    return verdict, network


def run(program, count, tracks, effect, kind, first_seed):
    if count == 0:
        return
    judged = [judge(program, tracks, effect, kind, first_seed + seed) for seed in range(count)]
    share = lambda holds: f"{sum(map(holds, judged))} of {count}"
    words = f"planted {effect:.0%} by {kind}" if effect else "no effect"
    print(f"{words}, {tracks} tracks: a finding in {share(lambda pair: pair[0]['verdict'] in FINDINGS)} studies; "
          f"the network's own p below 0.05 in {share(lambda pair: pair[1]['p'] < 0.05)}; its mean R² "
          f"{np.mean([network['r2'] for _, network in judged]):.3f}; cannot tell in "
          f"{share(lambda pair: pair[0]['verdict'] == 'cannot tell')}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--null", type=int, default=40)
    parser.add_argument("--planted", type=int, default=10)
    parser.add_argument("--effect", choices=["brightness", "layout"], default="brightness")
    arguments = parser.parse_args()
    run(arguments.program, arguments.null, NULL_TRACKS, 0, "", 0)
    run(arguments.program, arguments.planted, PLANTED_TRACKS, EFFECT, arguments.effect, 1_000_000)


if __name__ == "__main__":
    sys.exit(main())
