"""Faults for the real program: system calls that fail, are slow or kill (strace), and file systems with little room."""

import contextlib
import os
import pathlib
import subprocess

from support.server import clean_environment

DISK_SYNCS = "fsync,fdatasync"


def traceable():
    """LeakSanitizer cannot look for leaks in a process that is being traced."""
    return clean_environment(ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")


@contextlib.contextmanager
def tampered(server, calls, fault, trace=os.devnull, paths=()):
    """Within the block each of these system calls of the server meets the fault; the trace has a line for each.

    With paths, only calls on these files count. Calls are counted by name and thread (`when=`).
    """
    command = ["strace", "-f", "-p", str(server.process.pid), "-o", trace, *_only(paths), "-e", f"trace={calls}",
               "-e", f"inject={calls}:{fault}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        try:
            attached = strace.stderr.readline()
            assert " attached" in attached, attached
            yield
        finally:
            strace.terminate()


def tampering(calls, fault, trace=os.devnull, paths=()):
    """A command to run the program with: these of its system calls meet the fault, from its first instruction on.

    The program stays the child of whoever starts it. Paths and counting as above.
    """
    return ("strace", "-D", "-f", "-qq", "-o", trace, *_only(paths), "-e", f"trace={calls}",
            "-e", f"inject={calls}:{fault}")


def _only(paths):
    return [argument for path in paths for argument in ("-P", str(path))]


def recording(calls, trace):
    """A command to run the program with that writes these of its system calls down, data and file names in full."""
    return ("strace", "-D", "-f", "-qq", "-y", "-xx", "-s", "100000", "-o", str(trace), "-e", f"trace={calls}")


def within_size(bytes_max):
    """A command to run the program with: no file grows beyond so many bytes, a write across the line is cut short."""
    return ("prlimit", f"--fsize={bytes_max}")


@contextlib.contextmanager
def small_file_system(directory, size):
    """Mounts a tmpfs of this size (`1m`) on the directory; yields whether the machine lets us."""
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(directory)],
                           capture_output=True, check=False)
    try:
        yield mount.returncode == 0
    finally:
        if mount.returncode == 0:
            subprocess.run(["umount", "--lazy", str(directory)], check=True)


def remount(directory, how):
    """`ro` or `rw`."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(directory)], check=True)


def fill(directory):
    """Takes all space that is left; returns the file that holds it."""
    ballast = pathlib.Path(directory, "ballast")
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 65536):
            pass
    return ballast
