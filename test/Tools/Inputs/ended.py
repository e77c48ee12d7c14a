"""ended.py SIGNAL COUNT OUTPUT[,OUTPUT...] PROGRAM ARGUMENT...: ends the program by the signal (INT, TERM, KILL) at COUNT
moments spread over the time it takes. Whenever that is, each output has to be what was there before, or what the program
makes of it, whole, with the permissions that it had; and nothing else may be left beside it. Unless it was killed, that is
the same for all outputs. (A file that replaces another one needs a name for an instant; who is killed just then leaves it.
That may happen once, on a busy machine, but not more often.)
"""

import os
import signal
import subprocess
import sys
import time

name, count, outputs, *command = sys.argv[1:]
outputs = outputs.split(",")
number = getattr(signal, "SIG" + name)
folder = os.path.dirname(outputs[0])
old = b"what was there before"


def put_old():
    for output in outputs:
        with open(output, "wb") as file:
            file.write(old)
        os.chmod(output, 0o640)


def read(output):
    with open(output, "rb") as file:
        return file.read()


def run(seconds=None):
    """Whether it ended by itself, and after how many seconds."""
    begin = time.monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: number != signal.SIGKILL and signal.signal(number, signal.SIG_DFL),
    )  # a shell may have it ignored
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    errors = process.communicate(timeout=60)[1]
    if process.returncode not in (0, -number):
        sys.exit(f"after {seconds} s: expected an end by SIG{name}, but got {process.returncode}: {errors}")
    return process.returncode == 0, time.monotonic() - begin


put_old()
before = sorted(os.listdir(folder))
ended, duration = run()
# Times differ from run to run: a report may hold them.
whole = {output: len(read(output)) for output in outputs}
for output in outputs:
    if read(output) == old:
        sys.exit(f"{output} is not written")
stopped = left = 0
for i in range(int(count)):
    put_old()
    # Most of the writing is at the end.
    ended, took = run(duration * (0.05 + 0.95 * (i / int(count)) ** 0.5))
    if ended:  # the machine has become faster
        duration = min(duration, took)
    stopped += not ended
    for output in outputs:
        now = read(output)
        if now != old and abs(len(now) - whole[output]) > 64:
            sys.exit(f"{output} is half-written: {len(now)} bytes instead of {whole[output]}")
        if os.stat(output).st_mode & 0o777 != 0o640:
            sys.exit(f"{output} has other permissions")
    if name != "KILL" and len({read(output) == old for output in outputs}) > 1:
        sys.exit(f"only a part of {outputs} is written")
    if others := sorted(set(os.listdir(folder)) - set(before)):
        left += 1
        if name != "KILL" or left > 1:
            sys.exit(f"files are left: {others}")
        for other in others:
            os.remove(os.path.join(folder, other))
    if sorted(os.listdir(folder)) != before:
        sys.exit(f"files are gone: {sorted(set(before) - set(os.listdir(folder)))}")
if stopped == 0:
    sys.exit("the program was never stopped")
