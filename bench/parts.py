"""The short measurements. Each returns plain data for the report and for its record."""

import concurrent.futures
import os
import statistics
import time

from bench import load, machine
from bench.comparison import SQLITE, run
from bench.machine import BenchFailed
from bench.servers import Counter

IDLE_CONNECTIONS = 10_000
STARTS = 11
CROWD, COMMIT_MS = 256, 5


def latency(binary, directory, rounds, seconds, progress):
    """One client of the server beside one writer of the same disk, in turn."""
    measured = []
    with Counter(SQLITE, binary, f"sqlite:{directory}/latency.db", directory) as server:
        for number in range(rounds):
            measured.append(machine.undisturbed(
                lambda: {"flush": load.flush(directory, seconds), "counter": run(load.wrk, server, 1, seconds)}))
            progress(f"latency: round {number + 1} of {rounds}")
    return {"rounds": measured}


def memory(binary, directory, progress):
    """Anonymous memory before and with idle keep-alive connections."""
    machine.allow_open_files(IDLE_CONNECTIONS + 1000)
    with Counter(SQLITE, binary, f"sqlite:{directory}/memory.db", directory,
                 flags=("--connections-max", str(IDLE_CONNECTIONS + 1000), "--idle-timeout", "600")) as server:
        load.get(server.address, "/counter")
        idle = machine.anonymous_bytes(server.pid)
        with load.idle_connections(server.address, IDLE_CONNECTIONS):
            with_connections = machine.anonymous_bytes(server.pid)
    progress("memory: done")
    return {"connections": IDLE_CONNECTIONS, "idle_bytes": idle, "bytes_with_connections": with_connections,
            "bytes_per_connection": (with_connections - idle) / IDLE_CONNECTIONS}


def start(binary, directory, progress):
    """From fork and exec to the first 200, on a store that already holds a count."""
    counter = Counter(SQLITE, binary, f"sqlite:{directory}/start.db", directory)
    with counter:
        load.get(counter.address, "/counter")
    samples_ms = []
    for _ in range(STARTS):
        began = time.perf_counter()
        with counter:
            status = load.get(counter.address, "/counter").status
            samples_ms.append((time.perf_counter() - began) * 1000)
        if status != 200:
            raise BenchFailed(f"the first answer was {status}")
    progress("start: done")
    return {"samples_ms": samples_ms, "median_ms": statistics.median(samples_ms)}


def health(binary, programs, directory, rounds, seconds, progress):
    """GET /health of one client while others count on a disk that is slow: strace makes each flush take 5 ms more."""
    slow_disk = ("strace", "-D", "-f", "-qq", "--seccomp-bpf", "-o", os.devnull, "-e", "trace=fdatasync",
                 "-e", f"inject=fdatasync:delay_exit={COMMIT_MS * 1000}")
    measured = []
    with Counter(SQLITE, binary, f"sqlite:{directory}/health.db", directory, wrapper=slow_disk) as server:
        for number in range(rounds):
            measured.append(machine.undisturbed(lambda: _health(server, programs, seconds)))
            progress(f"health: round {number + 1} of {rounds}")
    return {"connections": CROWD, "rounds": measured}


def _health(server, programs, seconds):
    """The crowd counts from before the first question until after the last."""
    before = server.commits()
    with concurrent.futures.ThreadPoolExecutor() as beside:
        crowd = beside.submit(load.lean, str(programs / "load"), server.address, CROWD, seconds + 1)
        machine.wait_until(lambda: server.commits()[0] > before[0], 20, lambda: "nobody counts")
        answers = load.wrk(server.address, 1, seconds, "/health")
        visits = crowd.result()["requests"]
    server.forget_log()
    commits, took = (now - then for now, then in zip(server.commits(), before))
    return {"p50_us": answers["p50_us"], "p99_us": answers["p99_us"], "visits_per_second": visits / (seconds + 1),
            "commit_us": took * 1e6 / commits}
