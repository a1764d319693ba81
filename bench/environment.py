"""Names the machine and the versions a report was made with."""

import datetime
import gzip
import json
import os
import pathlib
import platform
import re
import sqlite3
import subprocess

_COMPILER = re.compile(rb"GCC: \([^)]*\) [\d.]+|clang version [\d.]+")


def describe(binary, nginx, dynalite, rivals, directory):
    """`nginx` and `dynalite`, its folder, may be None: no part needs it. `rivals` are packages that are unpacked."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "CPU": _cpu_model(),
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": file_system(directory),
        "visitor-counter": _first_line(binary, "version").removeprefix("visitor-counter "),
        "compiler": _compiler(binary),
        "SQLite": f"{sqlite3.sqlite_version} (the system's library)",
        "nginx": _first_line(nginx, "-v").removeprefix("nginx version: ") if nginx else "not used",
        **{package: _package(rivals, package) if nginx else "not used"
           for package in ("libnginx-mod-http-lua", "webdis", "redis-server")},
        "dynalite": _dynalite(dynalite) if dynalite else "not used",
        "wrk": _first_line("wrk", "-v").partition(" Copyright")[0].removeprefix("wrk "),
        "load average before": load_average(),
    }


def file_system(directory):
    return _output("df", "--output=fstype", directory).split()[-1]


def load_average():
    return " ".join(f"{load:.2f}" for load in os.getloadavg())


def _cpu_model():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {os.cpu_count()} CPUs"


def _compiler(binary):
    """What the compilers left in the ELF section .comment."""
    return ", ".join(sorted({found.decode() for found in _COMPILER.findall(pathlib.Path(binary).read_bytes())}))


def _package(unpacked, package):
    """The version that its changelog begins with."""
    changelog = unpacked / "usr/share/doc" / package / "changelog.Debian.gz"
    return gzip.decompress(changelog.read_bytes()).split(b" ", 2)[1].decode().strip("()") if changelog.exists() else "absent"


def _dynalite(folder):
    version = json.loads((folder / "package.json").read_text())["version"]
    return f"{version}, on node {_first_line('node', '--version').removeprefix('v')}"


def _first_line(*command):
    return _output(*command).splitlines()[0]


def _output(*command):
    """wrk and nginx name their version on stderr or with exit code 1."""
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
