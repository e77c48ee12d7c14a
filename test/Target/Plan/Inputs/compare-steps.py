#!/usr/bin/env python3
"""Checks that arrays of quantized numbers differ by one step at most, and seldom.

    compare-steps.py EXPECTED.npz GOT.npz STEPS

STEPS is a file with lines "// STEP: NAME SCALE", one for each array.
"""

import re
import sys

import numpy

expected, got = numpy.load(sys.argv[1]), numpy.load(sys.argv[2])
steps = re.findall(r"^// STEP: (\w+) (\S+)$", open(sys.argv[3]).read(), re.M)
failed = sorted(expected.files) != sorted(got.files) or sorted(expected.files) != sorted(name for name, _ in steps)
for name, step in steps:
    difference = numpy.rint(numpy.abs(expected[name].astype(numpy.float64) - got[name]) / float(step))
    share = numpy.mean(difference > 0)
    spread = len(numpy.unique(expected[name]))
    if difference.max() > 1 or share > 0.01 or spread < 3:
        print(f"{name}: {difference.max():g} steps apart at most, {share:.2%} of the elements are; {spread} values")
        failed = True
sys.exit(failed)
