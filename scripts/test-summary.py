#!/usr/bin/env python3
"""Adds up test results: ctest's JUnit files, with the entry "lit" replaced by the results of the single lit tests.

    test-summary.py --lit LIT.xml [--check NAME=OUTCOME]... CTEST.xml...

A check is a step outside of ctest, such as a build, that passed or failed; each counts as one.
Names what failed and was skipped, and ends with "N passed, M failed" (and ", K skipped"). Results that are missing, cannot
be read or count no test are a failure, so that a suite that never ran does not pass. Exits 1 if anything failed.
"""

import argparse
import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

Result = collections.namedtuple("Result", "suite name outcome detail")
LIT_ENTRY = "lit"


def outcome_of(case):
    """(outcome, detail) of one <testcase> of ctest or lit."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed", ""
    skipped = case.find("skipped")
    if skipped is not None:
        detail = skipped.get("message", "")
        # ctest writes a test whose program it could not start as skipped too; those that chose to skip have this prefix.
        if case.get("status") == "notrun" and not detail.startswith("SKIP_"):
            return "failed", detail or "not run"
        return "skipped", detail
    status = case.get("status", "run")
    return {"run": "passed", "disabled": "skipped"}.get(status, "failed"), "" if status == "run" else status


def read_file(path):
    suite = path.parent.as_posix()
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except FileNotFoundError:
        return [Result(suite, path.name, "failed", "expected test results, but there is no such file")]
    except ElementTree.ParseError as error:
        return [Result(suite, path.name, "failed", f"expected test results, but got: {error}")]
    if not cases:
        return [Result(suite, path.name, "failed", "expected test results, but it has none")]
    return [Result(suite, "/".join(filter(None, [case.get("classname") if case.get("status") is None else None,
                                                 case.get("name")])), *outcome_of(case)) for case in cases]


def collect(ctest_files, lit_file):
    results = []
    for path in ctest_files:
        for result in read_file(path):
            if result.name != LIT_ENTRY:
                results.append(result)
                continue
            lit = read_file(lit_file)
            # A run of lit that failed as a whole counts as one failure more than its tests show.
            if result.outcome == "failed" and all(case.outcome != "failed" for case in lit):
                lit.append(result)
            results += lit
    return results


def check(text):
    name, _, outcome = text.rpartition("=")
    if outcome not in ("passed", "failed"):
        raise argparse.ArgumentTypeError(f"expected NAME=passed or NAME=failed, but got '{text}'")
    return Result("step", name, outcome, "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lit", type=pathlib.Path, required=True, metavar="LIT.xml")
    parser.add_argument("--check", type=check, action="append", default=[], metavar="NAME=OUTCOME")
    parser.add_argument("ctest", type=pathlib.Path, nargs="*", metavar="CTEST.xml")
    arguments = parser.parse_args()
    results = arguments.check + collect(arguments.ctest, arguments.lit)
    for outcome in ("skipped", "failed"):
        for result in results:
            if result.outcome == outcome:
                print(f"{outcome}: {result.suite}: {result.name}{f' ({result.detail})' if result.detail else ''}")
    counts = collections.Counter(result.outcome for result in results)
    if not counts["failed"] and counts["passed"] == len(arguments.check):
        print("failed: no test passed")
        counts["failed"] = 1
    line = f"{counts['passed']} passed, {counts['failed']} failed"
    print(line + (f", {counts['skipped']} skipped" if counts["skipped"] else ""))
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main()
