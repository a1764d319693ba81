"""SIGHUP: the configuration is read again while visitors are served."""

import os
import signal

import pytest

from e2e.test_logs import serving
from support.raw_http import Connection, ask, request, stored_count
from support.server import PATIENCE_SECONDS, Server
from support.visitors import Visitors

RELOADED = "configuration reloaded"
KEPT = "configuration not reloaded, the old one is in force"
WAITS = "a setting has changed, which the next start takes over"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "visitor-counter.toml"


def hang_up(server, message=RELOADED, count=1):
    """SIGHUP, and the line of the log that says what became of it."""
    server.process.send_signal(signal.SIGHUP)
    return server.wait_for_log(message, count)


def test_a_signal_reads_the_configuration_again(file):
    file.write_text("")
    with Server("--config", str(file)) as server:
        hang_up(server)
        hang_up(server, count=2)
        assert ask(server.public, "GET", "/counter").status == 200
        assert server.stop() == 0


def test_without_a_file_nothing_changes():
    with Server() as server:
        hang_up(server)
        assert server.stop() == 0


@pytest.mark.parametrize("text, reason", [
    ("stage = ", ":1:"), ("stagge = 'x'", "'stagge'"), ("threads = 0", "threads"), (None, "visitor-counter.toml"),
], ids=["no TOML", "an unknown key", "a bad value", "no file"])
def test_a_bad_file_leaves_the_old_one_in_force_and_says_so(file, text, reason):
    file.write_text("")
    with Server("--config", str(file)) as server:
        file.unlink() if text is None else file.write_text(text)
        line = hang_up(server, KEPT)
        assert line["level"] == "ERROR" and reason in line["reason"]
        assert ask(server.public, "GET", "/counter").status == 200
        file.write_text("")
        hang_up(server)


def test_what_only_a_start_can_change_is_said(file):
    file.write_text("idle-timeout = 75")
    with Server("--config", str(file)) as server:
        file.write_text("idle-timeout = 20\ncounter-id = 'other'")
        hang_up(server)
        assert {line["setting"] for line in server.log if line["message"] == WAITS} == {"idle-timeout", "counter-id"}
        assert ask(server.public, "GET", "/counter").status == 200
        assert stored_count(server) == 1


def test_the_end_of_its_terminal_ends_the_server():
    terminal, other_end = os.openpty()
    with open(terminal, "rb", buffering=0) as log, open(other_end, "wb") as stderr:
        with serving(stderr=stderr) as (process, address):
            assert ask(address, "GET", "/counter").status == 200
            process.send_signal(signal.SIGHUP)
            text = b""
            while b"configuration reloaded" not in text:
                text += log.read(65_536)
            log.close()
            process.send_signal(signal.SIGHUP)
            assert process.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("threads", [1, 2])
def test_no_request_is_dropped(file, threads):
    file.write_text("")
    with Server("--config", str(file), "--threads", str(threads)) as server:
        with Visitors(server.public, 8) as visitors, Connection(server.public) as kept:
            for count in range(1, 21):
                hang_up(server, count=count)
                visitors.wait_for(visits=20)
            assert kept.ask(request("GET", "/health")).status == 200
        assert visitors.history.tally()["unknown"] == visitors.history.tally()["not-counted"] == 0
        visitors.history.check(0, stored_count(server))
