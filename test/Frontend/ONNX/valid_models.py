"""Models that are valid ONNX and that an importer may well refuse: float results, and those of integers.

    valid_models.py QUANTIR FOLDER

Each has its results computed by numpy here. Those marked `quantize` also have to keep 25 dB when they are quantized.
"""

import pathlib
import subprocess
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(17)
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def normal(*shape):
    return rng.normal(size=shape).astype(np.float32)


class Model:
    def __init__(self, opset=17):
        self.opset, self.nodes, self.inputs, self.outputs, self.tensors = opset, [], [], [], []
        self.feeds, self.expected, self.quantize, self.count = {}, {}, False, 0

    def input(self, name, data, batch=0):
        """An open batch is dimension `batch`; None: no dimension is open."""
        shape = ["N" if axis == batch else size for axis, size in enumerate(data.shape)]
        kind = TensorProto.FLOAT if data.dtype == np.float32 else TensorProto.INT64
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        self.feeds[name] = data
        return name

    def const(self, values, dtype=np.float32):
        name = f"c{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def ints(self, *values):
        return self.const(values, np.int64)

    def node(self, op, *inputs, name=None, **attributes):
        name = name or f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name

    def batch_of(self, value):
        """The batch size as a vector of one element, as exporters write it."""
        return self.node("Gather", self.node("Shape", value), self.ints(0), axis=0)

    def shape(self, *parts):
        return self.node("Concat", *[part if isinstance(part, str) else self.ints(part) for part in parts], axis=0)

    def output(self, name, expected):
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * np.ndim(expected)))
        self.expected[name] = np.asarray(expected, np.float32)

    def save(self, path):
        graph = helper.make_graph(self.nodes, "graph", self.inputs, self.outputs, self.tensors)
        model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", self.opset)])
        path.write_bytes(model.SerializeToString())


# Constants repeated for each sample


@case
def class_token():
    m, x, token, position = Model(), normal(12, 6, 8), normal(1, 1, 8), normal(1, 7, 8)
    w, b = normal(8, 8), normal(8)
    m.input("x", x)
    tokens = m.node("Expand", m.const(token), m.shape(m.batch_of("x"), 1, 8))
    together = m.node("Concat", tokens, "x", axis=1)
    sum_ = m.node("Add", together, m.const(position))
    y = m.node("Add", m.node("MatMul", sum_, m.const(w)), m.const(b))
    m.output(y, (np.concatenate([np.broadcast_to(token, (12, 1, 8)), x], 1) + position) @ w + b)
    m.quantize = True
    return m


@case
def coordinate_channels():
    m, x, w = Model(), normal(12, 3, 5, 4), normal(6, 5, 1, 1)
    rows, columns = np.mgrid[-1:1:5j, -1:1:4j].astype(np.float32)
    m.input("x", x)
    batch = m.batch_of("x")
    ones = m.node("ConstantOfShape", m.shape(batch, 1, 5, 4), value=numpy_helper.from_array(np.ones(1, np.float32)))
    first = m.node("Mul", ones, m.const(rows))
    second = m.node("Expand", m.const(columns[None, None]), m.shape(batch, 1, 1, 1))
    both = m.node("Concat", first, second, axis=1)
    y = m.node("Conv", m.node("Concat", "x", both, axis=1), m.const(w))
    grid = np.broadcast_to(np.stack([rows, columns]), (12, 2, 5, 4))
    m.output(y, np.einsum("oc,nchw->nohw", w[:, :, 0, 0], np.concatenate([x, grid], 1)))
    m.quantize = True
    return m


@case
def tiled_query():
    m, x, query = Model(), normal(5, 3, 4), normal(1, 2, 4)
    m.input("x", x)
    queries = m.node("Tile", m.const(query), m.shape(m.batch_of("x"), 1, 1))
    scores = m.node("MatMul", queries, m.node("Transpose", "x", perm=[0, 2, 1]))
    m.output(scores, query @ x.transpose(0, 2, 1))
    return m


@case
def repeated_for_each_part():
    """Twice the batch: two rows of each sample."""
    m, x, token = Model(), normal(3, 2, 4), normal(1, 1, 4)
    m.input("x", x)
    rows = m.node("Unsqueeze", m.node("Reshape", "x", m.ints(-1, 4)), m.ints(1))
    twice = m.node("Mul", m.batch_of("x"), m.ints(2))
    y = m.node("Concat", m.node("Expand", m.const(token), m.shape(twice, 1, 4)), rows, axis=1)
    m.output(y, np.concatenate([np.broadcast_to(token, (6, 1, 4)), x.reshape(6, 1, 4)], 1))
    return m


@case
def positions_are_looked_up():
    """Token types of zeros for each sample, and positions: indices into tables."""
    m, ids, words, positions, types = Model(), rng.integers(0, 9, (4, 5)), normal(9, 6), normal(5, 6), normal(2, 6)
    m.input("ids", ids)
    batch = m.batch_of("ids")
    zeros = m.node("ConstantOfShape", m.shape(batch, 5), value=numpy_helper.from_array(np.zeros(1, np.int64)))
    order = m.node("Expand", m.const(np.arange(5)[None], np.int64), m.shape(batch, 5))
    parts = [m.node("Gather", m.const(words), "ids"), m.node("Gather", m.const(positions), order),
             m.node("Gather", m.const(types), m.node("Cast", zeros, to=TensorProto.INT64))]
    y = m.node("Add", m.node("Add", parts[0], parts[1]), parts[2])
    m.output(y, words[ids] + positions[None] + types[0])
    return m


@case
def repeated_and_moved():
    m, x, c = Model(), normal(3, 4, 2), normal(2, 4)
    m.input("x", x)
    many = m.node("Expand", m.node("Unsqueeze", m.const(c), m.ints(0)), m.shape(m.batch_of("x"), 1, 1))
    moved = m.node("Neg", m.node("Transpose", many, perm=[0, 2, 1]))
    flat = m.node("Reshape", moved, m.ints(-1, 8))
    back = m.node("Reshape", flat, m.ints(0, 4, 2))
    m.output(m.node("Sub", "x", back), x + c.T)
    # ... and as an output of its own.
    m.output(m.node("Identity", many), np.broadcast_to(c, (3, 2, 4)))
    return m


# Views


@case
def view_there_and_back():
    m, x, w, b = Model(), normal(12, 8, 4), normal(6, 4), normal(6)
    m.input("x", x)
    h = m.node("Gemm", m.node("Reshape", "x", m.ints(-1, 4)), m.const(w), m.const(b), transB=1)
    m.output(m.node("Reshape", h, m.ints(-1, 8, 6)), x @ w.T + b)
    m.output(m.node("Reshape", h, m.ints(-1, 12)), (x @ w.T + b).reshape(-1, 12))
    m.output(m.node("Reshape", h, m.ints(-1, 16)), (x @ w.T + b).reshape(-1, 16))
    m.quantize = True
    return m


@case
def view_back_to_the_batch():
    m, x = Model(), normal(4, 6, 4)
    m.input("x", x)
    h = m.node("Relu", m.node("Reshape", "x", m.ints(-1, 4)))
    m.output(m.node("Reshape", h, m.shape(m.batch_of("x"), -1)), np.maximum(x, 0).reshape(4, 24))
    m.output(m.node("Transpose", m.node("Reshape", h, m.ints(-1, 3, 2, 4)), perm=[0, 2, 1, 3]),
             np.maximum(x, 0).reshape(4, 3, 2, 4).transpose(0, 2, 1, 3))
    return m


# Arithmetic


@case
def powers():
    m, x = Model(), np.abs(normal(3, 4)) + 0.5
    m.input("x", x)
    for exponent, dtype in ((2, np.int64), (3, np.int32), (4, np.float32), (0.5, np.float32), (1.5, np.float64),
                            (-1, np.int64), (-0.5, np.float32), (-2, np.int8), (1, np.int64), (7, np.uint8),
                            (2.25, np.float32), (0, np.int64), (9, np.int64), (-1.5, np.float32)):
        m.output(m.node("Pow", "x", m.const(exponent, dtype)), x ** np.float32(exponent))
    m.output(m.node("Pow", "x", m.const([[2, 2, 2, 2]], np.int64)), x ** 2)
    # Of constants any will do.
    m.output(m.node("Add", "x", m.node("Pow", m.const([1, 2, 3, 4]), m.const([0, 1, 2, 2.5]))),
             x + np.array([1, 2, 9, 32], np.float32))
    return m


def c_pow(x, exponent):
    """As C's pow: NumPy's ** takes the root where the exponent is the number 0.5."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.power(x, np.full_like(x, exponent))


@case
def powers_of_special_values():
    m, x = Model(), np.array([[np.inf, -np.inf, np.nan, 4, -4]], np.float32)
    m.input("x", x)
    for exponent in (0.5, -0.5, 1.5, -1.5, 2.5, 1, 2, 3, -1, -2, -3, 0.25, 0):
        m.output(m.node("Pow", "x", m.const(exponent)), c_pow(x, exponent))
    # The sign of a zero shows in what is divided by it.
    m.input("zeros", np.array([[0, -0.0]], np.float32))
    for exponent in (0.5, -0.5, 1.5, -1.5, 2, 3, -2, -3):
        with np.errstate(divide="ignore"):
            power = c_pow(m.feeds["zeros"], exponent)
            m.output(m.node("Div", m.const(1), m.node("Pow", "zeros", m.const(exponent))), 1 / power)
    # Its square is infinite, its reciprocal's square is not 0.
    m.input("large", np.array([[2e19, -2e19]], np.float32))
    m.output(m.node("Mul", m.const(1e38), m.node("Pow", "large", m.const(-2))), np.full((1, 2), 0.25, np.float32))
    return m


@case
def remainders():
    m, x = Model(), normal(3, 4)
    m.input("x", x)
    a, b = np.array([5.5, -5.5, 5.5, -5.5], np.float32), np.array([3, 3, -3, -3], np.float32)
    m.output(m.node("Add", "x", m.node("Mod", m.const(a), m.const(b), fmod=1)), x + np.fmod(a, b))
    i, j = np.array([7, -7, 7, -7]), np.array([3, 3, -3, -1])
    for fmod, result in ((0, np.mod(i, j)), (1, np.fmod(i, j))):
        rest = m.node("Mod", m.const(i, np.int64), m.const(j, np.int64), fmod=fmod)
        m.output(m.node("Add", "x", m.node("Cast", rest, to=TensorProto.FLOAT)), x + result.astype(np.float32))
    return m


@case
def crossed_bounds():
    m, x = Model(), normal(6, 4)
    m.input("x", x)
    m.output(m.node("Clip", "x", m.const(2), m.const(-1)), np.full_like(x, -1))
    m.output(m.node("Clip", "x", m.const(0.5), m.const(0.5)), np.full_like(x, 0.5))
    return m


@case
def crossed_bounds_of_attributes():
    m, x = Model(10), normal(6, 4)
    m.input("x", x)
    m.output(m.node("Clip", "x", min=6.0, max=0.0), np.zeros_like(x))
    return m


# Selection and sampling


@case
def uneven_indices():
    m, x = Model(), normal(3, 6, 4)
    m.input("x", x)
    for indices in ([0, 1, 3], [5, 0, 0, -1], [4, 2, 0, 1, 2, 3], [1, 1]):
        m.output(m.node("Gather", "x", m.ints(*indices), axis=1), x[:, indices])
    m.output(m.node("Gather", "x", m.const([[0, 3], [2, 2]], np.int64), axis=2), x[:, :, [[0, 3], [2, 2]]])
    m.output(m.node("Gather", "x", m.const([[3]], np.int64), axis=1), x[:, [[3]]])
    return m


@case
def tiles():
    m, x, c = Model(), normal(2, 3, 1, 2), normal(1, 2, 3)
    m.input("x", x)
    m.output(m.node("Tile", "x", m.ints(1, 2, 3, 2)), np.tile(x, (1, 2, 3, 2)))
    m.output(m.node("Tile", "x", m.ints(1, 1, 4, 1)), np.tile(x, (1, 1, 4, 1)))
    many = m.node("Tile", m.const(c), m.shape(m.batch_of("x"), 2, 1))
    m.output(m.node("Relu", many), np.maximum(np.tile(c, (2, 2, 1)), 0))
    return m


def nearest(x, scales):
    """Opset 10's rule: the next element below where it grows, the next above where it shrinks."""
    for axis, scale in enumerate(np.float32(scales), 2):
        size = int(np.floor(np.float32(x.shape[axis]) * scale))
        at = np.arange(size, dtype=np.float32) / scale
        at = np.ceil(at) if scale < 1 else np.floor(at)
        x = x.take(np.minimum(at.astype(int), x.shape[axis] - 1), axis)
    return x


@case
def old_nearest():
    m, x = Model(10), normal(2, 1, 10, 12)
    m.input("x", x)
    for scales in ((0.6, 0.6), (0.5, 0.75), (2, 0.6), (0.3, 1), (3, 2), (0.9, 0.7)):
        m.output(m.node("Resize", "x", m.const([1, 1, *scales]), mode="nearest"), nearest(x, scales))
    return m


@case
def nearest_of_whole_positions():
    """Positions such as 21 / 7 are whole, or halves, in float32; 21 * (1 / 7) is not."""
    m = Model()
    for size, scale, shift, name, rounding in (
        (5, 7, 0, "ceil", np.ceil),
        (28, 1 / 7, 0, "floor", np.floor),
        (2, 41, 0, "floor", np.floor),
        (4, 3.5, 0.5, "round_prefer_floor", lambda at: np.ceil(at - 0.5)),
        (16, 1.1, 0.5, "round_prefer_ceil", lambda at: np.floor(at + 0.5)),
    ):
        x = normal(2, 1, size)
        m.input(f"x{size}", x)
        out = int(np.float32(size) * np.float32(scale))
        sizes = m.shape(m.batch_of(f"x{size}"), 1, out)
        for given, ratio in (
            (("", m.const([1, 1, scale])), np.float32(scale)),
            (("", "", sizes), np.float32(out) / np.float32(size)),
        ):
            at = (np.arange(out, dtype=np.float32) + np.float32(shift)) / ratio - np.float32(shift)
            y = m.node("Resize", f"x{size}", *given, mode="nearest", nearest_mode=name,
                       coordinate_transformation_mode="half_pixel" if shift else "asymmetric")
            m.output(y, x.take(np.clip(rounding(at.astype(float)).astype(int), 0, size - 1), 2))
    return m


@case
def nearest_keeps_a_dimension_of_the_same_size():
    m, x = Model(), normal(1, 1, 2, 5000)
    m.input("x", x)
    m.output(m.node("Resize", "x", "", "", m.shape(m.batch_of("x"), 1, 3, 5000), mode="nearest",
                    coordinate_transformation_mode="align_corners", nearest_mode="floor"), x[:, :, [0, 0, 1]])
    return m


@case
def aligned_corners_of_no_whole_size():
    m, x = Model(13), normal(2, 1, 1, 7)
    m.input("x", x)
    at = np.arange(4) * (6 / 3)
    m.output(m.node("Resize", "x", "", m.const([1, 1, 1, 0.6]), mode="linear",
                    coordinate_transformation_mode="align_corners"), x[..., at.astype(int)])
    return m


# Windows


@case
def window_beyond_the_end():
    m, x = Model(), normal(2, 3, 4, 5)
    m.input("x", x)
    whole = x.max(axis=(2, 3), keepdims=True)
    m.output(m.node("MaxPool", "x", kernel_shape=[5, 6], strides=[2, 2], ceil_mode=1), whole)
    m.output(m.node("AveragePool", "x", kernel_shape=[5, 5], strides=[3, 3], ceil_mode=1),
             x.mean(axis=(2, 3), keepdims=True))
    return m


def transposed(x, w, bias, stride, dilation, groups, size):
    """Along the last dimension; what no tap reaches is the bias."""
    inputs, outputs = x.shape[1] // groups, w.shape[1]
    y = np.zeros((x.shape[0], outputs * groups, size), np.float32) + bias[:, None]
    for g in range(groups):
        part, weight = x[:, g * inputs:(g + 1) * inputs], w[g * inputs:(g + 1) * inputs]
        for i in range(x.shape[2]):
            for k in range(w.shape[2]):
                if i * stride + k * dilation < size:
                    y[:, g * outputs:(g + 1) * outputs, i * stride + k * dilation] += part[:, :, i] @ weight[:, :, k]
    return y


@case
def output_longer_than_strides_reach():
    m, x, b = Model(), normal(3, 4, 5), normal(6)
    m.input("x", x)
    for groups, stride, dilation, size in ((1, 2, 1, 15), (2, 2, 1, 14), (1, 1, 2, 12), (1, 3, 2, 22)):
        w = normal(4, 6 // groups, 3)
        y = m.node("ConvTranspose", "x", m.const(w), m.const(b), strides=[stride], dilations=[dilation], group=groups,
                   output_shape=[size])
        m.output(y, transposed(x, w, b, stride, dilation, groups, size))
    w = normal(4, 6, 3)
    y = m.node("ConvTranspose", "x", m.const(w), m.const(b), strides=[2], output_padding=[5])
    m.output(y, transposed(x, w, b, 2, 1, 1, 16))
    return m


# Data


@case
def mask_of_infinities():
    m, x, w = Model(), normal(16, 5, 8), normal(8, 8)
    mask = np.where(rng.random((16, 5, 5)) < 0.3, -np.inf, 0).astype(np.float32)
    mask[:, range(5), range(5)] = 0
    m.input("x", x), m.input("mask", mask)
    scores = m.node("Add", m.node("MatMul", "x", m.node("Transpose", "x", perm=[0, 2, 1])), "mask")
    y = m.node("MatMul", m.node("MatMul", m.node("Softmax", scores, axis=-1), "x"), m.const(w))
    numbers = np.exp((x @ x.transpose(0, 2, 1) + mask).astype(np.float64))
    m.output(y, (numbers / numbers.sum(-1, keepdims=True)) @ x @ w)
    m.quantize = True
    return m


@case
def table_beside_the_batch():
    m, x, table = Model(), normal(7, 3), normal(3, 5)
    m.input("x", x), m.input("table", table, batch=None)
    m.output(m.node("MatMul", "x", "table"), x @ table)
    m.output(m.node("Relu", "table"), np.maximum(table, 0))
    return m


@case
def output_of_other_rows_than_a_fixed_batch():
    m, x = Model(), normal(4, 6)
    m.input("x", x, batch=None)
    m.output(m.node("Reshape", m.node("Relu", "x"), m.ints(3, 8)), np.maximum(x, 0).reshape(3, 8))
    m.output(m.node("ReduceMean", "x", axes=[0], keepdims=1), x.mean(0, keepdims=True))
    return m


@case
def constant_output():
    m, x, anchors = Model(), normal(4, 6), normal(3, 4)
    m.input("x", x)
    m.output(m.node("Relu", "x"), np.maximum(x, 0))
    m.output(m.node("Mul", m.const(anchors), m.const(2)), anchors * 2)
    return m


def decibels(wanted, got):
    noise = np.sum((wanted.astype(np.float64) - got) ** 2)
    return np.inf if noise == 0 else 10 * np.log10(np.sum(wanted.astype(np.float64) ** 2) / noise)


def attempt(name, quantir, folder):
    """What is wrong with a case."""
    def run(*arguments):
        done = subprocess.run([quantir, *arguments], capture_output=True, text=True)
        return done.stderr.strip() or f"exit code {done.returncode}" if done.returncode else ""

    def results(model, output):
        error = run("run", model, "--input", folder / "data.npz", "--output", output)
        if error:
            return error, {}
        with np.load(output) as file:
            return "", {key: file[key] for key in file.files}

    model = CASES[name]()
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / "model.onnx")
    np.savez(folder / "data.npz", **model.feeds)
    error, got = results(folder / "model.onnx", folder / "float.npz")
    if error:
        return [error]
    errors = []
    for key, wanted in model.expected.items():
        if got[key].shape != wanted.shape:
            errors.append(f"{key}: expected dimensions {wanted.shape}, but got {got[key].shape}")
        elif not np.allclose(got[key], wanted, rtol=1e-4, atol=1e-5, equal_nan=True):
            errors.append(f"{key}: differs by {np.abs(got[key] - wanted).max()}")
    if errors or not model.quantize:
        return errors
    error = run("quantize", folder / "model.onnx", "--calibration", folder / "data.npz", "-o", folder / "model.plan")
    error, got = ("quantize: " + error, {}) if error else results(folder / "model.plan", folder / "int8.npz")
    if error:
        return [error]
    return [f"{key}: {decibels(wanted, got[key]):.1f} dB" for key, wanted in model.expected.items()
            if not decibels(wanted, got[key]) > 25]


def main():
    quantir, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    failed = 0
    for name in sys.argv[3:] or CASES:
        for error in attempt(name, quantir, folder / name):
            failed = 1
            print(f"{name}: {error}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
