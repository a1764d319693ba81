"""Stops under load: every answer is whole, every visit that was counted is answered."""

import os
import signal
import time

from support.history import History
from support.process import is_stopped, wait_until
from support.raw_http import stored_count
from support.server import Server
from support.visitors import Visitors

STOPS = int(os.environ.get("OVERLOAD_STOPS", "100"))
CLIENTS = 8  # that keep their connections, and as many that do not
FROZEN_SECONDS = 3


def assert_served_well(*all_visitors):
    for visitors in all_visitors:
        assert (visitors.cut, visitors.surprises) == ([], [])


def whole_history(*all_visitors):
    history = History()
    for visitors in all_visitors:
        history.extend(visitors.history)
    return history


def test_stops_under_load_cut_no_answer_and_lose_no_visit(store):
    with Visitors(None, CLIENTS) as keeping, Visitors(None, CLIENTS, visits_per_connection=3) as reconnecting:
        for _ in range(STOPS):
            with Server(store=store) as server:
                keeping.address = reconnecting.address = server.public
                keeping.wait_for(visits=25, counted=25)
                reconnecting.wait_for(visits=25, counted=25)
                assert server.stop(signal.SIGTERM) == 0
                keeping.address = reconnecting.address = None
    assert_served_well(keeping, reconnecting)
    history = whole_history(keeping, reconnecting)
    with Server(store=store) as server:
        stored = stored_count(server)
    history.check(0, stored)
    assert stored == history.tally()["counted"], "a visit was counted and not answered"


def test_a_process_that_was_frozen_longer_than_its_deadlines_answers_everyone(store):
    """P11. The requests that arrived meanwhile are there when it looks at the clock again."""
    with Server("--header-timeout", "1", "--idle-timeout", "1", store=store) as server:
        with Visitors(server.public, CLIENTS) as visitors:
            visitors.wait_for(visits=50, counted=50)
            server.process.send_signal(signal.SIGSTOP)
            wait_until(lambda: is_stopped(server.process.pid), "the server does not freeze")
            thaw = time.monotonic() + FROZEN_SECONDS
            wait_until(lambda: time.monotonic() >= thaw, "time stands still")
            server.process.send_signal(signal.SIGCONT)
            visitors.wait_for(visits=50, counted=50)
        assert_served_well(visitors)
        visitors.history.check(0, stored_count(server))
        assert visitors.history.tally()["unknown"] == 0
        assert server.stop() == 0
