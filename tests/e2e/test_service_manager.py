"""Under systemd, whose part is played by plain descriptors and a datagram socket."""

import os
import re
import signal
import socket
import uuid

import pytest

from e2e.test_reload import hang_up
from support.raw_http import Connection, ask, request, stored_count
from support.service_manager import ServiceManager, listener
from support.visitors import Visitors


@pytest.fixture
def manager(tmp_path):
    with ServiceManager(tmp_path / "notify") as playing:
        yield playing


@pytest.fixture
def activating(tmp_path):
    """One that hands sockets over."""
    sockets = {"public": listener(), "ops": listener()}
    with ServiceManager(tmp_path / "notify", sockets) as playing:
        yield playing


def test_it_says_when_it_serves_and_when_it_stops(manager):
    with manager.server() as server:
        ready = manager.hear(READY="1")
        assert int(ready["MAINPID"]) == server.process.pid
        assert "{}:{}".format(*server.public) in ready["STATUS"]
        assert ask(server.public, "GET", "/counter").status == 200
        assert server.stop() == 0
    assert manager.hear(STOPPING="1")


def test_an_abstract_socket_hears_it_too():
    with ServiceManager(f"@visitor-counter-{uuid.uuid4()}") as manager, manager.server():
        assert manager.hear(READY="1")


def test_a_service_manager_that_is_deaf_does_not_matter(tmp_path):
    deaf = ServiceManager(tmp_path / "notify", NOTIFY_SOCKET=str(tmp_path / "nowhere"))
    with deaf as manager, manager.server() as server:
        assert ask(server.public, "GET", "/counter").status == 200
        assert server.stop() == 0


@pytest.mark.parametrize("text, message", [
    ("", "configuration reloaded"), ("stagge = 1", "configuration not reloaded, the old one is in force")],
    ids=["a good file", "a bad file"])
def test_it_says_when_it_reloads_and_when_it_has(manager, tmp_path, text, message):
    file = tmp_path / "visitor-counter.toml"
    file.write_text("")
    with manager.server("--config", str(file)) as server:
        manager.hear(READY="1")
        file.write_text(text)
        hang_up(server, message)
        assert int(manager.hear(RELOADING="1")["MONOTONIC_USEC"]) > 0
        assert manager.hear(READY="1", STATUS=message)


def test_it_is_alive_as_often_as_it_is_asked_to_be(tmp_path):
    impatient = ServiceManager(tmp_path / "notify", WATCHDOG_USEC="30000")
    with impatient as manager, manager.server("--threads", "2") as server:
        for _ in range(5):
            manager.words.clear()
            assert manager.hear(WATCHDOG="1")
        assert server.stop() == 0


def test_it_serves_on_the_sockets_that_are_handed_over(activating):
    with activating.server("--threads", "2") as server:
        assert server.public == activating.sockets["public"].getsockname()
        assert server.ops == activating.sockets["ops"].getsockname()
        assert ask(server.public, "GET", "/counter").json()["count"] == 1
        assert stored_count(server) == 1
        assert not os.path.exists(f"/proc/{server.process.pid}/fd/100"), "each descriptor is there once"


def test_a_preview_socket_counts_on_the_preview(tmp_path):
    with ServiceManager(tmp_path / "notify", {"preview": listener()}) as manager, manager.server() as server:
        assert server.preview == manager.sockets["preview"].getsockname()
        assert ask(server.preview, "GET", "/counter").json()["count"] == 1
        assert stored_count(server, "main_counter.preview.blue") == 1


def test_connections_wait_for_the_next_process_when_one_is_killed(activating, store):
    with activating.server(store=store) as server:
        assert ask(server.public, "GET", "/counter").json()["count"] == 1
        server.stop(signal.SIGKILL)
    with Connection(server.public) as waiting:
        waiting.send(request("GET", "/counter"))
        with activating.server(store=store):
            assert waiting.response().json()["count"] == 2


# Who has connected and sent nothing yet when the server stops gets no answer: that visit is `unknown`, and not counted.
def test_visits_go_on_across_restarts(activating, store):
    with Visitors(activating.sockets["public"].getsockname(), 8, visits_per_connection=1) as visitors:
        for _ in range(5):
            with activating.server(store=store) as server:
                visitors.wait_for(counted=50)
                assert server.stop() == 0
        with activating.server(store=store) as server:
            visitors.wait_for(counted=50)
            visitors.stop()
            count = stored_count(server)
    assert visitors.history.tally()["not-counted"] == 0
    visitors.history.check(0, count)


def refused(manager):
    """What a server says that does not start."""
    server = manager.server()
    with pytest.raises(AssertionError, match="listening"), server:
        pass
    return " ".join(line["unparsed"] for line in server.log)


def datagram():
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.bind(("127.0.0.1", 0))
    return own


@pytest.mark.parametrize("sockets, reason", [
    (lambda: {"web": listener()}, "named 'web'"),
    (lambda: {"public": datagram()}, "'public'.* is no listening TCP socket"),
    (lambda: {"ops": listener("0.0.0.0")}, "'ops'.* is not on a loopback address"),
], ids=["an unknown name", "no listener", "an operator's listener for all"])
def test_a_socket_that_cannot_be_used_is_refused(tmp_path, sockets, reason):
    with ServiceManager(tmp_path / "notify", sockets()) as manager:
        assert re.search(reason, refused(manager))
