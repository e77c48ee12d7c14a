"""Random small models: ONNX files, and what they compute, in NumPy.

A model is made by a Builder from a seed. Each op is written down twice: as an ONNX node, and as a function of NumPy
arrays in float64, by its definition in ONNX's operator list, so that importing can be held against it.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

OPSET = 17


@dataclasses.dataclass
class Value:
    name: str
    shape: tuple  # without the first dimension
    rows: int = 1  # the first dimension is rows times the batch


@dataclasses.dataclass
class Node:
    op: str
    inputs: list  # of names; "" for one that is left out
    outputs: list
    attributes: dict
    compute: Callable  # of the arrays of the inputs that are there; a list of arrays for several outputs
    name: str


@dataclasses.dataclass
class Model:
    seed: int
    inputs: list  # of Values
    outputs: list
    nodes: list
    constants: dict  # name -> array
    values: dict  # name -> Value, of all that nodes make

    def to_onnx(self, order=None, rename=lambda name: name):
        """As ONNX; with the nodes in another order, and values renamed but for inputs and outputs."""
        nodes = [self.nodes[i] for i in order] if order is not None else self.nodes
        fixed = {v.name for v in self.inputs + self.outputs}

        def called(name):
            return name if not name or name in fixed else rename(name)

        graph = helper.make_graph(
            [
                helper.make_node(n.op, [called(i) for i in n.inputs], [called(o) for o in n.outputs], name=n.name, **n.attributes)
                for n in nodes
            ],
            "random",
            [helper.make_tensor_value_info(v.name, TensorProto.FLOAT, ["batch", *v.shape]) for v in self.inputs],
            [helper.make_tensor_value_info(v.name, TensorProto.FLOAT, [None, *v.shape]) for v in self.outputs],
            [numpy_helper.from_array(array, called(name)) for name, array in self.constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        checker.check_model(model)
        return model

    def evaluate(self, arrays):
        """The outputs for the inputs in `arrays`, in float64."""
        values = {name: array.astype(np.float64) if array.dtype == np.float32 else array for name, array in self.constants.items()}
        values |= {name: array.astype(np.float64) for name, array in arrays.items()}
        for node in self.nodes:
            results = node.compute(*(values[name] for name in node.inputs if name))
            values.update(zip(node.outputs, results if isinstance(results, list) else [results], strict=True))
        return {v.name: values[v.name] for v in self.outputs}

    def other_order(self, random):
        """Another order of the nodes in which each stands behind those that it reads."""
        makers = {name: i for i, node in enumerate(self.nodes) for name in node.outputs}
        waiting = [{makers[name] for name in node.inputs if name in makers} for node in self.nodes]
        order, left = [], set(range(len(self.nodes)))
        while left:
            ready = sorted(i for i in left if not waiting[i] & left)
            order.append(ready[random.integers(len(ready))])
            left.remove(order[-1])
        return order

    def describe(self):
        """The model in words, for a failure."""
        shapes = ", ".join(f"{v.name}: [batch, {', '.join(map(str, v.shape))}]" for v in self.inputs)
        lines = [f"inputs {shapes}; outputs {', '.join(v.name for v in self.outputs)}"]
        for n in self.nodes:
            attributes = ", ".join(f"{key}={value}" for key, value in n.attributes.items())
            operands = ", ".join(i + (str(list(self.constants[i].shape)) if i in self.constants else "") for i in n.inputs)
            lines.append(f"  {', '.join(n.outputs)} = {n.op}({operands}) {attributes}")
        return "\n".join(lines)

    def without(self, node):
        """The model without the node at that index, whose readers get one of its inputs of the same shape; None if there
        is none."""
        removed = self.nodes[node]
        for source in removed.inputs:
            if source and source not in self.constants and len(removed.outputs) == 1:
                nodes = []
                for n in self.nodes[:node] + self.nodes[node + 1 :]:
                    inputs = [source if name == removed.outputs[0] else name for name in n.inputs]
                    nodes.append(dataclasses.replace(n, inputs=inputs))
                names = [source if v.name == removed.outputs[0] else v.name for v in self.outputs]
                known = {v.name: v for v in self.inputs} | self.values
                if known[source].shape != self.values[removed.outputs[0]].shape:
                    continue
                if len(set(names)) == len(names) and not set(names) & {v.name for v in self.inputs}:
                    return dataclasses.replace(self, nodes=nodes).with_outputs(names)
        return None

    def with_outputs(self, names):
        return dataclasses.replace(self, outputs=[self.values[name] for name in names])._without_dead()

    def _without_dead(self):
        needed, nodes = {v.name for v in self.outputs}, []
        for node in reversed(self.nodes):
            if needed & set(node.outputs):
                nodes.insert(0, node)
                needed |= set(node.inputs)
        constants = {name: array for name, array in self.constants.items() if name in needed}
        inputs = [v for v in self.inputs if v.name in needed]
        return dataclasses.replace(self, nodes=nodes, constants=constants, inputs=inputs)


# What operators compute.


def windows(x, kernel, strides, dilations, pads, fill):
    """[N, C, out..., kernel...] of x [N, C, ...]."""
    rank = len(kernel)
    x = np.pad(x, [(0, 0), (0, 0)] + [(pads[i], pads[rank + i]) for i in range(rank)], constant_values=fill)
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    view = np.lib.stride_tricks.sliding_window_view(x, spans, axis=tuple(range(2, 2 + rank)))
    view = view[(slice(None), slice(None), *(slice(None, None, s) for s in strides))]
    return view[(Ellipsis, *(slice(None, None, d) for d in dilations))]


def conv(x, w, b=None, *, strides, dilations, pads, group):
    view = windows(x, w.shape[2:], strides, dilations, pads, 0)
    n, c = view.shape[:2]
    rank = w.ndim - 2
    view = view.reshape(n, group, c // group, *view.shape[2:])
    w = w.reshape(group, w.shape[0] // group, *w.shape[1:])
    spatial, kernel = "uvw"[:rank], "xyz"[:rank]
    out = np.einsum(f"ngc{spatial}{kernel},goc{kernel}->ngo{spatial}", view, w)
    out = out.reshape(n, -1, *out.shape[3:])
    return out if b is None else out + b.reshape(1, -1, *[1] * rank)


def conv_transpose(x, w, b=None, *, strides, pads, group, output_padding):
    n, c, height, width = x.shape
    kh, kw = w.shape[2:]
    full = np.zeros((n, group * w.shape[1], (height - 1) * strides[0] + kh + output_padding[0],
                     (width - 1) * strides[1] + kw + output_padding[1]))  # fmt: skip
    per = c // group
    for g in range(group):
        part = np.einsum("nchw,cokl->nohwkl", x[:, g * per : (g + 1) * per], w[g * per : (g + 1) * per])
        channels = slice(g * w.shape[1], (g + 1) * w.shape[1])
        for k in range(kh):
            for l in range(kw):
                full[:, channels, k : k + (height - 1) * strides[0] + 1 : strides[0],
                     l : l + (width - 1) * strides[1] + 1 : strides[1]] += part[..., k, l]  # fmt: skip
    out = full[:, :, pads[0] : full.shape[2] - pads[2], pads[1] : full.shape[3] - pads[3]]
    return out if b is None else out + b.reshape(1, -1, 1, 1)


def average_pool(x, kernel, strides, pads, count_include_pad):
    dilations = [1] * len(kernel)
    axes = tuple(range(-len(kernel), 0))
    sums = windows(x, kernel, strides, dilations, pads, 0).sum(axes)
    if count_include_pad:
        return sums / np.prod(kernel)
    return sums / windows(np.ones_like(x), kernel, strides, dilations, pads, 0).sum(axes)


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def normalize(x, axes, epsilon):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


UNARY = {
    "Relu": ({}, lambda x: np.maximum(x, 0)),
    "LeakyRelu": ({"alpha": 0.1}, lambda x: np.where(x < 0, 0.1 * x, x)),
    "HardSwish": ({}, lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "HardSigmoid": ({"alpha": 0.25, "beta": 0.5}, lambda x: np.clip(0.25 * x + 0.5, 0, 1)),
    "Sigmoid": ({}, sigmoid),
    "Tanh": ({}, np.tanh),
    "Elu": ({"alpha": 0.75}, lambda x: np.where(x < 0, 0.75 * np.expm1(np.minimum(x, 0)), x)),
}

BINARY = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply}


class Builder:
    def __init__(self, seed):
        self.seed = seed
        self.random = np.random.default_rng(seed)
        self.inputs, self.nodes, self.constants = [], [], {}
        self.values = []  # what ops may read
        self.weights = {}  # by shape, to be shared

    # Small choices.

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, options):
        return options[int(self.random.integers(len(options)))]

    def value(self, accepts):
        """One of the values, late ones more often; None if none is accepted."""
        fitting = [v for v in self.values if accepts(v)]
        if not fitting:
            return None
        return fitting[-1] if self.chance(0.6) else self.pick(fitting)

    # Parts of a model.

    def constant(self, array, stem="c"):
        name = f"{stem}{len(self.constants)}"
        self.constants[name] = np.asarray(array)
        return name

    def floats(self, shape, scale=1.0, offset=0.0):
        return (self.random.standard_normal(shape) * scale + offset).astype(np.float32)

    def weight(self, shape, fan):
        """Weights, at times those of another op; channels of different magnitudes."""
        if shape in self.weights and self.chance(0.3):
            return self.weights[shape]
        array = self.floats(shape, 1 / np.sqrt(fan))
        array *= np.exp(self.random.uniform(-1.5, 0.5, (shape[0], *[1] * (len(shape) - 1)))).astype(np.float32)
        self.weights[shape] = self.constant(array, "w")
        return self.weights[shape]

    def node(self, op, inputs, compute, shape, rows=1, outputs=1, **attributes):
        """Adds a node; returns its Value, or a list for several outputs, with `shape` a list of shapes."""
        number = len(self.nodes)
        names = [f"v{number}"] if outputs == 1 else [f"v{number}_{i}" for i in range(outputs)]
        inputs = [i.name if isinstance(i, Value) else i for i in inputs]
        self.nodes.append(Node(op, inputs, names, attributes, compute, f"{op}_{number}"))
        shapes = [shape] if outputs == 1 else shape
        made = [Value(name, tuple(int(d) for d in s), rows) for name, s in zip(names, shapes)]
        self.values += made
        return made[0] if outputs == 1 else made

    def constant_operand(self, value):
        """A constant that broadcasts to the value: a number, one for each channel, or one for each element."""
        shape = self.pick([(), (1,), (value.shape[0], *[1] * (len(value.shape) - 1)), (1, *value.shape)])
        return self.constant(self.floats(shape, 0.7, 0.5))

    # Steps: each adds an op or does nothing.

    def step(self):
        steps = [self.convolution] * 5 + [self.unary, self.unary, self.clip, self.binary, self.binary, self.with_constant,
                 self.batch_norm, self.pool, self.pool, self.concat, self.concat, self.pad, self.view, self.view, self.linear,
                 self.linear, self.split, self.norm, self.soft, self.mean, self.resize, self.transposed_convolution,
                 self.product, self.prelu, self.power]  # fmt: skip
        return self.pick(steps)()

    def convolution(self):
        x = self.value(lambda v: len(v.shape) in (2, 3) and v.rows == 1 and min(v.shape[1:]) >= 1)
        if x is None:
            return None
        rank = len(x.shape) - 1
        channels = x.shape[0]
        group = self.pick([1, 1, channels, *(g for g in (2, 3) if channels % g == 0)])
        out = group * self.pick([1, 2, 3]) if group > 1 else self.pick([2, 3, 4, 6, 8])
        kernel = [self.pick([1, 3]) if d >= 3 else 1 for d in x.shape[1:]]
        dilations = [self.pick([1, 1, 2]) if d >= 5 and k == 3 else 1 for d, k in zip(x.shape[1:], kernel)]
        strides = [self.pick([1, 1, 2]) for _ in kernel]
        pads = [self.pick([0, k // 2]) for k in kernel * 2]
        attributes = {"strides": strides, "dilations": dilations, "pads": pads, "group": group}
        w = self.weight((out, channels // group, *kernel), channels // group * int(np.prod(kernel)))
        inputs = [x, w] + ([self.constant(self.floats(out, 0.3), "b")] if self.chance(0.7) else [])
        spatial = [(d + pads[i] + pads[rank + i] - (k - 1) * dil - 1) // s + 1
                   for i, (d, k, s, dil) in enumerate(zip(x.shape[1:], kernel, strides, dilations))]  # fmt: skip
        return self.node("Conv", inputs, lambda *a: conv(*a, **attributes), (out, *spatial), **attributes)

    def transposed_convolution(self):
        x = self.value(lambda v: len(v.shape) == 3 and v.rows == 1 and max(v.shape[1:]) <= 6)
        if x is None:
            return None
        channels = x.shape[0]
        group = self.pick([1, 1, *(g for g in (2, channels) if channels % g == 0)])
        out = self.pick([1, 2, 3])
        kernel, strides = [self.pick([2, 3]) for _ in range(2)], [self.pick([1, 2]) for _ in range(2)]
        output_padding = [self.pick([0, 1]) if s == 2 else 0 for s in strides]
        pads = [self.pick([0, 1]) if d > 1 else 0 for d in x.shape[1:] * 2]
        attributes = {"strides": strides, "pads": pads, "group": group, "output_padding": output_padding}
        w = self.weight((channels, out, *kernel), channels // group * 2)
        inputs = [x, w] + ([self.constant(self.floats(out * group, 0.3), "b")] if self.chance(0.7) else [])
        spatial = [(d - 1) * s + k + o - pads[i] - pads[2 + i]
                   for i, (d, k, s, o) in enumerate(zip(x.shape[1:], kernel, strides, output_padding))]  # fmt: skip
        if min(spatial) < 1:
            return None
        return self.node("ConvTranspose", inputs, lambda *a: conv_transpose(*a, **attributes), (out * group, *spatial), **attributes)

    def unary(self):
        x = self.value(lambda v: True)
        op = self.pick(list(UNARY))
        attributes, compute = UNARY[op]
        return self.node(op, [x], compute, x.shape, x.rows, **attributes)

    def clip(self):
        x = self.value(lambda v: True)
        low, high = self.pick([(0.0, 6.0), (-1.0, 1.0), (0.25, 0.75)])
        bounds = [self.constant(np.float32(low)), self.constant(np.float32(high))]
        return self.node("Clip", [x, *bounds], lambda x, a, b: np.clip(x, a, b), x.shape, x.rows)

    def prelu(self):
        x = self.value(lambda v: v.rows == 1)
        if x is None:
            return None
        slope = self.constant(self.floats((x.shape[0], *[1] * (len(x.shape) - 1)), 0.2))
        return self.node("PRelu", [x, slope], lambda x, s: np.where(x < 0, s * x, x), x.shape)

    def power(self):
        x = self.value(lambda v: True)
        base = self.node("Relu", [x], UNARY["Relu"][1], x.shape, x.rows)  # roots of the others are NaN
        exponent = self.constant(np.float32(self.pick([1.5, 2.0, 2.5])))
        return self.node("Pow", [base, exponent], np.power, x.shape, x.rows)

    def binary(self):
        x = self.value(lambda v: True)
        y = self.pick([v for v in self.values if v.shape == x.shape and v.rows == x.rows])
        op = self.pick(["Add", "Add", "Sub", "Mul"] if x is not y else ["Add", "Mul"])
        return self.node(op, [x, y], BINARY[op], x.shape, x.rows)

    def with_constant(self):
        x = self.value(lambda v: v.rows == 1)
        if x is None:
            return None
        op = self.pick(list(BINARY))
        inputs = [x, self.constant_operand(x)]
        if self.chance(0.3):
            inputs.reverse()
        return self.node(op, inputs, BINARY[op], x.shape)

    def batch_norm(self):
        x = self.value(lambda v: len(v.shape) in (2, 3) and v.rows == 1)
        if x is None:
            return None
        channels = x.shape[0]
        scale, bias, mean = self.floats(channels, 0.3, 1), self.floats(channels, 0.3), self.floats(channels, 0.3)
        variance = self.random.uniform(0.3, 2, channels).astype(np.float32)

        def compute(x, s, b, m, v):
            s, b, m, v = (a.reshape(1, -1, *[1] * (x.ndim - 2)) for a in (s, b, m, v))
            return (x - m) / np.sqrt(v + 1e-5) * s + b

        inputs = [x, *(self.constant(a) for a in (scale, bias, mean, variance))]
        return self.node("BatchNormalization", inputs, compute, x.shape, epsilon=1e-5)

    def pool(self):
        x = self.value(lambda v: len(v.shape) == 3 and v.rows == 1 and min(v.shape[1:]) >= 2)
        if x is None:
            return None
        if self.chance(0.2):
            return self.node("GlobalAveragePool", [x], lambda x: x.mean((2, 3), keepdims=True), (x.shape[0], 1, 1))
        kernel, strides = [2, self.pick([1, 2])], [self.pick([1, 2]), self.pick([1, 2])]
        pads = [self.pick([0, k // 2]) for k in kernel * 2]
        shape = (x.shape[0], *((d + pads[i] + pads[2 + i] - k) // s + 1 for i, (d, k, s) in enumerate(zip(x.shape[1:], kernel, strides))))
        attributes = {"kernel_shape": kernel, "strides": strides, "pads": pads}
        if self.chance(0.5):
            return self.node("MaxPool", [x], lambda x: windows(x, kernel, strides, [1, 1], pads, -np.inf).max((-2, -1)), shape, **attributes)
        include = self.pick([0, 1])
        return self.node("AveragePool", [x], lambda x: average_pool(x, kernel, strides, pads, include), shape,
                         count_include_pad=include, **attributes)  # fmt: skip

    def concat(self):
        x = self.value(lambda v: True)
        axis = int(self.random.integers(len(x.shape)))

        def fits(v):
            return v.rows == x.rows and len(v.shape) == len(x.shape) and all(
                a == b for i, (a, b) in enumerate(zip(v.shape, x.shape)) if i != axis)  # fmt: skip

        members = [x] + [self.pick([v for v in self.values if fits(v)]) for _ in range(self.pick([1, 1, 2]))]
        self.random.shuffle(members)
        shape = list(x.shape)
        shape[axis] = sum(v.shape[axis] for v in members)
        if np.prod(shape) > 2000:
            return None
        return self.node("Concat", members, lambda *a: np.concatenate(a, axis + 1), shape, x.rows, axis=axis + 1)

    def pad(self):
        x = self.value(lambda v: len(v.shape) >= 2 and v.rows == 1)
        if x is None:
            return None
        pads = [0, 0] + [self.pick([0, 1]) for _ in x.shape[1:]] + [0, 0] + [self.pick([0, 1, 2]) for _ in x.shape[1:]]
        rank = len(x.shape) + 1
        fill = np.float32(self.pick([0.0, 0.0, 0.5, -2.0]))
        shape = [d + pads[i + 1] + pads[rank + i + 1] for i, d in enumerate(x.shape)]
        return self.node("Pad", [x, self.constant(np.array(pads, np.int64)), self.constant(fill)],
                         lambda x, p, c: np.pad(x, list(zip(pads[:rank], pads[rank:])), constant_values=c), shape)  # fmt: skip

    def view(self):
        x = self.value(lambda v: True)
        kind = self.pick(["transpose", "flatten", "tokens", "rows", "unsqueeze", "squeeze"])
        if kind == "transpose" and len(x.shape) >= 2:
            order = [0, *(1 + self.random.permutation(len(x.shape)))]
            order = [int(i) for i in order]
            return self.node("Transpose", [x], lambda x: x.transpose(order), [x.shape[i - 1] for i in order[1:]], x.rows, perm=order)
        if kind == "flatten" and len(x.shape) >= 2 and x.rows == 1:
            return self.node("Flatten", [x], lambda x: x.reshape(len(x), -1), (int(np.prod(x.shape)),), axis=1)
        if kind == "tokens" and len(x.shape) == 3:
            target = (x.shape[0], x.shape[1] * x.shape[2])
            return self.reshape(x, target, x.rows)
        if kind == "rows":
            if x.rows > 1:  # back to samples
                return self.reshape(x, (x.rows, *x.shape), 1)
            if len(x.shape) == 2:
                return self.reshape(x, x.shape[1:], x.shape[0])
        if kind == "unsqueeze" and len(x.shape) <= 2:
            axis = int(self.random.integers(1, len(x.shape) + 2))
            shape = [*x.shape[: axis - 1], 1, *x.shape[axis - 1 :]]
            return self.node("Unsqueeze", [x, self.constant(np.array([axis]))], lambda x, a: np.expand_dims(x, axis), shape, x.rows)
        if kind == "squeeze" and 1 in x.shape and len(x.shape) >= 2:
            axis = x.shape.index(1) + 1
            shape = [*x.shape[: axis - 1], *x.shape[axis:]]
            return self.node("Squeeze", [x, self.constant(np.array([axis]))], lambda x, a: x.squeeze(axis), shape, x.rows)
        return None

    def reshape(self, x, shape, rows):
        target = self.constant(np.array([-1, *shape], np.int64))
        return self.node("Reshape", [x, target], lambda x, t: x.reshape(-1, *shape), shape, rows)

    def linear(self):
        x = self.value(lambda v: True)
        features, out = x.shape[-1], self.pick([2, 3, 5, 8])
        if len(x.shape) == 1 and self.chance(0.6):
            inputs = [x, self.weight((out, features), features), self.constant(self.floats(out, 0.3), "b")]
            return self.node("Gemm", inputs, lambda x, w, b: x @ w.T + b, (out,), x.rows, transB=1)
        y = self.node("MatMul", [x, self.weight((features, out), features)], np.matmul, (*x.shape[:-1], out), x.rows)
        if self.chance(0.5):
            return self.node("Add", [y, self.constant(self.floats(out, 0.3), "b")], np.add, y.shape, y.rows)
        return y

    def product(self):
        """What attention is made of: a matrix product of two activations."""
        x = self.value(lambda v: len(v.shape) == 2 and v.rows == 1)
        if x is None:
            return None
        y = self.value(lambda v: len(v.shape) == 2 and v.rows == 1 and v.shape[0] == x.shape[1])
        if y is None:
            return None
        z = self.node("MatMul", [x, y], np.matmul, (x.shape[0], y.shape[1]))
        scale = self.constant(np.float32(1 / np.sqrt(x.shape[1])))
        return self.node("Mul", [z, scale], np.multiply, z.shape)

    def split(self):
        x = self.value(lambda v: max(v.shape) >= 2)
        if x is None:
            return None
        axis = int(np.argmax(x.shape))
        size = x.shape[axis]
        first = int(self.random.integers(1, size))

        def part(count):
            return [*x.shape[:axis], count, *x.shape[axis + 1 :]]

        if self.chance(0.5):
            sizes = self.constant(np.array([first, size - first]))
            return self.node("Split", [x, sizes], lambda x, s: np.split(x, [first], axis + 1), [part(first), part(size - first)],
                             x.rows, outputs=2, axis=axis + 1)  # fmt: skip
        step = self.pick([1, 1, 2])
        bounds = [self.constant(np.array([n])) for n in (0, first, axis + 1, step)]
        index = (slice(None),) * (axis + 1) + (slice(0, first, step),)
        return self.node("Slice", [x, *bounds], lambda x, *_: x[index], part((first + step - 1) // step), x.rows)

    def norm(self):
        x = self.value(lambda v: len(v.shape) in (2, 3) and v.rows == 1 and v.shape[-1] >= 3)
        if x is None:
            return None
        if len(x.shape) == 3 and self.chance(0.5):
            scale, bias = (self.constant(self.floats(x.shape[0], 0.3, 1)) for _ in range(2))

            def instance(x, s, b):
                return normalize(x, (2, 3), 1e-5) * s.reshape(1, -1, 1, 1) + b.reshape(1, -1, 1, 1)

            return self.node("InstanceNormalization", [x, scale, bias], instance, x.shape, epsilon=1e-5)
        scale, bias = (self.constant(self.floats(x.shape[-1], 0.3, 1)) for _ in range(2))
        return self.node("LayerNormalization", [x, scale, bias], lambda x, s, b: normalize(x, -1, 1e-5) * s + b, x.shape,
                         axis=-1, epsilon=1e-5)  # fmt: skip

    def soft(self):
        x = self.value(lambda v: v.shape[-1] >= 2)
        if x is None:
            return None
        return self.node("Softmax", [x], lambda x: softmax(x, -1), x.shape, x.rows, axis=-1)

    def mean(self):
        x = self.value(lambda v: len(v.shape) >= 2 and v.rows == 1)
        if x is None:
            return None
        axis = int(self.random.integers(1, len(x.shape) + 1))
        keep = self.pick([0, 1])
        shape = [d for i, d in enumerate(x.shape) if i + 1 != axis or keep]
        shape = [1 if keep and i + 1 == axis else d for i, d in enumerate(shape)]
        return self.node("ReduceMean", [x], lambda x: x.mean(axis, keepdims=bool(keep)), shape, axes=[axis], keepdims=keep)

    def resize(self):
        x = self.value(lambda v: len(v.shape) == 3 and v.rows == 1 and np.prod(v.shape) <= 300)
        if x is None:
            return None
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        return self.node("Resize", [x, "", scales], lambda x, s: x.repeat(2, 2).repeat(2, 3), (x.shape[0], x.shape[1] * 2, x.shape[2] * 2),
                         mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip

    # The whole.

    def build(self):
        kinds = [(3, 6, 6), (4, 5, 7), (2, 9, 4), (3, 8, 8), (4, 8), (6, 5), (12,)]
        for i in range(self.pick([1, 1, 2])):
            self.inputs.append(Value(f"x{i}", self.pick(kinds)))
        self.values += self.inputs
        wanted = int(self.random.integers(3, 16))
        for _ in range(10 * wanted):
            if len(self.nodes) >= wanted:
                break
            self.step()
        read = {name for node in self.nodes for name in node.inputs}
        unread = [v for v in self.values if v.name not in read and v not in self.inputs]
        outputs = unread[-4:]
        if self.chance(0.3):  # one that is read, too
            outputs += [v for v in self.values if v.name in read and v not in self.inputs][-1:]
        return Model(self.seed, self.inputs, outputs, self.nodes, self.constants, {v.name: v for v in self.values})._without_dead()


def random_model(seed):
    return Builder(seed).build()


def random_data(model, samples):
    """Inputs that are each of another range."""
    random = np.random.default_rng([model.seed, 1])
    data = {}
    for value in model.inputs:
        scale, offset = np.exp(random.uniform(-1, 1.5)), random.uniform(-1, 1)
        data[value.name] = (random.standard_normal((samples, *value.shape)) * scale + offset).astype(np.float32)
    return data
