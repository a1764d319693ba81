"""Visits through a network that loses, repeats and spoils, to a table that keeps them: each counts once, or says not."""

import json
import signal

import botocore.config
import botocore.session
import pytest

from support.dynalite import KEYS, Dynalite
from support.process import wait_until
from support.raw_http import ask
from support.server import Server, clean_environment, run
from support.table_proxy import Fault, TableProxy, at_random
from support.visitors import Visitors

SECRET = "hush-hush-hush"
ENVIRONMENT = clean_environment(**KEYS | {"AWS_SECRET_ACCESS_KEY": SECRET})
BAD_NETWORK = {Fault.LOST_REPLY: 0.1, Fault.LATE_COPY: 0.05, Fault.LOST_AND_LATE: 0.01}
VISITS = 100_000
PLAIN_ADDITIONS = 500


class Table:
    """A new table, reached through a proxy or by the side of it."""

    def __init__(self, dynalite, name):
        self._dynalite, self._name = dynalite, name
        self.client = aws_client(dynalite.endpoint)
        made = run("table", "create", "--store", dynalite.store(name), env=ENVIRONMENT)
        assert made.returncode == 0, made.stderr

    def through(self, proxy):
        return self._dynalite.store(self._name).replace(self._dynalite.endpoint, proxy.endpoint)

    def count(self):
        item = self.client.get_item(TableName=self._name, Key=self.key, ConsistentRead=True).get("Item", {})
        return int(item.get("visit_count", {"N": "0"})["N"])

    def delete_record(self):
        self.client.delete_item(TableName=self._name, Key=self.key)

    def add_plainly(self, client):
        """What most programs do: one more, and again when no answer comes."""
        client.update_item(TableName=self._name, Key=self.key, UpdateExpression="ADD visit_count :one",
                           ExpressionAttributeValues={":one": {"N": "1"}})

    key = {"counter_id": {"S": "main_counter"}}


def aws_client(endpoint):
    """As AWS ships it, with its own retries."""
    return botocore.session.Session().create_client(
        "dynamodb", region_name="local", endpoint_url=endpoint, aws_access_key_id="id", aws_secret_access_key="secret",
        config=botocore.config.Config(proxies={}))


@pytest.fixture(scope="module")
def dynalite():
    with Dynalite() as server:
        yield server


@pytest.fixture
def table(dynalite, request):
    return Table(dynalite, request.node.name.replace("[", "-").strip("]"))


@pytest.fixture
def proxy(dynalite):
    with TableProxy(dynalite.endpoint) as between:
        yield between


@pytest.fixture
def server(table, proxy):
    with Server(store=table.through(proxy), env=ENVIRONMENT) as running:
        yield running


def visit(server):
    return ask(server.public, "GET", "/counter")


def once(fault, operation=b".UpdateItem\r\n"):
    """The next request of this kind meets the fault."""
    faults = [fault]
    return lambda request: faults.pop() if faults and operation in request else Fault.NONE


def test_nothing_drifts_where_replies_are_lost_and_copies_come_late(table, proxy, server):
    proxy.choose = at_random(BAD_NETWORK, seed=1)
    with Visitors(server.public, 64) as visitors:
        for _ in range(20):  # each with a guard of its own
            visitors.wait_for(VISITS // 20)
    copies = proxy.seen[Fault.LATE_COPY] + proxy.seen[Fault.LOST_AND_LATE]
    proxy.deliver_copies()
    stored = table.count()
    visitors.history.check(0, stored)
    tally = visitors.history.tally()
    assert tally["counted"] <= stored <= tally["counted"] + tally["unknown"]
    assert proxy.seen[Fault.LOST_REPLY] > 0 and copies > 0
    print(f"\n{tally}, {sum(proxy.seen.values())} requests to the table, {proxy.seen[Fault.LOST_REPLY]} replies lost, "
          f"{copies} copies late: drift {stored - tally['counted']}")


def test_a_plain_add_with_retries_drifts(table, proxy):
    proxy.choose = at_random(BAD_NETWORK, seed=1)
    client = aws_client(proxy.endpoint)
    for _ in range(PLAIN_ADDITIONS):
        table.add_plainly(client)
    proxy.deliver_copies()
    drift = table.count() - PLAIN_ADDITIONS
    assert drift > PLAIN_ADDITIONS / 20
    print(f"\n{PLAIN_ADDITIONS} times ADD, with the retries of AWS's own client: drift {drift}")


HARMLESS = [fault for fault in Fault if fault not in (Fault.NONE, Fault.SLOW)]


@pytest.mark.parametrize("fault", HARMLESS, ids=lambda fault: fault.name.lower())
def test_a_fault_that_goes_away_changes_no_number(table, proxy, server, fault):
    assert [visit(server).json()["count"] for _ in range(2)] == [1, 2]
    for expected in (3, 4):
        proxy.choose = once(fault)
        answer = visit(server)
        assert (answer.status, answer.json().get("count")) == (200, expected), answer
    assert proxy.seen[fault] == 2
    proxy.deliver_copies()
    assert visit(server).json()["count"] == 5
    assert table.count() == 5


def test_a_fault_of_a_read_is_none_of_the_answer(proxy, server):
    assert visit(server).json()["count"] == 1
    for fault in HARMLESS:
        proxy.choose = once(fault, b".GetItem\r\n")
        assert ask(server.public, "GET", "/health").json()["counter_value"] == 1, fault


def test_the_first_visit_of_all_counts_once_too(table, proxy, server):
    proxy.choose = at_random({Fault.LOST_REPLY: 0.5}, seed=3)
    assert [visit(server).json()["count"] for _ in range(5)] == [1, 2, 3, 4, 5]
    assert table.count() == 5


def test_a_table_that_answers_too_late_is_unknown_and_counts_again_when_it_is_back(table, proxy):
    store = table.through(proxy).replace("timeout=60", "timeout=2")
    with Server(store=store, env=ENVIRONMENT) as server:
        wait_until(lambda: visit(server).status == 200, "visits are counted")
        proxy.choose = at_random({Fault.SLOW: 1}, seed=1)
        answer = visit(server)
        assert (answer.status, answer["X-Visit-Outcome"]) == (500, "unknown")
        proxy.choose = lambda request: Fault.NONE
        wait_until(lambda: visit(server).status == 200, "visits are counted again")


def test_keys_that_are_refused_for_good_are_told_and_never_shown(proxy, server):
    proxy.choose = at_random({Fault.EXPIRED_KEY: 1}, seed=1)
    answer = visit(server)
    assert (answer.status, answer["X-Visit-Outcome"]) == (500, "not-counted")
    assert "ExpiredTokenException" in server.wait_for_log("store refuses visits")["reason"]
    assert SECRET not in json.dumps(server.log) + answer.body.decode()
    proxy.choose = lambda request: Fault.NONE
    wait_until(lambda: visit(server).status == 200, "visits are counted again")


def test_a_copy_from_before_a_kill_changes_nothing_after_it(table, proxy):
    proxy.choose = at_random({Fault.LATE_COPY: 1}, seed=1)
    with Server(store=table.through(proxy), env=ENVIRONMENT) as first:
        assert [visit(first).json()["count"] for _ in range(5)] == [1, 2, 3, 4, 5]
        first.stop(signal.SIGKILL)
    proxy.choose = lambda request: Fault.NONE
    with Server(store=table.through(proxy), env=ENVIRONMENT) as second:
        assert visit(second).json()["count"] == 6
        assert proxy.deliver_copies() >= 5
        assert visit(second).json()["count"] == 7
    assert table.count() == 7


def test_a_record_that_is_deleted_in_between_begins_again(table, server):
    assert [visit(server).json()["count"] for _ in range(2)] == [1, 2]
    table.delete_record()
    assert ask(server.public, "GET", "/health").json()["note"] == "counter_not_initialized"
    assert visit(server).json()["count"] == 1


def test_a_start_says_that_a_name_leads_nowhere(table):
    store = "dynamodb://visits?region=local&endpoint=http://no-such-host.invalid"
    refused = run("serve", "--store", store, env=ENVIRONMENT)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "does not answer" in refused.stderr and len(refused.stderr.splitlines()) == 1
