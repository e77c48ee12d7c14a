"""Runs the single-node models that the onnx package tests backends with, and compares with their expected outputs.

    node_tests.py QUANTIR WORKDIR

Every case is tried twice: with the inputs as inputs of the model, which tests the import as nn operations, and with all
inputs as initializers, which tests the importer's own evaluation. To be quick, the cases of one opset are put together in
one model. Cases that are known not to work stand in UNSUPPORTED below, each has to end in an error.

Without the onnx package (python3-onnx of Debian 12 or 13, 1.12 or 1.17) nothing is tested.
"""

import collections
import pathlib
import re
import subprocess
import sys

import numpy as np

try:
    import onnx
    from onnx import TensorProto, helper, numpy_helper
except ImportError:
    print("skipped: there is no onnx package")
    sys.exit(0)

# Names that numpy has dropped but the cases of onnx 1.12 still use.
for name, kind in ("float", float), ("int", int), ("bool", bool), ("object", object):
    if name not in np.__dict__:
        setattr(np, name, kind)

# Expected errors. The first column says in which of the two ways: "inputs", "constants" or both.
UNSUPPORTED = [
    ("both", r"batchnorm_.*_training_mode|training_dropout.*", "training"),
    ("both", r"cast(like)?_.*_to_(FLOAT16|BFLOAT16).*", "values stay float32"),
    ("inputs", r"cast_FLOAT_to_.*", "values stay float32"),
    ("inputs", r"mod_.*_float32", "only of constants"),
    ("both", r"resize_.*(cubic|tf_crop_and_resize|antialias|half_pixel_symmetric).*", "other kinds of interpolation"),
    ("both", r"resize_.*_not_(larger|smaller)", "sizes by aspect ratio"),
    ("both", r"averagepool_.*_dilations.*", "averages with dilations"),
    ("inputs", r"pow|pow_(bcast_array|example|types.*)", "powers that are not products"),
    ("both", r"prelu_(example|broadcast)", "a slope for each element"),
    ("both", r"lstm_(batchwise|with_peepholes)", "other forms of LSTM"),
    ("both", r"(edge|reflect|wrap)_pad", "only constant padding"),
    ("both", r"split_zero_size_splits.*|slice_start_out_of_bounds|reshape_allowzero_reordered", "tensors without elements"),
    ("inputs", r"(abs|ceil|floor|neg|range|max|min|greater|less)(_.*)?", "only of constants"),
    ("constants", r"(?!pow|clip_default_int8_inbounds_expanded$).*_(u?int8|u?int16|uint32|uint64|float16|int8_.*)", "arithmetic on these types"),
    ("both", r"loop.*", "loops other than that of an EmbeddingBag"),
    ("constants", r"constantofshape_int_shape_zero", "tensors without elements"),
]

# Where PyTorch and ONNX Runtime give another result, and the importer theirs.
DIFFERENT = {"test_resize_downsample_scales_linear_align_corners"}

# What a model computes with; the others are inputs of the node that have to be constant, or weights.
CONSTANT_INPUTS = {
    "BatchNormalization": (1, 2, 3, 4), "Clip": (1, 2), "Conv": (1, 2), "Dropout": (1, 2), "Expand": (1,),
    "Gather": (1,), "Pad": (1, 2, 3), "ReduceMean": (1,), "Reshape": (1,), "Slice": (1, 2, 3, 4), "Split": (1,),
    "Squeeze": (1,), "Unsqueeze": (1,), "Pow": (1,), "Resize": (1, 2, 3), "Upsample": (1,),
    "LayerNormalization": (1, 2), "LSTM": (1, 2, 3), "InstanceNormalization": (1, 2),
}
OPTIONAL_OUTPUTS = {"BatchNormalization", "Dropout", "LayerNormalization", "MaxPool"}


class Unusable(Exception):
    """The case is of types that the model's inputs and outputs cannot have."""


class Group:
    """Cases in one model. Inputs and outputs get a leading dimension of 1, for the sample."""

    def __init__(self, opset, constants):
        self.opset, self.constants = opset, constants
        self.graph = onnx.GraphProto(name="cases")
        self.feeds, self.expected, self.size = {}, {}, 0
        if constants:
            self.feeds["zero"] = np.zeros([1], np.float32)
            self.graph.input.append(helper.make_tensor_value_info("zero", TensorProto.FLOAT, [1]))

    def initializer(self, name, array):
        self.graph.initializer.append(numpy_helper.from_array(array, name))
        return name

    def node(self, op, inputs, output, **attributes):
        self.graph.node.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def add(self, case):
        node = onnx.NodeProto()
        node.CopyFrom(case.model.graph.node[0])
        inputs, outputs = case.data_sets[0]
        if any(not isinstance(array, (np.ndarray, np.generic, float, int)) for array in [*inputs, *outputs]):
            raise Unusable("sequence")
        inputs, outputs = [[np.asarray(array) for array in arrays] for arrays in (inputs, outputs)]
        if any(array.dtype.kind in "OSU" for array in inputs + outputs):
            raise Unusable("strings")
        if any(value.type.tensor_type.elem_type == TensorProto.BFLOAT16 for value in case.model.graph.input):
            raise Unusable("bfloat16, for which numpy has no type")
        names = [value.name for value in case.model.graph.input]
        constant = {node.input[i] for i in CONSTANT_INPUTS.get(node.op_type, ()) if i < len(node.input)}
        if self.constants:
            constant = set(names)
        elif all(name in constant for name in names):
            raise Unusable("no inputs")
        elif any(array.dtype != np.float32 for name, array in zip(names, inputs) if name not in constant):
            raise Unusable("inputs of another type than float32")
        elif outputs[0].dtype != np.float32:
            raise Unusable("outputs of another type than float32")

        def rename(name):
            return f"{case.name}/{name}" if name else ""

        for name, array in zip(names, inputs):
            value = rename(name)
            if name in constant:
                self.initializer(value, array)
                continue
            feed, shape = value + "/feed", (1,) + array.shape
            self.graph.input.append(helper.make_tensor_value_info(feed, TensorProto.FLOAT, shape))
            self.feeds[feed] = array[None]
            self.node("Reshape", [feed, self.initializer(value + "/shape", np.array(array.shape, np.int64))], value)
        if node.op_type in OPTIONAL_OUTPUTS:
            del node.output[1:]
        node.name = case.name
        node.input[:] = map(rename, node.input)
        node.output[:] = map(rename, node.output)
        self.graph.node.append(node)
        for value, array in zip(filter(None, node.output), outputs):
            result, shape = value + "/result", (1,) + array.shape
            source = self.node("Cast", [value], value + "/float", to=TensorProto.FLOAT) if self.constants else value
            shaped = self.node("Reshape", [source, self.initializer(result + "/shape", np.array(shape, np.int64))],
                               result)
            if self.constants:  # an output that is a constant alone would not do
                shaped = self.node("Add", [shaped, "zero"], result + "/sum")
            self.graph.output.append(helper.make_tensor_value_info(shaped, TensorProto.FLOAT, shape))
            self.expected[shaped] = array.astype(np.float32)
        self.size += 1

    def run(self, quantir, workdir):
        """Returns the errors: of the program, or of wrong results."""
        model = helper.make_model(self.graph, ir_version=8, opset_imports=[helper.make_opsetid("", self.opset)])
        (workdir / "model.onnx").write_bytes(model.SerializeToString())
        np.savez(workdir / "inputs.npz", **self.feeds)
        output = workdir / ("outputs.npy" if len(self.expected) == 1 else "outputs.npz")
        done = subprocess.run([quantir, "run", workdir / "model.onnx", "--input", workdir / "inputs.npz", "--output", output],
                              capture_output=True, text=True)
        if done.returncode != 0:
            if done.returncode != 1 or not done.stderr.startswith("error: "):
                return [f"expected an error and the exit code 1, but got {done.returncode}: {done.stderr}"]
            return [done.stderr.strip()]
        results = np.load(output)
        errors = []
        for name, wanted in self.expected.items():
            got = results if len(self.expected) == 1 else results[name]
            if got.shape != (1,) + wanted.shape:
                errors.append(f"{name}: expected dimensions {wanted.shape}, but got {got.shape[1:]}")
            elif not np.allclose(got[0], wanted, rtol=1e-3, atol=1e-5, equal_nan=True):
                errors.append(f"{name}: differs by {np.abs(got[0] - wanted).max()}")
        return errors


def is_unsupported(name, way):
    return any(which in ("both", way) and re.fullmatch(f"test_({pattern})", name) for which, pattern, _ in UNSUPPORTED)


def main(quantir, workdir):
    from onnx.backend.test.case.node import collect_testcases
    workdir = pathlib.Path(workdir)
    workdir.mkdir(parents=True, exist_ok=True)
    guide = (pathlib.Path(__file__).parents[3] / "docs" / "ONNX.md").read_text()
    supported = {word for line in guide.splitlines() if line.startswith("|")
                 for word in re.findall(r"\b[A-Z]\w+", line.split("|")[1])}
    cases = [case for case in collect_testcases(None)
             if case.name not in DIFFERENT and len(case.model.graph.node) == 1 and case.model.graph.node[0].op_type in supported]

    counts, errors = collections.Counter(), []
    for way in "inputs", "constants":
        groups = {}
        for case in cases:
            # Opsets before 9 cannot be imported, but change nothing for these operators.
            opset = max(9, case.model.opset_import[0].version)
            group = Group(opset, way == "constants")
            try:
                group.add(case)
            except Unusable:
                counts["of other types"] += 1
                continue
            if is_unsupported(case.name, way):
                found = group.run(quantir, workdir)
                counts["refused"] += 1
                if not found or not found[0].startswith("error: "):
                    errors.append(f"{case.name} with {way}: expected an error, but got {found or 'none'}")
            else:
                groups.setdefault(opset, Group(opset, way == "constants")).add(case)
        for group in groups.values():
            counts[f"right with {way}"] += group.size
            errors += group.run(quantir, workdir)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    for error in errors:
        print(error)
    return 1 if errors or counts["right with inputs"] < 100 or counts["right with constants"] < 200 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
