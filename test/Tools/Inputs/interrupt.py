"""interrupt.py PROGRAM ARGUMENT...: runs the program on a terminal, presses Ctrl-C when its progress bar is there, and fails
unless that is what ends it. Shows what it wrote, each redrawing of the bar on a line of its own.
"""

import os
import pty
import signal
import sys

pid, terminal = pty.fork()
if pid == 0:
    # What starts the tests may ignore it, which a program inherits.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(sys.argv[1], sys.argv[1:])
output = b""
pressed = False
while True:
    try:
        part = os.read(terminal, 1 << 16)
    except OSError:  # how Linux says that nobody is at the other end
        break
    if not part:
        break
    output += part
    if b"calibrating" in output and not pressed:
        os.write(terminal, b"\x03")
        pressed = True
_, status = os.waitpid(pid, 0)
sys.stdout.write(output.decode().replace("\r", "\n"))
if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGINT:
    sys.exit(f"expected an end by SIGINT, but got status {status}")
