"""`visitor-counter invoke`: one event through the function, on whatever store."""

import json

import pytest

from support.dynalite import KEYS, Dynalite
from support.events import (DOMAIN, HEALTH, MALFORMED, VISIT, assert_function_error, number_of, parse_response,
                            proxy_event)
from support.raw_http import stored_count
from support.server import Server, clean_environment, run

ORIGIN = "http://localhost:1580"


def invoke(event, *arguments, store="memory:", **options):
    return run("invoke", "--store", store, *arguments, input=json.dumps(event), **options)


def answer(event, *arguments, **options):
    """The response to an event, which the command must have printed as one line and nothing else."""
    result = invoke(event, *arguments, **options)
    assert (result.returncode, result.stderr) == (0, ""), result
    assert result.stdout.count("\n") == 1
    return parse_response(result.stdout)


def count_in(store, counter_id="main_counter"):
    result = run("get", counter_id, "--store", store)
    return int(result.stdout) if result.returncode == 0 else 0


@pytest.fixture
def store(tmp_path):
    return f"sqlite:{tmp_path}/visits.db"


def test_an_event_is_counted(store):
    assert [number_of(answer(VISIT, store=store)) for _ in range(2)] == [1, 2]
    assert count_in(store) == 2


def test_an_event_of_the_gateway_is_counted(store):
    assert number_of(answer(proxy_event(), store=store)) == 1


def test_an_event_behind_a_base_path_is_counted(store):
    assert number_of(answer(proxy_event(base_path="/v1"), store=store)) == 1


def test_an_event_is_read_from_a_file(tmp_path, store):
    event = tmp_path / "event.json"
    event.write_text(json.dumps(VISIT))
    for name in (str(event), "/dev/stdin"):
        result = run("invoke", "--event", name, "--store", store, input=json.dumps(HEALTH))
        assert (result.returncode, result.stderr) == (0, "")
        assert parse_response(result.stdout)["statusCode"] == 200
    assert count_in(store) == 1


def test_an_event_counts_in_a_table(tmp_path):
    environment = clean_environment(**KEYS)
    with Dynalite() as dynalite:
        table = dynalite.store("visits")
        assert run("table", "create", "--store", table, env=environment).returncode == 0
        assert [number_of(answer(VISIT, store=table, env=environment)) for _ in range(2)] == [1, 2]


def test_an_event_counts_on_the_server_that_owns_the_store(store):
    with Server(store=store) as server:
        assert [number_of(answer(VISIT, store=store)) for _ in range(2)] == [1, 2]
        assert stored_count(server) == 2


def test_an_event_counts_on_the_server_whose_ops_listener_is_named():
    with Server() as server:
        named = ("--ops-listen", f"{server.ops[0]}:{server.ops[1]}")
        assert [number_of(answer(VISIT, *named)) for _ in range(2)] == [1, 2]
        result = invoke(VISIT, *named, "--stage", "green")
        assert (result.returncode, result.stdout) == (1, "")
        assert "Function not found" in result.stderr
        assert stored_count(server) == 2


def test_what_is_no_visit_counts_nothing(store):
    for event, status in [(HEALTH, 200), (VISIT | {"httpMethod": "OPTIONS"}, 200), (VISIT | {"httpMethod": "HEAD"}, 403),
                          (VISIT | {"path": "/other"}, 403), (VISIT | {"path": "/blue/counter"}, 403)]:
        assert answer(event, store=store)["statusCode"] == status
    assert count_in(store) == 0


@pytest.mark.parametrize("event", MALFORMED, ids=json.dumps)
def test_a_malformed_event_is_a_function_error_and_no_visit(store, event):
    result = invoke(event, store=store)
    assert result.returncode == 1
    assert_function_error(result.stdout)
    assert len(result.stderr.splitlines()) == 1
    assert count_in(store) == 0


@pytest.mark.parametrize("text", ["", "{", "no JSON"])
def test_what_is_no_json_is_a_function_error(text):
    result = run("invoke", "--store", "memory:", input=text)
    assert result.returncode == 1
    assert_function_error(result.stdout)


@pytest.mark.parametrize("headers", [
    [("origin", ORIGIN)], [("ORIGIN", ORIGIN)], [("Origin", ORIGIN)],
])
def test_a_header_is_found_in_any_case(headers):
    headers = answer(proxy_event(headers=headers))["headers"]
    assert headers["Access-Control-Allow-Origin"] == ORIGIN


def test_two_origins_are_foreign():
    event = proxy_event(headers=[("Origin", "https://evil.example"), ("Origin", ORIGIN)])
    assert "Access-Control-Allow-Origin" not in answer(event)["headers"]


def test_only_the_production_domain_counts_on_the_real_number(store):
    production = ("--production-domain", DOMAIN)
    assert number_of(answer(proxy_event(), *production, store=store)) == 1
    assert number_of(answer(proxy_event(domain="a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"), *production,
                            store=store)) == 1
    assert number_of(answer(VISIT, store=store, env=clean_environment(PRODUCTION_DOMAIN=DOMAIN))) == 2
    assert count_in(store) == 1
    assert count_in(store, "main_counter.preview.blue") == 2


def test_a_visit_that_is_not_counted_fails(store):
    count_max = 2**53 - 1
    assert run("set", "main_counter", str(count_max), "--store", store).returncode == 0
    result = invoke(VISIT, store=store)
    assert result.returncode == 1
    response = parse_response(result.stdout)
    assert (response["statusCode"], response["headers"]["X-Visit-Outcome"]) == (500, "not-counted")
    assert len(result.stderr.splitlines()) == 1


def test_a_server_that_does_not_count_makes_it_fail(store):
    assert run("set", "main_counter", str(2**53 - 1), "--store", store).returncode == 0
    with Server(store=store):
        result = invoke(VISIT, store=store)
    assert result.returncode == 1
    assert parse_response(result.stdout)["statusCode"] == 500
    assert "500" in result.stderr


def test_an_event_that_cannot_be_read_fails(tmp_path):
    for name in (str(tmp_path / "absent"), str(tmp_path), "/dev/zero"):
        result = run("invoke", "--event", name, "--store", "memory:")
        assert (result.returncode, result.stdout) == (1, "")
        assert name in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_store_that_cannot_be_opened_fails():
    result = invoke(VISIT, store="sqlite:/dev/null/visits.db")
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("--unknown",), ("--event",), ("extra",), ("--store", "nonsense")])
def test_wrong_usage_is_told(arguments):
    result = run("invoke", *arguments, input="")
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
