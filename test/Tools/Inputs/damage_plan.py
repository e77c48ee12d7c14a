"""damage_plan.py PROGRAM PLAN COPY: runs `PROGRAM inspect` (for qrun: with --inspect) on damaged copies of a plan.

Cuts it at, and flips a bit in, places spread over the whole file, and sets other format versions. Every copy must be
refused with exit code 1 and one message that names the file and says what to do.
"""

import os
import struct
import subprocess
import sys

program, plan, copy = sys.argv[1:]
good = open(plan, "rb").read()
command = [program, copy, "--inspect"] if os.path.basename(program) == "qrun" else [program, "inspect", copy]


def refused(data, what, text=""):
    with open(copy, "wb") as file:
        file.write(data)
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    lines = result.stderr.splitlines()
    if result.returncode != 1 or result.stdout or len(lines) != 1 or not lines[0].startswith("error: ") or text not in lines[0]:
        sys.exit(f"{what}: exit code {result.returncode}, standard error: {result.stderr!r}")
    if os.path.basename(copy) not in lines[0]:
        sys.exit(f"{what}: the message does not name the file: {lines[0]}")


places = sorted({0, 1, 7, 8, 12, 63, 64, len(good) - 1, *range(0, len(good), max(1, len(good) // 40))})
for at in places:
    refused(good[:at], f"cut after {at} bytes")
    flipped = bytearray(good)
    flipped[at] ^= 1 << at % 8
    refused(bytes(flipped), f"bit flipped in byte {at}")
refused(good + b"\0", "a byte more")
for version in (0, 2, 2**32 - 1):
    refused(good[:8] + struct.pack("<I", version) + good[12:], f"version {version}", "version")
