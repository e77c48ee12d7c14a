"""Calibration has to see each value once, whatever shares, moves or fuses it.

    values_once.py QUANTIR FOLDER

Each model is a convolution, the op that is looked at, and a linear layer that reads it as integers. The histogram of each
observer has as many counts as values went by; how many that should be stands beside the op. Writes its files to FOLDER.
"""

import json
import math
import pathlib
import subprocess
import sys

import numpy as np

SAMPLES = 3
IMAGE = "tensor<?x4x6x6xf32>"
CONV = "{strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>}"
POOL = "kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>"


def per_sample(type_):
    """The elements of a sample of tensor<?x4x6x6xf32>: 144."""
    return math.prod(int(size) for size in type_.removeprefix("tensor<?x").removesuffix("xf32>").split("x"))


def op(text, operands, result):
    """One op on values of the image's type."""
    return f"%r = {text.format(*operands)} : ({', '.join([IMAGE] * len(operands))}) -> {result}", result


# Each: the ops between the convolution %c and the linear layer's input %r with its type, and the values a sample that each
# observer of an activation sees, sorted. The input has 144, the convolution's result too.
MOVED = {
    "reshape": op("nn.reshape {} {{shape = array<i64: 0, 8, 18>}}", ["%c"], "tensor<?x8x18xf32>"),
    "flatten": op("nn.flatten {} {{start_axis = 1 : i64, end_axis = -1 : i64}}", ["%c"], "tensor<?x144xf32>"),
    "transpose": op("nn.transpose {} {{permutation = array<i64: 0, 2, 3, 1>}}", ["%c"], "tensor<?x6x6x4xf32>"),
    "unsqueeze": op("nn.unsqueeze {} {{axes = array<i64: 1>}}", ["%c"], "tensor<?x1x4x6x6xf32>"),
    "max_pool": op(f"nn.max_pool {{}} {{{{{POOL}, dilations = array<i64: 1, 1>}}}}", ["%c"], "tensor<?x4x3x3xf32>"),
    "slice": op("nn.slice {} {{starts = array<i64: 1>, ends = array<i64: 3>, axes = array<i64: 1>, "
                "steps = array<i64: 1>}}", ["%c"], "tensor<?x2x6x6xf32>"),
    "pad_zero": op("nn.pad {} {{padding = array<i64: 0, 0, 1, 1, 0, 0, 1, 1>}}", ["%c"], "tensor<?x4x8x8xf32>"),
}
CASES = {name: (body, type_, [144, 144]) for name, (body, type_) in MOVED.items()}


def case(name, expected, body, result):
    CASES[name] = (body, result, expected)


case("pad_number", [100 * 4, 144],
     *op("nn.pad {} {{padding = array<i64: 0, 0, 2, 2, 0, 0, 2, 2>, value = 3.0 : f32}}", ["%c"], "tensor<?x4x10x10xf32>"))
case("cat", [144, 288], *op("nn.cat {}, {} {{axis = 1 : i64}}", ["%c", "%x"], "tensor<?x8x6x6xf32>"))
case("cat_twice", [288], *op("nn.cat {}, {} {{axis = 1 : i64}}", ["%x", "%x"], "tensor<?x8x6x6xf32>"))
case("cat_of_moved", [144, 288],
     f"%t = nn.transpose %c {{permutation = array<i64: 0, 1, 3, 2>}} : ({IMAGE}) -> {IMAGE}\n"
     f"%r = nn.cat %t, %x {{axis = 1 : i64}} : ({IMAGE}, {IMAGE}) -> tensor<?x8x6x6xf32>", "tensor<?x8x6x6xf32>")
case("chain_of_cats", [144, 3 * 144],
     f"%t = nn.cat %c, %x {{axis = 1 : i64}} : ({IMAGE}, {IMAGE}) -> tensor<?x8x6x6xf32>\n"
     f"%r = nn.cat %x, %t {{axis = 1 : i64}} : ({IMAGE}, tensor<?x8x6x6xf32>) -> tensor<?x12x6x6xf32>",
     "tensor<?x12x6x6xf32>")
case("cat_beside_reader", [144, 144, 3 * 144],
     f"%t = nn.avg_pool %c {{{POOL.replace('2', '1')}}} : ({IMAGE}) -> {IMAGE}\n"
     f"%u = nn.cat %c, %x {{axis = 1 : i64}} : ({IMAGE}, {IMAGE}) -> tensor<?x8x6x6xf32>\n"
     f"%r = nn.cat %u, %t {{axis = 1 : i64}} : (tensor<?x8x6x6xf32>, {IMAGE}) -> tensor<?x12x6x6xf32>",
     "tensor<?x12x6x6xf32>")
case("sigmoid_in_cat", [144, 144, 288],
     f"%t = nn.sigmoid %c : ({IMAGE}) -> {IMAGE}\n"
     f"%r = nn.cat %t, %x {{axis = 1 : i64}} : ({IMAGE}, {IMAGE}) -> tensor<?x8x6x6xf32>", "tensor<?x8x6x6xf32>")
case("fused_relu", [144, 144], f"%r = nn.relu %c : ({IMAGE}) -> {IMAGE}", IMAGE)
case("fused_clamp", [144, 144], f"%r = nn.clamp %c {{min = 0.0 : f32, max = 1.0 : f32}} : ({IMAGE}) -> {IMAGE}", IMAGE)
case("fused_add", [144, 144], f"%r = nn.add %c, %x : ({IMAGE}, {IMAGE}) -> {IMAGE}", IMAGE)
case("split", [144, 144],
     f"%a, %b = nn.split %c {{axis = 1 : i64, sizes = array<i64: 2, 2>}} : ({IMAGE}) -> (tensor<?x2x6x6xf32>, "
     f"tensor<?x2x6x6xf32>)\n%r = nn.cat %b, %a {{axis = 1 : i64}} : (tensor<?x2x6x6xf32>, tensor<?x2x6x6xf32>) -> {IMAGE}",
     IMAGE)


def module(body, type_, seed):
    random = np.random.default_rng(seed)

    def constant(name, *dims):
        values = np.array2string(random.normal(size=dims).astype(np.float32), separator=",", threshold=sys.maxsize,
                                 floatmode="unique", max_line_width=1 << 20).replace("\n", "")
        return f"{name} = arith.constant dense<{values}> : tensor<{'x'.join(map(str, dims))}xf32>"

    last = int(type_.removesuffix("xf32>").split("x")[-1])
    out = type_.removesuffix(f"{last}xf32>") + "2xf32>"
    return f"""
func.func @main(%x: {IMAGE} {{nn.name = "x"}}) -> ({out} {{nn.name = "y"}}) {{
{constant("%w", 4, 4, 3, 3)}
{constant("%v", 2, last)}
%c = nn.conv %x, %w {CONV} : ({IMAGE}, tensor<4x4x3x3xf32>) -> {IMAGE}
{body}
%y = nn.linear %r, %v : ({type_}, tensor<2x{last}xf32>) -> {out}
return %y : {out}
}}
"""


def counts(quantir, folder, name, text, *options):
    """The values a sample that each observer of an activation saw, sorted."""
    (folder / f"{name}.mlir").write_text(text)
    state = folder / f"{name}.json"
    subprocess.run([quantir, "calibrate", folder / f"{name}.mlir", "--calibration", folder / "data.npy", "--state-out", state,
                    *options], check=True, stdout=subprocess.DEVNULL)
    observers = json.loads(state.read_text())["observers"]
    return sorted(sum(entry["state"]["histogram"]) / SAMPLES for symbol, entry in observers.items()
                  if symbol.startswith("act_") and "histogram" in entry["state"])


def main():
    quantir, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "data.npy", np.random.default_rng(0).normal(size=(SAMPLES, 4, 6, 6)).astype(np.float32))
    wrong = []
    for seed, (name, (body, type_, expected)) in enumerate(CASES.items()):
        seen = counts(quantir, folder, name, module(body, type_, seed))
        if seen != sorted(expected):
            wrong.append(f"{name}: expected observers that see {sorted(expected)} values a sample, but got {seen}")
    # PyTorch shows the values to the shared observer once more behind each op.
    body = (f"%p = nn.max_pool %c {{{POOL}, dilations = array<i64: 1, 1>}} : ({IMAGE}) -> tensor<?x4x3x3xf32>\n"
            "%r = nn.flatten %p {start_axis = 1 : i64, end_axis = -1 : i64} : (tensor<?x4x3x3xf32>) -> tensor<?x36xf32>")
    seen = counts(quantir, folder, "pytorch", module(body, "tensor<?x36xf32>", 0), "--backend-config", "native")
    if seen != [2, 144, 144 + 36 + 36]:
        wrong.append(f"pytorch: expected [2, 144, 216], but got {seen}")
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
