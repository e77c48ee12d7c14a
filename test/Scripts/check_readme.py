#!/usr/bin/env python3
"""Runs the session of README.md and compares what it prints with what the page shows.

    check_readme.py --root ROOT --quantir QUANTIR

Text has to be the same; numbers with a point may differ a little, by what another instruction set changes.
"""

import argparse
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

NUMBER = re.compile(r"\d+\.\d+")
TOLERANCE = 0.35  # dB, %, KiB: the page's numbers are far larger


def session(page):
    """(command, lines that it printed) for each "$ " of the one block that has some."""
    block = next(block for block in re.findall(r"```\n(.*?)```", page, re.DOTALL) if block.startswith("$ "))
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = re.sub(r" \\\n\s*", " ", part).partition("\n")
        yield command, output.strip().splitlines()


def same(shown, printed):
    if NUMBER.sub("#", shown) != NUMBER.sub("#", printed):
        return False
    return all(abs(float(a) - float(b)) <= TOLERANCE for a, b in zip(NUMBER.findall(shown), NUMBER.findall(printed)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--quantir", required=True)
    arguments = parser.parse_args()
    differences = commands = 0
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "examples").symlink_to(arguments.root.resolve() / "examples")
        for command, shown in session((arguments.root / "README.md").read_text()):
            commands += 1
            words = shlex.split(command)
            if words[0] != "quantir":
                sys.exit(f"expected a command of quantir in README.md, but got: {command}")
            result = subprocess.run([arguments.quantir, *words[1:]], cwd=folder, capture_output=True, text=True)
            printed = result.stdout.strip().splitlines()
            if result.returncode != 0 or len(shown) != len(printed) or not all(map(same, shown, printed)):
                differences += 1
                print(f"$ {command}\nREADME.md shows:\n  " + "\n  ".join(shown) +
                      f"\nbut with exit code {result.returncode} it prints:\n  " + "\n  ".join(printed) + result.stderr)
    print(f"{commands} commands, {differences} differences")
    sys.exit(1 if differences or not commands else 0)


if __name__ == "__main__":
    main()
