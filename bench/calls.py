"""Counts the system calls of running processes, with strace: what it makes slower is nobody's figure."""

import contextlib
import signal
import subprocess

from bench.machine import BenchFailed


@contextlib.contextmanager
def counted(pids, trace):
    """Yields a dictionary that holds, once the block is over, how often each call was made by any thread of them."""
    attach = [argument for pid in pids for argument in ("-p", str(pid))]
    command = ["strace", "-f", "-c", "-o", trace, *attach]
    calls = {}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        try:
            for _ in pids:
                if " attached" not in (line := strace.stderr.readline()):
                    raise BenchFailed(f"strace: {line}")
            yield calls
        finally:
            strace.send_signal(signal.SIGINT)
            strace.communicate()
    with open(trace, encoding="utf-8") as file:
        calls |= summary(file)


def summary(lines):
    """Of the table that strace -c writes: {call: how often}."""
    rows = [line.split() for line in lines]
    return {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[0][0].isdigit() and row[-1] != "total"}
