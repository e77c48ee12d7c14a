"""exit_code.py CODE PROGRAM ARGUMENT...: runs the program and fails unless it exits with CODE.

For CODE 1 and 2 it also fails unless exactly one line of standard error starts with "error: ", and nothing is on standard
output. Shows what the program wrote to standard error.
"""

import subprocess
import sys

code, *command = sys.argv[1:]
result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
sys.stderr.write(result.stderr)
if result.returncode != int(code):
    sys.exit(f"expected exit code {code}, but got {result.returncode}")
if code != "0":
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    if len(errors) != 1:
        sys.exit(f"expected one error message, but got {len(errors)}")
    if result.stdout:
        sys.exit(f"expected nothing on standard output, but got: {result.stdout}")
