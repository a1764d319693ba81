"""What the kernel tells about CPUs, processes and file systems."""

import contextlib
import os
import pathlib
import resource
import time

SERVER_CPU, LOAD_CPU = 0, 1
FOREIGN_SHARE_MAX = 0.10  # of both CPUs; a run during which others used more is disturbed

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_KERNEL_THREAD = 0x00200000  # PF_KTHREAD, see proc(5) on "flags"


class BenchFailed(Exception):
    """The measurement cannot be trusted or cannot be made; the text says why."""


@contextlib.contextmanager
def pinned(cpu):
    """What runs or is started inside stays on this CPU."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def wait_until(condition, seconds, failure):
    """Returns the first true value of condition(); raises BenchFailed(failure()) after the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise BenchFailed(failure())
        time.sleep(0.0005)
    return value


def allow_open_files(count):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
    except (ValueError, OSError) as error:
        raise BenchFailed(f"{count} open files are needed; raise the limit (ulimit -Hn is {hard})") from error


def cpu_seconds(pid):
    """User and system time of a process, all its threads."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def thread_seconds(pid):
    """(User, system) time of each thread, in the order in which they were begun. One tick is 10 ms."""
    tasks = sorted(int(entry) for entry in os.listdir(f"/proc/{pid}/task"))
    fields = [_stat(f"{pid}/task/{task}") for task in tasks]
    return [tuple(int(ticks) / _TICKS_PER_SECOND for ticks in each[11:13]) for each in fields]


def anonymous_bytes(pid):
    """RssAnon: the memory that is the process's own, without program text and mapped files."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise BenchFailed("/proc/PID/status has no RssAnon")


def undisturbed(measure):
    """Calls measure(); once more if others kept the CPUs busy. Returns {"result", "foreign_share", "repeated"}."""
    result, share = _with_foreign_share(measure)
    repeated = share > FOREIGN_SHARE_MAX
    if repeated:
        result, share = _with_foreign_share(measure)
    return {"result": result, "foreign_share": round(share, 3), "repeated": repeated}


def _with_foreign_share(measure):
    began, cpu_began = time.monotonic(), _foreign_cpu_seconds()
    result = measure()
    used = _foreign_cpu_seconds() - cpu_began
    return result, max(0.0, used / (2 * (time.monotonic() - began)))


def _foreign_cpu_seconds():
    """CPU time of other people's processes and of the hypervisor (steal), since boot.

    A process that ends hands its time to the parent that reaps it, so the sum over processes and reaped
    children misses no short-lived one. Kernel threads are left out: they work for the servers measured.
    """
    ticks = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                fields = _stat(entry.name)
                ours = os.getpid() in (int(entry.name), int(fields[1]))
                if not ours and not int(fields[6]) & _KERNEL_THREAD:
                    ticks += sum(map(int, fields[11:15]))
    steal = int(pathlib.Path("/proc/stat").read_text().split(maxsplit=9)[8])
    return (ticks + steal) / _TICKS_PER_SECOND


def _stat(pid):
    """The fields of /proc/PID/stat from the third (state) on; the second may hold spaces and parentheses."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
