#!/usr/bin/env python3
"""Compares Quantir's float and int8 speed with each other and with ONNX Runtime's float, the systems taking turns.

usage: compare.py [options] FOLDER [NAME...]

FOLDER holds the ONNX models; NAMEs choose among them (default: all). ONNX Runtime runs in `--peer`, a Python with the
onnxruntime package, which may be one in another root, and sees the models in `--peer-folder`:

    compare.py --peer 'chroot /srv/peers python3' --peer-folder /models /srv/peers/models resnet18 resnet50

Without such a Python (`--peer ''`) only Quantir is timed. `--check` exits with 1 unless int8 is at least `--speedup`
times as fast as float, and float no slower than ONNX Runtime's by more than `--margin`.

Nothing else may run meanwhile: with two cores, a second busy process makes OpenMP programs ten times slower.
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def run_json(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    if done.returncode:
        # Some builds of ONNX Runtime write hundreds of harmless lines there.
        sys.exit(f"error: {shlex.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def quantir(arguments, name):
    program = os.path.join(arguments.build, "bin", "float-vs-int8")
    return run_json([program, "--threads", str(arguments.threads), "--rounds", "3", "--seconds", "0.5",
                     os.path.join(arguments.folder, name + ".onnx")])


def peer(arguments, name):
    # The script goes in by stdin: the peer's root need not have it.
    with open(os.path.join(HERE, "onnxruntime_float.py")) as script:
        return run_json(shlex.split(arguments.peer) + ["-", "--threads", str(arguments.threads), "--seconds", "1.5",
                                                       os.path.join(arguments.peer_folder, name + ".onnx")], stdin=script)


def compare(arguments, name):
    ours, theirs = [], []
    for _ in range(arguments.rounds):
        ours.append(quantir(arguments, name))
        if arguments.peer:
            theirs.append(peer(arguments, name))
    median = lambda rows, key: statistics.median(row[key] for row in rows)
    row = {"workload": name, "threads": arguments.threads, "float_ms": median(ours, "float_ms"),
           "int8_ms": median(ours, "int8_ms"), "speedup": median(ours, "speedup")}
    if theirs:
        row["onnxruntime_float_ms"] = median(theirs, "float_ms")
        row["float_ratio"] = round(statistics.median(a["float_ms"] / b["float_ms"] for a, b in zip(ours, theirs)), 3)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(os.path.dirname(HERE), "build"), help="the build folder")
    parser.add_argument("--peer", default="python3", help="command of a Python with onnxruntime; '' for none")
    parser.add_argument("--peer-folder", help="FOLDER as that Python sees it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3, help="how often the systems take turns")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--speedup", type=float, default=2.5)
    parser.add_argument("--margin", type=float, default=1.15)
    parser.add_argument("folder", metavar="FOLDER")
    parser.add_argument("names", metavar="NAME", nargs="*")
    arguments = parser.parse_args()
    arguments.peer_folder = arguments.peer_folder or arguments.folder
    names = arguments.names or sorted(f[:-5] for f in os.listdir(arguments.folder) if f.endswith(".onnx"))
    missed = []
    for name in names:
        row = compare(arguments, name)
        print(json.dumps(row), flush=True)
        if row["speedup"] < arguments.speedup:
            missed.append(f"{name}: int8 is {row['speedup']:.2f} times as fast as float, expected {arguments.speedup}")
        if row.get("float_ratio", 0) > arguments.margin:
            missed.append(f"{name}: float takes {row['float_ratio']:.2f} times ONNX Runtime's time, "
                          f"expected at most {arguments.margin}")
    if arguments.check and missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
