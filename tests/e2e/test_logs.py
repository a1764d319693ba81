"""The log: one line for each answer, whatever the request holds."""

import contextlib
import json
import os
import re
import socket
import subprocess
import time

import pytest

from support.raw_http import VISIT, Connection, ask, request
from support.server import BINARY, PATIENCE_SECONDS, Server, clean_environment

KEYS = [
    "timestamp", "level", "message", "request_id", "trace_id", "stage", "method", "route", "status", "duration_us",
    "outcome"]


def logged(*requests):
    """Sends each request on a connection of its own; returns pairs of an answer and its log line."""
    with Server("--stage", "green") as server:
        answers = []
        for data in requests:
            with Connection(server.public) as connection:
                answers.append(connection.ask(data))
        assert server.stop() == 0
    assert [line for line in server.log if "unparsed" in line] == []
    lines = {line["request_id"]: line for line in server.log if line["message"] == "request"}
    assert len(lines) == len(answers)
    return [(answer, lines[answer["x-amzn-RequestId"]]) for answer in answers]


@pytest.mark.parametrize("method, target, route, outcome", [
    ("GET", "/counter", "/counter", "counted"),
    ("GET", "/green/counter?x=1", "/counter", "counted"),
    ("GET", "/health", "/health", "read"),
    ("OPTIONS", "/counter", "/counter", "preflight"),
    ("OPTIONS", "/green/health", "/health", "preflight"),
])
def test_a_request_has_a_line_that_says_what_became_of_it(method, target, route, outcome):
    (answer, line), = logged(request(method, target))
    assert list(line) == KEYS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("timestamp"))
    assert 0 <= line.pop("duration_us") < PATIENCE_SECONDS * 1_000_000
    assert line == {
        "level": "INFO", "message": "request", "request_id": answer["x-amzn-RequestId"],
        "trace_id": answer["X-Amzn-Trace-Id"], "stage": "green", "method": method, "route": route, "status": 200,
        "outcome": outcome}


@pytest.mark.parametrize("data, status, error_type", [
    pytest.param(request("GET", "/nowhere"), 403, "MissingAuthenticationTokenException", id="unknown route"),
    pytest.param(request("GET", "/counter", "Bad Name: x"), 400, "BadRequestException", id="malformed"),
])
def test_a_refusal_has_a_line_that_says_why(data, status, error_type):
    (_, line), = logged(data)
    assert set(KEYS) - {"trace_id"} <= line.keys()
    assert (line["route"], line["status"], line["error_type"], line["outcome"]) == ("-", status, error_type, "refused")


def test_the_line_of_an_unknown_route_has_its_path():
    (_, line), = logged(request("GET", "/no/where"))
    assert line["path"] == "/no/where"


def test_a_client_s_address_is_logged_only_if_it_is_asked_for():
    for flags, expected in [((), None), (("--log-client-address", "on"), "127.0.0.1")]:
        with Server(*flags) as server:
            assert ask(server.public, "GET", "/counter").status == 200
            assert server.wait_for_log("request").get("client") == expected
            assert "127.0.0.1" not in str(server.log[1:]) or expected


TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793"


@pytest.mark.parametrize("field", [
    f"X-Amzn-Trace-Id: {TRACE}",
    f"X-Amzn-Trace-Id: Self=1-0-0;{TRACE};Parent=53995c3f42cd8ad8;Sampled=1",
    "traceparent: 00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
])
def test_a_client_s_trace_goes_on_in_the_answer_and_in_the_log(field):
    (answer, line), = logged(request("GET", "/counter", field))
    assert answer["X-Amzn-Trace-Id"] == line["trace_id"] == TRACE


def test_of_a_trace_that_is_not_well_formed_nothing_is_taken_over():
    fields = [f"X-Amzn-Trace-Id: {TRACE}x", f"X-Amzn-Trace-Id: {TRACE[:-1]}", "traceparent: 00-x"]
    for answer, line in logged(*(request("GET", "/counter", field) for field in fields)):
        assert re.fullmatch("Root=1-[0-9a-f]{8}-[0-9a-f]{24}", line["trace_id"])
        assert answer["X-Amzn-Trace-Id"] == line["trace_id"] != TRACE


def test_lines_stay_whole_and_in_utf_8_whatever_bytes_a_request_holds():
    every_byte = [bytes([byte]) for byte in range(256)]
    requests = [
        *(b"GET /a" + byte + b"z HTTP/1.1\r\nHost: a\r\n\r\n" for byte in every_byte),
        *(VISIT[:-2] + b"Origin: a" + byte + b"z\r\n\r\n" for byte in every_byte),
        *(VISIT[:-2] + b"User-Agent: a" + byte + b"z\r\n\r\n" for byte in every_byte),
        *(VISIT[:-2] + b"X-Amzn-Trace-Id: Root=1-" + byte + b"\r\n\r\n" for byte in every_byte),
        *(byte + b" / HTTP/1.1\r\nHost: a\r\n\r\n" for byte in every_byte),
        b"GET /" + "é€😀".encode() + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xf0\x9f\x98 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /%0a%0d%22%00%1b[31m HTTP/1.1\r\nHost: a\r\n\r\n",
        b'GET /"},{"message":"request" HTTP/1.1\r\nHost: a\r\n\r\n',
        b"GET /" + b"\xff" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    ]
    for answer, line in logged(*requests):
        assert line["status"] == answer.status
        json.dumps(line, ensure_ascii=False).encode("utf-8")


@contextlib.contextmanager
def serving(*flags, stderr):
    """A server that logs as its flags and its stderr make it; yields its process and its public address."""
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        address = reserved.getsockname()
    command = [BINARY, "serve", "--listen", "{}:{}".format(*address), "--ops-listen", "127.0.0.1:0",
               "--store", "memory:", *flags]
    with subprocess.Popen(command, env=clean_environment(), stderr=stderr) as process:
        try:
            wait_until_accepted(address)
            yield process, address
        finally:
            process.terminate()


def wait_until_accepted(address):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with contextlib.suppress(ConnectionRefusedError):
            return socket.create_connection(address).close()
        assert time.monotonic() < deadline, "the server does not listen"


def log_of_a_visit(*flags):
    with serving(*flags, stderr=subprocess.PIPE) as (process, address):
        assert ask(address, "GET", "/counter").status == 200
        process.terminate()
        return process.communicate(timeout=PATIENCE_SECONDS)[1].decode()


def log_of_a_visit_on_a_terminal():
    terminal, other_end = os.openpty()
    with open(terminal, "rb", buffering=0) as log, open(other_end, "wb") as stderr:
        with serving(stderr=stderr) as (_, address):
            assert ask(address, "GET", "/counter").status == 200
        stderr.close()
        text = b""
        with contextlib.suppress(OSError):  # the terminal's end of file
            while part := log.read(65_536):
                text += part
    return text.decode()


def is_json(line):
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def assert_text_with_a_visit(log):
    lines = log.splitlines()
    assert not any(is_json(line) for line in lines)
    visits = [line for line in lines if "GET" in line and "/counter" in line and "200" in line]
    assert len(visits) == 1, log


def test_text_is_one_line_a_request_too():
    assert_text_with_a_visit(log_of_a_visit("--log-format", "text"))


def test_on_a_terminal_the_log_is_text():
    assert_text_with_a_visit(log_of_a_visit_on_a_terminal())


def test_elsewhere_the_log_is_json():
    assert all(is_json(line) for line in log_of_a_visit().splitlines())


@pytest.mark.parametrize("level, lines", [("debug", 1), ("info", 1), ("warn", 0), ("error", 0)])
def test_requests_are_logged_at_level_info(level, lines):
    log = log_of_a_visit("--log-format", "json", "--log-level", level)
    assert sum(json.loads(line)["message"] == "request" for line in log.splitlines()) == lines
