"""The function as Lambda runs it: events in, answers out, and what it logs."""

import concurrent.futures
import contextlib

import pytest

from support.dynalite import KEYS
from support.lambda_events import HEALTH, VISIT, number, stored
from support.proxy_gateway import proxy_event
from support.runtime_api import Environment

ENVIRONMENTS, EVENTS = 20, 1000
EVENT_BYTES = 6 * 1024 * 1024  # the most that Lambda takes
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"


def test_visits_are_counted_and_health_reads(api, environment, table):
    assert api.invoke(HEALTH).response()["body"]["note"] == "counter_not_initialized"
    assert [number(api.invoke(VISIT)) for _ in range(3)] == [1, 2, 3]
    assert api.invoke(HEALTH).response()["body"]["counter_value"] == 3 == stored(table)


def test_the_request_id_is_lambdas(api, environment):
    request_id = "0b5e7c3e-6d5a-4ff6-b8e3-0a7f5d7f3c11"
    assert api.invoke(VISIT, request_id=request_id).response()["body"]["requestId"] == request_id


def test_an_event_that_comes_twice_is_two_visits(api, environment):
    """The platform retries what it thinks was lost; for the function these are two requests."""
    request_id = "0b5e7c3e-6d5a-4ff6-b8e3-0a7f5d7f3c12"
    assert [number(api.invoke(VISIT, request_id=request_id)) for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("event", [
    pytest.param(b"", id="nothing"),
    pytest.param(b"null", id="null"),
    pytest.param(b'"GET /counter"', id="a string"),
    pytest.param(b"[]", id="a list"),
    pytest.param(b"{}", id="no keys"),
    pytest.param(b'{"path": "/counter"}', id="no method"),
    pytest.param(b'{"path": 1, "httpMethod": "GET"}', id="a path that is a number"),
    pytest.param(b'{"path": "/counter", "httpMethod": "GET", "headers": []}', id="headers that are a list"),
    pytest.param(b'{"path": "/counter", "httpMethod": "GET"', id="cut short"),
    pytest.param(b'{"path": "/counter", "httpMethod": "GET"}{}', id="two events"),
    pytest.param(b'{"path": "/counter\xff", "httpMethod": "GET"}', id="not UTF-8"),
    pytest.param(b"\x00" * 1000, id="zeros"),
    pytest.param(b"[" * 100_000, id="deeply nested"),
    pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="deeply nested objects"),
    pytest.param(b"[" + b"[]," * (EVENT_BYTES // 3) + b"1]", id="six megabytes of lists"),
    pytest.param(b'"' + b"x" * EVENT_BYTES + b'"', id="a long string"),
])
def test_what_is_no_event_is_an_error_and_no_visit(api, environment, table, event):
    result = api.invoke(event)
    assert result.error_type == "Runtime.InvalidEvent"
    assert result.error["errorType"] == "Runtime.InvalidEvent" and result.error["errorMessage"]
    assert number(api.invoke(VISIT)) == 1
    assert [line["HandlerErrors"] for line in environment.metrics()] == [1, 0]


def test_a_huge_event_that_is_one_counts(api, environment):
    """The body and what is not known are passed over."""
    assert number(api.invoke(VISIT | {"body": "x" * EVENT_BYTES})) == 1
    assert number(api.invoke(VISIT | {"unknown": [{"a": 1}] * 100_000})) == 2


def test_a_line_of_the_log_and_one_of_metrics_tell_of_each_event(api, environment):
    api.invoke(VISIT, headers=[("Lambda-Runtime-Trace-Id", TRACE)])
    api.invoke(proxy_event("GET", "/elsewhere"))
    first, second = environment.log()
    assert (first["cold_start"], second["cold_start"]) == (True, False)
    assert first["xray_trace_id"] == TRACE and first["function_memory_size"] == 128
    assert (first["level"], first["route"], first["status"], first["outcome"]) == ("INFO", "/counter", 200, "counted")
    assert (second["path"], second["status"]) == ("/elsewhere", 403)
    counted, refused = environment.metrics()
    assert counted["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Stage", "Route"]]
    assert (counted["Stage"], counted["Route"], counted["Visits"]) == ("blue", "/counter", 1)
    assert (refused["Route"], refused["Visits"]) == ("-", 0)


def test_test_traffic_never_touches_the_real_number(api, table):
    with Environment(api, table, **KEYS, PRODUCTION_DOMAIN="api.dzresume.dev"):
        assert number(api.invoke(VISIT)) == 1
        direct = {"path": "/counter", "httpMethod": "GET"}
        through_another = proxy_event("GET", "/counter", domain_name="x.y")
        assert [number(api.invoke(event)) for event in (direct, through_another)] == [1, 2]
    assert (stored(table), stored(table, "main_counter.preview.blue")) == (1, 2)


def test_a_thousand_events_of_twenty_environments_get_a_number_each(api, table):
    with contextlib.ExitStack() as running, concurrent.futures.ThreadPoolExecutor(ENVIRONMENTS) as visitors:
        environments = [running.enter_context(Environment(api, table, **KEYS)) for _ in range(ENVIRONMENTS)]
        first = number(api.invoke(VISIT))  # of those who race to make the record, one may have to say `unknown`
        numbers = list(visitors.map(lambda _: number(api.invoke(VISIT)), range(EVENTS)))
        answered = [len(environment.log()) for environment in environments]
    assert sorted([first, *numbers]) == list(range(1, EVENTS + 2))
    assert stored(table) == EVENTS + 1 == sum(answered)
    assert sum(answers > 0 for answers in answered) > 1, "one environment did everything"
