"""cut_off.py PLAN PROGRAM ARGUMENT...: runs the program and cuts the plan off while it is in use. Shows what it wrote to standard
error, and exits as it did.
"""

import os
import subprocess
import sys
import time

plan, *command = sys.argv[1:]
process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
for _ in range(50):  # until it is mapped, or has been read
    time.sleep(0.02)
    with open(f"/proc/{process.pid}/maps") as maps:
        if os.path.basename(plan) in maps.read():
            break
time.sleep(0.3)
os.truncate(plan, 0)
errors = process.communicate(timeout=120)[1]
sys.stderr.write(errors)
sys.exit(process.returncode)
