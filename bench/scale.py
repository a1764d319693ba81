#!/usr/bin/python3
"""How the cost of a visit grows with records, visits, connections and servers: measured on two CPUs, simulated beyond."""

import os
import sys

# Not this file's own folder: there it would hide the standard library's module `http`.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

import argparse
import concurrent.futures
import contextlib
import json
import pathlib
import signal
import subprocess
import tempfile
from statistics import median

from bench import load, machine
from bench.comparison import run
from bench.markdown import table
from bench.servers import COUNTER_ID, Counter, Dynalite
from bench.table import KEYS

ROOT = pathlib.Path(sys.path[0])
OUTPUT = ROOT / "build" / "bench"
PROGRAMS = ROOT / "build/release/bench"
CLIENTS = 64
RECORDS = (1, 1_000, 100_000)
COUNTS = (1, 2**52)
CONNECTIONS = (1, 64, 256, 1024, 4096)
SERVERS = (1, 2, 4)
CREATED = "2026-01-01T00:00:00Z"


def main():
    options = parse_arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))  # so that every server is stopped
    if not options.simulated:
        OUTPUT.mkdir(parents=True, exist_ok=True)
        try:
            machine.allow_open_files(2 * max(CONNECTIONS))
            os.sched_setaffinity(0, {machine.LOAD_CPU})
            with tempfile.TemporaryDirectory(dir=OUTPUT) as directory:
                for measure in (with_records, with_visits, with_connections, with_servers):
                    print(measure(options, directory), end="\n\n", flush=True)
        except machine.BenchFailed as failure:
            sys.exit(f"bench: {failure}")
    subprocess.run([PROGRAMS / "scale"], check=True)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench scale", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each measurement (default 3)")
    parser.add_argument("--seconds", type=int, default=3, help="length of one run of the load (default 3)")
    parser.add_argument("--simulated", action="store_true", help="measure nothing")
    parser.add_argument("--program", default=str(ROOT / "build/release/visitor-counter"))
    options = parser.parse_args()
    if options.rounds < 1 or options.seconds < 1:
        parser.error("--rounds and --seconds start at 1")
    return options


def with_records(options, directory):
    rows = []
    for records in RECORDS:
        store = filled(options.program, directory, f"records-{records}", {f"page-{each}": 1 for each in range(1, records)})
        rows.append((f"{records:,}", *visits(options, store, directory, CLIENTS)))
    return table(("records in the store", "visits/s", "CPU µs a visit"), rows)


def with_visits(options, directory):
    rows = []
    for count in COUNTS:
        store = filled(options.program, directory, f"visits-{count}", {COUNTER_ID: count})
        rows.append((f"{count:,}", *visits(options, store, directory, CLIENTS)))
    return table(("visits so far", "visits/s", "CPU µs a visit"), rows)


def with_connections(options, directory):
    store = f"sqlite:{directory}/connections.db"
    rows = [(f"{number:,}", *visits(options, store, directory, number)) for number in CONNECTIONS]
    return table(("connections", "visits/s", "CPU µs a visit"), rows)


def filled(program, directory, name, counts):
    store = f"sqlite:{directory}/{name}.db"
    lines = [json.dumps({"counter_id": counter, "visit_count": count, "created_date": CREATED, "last_updated": CREATED})
             for counter, count in counts.items()]
    subprocess.run([program, "import", "--store", store], input="".join(f"{line}\n" for line in lines), text=True,
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return store


def visits(options, store, directory, connections):
    def lean(address, clients, seconds, target):
        return load.lean(str(PROGRAMS / "load"), address, clients, seconds, target)
    with Counter("counter", options.program, store, directory) as server:
        run(lean, server, connections, 1)  # warm
        runs = [machine.undisturbed(lambda: run(lean, server, connections, options.seconds))["result"]
                for _ in range(options.rounds)]
    return [form.format(median(each[key] for each in runs))
            for key, form in (("requests_per_second", "{:,.0f}"), ("cpu_us_per_request", "{:.1f}"))]


def with_servers(options, directory):
    """On one table, which is one thread of JavaScript and has the servers' CPU: what grows is its work."""
    rows = []
    with Dynalite("dynalite", ROOT / "tests/support/dynalite.cjs", directory) as dynalite:
        for servers in SERVERS:
            store = f"dynamodb://visits-{servers}?region=local&endpoint=http://{dynalite.address[0]}:{dynalite.address[1]}" \
                    "&engine=dynalite&timeout=10"
            subprocess.run([options.program, "table", "create", "--store", store], env=KEYS, check=True,
                           stdout=subprocess.DEVNULL)
            with contextlib.ExitStack() as stack:
                running = [stack.enter_context(Counter(f"counter {number}", options.program, store, directory,
                                                       environment=KEYS)) for number in range(servers)]
                together(running, 1)  # warm
                measured = [machine.undisturbed(lambda: of_table(dynalite, running, options.seconds))["result"]
                            for _ in range(options.rounds)]
            rows.append((servers, *(form.format(median(each)) for form, each in
                                    zip(("{:,.0f}", "{:.3f}", "{:.1f}"), zip(*measured)))))
    return table((f"servers, {CLIENTS} clients in all", "visits/s", "updates a visit", "slowest p99, ms"), rows)


def of_table(dynalite, servers, seconds):
    before = dynalite.requests()
    summaries = together(servers, seconds)
    answered = sum(each["requests"] for each in summaries)
    return answered / seconds, (dynalite.requests() - before) / answered, max(each["p99_us"] for each in summaries) / 1000


def together(servers, seconds):
    with concurrent.futures.ThreadPoolExecutor() as threads:
        loads = [threads.submit(load.lean, str(PROGRAMS / "load"), server.address, CLIENTS // len(servers), seconds)
                 for server in servers]
        return [each.result() for each in loads]


if __name__ == "__main__":
    main()
