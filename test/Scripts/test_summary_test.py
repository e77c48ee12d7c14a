#!/usr/bin/env python3
"""Tests scripts/test-summary.py: nothing may pass that did not run."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "test-summary.py"


def case(name, status="run", inner=""):
    return f'<testcase name="{name}" classname="{name}" status="{status}">{inner}</testcase>'


PASSED = case("ok")
FAILED = case("bad", "fail", '<failure message=""/>')
SKIPPED = case("models", "notrun", '<skipped message="SKIP_RETURN_CODE=4"/>')
NOT_BUILT = case("gone", "notrun", '<skipped message="Unable to find executable"/>')
LIT_PASSED = case("lit")
LIT_FAILED = case("lit", "fail", '<failure message=""/>')
LIT = ('<testsuites><testsuite name="Quantir"><testcase classname="Quantir.NN" name="a.mlir"/>'
       '<testcase classname="Quantir.NN" name="b.mlir"/><testcase classname="Quantir.NN" name="c.mlir">'
       '<skipped message="Missing required feature(s): shared"/></testcase>{}</testsuite></testsuites>')
LIT_FAILURE = '<testcase classname="Quantir.NN" name="d.mlir"><failure>no</failure></testcase>'


class SummaryTest(unittest.TestCase):
    def run_on(self, *suites, lit=None, checks=()):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number, suite in enumerate(suites):
                paths.append(pathlib.Path(folder) / f"ctest{number}.xml")
                if suite is not None:
                    paths[-1].write_text(suite if suite.startswith("!") else f"<testsuite>{suite}</testsuite>")
            lit_path = pathlib.Path(folder) / "lit.xml"
            if lit is not None:
                lit_path.write_text(lit)
            result = subprocess.run([sys.executable, str(SCRIPT), "--lit", str(lit_path),
                                     *(f"--check={check}" for check in checks), *map(str, paths)],
                                    capture_output=True, text=True)
            return result.stdout.splitlines()[-1], result.returncode

    def test_all_pass(self):
        self.assertEqual(("3 passed, 0 failed", 0), self.run_on(PASSED + PASSED, PASSED))

    def test_failure(self):
        self.assertEqual(("1 passed, 1 failed", 1), self.run_on(PASSED + FAILED))

    def test_chosen_skips_do_not_fail(self):
        self.assertEqual(("1 passed, 0 failed, 2 skipped", 0), self.run_on(PASSED + SKIPPED + case("off", "disabled")))

    def test_program_that_is_missing_fails(self):
        self.assertEqual(("1 passed, 1 failed", 1), self.run_on(PASSED + NOT_BUILT))

    def test_lit_tests_are_counted_singly(self):
        self.assertEqual(("3 passed, 0 failed, 1 skipped", 0), self.run_on(PASSED + LIT_PASSED, lit=LIT.format("")))
        self.assertEqual(("3 passed, 1 failed, 1 skipped", 1),
                         self.run_on(PASSED + LIT_FAILED, lit=LIT.format(LIT_FAILURE)))

    def test_lit_that_failed_without_a_failing_test_fails(self):
        self.assertEqual(("3 passed, 1 failed, 1 skipped", 1), self.run_on(PASSED + LIT_FAILED, lit=LIT.format("")))

    def test_lit_without_results_fails(self):
        self.assertEqual(("1 passed, 1 failed", 1), self.run_on(PASSED + LIT_PASSED))
        self.assertEqual(("1 passed, 1 failed", 1), self.run_on(PASSED + LIT_PASSED, lit="<testsuites/>"))

    def test_suite_without_results_fails(self):
        self.assertEqual(("1 passed, 1 failed", 1), self.run_on(PASSED, None))
        self.assertEqual(("1 passed, 1 failed", 1), self.run_on(PASSED, ""))
        self.assertEqual(("1 passed, 1 failed", 1), self.run_on(PASSED, "!<testsuite>"))

    def test_only_skips_fail(self):
        self.assertEqual(("0 passed, 1 failed, 1 skipped", 1), self.run_on(SKIPPED))

    def test_checks_count_but_do_not_stand_for_tests(self):
        self.assertEqual(("2 passed, 0 failed", 0), self.run_on(PASSED, checks=["build=passed"]))
        self.assertEqual(("1 passed, 1 failed", 1), self.run_on(PASSED, checks=["tidy, or so=failed"]))
        self.assertEqual(("1 passed, 1 failed", 1), self.run_on(checks=["build=passed"]))
        self.assertEqual(("1 passed, 1 failed, 1 skipped", 1), self.run_on(SKIPPED, checks=["build=passed"]))


if __name__ == "__main__":
    unittest.main()
