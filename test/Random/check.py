#!/usr/bin/env python3
"""Quantizes random small models, and checks what has to hold for any model.

    check.py QUANTIR WORKDIR [--seed N] [--seconds S | --models N] [--keep-going]

Seeds count up from N ($QUANTIR_SEED, or 1) until S seconds are over (60), or as long as it takes with --models. What has to
hold:

    import       run on floats computes what its operators are defined to (NumPy, in float64)
    prepare      so does the prepared model
    batch        a sample's result does not depend on the batch or on its place
    order        nodes in another order and other names for values give the same result
    calibration  with least and greatest values, so does calibrating on the samples in another order, one at a time
    16 bits      with integers of 16 bits the reference model computes what the float model does
    lowered      integer kernels compute what the reference model does, on both backends
    kinds        no op is quantized without a kernel that computes in integers
    configs      every built-in backend config gives a model, and what is lowered computes what its reference model does

Of order, calibration and configs each model is checked for one, by its seed.

A failure names the property, the seed, and the smallest part of the model that still fails.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np

try:
    import onnx

    import models
except ImportError:
    print("skipped: there is no onnx package")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = 8
CONFIGS = sorted(path.stem for path in (ROOT / "lib/Config/backends").glob("*.json"))
# Least and greatest value, which any order of the samples gives the same.
MIN_MAX = {"": {"activation": {"observer": "min_max"},
                "weight": {"observer": "per_channel_min_max", "dtype": "qint8", "qscheme": "per_channel_symmetric"}}}  # fmt: skip


class Failure(Exception):
    def __init__(self, what, detail):
        super().__init__(f"{what}: {detail}")
        self.what = what


def sixteen_bits():
    """Quantir's own backend config with integers of 16 bits in the place of 8, and a mapping that asks for them."""
    config = json.loads((ROOT / "lib/Config/backends/quantir.json").read_text())
    config["name"] = "sixteen_bits"
    config["dtype_configs"] = {
        name: {key: "float32" if key == "bias_dtype" else "qint32" for key in entry}
        for name, entry in config["dtype_configs"].items()
        if name.endswith("_s8")
    }
    for pattern in config["patterns"]:
        pattern["dtype_configs"] = [name for name in pattern["dtype_configs"] if name in config["dtype_configs"]]
    bits = {"dtype": "qint32", "quant_min": -32768, "quant_max": 32767}
    return {
        "backend_config": config,
        "qconfig_mapping": {"": {
            "activation": {"observer": "min_max", "qscheme": "per_tensor_affine", **bits},
            "weight": {"observer": "per_channel_min_max", "qscheme": "per_channel_symmetric", **bits},
        }},
    }  # fmt: skip


def sqnr(reference, result):
    """In dB. Numbers of up to 1e-6 count as nothing: what is left of a difference of equal values has no precision."""
    error = np.sum((reference - result) ** 2)
    signal = max(np.sum(reference**2), reference.size * 1e-12)
    return 200.0 if error == 0 else 10 * np.log10(signal / error)


class Checker:
    def __init__(self, quantir, work):
        self.quantir, self.work = quantir, work
        self.sixteen = self.write_json("config-sixteen-bits.json", sixteen_bits())
        self.min_max = self.write_json("config-min-max.json", MIN_MAX)

    def write_json(self, name, content):
        path = self.work / name
        path.write_text(json.dumps(content))
        return path

    def run_tool(self, what, *arguments):
        command = [str(a) for a in (self.quantir, *arguments)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if result.returncode != 0:
            raise Failure(what, f"{' '.join(command)}\n  exit code {result.returncode}: {result.stderr.strip()}")
        return result.stdout + result.stderr

    def run(self, what, file, data, *options):
        """The outputs by name."""
        out = self.work / "out.npz"
        out.unlink(missing_ok=True)
        np.savez(self.work / "data.npz", **data)
        self.run_tool(what, "run", file, "--input", self.work / "data.npz", "--output", out, "--threads", 1, *options)
        return dict(np.load(out))

    def quantize(self, what, model, data, folder, *options):
        """The plan, the folder of stages and the report."""
        plan, stages, report = (self.work / f"{folder}{end}" for end in (".plan", "-stages", ".json"))
        shutil.rmtree(stages, ignore_errors=True)
        np.savez(self.work / "calibration.npz", **data)
        self.run_tool(what, "quantize", model, "--calibration", self.work / "calibration.npz", "-o", plan,
                      "--dump-stages", stages, "--report", report, "--threads", 1, *options)  # fmt: skip
        return plan, stages, json.loads(report.read_text())

    def same(self, what, a, b, names=None):
        for name in names or a:
            if not np.array_equal(a[name], b[name], equal_nan=True):
                wrong = np.sum(a[name] != b[name])
                raise Failure(what, f"output {name}: {wrong} of {a[name].size} elements differ, by {np.abs(a[name] - b[name]).max():.3g} at most")

    def close(self, what, reference, result, tolerance):
        for name, expected in reference.items():
            actual = result[name]
            if actual.shape != expected.shape:
                raise Failure(what, f"output {name}: shape {list(actual.shape)} instead of {list(expected.shape)}")
            difference = np.abs(expected - actual).max()
            if not difference <= tolerance * max(np.abs(expected).max(), 1e-3):
                raise Failure(what, f"output {name}: differs by {difference:.3g}, of numbers up to {np.abs(expected).max():.3g}")

    def at_least(self, what, reference, result, least):
        for name, expected in reference.items():
            actual = sqnr(expected.astype(np.float64), result[name].astype(np.float64))
            if not actual >= least:
                raise Failure(what, f"output {name}: {actual:.1f} dB, where {least} is expected")

    # The properties.

    def check(self, model):
        random = np.random.default_rng([model.seed, 2])
        data = models.random_data(model, SAMPLES)
        file = self.work / "model.onnx"
        onnx.save(model.to_onnx(), file)
        expected = model.evaluate(data)
        floats = self.run("import", file, data)
        self.close("import", expected, floats, 2e-4)

        plan, stages, report = self.quantize("quantize", file, data, "default")
        self.close("prepare", floats, self.run("prepare", stages / "prepared.mlir", data), 2e-4)
        unsupported = [f"{row['op']} {row['name']}" for row in report["ops"] if "no kernel" in (row.get("reason") or "")]
        if unsupported:
            raise Failure("kinds", f"in float between casts: {', '.join(unsupported)}")

        lowered = self.run("lowered", plan, data)
        order = random.permutation(SAMPLES)
        permuted = {name: array[order] for name, array in data.items()}
        back = np.argsort(order)
        for batch in 1, 2:
            alone = self.run("batch", plan, permuted, "--batch", batch)
            self.same(f"batch {batch}", lowered, {name: self.rows(array, back) for name, array in alone.items()})
        reference = self.run("lowered", stages / "reference.mlir", data)
        self.compare_lowered("lowered", reference, lowered)
        self.compare_lowered("lowered on reference", reference, self.run("lowered", plan, data, "--backend", "reference"))

        self.check_sixteen_bits(file, data, floats)
        part = int(random.integers(4))
        if part == 0:
            self.check_order(model, data, lowered, random)
        elif part == 1:
            self.check_calibration(file, data, random)
        else:
            self.check_config(file, data, CONFIGS[int(random.integers(len(CONFIGS)))])

    def rows(self, array, back):
        """Samples in another order; a sample may have several rows."""
        return array.reshape(SAMPLES, -1, *array.shape[1:])[back].reshape(array.shape)

    def compare_lowered(self, what, reference, lowered):
        # Roundings that fall to the other side add up over a few ops; a wrong kernel is far off.
        self.at_least(what, reference, lowered, 25)

    def check_order(self, model, data, lowered, random):
        other = self.work / "other.onnx"
        names = {}
        onnx.save(model.to_onnx(model.other_order(random), lambda name: names.setdefault(name, f"renamed_{len(names)}")), other)
        plan, _, _ = self.quantize("order", other, data, "other")
        self.same("order", lowered, self.run("order", plan, data))

    def check_calibration(self, file, data, random):
        options = ("--config", self.min_max, "--no-bias-correction")
        together, _, _ = self.quantize("calibration", file, data, "together", *options)
        order = random.permutation(SAMPLES)
        apart, _, _ = self.quantize("calibration", file, {name: array[order] for name, array in data.items()}, "apart", *options, "--batch", 1)
        self.same("calibration", self.run("calibration", together, data), self.run("calibration", apart, data))

    def check_sixteen_bits(self, file, data, floats):
        _, stages, _ = self.quantize("16 bits", file, data, "sixteen", "--config", self.sixteen, "--no-bias-correction")
        self.at_least("16 bits", floats, self.run("16 bits", stages / "reference.mlir", data), 60)

    def check_config(self, file, data, name):
        plan, stages, _ = self.quantize(f"config {name}", file, data, "config", "--backend-config", name)
        reference = self.run(f"config {name}", stages / "reference.mlir", data)
        self.compare_lowered(f"config {name}", reference, self.run(f"config {name}", plan, data))

    def shrink(self, model, failure):
        """The smallest model found that fails at the same property."""

        def fails(candidate):
            try:
                self.check(candidate)
            except Failure as error:
                return error if error.what == failure.what else None
            except subprocess.TimeoutExpired:
                return None
            return None

        progress = True
        while progress:
            progress = False
            candidates = [model.with_outputs([output.name]) for output in model.outputs] if len(model.outputs) > 1 else []
            candidates += [model.with_outputs([name]) for node in model.nodes[:-1] for name in node.outputs]
            candidates += [model.without(i) for i in range(len(model.nodes))]
            for candidate in candidates:
                if candidate is None or not candidate.nodes or not candidate.inputs or len(candidate.nodes) > len(model.nodes):
                    continue
                if len(candidate.nodes) == len(model.nodes) and len(candidate.outputs) >= len(model.outputs):
                    continue
                if error := fails(candidate):
                    model, failure, progress = candidate, error, True
                    break
        return model, failure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("quantir", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("QUANTIR_SEED", "1")))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--models", type=int, help="how many, however long it takes")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first that fails")
    parser.add_argument("--no-shrink", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    checker = Checker(options.quantir, options.work)
    begin, seed, failed = time.monotonic(), options.seed, []
    while seed - options.seed < options.models if options.models else time.monotonic() - begin < options.seconds:
        model = models.random_model(seed)
        seed += 1
        if not model.nodes or not model.inputs:
            continue
        try:
            checker.check(model)
        except Failure as failure:
            if not options.no_shrink:
                model, failure = checker.shrink(model, failure)
            failed.append(model.seed)
            kept = options.work / f"failed-{model.seed}.onnx"
            onnx.save(model.to_onnx(), kept)
            print(f"seed {model.seed}: {failure}\n{model.describe()}\nkept as {kept}; again with --seed {model.seed} --models 1", flush=True)
            if not options.keep_going:
                break
    print(f"{seed - options.seed} models from seed {options.seed} on, {len(failed)} failed{': ' if failed else ''}{', '.join(map(str, failed))}")
    sys.exit(1 if failed else 0)


main()
