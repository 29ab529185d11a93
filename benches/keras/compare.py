#!/usr/bin/env python3
"""Seconds an epoch (training, test pass, saving) of this program, Keras and PyTorch, in turn on the same pictures.

benches/keras/compare.py PROGRAM FOLDER [--kernels auto|avx512|avx2] [--rounds N] [--models 2,3,4,5] [--torch]

Installs tensorflow-cpu (and with --torch PyTorch) from PyPI into an environment in FOLDER; PyPI's PyTorch for Linux
takes some 5 GB, since it brings what graphics cards need as well. Each round trains one epoch of each side; the figures
are the medians over the rounds, in parentheses the lowest and the highest ratio of a round, and the ratio of the fastest
epochs, which other work on the same processor disturbs least.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
TRACKS, SIZE = 1859, 60


def environment(folder, name, packages):
    """The Python of an environment that has the packages."""
    python = folder / name / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / name], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "numpy", "pillow", *packages], check=True)
    return python


class Rival:
    """Keras or PyTorch in a process of its own, which trains an epoch for each line that it gets."""

    def __init__(self, python, script, data, model):
        self.process = subprocess.Popen([python, HERE / script, data, model], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.epoch()  # Compiles; not measured.

    def epoch(self):
        self.process.stdin.write("epoch\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def our_epoch(program, study, model, kernels):
    """The second epoch of a new run."""
    options = ["--layers", "2", "--kernel-size", "5", "--activation", "relu"] if model == "5" else []
    out = subprocess.run([program, "train", study, "--preset", f"model-{model}", "--split", "track", "--epochs", "2",
                          "--kernels", kernels, "--threads", "2", *options, "--json"],
                         check=True, capture_output=True, text=True).stdout
    return [event["seconds"] for event in map(json.loads, out.splitlines()) if event["event"] == "epoch"][-1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--kernels", default="auto")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--models", default="2,3,4,5")
    parser.add_argument("--torch", action="store_true")
    arguments = parser.parse_args()
    keras = environment(arguments.folder, "keras", ["tensorflow-cpu"])
    rivals = {"Keras": (keras, "keras_epochs.py")}
    if arguments.torch:
        rivals["PyTorch"] = (environment(arguments.folder, "torch", ["torch"]), "torch_epochs.py")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([keras, HERE / "pictures.py", folder, str(TRACKS), str(SIZE)], check=True)
        study = f"{folder}/study.coverstudy"
        subprocess.run([arguments.program, "import", study, "--csv", f"{folder}/tracks.csv", "--covers",
                        f"{folder}/covers"], check=True, stdout=subprocess.DEVNULL)
        for model in arguments.models.split(","):
            running = {name: Rival(python, script, folder, model) for name, (python, script) in rivals.items()}
            seconds = {name: [] for name in ["ours", *running]}
            for _ in range(arguments.rounds):
                seconds["ours"].append(our_epoch(arguments.program, study, model, arguments.kernels))
                for name, rival in running.items():
                    seconds[name].append(rival.epoch())
            for rival in running.values():
                rival.end()
            line = f"model {model}, {arguments.kernels}: ours {statistics.median(seconds['ours']):.2f} s"
            for name in running:
                ratios = [ours / theirs for ours, theirs in zip(seconds["ours"], seconds[name])]
                line += (f"; {name} {statistics.median(seconds[name]):.2f} s, ratio {statistics.median(ratios):.2f} "
                         f"({min(ratios):.2f}–{max(ratios):.2f}), of the fastest epochs "
                         f"{min(seconds['ours']):.2f} / {min(seconds[name]):.2f} = "
                         f"{min(seconds['ours']) / min(seconds[name]):.2f}")
            print(line, flush=True)


if __name__ == "__main__":
    main()
