"""A table that goes out of reach: what visitors are told, and that nothing is lost by it.

Every answer has the guard of raw_http, twenty times what a visitor may wait; the exact times are those of store_test.cpp.
"""

import contextlib
import signal
import socket

import pytest

from support.dynalite import Dynalite
from support.raw_http import ask, stored_count
from support.server import Server, run
from support.visitors import Visitors

SILENCE_SECONDS = 6  # after which a visit's outcome is unknown: long enough for dynalite on a busy machine


@contextlib.contextmanager
def counting(dynalite, environment, **options):
    """A server that has counted a visit in a table of its own."""
    store = dynalite.store("visits", **options)
    assert run("table", "create", "--store", store, env=environment).returncode == 0
    with Server(store=store, env=environment) as server:
        assert ask(server.public, "GET", "/counter").json()["count"] == 1
        yield server


def end(dynalite):
    """Ends it; the address at which nobody listens now."""
    host, _, port = dynalite.endpoint.removeprefix("http://").partition(":")
    dynalite.end()
    return host, int(port)


@contextlib.contextmanager
def black_hole(address):
    """Who connects gets no answer at all: the queue of connections is full."""
    with socket.create_server(address, backlog=0), contextlib.ExitStack() as waiting:
        for _ in range(8):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(address)
        yield


@contextlib.contextmanager
def mute(address):
    """Who connects is heard, and never answered."""
    with socket.create_server(address):
        yield


def assert_told(server, outcome, error):
    visit = ask(server.public, "GET", "/counter")
    assert (visit.status, visit["X-Visit-Outcome"]) == (500, outcome)
    assert visit.json()["message"] == "Unable to process request. Please try again."
    health = ask(server.public, "GET", "/health")
    assert (health.status, health.json()["database"], health.json()["error"]) == (503, "error", error)
    assert ask(server.ops, "GET", "/readyz").status == 503
    assert ask(server.ops, "GET", "/livez").status == 200


@pytest.mark.parametrize("there, error", [
    (contextlib.nullcontext, "Connection failed"),
    (black_hole, "Connection timeout"),
], ids=["refused", "black hole"])
def test_a_table_that_cannot_be_reached_counts_nothing_and_its_visitors_are_told_so(environment, there, error):
    with Dynalite() as dynalite, counting(dynalite, environment) as server:
        with there(end(dynalite)):
            for _ in range(3):
                assert_told(server, "not-counted", error)
        assert server.stop() == 0


def test_where_a_table_is_connected_and_mute_the_outcome_is_unknown(environment):
    with Dynalite() as dynalite, counting(dynalite, environment, timeout_seconds=SILENCE_SECONDS) as server:
        with mute(end(dynalite)):
            assert_told(server, "unknown", "Connection timeout")
        assert server.stop() == 0


def test_a_table_that_falls_silent_for_a_while_loses_no_visit(environment):
    """Requests that were given up wait for it, and are read late."""
    with Dynalite() as dynalite, counting(dynalite, environment, timeout_seconds=SILENCE_SECONDS) as server:
        with Visitors(server.public, 16) as visitors:
            visitors.wait_for(visits=100, counted=100)
            dynalite.signal(signal.SIGSTOP)
            server.wait_for_log("store refuses visits")
            dynalite.signal(signal.SIGCONT)
            visitors.wait_for(visits=100, counted=100)
        visitors.history.check(1, stored_count(server))
        assert server.stop() == 0
