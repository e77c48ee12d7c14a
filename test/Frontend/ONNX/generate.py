#!/usr/bin/python3
"""Writes the models in Inputs/, which the lit tests beside this file import.

Run it after a change and commit the results; the tests themselves need no Python. Needs numpy and onnx 1.12 (Debian's
python3-onnx).
"""

import pathlib

import numpy as np
from onnx import StringStringEntryProto, TensorProto, helper, numpy_helper

INPUTS = pathlib.Path(__file__).parent / "Inputs"


class Model:
    """A graph under construction. Values are named by their order unless a name is given."""

    def __init__(self, opset, shapes):
        self.opset = opset
        self.inputs = [self._info(name, shape) for name, shape in shapes.items()]
        self.nodes, self.initializers, self.outputs = [], [], []

    @staticmethod
    def _info(name, shape, kind=TensorProto.FLOAT):
        return helper.make_tensor_value_info(name, kind, shape)

    def weight(self, name, values, dtype=np.float32):
        self.initializers.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def ints(self, name, values):
        return self.weight(name, values, np.int64)

    def node(self, op, inputs, outputs=1, name="", domain="", **attributes):
        """Adds a node and returns its output or outputs: "<op>_<n>", or as given."""
        if isinstance(outputs, int):
            stem = f"{op}_{len(self.nodes)}"
            outputs = [stem] if outputs == 1 else [f"{stem}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs[0] if len(outputs) == 1 else outputs

    def constant(self, values, dtype=np.int64):
        return self.node("Constant", [], value=numpy_helper.from_array(np.asarray(values, dtype)))

    def output(self, *names):
        """Makes values outputs, of a shape that the importer has to find out."""
        for name in names:
            info = helper.ValueInfoProto()
            info.name = name
            info.type.tensor_type.elem_type = TensorProto.FLOAT
            self.outputs.append(info)

    def out(self, *args, **kwargs):
        """Adds a node whose outputs are outputs of the model."""
        result = self.node(*args, **kwargs)
        self.output(*(result if isinstance(result, list) else [result]))

    def build(self):
        graph = helper.make_graph(self.nodes, "graph", self.inputs, self.outputs, self.initializers)
        return helper.make_model(
            graph, producer_name="quantir-test", ir_version=8, opset_imports=[helper.make_opsetid("", self.opset)]
        )

    def save(self, name):
        (INPUTS / name).write_bytes(self.build().SerializeToString())


def activations():
    m = Model(17, {"x": ["N", 4, 3, 3]})
    m.weight("zero", 0), m.weight("six", 6)
    m.out("Relu", ["x"])
    m.out("Sigmoid", ["x"])
    m.out("Tanh", ["x"])
    m.out("HardSwish", ["x"])
    m.out("LeakyRelu", ["x"], alpha=0.25)
    m.out("LeakyRelu", ["x"])
    m.out("HardSigmoid", ["x"])
    m.out("HardSigmoid", ["x"], alpha=0.125, beta=0.25)
    m.out("Clip", ["x", "zero", "six"])
    m.out("Clip", ["x", "", "six"])
    m.out("Clip", ["x", "zero"])
    m.out("Clip", ["x"])
    m.out("Softmax", ["x"])
    m.out("Softmax", ["x"], axis=1)
    m.save("activations.onnx")

    m = Model(9, {"x": ["N", 4, 3, 3]})
    m.out("Clip", ["x"], min=-1.0, max=1.0)
    m.out("Clip", ["x"], min=0.0)
    m.out("Softmax", ["x"], axis=3)
    m.out("Softmax", ["x"])
    m.out("Softmax", ["x"], axis=-2)
    m.save("activations-opset9.onnx")


def arithmetic():
    m = Model(17, {"x": ["N", 4, 3], "y": ["N", 4, 1]})
    m.weight("channel", [[1], [2], [3], [4]]), m.weight("half", 0.5)
    m.out("Add", ["x", "y"])
    m.out("Sub", ["half", "x"])
    m.out("Mul", ["x", "channel"])
    m.out("Div", ["x", "half"])
    # Arithmetic on constants is done by the importer.
    m.node("Mul", ["channel", "half"], ["halves"])
    m.node("Sqrt", ["halves"], ["roots"])
    m.out("Add", ["x", "roots"])
    m.save("arithmetic.onnx")


def convolution():
    m = Model(17, {"x": ["N", 4, 9, 8], "line": ["N", 4, 9], "volume": [1, 4, 5, 5, 5]})
    m.weight("w", np.ones((6, 4, 3, 3))), m.weight("b", np.arange(6))
    m.weight("depthwise", np.ones((4, 1, 3, 3)))
    m.weight("w1", np.ones((2, 4, 3))), m.weight("w3", np.ones((2, 4, 3, 3, 3)))
    m.out("Conv", ["x", "w", "b"], kernel_shape=[3, 3], pads=[1, 0, 2, 1], strides=[2, 1], dilations=[1, 2])
    m.out("Conv", ["x", "w"])
    m.out("Conv", ["x", "depthwise"], group=4)
    m.out("Conv", ["line", "w1"], pads=[1, 1])
    m.out("Conv", ["volume", "w3"])
    m.out("Conv", ["x", "w"], auto_pad="SAME_UPPER", strides=[2, 2])
    m.out("Conv", ["x", "w"], auto_pad="SAME_LOWER", strides=[2, 2])
    m.out("Conv", ["x", "w"], auto_pad="SAME_UPPER", dilations=[2, 2])
    m.out("Conv", ["x", "w"], auto_pad="VALID", strides=[2, 2])
    m.save("conv.onnx")

    m = Model(17, {"x": ["N", 4, 5, 5]})
    m.weight("w", np.ones((4, 3, 3, 3))), m.weight("b", np.arange(3))
    m.weight("grouped", np.ones((4, 3, 3, 3)))
    m.out("ConvTranspose", ["x", "w", "b"], pads=[1, 1, 1, 1], strides=[2, 2], output_padding=[1, 1])
    m.out("ConvTranspose", ["x", "grouped"], group=2, dilations=[2, 1])
    m.out("ConvTranspose", ["x", "w"], strides=[2, 2], output_shape=[10, 9])
    m.out("ConvTranspose", ["x", "w"], strides=[2, 2], auto_pad="SAME_UPPER")
    m.out("ConvTranspose", ["x", "w"], strides=[2, 2], auto_pad="SAME_LOWER")
    m.out("ConvTranspose", ["x", "w"], strides=[2, 2], output_shape=[12, 11])
    m.save("conv-transpose.onnx")


def linear():
    m = Model(17, {"x": ["N", 3], "y": [3, 2], "z": ["N", 5, 3]})
    m.weight("w", [[1, 2, 3], [4, 5, 6]]), m.weight("wt", [[1, 4], [2, 5], [3, 6]])
    m.weight("b", [1, 2]), m.weight("row", [[1, 2]]), m.weight("one", [1]), m.weight("column", [[1], [2]])
    m.out("Gemm", ["x", "w", "b"], transB=1)
    m.out("Gemm", ["x", "wt"])
    m.out("Gemm", ["x", "w", "row"], transB=1, alpha=2.0, beta=0.5)
    m.out("Gemm", ["x", "w", "one"], transB=1)
    m.out("Gemm", ["x", "w", "b"], transB=1, beta=0.0)
    m.out("Gemm", ["y", "wt", "column"], transA=1)
    m.out("Gemm", ["x", "y", "b"], alpha=3.0)
    m.out("MatMul", ["x", "wt"])
    m.out("MatMul", ["z", "y"])
    m.save("linear.onnx")


def normalization():
    for opset, attributes in (9, {}), (15, {"training_mode": 0}):
        m = Model(opset, {"x": ["N", 2, 3, 3]})
        for name in "scale", "bias", "mean", "variance":
            m.weight(name, [1, 2])
        m.out("BatchNormalization", ["x", "scale", "bias", "mean", "variance"], epsilon=0.001, momentum=0.9,
              **attributes)
        m.save(f"batch-norm-opset{opset}.onnx")


def pooling():
    m = Model(17, {"x": ["N", 2, 9, 8], "line": ["N", 2, 9]})
    m.out("MaxPool", ["x"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    m.out("MaxPool", ["x"], kernel_shape=[2, 2])
    m.out("MaxPool", ["x"], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, dilations=[2, 1])
    m.out("MaxPool", ["x"], kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_LOWER")
    m.out("MaxPool", ["line"], kernel_shape=[2], strides=[2], storage_order=1)
    m.out("AveragePool", ["x"], kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    m.out("AveragePool", ["x"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1, ceil_mode=1,
          strides=[2, 2])
    m.out("GlobalAveragePool", ["x"])
    m.out("GlobalMaxPool", ["x"])
    m.out("ReduceMean", ["x"], axes=[2, 3])
    m.out("ReduceMean", ["x"], axes=[-1], keepdims=0)
    m.save("pool.onnx")

    m = Model(18, {"x": [2, 3, 4]})
    m.ints("axes", [1])
    m.out("ReduceMean", ["x", "axes"])
    m.out("ReduceMean", ["x"], keepdims=0)
    m.output(m.node("ReduceMean", ["x"], ["same"], noop_with_empty_axes=1))
    m.save("pool-opset18.onnx")

    m = Model(19, {"x": [2, 3, 4]})
    m.out("AveragePool", ["x"], kernel_shape=[2], dilations=[1])
    m.save("pool-opset19.onnx")


def shapes():
    m = Model(17, {"x": ["N", 4, 1, 6], "fixed": [2, 3, 4]})
    for name, values in {"s0": [0, -1], "s1": [-1, 24], "s2": [0, 2, 2, 6], "s3": [-1, 4], "axes": [2],
                         "all": [-1], "flat": [6, -1]}.items():
        m.ints(name, values)
    m.out("Flatten", ["x"])
    m.out("Flatten", ["x"], axis=-1)
    m.out("Flatten", ["fixed"], axis=0)
    m.out("Flatten", ["fixed"], axis=3)
    m.out("Reshape", ["x", "s0"])
    m.out("Reshape", ["x", "s1"])
    m.out("Reshape", ["x", "s2"])
    m.out("Reshape", ["x", "s3"])
    m.out("Reshape", ["fixed", "flat"], allowzero=1)
    m.out("Transpose", ["x"], perm=[0, 2, 3, 1])
    m.out("Transpose", ["fixed"])
    m.out("Squeeze", ["x", "axes"])
    m.out("Squeeze", ["x"])
    m.out("Unsqueeze", ["x", "axes"])
    m.save("shape.onnx")

    m = Model(9, {"x": ["N", 4, 1, 6]})
    m.out("Squeeze", ["x"], axes=[2])
    m.out("Unsqueeze", ["x"], axes=[1, 5])
    m.save("shape-opset9.onnx")


def selection():
    m = Model(17, {"x": ["N", 4, 6], "y": ["N", 2, 6]})
    for name, values in {"i0": [0], "i1": [1], "i2": [2], "last": [2**63 - 1], "m1": [-1], "first": [-(2**63)],
                         "starts": [1, 0], "ends": [-1, 6], "axes": [1, 2], "steps": [1, 3], "even": [0, 2],
                         "back": [3, 2], "sizes": [1, 3], "pads": [0, 1, 0, 0, 0, 2],
                         "crop": [0, -1, 1, 0, 0, -2]}.items():
        m.ints(name, values)
    m.ints("scalar", 3), m.weight("half", 0.5), m.ints("target", [1, 4, 6]), m.ints("wide", [3, 1, 4, 6])
    m.out("Slice", ["x", "starts", "ends", "axes", "steps"])
    m.out("Slice", ["x", "m1", "first", "i1", "m1"])
    m.output(m.node("Slice", ["x", "i0", "last", "i0"], ["whole"]))
    m.out("Gather", ["x", "scalar"], axis=1)
    m.out("Gather", ["x", "even"], axis=1)
    m.out("Gather", ["x", "back"], axis=-1)
    m.out("Concat", ["x", "y", "x"], axis=1)
    m.out("Split", ["x", "sizes"], outputs=2, axis=1)
    m.out("Split", ["x"], outputs=3, axis=-1)
    m.out("Pad", ["x", "pads", "half"])
    m.out("Pad", ["x", "crop"], mode="constant")
    m.out("Expand", ["y", "i1"])
    m.out("Expand", ["x", "target"])
    m.save("selection.onnx")

    m = Model(9, {"x": ["N", 4, 6]})
    m.out("Slice", ["x"], starts=[1], ends=[3], axes=[1])
    m.out("Split", ["x"], outputs=2, axis=1, split=[3, 1])
    m.out("Pad", ["x"], pads=[0, 0, 1, 0, 0, 1], value=-1.0)
    m.save("selection-opset9.onnx")

    m = Model(18, {"x": ["N", 4, 7]})
    m.ints("pads", [1, 2]), m.ints("axes", [-1])
    m.out("Split", ["x"], outputs=3, axis=2, num_outputs=3)
    m.out("Pad", ["x", "pads", "", "axes"])
    m.save("selection-opset18.onnx")


def folding():
    """Computations of shapes, as PyTorch exports them."""
    m = Model(17, {"x": ["N", 4, 6]})
    zero, one, two = m.constant(0), m.constant(1), m.constant(2)

    def size(axis):
        return m.node("Gather", [m.node("Shape", ["x"]), axis], axis=0)

    def vector(*sizes):
        return m.node("Concat", [m.node("Unsqueeze", [s, m.constant([0])]) for s in sizes], axis=0)

    # x.view(x.size(0), -1)
    m.out("Reshape", ["x", vector(size(zero), m.constant(-1))])
    # x.view(x.size(0) * x.size(1), 2, 3), and that flattened to one more dimension
    rows = m.node("Reshape", ["x", vector(m.node("Mul", [size(zero), size(one)]), m.constant(2), m.constant(3))],
                  ["rows"])
    m.output(rows)
    back = m.node("Gather", [m.node("Shape", [rows]), zero], axis=0)
    m.out("Reshape", [rows, vector(back, m.constant(-1))])
    # x.flatten(0, 1) with the size computed
    m.out("Reshape", ["x", vector(m.constant(-1), size(two))])
    # x.expand(x.size(0), 4, 6), through the Where that PyTorch puts there
    shape = vector(size(zero), size(one), size(two))
    ones = m.node("ConstantOfShape", [m.node("Shape", [shape])],
                  value=numpy_helper.from_array(np.array([1], np.int64)))
    minus = m.node("Mul", [ones, m.constant(-1)])
    m.out("Expand", ["x", m.node("Where", [m.node("Equal", [shape, minus]), ones, shape])])
    # F.pad: the amounts, last dimension first, are padded with zeros, reversed and transposed
    amounts = m.constant([1, 2])
    missing = m.node("ConstantOfShape", [m.constant([4])], value=numpy_helper.from_array(np.array([0], np.int64)))
    amounts = m.node("Reshape", [m.node("Concat", [amounts, missing], axis=0), m.constant([-1, 2])])
    amounts = m.node("Slice", [amounts, m.constant([-1]), m.constant([-(2**63) + 1]), m.constant([0]),
                               m.constant([-1])])
    amounts = m.node("Reshape", [m.node("Transpose", [amounts], perm=[1, 0]), m.constant([-1])])
    m.out("Pad", ["x", m.node("Cast", [amounts], to=TensorProto.INT64)])
    # x[:, :x.size(1) // 2], and x[:x.size(0)]
    half = m.node("Cast", [m.node("Floor", [m.node("Div", [m.node("Cast", [size(one)], to=TensorProto.FLOAT),
                                                           m.constant(2.0, np.float32)])])],
                  to=TensorProto.INT64)
    half = m.node("Unsqueeze", [half, m.constant([0])])
    m.out("Slice", ["x", m.constant([0]), half, m.constant([1])])
    m.output(m.node("Slice", ["x", m.constant([0]), m.node("Unsqueeze", [size(zero), m.constant([0])]),
                              m.constant([0])], ["whole"]))
    # A table computed by the model
    table = m.node("Range", [m.constant(0), m.constant(6), m.constant(1)])
    m.out("Add", ["x", m.node("Cast", [table], to=TensorProto.FLOAT)])
    m.save("folding.onnx")


def paths():
    """Names that PyTorch's exporters give."""
    def conv(m, x, weight, **kwargs):
        m.weight(weight, np.ones((2, 2, 1, 1)))
        return m.node("Conv", [x, weight], **kwargs)

    m = Model(17, {"x": ["N", 2, 4, 4]})
    y = conv(m, "x", "layer1.0.conv1.weight", name="/layer1/layer1.0/conv1/Conv")
    y = m.node("Relu", [y], name="/layer1/layer1.0/relu/Relu")
    y = conv(m, y, "features.2.0.weight", name="/features/features.2/features.2.0/Conv")
    y = m.node("Relu", [y], name="/layer1/layer1.0/Relu_1")
    # Module "conv" is called twice; "head.0" is inside of a module called twice.
    y = conv(m, y, "conv.weight", name="/conv/Conv")
    y = m.node("Conv", [y, "conv.weight"], name="/conv_1/Conv")
    y = conv(m, y, "block.head.0.weight", name="/block_1/head/head.0/Conv")
    # The weights are shared, but the modules are two.
    y = m.node("Conv", [y, "conv.weight"], name="/tied/Conv")
    m.out("Relu", [y], name="/Relu")
    m.save("paths.onnx")

    m = Model(17, {"x": ["N", 2, 4, 4]})
    y = conv(m, "x", "layer1.0.conv1.weight", name="Conv_0")
    y = m.node("Relu", [y], name="Relu_1")
    y = conv(m, y, "onnx::Conv_17", name="Conv_2")
    y = conv(m, y, "487")
    m.out("Relu", [y])
    m.save("paths-old.onnx")

    # The newer exporter says it in the nodes' metadata, a field that onnx 1.12 does not have.
    m = Model(18, {"x": ["N", 2, 4, 4]})
    y = conv(m, "x", "layer1.0.conv1.weight", name="node_conv2d")
    m.out("Relu", [y], name="node_relu")
    for node, scopes in zip(m.nodes, ("['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']",
                                      "['', 'layer1', 'layer1.0', 'layer1.0.act', 'relu']")):
        entry = StringStringEntryProto(key="pkg.torch.onnx.name_scopes", value=scopes).SerializeToString()
        node.MergeFromString(bytes([9 << 3 | 2, len(entry)]) + entry)
    m.save("paths-metadata.onnx")


def structure():
    # Nodes out of order, one that nothing needs, an input listed with its initializer, a constant and an input as outputs,
    # a dropout and an identity.
    m = Model(17, {"x": ["N", 3], "unused": ["N", 1], "w": [2, 3]})
    m.weight("w", [[1, 2, 3], [4, 5, 6]]), m.weight("ratio", 0.5)
    m.node("Relu", ["linear"], ["y"])
    m.node("Unknown", ["x"], ["nowhere"], domain="other")
    m.node("Identity", ["dropped"], ["same"])
    m.node("Dropout", ["x", "ratio"], ["dropped", "mask"])
    m.node("Gemm", ["same", "w"], ["linear"], transB=1)
    m.output("y", "w", "x")
    m.save("structure.onnx")

    # Data in typed fields, in a file of its own, and in narrower types.
    m = Model(17, {"x": ["N", 4]})
    m.initializers.append(helper.make_tensor("typed", TensorProto.FLOAT, [4], [1, 2, 3, 4]))
    m.initializers.append(helper.make_tensor("half", TensorProto.FLOAT16, [4], [0.5, 1.5, -2, 65504]))
    m.initializers.append(helper.make_tensor("bytes", TensorProto.INT8, [4], [-128, -1, 0, 127]))
    m.initializers.append(helper.make_tensor("flags", TensorProto.BOOL, [4], [True, False, True, True]))
    external = numpy_helper.from_array(np.array([5, 6, 7, 8], np.float32), "external")
    (INPUTS / "weights.bin").write_bytes(b"skipped!" + external.raw_data)
    external.ClearField("raw_data")
    external.data_location = TensorProto.EXTERNAL
    for key, value in ("location", "weights.bin"), ("offset", "8"), ("length", "16"):
        external.external_data.add(key=key, value=value)
    m.initializers.append(external)
    y = "x"
    for name in "typed", "external":
        y = m.node("Add", [y, name])
    for name in "half", "bytes", "flags":
        y = m.node("Add", [y, m.node("Cast", [name], to=TensorProto.FLOAT)])
    m.output(y)
    m.save("tensors.onnx")


def norms():
    """Normalizations, and activations with parameters or of newer opsets."""
    m = Model(17, {"x": ["N", 4, 6, 6], "y": ["N", 3, 8]})
    w = m.weight("w", np.linspace(1, 2, 4))
    b = m.weight("b", np.linspace(0, 1, 4))
    m.out("InstanceNormalization", ["x", w, b], epsilon=1e-3)
    m.out("LayerNormalization", ["y", m.weight("lw", np.ones(8)), m.weight("lb", np.linspace(0, 1, 8))])
    m.out("LayerNormalization", ["y", m.weight("mw", np.ones((3, 8)))], axis=1, epsilon=1e-3)
    m.out("Elu", ["x"], alpha=0.5)
    m.out("Erf", ["x"])
    m.out("Sqrt", ["x"])
    m.out("PRelu", ["x", m.weight("slope", np.linspace(0, 1, 4).reshape(4, 1, 1))])
    m.out("PRelu", ["y", m.weight("one", [0.25])])
    m.save("norms.onnx")

    m = Model(18, {"x": ["N", 4, 6, 6]})
    m.out("GroupNormalization", ["x", m.weight("w", [1, 2]), m.weight("b", [3, 4])], num_groups=2)
    m.save("group-norm-opset18.onnx")

    m = Model(21, {"x": ["N", 4, 6, 6]})
    m.out("GroupNormalization", ["x", m.weight("w", [1, 2, 3, 4]), m.weight("b", [5, 6, 7, 8])], num_groups=2)
    m.out("Gelu", ["x"])
    m.out("Gelu", ["x"], approximate="tanh")
    m.save("norms-opset21.onnx")


def decompositions():
    """What PyTorch writes for operators that the opset does not have."""
    m = Model(16, {"x": ["N", 3, 8], "c": ["N", 4, 5, 5]})
    mean = m.node("ReduceMean", ["x"], axes=[-1])
    difference = m.node("Sub", ["x", mean])
    square = m.node("Pow", [difference, m.constant(2.0, np.float32)])
    variance = m.node("ReduceMean", [square], axes=[-1])
    root = m.node("Sqrt", [m.node("Add", [variance, m.constant(1e-5, np.float32)])])
    normal = m.node("Div", [difference, root])
    scaled = m.node("Mul", [normal, m.weight("ln.weight", np.linspace(1, 2, 8))])
    y = m.node("Add", [scaled, m.weight("ln.bias", np.linspace(0, 1, 8))])
    erf = m.node("Erf", [m.node("Div", [y, m.constant(np.sqrt(2), np.float32)])])
    product = m.node("Mul", [y, m.node("Add", [erf, m.constant(1.0, np.float32)])])
    m.out("Mul", [product, m.constant(0.5, np.float32)])
    groups = m.node("Reshape", ["c", m.constant([0, 2, -1])])
    one, zero = m.constant([1.0, 1.0], np.float32), m.constant([0.0, 0.0], np.float32)
    normal = m.node("InstanceNormalization", [groups, one, zero], epsilon=1e-3)
    back = m.node("Reshape", [normal, m.node("Shape", ["c"])])
    scaled = m.node("Mul", [back, m.weight("gn.weight", np.linspace(1, 2, 4).reshape(4, 1, 1))])
    m.out("Add", [scaled, m.weight("gn.bias", np.linspace(0, 1, 4).reshape(4, 1, 1))])
    m.save("decompositions.onnx")


def resampling():
    m = Model(17, {"x": ["N", 3, 4, 4]})
    twice = m.weight("twice", [1, 1, 2, 2])
    m.out("Resize", ["x", "", twice], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    m.out("Resize", ["x", "", twice], mode="linear")
    # interpolate(size=...): the batch and the channels from the shape
    start = m.node("Slice", [m.node("Shape", ["x"]), m.constant([0]), m.constant([2]), m.constant([0])])
    sizes = m.node("Concat", [start, m.constant([7, 9])], axis=0)
    m.out("Resize", ["x", "", "", sizes], mode="linear", coordinate_transformation_mode="align_corners")
    none = m.weight("none", [])
    m.out("Resize", ["x", "", none, sizes], mode="linear", coordinate_transformation_mode="pytorch_half_pixel")
    m.save("resize.onnx")

    m = Model(18, {"x": ["N", 3, 4, 4]})
    m.out("Resize", ["x", "", "", m.constant([8, 2])], axes=[2, 3], mode="nearest")
    m.save("resize-opset18.onnx")

    for opset, op in (9, "Upsample"), (10, "Resize"):
        m = Model(opset, {"x": ["N", 3, 4, 4]})
        m.out(op, ["x", m.weight("scales", [1, 1, 2, 1.5])], mode="nearest")
        m.save(f"{op.lower()}-opset{opset}.onnx")


def invalid_resampling():
    def write(name, op, inputs, shape=("N", 3, 4, 4), opset=18, **attributes):
        m = Model(opset, {"x": list(shape)})
        names = ["x"] + ["" if values is None else m.constant(values, kind) for values, kind in inputs]
        m.out(op, names, **attributes)
        m.save(f"invalid-{name}.onnx")

    twice = (None, None), ([1, 1, 2, 2], np.float32)
    write("resize-cubic", "Resize", twice, mode="cubic")
    write("resize-coordinates", "Resize", twice, coordinate_transformation_mode="tf_crop_and_resize")
    write("resize-channels", "Resize", [(None, None), ([1, 2, 2, 2], np.float32)])
    write("resize-count", "Resize", [(None, None), ([2, 2], np.float32)])
    write("resize-none", "Resize", [])
    write("resize-antialias", "Resize", twice, mode="linear", antialias=1)
    write("prelu", "PRelu", [(np.ones((3, 4, 4)), np.float32)], opset=17)
    write("group-norm", "GroupNormalization", [(np.ones(2), np.float32), (np.ones(2), np.float32)], num_groups=2)
    write("pow", "Pow", [(np.inf, np.float32)], opset=17)


def invalid():
    m = Model(17, {"x": ["N", 4]})
    y = m.node("Reluu", ["x"], name="/block/Reluu")
    y = m.node("Frobnicate", [y], domain="com.example")
    y = m.node("HardSwich", [y])
    m.output(m.node("If", [y], then_branch=helper.make_graph([], "then", [], [])))
    m.save("unsupported.onnx")

    m = Model(17, {"x": ["N", 4]})
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../../../etc/passwd")
    m.initializers.append(tensor)
    m.out("Add", ["x", "w"])
    m.save("escaping.onnx")
    tensor.external_data[0].value = "missing.bin"
    m.save("missing-file.onnx")

    for m in [Model(17, {"x": ["N", 3, 8, 8]})]:
        m.weight("w", np.ones((2, 3, 3, 3)))
        m.out("Conv", ["x", "w"], name="/conv1/Conv", strides=[1, 1, 1])
        m.save("strides.onnx")


def sequences():
    kind = TensorProto.INT64
    m = Model(17, {"x": [3, "N", 2]})
    m.inputs += [Model._info("i", ["N", 5], kind), Model._info("j", [5], TensorProto.INT32)]
    m.weight("table", np.arange(8).reshape(4, 2))
    m.out("Gather", ["table", "i"])
    m.out("Gather", ["table", m.node("Cast", ["j"], to=kind)], axis=0)
    # Rows of the gates i, o, f, c.
    w = np.repeat([1, 2, 3, 4], 2).reshape(1, 4, 2)
    r, b = np.array([1, 2, 3, 4]).reshape(1, 4, 1) * 10, np.arange(8).reshape(1, 8)
    for name, value in ("w", w), ("r", r), ("b", b):
        m.weight(name, value), m.weight(name + "2", np.concatenate([value, -value]))
    batch = m.node("Gather", [m.node("Shape", ["x"]), m.ints("one", [1])])
    shape = m.node("Concat", [m.ints("first", [1]), batch, m.ints("last", [1])], axis=0)
    zeros = m.node("ConstantOfShape", [shape])
    y = m.node("LSTM", ["x", "w", "r", "b", "", zeros, zeros], outputs=3, hidden_size=1)
    m.out("Squeeze", [y[0], "one"])
    m.output(y[2])
    zeros = m.node("Expand", [m.constant(np.zeros((2, 1, 1)), np.float32),
                              m.node("Concat", ["one", batch, "last"], axis=0)])
    m.out("LSTM", ["x", "w2", "r2", "b2", "", zeros, zeros], outputs=3, hidden_size=1, direction="bidirectional")
    m.inputs.append(Model._info("h", [1, "N", 1]))
    m.output(m.node("LSTM", ["x", "w", "r", "", "", "h", "h"], outputs=["", "last_h"])[1])
    # A linear layer as it is exported for inputs of rank 3.
    m.out("Add", ["bias", m.node("MatMul", ["x", m.node("Transpose", [m.weight("linear", [[1, 2], [3, 4], [5, 6]])])])])
    m.weight("bias", [1, 2, 3])
    m.save("sequences.onnx")


def embedding_bag(m, mode="Sum", last=False, indices="i", offsets="o", **changes):
    """Adds the loop that PyTorch's exporter writes for an nn.EmbeddingBag; `changes` make it another loop."""
    opset = m.opset
    n = len(m.nodes)
    body = []

    def inner(op, inputs, **attributes):
        body.append(helper.make_node(op, inputs, [f"{n}_{len(body)}_{op}"], **attributes))
        return body[-1].output[0]

    def first_axis(add, op, value, **attributes):
        """An operator along axis 0, which older opsets have as an attribute."""
        since = {"Unsqueeze": 13, "ReduceSum": 13}.get(op, 18)
        axis = changes.get("axis", 0) if op.startswith("Reduce") else 0
        if opset < since:
            return add(op, [value], axes=[axis], **attributes)
        return add(op, [value, add("Constant", [], value=numpy_helper.from_array(np.array([axis])))], **attributes)

    def outer(op, inputs, **attributes):
        return m.node(op, inputs, **attributes)

    def size(value):
        return m.node("Gather", [m.node("Shape", [value]), m.constant(0)])

    condition = m.node("Cast", [m.constant(1)], to=TensorProto.BOOL)
    zero = m.constant([0])
    if not last:
        offsets = m.node("Concat", [offsets, first_axis(outer, "Unsqueeze", size(indices))], axis=0)
    ends = m.node("Slice", [offsets, m.constant([changes.get("begin", 1)]), m.constant([2**63 - 1]), m.constant([0]),
                            m.constant([1])])
    begin = inner("Gather", [m.node("Identity", [offsets]), f"{n}_i"], axis=0)
    end = inner("Gather", [ends, f"{n}_i"], axis=0)
    begin = first_axis(inner, "Unsqueeze", begin)
    end = inner("Unsqueeze", [], axes=[0]) if changes.get("inputless") else first_axis(inner, "Unsqueeze", end)
    rows = inner("Slice", [indices, begin, end, zero])
    rows = inner("Gather", ["table", rows], axis=0)
    if changes.get("weighted"):
        rows = inner("Mul", [rows, "scale"])
    result = first_axis(inner, "Reduce" + mode, rows, keepdims=changes.get("keepdims", 0))
    go_on = inner("Cast", [f"{n}_c" if opset > 13 else condition], to=TensorProto.BOOL)
    inputs = [Model._info(f"{n}_i", [], TensorProto.INT64), Model._info(f"{n}_c", [], TensorProto.BOOL)]
    graph = helper.make_graph(body, "body", inputs, [Model._info(name, None) for name in (go_on, result)])
    count = m.constant(2) if "count" in changes else size(ends)
    m.output(m.node("Loop", [count, condition], name=changes.get("name", ""), body=graph))


def embedding_bags():
    def model(opset, indices=9, offsets=3):
        m = Model(opset, {})
        m.inputs = [Model._info("i", [indices], TensorProto.INT64), Model._info("o", [offsets], TensorProto.INT64)]
        m.weight("table", np.arange(40).reshape(20, 2)), m.weight("scale", 2)
        return m

    for opset in 11, 17, 18:
        m = model(opset, offsets=3 if opset < 18 else "B")
        for mode in "Sum", "Mean", "Max":
            embedding_bag(m, mode, name=f"/{mode.lower()}/Loop")
        m.save(f"embedding-bag-opset{opset}.onnx")
    m = model(17, offsets=4)
    embedding_bag(m, last=True)
    m.save("embedding-bag-last.onnx")
    m = model(17, "N", "B")
    embedding_bag(m, name="/bag/Loop")
    m.save("invalid-embedding-bag.onnx")

    for name, changes in {"weighted": {"weighted": True}, "axis": {"axis": 1}, "keepdims": {"keepdims": 1},
                          "begin": {"begin": 2}, "count": {"count": 2}, "reduction": {"mode": "Prod"}, "inputless": {"inputless": True}}.items():
        m = model(17)
        embedding_bag(m, name="/bag/Loop", **changes)
        m.save(f"invalid-loop-{name}.onnx")


if __name__ == "__main__":
    INPUTS.mkdir(exist_ok=True)
    for write in (activations, arithmetic, convolution, linear, normalization, pooling, shapes, selection, folding,
                  paths, structure, invalid, norms, decompositions, resampling, invalid_resampling,
                  sequences, embedding_bags):
        write()
