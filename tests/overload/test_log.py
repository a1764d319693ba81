"""P10: nobody takes the log."""

import contextlib
import json
import subprocess

import pytest

from support.faults import fill, small_file_system
from support.process import memory_bytes, sanitized, wait_until
from support.raw_http import ask, stored_count
from support.server import BINARY, PATIENCE_SECONDS, Server, clean_environment
from support.visitors import Visitors

LOG_BUFFER_BYTES = 4 * 1024 * 1024  # limits.hpp
LINE_BYTES_MIN = 200  # of a visit
GROWN_BYTES_MAX = 4 * LOG_BUFFER_BYTES


def test_a_reader_of_the_log_that_stops_reading_stops_nothing_else(store):
    visits = 2 * LOG_BUFFER_BYTES // LINE_BYTES_MIN
    with Server(store=store) as server:
        with Visitors(server.public, 32) as visitors, server.log_unread():
            before = memory_bytes(server.process.pid, "VmRSS")
            wait_until(lambda: visitors.counted >= visits, "visits wait for the log")
            grown = memory_bytes(server.process.pid, "VmHWM") - before
        assert (visitors.cut, visitors.surprises) == ([], [])
        visitors.history.check(0, stored_count(server))
        assert sanitized() or grown <= GROWN_BYTES_MAX
        server.wait_for_log("log lines dropped")
        assert server.stop() == 0
    written = [line for line in server.log if line["message"] == "request"]
    dropped = sum(line["lines"] for line in server.log if line["message"] == "log lines dropped")
    assert len(written) + dropped >= visitors.counted


@contextlib.contextmanager
def serving_with_its_log_in(file):
    """A server; yields its process, and its public address as its log has it."""
    command = [BINARY, "serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--store", "memory:",
               "--log-format", "json"]
    with file.open("wb") as log, subprocess.Popen(command, env=clean_environment(), stderr=log) as process:
        try:
            wait_until(lambda: "\n" in file.read_text(), "the server does not listen")
            host, port = json.loads(file.read_text().splitlines()[0])["listen"].split(":")
            yield process, (host, int(port))
        finally:
            process.kill()


def test_a_full_disk_below_the_log_costs_lines_and_nothing_else(tmp_path):
    with small_file_system(tmp_path, "1m") as mounted:
        if not mounted:
            pytest.skip("NOT RUN: A LOG ON A FULL DISK, FOR THIS MACHINE LETS US MOUNT NO TMPFS")
        file = tmp_path / "log"
        with serving_with_its_log_in(file) as (process, address):
            ballast = fill(tmp_path)
            with Visitors(address, 8) as visitors:
                visitors.wait_for(visits=5000, counted=5000)
            assert visitors.history.tally()["counted"] == visitors.ended
            ballast.unlink()

            def drops_are_told():
                assert ask(address, "GET", "/counter").status == 200
                return "log lines dropped" in file.read_text()

            wait_until(drops_are_told, "nobody is told of the lines that were dropped")
            process.terminate()
            assert process.wait(PATIENCE_SECONDS) == 0
