#!/usr/bin/python3
"""One good client: alone, beside thousands of idle connections, and beside thousands of slow clients."""

import os
import sys

# Not this file's own folder: there it would hide the standard library's module `http`.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

import argparse
import contextlib
import pathlib
import shutil
import signal
import statistics
import subprocess
import tempfile

from bench import load, machine
from bench.servers import Counter

ROOT = pathlib.Path(sys.path[0])
OUTPUT = ROOT / "build" / "bench"
IDLE_CONNECTIONS, SLOW_CLIENTS = 10_000, 4_000
PATIENCE_SECONDS = 30
P99_RATIO_MAX = 2.0  # faults.md, H1 to H3 and H9
SLOW_WAYS = {
    "slow headers": ("-H", "-i", "1", "-x", "10"),
    "slow reading": ("-X", "-w", "1", "-y", "16", "-z", "1", "-n", "1", "-k", "10"),
}
FLAGS = ("--connections-max", "20000", "--idle-timeout", "600", "--header-timeout", "600")


def main():
    options = parse_arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))  # so that every server is stopped
    binary = os.environ.get("VISITOR_COUNTER", str(ROOT / "build/release/visitor-counter"))
    OUTPUT.mkdir(parents=True, exist_ok=True)
    try:
        if missing := [tool for tool in ("slowhttptest", "wrk") if not shutil.which(tool)]:
            raise machine.BenchFailed(f"missing: {', '.join(missing)}")
        machine.allow_open_files(IDLE_CONNECTIONS + 1000)
        os.sched_setaffinity(0, {machine.LOAD_CPU})
        with tempfile.TemporaryDirectory(dir=OUTPUT) as directory:
            for name, store in (("SQLite", f"sqlite:{directory}/clients.db"), ("memory", "memory:")):
                rows = measure(binary, name, store, directory, options)
                print(render(name, rows))
    except machine.BenchFailed as failure:
        sys.exit(f"bench: {failure}")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench clients", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each comparison (default 3)")
    parser.add_argument("--seconds", type=int, default=3, help="length of one run of wrk (default 3)")
    options = parser.parse_args()
    if options.rounds < 1 or options.seconds < 1:
        parser.error("--rounds and --seconds start at 1")
    return options


def measure(binary, name, store, directory, options):
    """{company: [a round's {"alone", "beside", "foreign_share"}]}: the p99 of one client in microseconds."""
    rows = {}
    with Counter(name, binary, store, directory, flags=FLAGS) as server:
        for company in ("nobody", "idle connections", *SLOW_WAYS):
            rows[company] = []
            for number in range(options.rounds):
                rows[company].append(one_round(server, company, options.seconds))
                print(f"{name}: {company}, round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
    return rows


def one_round(server, company, seconds):
    load.wrk(server.address, 1, 1)  # warm again
    alone = machine.undisturbed(lambda: load.wrk(server.address, 1, seconds))
    with beside(server, company, seconds):
        crowded = machine.undisturbed(lambda: load.wrk(server.address, 1, seconds))
    server.forget_log()
    return {"alone": alone["result"]["p99_us"], "beside": crowded["result"]["p99_us"],
            "foreign_share": max(alone["foreign_share"], crowded["foreign_share"])}


def beside(server, company, seconds):
    if company == "nobody":
        return contextlib.nullcontext()
    if company in SLOW_WAYS:
        return slow_clients(server, SLOW_WAYS[company], seconds)
    return load.idle_connections(server.address, IDLE_CONNECTIONS)


@contextlib.contextmanager
def slow_clients(server, way, seconds):
    """They give way to wrk, with which they share a CPU: it is the server that is measured."""
    command = ["nice", "-n", "19", "slowhttptest", *way, "-c", str(SLOW_CLIENTS), "-r", str(SLOW_CLIENTS), "-v", "0",
               "-l", str(2 * seconds + PATIENCE_SECONDS), "-u", "http://{}:{}/counter".format(*server.address)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            machine.wait_until(lambda: len(os.listdir(f"/proc/{server.pid}/fd")) > SLOW_CLIENTS * 0.9,
                               PATIENCE_SECONDS, lambda: "the slow clients did not connect")
            yield
        finally:
            process.kill()
            process.wait()
    machine.wait_until(lambda: len(os.listdir(f"/proc/{server.pid}/fd")) < SLOW_CLIENTS * 0.1, PATIENCE_SECONDS,
                       lambda: "the server keeps connections of clients that are gone")


def render(name, rows):
    lines = ["", f"{name}: p99 of one client of GET /counter; median of the rounds", "",
             "| beside | p99 alone | p99 beside them | ratio | of the rounds | goal |", "|---|---|---|---|---|---|"]
    for company, rounds in rows.items():
        ratios = sorted(measured["beside"] / measured["alone"] for measured in rounds)
        ratio = statistics.median(ratios)
        alone, crowded = (statistics.median(measured[key] for measured in rounds) for key in ("alone", "beside"))
        lines.append(f"| {company} | {alone:.0f} µs | {crowded:.0f} µs | {ratio:.2f} | "
                     f"{', '.join(f'{each:.2f}' for each in ratios)} | "
                     f"{'met' if ratio <= P99_RATIO_MAX else 'MISSED'} (≤ {P99_RATIO_MAX:g}) |")
    share = max(measured["foreign_share"] for rounds in rows.values() for measured in rounds)
    lines += ["", f"Idle connections: {IDLE_CONNECTIONS:,}; slow clients: {SLOW_CLIENTS:,} of slowhttptest, on the CPU of "
              f"the good client. Other processes took up to {share:.0%} of the two CPUs."]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
