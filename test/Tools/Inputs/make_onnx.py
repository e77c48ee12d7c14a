"""make_onnx.py KIND FILE: writes a small ONNX model.

two    inputs left [N, 2] and right [N, 3]; outputs sum [N, 5] (both, concatenated, relu) and product [N, 2] (left * left)
fixed  input x [4, 2], its batch fixed; output y = relu(x)
one    input x [1, 2], its batch fixed at 1; output y = relu(x)
alien  an op that no one knows
"""

import sys

import onnx
from onnx import TensorProto, helper


def value(name, dims):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)


def model(nodes, inputs, outputs):
    graph = helper.make_graph(nodes, "small", inputs, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


relu = [helper.make_node("Relu", ["x"], ["y"], name="act")]
kinds = {
    "two": lambda: model(
        [
            helper.make_node("Concat", ["left", "right"], ["both"], axis=1, name="join"),
            helper.make_node("Relu", ["both"], ["sum"], name="act"),
            helper.make_node("Mul", ["left", "left"], ["product"], name="square"),
        ],
        [value("left", ["N", 2]), value("right", ["N", 3])],
        [value("sum", ["N", 5]), value("product", ["N", 2])],
    ),
    "fixed": lambda: model(relu, [value("x", [4, 2])], [value("y", [4, 2])]),
    "one": lambda: model(relu, [value("x", [1, 2])], [value("y", [1, 2])]),
    "alien": lambda: model(
        [helper.make_node("Frobnicate", ["x"], ["y"], name="act")], [value("x", ["N", 2])], [value("y", ["N", 2])]
    ),
}
onnx.save(kinds[sys.argv[1]](), sys.argv[2])
