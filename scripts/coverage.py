#!/usr/bin/env python3
"""The branches that tests take, room by room, from what programs built with the preset `coverage` wrote at their ends.

A branch is one way out of a condition, as clang counts it: of the source, without the edges of exceptions. One that
no test takes is allowed if tests/unreachable.txt says why. Exit 1: one is neither taken nor explained, or an
explanation is of nothing.
"""

import argparse
import collections
import glob
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
ROOMS = ("counter", "gateway", "function", "http", "store/sqlite")
EXPLANATIONS = ROOT / "tests" / "unreachable.txt"

Explanation = collections.namedtuple("Explanation", "path way code reason")


def exported(programs, raw, profile):
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", "-o", profile, *raw], check=True)
    objects = [word for program in programs[1:] for word in ("-object", program)]
    done = subprocess.run(
        ["llvm-cov-19", "export", "-instr-profile", profile, programs[0], *objects], check=True, capture_output=True)
    return json.loads(done.stdout)


def branches(export):
    """How often each branch of the rooms was taken, over all instances of templates and inline functions."""
    taken = collections.Counter()
    for function in export["data"][0]["functions"]:
        for line, column, line_end, column_end, yes, no, file, *_ in function["branches"]:
            path = relative(function["filenames"][file])
            if path is None:
                continue
            code = source(path, line, column, line_end, column_end)
            for way, count in (("true", yes), ("false", no)):
                taken[(path, line, column, code, way)] += count
    return taken


def relative(name):
    """`./../../src/room/file.cpp`, as a path of this repository; None outside of the rooms."""
    path = name[name.rfind("src/"):] if "src/" in name else ""
    in_room = any(path.startswith(f"src/{room}/") for room in ROOMS)
    return path if in_room and not path.endswith("_test.cpp") and (ROOT / path).exists() else None


def source(path, line, column, line_end, column_end):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()[line - 1:line_end]
    lines[-1] = lines[-1][:column_end - 1]
    lines[0] = lines[0][column - 1:]
    return " ".join(part.strip() for part in lines)


def explanations():
    """Lines `path | true or false | code of the condition | why nothing takes this branch`."""
    for line in EXPLANATIONS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Explanation(*(part.strip() for part in line.split(" | ")))


def judged(taken, reasons):
    """The branches that nothing takes: those that are explained, those that are not; and explanations of nothing."""
    def name(path, _line, _column, code, way):
        return path, way, code

    missed = {key for key, count in taken.items() if count == 0}
    explained = {key for key in missed if name(*key) in reasons}
    return explained, missed - explained, [each for each in reasons if each not in {name(*key) for key in explained}]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="name every branch that nothing takes")
    parser.add_argument("--raw", required=True, help="the folder of what the programs wrote")
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    raw = glob.glob(f"{options.raw}/*.profraw")
    taken = branches(exported(options.programs, raw, f"{options.raw}/merged.profdata"))
    reasons = {each[:3]: each.reason for each in explanations()}
    explained, missing, idle = judged(taken, reasons)

    print(f"{'room':14} {'branches':>8} {'taken':>8} {'explained':>9} {'missing':>8}")
    for room in (*ROOMS, ""):
        of_room = [key for key in taken if key[0].startswith(f"src/{room}")]
        why = sum(key in explained for key in of_room)
        gone = sum(key in missing for key in of_room)
        percent = 100 * (len(of_room) - why - gone) / max(len(of_room), 1)
        print(f"{room or 'together':14} {len(of_room):8} {percent:7.1f}% {why:9} {gone:8}")
    for path, line, _, code, way in sorted(missing):
        print(f"{path}:{line}: never {way}: {code}")
    if options.list:
        for path, line, _, code, way in sorted(explained):
            print(f"{path}:{line}: never {way}: {code}: {reasons[path, way, code]}")
    for each in idle:
        print(f"tests/unreachable.txt: explains what is taken or is not there: {' | '.join(each)}")
    return 1 if missing or idle else 0


if __name__ == "__main__":
    sys.exit(main())
