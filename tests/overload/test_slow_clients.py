"""Clients that send or read slowly, or not at all, beside one that does neither."""

import contextlib
import os
import select
import socket
import subprocess

import pytest

from support.process import GUARD_SECONDS, descriptors, sanitized, wait_until
from support.raw_http import VISIT, Connection, ask, request, stored_count
from support.server import Server
from support.visitors import Visitors

SLOW_CLIENTS = int(os.environ.get("OVERLOAD_SLOW_CLIENTS", "400" if sanitized() else "4000"))
VISITS = int(os.environ.get("OVERLOAD_VISITS", "300"))

SLOW_WAYS = {
    "headers": ("-H", "-i", "1", "-x", "10"),
    "bodies": ("-B", "-i", "1", "-x", "10", "-s", "8192"),
    "reading": ("-X", "-w", "1", "-y", "16", "-z", "1", "-n", "1", "-k", "10"),
}


@contextlib.contextmanager
def slow_clients(address, way):
    """slowhttptest against this server."""
    command = ["slowhttptest", *SLOW_WAYS[way], "-c", str(SLOW_CLIENTS), "-r", str(SLOW_CLIENTS), "-v", "0",
               "-l", str(2 * GUARD_SECONDS), "-u", "http://{}:{}/counter".format(*address)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


@contextlib.contextmanager
def served_among_slow_clients(store, way):
    """A client that visits all the time; yields it and the count of descriptors that the server has, as a function."""
    with Server(store=store) as server:
        with server.log_unread(), Visitors(server.public, 1) as good:
            with slow_clients(server.public, way):
                wait_until(lambda: descriptors(server.process.pid) > SLOW_CLIENTS * 3 / 4, "the slow clients never came")
                yield good, lambda: descriptors(server.process.pid)
        assert good.cut == []
        tally = good.history.tally()
        assert (tally["unknown"], tally["not-counted"]) == (0, 0)
        assert server.stop() == 0


@pytest.mark.parametrize("way", SLOW_WAYS)
def test_thousands_of_slow_clients_do_not_keep_others_from_being_answered(store, way):
    """H1 to H3."""
    with served_among_slow_clients(store, way) as (good, _):
        good.wait_for(visits=VISITS, counted=VISITS)


def test_the_deadline_of_thousands_of_slow_clients_does_not_keep_others_from_being_answered(store):
    with served_among_slow_clients(store, "headers") as (good, open_descriptors):
        while open_descriptors() > SLOW_CLIENTS / 4:
            good.wait_for(visits=VISITS, counted=VISITS)


def test_a_client_that_reads_nothing_is_cut_off_in_the_end():
    with Server() as server, socket.create_connection(server.public) as client:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):  # until the kernel holds no more answers, and then no more requests
            while client.send(VISIT * 100):
                pass
        poll = select.poll()
        poll.register(client, 0)  # errors and hang-ups
        assert poll.poll(GUARD_SECONDS * 1000), "the server waits for ever"
        assert ask(server.public, "GET", "/counter").status == 200
        assert server.stop() == 0


@pytest.mark.parametrize("begun, status", [
    pytest.param(b"nonsense\r\n\r\n", 400, id="malformed"),
    pytest.param(request("POST", "/counter", f"Content-Length: {11 << 20}"), 413, id="too large a body"),
])
def test_a_client_that_goes_on_sending_sees_the_error_it_got(begun, status):
    """H4 to H6: the answer is not taken away by a reset."""
    with Server() as server, Connection(server.public) as connection:
        connection.send(begun)
        for _ in range(64):
            connection.send(b"x" * 65536)
        connection.end_sending()
        answer = connection.response()
        assert (answer.status, answer["Connection"]) == (status, "close")
        assert connection.rest() == b""
        assert stored_count(server) == 0


def test_a_client_that_is_one_too_many_and_goes_on_sending_sees_that_it_is():
    with Server("--connections-max", "1", "--header-timeout", "60") as server, Connection(server.public) as busy:
        busy.send(VISIT[:10])
        with Connection(server.public) as other:
            for _ in range(64):
                other.send(b"x" * 65536)
            other.end_sending()
            answer = other.response()
            assert (answer.status, answer["Connection"]) == (429, "close")
            assert other.rest() == b""
