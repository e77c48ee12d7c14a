#!/usr/bin/env python3
"""Checks custom configs and eager mode against PyTorch's results.

    check_modules.py --tools FOLDER --goldens FOLDER [--backend-config NAME] [CASE...]

FOLDER of tools has qopt, qtranslate and qrun; FOLDER of goldens has fx/*.json and decomposed/eager_static.json. For a
graph-mode case, its model is quantized with the case's configuration: the scales and zero points of the reference stage have to be
PyTorch's, and the int8 outputs at most one step away. The eager case is built from its parameters. Prints one line a
case, and exits 1 if one fails, 77 if there are no goldens.
"""

import argparse
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import numpy as np

UNIFORM = re.compile(r"!quant\.uniform<u8:f32, ([0-9.eE+-]+)(?::(-?\d+))?>")
WEIGHT = re.compile(r"!quant\.uniform<i8:f32, ([0-9.eE+-]+)>")
GRAPH_CASES = ["standalone_child", "non_traceable_child", "io_quantized"]

MIN_MAX = "#quantir.min_max"
PER_CHANNEL = "#quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric>"


class Failure(Exception):
    pass


def float32(value):
    return struct.unpack("f", struct.pack("f", float(value)))[0]


def run(command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Failure(f"{command[0].name} failed: {done.stderr.strip()[-600:]}")
    return done.stdout


def uniform_qparams(text):
    """The (scale, zero point) pairs of a module's activations."""
    return {(float32(scale), int(zero or 0)) for scale, zero in UNIFORM.findall(text)}


def expect(condition, text):
    if not condition:
        raise Failure(text)


def expect_close(actual, expected, step, what):
    worst = np.abs(actual.astype(np.float64) - expected).max()
    expect(worst <= step * 1.001, f"{what}: {worst} off, with a step of {step}")


def attributes(**values):
    return "{" + ", ".join(f"quantir.{name} = {value}" for name, value in values.items()) + ", "


def expect_qparams(actual, expected):
    """Zero points equal, scales equal but for the order in which the float model sums: 4 units in the last place."""
    close = len(actual) == len(expected) and all(
        zero == other_zero and abs(scale - other) <= 4 * 2**-23 * other
        for (scale, zero), (other, other_zero) in zip(sorted(actual), sorted(expected)))
    expect(close, f"scales {sorted(actual)}, but PyTorch has {sorted(expected)}")


def custom_config(case):
    """The case's PrepareCustomConfig as an attribute."""
    fields = []
    config = case["prepare_custom_config"] or {}
    for key in ("non_traceable_module_name", "input_quantized_idxs", "output_quantized_idxs"):
        if key in config:
            fields.append(f"{key} = {json.dumps(config[key])}")
    if case.get("standalone"):
        fields.append(f'standalone_module_name = [#quantir.standalone_module<module = "{case["standalone"]}">]')
    if case.get("input_q"):
        scale, zero_point = case["input_q"]
        fields.append(f"input_qparams = [#quantir.fixed_qparams<scale = {scale:e}, zero_point = {zero_point}>]")
    return f"#quantir.prepare_custom_config<{', '.join(fields)}>"


class Steps:
    """Calibrates a prepared model and runs the int8 one, by the tools of the single steps."""

    def __init__(self, tools, work):
        self.tools, self.work = tools, work

    def qopt(self, source, target, *passes):
        run([self.tools / "qopt", self.work / source, *passes, "-o", self.work / target])

    def export(self, source, target):
        self.qopt(source, "kernels.mlir", "--quantir-lower-to-kernels")
        run([self.tools / "qtranslate", "--export-plan", self.work / "kernels.mlir", "-o", self.work / target])

    def quantize(self, calibration):
        """prepared.mlir -> reference.mlir, whose text is the result."""
        np.save(self.work / "calibration.npy", calibration)
        self.export("prepared.mlir", "prepared.plan")
        run([self.tools / "qrun", self.work / "prepared.plan", "--input", self.work / "calibration.npy", "--calibrate",
             self.work / "statistics.json"])
        self.qopt("prepared.mlir", "reference.mlir",
                  f"--quantir-apply-calibration=file={self.work / 'statistics.json'}", "--quantir-convert")
        return (self.work / "reference.mlir").read_text()

    def outputs(self, data):
        np.save(self.work / "test.npy", data)
        self.export("reference.mlir", "int8.plan")
        run([self.tools / "qrun", self.work / "int8.plan", "--input", self.work / "test.npy", "--output",
             self.work / "out.npy"])
        return np.load(self.work / "out.npy")


def check_graph(name, tools, goldens, work, backend_config):
    case = json.loads((goldens / "fx" / f"{name}.json").read_text())
    arrays = np.load(goldens / "fx" / f"{name}.npz")
    steps = Steps(tools, work)
    model = run([tools / "qtranslate", "--import-onnx", goldens / "fx" / f"{name}.onnx"])
    (work / "model.mlir").write_text(model.replace("module attributes {", "module attributes " + attributes(
        settings=f"#quantir.settings<mapping = <global = #quantir.qconfig<activation = {MIN_MAX}, weight = {PER_CHANNEL}>>, "
                 f'backend_config = <"{backend_config or case["backend_config"]}">>',
        prepare_custom_config=custom_config(case)), 1))
    steps.qopt("model.mlir", "prepared.mlir", "--quantir-prepare=prune=false")
    reference = steps.quantize(np.concatenate([arrays[f"calib{i}_0"] for i in range(case["n_calib"])]))

    expected = {(float32(o["scale"][0]), o["zero_point"][0]) for o in case["observers"]}
    if case.get("input_q"):
        expected.add((float32(case["input_q"][0]), case["input_q"][1]))
    expect_qparams(uniform_qparams(reference), expected)
    # PyTorch's float outputs are on the grid of its last observer; an output that it leaves quantized is, too.
    expect_close(steps.outputs(arrays["test_0"]), arrays["quant_out0"], case["observers"][-1]["scale"][0], "int8 outputs")


def constant(name, array):
    hexadecimal = np.ascontiguousarray(array, "<f4").tobytes().hex().upper()
    return (f'  %{name} = arith.constant dense<"0x{hexadecimal}"> : '
            f'tensor<{"x".join(map(str, array.shape))}xf32>\n')


def eager_model(arrays):
    """quant, conv, bn, relu, FloatFunctional.add of the result to itself, dequant."""
    norm = ["weight", "bias", "running_mean", "running_var"]
    text = "func.func @main(%x: tensor<?x3x6x6xf32>) -> tensor<?x4x4x4xf32> {\n"
    text += constant("w", arrays["p_conv_weight"]) + constant("b", arrays["p_conv_bias"])
    for name in norm:
        text += constant(name, arrays[f"p_bn_{name}"])
    features = "tensor<?x4x4x4xf32>"
    return text + f"""
  %0 = quantir.quant_stub %x {{nn.path = "quant"}} : tensor<?x3x6x6xf32>
  %1 = nn.conv %0, %w, %b {{strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, nn.path = "conv"}} : (tensor<?x3x6x6xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> {features}
  %2 = nn.batch_norm %1, %weight, %bias, %running_mean, %running_var {{epsilon = 1.0e-05 : f32, nn.path = "bn"}} : ({features}, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> {features}
  %3 = nn.relu %2 {{nn.path = "relu"}} : ({features}) -> {features}
  %4 = nn.add %3, %3 {{nn.path = "ff"}} : ({features}, {features}) -> {features}
  %5 = quantir.dequant_stub %4 {{nn.path = "dequant"}} : {features}
  return %5 : {features}
}}
"""


def check_eager(name, tools, goldens, work, backend_config):
    case = json.loads((goldens / "decomposed" / f"{name}.json").read_text())
    arrays = np.load(goldens / "decomposed" / f"{name}.npz")
    steps = Steps(tools, work)
    qconfig = ("#quantir.qconfig<activation = #quantir.min_max, "
               "weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>")
    (work / "model.mlir").write_text(
        f"module attributes {{quantir.settings = #quantir.settings<mapping = <global = {qconfig}>>}} {{\n"
        + eager_model(arrays) + "}\n")
    steps.qopt("model.mlir", "prepared.mlir", "--quantir-fuse-modules=groups=conv,bn,relu", "--quantir-prepare-eager")
    reference = steps.quantize(arrays["calib"])

    expected = {(float32(case[f"{key}_scale"]), case[f"{key}_zp"]) for key in ("quant", "conv", "ff")}
    expect_qparams(uniform_qparams(reference), expected)
    weights = {float32(scale) for scale in WEIGHT.findall(reference)}
    expect(weights == {float32(case["w_scale"])}, f"weight scales {weights}, but PyTorch has {case['w_scale']}")
    expect_close(steps.outputs(arrays["x"]), arrays["y"], case["ff_scale"], "int8 outputs")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    parser.add_argument("--goldens", type=pathlib.Path, required=True)
    parser.add_argument("--backend-config", help="instead of the case's own")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    if not arguments.goldens.is_dir():
        print(f"skipped: no goldens in {arguments.goldens}")
        return 77
    checks = {name: check_graph for name in GRAPH_CASES} | {"eager_static": check_eager}
    failed = 0
    for name in arguments.cases or checks:
        with tempfile.TemporaryDirectory() as folder:
            try:
                checks[name](name, arguments.tools, arguments.goldens, pathlib.Path(folder),
                             arguments.backend_config)
                print(f"{name}: ok")
            except Failure as failure:
                failed += 1
                print(f"{name}: {failure}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
