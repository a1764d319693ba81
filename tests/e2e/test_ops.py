"""The ops listener: its routes, its guards against web pages, and that visitors cannot reach it."""

import re

import pytest

from e2e.answers import TIMESTAMP, VERSION, visit_number
from support.raw_http import Connection, ask, request, stored_count
from support.server import Server, run

JSON_TYPE = "Content-Type: application/json"
TARGET = "/counters/main_counter"
COUNT_MAX = 2**53 - 1  # what a page's JavaScript still reads exactly


def put(server, target, body, *fields, **options):
    return ask(server.ops, "PUT", target, *fields, body=body.encode(), **options)


@pytest.fixture
def own_authority(server):
    return f"127.0.0.1:{server.ops[1]}"


@pytest.mark.parametrize("target, body", [
    ("/livez", b'{"status": "alive"}'),
    ("/readyz", b'{"status": "ready"}'),
])
def test_a_probe_is_answered(server, target, body):
    answer = ask(server.ops, "GET", target)
    assert (answer.status, answer["Content-Type"], answer.body) == (200, "application/json", body)


def test_the_version_is_that_of_the_program(server):
    answer = ask(server.ops, "GET", "/version")
    assert answer.status == 200
    assert re.search(VERSION, answer.body.decode())[0] in run("version").stdout


def test_a_counter_s_record_is_shown(server):
    count = visit_number(ask(server.public, "GET", "/counter"))
    answer = ask(server.ops, "GET", TARGET)
    assert (answer.status, answer["Content-Type"]) == (200, "application/json")
    assert re.fullmatch(
        rf'{{"counter_id": "main_counter", "visit_count": {count}, '
        rf'"created_date": "{TIMESTAMP}", "last_updated": "{TIMESTAMP}"}}', answer.body.decode())


def test_an_absent_counter_is_not_found(server):
    answer = ask(server.ops, "GET", "/counters/nobody")
    assert answer.status == 404
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize("count", [0, 7, COUNT_MAX])
def test_a_counter_is_set(server, count):
    answer = put(server, "/counters/set_here", f'{{"visit_count": {count}}}', JSON_TYPE)
    assert answer.status == 200
    assert answer.json()["visit_count"] == count == stored_count(server, "set_here")
    assert answer.body == ask(server.ops, "GET", "/counters/set_here").body


def test_visits_go_on_from_the_number_that_was_set(server):
    assert put(server, TARGET, '{"visit_count": 1000}', JSON_TYPE).status == 200
    assert visit_number(ask(server.public, "GET", "/counter")) == 1001


def test_setting_a_counter_keeps_the_date_of_its_creation(server):
    visit_number(ask(server.public, "GET", "/counter"))
    created = ask(server.ops, "GET", TARGET).json()["created_date"]
    assert put(server, TARGET, '{"visit_count": 5}', JSON_TYPE).json()["created_date"] == created


def test_a_full_counter_does_not_wrap():
    with Server() as server:
        assert put(server, TARGET, f'{{"visit_count": {COUNT_MAX - 1}}}', JSON_TYPE).status == 200
        assert visit_number(ask(server.public, "GET", "/counter")) == COUNT_MAX
        answer = ask(server.public, "GET", "/counter")
        assert (answer.status, answer["X-Visit-Outcome"]) == (500, "not-counted")
        assert stored_count(server) == COUNT_MAX


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("body", [
    "", "{", "x", "null", "7", '"7"', "[]", '[{"visit_count": 7}]', "{}", '{"count": 7}', '{"Visit_Count": 7}',
    '{"visit_count": "7"}', '{"visit_count": null}', '{"visit_count": true}', '{"visit_count": [7]}',
    '{"visit_count": 7.5}', '{"visit_count": -1}', '{"visit_count": +7}', '{"visit_count": 07}', '{"visit_count": 0x7}',
    '{"visit_count": 1e999}', '{"visit_count": NaN}',
    *(f'{{"visit_count": {count}}}' for count in (COUNT_MAX + 1, 2**63, 2**64, 2**64 + 7)),
    '{"visit_count": 7} x', '{"visit_count": 7}{"visit_count": 8}', '{"visit_count": 7,}', "{'visit_count': 7}",
    "[" * 10_000,
], ids=lambda body: body[:40] or "nothing")
def test_a_bad_body_is_refused(server, body):
    assert put(server, TARGET, body, JSON_TYPE).status == 400


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("fields", [
    pytest.param((), id="none"),
    *(pytest.param((f"Content-Type: {value}",), id=value) for value in (
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain; application/json",
        "application/jsonp", "application")),
])
def test_a_counter_changes_only_for_json(server, fields):
    assert put(server, TARGET, '{"visit_count": 7}', *fields).status == 415


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("method, target", [
    ("POST", TARGET), ("DELETE", TARGET), ("PATCH", TARGET), ("OPTIONS", TARGET), ("PUT", "/livez"),
    ("POST", "/readyz"), ("DELETE", "/version"),
], ids=str)
def test_a_wrong_method_is_refused(server, method, target):
    assert ask(server.ops, method, target, JSON_TYPE, body=b'{"visit_count": 7}').status == 405


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("target", ["/", "/counter", "/health", "/blue/counter", "/Livez", "/livez/", "/nowhere"])
def test_the_ops_listener_serves_nothing_else(server, target):
    assert ask(server.ops, "GET", target).status == 404


@pytest.mark.parametrize("counter_id", ["a%20b", "a!b", "a/b", "%2e%2e", "x" * 129, "", "a%00"])
def test_a_bad_counter_id_is_refused(server, counter_id):
    target = f"/counters/{counter_id}"
    assert ask(server.ops, "GET", target).status in (400, 404)
    assert put(server, target, '{"visit_count": 7}', JSON_TYPE).status in (400, 404)


def test_the_longest_counter_id_is_served(server):
    target = "/counters/" + "Az.9_-xx" * 16
    assert put(server, target, '{"visit_count": 7}', JSON_TYPE).status == 200
    assert ask(server.ops, "GET", target).json()["visit_count"] == 7


def test_a_connection_serves_one_request_after_another(server):
    with Connection(server.ops) as connection:
        answers = [connection.ask(request("GET", target)) for target in ("/livez", "/nowhere", "/readyz")]
    assert [answer.status for answer in answers] == [200, 404, 200]


LOOPBACK_HOSTS = ["localhost", "localhost:1", "LocalHost:8081", "127.0.0.1", "127.0.0.1:9999", "[::1]", "[::1]:8081"]
FOREIGN_HOSTS = [
    "a.example", "a.example:8081", "127.0.0.1.a.example", "localhost.a.example", "alocalhost", "a-127.0.0.1", "0.0.0.0",
    "10.0.0.1:8081", "169.254.169.254", "[::2]", "[::]:8081", "8.8.8.8"]
MALFORMED_HOSTS = [
    "", "a@127.0.0.1", "127.0.0.1@a.example", "127.0.0.1:80:80", "127.0.0.1:x", "[::1].a.example", "[::1", "::1"]


@pytest.mark.parametrize("host", LOOPBACK_HOSTS)
def test_any_name_and_port_of_loopback_is_served(server, host):
    assert ask(server.ops, "GET", "/livez", host=host).status == 200
    assert put(server, "/counters/set_here", '{"visit_count": 7}', JSON_TYPE, host=host).status == 200


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("host, statuses", [
    *((host, {403}) for host in FOREIGN_HOSTS),
    *((host, {400, 403}) for host in MALFORMED_HOSTS),
], ids=str)
def test_another_host_is_refused(server, host, statuses):
    for target in ("/livez", TARGET):
        assert ask(server.ops, "GET", target, host=host).status in statuses
    assert put(server, TARGET, '{"visit_count": 7}', JSON_TYPE, host=host).status in statuses


def test_http_1_0_without_a_host_is_refused(server):
    with Connection(server.ops) as connection:
        assert connection.ask(b"GET /livez HTTP/1.0\r\n\r\n").status in (400, 403)


def test_a_page_of_the_ops_listener_itself_is_served(server, own_authority):
    fields = (f"Origin: http://{own_authority}", "Sec-Fetch-Site: same-origin")
    assert ask(server.ops, "GET", TARGET, *fields, host=own_authority).status in (200, 404)
    assert put(server, "/counters/set_here", '{"visit_count": 7}', JSON_TYPE, *fields, host=own_authority).status == 200


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none"])
def test_fetches_from_elsewhere_than_another_site_are_served(server, site):
    assert ask(server.ops, "GET", "/livez", f"Sec-Fetch-Site: {site}").status == 200


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("fields", [
    pytest.param(("Origin: https://a.example",), id="foreign origin"),
    pytest.param(("Origin: null",), id="null origin"),
    pytest.param(("Origin: http://127.0.0.1:1",), id="origin on another port"),
    pytest.param(("Origin: http://127.0.0.1",), id="origin without the port"),
    pytest.param(("Origin: http://127.0.0.1:{port}.a.example",), id="look-alike origin"),
    pytest.param(("Origin: http://localhost:{port}",), id="other name of loopback"),
    pytest.param(("Origin: ",), id="empty origin"),
    pytest.param(("Sec-Fetch-Site: cross-site",), id="cross-site"),
    pytest.param(("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"), id="image"),
    pytest.param(("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"), id="frame"),
    pytest.param(("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"), id="no page"),
])
def test_a_foreign_page_is_refused(server, own_authority, fields):
    fields = [field.format(port=server.ops[1]) for field in fields]
    for target in ("/livez", TARGET):
        assert ask(server.ops, "GET", target, *fields, host=own_authority).status == 403
    assert put(server, TARGET, '{"visit_count": 7}', JSON_TYPE, *fields, host=own_authority).status == 403


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("target", ["/livez", "/readyz", "/version", "/metrics", "/dashboard", "/counters", TARGET])
def test_visitors_cannot_reach_the_ops_routes(server, target):
    assert ask(server.public, "GET", target).status == 403
    assert ask(server.public, "PUT", target, JSON_TYPE, body=b'{"visit_count": 7}').status == 403


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "a.example:0"])
def test_the_ops_listener_binds_loopback_only(address):
    result = run("serve", "--listen", "127.0.0.1:0", "--store", "memory:", "--ops-listen", address)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert address in result.stderr
