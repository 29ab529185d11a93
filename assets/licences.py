#!/usr/bin/env python3
"""Writes licences.txt: every crate in the program with its licence, and the fonts and icons.

    python3 assets/licences.py                  after every change of Cargo.lock
    python3 assets/licences.py --texts FILE     also the crates' own licence texts, for packages

A test fails where licences.txt is not in step with Cargo.lock. The crates are those that Cargo.lock reaches from the
dependencies in Cargo.toml on any platform, tools that only build included; those of tests and benches are not.
"""

import argparse
import json
import pathlib
import subprocess
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
OUT = ROOT / "assets" / "licences.txt"

HEAD = """\
Cover Study is given on under the MIT licence. It contains:

Fonts
  Inter  OFL-1.1  rsms.me/inter
Icons
  Lucide  ISC  lucide.dev

Crates
"""


def reached():
    """(name, version) of the crates in the program."""
    wanted = tomllib.loads((ROOT / "Cargo.toml").read_text())["dependencies"]
    packages = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    by_name = {}
    for package in packages:
        by_name.setdefault(package["name"], []).append(package)

    def find(dependency):
        name, _, version = dependency.partition(" ")
        return next(package for package in by_name[name] if version in ("", package["version"]))

    own = find("cover-study")
    ahead = [find(name) for name in own["dependencies"] if name.partition(" ")[0] in wanted]
    seen = {}
    while ahead:
        package = ahead.pop()
        key = (package["name"], package["version"])
        if key not in seen:
            seen[key] = package
            ahead.extend(find(name) for name in package.get("dependencies", []))
    return sorted(seen)


def texts(packages):
    """The licence files that the crates bring, each once, with the crates that bring it."""
    by_text = {}
    for (name, version), package in packages:
        folder = pathlib.Path(package["manifest_path"]).parent
        files = [path for path in sorted(folder.iterdir()) if path.is_file() and is_licence(path.name)]
        for path in files:
            by_text.setdefault(path.read_text(errors="replace").strip(), []).append(f"{name} {version}")
    rule = "\n\n" + 80 * "=" + "\n"
    return rule.join(f"{', '.join(names)}\n\n{text}" for text, names in by_text.items()) + "\n"


def is_licence(name):
    return name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=pathlib.Path)
    args = parser.parse_args()
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    known = {(package["name"], package["version"]): package for package in metadata["packages"]}
    packages = [(key, known[key]) for key in reached()]
    lines = [f"  {name} {version}  {package['license']}\n" for (name, version), package in packages]
    OUT.write_text(HEAD + "".join(lines))
    if args.texts:
        own = [("Inter", "assets/fonts/OFL.txt"), ("Lucide", "assets/icons/LICENSE")]
        parts = [f"{name}\n\n{(ROOT / path).read_text()}" for name, path in own]
        args.texts.write_text("\n".join([OUT.read_text(), *parts, texts(packages)]))


if __name__ == "__main__":
    main()
