"""make_onnx.py KIND FILE: writes a small ONNX model.

two    inputs left [N, 2] and right [N, 3]; outputs sum [N, 5] (both, concatenated, relu) and product [N, 2] (left * left)
fixed  input x [4, 2], its batch fixed; output y = relu(x)
one    input x [1, 2], its batch fixed at 1; output y = relu(x)
alien  an op that no one knows
bytes  input x [N, 4]; output y = linear(linear(x)), which is poor in 8 bits; names of nodes and of the output are not UTF-8
"""

import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def value(name, dims):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)


def model(nodes, inputs, outputs, weights={}):  # noqa: B006
    tensors = [numpy_helper.from_array(values.astype(np.float32), name) for name, values in weights.items()]
    graph = helper.make_graph(nodes, "small", inputs, outputs, tensors)
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
    "bytes": lambda: model(
        [
            helper.make_node("Gemm", ["x", "w"], ["h"], name="/caf~/Gemm"),
            helper.make_node("Gemm", ["h", "v"], ["y~"], name="/caf~/pick/Gemm"),
        ],
        [value("x", ["N", 4])],
        [value("y~", ["N", 4])],
        # Small values beside large ones, of which the second wants the small ones.
        {"w": np.diag([1, 1, 3000, 3000]), "v": np.diag([1, 1, 1e-9, 1e-9])},
    ),
    "alien": lambda: model(
        [helper.make_node("Frobnicate", ["x"], ["y"], name="act")], [value("x", ["N", 2])], [value("y", ["N", 2])]
    ),
}
content = kinds[sys.argv[1]]().SerializeToString()
with open(sys.argv[2], "wb") as file:
    file.write(content.replace(b"~", b"\xe9") if sys.argv[1] == "bytes" else content)
