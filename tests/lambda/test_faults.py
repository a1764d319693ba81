"""What Lambda does to a process: it is frozen, killed and started again, and the Runtime API may break."""

import glob
import os
import signal

import pytest

from support.dynalite import KEYS
from support.lambda_events import HEALTH, VISIT, number, stored
from support.process import is_stopped, wait_until
from support.runtime_api import BASE, PATIENCE_SECONDS, Environment, RuntimeApi
from support.table_front import TableFront


@pytest.fixture
def proxy(dynalite):
    with TableFront(dynalite.endpoint) as running:
        yield running


@pytest.fixture
def behind_proxy(table, dynalite, proxy):
    """The table's address through the proxy."""
    return table.replace(dynalite.endpoint, proxy.endpoint)


# --- frozen and killed -------------------------------------------------------------------------------------------


def freeze(environment):
    environment.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: is_stopped(environment.process.pid), "it does not stop")


def thaw(environment):
    environment.process.send_signal(signal.SIGCONT)


def test_a_process_that_was_frozen_counts_although_its_connections_have_died(api, behind_proxy, proxy):
    with Environment(api, behind_proxy, **KEYS) as environment:
        for before in range(5):
            assert number(api.invoke(VISIT)) == before + 1
            freeze(environment)
            proxy.cut()
            thaw(environment)
        assert number(api.invoke(VISIT)) == 6
        assert environment.process.poll() is None


def test_a_minute_in_the_freezer_is_no_different(api, behind_proxy, proxy, tmp_path):
    libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not libraries or "asan" in os.environ.get("VISITOR_COUNTER", ""):
        pytest.skip("NOT RUN: a minute of faked time; libfaketime is not installed, or not the first library")
    clock = tmp_path / "clock"
    clock.write_text("+0")
    faked = {"LD_PRELOAD": libraries[0], "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1", "TZ": "UTC"}
    with Environment(api, behind_proxy, **KEYS, **faked) as environment:
        assert number(api.invoke(VISIT)) == 1
        freeze(environment)
        proxy.cut()
        clock.with_suffix(".new").write_text("+60")
        os.replace(clock.with_suffix(".new"), clock)
        thaw(environment)
        assert number(api.invoke(VISIT, deadline_seconds=60 + 60)) == 2
        assert api.invoke(HEALTH, deadline_seconds=60 + 60).response()["body"]["counter_value"] == 2


def test_a_visit_that_gets_no_answer_in_time_is_answered_before_the_deadline(api, behind_proxy, proxy, table):
    with Environment(api, behind_proxy, **KEYS) as environment:
        assert number(api.invoke(VISIT)) == 1
        with proxy.silence():
            response = api.invoke(VISIT, deadline_seconds=5).response()
        assert response["statusCode"] == 500
        assert response["headers"]["X-Visit-Outcome"] == "unknown"
        assert environment.metrics()[-1]["AmbiguousWrites"] == 1
        assert stored(table) == 2, "it was counted, but nobody could know"
        wait_until(lambda: api.invoke(VISIT).response()["statusCode"] == 200, "a table that answers again is left alone")
    assert stored(table) == 3


def test_an_event_whose_deadline_has_passed_is_certainly_not_counted(api, environment, table):
    assert number(api.invoke(VISIT)) == 1
    response = api.invoke(VISIT, deadline_seconds=-1).response()
    assert (response["statusCode"], response["headers"]["X-Visit-Outcome"]) == (500, "not-counted")
    assert stored(table) == 1


def test_a_process_that_is_killed_at_its_deadline_takes_no_number_with_it(api, behind_proxy, proxy, table):
    """The visit was sent: it is counted, and its number is nobody else's."""
    with Environment(api, behind_proxy, **KEYS) as environment:
        assert number(api.invoke(VISIT)) == 1
        with proxy.silence():
            lost = api.begin(VISIT)
            proxy.wait_until_kept_back()
            environment.kill()
    with Environment(api, table, **KEYS):
        assert number(api.invoke(VISIT)) == 3 == stored(table)
    assert not lost.done()


def test_environments_that_are_killed_at_any_time_lose_no_answered_visit(api, table):
    numbers, lives = [], 10
    for life in range(lives):
        with Environment(api, table, **KEYS) as environment:
            numbers += [number(api.invoke(VISIT)) for _ in range(life)]
            last = api.begin(VISIT)
            assert last.handed_out.wait(PATIENCE_SECONDS)
            environment.kill()
        numbers += [number(last.wait())] if last.done() else []
    assert len(set(numbers)) == len(numbers)
    assert len(numbers) <= stored(table) <= len(numbers) + lives
    assert max(numbers) <= stored(table)


# --- a table in trouble ------------------------------------------------------------------------------------------


def test_a_start_without_a_table_is_no_failure_and_health_tells(api, dynalite):
    with Environment(api, dynalite.store("not-there"), **KEYS) as environment:
        response = api.invoke(HEALTH).response()
        assert (response["statusCode"], response["body"]["error"]) == (503, "Table not found")
        response = api.invoke(VISIT).response()
        assert (response["statusCode"], response["headers"]["X-Visit-Outcome"]) == (500, "not-counted")
        assert environment.log()[-1]["level"] == "ERROR"
        assert environment.log("the table does not answer yet")


# --- the Runtime API ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variables, mention", [
    pytest.param({"STAGE": "blue/green"}, "STAGE", id="stage"),
    pytest.param({"ALLOWED_ORIGINS": "*"}, "ALLOWED_ORIGINS", id="origins"),
    pytest.param({"VISITOR_COUNTER_STORE": "sqlite:visits.db"}, "VISITOR_COUNTER_STORE", id="store"),
    pytest.param({"AWS_CA_BUNDLE": "/nowhere", "VISITOR_COUNTER_STORE": "dynamodb://visits"}, "/nowhere",
                 id="certificates"),
])
def test_an_environment_that_cannot_work_is_reported_and_ends(api, variables, mention):
    with Environment(api, "dynamodb://visits", **{**KEYS, **variables}) as environment:
        assert environment.wait() == 1
        assert mention in environment.words()
    [told] = api.init_errors
    assert told.error_type == told.error["errorType"] == "Runtime.InvalidConfiguration"
    assert mention in told.error["errorMessage"]


def test_without_lambda_it_says_who_starts_it(api, table):
    with Environment(api, table, **KEYS) as environment:
        pass
    environment.variables.pop("AWS_LAMBDA_RUNTIME_API")
    with environment:
        assert environment.wait() == 1
        assert "AWS_LAMBDA_RUNTIME_API" in environment.words()


@pytest.mark.parametrize("status, body", [
    (403, b'{"errorMessage":"forbidden","errorType":"InvalidStateTransition"}'), (500, b"{}"), (200, b"garbage"),
    (302, b""), (204, b"")])
def test_a_runtime_api_that_gives_no_event_ends_the_process(table, status, body):
    with RuntimeApi(lambda method, path: (status, body) if path.endswith("/next") else None) as api:
        with Environment(api, table, **KEYS) as environment:
            assert environment.wait() == 1
            assert "Runtime API" in environment.words()


@pytest.mark.parametrize("status", [400, 403, 413])
def test_an_answer_that_is_refused_is_logged_and_the_next_event_is_answered(table, status):
    refusals = [status]

    def react(method, path):
        return (refusals.pop(), b"{}") if path.endswith("/response") and refusals else None

    with RuntimeApi(react) as api, Environment(api, table, **KEYS) as environment:
        refused = api.begin(VISIT)
        assert number(api.invoke(VISIT)) == 2
        assert not refused.done()
        [line] = environment.log("the answer was not taken")
        assert line["reason"] == f"status {status}"


@pytest.mark.parametrize("status", [500, 503])
def test_a_broken_container_ends_the_process(table, status):
    with RuntimeApi(lambda method, path: (status, b"{}") if path.endswith("/response") else None) as api:
        with Environment(api, table, **KEYS) as environment:
            api.begin(VISIT)
            assert environment.wait() == 1
            assert f"status {status}" in environment.words()
    assert stored(table) == 1


def test_an_answer_is_posted_once_more_when_its_connection_dies(table):
    """The platform knows the invocation: a second copy is refused, and no visit counts twice."""
    losses = [1]

    def react(method, path):
        if path.startswith(f"{BASE}/invocation/") and path.endswith("/response") and losses:
            losses.pop()
            raise ConnectionError
        return None

    with RuntimeApi(react) as api, Environment(api, table, **KEYS):
        assert number(api.invoke(VISIT)) == 1
    assert stored(table) == 1


def test_nobody_at_the_runtime_api_ends_the_process(table):
    with RuntimeApi() as api, Environment(api, table, **KEYS, AWS_LAMBDA_RUNTIME_API="127.0.0.1:1") as environment:
        assert environment.wait() == 1
        assert "Connection refused" in environment.words()
