"""Values of a known or small range beside others: what each keeps of its precision, in whatever order the model has them.

    ranges.py QUANTIR FOLDER

Writes small models to FOLDER, quantizes them and holds the SQNR of each output on the calibration samples, which the report
has, against what is left of 8 bits when every value has a range of its own.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np

IMAGE = "tensor<?x4x6x6xf32>"
WINDOW = "{strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}"
rng = np.random.default_rng(7)


def constant(name, values):
    text = np.array2string(np.asarray(values, np.float32), separator=",", threshold=sys.maxsize, floatmode="unique",
                           max_line_width=1 << 20).replace("\n", "")
    return f"{name} = arith.constant dense<{text}> : tensor<{'x'.join(map(str, np.shape(values)))}xf32>"


def conv(result, input_, channels=4, scale=1.0, type_=None):
    """A 3x3 convolution from `channels` to 4 channels."""
    type_ = type_ or IMAGE.replace("x4x", f"x{channels}x")
    weight = f"%w_{result[1:]}"
    return (constant(weight, rng.normal(size=(4, channels, 3, 3)) * scale / (3 * channels**0.5)) +
            f"\n{result} = nn.conv {input_}, {weight} {WINDOW} : ({type_}, tensor<4x{channels}x3x3xf32>) -> {IMAGE}\n")


def unary(result, name, input_, type_=IMAGE):
    return f"{result} = nn.{name} {input_} : ({type_}) -> {type_}\n"


def cat(result, *inputs):
    channels = 4 * len(inputs)
    return (f"{result} = nn.cat {', '.join(inputs)} {{axis = 1 : i64}} : ({', '.join([IMAGE] * len(inputs))}) -> "
            f"tensor<?x{channels}x6x6xf32>\n")


FEATURES = conv("%f", "%x", scale=8)
ATTENTION = conv("%a", "%x") + unary("%s", "sigmoid", "%a")
TURN = "{permutation = array<i64: 0, 1, 3, 2>}"


def transpose(result, input_):
    return f"{result} = nn.transpose {input_} {TURN} : ({IMAGE}) -> {IMAGE}\n"


# name -> (body, outputs, options, least SQNR)
MODELS = {}
for order, (first, second) in {"attention_first": (ATTENTION, FEATURES), "features_first": (FEATURES, ATTENTION)}.items():
    for joined, operands in {"sf": ("%s", "%f"), "fs": ("%f", "%s")}.items():
        MODELS[f"{order}_{joined}"] = (first + second + cat("%c", *operands) + conv("%y", "%c", 8), ["%y"], [], 30)
MODELS["through_transpose"] = (ATTENTION + transpose("%t", "%s") + FEATURES + cat("%c", "%t", "%f") + conv("%y", "%c", 8),
                               ["%y"], [], 30)
MODELS["chain"] = (ATTENTION + FEATURES + cat("%b", "%s", "%s") + "%q = nn.slice %b {starts = array<i64: 2>, ends = "
                   "array<i64: 6>, axes = array<i64: 1>, steps = array<i64: 1>} : (tensor<?x8x6x6xf32>) -> " + IMAGE + "\n" +
                   cat("%c", "%q", "%f") + conv("%y", "%c", 8), ["%y"], [], 30)
MODELS["tanh_and_sigmoid"] = (ATTENTION + conv("%g", "%x", scale=3) + unary("%h", "tanh", "%g") + cat("%c", "%s", "%h") +
                              conv("%y", "%c", 8), ["%y"], [], 30)
MODELS["padded_sigmoid"] = (ATTENTION + "%p = nn.pad %s {padding = array<i64: 0, 0, 1, 1, 0, 0, 1, 1>, value = 6.0 : f32} : "
                            f"({IMAGE}) -> tensor<?x4x8x8xf32>\n" + constant("%w", rng.normal(size=(4, 4, 3, 3)) / 6) +
                            "\n%y = nn.conv %p, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = "
                            f"array<i64: 1, 1>}} : (tensor<?x4x8x8xf32>, tensor<4x4x3x3xf32>) -> {IMAGE}\n", ["%y"], [], 30)
# Each reader of a value that is joined with larger ones keeps the value's precision.
MODELS["second_reader"] = (conv("%a", "%x") + conv("%f", "%x", scale=100) + cat("%c", "%a", "%f") + conv("%y", "%c", 8) +
                           conv("%z", "%a"), ["%y", "%z"], [], 30)
# A convolution of 1/50 for what is 50 times as large: what is joined needs one scale, its other reader does not.
MODELS["large_padding"] = (conv("%a", "%x") + "%p = nn.pad %a {padding = array<i64: 0, 0, 1, 1, 0, 0, 1, 1>, value = 9.0e+01 : "
                           f"f32}} : ({IMAGE}) -> tensor<?x4x8x8xf32>\n" + conv("%z", "%a") + constant(
                               "%w", rng.normal(size=(4, 4, 3, 3)) / 6) +
                           "\n%y = nn.conv %p, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = "
                           f"array<i64: 1, 1>}} : (tensor<?x4x8x8xf32>, tensor<4x4x3x3xf32>) -> {IMAGE}\n", ["%y", "%z"], [], 30)
for value in ("-3.4028234e+38", "-1.0e+09", "-1.0e+04", "-1.0e+02", "0xFF800000"):
    MODELS[f"pool_padding_{value}"] = (conv("%a", "%x") + "%p = nn.pad %a {padding = array<i64: 0, 0, 1, 1, 0, 0, 1, 1>, value = "
                                       f"{value} : f32}} : ({IMAGE}) -> tensor<?x4x8x8xf32>\n%m = nn.max_pool %p {{kernel = "
                                       "array<i64: 3, 3>, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations "
                                       f"= array<i64: 1, 1>}} : (tensor<?x4x8x8xf32>) -> {IMAGE}\n" + conv("%y", "%m"), ["%y"], [],
                                       30)
# What a sigmoid reads has a range of its own, whatever PyTorch's mappings say of what it writes.
SILU = ATTENTION + f"%m = nn.mul %a, %s : ({IMAGE}, {IMAGE}) -> {IMAGE}\n" + conv("%y", "%m")
GATE = conv("%a", "%x", scale=3) + unary("%s", "KIND", "%a") + conv("%y", "%s")
for mapping in ("x86", "fbgemm", "x86_qat", "onednn", "qnnpack"):
    MODELS[f"silu_{mapping}"] = (SILU, ["%y"], [mapping], 28)
    for kind in ("sigmoid", "tanh", "hardsigmoid"):
        MODELS[f"{kind}_{mapping}"] = (GATE.replace("KIND", kind), ["%y"], [mapping], 25)
# PyTorch's concatenation takes the observer of its first operand, wherever that stands in the file.
MODELS["native_first_operand"] = (ATTENTION + FEATURES + cat("%c", "%f", "%s") + conv("%y", "%c", 8), ["%y"],
                                  ["x86", "native"], 25)
# Values of any magnitude: no scale is too small.
MODELS["tiny_values"] = (conv("%a", "%x", scale=1e-9) + unary("%r", "relu", "%a") + conv("%y", "%r"), ["%y"], [], 30)
MODELS["tiny_weights"] = (conv("%a", "%x", scale=1e-7) + conv("%y", "%a", scale=1e-5), ["%y"], [], 30)
# A clamp behind another op is one op with it: nothing is spent on what it cuts off.
for kind, text in {"mul": "nn.mul %a, %b", "sub": "nn.sub %a, %b", "add": "nn.add %a, %b"}.items():
    MODELS[f"clamp_behind_{kind}"] = (conv("%a", "%x", scale=4) + conv("%b", "%x", scale=4) +
                                      f"%m = {text} : ({IMAGE}, {IMAGE}) -> {IMAGE}\n%k = nn.clamp %m {{min = -1.0 : f32, max = "
                                      f"1.0 : f32}} : ({IMAGE}) -> {IMAGE}\n" + conv("%y", "%k"), ["%y"], [], 22)


def module(body, outputs):
    results = ", ".join(f'{IMAGE} {{nn.name = "{name[1:]}"}}' for name in outputs)
    return (f'func.func @main(%x: {IMAGE} {{nn.name = "x"}}) -> ({results}) {{\n{body}return {", ".join(outputs)} : '
            f'{", ".join([IMAGE] * len(outputs))}\n}}\n')


def main():
    quantir, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "data.npy", rng.normal(size=(32, 4, 6, 6)).astype(np.float32))
    wrong = []
    for name, (body, outputs, config, least) in MODELS.items():
        model, report = folder / f"{name}.mlir", folder / f"{name}.json"
        model.write_text(module(body, outputs))
        options = []
        if config:
            (folder / "config.json").write_text(json.dumps(dict(zip(("qconfig_mapping", "backend_config"), config))))
            options = ["--config", folder / "config.json"]
        run = subprocess.run([quantir, "quantize", model, "--calibration", folder / "data.npy", "-o", folder / "m.plan",
                              "--report", report, *options], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            wrong.append(f"{name}: {run.stderr}")
            continue
        result = json.loads(report.read_text())
        for output in result["outputs"]:
            if output["sqnr_db"] < least:
                wrong.append(f"{name}: output {output['name']}: expected {least} dB, but got {output['sqnr_db']:.1f} dB")
        if not config and result["totals"]["float"]:
            wrong.append(f"{name}: expected all ops on integers, but got {result['float_reasons']}")
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
