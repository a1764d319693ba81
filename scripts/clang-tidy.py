#!/usr/bin/env python3
"""Runs clang-tidy on sources, on all processors, and skips those that were clean when nothing they are made of differed.

Made of: the source and every header that the debug build read for it, the checks, and clang-tidy itself. A source that
was not built, or includes what has changed since, is always checked.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

BUILD = pathlib.Path("build/debug")
CLEAN = pathlib.Path("build/clang-tidy")
TIDY = "clang-tidy-19"


def dependencies():
    """What each object was made of, as ninja recorded it: source path to all paths."""
    listed = subprocess.run(["ninja", "-C", BUILD, "-t", "deps"], capture_output=True, text=True, check=False).stdout
    made_of = {}
    for block in listed.split("\n\n"):
        head, *paths = block.strip().split("\n")
        if "(VALID)" in head:
            absolute = [os.path.normpath(BUILD.absolute() / path.strip()) for path in paths]
            made_of[absolute[0]] = absolute
    return made_of


def content(path):
    """Ours byte by byte; of the system, which changes only by installing, size and time."""
    if path.startswith(f"{os.getcwd()}/"):
        return pathlib.Path(path).read_bytes()
    status = os.stat(path)
    return f"{status.st_size} {status.st_mtime_ns}".encode()


def key(paths, ground):
    digest = hashlib.sha256(ground)
    for path in paths:
        digest.update(hashlib.sha256(content(path)).digest())
    return digest.hexdigest()


def check(source, paths, ground, options):
    """Whether the source is clean."""
    mark = CLEAN / key(paths, ground) if paths else None
    if mark and mark.exists():
        return True
    done = subprocess.run([TIDY, "-p", BUILD, "--quiet", "--warnings-as-errors=*", *options, source],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout, done.stderr, sep="", flush=True)
    elif mark:
        mark.touch()
    return done.returncode == 0


def main(arguments):
    options = [argument for argument in arguments if argument.startswith("-")]
    sources = [argument for argument in arguments if not argument.startswith("-")]
    CLEAN.mkdir(parents=True, exist_ok=True)
    made_of = dependencies()
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    commands = {each["file"]: each["command"] for each in json.loads((BUILD / "compile_commands.json").read_text())}
    checks = pathlib.Path(".clang-tidy").read_bytes()

    def one(source):
        path = os.path.abspath(source)
        return check(source, made_of.get(path), b"\0".join([version, checks, commands.get(path, "").encode(), *map(str.encode, options)]), options)

    largest_first = sorted(sources, key=lambda source: -len(made_of.get(os.path.abspath(source), ())))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = list(pool.map(one, largest_first))
    print(f"{sum(clean)} of {len(clean)} sources are clean")
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
