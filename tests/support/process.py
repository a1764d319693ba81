"""What the kernel tells about a server's process, and waiting for it."""

import os
import pathlib
import threading
import time

from support.server import BINARY

GUARD_SECONDS = 90  # against hanging, on a busy machine and under sanitizers
LOOK_AGAIN_SECONDS = 0.01

_PAUSE = threading.Event()  # which never comes
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def wait_until(condition, failure):
    """The first true value of condition()."""
    deadline = time.monotonic() + GUARD_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, failure
        _PAUSE.wait(LOOK_AGAIN_SECONDS)  # leaves the processor to the server
    return value


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def cpu_seconds(pid):
    """User and system time of all its threads."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def is_stopped(pid):
    return _stat(pid)[0] == "T"


def memory_bytes(pid, what):
    """`VmHWM`: the most it ever held; `VmRSS`: what it holds."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"/proc/PID/status has no {what}")


def sanitized():
    """Whether the program is one that a sanitizer makes larger and slower."""
    program = pathlib.Path(BINARY).read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


def _stat(pid):
    """The fields of /proc/PID/stat from the third (state) on; the second may hold spaces and parentheses."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
