"""Prints a configuration that was made to take long to read."""

import json
import sys

PATTERNS = {
    "fill": {"pattern": "nn.linear", "name": "{}" * 20000, "for": ["x" * 4000]},
    "many": {"pattern": "nn.linear", "name": "x" * 40000, "for": ["x"] * 1000},
    "operands": {"pattern": "nn.relu(" + ",".join("*" * 20000) + ")"},
    "names": {"pattern": ["nn.relu"] * 100000},
}

print(json.dumps({"backend_config": {"name": "m", "patterns": [PATTERNS[sys.argv[1]]]}}))
