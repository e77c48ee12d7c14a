#!/usr/bin/env python3
"""Checks the examples of docs/FromPyTorch.md: check_from_pytorch.py --root ROOT --quantir FILE --qopt FILE

Each json block is the configuration with which the digits example is quantized, each mlir block goes through qopt and back, and each
`--quantir-...` that the page names is an option of qopt. Prints what fails, with its line, and exits 1; so it does if the page has no blocks.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"`[^`\n]*?(--quantir-[a-z-]+)(?:=([a-z-]+)=)?[^`\n]*`")


def run(command):
    """What went wrong, or nothing."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr.strip() or f"exit code {done.returncode}"


def check_json(text, folder, arguments):
    config = folder / "config.json"
    config.write_text(text)
    digits = arguments.root / "examples/digits"
    return run([arguments.quantir, "quantize", digits / "model.onnx", "--calibration", digits / "calibration.npy",
                "--mean", "0.305", "--std", "0.376", "--config", config, "-o", folder / "digits.plan"])


def check_mlir(text, folder, arguments):
    module = folder / "module.mlir"
    module.write_text(text)
    return run([arguments.qopt, module, "--verify-roundtrip", "-o", folder / "out.mlir"])


def known_options(qopt):
    """Each pass and pipeline, with the options it takes."""
    text = subprocess.run([str(qopt), "--help"], capture_output=True, text=True, check=True).stdout
    known = {}
    name, depth = None, 0
    for line in text.splitlines():
        match = re.match(r"( +)--([\w-]+)", line)
        if not match:
            continue
        if match[2].startswith("quantir-"):
            name, depth = f"--{match[2]}", len(match[1])
            known[name] = set()
        elif name and len(match[1]) > depth:
            known[name].add(match[2])
        else:
            name = None
    return known


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--quantir", type=pathlib.Path, required=True)
    parser.add_argument("--qopt", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    page = (arguments.root / "docs/FromPyTorch.md").read_text()
    failures = 0

    def report(position, message):
        nonlocal failures
        failures += 1
        print(f"docs/FromPyTorch.md:{page.count(chr(10), 0, position) + 1}: {message}")

    checks = {"json": check_json, "mlir": check_mlir}
    counts = dict.fromkeys(checks, 0)
    with tempfile.TemporaryDirectory() as folder:
        for block in BLOCK.finditer(page):
            if block[1] not in checks:
                continue
            counts[block[1]] += 1
            if error := checks[block[1]](block[2], pathlib.Path(folder), arguments):
                report(block.start(), error)

    known = known_options(arguments.qopt)
    options = 0
    prose = BLOCK.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), page)
    for match in OPTION.finditer(prose):
        options += 1
        if match[1] not in known:
            report(match.start(), f"qopt has no option {match[1]}")
        elif match[2] and match[2] not in known[match[1]]:
            report(match.start(), f"{match[1]} has no option {match[2]}")

    print(f"{counts['json']} json blocks, {counts['mlir']} mlir blocks, {options} options, {failures} failures")
    sys.exit(1 if failures or not all(counts.values()) or not options else 0)


if __name__ == "__main__":
    main()
