#!/usr/bin/env python3
"""Tests scripts/new.py in a copy of the tree: new_test.py --root ROOT [--build BUILD] [unittest's arguments]

It begins one of each kind, and checks that nothing was half done, that what checks the tree accepts it, that the new tests fail
and say what to write, and that docs/Adding*.md show what it prints and writes. With --build, a configured and built folder, it
also runs TableGen and flatc on what they read and compiles the new sources, without writing objects.

In a page, the block behind <!-- scripts/new.py ARGUMENTS prints --> is the whole output, and the one behind
<!-- scripts/new.py ARGUMENTS writes FILE --> is a part of that file.
"""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

LLVM = pathlib.Path("/usr/lib/llvm-22")
BLOCK = re.compile(r"<!-- scripts/new\.py (.*?) (?:prints|writes (\S+)) -->\n```[\w+]*\n(.*?)```\n", re.S)
COMMANDS = {
    "op": "op softsign",
    "kernel": "kernel TestThing --group norm",
    "pass": "pass ShrinkThings --phase Configure",
    "backend": "backend some_device",
}
PLACEHOLDER = re.compile(r"@(?:Name|name|nameCamel|dash-name|NAME|FLAT|words|Words|RULE|id|td|rules|reference|cases|phase)@")
arguments = None


def tool(name):
    """A program of LLVM 22."""
    path = LLVM / "bin" / name
    return str(path) if path.exists() else shutil.which(f"{name}-22") or shutil.which(name)


def copy_tree(target):
    root = arguments.root
    if (root / ".git").exists():
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                capture_output=True, text=True, check=True).stdout
        names = [name for name in listed.split("\0") if name and (root / name).is_file()]
    else:
        names = [path.relative_to(root).as_posix() for path in root.rglob("*")
                 if path.is_file() and not path.relative_to(root).parts[0].startswith("build") and "__pycache__" not in path.parts]
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target / name)


class Tree:
    """A copy of the tree."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        copy_tree(self.root)

    def files(self):
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.root.rglob("*")
                if path.is_file() and "__pycache__" not in path.parts}

    def stamps(self):
        """Changes when a file does."""
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in self.root.rglob("*")
                if path.is_file() and "__pycache__" not in path.parts}

    def run(self, *command):
        return subprocess.run([str(word) for word in command], cwd=self.root, capture_output=True, text=True, check=False)

    def new(self, text, *more):
        return self.run(sys.executable, "scripts/new.py", *shlex.split(text), *more)

    def read(self, path):
        return (self.root / path).read_text()


unittest.TestCase.maxDiff = None


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = Tree()
        cls.before = cls.tree.stamps()

    @classmethod
    def tearDownClass(cls):
        cls.tree.folder.cleanup()

    def expect(self, command, message):
        result = self.tree.new(command)
        self.assertNotEqual(0, result.returncode)
        self.assertIn(message, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertEqual(self.before, self.tree.stamps())

    def test_names(self):
        for name in ("Softsign", "soft-sign", "_x", "2d", "x__y", "../x"):
            for kind in ("op", "backend"):
                self.expect(f"{kind} {name}", f"expected a name of lower case words joined by '_', such as pixel_shuffle, "
                            f"but got '{name}'")
        for name in ("softsign", "Soft_Sign", "Soft-Sign", "../X"):
            self.expect(f"kernel {name}", f"expected a name of capitalized words, such as PixelShuffle, but got '{name}'")

        for command, added in (("op softsign_op", "_op"), ("kernel TestOp", "Op"), ("backend some_backend", "_backend"),
                               ("pass ShrinkPass --phase Fuse", "Pass")):
            self.expect(command, f"expected a name without '{added}', which is added, but got '{command.split()[1]}'")

    def test_taken(self):
        for command, file in {"op relu": "dialects/NN/NNElementwiseOps.td", "op avg_pool": "dialects/NN/NNPoolOps.td",
                              "kernel Conv": "Kernel/KernelWeightedOps.td",
                              "pass CancelRedundantCasts --phase Fuse": "include/quantir/passes/Convert/Passes.td",
                              "backend onednn": "runtime/kernels/Backends.h"}.items():
            self.expect(command, f"expected a new name, but '{command.split()[1]}' is in ")
            self.assertIn(file, self.tree.new(command).stderr)

    def test_options(self):
        self.expect("pass ShrinkThings", "--phase")
        self.expect("pass ShrinkThings --phase Nowhere", "invalid choice: 'Nowhere'")
        self.expect("kernel TestThing --group nothing", "invalid choice: 'nothing'")
        self.expect("dialect x", "invalid choice: 'dialect'")

    def test_dry_run_writes_nothing(self):
        for command in COMMANDS.values():
            result = self.tree.new(command, "--dry-run")
            self.assertEqual((0, ""), (result.returncode, result.stderr))
            self.assertEqual(self.before, self.tree.stamps())

    def test_every_phase_and_group(self):
        for phase in sorted(path.parent.name for path in self.tree.root.glob("include/quantir/passes/*/Passes.td")):
            self.assertEqual(0, self.tree.new(f"pass ShrinkThings --phase {phase}", "--dry-run").returncode)
        for group in ("elementwise", "norm", "pool", "sequence", "shape"):
            self.assertEqual(0, self.tree.new(f"kernel TestThing --group {group}", "--dry-run").returncode)

    def test_file_in_the_way(self):
        path = self.tree.root / "test/Dialect/NN/softsign.mlir"
        path.write_text("mine\n")
        try:
            result = self.tree.new("op softsign")
            self.assertIn("expected to write test/Dialect/NN/softsign.mlir, but it exists already", result.stderr)
            self.assertEqual("mine\n", path.read_text())
        finally:
            path.unlink()
        self.assertEqual(self.before, self.tree.stamps())

    def test_place_that_is_gone(self):
        """Each place of each recipe: without it nothing is written."""
        for command, file, place in (
                ("op softsign", "include/quantir/dialects/NN/NNElementwiseOps.td", "// Arithmetic"),
                ("op softsign", "test/Unit/NN/QuantizableTests.cpp", ')mlir";'),
                ("kernel TestThing --group norm", "test/Conformance/ConformanceTests.cpp", "every kind of op has cases"),
                ("pass ShrinkThings --phase Configure", "passes/Configure/CMakeLists.txt", "quantir_add_library"),
                ("backend some_device", "runtime/kernels/Backends.cpp", "return table;")):
            path = self.tree.root / file
            text = path.read_text()
            self.assertIn(place, text)
            path.write_text(text.replace(place, "gone"))
            try:
                before = self.tree.stamps()
                result = self.tree.new(command)
                self.assertEqual(1, result.returncode)
                self.assertRegex(result.stderr, f"(?s)^new: expected '.*{re.escape(place)}.*' once in {file}, but found it 0 times")
                self.assertEqual(before, self.tree.stamps())
            finally:
                path.write_text(text)
                os.utime(path, ns=(self.before[path][0],) * 2)


class Replay(unittest.TestCase):
    """One of each kind, one after the other, in one tree."""

    @classmethod
    def setUpClass(cls):
        cls.tree = Tree()
        cls.before = cls.tree.files()
        cls.outputs, cls.changes = {}, {}
        for kind, command in COMMANDS.items():
            before = cls.tree.files()
            dry = cls.tree.new(command, "--dry-run")
            result = cls.tree.new(command)
            if result.returncode or result.stderr or dry.stdout != result.stdout:
                raise AssertionError(f"new.py {command}: {result.returncode}\n{dry.stdout}\n{result.stdout}{result.stderr}")
            after = cls.tree.files()
            cls.outputs[kind] = result.stdout
            cls.changes[kind] = {path for path in after if before.get(path) != after[path]}
        cls.after = cls.tree.files()

    @classmethod
    def tearDownClass(cls):
        cls.tree.folder.cleanup()

    def sources(self):
        """The C++ files that are new or changed."""
        return sorted(path for paths in self.changes.values() for path in paths
                      if path.endswith((".cpp", ".h")) and "/generated/" not in path)

    def test_lists_what_it_did(self):
        generated = re.compile(r"docs/generated/.*|.*/generated/.*|docs/PlanFormat\.md")
        for kind, output in self.outputs.items():
            listed = set(re.findall(r"^  ([\w./-]+/[\w.-]+)  ", output, re.M))
            self.assertEqual(listed, {path for path in self.changes[kind] if not generated.fullmatch(path)})
            self.assertRegex(output, r"\nNext:\n  1\. ")
        self.assertEqual(set(self.before), set(self.before) & set(self.after))

    def test_twice_is_refused(self):
        for command in COMMANDS.values():
            self.assertIn("expected a new name", self.tree.new(command).stderr)
        self.assertEqual(self.after, self.tree.files())

    def test_no_placeholder_is_left(self):
        for path in set().union(*self.changes.values()):
            self.assertIsNone(PLACEHOLDER.search(self.tree.read(path)), path)

    def test_steps_name_what_exists(self):
        for output in self.outputs.values():
            names = re.findall(r"(?<![\w/])(?:lib|dialects|passes|runtime|test|docs|scripts|cmake)/[\w./-]*\w", output)
            self.assertGreater(len(names), 5)
            for name in names:
                self.assertTrue((self.tree.root / name).exists(), name)

    def test_checks_of_the_tree(self):
        for command in (["test/Layering/check_layering.py", "."], ["test/Scripts/check_links.py", "."],
                        ["test/Layering/check_layering_test.py"], ["scripts/generate-kernels.py", "--check"],
                        ["scripts/generate-ops.py", "--check"]):
            result = self.tree.run(sys.executable, *command)
            self.assertEqual(0, result.returncode, result.stdout + result.stderr)
        result = self.tree.run("scripts/generate-docs.sh", "--check")
        self.assertEqual(0, result.returncode, result.stdout + result.stderr)

    def test_generated_files_know_it(self):
        for path, text in {"docs/generated/NNDialect.md": "nn.softsign", "docs/generated/KernelDialect.md": "kernel.test_thing",
                           "docs/generated/ConfigurePasses.md": "-quantir-shrink-things",
                           "include/quantir/KernelRules/generated/KernelList.h": "X(TestThing)",
                           "runtime/schema/generated/kernels.fbs": "table TestThing {}"}.items():
            self.assertIn(text, self.tree.read(path))

    def test_numbers_are_next(self):
        number = re.compile(r"PlanKernel<(\d+)")
        def numbers(files):
            return sorted(int(found) for path, text in files.items() if path.startswith("include/quantir/dialects/Kernel/")
                          for found in number.findall(text.decode()))
        old = numbers(self.before)
        self.assertEqual(old + [old[-1] + 1], numbers(self.after))

    def test_format(self):
        clang_format = tool("clang-format")
        if not clang_format:
            self.skipTest("no clang-format")
        result = self.tree.run(clang_format, "--dry-run", "-Werror", *self.sources())
        self.assertEqual("", result.stderr)

    def filecheck(self, test, text, *more):
        return subprocess.run([tool("FileCheck"), str(self.tree.root / test), "--enable-var-scope", *more], input=text,
                              capture_output=True, text=True, check=False)

    def test_failing_case_of_an_op(self):
        test = "test/Passes/Lower/quantir-lower-softsign.mlir"
        message = "write a pattern for nn.softsign in passes/Lower, and instead of this line the kernel that it makes"
        # Lowering fails and prints nothing; and if it left the op, it would print the module.
        for text in ("", re.sub(r"//.*\n", "", self.tree.read(test))):
            result = self.filecheck(test, text, "--allow-empty")
            self.assertEqual(1, result.returncode)
            self.assertIn(message, result.stderr)
        # What the author then writes passes.
        path = self.tree.root / test
        path.write_text(path.read_text().replace(message, "kernel.unary softsign"))
        self.assertEqual(0, self.filecheck(test, "  %0 = kernel.unary softsign %arg0\n").returncode)
        path.write_bytes(self.after[test])

    def test_failing_case_of_a_pass(self):
        test = "test/Passes/Configure/quantir-shrink-things.mlir"
        message = "write in @changed what quantir-shrink-things changes"
        text = re.sub(r"//.*\n", "", self.tree.read(test)).replace("%x", "%arg0")
        result = self.filecheck(test, text)
        self.assertEqual(1, result.returncode)
        self.assertIn(message, result.stderr)
        # It is the only thing that fails.
        path = self.tree.root / test
        path.write_text("".join(line for line in path.read_text().splitlines(True) if message not in line))
        result = self.filecheck(test, text)
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        path.write_bytes(self.after[test])

    def test_failing_case_of_a_kernel(self):
        path = "lib/KernelRules/NormRules.cpp"
        text = re.sub(r'"\s*"', "", self.tree.read(path))
        body = re.search(r"checkShapes\(const TestThingOptions [^{]*{(.*?)\n}", text, re.S)[1]
        self.assertEqual(" ".join(body.split()), f'return "expected checkShapes of TestThing, but got none: write it in {path}";')
        self.assertIn('QUANTIR_CONFORMANCE("test thing", TestThing, "", testThingCase)\n\nTEST_CASE(',
                      self.tree.read("test/Conformance/ConformanceTests.cpp"))

    def test_failing_case_of_a_backend(self):
        text = self.tree.read("test/Unit/SomeDevice/BackendTests.cpp")
        self.assertIn('INFO("write a Kernels::create in runtime/kernels/some_device, and declare it in Kernels.h");\n'
                      "  CHECK(countKinds<some_device::Kernels>() > 0);", text)
        self.assertEqual({"name": "some_device", "base": "native"},
                         json.loads(self.tree.read("lib/Config/backends/some_device.json")))


class Pages(unittest.TestCase):
    def test_pages_show_what_it_prints(self):
        kinds, count = set(), 0
        for page in sorted((arguments.root / "docs").glob("Adding*.md")):
            text = page.read_text()
            blocks = BLOCK.findall(text)
            self.assertEqual(text.count("<!-- scripts/new.py"), len(blocks), page.name)
            trees = {}
            for command, file, shown in blocks:
                with self.subTest(page=page.name, command=command, file=file):
                    count += 1
                    kinds.add(command.split()[0])
                    if command not in trees:
                        trees[command] = Tree()
                        trees[command].output = trees[command].new(command)
                    tree = trees[command]
                    self.assertEqual((0, ""), (tree.output.returncode, tree.output.stderr))
                    if file:
                        self.assertIn(shown, tree.read(file))
                    else:
                        self.assertEqual(tree.output.stdout, shown)
            for tree in trees.values():
                tree.folder.cleanup()
        self.assertEqual(set(COMMANDS), kinds)
        self.assertGreaterEqual(count, 6)


class Compile(unittest.TestCase):
    """The new sources compile: with headers made of the new definitions, and the build's for the rest."""

    @classmethod
    def setUpClass(cls):
        if not arguments.build:
            raise unittest.SkipTest("no --build")
        cls.tree = Tree()
        for command in COMMANDS.values():
            result = cls.tree.new(command)
            if result.returncode:
                raise AssertionError(result.stdout + result.stderr)
        cls.made = cls.tree.root / "build-made"
        with open(arguments.build / "compile_commands.json", encoding="utf-8") as file:
            cls.commands = {entry["file"]: entry for entry in json.load(file)}
        for folder in ("dialects/NN", "dialects/Kernel", "passes/Configure"):
            cls.tablegen(folder)
        flatc = re.search(r"^FLATC_EXECUTABLE:\w+=(.*)$", (arguments.build / "CMakeCache.txt").read_text(), re.M)[1]
        cls.make(flatc, "--cpp", "--cpp-std", "c++17", "--scoped-enums", "--gen-object-api", "--include-prefix", "runtime/schema",
                 "-o", cls.made / "runtime/schema", "runtime/schema/plan.fbs", "runtime/schema/generated/kernels.fbs")

    @classmethod
    def tearDownClass(cls):
        cls.tree.folder.cleanup()

    @classmethod
    def make(cls, *command):
        result = cls.tree.run(*command)
        if result.returncode or result.stderr:
            raise AssertionError(f"{' '.join(map(str, command))}: {result.stderr}")

    @classmethod
    def tablegen(cls, folder):
        """What quantir_tablegen in the folder's CMakeLists.txt makes."""
        calls = re.findall(r"quantir_tablegen\(\s*\w+\s+(\S+)([^)]*)\)", cls.tree.read(f"{folder}/CMakeLists.txt"))
        if not calls:
            raise AssertionError(f"expected quantir_tablegen in {folder}/CMakeLists.txt")
        for td, options in calls:
            words = options.split()
            while words:
                generator, output = words[:2]
                words = words[2:]
                more = [words.pop(0)] if words and not words[0].startswith("-gen-") else []
                target = cls.made / "quantir" / folder / output
                target.parent.mkdir(parents=True, exist_ok=True)
                cls.make(tool("mlir-tblgen"), generator, *more, "-Iinclude", f"-I{LLVM / 'include'}",
                         f"include/quantir/{folder}/{td}", "-o", target)

    def compile(self, source, like, *more):
        """Compiles a file of the copy with the options that the build has for `like`."""
        entry = self.commands[str(arguments.root / like)]
        words = shlex.split(entry["command"])
        while not re.search(r"\+\+(-\d+)?$", words[0]):
            words.pop(0)
        options = [words[0], f"-I{self.made}"]
        words = words[1:]
        while words:
            word = words.pop(0)
            if word in ("-o", "-c"):
                words.pop(0)
            elif word == f"-I{arguments.root}" or word.startswith(f"-I{arguments.root}/include"):
                options.append(word.replace(str(arguments.root), str(self.tree.root), 1))
            else:
                options.append(word)
        result = subprocess.run([*options, *more, "-fsyntax-only", str(self.tree.root / source)], cwd=entry["directory"],
                                capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (result.returncode, result.stderr), source)

    def test_op(self):
        self.compile("dialects/NN/NNOps.cpp", "dialects/NN/NNOps.cpp")
        self.compile("test/Unit/NN/QuantizableTests.cpp", "test/Unit/NN/QuantizableTests.cpp")

    def test_kernel(self):
        for source in ("dialects/Kernel/KernelRules.cpp", "lib/Target/Plan/ExportOps.cpp", "lib/KernelRules/NormRules.cpp",
                       "runtime/schema/generated/KernelTables.cpp", "runtime/plan/ValidateOps.cpp",
                       "runtime/kernels/reference/Norm.cpp", "runtime/kernels/reference/Backend.cpp",
                       "test/Conformance/NormCases.cpp", "test/Conformance/ConformanceTests.cpp"):
            self.compile(source, source)

    def test_pass(self):
        self.compile("passes/Configure/ShrinkThings.cpp", "passes/Configure/SetConfig.cpp")

    def test_backend(self):
        like = "runtime/kernels/Backends.cpp"
        for source in (like, "runtime/kernels/some_device/Backend.cpp"):
            self.compile(source, like, "-DQUANTIR_HAS_SOME_DEVICE=1")
        # Its test fails as it is, and not once there is a kernel.
        more = self.tree.root / "test/Unit/SomeDevice/CountTests.cpp"
        more.write_text('#include "BackendTests.cpp"\n'
                        "struct One { static int create(const ConvOptions &, const KernelSpec &); };\n"
                        "static_assert(countKinds<some_device::Kernels>() == 0);\nstatic_assert(countKinds<One>() == 1);\n")
        self.compile("test/Unit/SomeDevice/CountTests.cpp", "test/Conformance/ConformanceTests.cpp", "-DQUANTIR_HAS_SOME_DEVICE=1")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--build", type=lambda text: pathlib.Path(text).resolve())
    arguments, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
