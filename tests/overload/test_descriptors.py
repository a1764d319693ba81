"""P1: the process runs out of file descriptors."""

import contextlib
import time

import pytest

from e2e.answers import visit_number
from support.process import cpu_seconds, descriptors, sanitized, wait_until
from support.raw_http import VISIT, Connection, stored_count
from support.server import Server

DESCRIPTORS = 64
CLIENTS = 100
pytestmark = pytest.mark.skipif(
    sanitized(), reason="UBSan opens a pipe to look at an object; without descriptors it takes a sound one for a bad one")
FEW = ("prlimit", f"--nofile={DESCRIPTORS}")


def test_a_process_without_descriptors_rests_and_serves_who_waited_once_there_are_some(store):
    with Server("--header-timeout", "2", store=store, wrapper=FEW) as server, contextlib.ExitStack() as stack:
        silent = [stack.enter_context(Connection(server.public)) for _ in range(CLIENTS)]
        wait_until(lambda: descriptors(server.process.pid) == DESCRIPTORS, "descriptors are left")
        began, cpu = time.monotonic(), cpu_seconds(server.process.pid)
        visitor = stack.enter_context(Connection(server.public))
        assert visit_number(visitor.ask(VISIT)) == 1  # after the silent ones' deadlines: those before it in the backlog too
        cpu, waited = cpu_seconds(server.process.pid) - cpu, time.monotonic() - began
        assert cpu < waited / 5, f"{cpu} s of CPU in {waited} s: it spins"
        for connection in silent:
            assert connection.rest() == b""
        assert visit_number(visitor.ask(VISIT)) == 2
        complaints = [line for line in server.log if "cannot accept" in str(line)]
        assert 0 < len(complaints) <= waited + 2
        assert server.stop() == 0


def test_without_descriptors_the_connections_that_have_been_idle_longest_make_room(store):
    with Server(store=store, wrapper=FEW) as server:
        with contextlib.ExitStack() as stack:
            for number in range(1, CLIENTS + 1):
                connection = stack.enter_context(Connection(server.public))
                assert visit_number(connection.ask(VISIT)) == number
        assert stored_count(server) == CLIENTS
        assert server.stop() == 0


def test_a_process_without_descriptors_stops(store):
    with Server(store=store, wrapper=FEW) as server, contextlib.ExitStack() as stack:
        for _ in range(CLIENTS):
            stack.enter_context(Connection(server.public))
        wait_until(lambda: "cannot accept" in str(server.log), "it accepts")
        assert server.stop() == 0
