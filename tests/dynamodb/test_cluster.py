"""Many writers on one table, under load: each visit has a number of its own, and none is lost."""

import concurrent.futures
import os
import signal
import time

from support.history import History
from support.original import LAST_UPDATED, Original
from support.raw_http import ask, stored_count
from support.server import Server, run
from support.visitors import Visitors

SECONDS = float(os.environ.get("CLUSTER_SECONDS", "20"))
CLIENTS = 64
VISITS_OF_A_LIFE = 500


def together(*histories):
    whole = History()
    for history in histories:
        whole.extend(history)
    return whole


def die_again_and_again(store, environment, visitors, until):
    """A server that is killed amid its visits and started again, and how often."""
    lives = 0
    while time.monotonic() < until:
        with Server(store=store, env=environment) as server:
            visitors.address = server.public
            visitors.wait_for(visits=VISITS_OF_A_LIFE, counted=VISITS_OF_A_LIFE)
            visitors.address = None  # another program might get the port
            server.stop(signal.SIGKILL)
        lives += 1
    return lives


def test_of_three_servers_two_are_killed_again_and_again_and_no_visit_is_lost(table, environment):
    until = time.monotonic() + SECONDS
    with Server(store=table, env=environment) as survivor, concurrent.futures.ThreadPoolExecutor(2) as mortals:
        with Visitors(survivor.public, CLIENTS) as first, Visitors(None, CLIENTS) as second, \
                Visitors(None, CLIENTS) as third:
            lives = [mortals.submit(die_again_and_again, table, environment, visitors, until)
                     for visitors in (second, third)]
            assert all(life.result() > 0 for life in lives)
            first.wait_for(visits=CLIENTS, counted=CLIENTS)
        stored = stored_count(survivor)
    together(first.history, second.history, third.history).check(0, stored)
    assert first.history.tally() == {"counted": len(first.history.lines), "not-counted": 0, "unknown": 0}


def visit_as_the_original(original, history, visits):
    for _ in range(visits):
        sent = time.monotonic_ns()
        number = original.visit()
        history.counted(sent, time.monotonic_ns(), number)


def test_plain_adds_run_beside_our_servers_on_a_table_of_the_original_program(dynalite, environment):
    store = dynalite.store("original")
    original = Original(dynalite.endpoint, "original")
    original.create_table()
    before = [original.visit() for _ in range(41)][-1]
    assert "ACTIVE" in run("table", "check", "--store", store, env=environment).stdout

    plain = History()
    with Server(store=store, env=environment) as one, Server(store=store, env=environment) as other:
        assert ask(one.public, "GET", "/health").json()["counter_value"] == before == 41
        with concurrent.futures.ThreadPoolExecutor(4) as threads, \
                Visitors(one.public, 16) as ours, Visitors(other.public, 16) as others:
            adding = [threads.submit(visit_as_the_original, original, plain, 100) for _ in range(4)]
            for visitors in (ours, others):
                visitors.wait_for(visits=400, counted=400)
            for visits in adding:
                visits.result()
        stored = stored_count(one)
    history = together(plain, ours.history, others.history)
    history.check(before, stored)
    assert history.tally() == {"counted": stored - before, "not-counted": 0, "unknown": 0}
    assert original.visit() == stored + 1
    assert original.record()["last_updated"] == {"S": LAST_UPDATED}
