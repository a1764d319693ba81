"""Visits through a network that loses, repeats and spoils, to a table that keeps them: each counts once, or says not."""

import json
import re
import signal

import pytest

from support.dynalite import KEYS
from support.original import Original
from support.process import wait_until
from support.raw_http import ask, stored_count
from support.server import Server, clean_environment, run
from support.table_proxy import Fault, TableProxy, at_random
from support.visitors import Visitors

BAD_NETWORK = {Fault.LOST_REPLY: 0.1, Fault.LATE_COPY: 0.05, Fault.LOST_AND_LATE: 0.01}
VISITS = 100_000
PLAIN_ADDITIONS = 500
SECRET = "hush-hush-hush"


@pytest.fixture(scope="session")
def environment():
    return clean_environment(**KEYS | {"AWS_SECRET_ACCESS_KEY": SECRET})


@pytest.fixture
def proxy(dynalite):
    with TableProxy(dynalite.endpoint) as between:
        yield between


@pytest.fixture
def store(dynalite, proxy, table):
    """The table's address, through the proxy."""
    return table.replace(dynalite.endpoint, proxy.endpoint)


@pytest.fixture
def server(store, environment):
    with Server(store=store, env=environment) as running:
        yield running


def original(endpoint, table, **options):
    return Original(endpoint, re.match(r"dynamodb://([^?]+)", table)[1], **options)


def visit(server):
    return ask(server.public, "GET", "/counter")


def once(fault, operation=b".UpdateItem\r\n"):
    """The next request of this kind meets the fault."""
    faults = [fault]
    return lambda request: faults.pop() if faults and operation in request else Fault.NONE


def test_nothing_drifts_where_replies_are_lost_and_copies_come_late(proxy, server):
    proxy.choose = at_random(BAD_NETWORK, seed=1)
    with Visitors(server.public, 64) as visitors:
        for _ in range(20):  # each with a guard of its own
            visitors.wait_for(VISITS // 20)
    copies = proxy.seen[Fault.LATE_COPY] + proxy.seen[Fault.LOST_AND_LATE]
    proxy.deliver_copies()
    stored = stored_count(server)
    visitors.history.check(0, stored)
    tally = visitors.history.tally()
    assert tally["counted"] <= stored <= tally["counted"] + tally["unknown"]
    assert proxy.seen[Fault.LOST_REPLY] > 0 and copies > 0
    print(f"\n{tally}, {sum(proxy.seen.values())} requests to the table, {proxy.seen[Fault.LOST_REPLY]} replies lost, "
          f"{copies} copies late: drift {stored - tally['counted']}")


def test_a_plain_add_with_retries_drifts(dynalite, table, proxy):
    """As a baseline: AWS's own client, which asks again where no answer comes."""
    proxy.choose = at_random(BAD_NETWORK, seed=1)
    plain = original(proxy.endpoint, table, attempts=10)
    for _ in range(PLAIN_ADDITIONS):
        plain.visit()
    proxy.deliver_copies()
    drift = int(original(dynalite.endpoint, table).record()["visit_count"]["N"]) - PLAIN_ADDITIONS
    assert drift > PLAIN_ADDITIONS / 20
    print(f"\n{PLAIN_ADDITIONS} times ADD, with the retries of AWS's own client: drift {drift}")


HARMLESS = [fault for fault in Fault if fault not in (Fault.NONE, Fault.SLOW)]


@pytest.mark.parametrize("fault", HARMLESS, ids=lambda fault: fault.name.lower())
def test_a_fault_that_goes_away_changes_no_number(proxy, server, fault):
    assert [visit(server).json()["count"] for _ in range(2)] == [1, 2]
    for expected in (3, 4):
        proxy.choose = once(fault)
        answer = visit(server)
        assert (answer.status, answer.json().get("count")) == (200, expected), answer
    assert proxy.seen[fault] == 2
    proxy.deliver_copies()
    assert visit(server).json()["count"] == 5
    assert stored_count(server) == 5


def test_a_fault_of_a_read_is_none_of_the_answer(proxy, server):
    assert visit(server).json()["count"] == 1
    for fault in HARMLESS:
        proxy.choose = once(fault, b".GetItem\r\n")
        assert ask(server.public, "GET", "/health").json()["counter_value"] == 1, fault


def test_the_first_visit_of_all_counts_once_too(proxy, server):
    proxy.choose = at_random({Fault.LOST_REPLY: 0.5}, seed=3)
    assert [visit(server).json()["count"] for _ in range(5)] == [1, 2, 3, 4, 5]
    assert stored_count(server) == 5


def test_a_table_that_answers_too_late_is_unknown_and_counts_again_when_it_is_back(store, proxy, environment):
    with Server(store=store.replace("timeout=60", "timeout=2"), env=environment) as server:
        wait_until(lambda: visit(server).status == 200, "visits are counted")
        proxy.choose = at_random({Fault.SLOW: 1}, seed=1)
        answer = visit(server)
        assert (answer.status, answer["X-Visit-Outcome"]) == (500, "unknown")
        proxy.choose = lambda request: Fault.NONE
        wait_until(lambda: visit(server).status == 200, "visits are counted again")


@pytest.mark.parametrize("fault, code", [
    (Fault.EXPIRED_KEY, "ExpiredTokenException"), (Fault.THROTTLED, "ProvisionedThroughputExceededException"),
])
def test_what_is_refused_for_long_is_told_and_shows_no_secret(proxy, server, fault, code):
    proxy.choose = at_random({fault: 1}, seed=1)
    answer = visit(server)
    assert (answer.status, answer["X-Visit-Outcome"]) == (500, "not-counted")
    assert code in server.wait_for_log("store refuses visits")["reason"]
    assert SECRET not in json.dumps(server.log) + answer.body.decode()
    proxy.choose = lambda request: Fault.NONE
    wait_until(lambda: visit(server).status == 200, "visits are counted again")
    assert stored_count(server) == 1


def test_a_copy_from_before_a_kill_changes_nothing_after_it(store, proxy, environment):
    proxy.choose = at_random({Fault.LATE_COPY: 1}, seed=1)
    with Server(store=store, env=environment) as first:
        assert [visit(first).json()["count"] for _ in range(5)] == [1, 2, 3, 4, 5]
        first.stop(signal.SIGKILL)
    proxy.choose = lambda request: Fault.NONE
    with Server(store=store, env=environment) as second:
        assert visit(second).json()["count"] == 6
        assert proxy.deliver_copies() >= 5
        assert visit(second).json()["count"] == 7


def test_a_record_that_is_deleted_in_between_begins_again(dynalite, table, server):
    assert [visit(server).json()["count"] for _ in range(2)] == [1, 2]
    original(dynalite.endpoint, table).delete()
    assert ask(server.public, "GET", "/health").json()["note"] == "counter_not_initialized"
    assert visit(server).json()["count"] == 1


def test_a_start_says_that_a_name_leads_nowhere(environment):
    nowhere = "dynamodb://visits?region=local&endpoint=http://no-such-host.invalid"
    refused = run("serve", "--store", nowhere, env=environment)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "does not answer" in refused.stderr and len(refused.stderr.splitlines()) == 1


def test_no_proxy_of_the_environment_gets_our_requests(table, environment):
    astray = {name: "http://127.0.0.1:1" for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY")}
    with Server(store=table, env=environment | astray) as server:
        assert visit(server).json()["count"] == 1
