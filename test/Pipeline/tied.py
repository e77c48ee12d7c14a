"""A table that is the weight of a layer, too, is stored once: the plan is smaller than the float model.

    tied.py QUANTIR FOLDER
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(5)
TABLE = rng.normal(size=(200, 32)).astype(np.float32)


def model(form, path):
    """An embedding, and a layer with the same numbers: as Gemm's transposed matrix, behind a Transpose, or stored again."""
    tensors = [numpy_helper.from_array(TABLE, "table")]
    nodes = [helper.make_node("Gather", ["table", "ids"], ["h"], name="embed")]
    if form == "gemm":
        nodes.append(helper.make_node("Gemm", ["h", "table"], ["y"], name="out", transB=1))
    elif form == "transpose":
        nodes.append(helper.make_node("Transpose", ["table"], ["t"], perm=[1, 0]))
        nodes.append(helper.make_node("MatMul", ["h", "t"], ["y"], name="out"))
    else:
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(TABLE.T), "again"))
        nodes.append(helper.make_node("MatMul", ["h", "again"], ["y"], name="out"))
    graph = helper.make_graph(nodes, form, [helper.make_tensor_value_info("ids", TensorProto.INT64, ["N"])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 200])], tensors)
    path.write_bytes(helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())


def main():
    quantir, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "ids.npy", rng.integers(0, 200, 64))
    for form in ("gemm", "transpose", "again"):
        model(form, folder / f"{form}.onnx")
        subprocess.run([quantir, "quantize", folder / f"{form}.onnx", "--calibration", folder / "ids.npy", "-o",
                        folder / f"{form}.plan", "--report", folder / f"{form}.json"], check=True, stdout=subprocess.DEVNULL)
        report = json.loads((folder / f"{form}.json").read_text())
        sizes, totals, [output] = report["size"], report["totals"], report["outputs"]
        if sizes["plan_bytes"] * 2.5 > sizes["float_bytes"]:
            sys.exit(f"{form}: expected a plan of a third of the float model's size, but got {sizes}")
        if totals["static"] != 1 or totals["weight_only"] != 1 or output["sqnr_db"] < 33:
            sys.exit(f"{form}: expected an integer layer, an embedding of integers and 33 dB, but got {totals} and {output}")


if __name__ == "__main__":
    main()
