"""Servers beside each other: requests/s, latency and CPU of each in turn, then what strace and /proc tell of them."""

import contextlib
import functools
import os

from bench import calls, load, machine
from bench.machine import BenchFailed
from bench.nginx import Nginx, NginxLua
from bench.servers import Bare, Counter
from bench.webdis import Webdis

CONNECTIONS = (1, 64, 256, 1024)
CONNECTIONS_OF_COMMITS = (1, 64, 256)
CONNECTIONS_OF_CALLS = (64, 256)
CALLS_SECONDS = 3  # long enough for the opening of the connections not to show
SYNC_CALLS = ("fdatasync", "fsync")
SQLITE, MEMORY, BARE, NGINX, NGINX_LOGGING = "counter SQLite", "counter memory", "bare", "nginx", "nginx access log"
THREADS = ("connections", "log", "store")  # in the order in which serve begins them; those that follow have little to do
LUA, REDIS, REDIS_ALWAYS = "nginx Lua", "webdis", "webdis always"


def measure(binary, nginx, rivals, programs, directory, rounds, seconds, progress):
    """`rivals` is where packages are unpacked that may be missing, `programs` holds those of bench/CMakeLists.txt."""
    machine.allow_open_files(2 * max(CONNECTIONS))
    generate = functools.partial(load.lean, str(programs / "load"))
    with contextlib.ExitStack() as stack:
        sqlite = stack.enter_context(Counter(SQLITE, binary, f"sqlite:{directory}/http.db", directory))
        answer = load.get(sqlite.address, "/counter")
        if answer.status != 200:
            raise BenchFailed(f"GET /counter gave {answer.status}")
        servers = [sqlite, *(stack.enter_context(server) for server in (
            Counter(MEMORY, binary, "memory:", directory),
            Bare(BARE, str(programs / "bare_server"), answer, directory),
            Nginx(NGINX, nginx, answer, directory),
            Nginx(NGINX_LOGGING, nginx, answer, directory, access_log=True)))]
        found, absent = _begin_rivals(stack, nginx, rivals, answer, directory)
        servers += found
        results = {
            "absent": absent,
            "answer_bytes": {server.name: load.get(server.address, server.target).size for server in servers},
            "rounds": _rounds(generate, servers, rounds, seconds, progress),
            "calls": {connections: {server.name: _calls(generate, server, connections, directory) for server in servers}
                      for connections in CONNECTIONS_OF_CALLS},
            "threads": {connections: _threads(generate, sqlite, connections, seconds)
                        for connections in CONNECTIONS_OF_CALLS},
        }
        progress("http: system calls and threads")
    results["commits"] = {connections: _commits(binary, directory, connections, min(seconds, 2))
                          for connections in CONNECTIONS_OF_COMMITS}
    return results


def _begin_rivals(stack, nginx, rivals, answer, directory):
    """Those that are there, and of the others why not."""
    ways = {LUA: lambda: NginxLua(LUA, nginx, rivals, answer, directory),
            REDIS: lambda: Webdis(REDIS, rivals, directory),
            REDIS_ALWAYS: lambda: Webdis(REDIS_ALWAYS, rivals, directory, appendonly="yes", appendfsync="always")}
    found, absent = [], {}
    for name, way in ways.items():
        try:
            found.append(stack.enter_context(way()))
        except BenchFailed as failure:
            absent[name] = str(failure)
    return found, absent


def _rounds(generate, servers, rounds, seconds, progress):
    measured = {connections: [] for connections in CONNECTIONS}
    for connections in CONNECTIONS:
        for number in range(rounds):
            first = number % len(servers)
            in_turn = servers[first:] + servers[:first]
            measured[connections].append(
                machine.undisturbed(functools.partial(_round, generate, in_turn, connections, seconds)))
            progress(f"http: {connections} connections, round {number + 1} of {rounds}")
    return measured


def _round(generate, servers, connections, seconds):
    """The lean generator's figures, and beside them the requests/s that wrk sees."""
    return {server.name: run(generate, server, connections, seconds)
            | {"wrk_requests_per_second": run(load.wrk, server, connections, seconds)["requests_per_second"]}
            for server in servers}


def run(generate, server, connections, seconds):
    """One timed run. Who counts must then hold every answered visit, and no more than could have been sent."""
    count = server.count()
    cpu = server.cpu_seconds()
    summary = generate(server.address, connections, seconds, server.target)
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


def _calls(generate, server, connections, directory):
    """System calls per request, by name. strace makes them slower, and so a commit holds a few more visits."""
    with calls.counted(server.pids, os.path.join(directory, "calls")) as made:
        requests = generate(server.address, connections, CALLS_SECONDS, server.target)["requests"]
    server.forget_log()
    return {call: number / requests for call, number in made.items()}


def _threads(generate, server, connections, seconds):
    """Where a visit's time goes: µs of user and system time of each of THREADS, and what the store did meanwhile."""
    before, commits = machine.thread_seconds(server.pid), server.commits()
    requests = generate(server.address, connections, seconds)["requests"]
    after, done = machine.thread_seconds(server.pid), server.commits()
    server.forget_log()
    number, took = (now - then for now, then in zip(done, commits))
    return {"threads": [[(now - then) * 1e6 / requests for now, then in zip(*times)] for times in zip(after, before)],
            "visits_per_commit": requests / number, "commit_us": took * 1e6 / number, "commit_share": took / seconds}


def _commits(binary, directory, connections, seconds):
    """Visits per commit: strace counts the calls that flush, from start to stop, in a server of its own.

    strace makes each flush slower, so slightly more visits gather than in the timed runs.
    """
    trace = os.path.join(directory, f"strace-{connections}")
    wrapper = ("strace", "-D", "-f", "--seccomp-bpf", "-c", "-e", f"trace={','.join(SYNC_CALLS)}", "-o", trace)
    with Counter("counter traced", binary, f"sqlite:{directory}/traced-{connections}.db", directory,
                 wrapper=wrapper) as server:
        rate = run(load.wrk, server, connections, seconds)["requests_per_second"]
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
