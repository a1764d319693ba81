"""What a visitor's browser can reach: every answer byte for byte, header by header."""

import concurrent.futures
import datetime
import email.utils
import re
import time

import pytest

from e2e.answers import (
    EMPTY_HEALTH_BODY, HEALTH_BODY, NO_STORE, PREFLIGHT, REVALIDATE, VISIT_BODY, assert_function_headers,
    assert_gateway_error, visit_number)
from support.raw_http import VISIT, Connection, ask, request, stored_count
from support.server import Server, run

PRIMARY, SECOND = "https://www.dzresume.dev", "https://dzresume.dev"
SERVER_FLAGS = ("--allowed-origins", f"{PRIMARY},{SECOND}", "--preview-listen", "127.0.0.1:0")
PREVIEW_COUNTER = "main_counter.preview.blue"
CLOCK_TOLERANCE_SECONDS = 60

COUNTER_TARGETS = ["/counter", "/blue/counter", "/counter?", "/counter?page=/about&n=1", "/blue/counter?x"]
HEALTH_TARGETS = ["/health", "/blue/health", "/health?verbose"]


@pytest.mark.parametrize("target", COUNTER_TARGETS)
def test_a_visit_is_counted_and_answered_with_its_number(server, target):
    before = stored_count(server)
    answer = ask(server.public, "GET", target)
    assert visit_number(answer) == before + 1 == stored_count(server)
    assert_function_headers(answer, NO_STORE, origin=PRIMARY)


@pytest.mark.parametrize("target", HEALTH_TARGETS)
def test_health_reads_the_count_and_adds_nothing(server, target):
    count = visit_number(ask(server.public, "GET", "/counter"))
    answer = ask(server.public, "GET", target)
    assert answer.status == 200
    assert int(re.fullmatch(HEALTH_BODY, answer.body.decode())[1]) == count == stored_count(server)
    assert_function_headers(answer, REVALIDATE, origin=PRIMARY)


def test_health_of_a_counter_without_a_record_says_so():
    with Server() as fresh:
        answer = ask(fresh.public, "GET", "/health")
        assert answer.status == 200
        assert re.fullmatch(EMPTY_HEALTH_BODY, answer.body.decode())
        assert ask(fresh.ops, "GET", "/counters/main_counter").status == 404


@pytest.mark.parametrize("method, target", [("GET", "/counter"), ("GET", "/health"), ("OPTIONS", "/counter")])
@pytest.mark.parametrize("origin, allowed", [
    pytest.param(None, PRIMARY, id="none"),
    pytest.param(PRIMARY, PRIMARY, id="primary"),
    pytest.param(SECOND, SECOND, id="second"),
    pytest.param(f"  {SECOND}\t", SECOND, id="surrounded by whitespace"),
    pytest.param("https://evil.example", None, id="foreign"),
    pytest.param("null", None, id="null"),
    pytest.param("*", None, id="star"),
    pytest.param("http://www.dzresume.dev", None, id="other scheme"),
    pytest.param("https://www.dzresume.dev:443", None, id="with port"),
    pytest.param("https://www.dzresume.dev/", None, id="with slash"),
    pytest.param("https://WWW.dzresume.dev", None, id="other case"),
    pytest.param("https://test.dzresume.dev", None, id="sibling"),
    pytest.param("https://www.dzresume.dev.evil.example", None, id="as prefix"),
    pytest.param("https://evilwww.dzresume.dev", None, id="as suffix"),
    pytest.param("https://wwwxdzresume.dev", None, id="dot as any character"),
    pytest.param("https://dzresume.de", None, id="cut short"),
    pytest.param("dzresume.dev", None, id="without scheme"),
    pytest.param(f"{PRIMARY},{SECOND}", None, id="the list itself"),
    pytest.param(f"{PRIMARY} {SECOND}", None, id="two in one"),
    pytest.param("https://dzr\xe9sume.dev", None, id="not ASCII"),
    pytest.param("https://xn--dzrsume-cya.dev", None, id="IDN look-alike"),
    pytest.param("https://WWW.DZRESUME.DEV", None, id="upper case"),
    pytest.param("HTTPS://www.dzresume.dev", None, id="scheme in upper case"),
    pytest.param("https://www.dzresume.dev.", None, id="dot at the end"),
    pytest.param("https://www.dzresume.dev:80", None, id="other port"),
    pytest.param("https://www.dzresume.dev:", None, id="port without a number"),
    pytest.param("https://www.dzresume.dev@evil.example", None, id="as user"),
    pytest.param("https://evil@www.dzresume.dev", None, id="with a user"),
    pytest.param("https://evil.example/https://www.dzresume.dev", None, id="as path"),
    pytest.param("https://evil.example?https://www.dzresume.dev", None, id="as query"),
    pytest.param("https://evil.example#https://www.dzresume.dev", None, id="as fragment"),
    pytest.param("https://www.dzresume.dev\\.evil.example", None, id="backslash"),
    pytest.param("https://www.dzresume.dev%00.evil.example", None, id="encoded NUL"),
    pytest.param("https%3A//www.dzresume.dev", None, id="encoded"),
    pytest.param("https:www.dzresume.dev", None, id="without slashes"),
    pytest.param("//www.dzresume.dev", None, id="relative"),
    pytest.param("wss://www.dzresume.dev", None, id="web socket"),
    pytest.param("file://", None, id="file"),
    pytest.param("chrome-extension://www.dzresume.dev", None, id="extension"),
    pytest.param("https://*.dzresume.dev", None, id="pattern"),
    pytest.param("", None, id="empty"),
])
def test_only_an_allowed_origin_is_named(server, method, target, origin, allowed):
    answer = ask(server.public, method, target, *([] if origin is None else [f"Origin: {origin}"]))
    assert answer.status == 200
    assert answer["Access-Control-Allow-Origin"] == allowed
    assert answer["Vary"] == "Origin"


@pytest.mark.parametrize("first, last, answers", [
    pytest.param(PRIMARY, "https://evil.example", [None], id="foreign last"),
    pytest.param("https://evil.example", SECOND, [None, SECOND], id="allowed last"),
])
def test_of_two_origin_headers_at_most_the_last_is_named(server, first, last, answers):
    answer = ask(server.public, "GET", "/counter", f"Origin: {first}", f"Origin: {last}")
    assert visit_number(answer) == stored_count(server)
    assert answer["Access-Control-Allow-Origin"] in answers


def test_a_visit_from_a_foreign_origin_is_counted_but_not_readable(server):
    before = stored_count(server)
    answer = ask(server.public, "GET", "/counter", "Origin: https://evil.example")
    assert visit_number(answer) == before + 1
    assert_function_headers(answer, NO_STORE, origin=None)


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("target", ["/counter", "/health", "/blue/counter", "/blue/health", "/counter?x=1"])
@pytest.mark.parametrize("fields, origin", [
    pytest.param((), PRIMARY, id="without origin"),
    pytest.param((f"Origin: {SECOND}", "Access-Control-Request-Method: GET"), SECOND, id="allowed"),
    pytest.param(("Origin: https://evil.example", "Access-Control-Request-Method: GET"), None, id="foreign"),
    pytest.param(("Origin: null", "Access-Control-Request-Method: GET"), None, id="null"),
    pytest.param((f"Origin: {PRIMARY}", "Access-Control-Request-Method: DELETE",
                  "Access-Control-Request-Headers: x-evil"), PRIMARY, id="asking for more"),
])
def test_a_preflight_is_answered_and_not_counted(server, target, fields, origin):
    answer = ask(server.public, "OPTIONS", target, *fields)
    assert (answer.status, answer.body) == (200, b"")
    assert_function_headers(answer, PREFLIGHT, origin=origin)


NO_ROUTES = [
    *((method, target) for target in ("/counter", "/health", "/blue/counter")
      for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "get", "Get", "OPTION", "options")),
    *(("GET", target) for target in (
        "/", "/?", "/Counter", "/COUNTER", "/Health", "/counter/", "/health/", "//counter", "/counter//", "//",
        "/./counter", "/counter/.", "/x/../counter", "/blue/../counter", "/%63ounter", "/counte%72", "/counter%2f",
        "/%2fcounter", "/counter%20", "/counter%3F", "/blue%2Fcounter", "/counter;v=1", "/counter&x", "/counter.json",
        "/counters", "/counte", "/counter/main_counter", "/health/counter", "/blue", "/blue/", "/Blue/counter",
        "/blue//counter", "/blue/blue/counter", "/bluecounter", "/green/counter", "/green/health", "/prod/counter",
        "/favicon.ico", "/index.html")),
    *(("OPTIONS", target) for target in ("/", "*", "/Counter", "/counter/", "/green/counter", "/blue")),
]


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("method, target", NO_ROUTES, ids=" ".join)
def test_anything_else_is_refused_by_the_gateway(server, method, target):
    answer = ask(server.public, method, target, f"Origin: {PRIMARY}")
    assert_gateway_error(answer, 403, "MissingAuthenticationTokenException", "Missing Authentication Token")


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("target", ["/counter", "/health", "/blue/counter", "/"])
def test_head_is_refused_without_a_body(server, target):
    with Connection(server.public) as connection:
        answer = connection.ask(request("HEAD", target))
        assert_gateway_error(answer, 403, "MissingAuthenticationTokenException", None, body=b"")
        assert connection.ask(request("GET", "/health")).status == 200, "the stream is out of step"


def test_the_stage_and_its_base_paths_are_configured_and_not_guessed():
    with Server("--stage", "green", "--base-paths", "green,resume") as server:
        assert visit_number(ask(server.public, "GET", "/green/counter")) == 1
        assert visit_number(ask(server.public, "GET", "/resume/counter")) == 2
        for target in ("/counter", "/blue/counter", "/green", "/green/resume/counter"):
            assert ask(server.public, "GET", target).status == 403


def test_by_default_the_stage_s_own_name_may_stand_in_front():
    with Server("--stage", "green", "--preview-listen", "127.0.0.1:0") as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 1
        assert visit_number(ask(server.public, "GET", "/green/counter")) == 2
        assert ask(server.public, "GET", "/blue/counter").status == 403
        assert visit_number(ask(server.preview, "GET", "/green/counter")) == 1
        assert stored_count(server, "main_counter.preview.green") == 1


def test_the_preview_listener_counts_apart_and_for_thirty_days(server):
    production, preview = stored_count(server), stored_count(server, PREVIEW_COUNTER)
    assert visit_number(ask(server.preview, "GET", "/blue/counter")) == preview + 1
    health = ask(server.preview, "GET", "/health").json()
    assert health["counter_value"] == preview + 1 == stored_count(server, PREVIEW_COUNTER)
    assert stored_count(server) == production
    record = ask(server.ops, "GET", f"/counters/{PREVIEW_COUNTER}").json()
    expected = time.time() + 30 * 24 * 3600
    assert record["ItemExpireTTL"] == pytest.approx(expected, abs=CLOCK_TOLERANCE_SECONDS)


def test_the_preview_listener_knows_the_same_routes(server):
    assert ask(server.preview, "OPTIONS", "/counter").status == 200
    answer = ask(server.preview, "GET", "/Counter")
    assert_gateway_error(answer, 403, "MissingAuthenticationTokenException", "Missing Authentication Token")


def test_the_body_carries_the_request_id_of_the_header(server):
    answer = ask(server.public, "GET", "/counter")
    assert re.fullmatch(VISIT_BODY, answer.body.decode())[3] == answer["x-amzn-RequestId"]


def test_every_answer_has_ids_of_its_own(server):
    with Connection(server.public) as connection:
        answers = [connection.ask(request("GET", target))
                   for target in ("/counter", "/health", "/counter", "/health") for _ in range(25)]
    for name in ("x-amzn-RequestId", "x-amz-apigw-id", "X-Amzn-Trace-Id"):
        assert len({answer[name] for answer in answers}) == len(answers)


def test_times_are_those_of_the_clock(server):
    answer = ask(server.public, "GET", "/counter")
    body_time = datetime.datetime.fromisoformat(answer.json()["timestamp"]).timestamp()
    header_time = email.utils.parsedate_to_datetime(answer["Date"]).timestamp()
    trace_time = int(answer["X-Amzn-Trace-Id"].split("-")[1], 16)
    for moment in (body_time, header_time, trace_time):
        assert moment == pytest.approx(time.time(), abs=CLOCK_TOLERANCE_SECONDS)


def test_the_answer_names_the_version_of_the_program(server):
    assert ask(server.public, "GET", "/counter")["X-Visitor-Counter-Version"] in run("version").stdout


@pytest.mark.parametrize("threads", [1, 2])
def test_many_clients_at_once_get_consecutive_numbers_and_none_is_lost(threads, store):
    clients, visits = 32, 20
    with Server("--threads", str(threads), store=store) as server:

        def visit_often(_):
            with Connection(server.public) as connection:
                return [visit_number(connection.ask(VISIT)) for _ in range(visits)]

        with concurrent.futures.ThreadPoolExecutor(clients) as pool:
            numbers = list(pool.map(visit_often, range(clients)))
        assert stored_count(server) == clients * visits
        assert server.stop() == 0
    assert all(own == sorted(own) for own in numbers)
    assert sorted(number for own in numbers for number in own) == list(range(1, clients * visits + 1))
