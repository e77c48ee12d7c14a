#!/usr/bin/env python3
"""Tests that scripts/generate-ops.py says what is wrong in the record of an op: in a copy of the definitions, with one change."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPS = "include/quantir/dialects/NN/"


class GenerateOpsTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        for name in ("scripts/generate-ops.py", "scripts/records.py",
                     *(path.relative_to(ROOT).as_posix() for path in (ROOT / "include").rglob("*.td"))):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.root / name)

    def edit(self, name, old, new):
        path = self.root / OPS / name
        text = path.read_text()
        self.assertEqual(1, text.count(old), f"{old} in {name}")
        path.write_text(text.replace(old, new))

    def generate(self):
        return subprocess.run([sys.executable, self.root / "scripts/generate-ops.py"], capture_output=True, text=True, check=False)

    def expect(self, message):
        """That it says this, and writes nothing."""
        result = self.generate()
        self.assertEqual((1, "", f"generate-ops: {message}\n"), (result.returncode, result.stdout, result.stderr))
        self.assertEqual([], list(self.root.rglob("*.inc")))

    def test_no_change(self):
        result = self.generate()
        self.assertEqual((0, "", ""), (result.returncode, result.stdout, result.stderr))
        written = [path.relative_to(self.root) for path in self.root.rglob("*.inc")]
        self.assertEqual(4, len(written))
        for path in written:
            self.assertEqual((ROOT / path).read_text(), (self.root / path).read_text(), path)

    def test_attribute_that_the_kernel_does_not_get(self):
        self.edit("NNElementwiseOps.td", '  let kernelFields = ["alpha = $negative_slope"];\n', "")
        self.expect("nn.leaky_relu: kernel.unary does not get negative_slope; expected it in kernelFields or saidByType")

    def test_operand_that_the_kernel_does_not_get(self):
        self.edit("NNConvOps.td", "Optional<NN_Tensor>:$bias", "Optional<NN_Tensor>:$shift")
        self.expect("nn.conv: kernel.conv does not get shift; expected it in kernelFields or saidByType")

    def test_said_by_the_type_but_given(self):
        self.edit("NNResampleOps.td", 'let saidByType = ["sizes"];', 'let saidByType = ["sizes", "scales", "size"];')
        self.expect("nn.interpolate: saidByType: expected arguments that kernel.resample does not get, but got scales, size")

    def test_said_by_the_type_without_a_kernel(self):
        self.edit("NNShapeOps.td", '  let kernel = "expand";\n', "")
        self.expect("nn.expand: saidByType without a kernel")

    def test_cases_of_other_numbers(self):
        self.edit("NNSequenceOps.td", "BagModes>;", 'EnumCases<[I32EnumAttrCase<"Sum", 0, "sum">, '
                  'I32EnumAttrCase<"Max", 1, "max">, I32EnumAttrCase<"Mean", 2, "mean">]>>;')
        self.expect("nn.embedding_bag: mode: expected the cases of kernel.embedding_bag, sum (Sum = 0), mean (Mean = 1), "
                    "max (Max = 2), but got sum (Sum = 0), max (Max = 1), mean (Mean = 2)")

    def test_function_that_the_kernel_does_not_have(self):
        self.edit("NNElementwiseOps.td", 'NN_UnaryOp<"tanh",', 'NN_UnaryOp<"tan",')
        self.expect("nn.tan: kernel.unary has no kind 'tan'; expected one of relu, clamp, leaky_relu, sigmoid, tanh, hardsigmoid, "
                    "hardswish, elu, gelu, gelu_tanh, erf, sqrt, pow, or kernelFields")

    def test_field_that_is_no_pair(self):
        self.edit("NNElementwiseOps.td", '"beta = $max"', '"beta=$max"')
        self.expect("nn.clamp: kernelFields: expected 'ARGUMENT = VALUE', but got 'beta=$max'")

    def test_field_that_is_there_twice(self):
        self.edit("NNElementwiseOps.td", '"beta = $max"', '"alpha = $max"')
        self.expect("nn.clamp: kernelFields: 'alpha' is there twice")

    def test_field_of_no_argument(self):
        self.edit("NNElementwiseOps.td", '"beta = $max"', '"beta = $most"')
        self.expect("nn.clamp: kernelFields: expected an argument of the op behind $, but got 'most'")

    def test_kernel_that_does_not_exist(self):
        self.edit("NNShapeOps.td", 'let kernel = "expand";', 'let kernel = "extend";')
        self.expect("nn.expand: expected the mnemonic of a kernel, but got 'extend'")


if __name__ == "__main__":
    unittest.main()
