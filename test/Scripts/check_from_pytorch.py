#!/usr/bin/env python3
"""Checks the examples of docs/FromPyTorch.md: check_from_pytorch.py --root ROOT --quantir FILE --qopt FILE --program FILE

Each json block is the configuration with which the digits example is quantized, each mlir block goes through qopt and back, and each
`--quantir-...` that the page names is an option of qopt. The program, which from_pytorch_program.py made of the C++ blocks, runs on the
digits example. Prints what fails, with its line, and exits 1; so it does if the page has no blocks.
"""

import argparse
import array
import ast
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"`[^`\n]*?(--quantir-[a-z-]+)(?:=([a-z-]+)=)?[^`\n]*`")


def run(command, folder=None):
    """What went wrong, or nothing."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=folder)
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


def write_as_floats(images, path):
    """Writes uint8 images [N, H, W, 1] of an .npy file as float32 [N, 1, H, W]."""
    magic = b"\x93NUMPY\x01\x00"
    data = images.read_bytes()
    size = int.from_bytes(data[8:10], "little")
    header = ast.literal_eval(data[10 : 10 + size].decode())
    count, height, width, channels = header["shape"]
    if not data.startswith(magic) or header["descr"] != "|u1" or channels != 1:
        raise ValueError(f"{images}: expected grey uint8 images, but got {header}")
    header = {"descr": "<f4", "fortran_order": False, "shape": (count, 1, height, width)}
    text = repr(header).encode().ljust(117) + b"\n"
    values = array.array("f", (byte / 255 for byte in data[10 + size :]))
    path.write_bytes(magic + len(text).to_bytes(2, "little") + text + values.tobytes())


def check_program(folder, arguments):
    """Runs the program on the files that the page names."""
    digits = arguments.root / "examples/digits"
    (folder / "model.onnx").write_bytes((digits / "model.onnx").read_bytes())
    write_as_floats(digits / "calibration.npy", folder / "calibration.npy")
    (folder / "config.json").write_text("{}")
    return run([arguments.quantir.resolve(), "quantize", "model.onnx", "--calibration", "calibration.npy", "-o", "model.plan",
                "--dump-stages", "."], folder) or run([arguments.program.resolve()], folder)


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
    parser.add_argument("--program", type=pathlib.Path, required=True)
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

    with tempfile.TemporaryDirectory() as folder:
        if error := check_program(pathlib.Path(folder), arguments):
            report(0, f"the program of the C++ blocks: {error}")

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
