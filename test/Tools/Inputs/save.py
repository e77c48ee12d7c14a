"""save.py FILE EXPRESSION...: evaluates NumPy expressions and saves them.

One expression is saved with numpy.save; several, each NAME=EXPRESSION, with numpy.savez. In an expression, `load` is
numpy.load and `np` is NumPy.
"""

import re
import sys

import numpy as np

path, *expressions = sys.argv[1:]
scope = {"np": np, "load": np.load}
named = [re.fullmatch(r"(\w+)=(?!=)(.*)", text) for text in expressions]
if all(named):
    np.savez(path, **{match[1]: eval(match[2], scope) for match in named})
else:
    np.save(path, eval(expressions[0], scope))
