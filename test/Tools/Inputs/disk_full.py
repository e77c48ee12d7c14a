"""disk_full.py BYTES OUTPUT PROGRAM ARGUMENT...: runs the program where no file may have more than BYTES. It has to exit with 1;
OUTPUT, which is there before, has to stay as it is, alone in its folder. Shows what it wrote to standard error.
"""

import os
import resource
import subprocess
import sys

limit, output, *command = sys.argv[1:]
folder = os.path.dirname(output)
for name in os.listdir(folder):
    os.remove(os.path.join(folder, name))
with open(output, "w") as file:
    file.write("old")
result = subprocess.run(
    command,
    stdout=subprocess.DEVNULL,
    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit))),
    timeout=300,
)
if result.returncode != 1:
    sys.exit(f"expected exit code 1, but got {result.returncode}")
if open(output).read() != "old" or os.listdir(folder) != [os.path.basename(output)]:
    sys.exit(f"{output} has changed, or is not alone: {os.listdir(folder)}")
