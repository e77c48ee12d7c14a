#!/usr/bin/env python3
"""Tests cmake/QuantirRequirements.cmake and the choice of the linker: what is missing is found by the configure step.

    requirements_test.py CMAKE CXX-COMPILER
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CMAKE, COMPILER = sys.argv.pop(1), sys.argv.pop(1)

# What includes Quantir's settings as its own CMakeLists.txt does.
PROJECT = f"""
cmake_minimum_required(VERSION 3.25)
project(Trial LANGUAGES CXX)
list(PREPEND CMAKE_MODULE_PATH {ROOT}/cmake)
include(QuantirOptions)
include(QuantirRequirements)
COMMANDS
quantir_check_requirements()
get_property(options DIRECTORY PROPERTY LINK_OPTIONS)
message("linked with: '${{options}}'")
"""


class RequirementsTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def program(self, name, text):
        """A folder with a program of this name."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text("#!/bin/sh\n" + text)
        (folder / name).chmod(0o755)
        return folder

    def configure(self, commands, *arguments, path=""):
        (self.folder / "CMakeLists.txt").write_text(PROJECT.replace("COMMANDS", commands))
        environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]}
        result = subprocess.run(
            [CMAKE, "-G", "Ninja", "-S", self.folder, "-B", self.folder / "build", f"-DCMAKE_CXX_COMPILER={COMPILER}", *arguments],
            env=environment, capture_output=True, text=True)
        return result.returncode, " ".join((result.stdout + result.stderr).split())

    def test_all_that_is_missing_is_named_at_once(self):
        code, output = self.configure("quantir_find_package(libfirst-dev First 2.1 CONFIG)\n"
                                      "quantir_find_program(SECOND second-tools no-such-program)\n"
                                      "quantir_find_python(PYTHON no_such_module)")
        self.assertNotEqual(0, code)
        for text in ("the library First 2.1 (Debian: libfirst-dev)",
                     "the program no-such-program (Debian: second-tools)",
                     "a python3 that can import no_such_module",
                     "(Debian: python3-no_such_module)",
                     "scripts/install-deps.sh"):
            self.assertIn(text, output)

    def test_a_python_without_the_modules_is_passed_over(self):
        first = self.program("python3", "exit 1\n")
        code, output = self.configure("quantir_find_python(PYTHON json)\nmessage(\"chosen: ${PYTHON}\")", path=str(first))
        self.assertEqual(0, code, output)
        self.assertIn("chosen: /", output)
        self.assertNotIn(f"chosen: {first}", output)

    def test_a_python_that_was_asked_for_is_not_replaced(self):
        first = self.program("python3", "exit 1\n")
        code, output = self.configure("quantir_find_python(PYTHON json)", f"-DPYTHON={first}/python3")
        self.assertNotEqual(0, code)
        self.assertIn(f"a python3 that can import json, among {first}/python3", output)

    def test_a_linker_that_fails_is_not_used(self):
        broken = self.program("ld.lld", "exit 1\n") / "ld.lld"
        code, output = self.configure("", f"-DQUANTIR_LLD={broken}")
        self.assertEqual(0, code, output)
        self.assertIn("linked with: ''", output)
        code, output = self.configure("", f"-DQUANTIR_LLD={broken}", "-DQUANTIR_LINKER=lld")
        self.assertNotEqual(0, code)
        self.assertIn("expected an lld that", output)

    def test_the_linker_has_the_name_that_the_compiler_looks_for(self):
        code, output = self.configure("message(\"lld: ${QUANTIR_LLD}\")")
        self.assertEqual(0, code, output)
        if "lld: QUANTIR_LLD-NOTFOUND" not in output:
            self.assertRegex(output, r"linked with: '-fuse-ld=lld;-B(/\S+)'")
            folder = output.split(";-B")[1].split("'")[0]
            self.assertTrue((pathlib.Path(folder) / "ld.lld").exists())


if __name__ == "__main__":
    unittest.main()
