"""Prints functions of which each calls the next one twice: as many levels as the argument says."""

import sys

LEVELS = int(sys.argv[1])
TYPE = "(tensor<4xf32>) -> tensor<4xf32>"

for level in range(LEVELS + 1):
    kind = "private " if level else ""
    print(f"func.func {kind}@f{level}(%x: tensor<4xf32>) -> tensor<4xf32> {{")
    if level < LEVELS:
        print(f"  %0 = call @f{level + 1}(%x) : {TYPE}")
        print(f"  %1 = call @f{level + 1}(%0) : {TYPE}")
    else:
        print(f"  %1 = nn.relu %x : {TYPE}")
    print("  return %1 : tensor<4xf32>\n}")
