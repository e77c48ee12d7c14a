#!/usr/bin/env python3
"""Exits 1 unless two MLIR files are the same but for the names of their resources: same_module.py FILE FILE"""

import re
import sys


def contents(path):
    """The text with each resource's name replaced by what it holds."""
    with open(path) as file:
        body, _, resources = file.read().partition("{-#")
    held = dict(re.findall(r'^ *"?([\w.$-]+)"?: ("0x[0-9A-F]*")', resources, re.MULTILINE))
    return re.sub(r'dense_resource<"?([^">]*)"?>', lambda name: held[name[1]], body)


if contents(sys.argv[1]) != contents(sys.argv[2]):
    sys.exit(f"{sys.argv[1]} and {sys.argv[2]} differ")
