"""The Lambda function: the executable of the zip beside a Python program with boto3, each on the tests' Runtime API."""

import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))

from bench import machine
from bench.machine import BenchFailed
from support.dynalite import KEYS, Dynalite
from support.lambda_events import VISIT
from support.process import memory_bytes
from support.runtime_api import Environment, RuntimeApi

SAMPLES = 15
COOL_EVENTS, WARM_EVENTS = 50, 500  # of each sample; the first ones are not timed
TABLE = "visits"
BOOTSTRAP, PYTHON = "bootstrap", "Python"
PROGRAMS = {PYTHON: ("/usr/bin/python3", str(ROOT / "bench/handler.py")),
            BOOTSTRAP: (str(ROOT / "build/lambda/bootstrap"),)}


def measure(binary, progress):
    """Of each program: ms from exec to the first answer, resident bytes, µs of CPU per warm event."""
    samples = {name: [] for name in PROGRAMS}
    with Dynalite() as server, RuntimeApi() as api:
        store = server.store(TABLE)
        subprocess.run([binary, "table", "create", "--store", store], env=KEYS, check=True, stdout=subprocess.DEVNULL)
        variables = {**KEYS, "TABLE_NAME": TABLE, "AWS_ENDPOINT_URL_DYNAMODB": server.endpoint}
        for number in range(SAMPLES):
            for name, program in PROGRAMS.items():
                samples[name].append(_sample(api, store, program, variables))
            progress(f"lambda: sample {number + 1} of {SAMPLES}")
    return {"warm_events": WARM_EVENTS, "samples": samples}


def _sample(api, store, program, variables):
    first = api.begin(VISIT)
    began = time.monotonic()
    with machine.pinned(machine.SERVER_CPU):
        environment = Environment(api, store, program=program, **variables)
        environment.__enter__()
    try:
        _check(first.wait())
        started = time.monotonic() - began
        for _ in range(COOL_EVENTS):
            _check(api.invoke(VISIT))
        cpu = _cpu_seconds(environment.process.pid)
        for _ in range(WARM_EVENTS):
            _check(api.invoke(VISIT))
        cpu = _cpu_seconds(environment.process.pid) - cpu
        return {"start_ms": started * 1e3, "resident_bytes": memory_bytes(environment.process.pid, "VmRSS"),
                "cpu_us_per_event": cpu * 1e6 / WARM_EVENTS}
    finally:
        environment.__exit__()


def _check(result):
    if result.response()["statusCode"] != 200:
        raise BenchFailed(f"a visit failed: {result}")


def _cpu_seconds(pid):
    """As machine.cpu_seconds, but in nanoseconds instead of ticks; of the threads that are there."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
