"""The four measurements. Each returns plain data for the report and for build/bench/http.json."""

import contextlib
import functools
import os
import statistics
import time

from bench import load, machine
from bench.machine import BenchFailed
from bench.servers import Bare, Counter, Nginx

CONNECTIONS = (1, 64, 256, 1024)
CONNECTIONS_OF_COMMITS = (1, 64, 256)
IDLE_CONNECTIONS = 10_000
STARTS = 11
SYNC_CALLS = ("fdatasync", "fsync")
SQLITE, MEMORY, BARE, NGINX, NGINX_LOGGING = "counter SQLite", "counter memory", "bare", "nginx", "nginx access log"


def http(binary, nginx, programs, directory, rounds, seconds, progress):
    """Requests/s, latency and CPU of the servers in turn; then visits per commit in a pass of its own.

    `programs` holds those of bench/CMakeLists.txt."""
    machine.allow_open_files(2 * max(CONNECTIONS))
    generate = functools.partial(load.lean, str(programs / "load"))
    with contextlib.ExitStack() as stack:
        sqlite = stack.enter_context(Counter(SQLITE, binary, f"sqlite:{directory}/http.db", directory))
        memory = stack.enter_context(Counter(MEMORY, binary, "memory:", directory))
        answer = load.get(sqlite.address, "/counter")
        if answer.status != 200:
            raise BenchFailed(f"GET /counter gave {answer.status}")
        servers = [sqlite, memory,
                   stack.enter_context(Bare(BARE, str(programs / "bare_server"), answer, directory)),
                   stack.enter_context(Nginx(NGINX, nginx, answer, directory)),
                   stack.enter_context(Nginx(NGINX_LOGGING, nginx, answer, directory, access_log=True))]
        sizes = {server.name: load.get(server.address, "/counter").size for server in servers}
        measured = {connections: [] for connections in CONNECTIONS}
        for connections in CONNECTIONS:
            for number in range(rounds):
                first = number % len(servers)
                in_turn = servers[first:] + servers[:first]
                measured[connections].append(
                    machine.undisturbed(functools.partial(_round, generate, in_turn, connections, seconds)))
                progress(f"http: {connections} connections, round {number + 1} of {rounds}")
    commits = {connections: _commits(binary, directory, connections, min(seconds, 2))
               for connections in CONNECTIONS_OF_COMMITS}
    return {"answer_bytes": sizes, "rounds": measured, "commits": commits}


def latency(binary, directory, rounds, seconds, progress):
    """One client of the server beside one writer of the same disk, in turn."""
    measured = []
    with Counter(SQLITE, binary, f"sqlite:{directory}/latency.db", directory) as server:
        for number in range(rounds):
            measured.append(machine.undisturbed(
                lambda: {"flush": load.flush(directory, seconds), "counter": _run(load.wrk, server, 1, seconds)}))
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


def _round(generate, servers, connections, seconds):
    """The lean generator's figures, and beside them the requests/s that wrk sees."""
    return {server.name: _run(generate, server, connections, seconds)
            | {"wrk_requests_per_second": _run(load.wrk, server, connections, seconds)["requests_per_second"]}
            for server in servers}


def _run(generate, server, connections, seconds):
    """One timed run. A counter must then hold every answered visit, and no more than could have been sent."""
    count = server.count() if isinstance(server, Counter) else None
    cpu = server.cpu_seconds()
    summary = generate(server.address, connections, seconds)
    cpu = server.cpu_seconds() - cpu
    if count is not None:
        risen, answered = server.count() - count, summary["requests"]
        if not answered <= risen <= answered + connections:
            raise BenchFailed(f"{server.name}: {connections} connections got {answered} answers, "
                              f"but the stored count rose by {risen}")
    server.forget_log()
    return {"requests_per_second": summary["requests"] * 1e6 / summary["duration_us"],
            "p50_us": summary["p50_us"], "p99_us": summary["p99_us"],
            "cpu_us_per_request": cpu * 1e6 / summary["requests"], "load_cpu_share": summary["cpu_share"]}


def _commits(binary, directory, connections, seconds):
    """Visits per commit: strace counts the calls that flush, from start to stop, in a server of its own.

    strace makes each flush slower, so slightly more visits gather than in the timed runs.
    """
    trace = os.path.join(directory, f"strace-{connections}")
    wrapper = ("strace", "-D", "-f", "--seccomp-bpf", "-c", "-e", f"trace={','.join(SYNC_CALLS)}", "-o", trace)
    with Counter("counter traced", binary, f"sqlite:{directory}/traced-{connections}.db", directory,
                 wrapper=wrapper) as server:
        rate = _run(load.wrk, server, connections, seconds)["requests_per_second"]
        visits = server.count()
    lines = machine.wait_until(lambda: _finished_trace(trace), 20, lambda: "strace wrote no summary")
    flushes = sum(int(fields[3]) for fields in lines if fields[-1] in SYNC_CALLS)
    if visits > flushes * connections:  # a client waits for its answer, so a flush covers one visit of each at most
        raise BenchFailed(f"{connections} connections got {visits} answers after {flushes} flushes: some were not durable")
    return {"requests_per_second": rate, "visits": visits, "flushes": flushes, "visits_per_commit": visits / flushes}


def _finished_trace(path):
    """The words of strace's table once its last line, the total, is there."""
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
        lines = [line.split() for line in file]
        if any(fields and fields[-1] == "total" for fields in lines):
            return [fields for fields in lines if fields]
    return None
