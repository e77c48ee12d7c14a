#!/usr/bin/env python3
"""Measures what each choice of the default configuration does for accuracy, by taking it back alone.

    accuracy_ablation.py --quantir PROGRAM --shared DIR [--samples N] [--backend-config NAME]... [--config FILE]... [MODEL...]

Prints a Markdown table: SQNR in dB of each output on the test data of test/Models/check_models.py, which also names the
models. The first row is the default; then one row for each choice taken back, for each built-in backend config that
is asked for, and for each configuration file. docs/Accuracy.md holds the table of the built-in choices.
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


def measure(check, model, options, samples):
    """SQNR of each output, by name."""
    plan = check.scratch / "model.plan"
    onnx = check.folder / model.onnx
    calibration = check.data(model.calibration)
    check.run("quantize", onnx, "--calibration", calibration, "-o", plan, *model.preprocessing, *options)
    test = check.scratch / "test.npy"
    if not test.exists():
        data = np.load(check.data(model.test))
        array = data if isinstance(data, np.ndarray) else data[data.files[0]]
        np.save(test, array[:samples])
    reference = check.outputs(onnx, model.preprocessing, str(test))
    quantized = check.outputs(plan, [], str(test))
    return {name: check_models.sqnr(ref, quantized[name]) for name, ref in reference.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quantir", required=True, help="the program")
    parser.add_argument("--shared", required=True, help="the folder that holds models/")
    parser.add_argument("--samples", type=int, default=2000, help="at most so many test samples (default: 2000)")
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
    table = {label: [] for label, _, _ in rows}
    folder = pathlib.Path(arguments.shared).resolve() / "models"
    for name in names:
        model = check_models.MODELS[name]
        with tempfile.TemporaryDirectory() as scratch:
            check = check_models.Check(str(pathlib.Path(arguments.quantir).resolve()), None, folder, pathlib.Path(scratch), model)
            for label, config, options in rows:
                if config:
                    file = pathlib.Path(scratch) / "config.json"
                    file.write_text(json.dumps(config))
                    options = [*options, "--config", file]
                values = measure(check, model, options, arguments.samples).values()
                table[label].append(" / ".join(f"{value:.1f}" for value in values))
                print(f"{name}: {label}: {table[label][-1]}", file=sys.stderr, flush=True)

    print(f"| configuration | {' | '.join(names)} |")
    print("| --- " * (len(names) + 1) + "|")
    for label, cells in table.items():
        print(f"| {label} | {' | '.join(cells)} |")


if __name__ == "__main__":
    sys.exit(main())
