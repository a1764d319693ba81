"""/metrics: what the program counts of its own work, as Prometheus reads it."""

import re

import pytest

from support import metrics
from support.promtool import promtool
from support.raw_http import Connection, VISIT, ask, request
from support.server import ROOT, Server

# One thread: an answer is counted after it has left, and before the same thread answers anything else.
SERVER_FLAGS = ("--preview-listen", "127.0.0.1:0")


def exposition(server):
    answer = ask(server.ops, "GET", "/metrics")
    assert (answer.status, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return answer.body.decode()


def scrape(server):
    return metrics.parse(exposition(server))


def growth(server, act, name, **labels):
    """By how much the metric is more after `act` than before."""
    before = metrics.value(scrape(server), name, **labels)
    act()
    return metrics.value(scrape(server), name, **labels) - before


def test_promtool_finds_nothing_to_complain_of(server):
    checked = promtool("check", "metrics", input=exposition(server))
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_documentation_s_table_is_that_of_the_server(server):
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert metrics.table(scrape(server)) in page, metrics.table(scrape(server))


def test_answered_requests_are_counted_by_route_and_status(server):
    labels = {"method": "GET", "route": "/counter", "status": "2xx"}

    def visits():
        for _ in range(4):
            assert ask(server.public, "GET", "/counter").status == 200

    assert growth(server, visits, "visitorcounter_http_requests_total", **labels) == 4
    assert growth(server, visits, "visitorcounter_visits_total", traffic="production", outcome="counted") == 4
    assert growth(server, visits, "visitorcounter_http_request_duration_seconds", method="GET", route="/counter",
                  suffix="_count") == 4


@pytest.mark.parametrize("method, target, route, status", [
    ("GET", "/health", "/health", "2xx"),
    ("OPTIONS", "/counter", "/counter", "2xx"),
    ("OPTIONS", "/health", "/health", "2xx"),
])
def test_every_route_has_a_series_of_its_own(server, method, target, route, status):
    grown = growth(server, lambda: ask(server.public, method, target), "visitorcounter_http_requests_total",
                   method=method, route=route, status=status)
    assert grown == 1


def test_visits_of_the_preview_are_told_apart(server):
    grown = growth(server, lambda: ask(server.preview, "GET", "/counter"), "visitorcounter_visits_total",
                   traffic="preview", outcome="counted")
    assert grown == 1


@pytest.mark.parametrize("data, refusal", [
    (request("GET", "/nowhere"), "no_such_route"),
    (b"nonsense\r\n\r\n", "bad_request"),
    (request("GET", "/counter", "X: " + "x" * 10_240), "head_too_large"),
    (request("POST", "/counter", "Content-Length: 99999999"), "body_too_large"),
    (b"GET /counter HTTP/3.0\r\nHost: a\r\n\r\n", "version_not_supported"),
    (request("GET", "/counter", "Expect: wonders"), "expectation_failed"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_the_gateway_refuses_is_counted_by_its_reason(server, data, refusal):
    def refused():
        with Connection(server.public) as connection:
            assert connection.ask(data).status >= 400

    assert growth(server, refused, "visitorcounter_gateway_refusals_total", type=refusal) == 1


def test_one_connection_too_many_is_counted():
    with Server("--connections-max", "1") as server, Connection(server.public) as first:
        first.send(VISIT[:-2])
        with Connection(server.public) as second:
            assert second.response().status == 429
        families = scrape(server)
    assert metrics.value(families, "visitorcounter_gateway_refusals_total", type="too_many_requests") == 1


def test_no_client_can_make_a_series(server):
    def series():
        return {(family.name, labels) for family in scrape(server).values() for labels in family.samples}

    before = series()
    for target in ("/a", "/b?c=d", "/%7Bx%7D", "/blue/nothing", "//", "/counter/" + "x" * 100):
        ask(server.public, "GET", target, 'Origin: "x"')
        ask(server.public, "BREW", target)
    assert series() == before


def test_every_error_of_the_gateway_has_a_name():
    errors = re.findall(r"constexpr GatewayError (\w+)\{", (ROOT / "src/gateway/gateway.hpp").read_text())
    labelled = re.findall(r"\{&gateway::(\w+), Refusal::(\w+)\}", (ROOT / "src/app/serve/labels.cpp").read_text())
    assert errors and sorted(labelled) == sorted((error, error) for error in errors)


def test_open_connections_are_counted_of_each_listener():
    with Server(*SERVER_FLAGS) as server, Connection(server.preview) as connection:
        connection.ask(VISIT)
        families = scrape(server)
    assert metrics.value(families, "visitorcounter_http_connections", listener="preview") == 1
    assert metrics.value(families, "visitorcounter_http_connections", listener="public") == 0
    assert metrics.value(families, "visitorcounter_http_connections_limit", listener="public") == 10_000


def test_the_process_is_described(server):
    families = scrape(server)
    resident = metrics.value(families, "process_resident_memory_bytes")
    assert 1_000_000 < resident <= metrics.value(families, "process_virtual_memory_bytes")
    assert 5 < metrics.value(families, "process_open_fds") < metrics.value(families, "process_max_fds")
    assert metrics.value(families, "process_cpu_seconds_total") > 0
    assert list(families["visitorcounter_build_info"].labels()) == ["store", "version"]


def test_commits_are_measured(store):
    with Server(store=store) as server:
        for _ in range(3):
            ask(server.public, "GET", "/counter")
        families = scrape(server)
    assert metrics.value(families, "visitorcounter_store_commit_duration_seconds", suffix="_count") == 3
    assert metrics.value(families, "visitorcounter_store_commit_visits", suffix="_sum") == 3
    assert metrics.value(families, "visitorcounter_store_up") == 1


def test_a_store_that_fails_is_told_by_its_kind(server):
    full = 2**53 - 1
    ask(server.ops, "PUT", "/counters/main_counter", "Content-Type: application/json",
        body=f'{{"visit_count": {full}}}'.encode())
    grown = growth(server, lambda: ask(server.public, "GET", "/counter"), "visitorcounter_store_errors_total",
                   kind="storage")
    assert grown == 1
    assert metrics.value(scrape(server), "visitorcounter_store_up") == 0
    ask(server.public, "GET", "/health")
    assert metrics.value(scrape(server), "visitorcounter_store_up") == 1


def test_only_get_is_answered(server):
    assert ask(server.ops, "POST", "/metrics").status == 405
