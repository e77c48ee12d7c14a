"""expect.py FILE EXPRESSION: fails unless the expression is true; `x` is the loaded array, or the .npz by name."""

import sys

import numpy as np

path, expression = sys.argv[1:]
x = np.load(path)
if not eval(expression, {"np": np, "load": np.load, "x": x}):
    shapes = {name: x[name].shape for name in x.files} if path.endswith(".npz") else (x.shape, x.dtype)
    sys.exit(f"{path}: not true: {expression}; it holds {shapes}")
