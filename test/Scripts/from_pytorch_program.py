#!/usr/bin/env python3
"""Writes the C++ blocks of docs/FromPyTorch.md as one program: from_pytorch_program.py PAGE OUTPUT

The blocks are parts of one program, as the page says: one of #include lines goes to the top, the others are the body of main, in
their order, so that a later block may use the variables of an earlier one. Compilers name the page's lines. The program works
on files of the current folder (check_from_pytorch.py makes them) and exits 1 unless what the page computes came out.
"""

import pathlib
import re
import sys

BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)

RESULTS = """\
  if (!model || failed(isSet) || failed(result) || !mapping || !status) {
    llvm::errs() << "a block of the page did not give its result: " << status.message() << "\\n";
    return 1;
  }
"""


def main(page, output):
    text = pathlib.Path(page).read_text()
    headers, body = [], []
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1)) + 1
        place = f'#line {line} "{pathlib.Path(page).as_posix()}"\n'
        (headers if block[1].startswith("#include") else body).append(place + block[1])
    if not headers or not body:
        sys.exit(f"{page}: expected C++ blocks, one of them with #include lines")
    pathlib.Path(output).write_text("".join(headers) + "\nint main() {\n" + "".join(body) + RESULTS + "}\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
