#!/usr/bin/env python3
"""Writes normally distributed float32 arrays, the same in each run.

    random-data.py FILE.npz NAME=DIMxDIM...
"""

import sys

import numpy

generator = numpy.random.default_rng(1)
shapes = dict(argument.split("=") for argument in sys.argv[2:])
numpy.savez(sys.argv[1], **{name: generator.standard_normal([int(dim) for dim in dims.split("x")], dtype=numpy.float32)
                            for name, dims in shapes.items()})
