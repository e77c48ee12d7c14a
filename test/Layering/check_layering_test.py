#!/usr/bin/env python3
"""Tests check_layering.py on small trees, each breaking one rule at a known line."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from check_layering import check_loaded, check_tree  # noqa: E402

# A tree that keeps every rule and comes close to breaking each.
GOOD = {
    "lib/Numerics/QParams.cpp": '#include "quantir/Numerics/QParams.h"\n#include "quantir/Base/Text.h"\n#include <vector>\n',
    "lib/Numerics/CMakeLists.txt": "quantir_add_plain_library(QuantirNumerics QParams.cpp LINK PUBLIC QuantirBase)\n"
                                   "# not linked: MLIR\n",
    "lib/Base/CMakeLists.txt": "quantir_add_plain_library(QuantirBase Text.cpp)\n",
    "include/quantir/Runtime/Session.h": '#include "quantir/Base/Status.h"\n',
    "runtime/session/Session.cpp": '#include "quantir/Runtime/Session.h"\n#include "runtime/kernels/Backend.h"\n'
                                   '#include "quantir/Numerics/QParams.h"\n#include "Session.h"\n',
    "runtime/session/Session.h": "#pragma once\n",
    "runtime/CMakeLists.txt": "add_library(QuantirRuntime session/Session.cpp)\n"
                              "target_link_libraries(QuantirRuntime PUBLIC QuantirNumerics QuantirPlanSchema)\n",
    "runtime/kernels/mine/CMakeLists.txt": "target_link_libraries(QuantirRuntime PRIVATE DNNL::dnnl)\n",
    "include/quantir/dialects/NN/NN.h": '#include "mlir/IR/Dialect.h"\n#include "quantir/Shapes/Shapes.h"\n'
                                        '#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"\n',
    "include/quantir/dialects/NN/NNOps.td": 'include "mlir/IR/OpBase.td"\ninclude "quantir/dialects/NN/NNBase.td"\n',
    "dialects/NN/CMakeLists.txt": "quantir_add_library(QuantirNN NN.cpp LINK QuantirShapes)\n",
    "passes/Prepare/Prepare.cpp": '#include "quantir/passes/Fuse/Passes.h"\n#include "Patterns.h"\n'
                                  '#include "passes/Prepare/Patterns.h"\n',
    "passes/Prepare/Patterns.h": "#pragma once\n",
    "lib/Target/Plan/Export.cpp": '#include "runtime/schema/plan_generated.h"\n#include "quantir/dialects/NN/NN.h"\n',
    "lib/Calibration/Calibrate.cpp": '#include "quantir/Runtime/Session.h"\n#include "mlir/IR/BuiltinOps.h"\n',
    "docs/Page.md": "See https://example.org/home/page and ./tmp/x, or /usr/lib/llvm-22.\n",
    "lib/Vocabulary/ObjectTypes.cpp": '#include "quantir/dialects/NN/AttrNames.h"\n',
    "scripts/__pycache__/records.pyc": "/".join(["", "home", "me", "records.py"]),
    "build/lib/Generated.h": '#include "llvm/ADT/StringRef.h"\n',
}


class LayeringTest(unittest.TestCase):
    def check(self, extra):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {**GOOD, **extra}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return list(check_tree(root))

    def expect(self, name, text, line, what):
        violations = self.check({name: text})
        self.assertEqual([(name, line)], [violation[:2] for violation in violations], violations)
        self.assertIn(what, violations[0][2])

    def test_good_tree(self):
        self.assertEqual([], self.check({}))

    def test_runtime_includes_llvm(self):
        self.expect("runtime/plan/Plan.cpp", '#include <vector>\n#include "llvm/ADT/StringRef.h"\n', 2, "'llvm'")

    def test_runtime_header_includes_mlir(self):
        self.expect("include/quantir/Runtime/Plan.h", "#  include <mlir-c/IR.h>\n", 1, "'runtime interface' must not include 'llvm'")

    def test_runtime_includes_dialect(self):
        self.expect("runtime/plan/Plan.cpp", '#include "quantir/dialects/NN/NN.h"\n', 1, "'nn'")

    def test_numerics_includes_mlir(self):
        self.expect("lib/Numerics/Observer.cpp", '\n\n#include "mlir/IR/Types.h"\n', 3, "'numerics' must not include 'llvm'")

    def test_numerics_includes_runtime(self):
        self.expect("lib/Numerics/Observer.cpp", '#include "quantir/Runtime/Tensor.h"\n', 1, "'runtime interface'")

    def test_qrun_includes_mlir(self):
        self.expect("tools/qrun/qrun.cpp", '#include "mlir/IR/MLIRContext.h"\n', 1, "'llvm'")

    def test_vocabulary_includes_more_than_the_names_of_attributes(self):
        self.expect("lib/Vocabulary/More.cpp", '#include "quantir/dialects/NN/NN.h"\n', 1, "'vocabulary' must not include 'nn'")

    def test_dialect_includes_pass(self):
        self.expect("dialects/NN/NNOps.cpp", '#include "quantir/passes/Fuse/Passes.h"\n', 1, "'passes/Fuse'")

    def test_dialect_td_includes_pass(self):
        self.expect("include/quantir/dialects/NN/More.td", 'include "quantir/passes/Fuse/Passes.td"\n', 1, "'passes/Fuse'")

    def test_dialect_includes_library(self):
        self.expect("dialects/NN/NNOps.cpp", '#include "quantir/Config/Json.h"\n', 1, "'config'")

    def test_dialect_includes_runtime_by_relative_path(self):
        self.expect("dialects/NN/NNOps.cpp", '#include "../../runtime/session/Backend.h"\n', 1, "'session'")

    def test_pass_includes_inner_header_of_another(self):
        self.expect("passes/Convert/Convert.cpp", '#include "quantir/passes/Fuse/Patterns.h"\n', 1, "Passes.h")

    def test_pass_includes_inner_header_by_relative_path(self):
        self.expect("passes/Convert/Convert.cpp", '#include "../Fuse/Patterns.h"\n', 1, "Passes.h")

    def test_pass_includes_runtime(self):
        self.expect("passes/Lower/Lower.cpp", '#include "quantir/Runtime/Session.h"\n', 1, "'runtime interface'")

    def test_export_includes_session(self):
        self.expect("lib/Target/Plan/More.cpp", '#include "quantir/Runtime/Session.h"\n', 1, "'runtime interface'")

    def test_library_reaches_runtime_through_calibration(self):
        self.expect("lib/Pipeline/Pipeline.cpp", '#include "quantir/Calibration/Calibrate.h"\n', 1, "'calibration'")

    def test_runtime_includes_the_compilers_public_header(self):
        self.expect("runtime/plan/Plan.cpp", '#include "quantir/Compiler.h"\n', 1, "'drivers'")

    def test_numerics_includes_what_stands_on_it(self):
        self.expect("lib/Numerics/Observer.cpp", '#include "quantir/Serialization/ObserverJson.h"\n', 1, "'serialization'")

    def test_session_and_plan_in_a_circle(self):
        self.expect("runtime/plan/Plan.cpp", '#include "runtime/session/Arena.h"\n', 1, "'plan' must not include 'session'")

    def test_folder_without_a_room(self):
        self.expect("lib/New/New.cpp", "int x;\n", 1, "ROOMS")

    def test_phase_includes_a_later_one(self):
        self.expect("passes/Fuse/Fuse.cpp", '#include "quantir/passes/Prepare/Passes.h"\n', 1, "'passes/Prepare'")

    def test_dialect_links_runtime(self):
        self.expect("dialects/Kernel/CMakeLists.txt", "quantir_add_library(QuantirKernel\n  Kernel.cpp\n"
                    "  LINK QuantirRuntime)\n", 3, "must not link 'session'")

    def test_plain_library_links_mlir(self):
        self.expect("lib/Shapes/CMakeLists.txt", "quantir_add_plain_library(QuantirShapes\n  Shapes.cpp\n"
                    "  LINK PUBLIC QuantirBase MLIRIR)\n", 3, "must not link 'llvm'")

    def test_plain_library_links_what_stands_on_it(self):
        self.expect("lib/Base/More/CMakeLists.txt", "quantir_add_plain_library(More More.cpp LINK PUBLIC QuantirNumerics)\n", 1,
                    "must not link 'numerics'")

    def test_runtime_links_mlir(self):
        self.expect("runtime/data/CMakeLists.txt", "add_library(Data Npy.cpp)\n"
                    "target_link_libraries(Data PRIVATE MLIRSupport)\n", 2, "must not link 'llvm'")

    def test_number_of_the_locale(self):
        self.expect("lib/Numerics/Text.cpp", "// strtod asks the locale\nfloat x = std::stof(text);\n", 2, "std::from_chars")

    def test_machine_path(self):
        self.expect("docs/More.md", "fine\nrun " + "/".join(["", "home", "me", "x"]) + "\n", 2, "absolute path")

    def test_program_loads_llvm(self):
        self.assertEqual([], list(check_loaded("\tlibdnnl.so.3 => /lib/libdnnl.so.3 (0x0)\n\tlibc.so.6 => /lib/libc.so.6\n")))
        found = list(check_loaded("\tlibc.so.6 => /lib/libc.so.6 (0x0)\n\tlibMLIR.so.22 => /lib/libMLIR.so.22 (0x0)\n"))
        self.assertEqual([(2, "expected a program without LLVM, but it loads libMLIR.so.22")], found)

    def test_empty_tree_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(__file__).resolve().parent / "check_layering.py"
            result = subprocess.run([sys.executable, str(script), folder], capture_output=True, text=True)
            self.assertEqual(1, result.returncode)
            self.assertIn("found none", result.stderr)


if __name__ == "__main__":
    unittest.main()
