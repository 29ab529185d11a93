#!/usr/bin/env python3
"""Models 2-5 on the 2022 study's data, seeds 1-5, split by track: RMSE over the mean's RMSE, and seconds an epoch.

benches/seed_study.py PROGRAM SEED_STUDY_FOLDER [THREADS]

Fails where a ratio is not in 0.97-1.10, or a model's mean not in 0.99-1.06: Keras's are.
"""
import json
import subprocess
import sys
import tempfile


def command(program, *arguments):
    out = subprocess.run([program, *arguments, "--json"], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def main():
    program, seed, threads = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "2"
    with tempfile.TemporaryDirectory() as folder:
        study = f"{folder}/seed.coverstudy"
        files = ["--csv", f"{seed}/popularity_index.csv", "--covers", f"{seed}/album_art_resized"]
        imported = command(program, "import", study, *files)[-1]
        print({key: value for key, value in imported.items() if key != "rejected"}, flush=True)
        outside = []
        for model in (2, 3, 4, 5):
            ratios, seconds = [], []
            for number in range(1, 6):
                events = command(program, "train", study, "--preset", f"model-{model}", "--split", "track",
                                 "--seed", str(number), "--threads", threads)
                finished = events[-1]
                ratios.append(finished["rmse"] / finished["mean_rmse"])
                seconds += [event["seconds"] for event in events if event["event"] == "epoch"]
            print(f"model {model}: rmse / mean_rmse {' '.join(f'{ratio:.3f}' for ratio in ratios)}, "
                  f"mean {sum(ratios) / 5:.3f}; median {sorted(seconds)[len(seconds) // 2]:.2f} s an epoch, "
                  f"{finished['kernels']}", flush=True)
            if min(ratios) < 0.97 or max(ratios) > 1.10 or not 0.99 <= sum(ratios) / 5 <= 1.06:
                outside.append(model)
        if outside:
            sys.exit(f"Outside what Keras comes to: model {', '.join(map(str, outside))}")


if __name__ == "__main__":
    main()
