"""A wall clock that jumps, memory that runs out, a count at its limit (S11, S15, S18), a start without listeners."""

import glob
import os
import re
import subprocess

import pytest

from crash.lives import Lives, not_run
from support.faults import tampered, tampering, traceable
from support.raw_http import VISIT, Connection, request, stored_count
from support.server import BINARY, Server, clean_environment, run

COUNT_MAX = 2**53 - 1
MEMORY_CALLS = "mmap,brk,mremap"


@pytest.fixture
def clock(tmp_path):
    """A function that moves the wall clock of programs with this environment, and the environment."""
    libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not libraries:
        not_run("clock jumps; libfaketime is not installed")
    now = tmp_path / "clock"
    environment = clean_environment(LD_PRELOAD=libraries[0], FAKETIME_TIMESTAMP_FILE=str(now), FAKETIME_NO_CACHE="1",
                                    FAKETIME_DONT_FAKE_MONOTONIC="1", TZ="UTC")

    def jump(offset):
        fresh = now.with_suffix(".new")
        fresh.write_text(offset)
        os.replace(fresh, now)

    jump("+0")
    return jump, environment


def year(address):
    with Connection(address) as connection:
        return int(connection.ask(request("GET", "/health")).json()["timestamp"][:4])


def test_a_wall_clock_that_jumps_ten_years_either_way_changes_no_count(store, clock):
    jump, environment = clock
    if "asan" in os.environ.get("VISITOR_COUNTER", ""):
        not_run("clock jumps under AddressSanitizer, which must be the first library")
    lives = Lives(store)
    with lives.life(env=environment) as (server, visitors):
        visitors.wait_for(counted=100)
        real = year(server.public)
        for offset, years in (("+10y", 10), ("-10y", -10), ("+0", 0)):
            jump(offset)
            visitors.wait_for(counted=200)
            assert abs(year(server.public) - real - years) <= 1  # a year has 365 days there
        visitors.stop()
        assert visitors.history.tally()["unknown"] == 0
        assert server.stop() == 0
    lives.check()


@pytest.mark.parametrize("lasting", ["1+", "1..40", "3+2"])
def test_memory_that_runs_out_loses_no_answered_visit(store, lasting):
    """The server may go on without it, or end: then as by a kill."""
    lives = Lives(store)
    with lives.life(env=traceable()) as (server, visitors):
        visitors.wait_for(counted=50)
        with tampered(server, MEMORY_CALLS, f"error=ENOMEM:when={lasting}"):
            visitors.wait_for(visits=500, unless=lambda: server.process.poll() is not None)
    lives.check()


def test_a_count_at_its_limit_refuses_visits_and_keeps_its_number(store):
    assert run("set", "main_counter", str(COUNT_MAX - 1), "--store", store).returncode == 0
    with Server(store=store) as server, Connection(server.public) as connection:
        assert connection.ask(VISIT).json()["count"] == COUNT_MAX
        for _ in range(3):
            answer = connection.ask(VISIT)
            assert (answer.status, answer["X-Visit-Outcome"]) == (500, "not-counted")
        assert stored_count(server) == COUNT_MAX
        assert server.stop() == 0
    assert run("get", "--store", store).stdout == f"{COUNT_MAX}\n"


def first_words(wrapper):
    """Of a start with two threads: its first line, and its exit code, if it did not get as far as to listen."""
    command = [*wrapper, BINARY, "serve", "--threads", "2", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0",
               "--store", "memory:", "--log-format", "json"]
    with subprocess.Popen(command, env=traceable(), stderr=subprocess.PIPE, text=True) as process:
        line = process.stderr.readline()
        if '"listening"' in line:
            process.kill()
            return line, None
        return line + process.stderr.read(), process.wait()


@pytest.mark.parametrize("call", ["socket", "setsockopt", "bind", "listen", "ioctl", "fcntl", "epoll_ctl"])
def test_a_start_that_gets_no_listener_is_refused_in_one_line(call):
    refused = 0
    for step in range(1, 10):
        words, code = first_words(tampering(call, f"error=ENOMEM:when={step}"))
        if code is not None:
            assert (code, bool(re.fullmatch("visitor-counter: cannot (listen on|share|use) [^\n]+: Cannot allocate memory\n",
                                            words))) == (1, True), (step, words)
            refused += 1
    assert refused > 0
