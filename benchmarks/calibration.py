#!/usr/bin/env python3
"""Times what calibration adds to a float run, for each kind of observer, all of them taking turns.

usage: calibration.py [options] MODEL.onnx

MODEL has one float input; the goals are for PyTorch's ResNet-18 at 224x224, exported with a dynamic batch. Each row is
the median over the rounds of the time per image, and of its ratio to the float run's of the same round, in two ways:

- `ms`: `qrun --calibrate` (the float row: `qrun --output`) on batches that all differ. Every turn runs one batch, and one
  batch and `--samples` more; the difference is the time of those, without start-up and the first batch.
- `bench_ms`: `qrun --bench`, the median of single runs on one batch.

`--pytorch` is the command of a Python with PyTorch and torchvision, which may be one in another root. It times the float
and the prepared model (prepare_fx, the default mapping of x86: histograms) in the same turns: `--samples` after one batch.

    calibration.py --pytorch 'chroot /srv/peers python3' resnet18.onnx

Nothing else may run meanwhile; the last line has the load before and after (our own turns count in the latter).
"""
import argparse
import array
import json
import os
import random
import shlex
import statistics
import struct
import subprocess
import sys
import tempfile
import time

OBSERVERS = ["min_max", "histogram", "mse", "percentile"]
WEIGHT = {"observer": "per_channel_min_max", "dtype": "qint8", "qscheme": "per_channel_symmetric"}

# Takes a turn for each line that it is given, and answers with a line of JSON.
PYTORCH = """
import copy, json, sys, time, warnings
warnings.filterwarnings("ignore")
import torch, torchvision
from torch.ao.quantization import get_default_qconfig_mapping
from torch.ao.quantization.quantize_fx import prepare_fx
name, threads, samples, dims = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
torch.set_num_threads(threads)
torch.manual_seed(1)
model = getattr(torchvision.models, name)(weights=None).eval()
batches = [torch.randn(dims) for _ in range(1 + samples // dims[0])]
prepared = prepare_fx(copy.deepcopy(model), get_default_qconfig_mapping("x86"), (batches[0],))
def turn(module):
    module(batches[0])
    start = time.perf_counter()
    for batch in batches[1:]:
        module(batch)
    return 1000 * (time.perf_counter() - start) / samples
print("ready", flush=True)
with torch.no_grad():
    for line in sys.stdin:
        times = {"pytorch_float": turn(model), "pytorch_histogram": turn(copy.deepcopy(prepared))}
        print(json.dumps(times), flush=True)
"""


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"error: {shlex.join(command)} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def write_random(path, dims):
    """Normally distributed float32 as .npy; this script needs no NumPy."""
    count = 1
    for d in dims:
        count *= d
    generator = random.Random(1)
    values = array.array("f", (generator.gauss(0, 1) for _ in range(count)))
    if sys.byteorder == "big":
        values.byteswap()
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(dims)}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        values.tofile(file)


class Quantir:
    """The plans of a model, and their turns."""

    def __init__(self, arguments, scratch):
        self.arguments, self.scratch = arguments, scratch
        imported, float_mlir = self.file("imported.mlir"), self.file("float.mlir")
        run([self.program("qtranslate"), "--import-onnx", arguments.model, "-o", imported])
        run([self.program("qopt"), imported, "--quantir-float", "-o", float_mlir])
        self.plans = {"float": self.export("float", float_mlir)}
        inspected = json.loads(run([self.program("qrun"), self.plans["float"], "--inspect", "--json"]))
        if len(inspected["inputs"]) != 1 or inspected["inputs"][0]["dtype"] != "float32":
            sys.exit("error: expected a model with one float32 input")
        dims = inspected["inputs"][0]["dims"]
        dynamic = not isinstance(dims[0], int) or dims[0] < 0
        self.batch = arguments.batch if dynamic else dims[0]
        self.dims = [self.batch] + dims[1:]
        # Whole batches, so that none is filled up or left out.
        self.samples = max(1, round(arguments.samples / self.batch)) * self.batch
        self.data = {}
        for name, count in (("first", self.batch), ("all", self.batch + self.samples)):
            self.data[name] = self.file(name + ".npy")
            write_random(self.data[name], [count] + dims[1:])
        for observer in arguments.observers:
            self.plans[observer] = self.prepare(observer)

    def program(self, name):
        return os.path.join(self.arguments.build, "bin", name)

    def file(self, name):
        return os.path.join(self.scratch, name)

    def export(self, name, mlir):
        lowered, plan = self.file(name + "-lowered.mlir"), self.file(name + ".plan")
        run([self.program("qopt"), mlir, "--quantir-lower-to-kernels", "-o", lowered])
        run([self.program("qtranslate"), "--export-plan", lowered, "-o", plan])
        os.remove(lowered)
        return plan

    def prepare(self, observer):
        config, stages = self.file(observer + ".json"), self.file(observer)
        with open(config, "w") as file:
            json.dump({"": {"activation": {"observer": observer}, "weight": WEIGHT}}, file)
        run([self.program("quantir"), "quantize", self.arguments.model, "--calibration", self.data["first"], "--config",
             config, "--no-bias-correction", "--dump-stages", stages, "-o", self.file("int8.plan")])
        plan = self.export(observer, os.path.join(stages, "prepared.mlir"))
        for name in os.listdir(stages):
            os.remove(os.path.join(stages, name))
        return plan

    def seconds(self, name, data):
        what = ["--output", self.file("out.npy")] if name == "float" else ["--calibrate", self.file("states.json")]
        start = time.perf_counter()
        run([self.program("qrun"), self.plans[name], "--input", self.data[data], *self.execution(), *what])
        return time.perf_counter() - start

    def execution(self):
        return ["--threads", str(self.arguments.threads), "--batch", str(self.batch)]

    def turn(self, name):
        """Milliseconds per image: on differing batches, and of --bench."""
        first = self.seconds(name, "first")
        measured = 1000 * (self.seconds(name, "all") - first) / self.samples
        bench = json.loads(run([self.program("qrun"), self.plans[name], "--bench", "--json", "--seconds",
                                str(self.arguments.seconds), *self.execution()]))
        return measured, bench["median_ms"] / self.batch


class PyTorch:
    def __init__(self, command, model, quantir):
        self.process = subprocess.Popen(
            shlex.split(command) + ["-c", PYTORCH, model, str(quantir.arguments.threads), str(quantir.samples),
                                    json.dumps(quantir.dims)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("error: PyTorch failed")
        return line

    def turn(self):
        self.process.stdin.write("turn\n")
        self.process.stdin.flush()
        return json.loads(self.answer())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(arguments, scratch):
    """Times by name: for each round what Quantir's plans and PyTorch's models took."""
    quantir = Quantir(arguments, scratch)
    model = arguments.torch_model or os.path.splitext(os.path.basename(arguments.model))[0]
    pytorch = PyTorch(arguments.pytorch, model, quantir) if arguments.pytorch else None
    times = {name: [] for name in quantir.plans}
    for number in range(arguments.rounds):
        # Back and forth, so that a load that grows or falls favours none.
        for name in list(times)[::1 if number % 2 == 0 else -1]:
            if name in quantir.plans:
                times[name].append(quantir.turn(name))
        if pytorch:
            for name, ms in pytorch.turn().items():
                times.setdefault(name, []).append((ms, None))
    if pytorch:
        pytorch.close()
    return quantir, times


def summarize(times):
    rows = {}
    for name, rounds in times.items():
        row = rows[name] = {"run": name}
        for column, key in enumerate(("ms", "bench_ms")):
            if rounds[0][column] is None:
                continue
            row[key] = round(statistics.median(t[column] for t in rounds), 3)
            ratios = [t[column] / f[column] for t, f in zip(rounds, times["float"])]
            row[key.replace("ms", "ratio")] = round(statistics.median(ratios), 3)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--build", default=os.path.join(os.path.dirname(here), "build"), help="the build folder")
    parser.add_argument("--pytorch", default="", help="command of a Python with PyTorch and torchvision")
    parser.add_argument("--torch-model", help="its name in torchvision.models; default: MODEL's file name")
    parser.add_argument("--observers", nargs="+", default=OBSERVERS, help="kinds of observers of activations")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8, help="where the model's is dynamic")
    parser.add_argument("--samples", type=int, default=32, help="images of a turn")
    parser.add_argument("--seconds", type=float, default=1, help="of a turn of --bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="exit with 1 if one of the following does not hold")
    parser.add_argument("--min-max", type=float, default=1.10, help="at most this ratio to the float run")
    parser.add_argument("--histogram", type=float, default=1.25, help="at most this ratio to the float run")
    parser.add_argument("--speedup", type=float, default=2.5, help="histograms at least so much faster than PyTorch's")
    parser.add_argument("model", metavar="MODEL")
    arguments = parser.parse_args()
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        quantir, times = measure(arguments, scratch)
    rows = summarize(times)
    missed = []
    for name, most in (("min_max", arguments.min_max), ("histogram", arguments.histogram)):
        if name in rows and rows[name]["ratio"] > most:
            missed.append(f"{name}: {rows[name]['ratio']} times the float run's time, expected at most {most}")
    summary = {"model": os.path.basename(arguments.model), "batch": quantir.batch, "threads": arguments.threads,
               "samples": quantir.samples, "rounds": arguments.rounds, "load": [before, os.getloadavg()[0]]}
    if "pytorch_histogram" in times and "histogram" in times:
        ratios = [p[0] / q[0] for p, q in zip(times["pytorch_histogram"], times["histogram"])]
        summary["histogram_speedup"] = round(statistics.median(ratios), 2)
        if summary["histogram_speedup"] < arguments.speedup:
            missed.append(f"histogram: {summary['histogram_speedup']} times as fast as PyTorch's, expected at least "
                          f"{arguments.speedup}")
    for row in rows.values():
        print(json.dumps(row))
    print(json.dumps(summary))
    if arguments.check and missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
