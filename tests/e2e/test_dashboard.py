"""/dashboard: its files, who may see them, its history and its events. What it looks like: tests/browser."""

import contextlib
import json
import time

import pytest

from support.raw_http import Connection, ask, request
from support.server import PATIENCE_SECONDS, Server

PAGE = "/dashboard"
FILES = {
    PAGE: "text/html; charset=utf-8",
    "/dashboard/style.css": "text/css; charset=utf-8",
    "/dashboard/script.js": "text/javascript; charset=utf-8",
    "/dashboard/chart.min.js": "text/javascript; charset=utf-8",
}
HISTORY = "/dashboard/history"
EVENTS = "/dashboard/events"
STREAMS_MAX = 16
LINK = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")


class Stream(Connection):
    """A page that is fed."""

    def __init__(self, server):
        super().__init__(server.ops)
        self.send(request("GET", EVENTS))
        lines = list(iter(self._line, b""))
        self.status = int(lines[0].split()[1])
        self.fields = [line.decode().lower() for line in lines[1:]]

    def event(self):
        """The next one: its kind, and what it tells."""
        lines = list(iter(lambda: self._stream.readline().rstrip(b"\n").decode(), ""))
        fields = dict(line.split(":", 1) for line in lines)
        return fields.get("event", "message").strip(), json.loads(fields["data"] or "null")


@pytest.mark.parametrize("path, content_type", FILES.items())
def test_the_page_and_its_files_are_served(server, path, content_type):
    answer = ask(server.ops, "GET", path)
    assert (answer.status, answer["Content-Type"]) == (200, content_type)
    policy = dict(rule.split(" ", 1) for rule in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [*FILES, HISTORY, EVENTS])
def test_pages_of_other_sites_cannot_have_it(server, path):
    for fields in (("Origin: https://a.example",), ("Sec-Fetch-Site: cross-site",),
                   ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe")):
        assert ask(server.ops, "GET", path, *fields).status == 403
    assert ask(server.ops, "GET", path, host="a.example").status == 403


def test_a_link_from_another_site_leads_to_the_page_and_to_nothing_else(server):
    assert ask(server.ops, "GET", PAGE, *LINK).status == 200
    for path in (*list(FILES)[1:], HISTORY, EVENTS, "/metrics", "/counters/main_counter"):
        assert ask(server.ops, "GET", path, *LINK).status == 403
    assert ask(server.ops, "GET", PAGE, *LINK, host="a.example").status == 403


@pytest.mark.parametrize("path", [*FILES, HISTORY, EVENTS])
def test_only_get_is_answered_and_visitors_get_nothing(server, path):
    assert ask(server.ops, "POST", path).status == 405
    assert ask(server.public, "GET", path).status == 403


@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard/nothing", "/dashboard/../livez", "/dashboard/index.html"])
def test_there_are_no_other_files(server, path):
    assert ask(server.ops, "GET", path).status == 404


@pytest.mark.parametrize("kind", ["sqlite", "memory"])
def test_the_history_has_every_visit(kind, store):
    with Server(store=store if kind == "sqlite" else "memory:") as server:
        assert ask(server.ops, "GET", HISTORY).json() == {"hours": []}
        for _ in range(5):
            ask(server.public, "GET", "/counter")
        hours = ask(server.ops, "GET", HISTORY).json()["hours"]
    assert sum(visits for _, visits in hours) == 5


def test_an_event_tells_how_things_stand_and_the_next_one_what_has_changed():
    with Server() as server, Stream(server) as stream:
        assert stream.status == 200
        assert {"content-type: text/event-stream", "connection: close"} <= set(stream.fields)
        kind, figures = stream.event()
        assert (kind, figures["total"], figures["today"], figures["store"]["trouble"]) == ("message", 0, [], None)
        for _ in range(3):
            ask(server.public, "GET", "/counter")
        while figures["total"] < 3:
            _, figures = stream.event()
        assert figures["total"] == 3
        assert sum(visits for _, visits in figures["today"]) == 3
        assert figures["visits"] == {"counted": 3, "not-counted": 0, "unknown": 0}


def test_no_more_pages_are_fed_than_the_limit():
    with Server() as server, contextlib.ExitStack() as open_streams:
        streams = [open_streams.enter_context(Stream(server)) for _ in range(STREAMS_MAX)]
        assert {stream.status for stream in streams} == {200}
        answer = ask(server.ops, "GET", EVENTS)
        assert (answer.status, answer.json()) == (503, {"error": "too many dashboards are open"})
        assert ask(server.ops, "GET", "/livez").status == 200


def test_a_page_that_is_closed_makes_room():
    with Server() as server:
        for _ in range(STREAMS_MAX):
            with Stream(server) as stream:
                stream.event()
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        status = 503
        while status == 503 and time.monotonic() < give_up_at:
            with Stream(server) as stream:
                status = stream.status
        assert status == 200


def test_a_page_is_told_that_the_server_stops():
    with Server() as server, Stream(server) as stream:
        stream.event()
        server.process.terminate()
        kind = "message"
        while kind == "message":
            kind, _ = stream.event()
        assert kind == "stopping"
        assert stream.rest() == b""
        assert server.wait() == 0


def test_a_page_that_reads_nothing_holds_nobody_up():
    with Server() as server:
        with Stream(server):
            assert ask(server.public, "GET", "/counter").status == 200
            assert server.stop() == 0
