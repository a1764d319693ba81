"""Blue and green under systemd, whose part is played by plain descriptors and a datagram socket."""

import contextlib
import os
import signal

import pytest

from e2e.answers import visit_number
from handover.colours import Owner, Standby, colours, done, promote
from support.process import wait_until
from support.raw_http import VISIT, Connection, ask
from support.service_manager import ServiceManager, listener

PATIENCE_USEC = "600000000"  # so long that nobody says it twice in this time


@pytest.fixture
def manager(tmp_path):
    """Of one unit, with sockets."""
    with ServiceManager(tmp_path / "notify", {"public": listener(), "ops": listener()}) as playing:
        yield playing


@contextlib.contextmanager
def both(manager, store):
    """Blue, which waits for visitors by now, and green, for whose start the sockets are made blocking."""
    with manager.server("blue", store, kind=Owner) as blue:
        assert colours(store) == ("blue", None)
        with manager.server("green", store, kind=Standby) as green:
            yield blue, green


def test_the_main_process_is_the_one_that_serves(manager, store):
    with manager.server("blue", store, kind=Owner) as blue, Standby("green", store, env=manager.environment()) as green:
        assert manager.hear(MAINPID=str(blue.process.pid))["READY"] == "1"
        assert "MAINPID" not in manager.hear(READY="1", STATUS="stands by")
        done(promote("green", store), "green is live")
        assert manager.hear(MAINPID=str(green.process.pid))["READY"] == "1"
        assert visit_number(ask(blue.public, "GET", "/counter")) == 1


def test_only_the_one_that_serves_says_that_the_service_stops(manager, store):
    with manager.server("blue", store, kind=Owner) as blue, Standby("green", store, env=manager.environment()) as green:
        done(promote("green", store), "green is live")
        assert blue.stop() == 0
        assert green.stop() == 0
    with manager.server("blue", store, kind=Owner) as next_blue:
        manager.hear(MAINPID=str(next_blue.process.pid))  # by then all that was said before has been heard
        assert len([word for word in manager.words if "STOPPING" in word]) == 1


def test_connections_wait_in_a_socket_that_was_handed_on_twice(manager, store):
    with manager.server("blue", store, kind=Owner) as blue, Standby("green", store) as green:
        done(promote("green", store), "green is live")
        assert visit_number(ask(blue.public, "GET", "/counter")) == 1
        blue.stop(signal.SIGKILL)
        green.stop(signal.SIGKILL)
    with Connection(manager.sockets["public"].getsockname()) as waiting:
        waiting.send(VISIT)
        with manager.server("blue", store, kind=Owner):
            assert visit_number(waiting.response()) == 2


def test_a_standby_that_has_the_sockets_does_not_serve_before_it_is_promoted(manager, store):
    with both(manager, store) as (blue, green):
        blue.stop(signal.SIGKILL)
        green.wait_for_log("the owner is gone")
        with manager.server("blue", store, kind=Owner) as next_blue:
            wait_until(lambda: colours(store) == ("blue", "green"), "green does not come back")
            done(promote("green", store), "green is live")
            assert visit_number(ask(next_blue.public, "GET", "/counter")) == 1


def test_a_standby_that_has_the_sockets_does_not_make_them_blocking(manager, store):
    with both(manager, store) as (blue, _):
        assert not os.get_blocking(manager.sockets["public"].fileno())
        assert visit_number(ask(blue.public, "GET", "/counter")) == 1


def test_each_side_says_that_it_is_alive_as_soon_as_it_goes_on(tmp_path, store):
    with ServiceManager(tmp_path / "1", WATCHDOG_USEC=PATIENCE_USEC) as of_blue, \
            ServiceManager(tmp_path / "2", WATCHDOG_USEC=PATIENCE_USEC) as of_green, \
            of_blue.server("blue", store, kind=Owner), of_green.server("green", store, kind=Standby) as green:
        done(promote("green", store), "green is live")
        of_blue.hear(STATUS="stands by")
        of_green.hear(MAINPID=str(green.process.pid))
        for manager in (of_blue, of_green):
            manager.words.clear()
            manager.hear(WATCHDOG="1")
