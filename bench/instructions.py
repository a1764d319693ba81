#!/usr/bin/python3
"""Where the instructions of a durable visit go, by part of the program; see README.md beside this file.

callgrind counts them, whatever else the machine is doing. Two runs of different length are taken from each other, so that
neither start nor stop is in the figures.
"""

import os
import sys

# Not this file's own folder: there it would hide the standard library's module `http`.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

import argparse
import collections
import json
import pathlib
import re
import tempfile

from bench import load, machine
from bench.servers import Counter

ROOT = pathlib.Path(sys.path[0])
RECORDED = ROOT / "bench/instructions.json"
CONNECTIONS = 64
SECONDS = (2, 6)  # of the two runs
TOLERANCE = 0.05  # of the sum: batches differ a little from run to run
METRICS_SHARE_MAX = 0.05
# By the file that an instruction comes from, also where it was inlined, or else by the library.
PARTS = (
    ("metrics", r"src/telemetry/metrics/"),
    ("log", r"src/telemetry/"),
    ("store", r"src/store/"),
    *((room, rf"src/{room}/") for room in ("http", "gateway", "function", "counter", "app", "base")),
    ("SQLite", r"libsqlite3"),
    ("Boost", r"/boost/"),
    ("C library and start", r"libc\.so|ld-linux|libpthread|vdso"),
    ("C++ library", r"/c\+\+/|libstdc\+\+|libgcc"),
)


def main():
    options = parse_arguments()
    try:
        measured = measure(options.program)
    except machine.BenchFailed as failure:
        sys.exit(f"bench: {failure}")
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    print(render(measured, recorded))
    if options.record:
        RECORDED.write_text(json.dumps({part: round(each) for part, each in measured.items()}, indent=1) + "\n")
    elif worse := list(complaints(measured, recorded)):
        sys.exit("bench: " + "; ".join(worse))


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench instructions", description=__doc__)
    parser.add_argument("--program", default=str(ROOT / "build/profile/visitor-counter"), help="built with -g")
    parser.add_argument("--record", action="store_true", help="make these figures the ones to be held against")
    return parser.parse_args()


def measure(program):
    """{part: instructions of a visit}"""
    with tempfile.TemporaryDirectory() as directory:
        short, long = (run(program, directory, seconds) for seconds in SECONDS)
    visits = long.pop("visits") - short.pop("visits")
    if visits <= 0:
        raise machine.BenchFailed("the longer run counted no more than the shorter one")
    per_visit = {part: (long[part] - short[part]) / visits for part in long}
    return dict(sorted(per_visit.items(), key=lambda item: -item[1]))


def run(program, directory, seconds):
    """Instructions by part of one run, and its visits."""
    trace = pathlib.Path(directory, f"callgrind.{seconds}")
    wrapper = ("valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={trace}")
    with Counter(f"counter {seconds}", program, f"sqlite:{directory}/{seconds}.db", directory, wrapper=wrapper) as server:
        load.lean(str(ROOT / "build/release/bench/load"), server.address, CONNECTIONS, seconds)
        visits = server.count()
    return by_part(trace) | {"visits": visits}


def by_part(trace):
    """Format: https://valgrind.org/docs/manual/cl-format.html. What a call cost stands behind its own line, and is left out."""
    sums, names, where, of_call = collections.Counter(), {}, {"ob": "", "fl": ""}, False
    for line in trace.read_text().splitlines():
        if match := re.match(r"(c?)(fl|fi|fe|ob)=\((\d+)\)(?: (.*))?", line):
            kind = "ob" if match[2] == "ob" else "fl"
            if match[4]:
                names[kind, match[3]] = match[4]
            if not match[1]:
                where[kind] = names[kind, match[3]]
        elif line.startswith("calls="):
            of_call = True
        elif re.match(r"[\d+*-]", line):
            if not of_call:
                sums[part_of(where)] += int(line.split()[1])
            of_call = False
    return sums


def part_of(where):
    for place in (where["fl"], where["ob"]):
        for part, pattern in PARTS:
            if re.search(pattern, place):
                return part
    return "other"


def render(measured, recorded):
    total, before = sum(measured.values()), sum(recorded.values())
    rows = [("part", "instructions a visit", "share", "recorded")]
    rows += [(part, f"{each:,.0f}", f"{each / total:.1%}", f"{recorded.get(part, 0):,}") for part, each in measured.items()]
    rows.append(("all", f"{total:,.0f}", "100%", f"{before:,}"))
    return "\n".join(f"{part:22}{each:>22}{share:>9}{then:>12}" for part, each, share, then in rows)


def complaints(measured, recorded):
    total, before = sum(measured.values()), sum(recorded.values())
    if before and total > before * (1 + TOLERANCE):
        yield f"{total:,.0f} instructions a visit, {before:,} were recorded"
    if measured.get("metrics", 0) > METRICS_SHARE_MAX * total:
        yield f"metrics take more than {METRICS_SHARE_MAX:.0%}"


if __name__ == "__main__":
    main()
