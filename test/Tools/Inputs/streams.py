"""streams.py CODE SETTING PROGRAM ARGUMENT...: runs the program with standard streams as SETTING says, each of them
"in", "out" or "err" with "-" (closed) or "=FILE": `err- out=/dev/full`, separated by commas. Fails unless it exits with CODE.
Shows what it wrote to standard error if that is left alone.
"""

import os
import subprocess
import sys

numbers = {"in": 0, "out": 1, "err": 2}
code, settings, *command = sys.argv[1:]


def prepare():
    for setting in settings.split(","):
        name = setting.rstrip("-").split("=")[0]
        if setting.endswith("-"):
            os.close(numbers[name])
        else:
            fd = os.open(setting.split("=")[1], os.O_RDWR)
            os.dup2(fd, numbers[name])


result = subprocess.run(command, preexec_fn=prepare, timeout=300)
if result.returncode != int(code):
    sys.exit(f"expected exit code {code}, but got {result.returncode}")
