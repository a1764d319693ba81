#!/usr/bin/python3
"""Compares visitor-counter with other servers, with the bare disk and with a bare table; see README.md beside this file."""

import os
import sys

# Not this file's own folder: there it would hide the standard library's module `http`.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

import argparse
import pathlib
import shlex
import shutil
import signal
import tempfile

from bench import charts, comparison, environment, function, machine, parts, record, report, table
from bench.nginx import find_nginx
from bench.servers import find_dynalite

ROOT = pathlib.Path(sys.path[0])
OUTPUT = ROOT / "build" / "bench"
RECORD = ROOT / "bench/performance.json"  # of the report in docs/
TOOLS = {"http": ("wrk", "strace"), "latency": ("wrk",), "memory": (), "start": (), "health": ("wrk", "strace"),
         "dynamodb": ("wrk", "node"), "lambda": ()}
IN_MEMORY = {"tmpfs", "ramfs"}


def main():
    options = parse_arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))  # so that every server is stopped
    recorded = options.recorded or OUTPUT / "http.json"
    try:
        if not options.recorded:
            record.save(measure(options), recorded)
    except machine.BenchFailed as failure:
        sys.exit(f"bench: {failure}")
    results = record.load(recorded)
    text = report.render(results)
    print(text)
    if options.write:
        if missing := TOOLS.keys() - results.keys():
            sys.exit(f"bench: the record leaves out {', '.join(sorted(missing))}, --write needs every part")
        write(results, text, options.write)


def write(results, text, page):
    """The page, its charts, and what both are made of."""
    page.write_text(text)
    for name, drawn in charts.charts(results).items():
        (page.parent / "images" / name).write_text(drawn)
    record.save(results, RECORD)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=TOOLS, help="measure this part alone")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (default 5)")
    parser.add_argument("--seconds", type=int, default=5, help="length of one run of the load (default 5)")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE",
                        help="write the report to FILE too, its charts into images/ beside it, and bench/performance.json")
    parser.add_argument("--from", dest="recorded", type=pathlib.Path, metavar="FILE",
                        help="measure nothing: the report of a record, bench/performance.json or build/bench/http.json")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write needs every part, --only leaves some out")
    if options.rounds < 1 or options.seconds < 1:
        parser.error("--rounds and --seconds start at 1")
    return options


def measure(options):
    chosen = [options.only] if options.only else list(TOOLS)
    binary = os.environ.get("VISITOR_COUNTER", str(ROOT / "build/release/visitor-counter"))
    nginx = find_nginx(ROOT / "build/tools/nginx") if "http" in chosen else None
    dynalite = find_dynalite(ROOT / "node_modules") if {"dynamodb", "lambda"} & set(chosen) else None
    check_machine(binary, {tool for part in chosen for tool in TOOLS[part]})
    OUTPUT.mkdir(parents=True, exist_ok=True)
    if environment.file_system(OUTPUT) in IN_MEMORY:
        raise machine.BenchFailed(f"{OUTPUT} is in memory; the bench needs a file system on a disk")

    programs, rivals = ROOT / "build/release/bench", ROOT / "build/tools/rivals"
    results = {"command": command(options), "environment": environment.describe(binary, nginx, dynalite, rivals, OUTPUT)}
    os.sched_setaffinity(0, {machine.LOAD_CPU})
    with tempfile.TemporaryDirectory(dir=OUTPUT) as directory:
        timed = {"rounds": options.rounds, "seconds": options.seconds, "progress": progress}
        measurements = {
            "http": lambda: comparison.measure(binary, nginx, rivals, programs, directory, **timed),
            "latency": lambda: parts.latency(binary, directory, **timed),
            "memory": lambda: parts.memory(binary, directory, progress),
            "start": lambda: parts.start(binary, directory, progress),
            "health": lambda: parts.health(binary, programs, directory, **timed),
            "dynamodb": lambda: table.measure(binary, directory, **timed),
            "lambda": lambda: function.measure(binary, progress),
        }
        results |= {part: measurements[part]() for part in chosen}
    results["environment"]["load average after"] = environment.load_average()
    return results


def command(options):
    """The command that repeats this run."""
    words = ["./dev", "bench", "--rounds", str(options.rounds), "--seconds", str(options.seconds)]
    words += ["--only", options.only] if options.only else []
    words += ["--write", os.path.relpath(options.write, ROOT)] if options.write else []
    return shlex.join(words)


def check_machine(binary, tools):
    if not os.access(binary, os.X_OK):
        raise machine.BenchFailed(f"{os.path.relpath(binary)} is missing: ./dev build")
    if missing := [tool for tool in sorted(tools) if not shutil.which(tool)]:
        raise machine.BenchFailed(f"missing: {', '.join(missing)}")
    if not {machine.SERVER_CPU, machine.LOAD_CPU} <= os.sched_getaffinity(0):
        raise machine.BenchFailed("CPUs 0 and 1 are needed, one for the server and one for the load")


def progress(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
