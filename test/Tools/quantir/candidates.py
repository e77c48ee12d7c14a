"""candidates.py PROFILE...: each kernel of a profile that `quantir bench --json --profile` wrote is the first of the op's candidates
that was not declined, and these stand in the order of their prices."""

import json
import sys

for path in sys.argv[1:]:
    with open(path) as file:
        kernels = json.load(file)["kernels"]
    checked = 0
    for kernel in kernels:
        candidates = kernel.get("candidates", [])
        if not candidates:
            assert kernel["implementation"] in ("view", "folded"), kernel
            continue
        chosen = next(candidate for candidate in candidates if not candidate["declined"])
        assert kernel["implementation"].startswith(chosen["implementation"]), kernel
        prices = [candidate["estimated_ms"] for candidate in candidates]
        assert prices == sorted(prices) and min(prices) >= 0, kernel
        checked += kernel["kind"] in ("Conv", "MatMul")
    assert checked > 1, f"{path}: expected several convolutions and products, but got {checked}"
