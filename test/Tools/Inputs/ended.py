"""ended.py SIGNAL COUNT OUTPUT[,OUTPUT...] PROGRAM ARGUMENT...: ends the program by the signal (INT, TERM, KILL) at COUNT
moments spread over the time it takes. Whenever that is, each output has to be what was there before, or what the program
makes of it, whole, with the permissions that it had; and nothing else may be left beside it. Unless it was killed, that is
the same for all outputs. (A file that replaces another one needs a name of its own for an instant. A program that is killed
just then leaves it, and a busy machine makes the instant long: so a file of such a name may be left, but only a whole one.)
"""

import os
import re
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
whole = {output: len(read(output)) for output in outputs}
for output in outputs:
    if read(output) == old:
        sys.exit(f"{output} is not written")
stopped = 0


def is_whole(output, size):
    # Times differ from run to run: a report may hold them.
    return abs(size - whole[output]) <= 64


def may_be_left(other):
    """Whether a killed program may leave it: a whole output, under the name that it has before it replaces the old one."""
    match = re.fullmatch(r"(.+)\.[a-z0-9]{8}\.tmp", os.path.join(folder, other))
    return bool(match) and match[1] in outputs and is_whole(match[1], os.path.getsize(os.path.join(folder, other)))


for i in range(int(count)):
    put_old()
    # Most of the writing is at the end.
    ended, took = run(duration * (0.05 + 0.95 * (i / int(count)) ** 0.5))
    if ended:  # the machine has become faster
        duration = min(duration, took)
    stopped += not ended
    for output in outputs:
        now = read(output)
        if now != old and not is_whole(output, len(now)):
            sys.exit(f"{output} is half-written: {len(now)} bytes instead of {whole[output]}")
        if os.stat(output).st_mode & 0o777 != 0o640:
            sys.exit(f"{output} has other permissions")
    if name != "KILL" and len({read(output) == old for output in outputs}) > 1:
        sys.exit(f"only a part of {outputs} is written")
    for other in sorted(set(os.listdir(folder)) - set(before)):
        if name != "KILL" or not may_be_left(other):
            sys.exit(f"{other} is left, {os.path.getsize(os.path.join(folder, other))} bytes")
        os.remove(os.path.join(folder, other))
    if sorted(os.listdir(folder)) != before:
        sys.exit(f"files are gone: {sorted(set(before) - set(os.listdir(folder)))}")
if stopped == 0:
    sys.exit("the program was never stopped")
