#!/usr/bin/env python3
"""Measures what each choice of the default configuration does for accuracy, by taking it back alone.

    accuracy_ablation.py --quantir PROGRAM --shared DIR [--samples N] [--calibration-samples N]
                         [--differences | [--backend-config NAME]... [--config FILE]...] [MODEL...]

Prints a Markdown table: SQNR in dB of each output on the test data of test/Models/check_models.py, which also names the
models. The first row is the default; then one row for each choice taken back, for each built-in backend config that
is asked for, and for each configuration file.

With --differences the choices are those in which the backend config `quantir` differs from PyTorch's `native`: one row for
each of them taken back, then one for each rule of Quantir's that `native` is given; each as the change of SQNR. "=" says
that the prepared model is the same, so that nothing can change. docs/Accuracy.md holds both tables.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "test" / "Models"))
import check_models  # noqa: E402

WEIGHT = {
    "observer": "per_channel_min_max",
    "dtype": "qint8",
    "qscheme": "per_channel_symmetric",
    "quant_min": -127,
    "quant_max": 127,
}


def mapping(activation="histogram", **weight):
    return {"qconfig_mapping": {"": {"activation": {"observer": activation}, "weight": {**WEIGHT, **weight}}}}


BACKENDS = pathlib.Path(__file__).resolve().parent.parent / "lib" / "Config" / "backends"

# The rules, with PyTorch's value; Quantir's is the other one.
RULES = {
    "observe_shared": True,
    "prune": False,
    "float_addends": False,
    "fixed_from_qconfig": True,
    "reuse_by_kind": True,
    "scalars_share": True,
    "module_weights_at_convert": True,
    "fusers_first": True,
    "correct_biases": False,
    "standalone_from_module": True,
    "check_fused_types": True,
    "join_by_first": True,
    "pytorch_eps": True,
    "tie_weights": False,
}
AFTER_PREPARE = {"correct_biases", "pytorch_eps"}  # rules that the prepared model does not show


def edited(edit):
    """The configuration with the patterns of `quantir` that `edit` makes of each of them (none: it is left out)."""
    config = json.loads((BACKENDS / "quantir.json").read_text())
    before = json.dumps(config)
    config["name"] = "edited"
    config["patterns"] = [changed for pattern in config["patterns"] if (changed := edit(dict(pattern)))]
    assert json.dumps({**config, "name": "quantir"}) != before, "the edit changes nothing"
    return {"backend_config": config}


def without(text, only_in=""):
    """An edit that takes `text` out of the patterns that have `only_in`."""

    def edit(pattern):
        if only_in in pattern["pattern"]:
            pattern["pattern"] = pattern["pattern"].replace(text, "")
        return pattern

    return edit


def sharing(op):
    """An edit that lets the results of the pattern that begins with `op` share their inputs' observers."""

    def edit(pattern):
        if pattern["pattern"].startswith(op):
            pattern["observation_type"] = "share"
        return pattern

    return edit


def clamp_as_pytorch(pattern):
    """Neither fused nor with a scale of its own."""
    pattern = without("nn.clamp|", "(nn.conv")(pattern)
    if pattern["pattern"].startswith("nn.relu|nn.clamp|"):
        pattern = sharing("nn.relu|nn.clamp|")(pattern)
    return pattern


def unfused_addition(pattern):
    return None if "nn.add(" in pattern["pattern"] else pattern


def quantizing(names):
    """An edit that adds ops to those of one input dtype and one output dtype."""

    def edit(pattern):
        if pattern["pattern"].startswith("nn.add|"):
            pattern["pattern"] = names + "|" + pattern["pattern"]
        return pattern

    return edit


# What else `quantir` has in its patterns, each taken back as PyTorch has it.
PATTERNS = {
    "convolution and clamp (ReLU6) not fused": without("nn.clamp|", "(nn.conv"),
    "the same, and the clamp shares its input's scale": clamp_as_pytorch,
    "residual addition not fused": unfused_addition,
    "average pool and mean share their input's scale": sharing("nn.avg_pool"),
    "matmul quantized": quantizing("nn.matmul"),
    "normalizations and softmax quantized": quantizing("nn.layer_norm|nn.group_norm|nn.instance_norm|nn.softmax"),
    "pad in float": without("|nn.pad"),
    "slice and split in float": without("|nn.split|nn.slice"),
}


def rule(base, name, value):
    return {"backend_config": {**base, "rules": {name: value}}}


def difference_rows():
    """Two groups of rows: name, configuration, whether the prepared model shows what is changed."""
    ours = json.loads((BACKENDS / "quantir.json").read_text())
    default = [("default", None, True)]
    default += [(f"`{name}`: {json.dumps(value)}", rule(ours, name, value), name not in AFTER_PREPARE) for name, value in RULES.items()]
    default += [(name, edited(edit), True) for name, edit in PATTERNS.items()]
    native = [("`native`", {"backend_config": "native"}, True)]
    native += [
        (f"`native`, `{name}`: {json.dumps(not value)}", rule({"name": "native"}, name, not value), name not in AFTER_PREPARE)
        for name, value in RULES.items()
    ]
    return [default, native]


# Each row: its name, the configuration (none: the default), more options of `quantir quantize`.
ROWS = [
    ("default", None, []),
    ("biases as they are", None, ["--no-bias-correction"]),
    ("activations `min_max`", mapping("min_max"), []),
    ("activations `mse`", mapping("mse"), []),
    ("weights in [-128, 127]", mapping(quant_min=-128, quant_max=127), []),
    (
        "weights per tensor",
        mapping(observer="min_max", qscheme="per_tensor_symmetric"),
        [],
    ),
]


def first_samples(check, name, count):
    """A file with the first `count` samples of a data file."""
    source = check.data(name)
    path = check.scratch / f"{source.stem}-first-{count}.npy"
    if not path.exists():
        data = np.load(source)
        np.save(path, (data if isinstance(data, np.ndarray) else data[data.files[0]])[:count])
    return path


class Measurement:
    """The measurements of one model."""

    def __init__(self, check, model, arguments):
        self.check, self.model = check, model
        self.onnx = check.folder / model.onnx
        self.calibration = first_samples(check, model.calibration, arguments.calibration_samples)
        self.test = str(first_samples(check, model.test, arguments.samples))
        self.reference = check.outputs(self.onnx, model.preprocessing, self.test)

    def quantize(self, config, options, calibration):
        plan = self.check.scratch / "model.plan"
        if config:
            file = self.check.scratch / "config.json"
            file.write_text(json.dumps(config))
            options = [*options, "--config", file]
        self.check.run("quantize", self.onnx, "--calibration", calibration, "-o", plan, *self.model.preprocessing, *options)
        return plan

    def sqnr(self, config, options=()):
        """In dB, of each output."""
        plan = self.quantize(config, options, self.calibration)
        quantized = self.check.outputs(plan, [], self.test)
        return [check_models.sqnr(ref, quantized[name]) for name, ref in self.reference.items()]

    def prepared(self, config):
        """The text of the prepared model, without the backend config."""
        stages = self.check.scratch / "stages"
        one = first_samples(self.check, self.model.calibration, 1)
        self.quantize(config, ["--no-bias-correction", "--dump-stages", stages], one)
        lines = (stages / "prepared.mlir").read_text().splitlines()
        return [line for line in lines if not line.startswith(("module", "#dtype")) and "backend_config" not in line]


def difference_cells(measurement, report):
    """The cells of one model, by row."""
    cells = {}
    for group in difference_rows():
        first, baseline, prepared = None, None, None
        for label, config, shows in group:
            if first is None:
                first, baseline, prepared = label, measurement.sqnr(config), measurement.prepared(config)
                cells[label] = " / ".join(f"{value:.2f}" for value in baseline)
            elif shows and measurement.prepared(config) == prepared:
                cells[label] = "="
            else:
                changes = [value - base for value, base in zip(measurement.sqnr(config), baseline)]
                cells[label] = " / ".join(f"{change:+.2f}" for change in changes)
            report(label, cells[label])
    return cells


def choice_cells(measurement, rows, report):
    cells = {}
    for label, config, options in rows:
        cells[label] = " / ".join(f"{value:.1f}" for value in measurement.sqnr(config, options))
        report(label, cells[label])
    return cells


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quantir", required=True, help="the program")
    parser.add_argument("--shared", required=True, help="the folder that holds models/")
    parser.add_argument("--samples", type=int, default=2000, help="at most so many test samples (default: 2000)")
    parser.add_argument("--calibration-samples", type=int, default=512, help="at most so many (default: 512)")
    parser.add_argument("--differences", action="store_true", help="measure the differences from PyTorch's backend configs")
    parser.add_argument("--backend-config", action="append", default=[], help="one more row: a built-in backend config")
    parser.add_argument("--config", action="append", default=[], help="one more row: a configuration file")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="which to measure (default: all)")
    arguments = parser.parse_args()
    names = arguments.models or list(check_models.MODELS)
    for name in names:
        if name not in check_models.MODELS:
            parser.error(f"no model is called '{name}'; expected one of {', '.join(check_models.MODELS)}")

    rows = [*ROWS]
    rows += [(f"`--backend-config {name}`", None, ["--backend-config", name]) for name in arguments.backend_config]
    rows += [(f"`{path}`", None, ["--config", str(pathlib.Path(path).resolve())]) for path in arguments.config]
    table = {}
    folder = pathlib.Path(arguments.shared).resolve() / "models"
    for name in names:
        model = check_models.MODELS[name]
        with tempfile.TemporaryDirectory() as scratch:
            check = check_models.Check(str(pathlib.Path(arguments.quantir).resolve()), None, folder, pathlib.Path(scratch), model)
            measurement = Measurement(check, model, arguments)

            def report(label, cell, name=name):
                print(f"{name}: {label}: {cell}", file=sys.stderr, flush=True)

            cells = difference_cells(measurement, report) if arguments.differences else choice_cells(measurement, rows, report)
            for label, cell in cells.items():
                table.setdefault(label, []).append(cell)

    print(f"| configuration | {' | '.join(names)} |")
    print("| --- " * (len(names) + 1) + "|")
    for label, cells in table.items():
        print(f"| {label} | {' | '.join(cells)} |")


if __name__ == "__main__":
    sys.exit(main())
