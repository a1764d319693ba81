"""API keys, usage plans and throttles, as API Gateway has them."""

import hashlib
import re
import signal
import stat
import threading
import time
import tomllib

import pytest

from e2e.answers import assert_gateway_error, visit_number
from support.raw_http import Connection, ask, request, stored_count
from support.server import PATIENCE_SECONDS, Server, run

FORBIDDEN = 403, "ForbiddenException", "Forbidden"
THROTTLED = 429, "TooManyRequestsException", "Too Many Requests"
USED_UP = 429, "LimitExceededException", "Limit Exceeded"

KEYS = {"right": "r" * 40, "disabled": "d" * 40, "of another stage": "g" * 40}
GOOD = f"X-Api-Key: {KEYS['right']}"


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


def plans(partners="", routes=("/counter",), rest=""):
    """A configuration file with a plan, its keys, and these routes that need one."""
    return "\n".join([
        rest,
        *(f"[[route]]\npath = '{path}'\napi_key_required = true" for path in routes),
        "[[usage_plan]]\nname = 'partners'\nstages = ['blue']", partners,
        "[[usage_plan]]\nname = 'green'\nstages = ['green']",
        f"[[api_key]]\nname = 'alice'\nsha256 = '{digest(KEYS['right'])}'\nplan = 'partners'",
        f"[[api_key]]\nname = 'bob'\nsha256 = '{digest(KEYS['disabled'])}'\nplan = 'partners'\nenabled = false",
        f"[[api_key]]\nname = 'carol'\nsha256 = '{digest(KEYS['of another stage'])}'\nplan = 'green'", ""])


@pytest.fixture
def serve(tmp_path):
    """Makes a server with this configuration file."""
    file = tmp_path / "visitor-counter.toml"

    def made(text, *flags, **options):
        file.write_text(text)
        server = Server("--config", str(file), *flags, **options)
        server.file = file
        return server

    return made


def change(server, text, count=1):
    server.file.write_text(text)
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log("configuration reloaded", count)


# --- keys --------------------------------------------------------------------------------------------------------

ROUTES = ("/counter", "/health")
CARRIED = [  # the fields of a request, whether they let it in, and whose key they hold
    ([], False, None),
    (["X-Api-Key: wrong"], False, None),
    (["X-Api-Key:"], False, None),
    ([f"X-Api-Key: {KEYS['disabled']}"], False, "bob"),
    ([f"X-Api-Key: {KEYS['of another stage']}"], False, "carol"),
    ([f"X-Api-Key: {digest(KEYS['right'])}"], False, None),
    ([f"Authorization: {KEYS['right']}"], False, None),
    ([GOOD, GOOD], False, None),
    ([GOOD], True, "alice"),
    ([f"x-api-key:  {KEYS['right']} "], True, "alice"),
]


def test_every_route_lets_in_who_has_a_good_key_of_its_stage(serve):
    with serve(plans(routes=ROUTES)) as server:
        counted = 0
        for path in ROUTES:
            for prefix in ("", "/blue"):
                for fields, good, _ in CARRIED:
                    answer = ask(server.public, "GET", prefix + path, *fields)
                    if good:
                        assert answer.status == 200, (path, fields)
                        counted += path == "/counter"
                    else:
                        assert_gateway_error(answer, *FORBIDDEN)
            preflight = ask(server.public, "OPTIONS", path, "Origin: http://localhost:1580",
                            "Access-Control-Request-Method: GET")
            assert preflight.status == 200
        assert stored_count(server) == counted


def test_the_routes_are_all_in_the_table_above(serve):
    """A new route needs its rows."""
    with serve(plans(routes=ROUTES)) as server:
        known = {(method, path) for method in ("GET", "OPTIONS", "POST", "PUT", "HEAD", "DELETE", "PATCH")
                 for path in ("/counter", "/health", "/", "/metrics", "/livez")
                 if ask(server.public, method, path, GOOD)["x-amzn-ErrorType"] != "MissingAuthenticationTokenException"}
    assert known == {(method, path) for method in ("GET", "OPTIONS") for path in ROUTES}


def test_a_route_that_needs_no_key_looks_at_none(serve):
    with serve(plans()) as server:
        for fields, _, _ in CARRIED:
            assert ask(server.public, "GET", "/health", *fields).status == 200
        assert_gateway_error(ask(server.public, "GET", "/nowhere", GOOD), 403, "MissingAuthenticationTokenException",
                             "Missing Authentication Token")


def test_the_log_names_keys_and_holds_none(serve):
    with serve(plans()) as server:
        for fields, _, _ in CARRIED:
            ask(server.public, "GET", "/counter", *fields)
        assert server.stop() == 0
    lines = [line for line in server.log if line["message"] == "request"]
    assert [line.get("key_name") for line in lines] == [name for _, _, name in CARRIED]
    assert {line["route"] for line in lines} == {"/counter"}
    assert [key for key in KEYS.values() if key in repr(server.log)] == []


def test_a_key_that_is_made_opens_the_door(serve):
    made = run("key", "create", "dave", "--plan", "partners")
    assert made.returncode == 0, made.stderr
    key, _, lines = made.stdout.partition("\n\n")
    assert re.fullmatch("[A-Za-z0-9]{40}", key)
    assert key not in made.stderr and key not in lines
    assert tomllib.loads(lines) == {"api_key": [{"name": "dave", "sha256": digest(key), "plan": "partners"}]}
    with serve(plans() + lines) as server:
        assert ask(server.public, "GET", "/counter", f"X-Api-Key: {key}").status == 200


def test_keys_that_are_made_differ():
    made = {run("key", "create", "dave", "--plan", "p").stdout.split("\n")[0] for _ in range(20)}
    assert len(made) == 20


@pytest.mark.parametrize("arguments", [["a b", "--plan", "p"], ["a", "--plan", ""], ["a"], ["--plan", "p"]])
def test_a_key_without_a_name_or_a_plan_is_not_made(arguments):
    made = run("key", "create", *arguments)
    assert made.returncode == 2 and made.stdout == ""


# --- throttles and quotas ----------------------------------------------------------------------------------------


def answers(server, count, *fields, path="/counter"):
    with Connection(server.public) as connection:
        return [connection.ask(request("GET", path, *fields)) for _ in range(count)]


def test_what_is_throttled_is_answered_as_api_gateway_does(serve):
    with serve("rate = 0.001\nburst = 2") as server:
        first, second, third = answers(server, 3)
        assert (visit_number(first), visit_number(second)) == (1, 2)
        assert_gateway_error(third, *THROTTLED)
        assert stored_count(server) == 2


def test_a_quota_that_is_used_up_is_answered_as_api_gateway_does(serve):
    with serve(plans("quota = 2\nperiod = 'month'")) as server:
        assert [answer.status for answer in answers(server, 2, GOOD)] == [200, 200]
        assert_gateway_error(ask(server.public, "GET", "/counter", GOOD), *USED_UP)
        assert_gateway_error(ask(server.public, "GET", "/counter"), *FORBIDDEN)


@pytest.mark.parametrize("text, expected", [
    ("rate = 0.001\nburst = 3", 3),
    ("client-rate = 0.001\nclient-burst = 2", 2),
    ("[[route]]\npath = '/counter'\nrate = 0.001\nburst = 1", 1),
    ("rate = 0", 0),
], ids=["all", "client", "route", "nothing"])
def test_a_throttle_holds_without_keys(serve, text, expected):
    with serve(text) as server:
        assert sum(answer.status == 200 for answer in answers(server, 6)) == expected


def test_a_throttle_of_a_route_leaves_others_alone(serve):
    with serve("[[route]]\npath = '/counter'\nrate = 0.001\nburst = 1") as server:
        answers(server, 2)
        assert ask(server.public, "GET", "/health").status == 200


def test_retry_after_is_told_only_if_asked_for(serve):
    with serve("rate = 0.01\nburst = 1") as server:
        assert answers(server, 2)[1]["Retry-After"] is None
        change(server, "rate = 0.01\nburst = 1\nretry-after = 'on'")
        assert 1 <= int(ask(server.public, "GET", "/counter")["Retry-After"]) <= 100


def test_a_client_is_whom_a_trusted_proxy_names(serve):
    with serve("client-rate = 0.001\nclient-burst = 1\ntrusted-proxy = '127.0.0.0/8'") as server:
        def status(*addresses):
            return ask(server.public, "GET", "/counter", f"X-Forwarded-For: {', '.join(addresses)}").status

        assert status("198.51.100.1") == 200
        assert status("198.51.100.1") == status("203.0.113.9", "198.51.100.1") == 429
        assert status("198.51.100.2", "127.0.0.2") == 200
        assert status("2001:db8::1") == 200
        assert status("2001:db8::2") == 429


def test_a_client_cannot_name_itself(serve):
    with serve("client-rate = 0.001\nclient-burst = 1") as server:
        assert [ask(server.public, "GET", "/counter", f"X-Forwarded-For: 198.51.100.{i}").status
                for i in range(3)] == [200, 429, 429]


@pytest.mark.parametrize("threads", [1, 2])
def test_no_more_is_counted_than_the_throttle_lets_through(serve, threads):
    rate, burst = 50, 20
    with serve(f"rate = {rate}\nburst = {burst}", "--threads", str(threads)) as server:
        started = time.monotonic()
        enough = threading.Event()

        def load():
            with Connection(server.public) as connection:
                while not enough.is_set():
                    assert connection.ask(request("GET", "/counter")).status in (200, 429)

        clients = [threading.Thread(target=load) for _ in range(4)]
        for client in clients:
            client.start()
        while stored_count(server) < burst + rate:  # a second's worth, and more
            assert time.monotonic() < started + 60
        enough.set()
        for client in clients:
            client.join(60)
        counted = stored_count(server)
        assert counted <= burst + rate * (time.monotonic() - started)


# --- quotas and restarts ------------------------------------------------------------------------------------------


QUOTA = "quota = 5\nperiod = 'month'"


def test_a_quota_outlives_a_restart(serve, store):
    for statuses in ([200, 200], [200, 200], [200, 429]):
        with serve(plans(QUOTA), store=store) as server:
            assert [answer.status for answer in answers(server, 2, GOOD)] == statuses
            assert server.stop() == 0


def test_a_kill_gives_back_no_more_than_the_lag(serve, store, path):
    with serve(plans(QUOTA), store=store) as server:
        answers(server, 3, GOOD)
        wait_for_text(path.with_name(path.name + ".usage"), "alice month", " 3\n")
        server.stop(signal.SIGKILL)
    with serve(plans(QUOTA), store=store) as server:
        assert [answer.status for answer in answers(server, 3, GOOD)] == [200, 200, 429]


def wait_for_text(file, start, end):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (file.exists() and (text := file.read_text()).startswith(start) and end in text):
        assert time.monotonic() < deadline


def test_the_file_of_quotas_is_the_owner_s_and_holds_no_keys(serve, store, path):
    with serve(plans(QUOTA), store=store) as server:
        answers(server, 1, GOOD)
    file = path.with_name(path.name + ".usage")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KEYS["right"] not in file.read_text() and digest(KEYS["right"]) not in file.read_text()


def test_a_damaged_file_of_quotas_is_refused(path, store):
    path.with_name(path.name + ".usage").write_text("nonsense\n")
    refused = run("serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--store", store)
    assert refused.returncode == 1
    assert "line 1 is not as this program wrote it; delete it" in refused.stderr


def test_a_store_that_keeps_no_quotas_is_named(serve):
    with serve(plans(QUOTA)) as server:
        answers(server, 1, GOOD)
        server.wait_for_log("quotas are counted by this process alone, and end with it")


def test_without_quotas_there_is_no_file(serve, store, path):
    with serve("rate = 10", store=store) as server:
        answers(server, 3)
    assert not path.with_name(path.name + ".usage").exists()


# --- changes at run time -----------------------------------------------------------------------------------------


def test_a_key_that_is_taken_out_is_shut_out_at_once(serve):
    with serve(plans()) as server, Connection(server.public) as connection:
        assert connection.ask(request("GET", "/counter", GOOD)).status == 200
        change(server, plans().replace(digest(KEYS["right"]), digest("another")))
        assert_gateway_error(connection.ask(request("GET", "/counter", GOOD)), *FORBIDDEN)
        assert connection.ask(request("GET", "/counter", "X-Api-Key: another")).status == 200


def test_a_change_gives_nothing_back(serve):
    quota = "quota = {}\nperiod = 'month'"
    with serve(plans(quota.format(3))) as server:
        assert [answer.status for answer in answers(server, 4, GOOD)] == [200, 200, 200, 429]
        change(server, plans(quota.format(5)))
        assert [answer.status for answer in answers(server, 3, GOOD)] == [200, 200, 429]


def test_a_bad_change_leaves_the_keys_as_they_were(serve):
    with serve(plans()) as server:
        server.file.write_text(plans() + "[[api_key]]\nname = 'x'")
        server.process.send_signal(signal.SIGHUP)
        line = server.wait_for_log("configuration not reloaded, the old one is in force")
        assert "api_key 4: sha256 is missing" in line["reason"]
        assert ask(server.public, "GET", "/counter", GOOD).status == 200
        assert ask(server.public, "GET", "/counter").status == 403
